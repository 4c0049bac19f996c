"""Editors that follow the language's JSON Schema agree with `flow lint` on what a procedure may look like."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from sop_engine.language import json_schema
from tests.editor.server import ROOT, Editor, missing
from tests.needs import needs

pytestmark = needs(missing())

SHIPPED = sorted((ROOT / "workflows").glob("*.sop.yaml"))
FRAGMENTS = sorted((ROOT / "workflows" / "fragments").glob("*.fragment.yaml"))
BEGUN = "procedure: lending\ntitle: Lending\nprefix: LE\nopen: {by: desk, to: lent}\nstates:\n  lent:\n    \n"


@pytest.fixture(scope="module")
def editor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Editor]:
    schema = tmp_path_factory.mktemp("schema") / "procedure.json"
    schema.write_text(json.dumps(json_schema()), encoding="utf-8")
    with Editor(schema) as editor:
        yield editor


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.name)
def test_a_shipped_procedure_has_no_fault_in_an_editor(editor: Editor, path: Path) -> None:
    assert editor.open(path.as_uri(), path.read_text(encoding="utf-8")) == []


def test_a_misspelled_word_is_the_one_fault(editor: Editor) -> None:
    text = SHIPPED[0].read_text(encoding="utf-8").replace("    transitions:", "    transitons:", 1)
    line = text[: text.index("    transitons:")].count("\n") + 1

    assert editor.open("file:///misspelled.sop.yaml", text) == [f"{line}: Property transitons is not allowed."]


def test_completion_offers_the_words_with_their_descriptions(editor: Editor) -> None:
    editor.open("file:///begun.sop.yaml", BEGUN)

    offered = editor.offered("file:///begun.sop.yaml", line=6, column=4)

    words = json_schema()["$defs"]["StateWords"]["properties"]
    assert offered == {word: entry["description"] for word, entry in words.items()}


def test_a_word_is_explained_where_the_pointer_rests(editor: Editor) -> None:
    editor.open("file:///rested.sop.yaml", BEGUN)

    assert "begin with" in editor.explained("file:///rested.sop.yaml", line=2, column=1)


def test_a_chinese_schema_explains_in_chinese(tmp_path: Path) -> None:
    schema = tmp_path / "procedure.json"
    schema.write_text(json.dumps(json_schema(language="zh")), encoding="utf-8")

    with Editor(schema) as editor:
        assert editor.open("file:///begun.sop.yaml", BEGUN) == []
        assert editor.offered("file:///begun.sop.yaml", line=6, column=4)["states"] == "内部状态"


def test_a_shipped_fragment_has_no_fault_in_an_editor(tmp_path: Path) -> None:
    schema = tmp_path / "fragment.json"
    schema.write_text(json.dumps(json_schema(fragment=True)), encoding="utf-8")

    with Editor(schema) as editor:
        for path in FRAGMENTS:
            # the session follows the schema in files of this name
            uri = f"file:///{path.stem}.sop.yaml"
            assert editor.open(uri, path.read_text(encoding="utf-8")) == [], path.name
