"""The reference, the schema for editors and `explain` come from the schema and stay with it."""

from pathlib import Path
from typing import Any

import pytest

from sop_engine.errors import NotFound
from sop_engine.language import CHECKS, explain, json_schema, reference
from sop_engine.language.checks.pages import page

PAGE = Path(__file__).parent.parent.parent / "docs" / "reference" / "language.md"


def test_the_page_is_as_fresh_as_the_code() -> None:
    assert PAGE.read_text(encoding="utf-8") == reference(), "run: python -m tests.language.rewrite_reference"


def test_every_word_has_a_description() -> None:
    def words(schema: dict[str, Any]) -> list[str]:
        return [
            f"{name}.{word}"
            for name, definition in schema["$defs"].items()
            for word, entry in definition.get("properties", {}).items()
            if not entry.get("description")
        ]

    assert words(json_schema()) == []


def test_the_schema_for_editors_knows_no_other_words() -> None:
    schema = json_schema()

    assert schema["additionalProperties"] is False
    assert {"procedure", "open", "states"} <= set(schema["required"])
    assert "not" in schema["$defs"]["WhoWords"]["properties"]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_every_check_can_be_explained(check: Any) -> None:
    found = page(check)

    text = explain(found.code.lower())

    assert text.startswith(f"{found.code}: {found.title}")
    assert "Fails:" in text
    assert "Passes:" in text


def test_words_are_explained_by_their_path() -> None:
    assert explain("states.on_site.transitions.done.by") == "states.*.transitions.*.by: who may\n"
    assert "fields.*.type: what kind of value it holds" in explain("fields.type")


def test_what_is_no_word_says_what_may_have_been_meant() -> None:
    with pytest.raises(NotFound) as found:
        explain("states.transitons")
    assert "transitions" in found.value.near
