"""Numbers of persons in what people write freely: telephone numbers and numbers of identity cards.

The law. What is found is what looks like a Chinese mobile number (also with +86, and in groups), a landline with its
area code, a number with a country's code, or an identity card's of 18 or 15 characters (GB 11643). A landline without
its area code looks like any other number, and is none of them. A number has no other digit beside it. Masking keeps so
much that whoever knows the number knows it again, and every character that is no digit; masked text has nothing left
to mask.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any, Final

from sop_engine.procedure import Field

NUMBERS: Final = "numbers"
"""the class of personal data that they are, as a site says who sees it"""

_NARROW: Final = str.maketrans("０１２３４５６７８９＋（）Ｘｘ－", "0123456789+()Xx-")
"""characters of a Chinese keyboard, one for one"""

# patterns are texts, which `re` compiles at first use and keeps: most commands mask nothing
_GAP: Final = "[ \u3000.·\\-\u2010-\u2015\u2212]?"
_CARD: Final = (
    rf"(?P<card>\d{{6}}{_GAP}\d{{8}}{_GAP}\d{{3}}[\dXx]|"
    r"[1-9]\d{7}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3})"
)
_MOBILE: Final = (
    rf"(?:(?:[+]|00)?86{_GAP})?1[3-9]\d(?:{_GAP}\d{{4}}{_GAP}\d{{4}}|\d{_GAP}\d{{3}}{_GAP}\d{{4}}|"
    rf"{_GAP}\d{{3}}{_GAP}\d{{5}})"
)
_LANDLINE: Final = (
    rf"[(]?0(?:10|2\d|[3-9]\d\d)[)]?{_GAP}\d{{3,4}}{_GAP}\d{{4}}(?P<extension>(?:{_GAP}转{_GAP}|-)\d{{1,6}})?"
)
_ABROAD: Final = rf"[+]\d(?:{_GAP}\d){{7,13}}"
_NUMBER: Final = rf"(?<!\d)(?:{_CARD}|{_MOBILE}|{_LANDLINE}|{_ABROAD})(?![\d*])"


def numbers_in(text: str) -> list[str]:
    """The numbers of persons in a text, as they were written."""
    return [text[found.start() : found.end()] for found in _found(text)]


def without_numbers(text: str) -> str:
    """The text with a space in place of each."""
    return _replaced(text, lambda _found: " ")


def mask_numbers(text: str) -> str:
    """The text with its numbers masked: `打138****1202`, of an identity card the first and the last character."""
    return _replaced(text, lambda found: _masked(found, text))


def in_free_texts(field: Field, value: Any, change: Callable[[str], str]) -> Any:
    """A recorded value with `change` done to what somebody wrote freely in it: a text, and the texts in rows."""
    if field.type == "text":
        if isinstance(value, str):
            return change(value)
        return [change(each) for each in value] if isinstance(value, list | tuple) else value
    if field.type == "rows" and isinstance(value, list | tuple):
        columns = {column.id: column for column in field.columns}
        return [{name: in_free_texts(columns[name], cell, change) for name, cell in row.items()} for row in value]
    return value


def _found(text: str) -> Iterator[re.Match[str]]:
    """Where in a text numbers stand; full-width characters count as those that they look like."""
    return re.finditer(_NUMBER, text.translate(_NARROW))


def _replaced(text: str, by: Callable[[re.Match[str]], str]) -> str:
    parts, end = [], 0
    for found in _found(text):
        parts += [text[end : found.start()], by(found)]
        end = found.end()
    return "".join([*parts, text[end:]])


def _masked(found: re.Match[str], text: str) -> str:
    written = text[found.start() : found.end()]
    if found["card"] is not None:
        return _starred(written, 1, 1)
    extension = len(found["extension"] or "")
    main = len(written) - extension
    return _starred(written[:main], 3, 4) + _starred(written[main:], 0, 0)


def _starred(text: str, first: int, last: int) -> str:
    """Stars for the digits but the `first` and `last` ones; X at the end of an identity card's number counts as one."""
    places = [rank for rank, each in enumerate(text) if each.isdecimal() or each in "XxＸｘ"]
    hidden = set(places[first : len(places) - last])
    return "".join("*" if rank in hidden else each for rank, each in enumerate(text))
