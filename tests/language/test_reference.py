"""The reference, the schema for editors and `explain` come from the schema and stay with it."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from sop_engine.errors import NotFound
from sop_engine.language import CHECKS, checks_page, explain, json_schema, reference
from sop_engine.language.checks.pages import page
from sop_engine.language.prose import in_language, pieces


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


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_a_check_is_explained_in_chinese_with_the_same_examples(check: Any) -> None:
    found = page(check)

    text = explain(found.code, "zh")

    assert text.startswith(f"{found.code}: ")
    assert found.title not in text
    assert all(line in text for line in found.fails.splitlines())
    assert all(line in text for line in found.passes.splitlines())


@pytest.mark.parametrize("make", [reference, checks_page], ids=["words", "checks"])
def test_the_pages_are_the_same_in_both_languages_but_for_their_words(make: Callable[[str], str]) -> None:
    english, chinese = make("en"), make("zh")

    def in_quotes(text: str) -> set[str]:
        return set(re.findall(r"^### `?\w+|^## SOP\d+|^\| `[^`]+`", text, re.MULTILINE))

    assert {each for each in in_quotes(english) if "SOP" in each or "|" in each} == {
        each for each in in_quotes(chinese) if "SOP" in each or "|" in each
    }


def test_prose_is_taken_apart_into_what_the_catalogue_holds() -> None:
    text = "A first\nparagraph.\n\n| a b | `x` |\n|---|---|\n| | c |\n\n- an item\n  of two lines\n- `alone`\n"

    assert pieces(text) == ["A first paragraph.", "a b", "c", "an item of two lines"]
    assert in_language(text, "en") == text
    assert in_language("yes\n\n- no\n", "zh") == "是\n\n- 否"
