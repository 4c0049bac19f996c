"""What the manual says of a value that stands where nobody gave one."""

import pytest

from sop_engine.documents.manual import manual
from tests.language.desk import procedure


@pytest.mark.parametrize(("value", "language", "said"), [
    ("false", "zh", "未填时为 否"), ("true", "zh", "未填时为 是"), ("false", "en", "no unless given"),
])  # fmt: skip
def test_yes_and_no_are_said_in_the_readers_words(value: str, language: str, said: str) -> None:
    made = procedure(
        f"fields:\n  note: {{type: text}}\n  checked: {{type: boolean, default: {value}}}\n"
        "open: {by: desk, ask: note, may_ask: checked, to: received}\n"
    )

    assert said in manual(made, language)
