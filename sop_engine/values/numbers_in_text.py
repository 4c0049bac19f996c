"""Numbers of persons in what people write freely: telephone numbers and numbers of identity cards.

The law. What is found is what looks like a Chinese mobile number (also with +86, and in groups), a landline with its
area code, a number with a country's code, or an identity card's of 18 or 15 characters (GB 11643). A landline without
its area code looks like any other number: seven or eight digits are one only after a word that says so (电话, 座机,
tel), and where they are neither a day nor followed by what they count. A number has no other digit beside it. Masking
keeps so much that whoever knows the number knows it again, and every character that is no digit; masked text has
nothing left to mask.
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
_SAID: Final = (
    r"(?:(?:电话|座机|固话|宅电|来电|致电|回电|拨打|(?<![A-Za-z])(?:[Tt]el(?:ephone)?|TEL|[Pp]hone|[Ll]andline)\b)"
    r"(?:\s*(?:号码?|[是为到]|(?:no|number|is)\b))*[.:：]?\s*)"
)
_COUNTED: Final = r"\s*(?:元|块|万|户|平|年|个|份|件|次|米|[.,]\d|-\d{1,2}-|号楼|栋)"
_BARE: Final = (
    r"(?!(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?!\d))"
    rf"[2-8]\d{{2,3}}{_GAP}\d{{4}}(?P<more>(?:{_GAP}转{_GAP}|-)\d{{1,6}})?(?!{_COUNTED})"
)
_LOCAL: Final = rf"{_SAID}(?P<local>{_BARE})"
_NEXT: Final = rf"\s*(?:[/、,，;；]|或者?|和|or\b)\s*(?P<local>{_BARE})(?![\d*])"
"""another one, after one that was found beside a word"""
_NUMBER: Final = rf"(?<!\d)(?:{_LOCAL}|{_CARD}|{_MOBILE}|{_LANDLINE}|{_ABROAD})(?![\d*])"


def numbers_in(text: str) -> list[str]:
    """The numbers of persons in a text, as they were written."""
    return [text[slice(*_place(found))] for found in _found(text)]


def without_numbers(text: str) -> str:
    """The text with a space in place of each."""
    return _replaced(text, lambda _found: " ")


def mask_numbers(text: str) -> str:
    """The text with its numbers masked: `打138****1202`, of an identity card the first and the last character."""
    return _replaced(text, lambda found: _masked(found, text))


def in_free_texts(field: Field, value: Any, change: Callable[[str], str]) -> Any:
    """A recorded value with `change` done to what somebody wrote freely in it: a text, the texts in rows, and the names
    of files."""
    if field.type in {"file", "photo"} and value is not None:
        files = [{**each, "name": change(each["name"])} for each in (value if field.many else [value])]
        return files if field.many else files[0]
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
    narrow = text.translate(_NARROW)
    for found in re.finditer(_NUMBER, narrow):
        yield found
        after: re.Match[str] | None = found
        while after is not None and after["local"] is not None:
            after = re.compile(_NEXT).match(narrow, after.end())
            if after is not None:
                yield after


def _place(found: re.Match[str]) -> tuple[int, int]:
    """Where a number begins and ends: of one that a word tells, without the word."""
    return found.span("local") if found["local"] is not None else found.span()


def _replaced(text: str, by: Callable[[re.Match[str]], str]) -> str:
    parts, end = [], 0
    for found in _found(text):
        start, after = _place(found)
        parts += [text[end:start], by(found)]
        end = after
    return "".join([*parts, text[end:]])


def _masked(found: re.Match[str], text: str) -> str:
    start, end = _place(found)
    written, local = text[start:end], found["local"] is not None
    if not local and found["card"] is not None:
        return _starred(written, 1, 1)
    extension = len(found["more" if local else "extension"] or "")
    main = len(written) - extension
    return _starred(written[:main], 0 if local else 3, 4) + _starred(written[main:], 0, 0)


def _starred(text: str, first: int, last: int) -> str:
    """Stars for the digits but the `first` and `last` ones; X at the end of an identity card's number counts as one."""
    places = [rank for rank, each in enumerate(text) if each.isdecimal() or each in "XxＸｘ"]
    hidden = set(places[first : len(places) - last])
    return "".join("*" if rank in hidden else each for rank, each in enumerate(text))
