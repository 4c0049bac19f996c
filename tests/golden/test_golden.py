"""Faulty procedures say exactly what stands beside them; good ones say nothing."""

from pathlib import Path

import pytest

from tests.golden.rewrite import calendars, files, output_of, rendered, rendered_calendar


@pytest.mark.parametrize("path", files("err"), ids=lambda path: path.name)
def test_faults_read_as_they_did(path: Path) -> None:
    assert rendered(path) == output_of(path).read_text(encoding="utf-8"), (
        "if this is better: make golden, read the diff"
    )


@pytest.mark.parametrize("path", files("ok"), ids=lambda path: path.name)
def test_a_good_procedure_is_silent(path: Path) -> None:
    assert rendered(path) == ""


@pytest.mark.parametrize("path", calendars("err"), ids=lambda path: path.name)
def test_faults_of_calendars_read_as_they_did(path: Path) -> None:
    assert rendered_calendar(path) == path.with_suffix(".out").read_text(encoding="utf-8"), (
        "if this is better: make golden, read the diff"
    )


@pytest.mark.parametrize("path", calendars("ok"), ids=lambda path: path.name)
def test_a_good_calendar_is_silent(path: Path) -> None:
    assert rendered_calendar(path) == ""


def test_every_output_belongs_to_a_procedure() -> None:
    outputs = set((Path(__file__).parent / "err").glob("*.out"))
    assert outputs == {output_of(path) for path in files("err")}
