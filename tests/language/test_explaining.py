"""Every word of the language can be explained, in both languages."""

import pytest

from sop_engine.language import CHECKS, explain, json_schema


def words() -> list[str]:
    schema = json_schema()
    found = set(schema["properties"])
    for model in schema["$defs"].values():
        found |= set(model.get("properties", {}))
    return sorted(found - {"zh", "en"})


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_word_has_its_explanation(language: str) -> None:
    for word in words():
        assert word in explain(word, language)


def test_every_check_has_its_page() -> None:
    assert len(CHECKS) >= 40
