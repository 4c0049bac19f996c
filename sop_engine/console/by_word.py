"""Values said as bare words, as a clerk says them on the telephone: `sop new repair 3-2-1202 厨房水管漏水 急修 来电`.

| a word | is the value of |
|---|---|
| `name=value` | the field of that name |
| the title or id of a choice | the field that has this choice |
| a telephone number; a name with one; a unit; a date, a time or an interval | the field of such values |
| whatever else | the texts that are asked for, in their order; the last one takes the rest |

A unit is what the register has, or what can be nothing else: `3-2-1202`. Nothing is guessed: a word that two fields
could take is refused, with what to write.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from sop_engine import values
from sop_engine.console.given import field_named, not_a_value, read_texts
from sop_engine.console.registered import as_registered
from sop_engine.errors import NotUnderstood
from sop_engine.messages import msg
from sop_engine.procedure import Field
from sop_engine.values import ValueProblem

if TYPE_CHECKING:
    from sop_engine.console.opened import Opened

Asked = Callable[[Field, Mapping[str, Any]], bool]
"""whether a field is asked for, by the values that were given"""
_NUMBERED: Final = r"[0-9A-Z]+(-[0-9A-Z]+)+"
_BY_FORM: Final = ("phone", "person", "unit", "interval", "datetime", "date")
"""types whose values are known by how they are written"""


def read_words(
    opened: "Opened", fields: Sequence[Field], given: Mapping[str, Any], words: Sequence[str], asked: Asked
) -> dict[str, Any]:
    """The values that bare words give to `fields`, in the order in which they are asked for, besides what was `given`;
    by field id. Raises `NotUnderstood` for a word that no field takes, or several."""
    found: dict[str, Any] = {}
    texts: list[str] = []
    for word in words:
        if "=" in word or "＝" in word:
            field, value = _named(opened, fields, word)
        else:
            taking = _taking(opened, fields, word)
            free = [each for each in taking if each[0].id not in found and each[0].id not in given]
            if not taking:
                texts.append(word)
                continue
            if not free:
                raise _twice(taking[0][0], word)
            if len(free) > 1:
                raise _ambiguous([each for each, _value in free], word)
            field, value = free[0]
        if field.id in found or field.id in given:
            raise _twice(field, word)
        found[field.id] = value
    return found | _in_texts(opened, fields, {**given, **found}, texts, asked)


def _named(opened: "Opened", fields: Sequence[Field], word: str) -> tuple[Field, Any]:
    name, said = re.split("[=＝]", word, maxsplit=1)
    field = field_named({each.id: each for each in fields}, name)
    try:
        return field, read_texts(opened, field, [said])
    except ValueProblem as problem:
        raise not_a_value(field, problem) from None


def _taking(opened: "Opened", fields: Sequence[Field], word: str) -> list[tuple[Field, Any]]:
    """The fields that take a word, each with the value that it is; choices before whatever else."""
    found: list[tuple[Field, Any]] = []
    for types in (("choice",), *((each,) for each in _BY_FORM)):
        for field in fields:
            if field.type in types and (value := _read(opened, field, word)) is not None:
                found.append((field, value))
        if found:
            return found
    return found


def _read(opened: "Opened", field: Field, word: str) -> Any:
    """The value that a word is of a field; None where it is none."""
    try:
        value = values.parse(field, word, opened.context(field))
    except ValueProblem:
        return None
    one = value[0] if field.many and isinstance(value, list) and len(value) == 1 else value
    if field.type == "person" and not (isinstance(one, Mapping) and one.get("phone")):
        return None
    if field.type == "unit":
        if not isinstance(one, str) or not any(each.isdecimal() for each in one):
            return None
        with opened.reading() as reading:
            one = as_registered(reading, one)
            if re.fullmatch(_NUMBERED, one) is None and reading.unit(one) is None:
                return None
        return [one] if field.many else one
    return value


def _in_texts(
    opened: "Opened", fields: Sequence[Field], given: Mapping[str, Any], words: Sequence[str], asked: Asked
) -> dict[str, Any]:
    """The remaining words as the texts that are asked for."""
    if not words:
        return {}
    free = [each for each in fields if each.type == "text" and each.id not in given and asked(each, given)]
    if not free:
        raise NotUnderstood(
            msg("nothing here takes `{word}`", word=words[0][:60]), fix=msg("say for which field it is: name=value")
        )
    last = len(free) - 1
    pieces = [*words[:last], *([" ".join(words[last:])] if words[last:] else [])]
    found: dict[str, Any] = {}
    for field, piece in zip(free, pieces, strict=False):
        try:
            found[field.id] = read_texts(opened, field, [piece])
        except ValueProblem as problem:
            raise not_a_value(field, problem) from None
    return found


def _ambiguous(fields: Sequence[Field], word: str) -> NotUnderstood:
    titles = tuple(msg("{title} ({id})", title=each.title or each.id, id=each.id) for each in fields)
    return NotUnderstood(
        msg("`{word}` could be of {fields}", word=word[:60], fields=titles),
        near=[f"{each.id}={word[:60]}" for each in fields],
        fix=msg("say for which field it is: name=value"),
    )


def _twice(field: Field, word: str) -> NotUnderstood:
    return NotUnderstood(
        msg("{field} is given already, so `{word}` has no place", field=field.title or field.id, word=word[:60]),
        where=field.id,
        fix=msg("say for which field it is: name=value"),
    )
