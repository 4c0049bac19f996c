"""The starter library compiles without a word, templates and all."""

from pathlib import Path

import pytest

from sop_engine import normal_form
from sop_engine.documents.template_check import check_template
from sop_engine.engine.publishing.procedures import FolderFragments
from sop_engine.language import check_fragment, compile_text, render, written_out

ROOT = Path(__file__).parent.parent.parent
FRAGMENTS = FolderFragments(ROOT / "workflows" / "fragments")


class Library:
    """The templates that travel with the package."""

    def read(self, name: str) -> bytes | None:
        path = ROOT / "templates" / name
        return path.read_bytes() if path.is_file() else None


@pytest.mark.parametrize("path", sorted((ROOT / "workflows").glob("*.sop.yaml")), ids=lambda path: path.name)
def test_a_procedure_of_the_library_is_silent(path: Path) -> None:
    data = path.read_bytes()

    found = compile_text(data, path.name, Library(), check_template, FRAGMENTS)

    assert render(found.diagnostics, data, fragments=found.fragments) == ""
    assert found.procedure is not None
    assert f"{found.procedure.id}.sop.yaml" == path.name


@pytest.mark.parametrize("name", FRAGMENTS.names())
def test_a_fragment_of_the_library_is_silent(name: str) -> None:
    text = FRAGMENTS.read(name)
    assert text is not None

    assert check_fragment(text, f"{name}.fragment.yaml", FRAGMENTS) == []


@pytest.mark.parametrize("path", sorted((ROOT / "workflows").glob("*.sop.yaml")), ids=lambda path: path.name)
def test_written_out_a_procedure_has_the_same_normal_form(path: Path) -> None:
    data = path.read_bytes()
    used = compile_text(data, path.name, Library(), check_template, FRAGMENTS)

    alone = compile_text(written_out(data, path.name, FRAGMENTS).encode(), path.name, Library(), check_template)

    assert used.procedure is not None
    assert alone.procedure is not None
    assert normal_form.to_bytes(alone.procedure) == normal_form.to_bytes(used.procedure)
    assert (alone.files, alone.fragments) == ({}, {})


def test_what_the_room_of_papers_finds_wrong_is_a_fault_of_the_file() -> None:
    text = (ROOT / "tests/golden/ok/people_and_effects.sop.yaml").read_text(encoding="utf-8")
    unlawful = text.replace("{{ ticket.state }}", "{{ ticket.state.upper() }}")

    found = compile_text(unlawful.encode(), "a.sop.yaml", Unlawful(), check_template)

    assert {fault.code for fault in found.diagnostics} == {"SOP130"}
    assert found.procedure is None


class Unlawful:
    """A template that calls something."""

    def read(self, name: str) -> bytes | None:
        return b"{{ note.upper() }}"
