"""The story comes to the same end in every library that we are measured beside, and what is absent is said."""

from collections.abc import Iterator
from contextlib import ExitStack
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from benchmarks import peers
from benchmarks.peers import apart, ours
from benchmarks.peers.sides import AFTER_OPENING, END, Side

LIBRARIES = [name for name in peers.PEERS if name != "with_dbos"]


def loaded(module: str) -> Any:
    found = peers.load(module)
    if found is None:
        pytest.skip(f"{peers.PEERS[module][1]} is not installed: it is of the extra `peers`")
    return found


@pytest.fixture
def closing() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def ends(sides: list[Side], closing: ExitStack) -> dict[str, tuple[str, str]]:
    for side in sides:
        closing.callback(side.close)
    return {side.name: side.tell() for side in sides}


def test_our_sides_come_to_the_end(tmp_path: Path, closing: ExitStack) -> None:
    in_memory, on_disk = ours.in_memory(), ours.on_sqlite(tmp_path / "site")
    assert set(ends([in_memory], closing).values()) == {END}
    assert set(ends([on_disk], closing).values()) == {END}


@pytest.mark.parametrize("module", LIBRARIES)
def test_a_library_comes_to_the_same_end_in_memory(module: str, closing: ExitStack) -> None:
    assert set(ends([loaded(module).in_memory()], closing).values()) == {END}


@pytest.mark.parametrize("module", LIBRARIES)
def test_what_a_library_kept_on_the_disk_is_at_the_same_end(module: str, tmp_path: Path, closing: ExitStack) -> None:
    came_to = ends(loaded(module).durable(tmp_path), closing)
    assert set(came_to.values()) == {END} and len(came_to) == 2


def test_recorded_steps_come_to_the_same_end(tmp_path: Path, closing: ExitStack) -> None:
    library = loaded("with_dbos")
    came_to = ends([apart.side(way, library.on_sqlite(tmp_path, way)) for way in library.WAYS], closing)
    assert set(came_to.values()) == {END} and len(came_to) == 2


@pytest.mark.parametrize(
    ("module", "came_to"),
    [("with_statemachine", "TransitionNotAllowed"), ("with_sismic", "on_site"), ("with_spiffworkflow", "ValueError")],
)
def test_a_repair_that_costs_nothing_is_not_done_in_a_library(
    module: str, came_to: str, closing: ExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The guard stands in the procedure of each: one raises, one drops the event, one leads back to the price."""
    library = loaded(module)
    free = [(trigger, dict.fromkeys(fields, Decimal(0))) for trigger, fields in AFTER_OPENING]
    monkeypatch.setattr(library, "AFTER_OPENING", free)
    assert _state_or_refusal(library.in_memory(), closing) == came_to


def _state_or_refusal(side: Side, closing: ExitStack) -> str:
    try:
        ((state, _fee),) = ends([side], closing).values()
    except Exception as refusal:  # each library has its own
        return type(refusal).__name__
    return state


def test_a_step_without_a_price_is_refused() -> None:
    with pytest.raises(ValueError, match="done is not possible"):
        loaded("with_dbos").stepped({"state": "on_site"}, "done", {})


def test_a_library_that_is_absent_is_said_and_the_others_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(peers, "load", lambda module: None)
    table = peers.run("tiny")
    assert [line.what for line in table.lines][:3] == [
        "ours, in memory",
        "ours, on SQLite",
        "one row written by hand, on SQLite",
    ]
    assert len(table.notes) >= len(peers.PEERS)
    assert "sismic is not installed: `pip install 'sop-engine[peers]'`." in table.text()
    assert "sismic is not installed: `pip install 'sop-engine[peers]'`." in table.markdown()


def test_a_fault_in_our_own_module_is_no_absent_library(monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(_name: str) -> Any:
        raise ModuleNotFoundError("No module named 'benchmarks.gone'", name="benchmarks.gone")

    monkeypatch.setattr(peers, "import_module", failing)
    with pytest.raises(ModuleNotFoundError, match="gone"):
        peers.load("with_sismic")
