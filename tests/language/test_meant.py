"""What somebody may have meant by a word that is not there."""

import pytest

from sop_engine.language.grammar.schema import Document
from sop_engine.language.meant import VALUES, WORDS, meant
from sop_engine.language.near import near
from sop_engine.language.source.validating import words

TOP = tuple(words(Document))


@pytest.mark.parametrize("typed", ["back", "flow", "to", "id", "x"])
def test_a_word_that_is_merely_part_of_another_is_not_offered(typed: str) -> None:
    assert near(typed, TOP) == ()


@pytest.mark.parametrize(
    ("typed", "first"),
    [("state", "states"), ("field", "fields"), ("role", "roles"), ("proceedure", "procedure"), ("stats", "states"),
     ("anytme", "anytime"), ("outcome", "outcomes"), ("on-event", "on_event"), ("prefx", "prefix")],
)  # fmt: skip
def test_a_slip_of_the_fingers_finds_its_word(typed: str, first: str) -> None:
    assert near(typed, TOP)[0] == first


def test_the_likelier_of_several_words_is_meant_where_both_may_stand() -> None:
    assert meant("角色", ("by", "roles")) == ("roles",)
    assert meant("角色", ("by", "to")) == ("by",)
    assert meant("角色", ("to",)) == ()
    assert meant("图片", ("photo", "file"), VALUES) == ("photo",)


def test_every_word_that_is_offered_is_one_of_the_language() -> None:
    from sop_engine.language.reference import json_schema
    from sop_engine.procedure import FieldType

    known = str(json_schema()) + str(FieldType)

    assert [each for target in (*WORDS.values(), *VALUES.values()) for each in target.split()
            if f"'{each}'" not in known] == []  # fmt: skip
