"""Values from a keyboard (`parse`) and from friendly JSON (`normalise`), both made into the record's form."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, tzinfo
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from sop_engine import canonical
from sop_engine.messages import msg
from sop_engine.procedure import Choice, Field
from sop_engine.values.moments import read_date, read_instant, read_interval, read_time
from sop_engine.values.numbers import MOST_DIGITS, exact_text, parse_decimal, parse_integer
from sop_engine.values.people import person, read_person, read_phone, read_unit
from sop_engine.values.pinyin import spellings
from sop_engine.values.problems import Problem, ValueProblem
from sop_engine.values.records import LARGEST_LIST, check, plain
from sop_engine.values.texts import bounded, clean, clean_line, fold, short, title_key


class Context(NamedTuple):
    """What reading needs to know: the site's zone, the present instant, the staff (actor id -> name), the reader's
    language, the currency of amounts, the firms from outside that work for the site (id -> title)."""

    zone: tzinfo
    now: datetime
    staff: Mapping[str, str] = MappingProxyType({})
    language: str = "zh"
    currency: str = "CNY"
    firms: Mapping[str, str] = MappingProxyType({})


YES: Final = frozenset({"是", "对", "有", "好", "yes", "y", "true", "1", "✓", "√", "☑"})
NO: Final = frozenset({"否", "不", "不是", "没有", "无", "no", "n", "false", "0", "✗", "×", "☐"})
_SEPARATOR: Final = "[,，、;；\n]"
_LONG_SEPARATOR: Final = "[;；\n]"


def parse(field: Field, text: str, context: Context) -> Any:
    """The value that somebody types for a field, in the record's form. Several values of a list stand between commas
    (texts and intervals: semicolons or line breaks), or as a JSON list. Raises `ValueProblem` and nothing else."""
    if field.type in {"rows", "checklist"} or field.many:
        return _right(field, _parse_several(field, bounded(text), context))
    return _right(field, _parse_one(field, text, context))


def normalise(field: Field, value: Any, context: Context) -> Any:
    """The record's form of a JSON value as people and programs write it: text as it is typed, numbers for decimals,
    choices and columns by id or title. `None` stays None. Raises `ValueProblem` and nothing else."""
    if value is None:
        return None
    if isinstance(value, str):
        return parse(field, value, context)
    if field.type == "rows":
        return _right(field, _rows(field, value, context))
    if field.many:
        items = value if isinstance(value, list | tuple) else [value]
        return _right(field, _in_order(field, [_normalised(field, item, context) for item in _few(items)]))
    return _right(field, _normalised(field, value, context))


def _right(field: Field, value: Any) -> Any:
    """A value that is read, once more in the eyes of `check`: its bounds, and all that reading may have let through."""
    problem: Problem | None = check(field, value)
    if problem is not None:
        raise ValueProblem(problem.message)
    return value


# --- one value -----------------------------------------------------------------------------------------------------


def _parse_one(field: Field, text: str, context: Context) -> Any:
    if field.type == "text":
        return clean(text)
    if not text.strip():
        raise ValueProblem(msg("this is empty"))
    return _READERS[field.type](field, text, context)


def _boolean(field: Field, text: str, context: Context) -> bool:
    word = title_key(text)
    if word in YES or word in NO:
        return word in YES
    raise ValueProblem(msg("{text} is neither yes nor no; write yes or no, 是 or 否", text=text[:40]))


def _choice(field: Field, text: str, context: Context) -> str:
    return find(field.choices, text)


def _staff(field: Field, text: str, context: Context) -> str:
    wanted = clean_line(short(text))
    if wanted in context.staff:
        return wanted
    key = title_key(wanted)
    named = sorted(actor for actor, name in context.staff.items() if key in (title_key(actor), title_key(name)))
    if len(named) == 1:
        return named[0]
    if named:
        raise ValueProblem(
            msg("{name} is the name of several: write the id, one of {ids}", name=wanted, ids=tuple(named))
        )
    raise ValueProblem(msg("nobody here is {name}; write an id or a full name, such as {example}", name=wanted[:40],
                           example=_somebody(context.staff)))  # fmt: skip


def _somebody(staff: Mapping[str, str]) -> str:
    actor = next(iter(staff), "")
    return f"{actor} ({staff[actor]})" if actor else "wang.fang"


def _firm(field: Field, text: str, context: Context) -> str:
    wanted = clean_line(short(text))
    key = title_key(wanted)
    named = [firm for firm, title in context.firms.items() if key in (title_key(firm), title_key(title))]
    named = named or [firm for firm, title in context.firms.items() if key in map(title_key, spellings(title))]
    if len(named) == 1:
        return named[0]
    if named:
        raise ValueProblem(
            msg("{name} is the name of several firms: write the id, one of {ids}", name=wanted, ids=tuple(named))
        )
    known = tuple(f"{title} ({firm})" for firm, title in context.firms.items())
    raise ValueProblem(
        msg("there is no firm {name}; there are: {firms}", name=wanted[:40], firms=known or (msg("none"),))
    )


def _interval(field: Field, text: str, context: Context) -> dict[str, str]:
    start, end = read_interval(text, context.now, context.zone)
    return {"start": canonical.instant_text(start), "end": canonical.instant_text(end)}


def _file(field: Field, text: str, context: Context) -> Any:
    raise ValueProblem(msg("a file is given as @path, such as @photo.jpg"))


_READERS: Final[Mapping[str, Callable[[Field, str, Context], Any]]] = {
    "integer": lambda field, text, context: parse_integer(field, text),
    "decimal": lambda field, text, context: parse_decimal(field, text),
    "money": lambda field, text, context: parse_decimal(field, text, context.currency),
    "boolean": _boolean,
    "date": lambda field, text, context: plain(read_date(text, context.now.astimezone(context.zone).date())),
    "time": lambda field, text, context: plain(read_time(text)),
    "datetime": lambda field, text, context: plain(read_instant(text, context.now, context.zone)),
    "interval": _interval,
    "phone": lambda field, text, context: read_phone(text),
    "choice": _choice,
    "person": lambda field, text, context: read_person(text),
    "staff": _staff,
    "firm": _firm,
    "unit": lambda field, text, context: read_unit(text),
    "file": _file,
    "photo": _file,
}


def find(choices: Sequence[Choice], text: str) -> str:
    """The id of the choice that `text` names, by id or by a whole title in any language. Raises `ValueProblem`."""
    key = title_key(text)
    for choice in choices:
        if key == title_key(choice.id):
            return choice.id
    named = [choice.id for choice in choices if key in map(title_key, choice.title.values())]
    if len(named) == 1:
        return named[0]
    known = tuple(
        msg("{id} ({title})", id=choice.id, title=choice.title) if choice.title else choice.id for choice in choices
    )
    raise ValueProblem(msg("{text} is no choice here; write one of {choices}", text=text[:40], choices=known))


# --- several values ------------------------------------------------------------------------------------------------


def _parse_several(field: Field, text: str, context: Context) -> Any:
    stripped = text.strip()
    if stripped[:1] in {"[", "{"} and not (field.type == "text" and stripped[:1] == "{"):
        value = _json(stripped)
        if field.type == "rows":
            return _rows(field, value, context)
        if field.type == "checklist":
            return _checklist(field, value, context)
        return _in_order(field, [_normalised(field, item, context) for item in _few(value)])
    if field.type == "rows":
        lines = [line for line in stripped.split("\n") if line.strip()]
        return _rows(field, [_pairs(line, _LONG_SEPARATOR) for line in lines], context)
    if field.type == "checklist":
        return _checklist(field, _pairs(stripped, _SEPARATOR), context)
    separator = _LONG_SEPARATOR if field.type in {"text", "interval", "person"} else _SEPARATOR
    items = [item for item in re.split(separator, stripped) if item.strip()]
    return _in_order(field, [_parse_one(field, item, context) for item in _few(items)])


def _pairs(text: str, separator: str) -> dict[str, str]:
    """`a=1;b=2` as a mapping. Raises `ValueProblem` where a piece is no pair or a name comes twice."""
    pairs: dict[str, str] = {}
    for piece in re.split(separator, text):
        name, found, value = piece.replace("＝", "=").partition("=")
        name = fold(name)
        if not piece.strip():
            continue
        if not found or not name or name in pairs:
            raise ValueProblem(msg("{text} is not written name=value", text=piece.strip()[:40]))
        pairs[name] = value.strip()
    return pairs


def _json(text: str) -> Any:
    try:
        return json.loads(text, parse_float=Decimal, parse_constant=_no_constant)
    except ValueProblem:
        raise
    except (ValueError, ArithmeticError, RecursionError):
        raise ValueProblem(msg("{text} begins like JSON and is none", text=text[:40])) from None


def _no_constant(name: str) -> Any:
    raise ValueProblem(msg("{text} is no number; write one such as {example}", text=name, example="1200.50"))


def _few(items: Any) -> Sequence[Any]:
    if not isinstance(items, list | tuple):
        raise ValueProblem(msg("a list is wanted here"))
    if len(items) > LARGEST_LIST:
        raise ValueProblem(msg("{count} are too many; at most {most}", count=len(items), most=LARGEST_LIST))
    return items


def _in_order(field: Field, items: list[Any]) -> list[Any]:
    """Items of a list as they are kept: choices in their order, each choice, unit and member of staff once."""
    if field.type == "choice":
        return [choice.id for choice in field.choices if choice.id in items]
    return list(dict.fromkeys(items)) if field.type in {"staff", "unit"} else items


# --- friendly JSON -------------------------------------------------------------------------------------------------


def _normalised(field: Field, value: Any, context: Context) -> Any:
    if isinstance(value, str):
        return _parse_one(field, value, context)
    match field.type:
        case "integer" | "decimal" | "money" if not isinstance(value, bool):
            return _number(field, value)
        case "person" if isinstance(value, Mapping) and {"name"} <= set(value) <= {"name", "phone"}:
            name, phone = value["name"], value.get("phone") or ""
            if isinstance(name, str) and isinstance(phone, str):
                return person(name, phone)
        case "interval" if isinstance(value, Mapping) and set(value) == {"start", "end"}:
            return {name: _instant(value[name], context) for name in ("start", "end")}
        case "checklist":
            return _checklist(field, value, context)
        case "text" | "phone" | "unit" | "date" | "time" | "datetime" | "choice" | "staff" | "firm":
            raise ValueProblem(msg("a text is wanted here, such as {example}", example='"..."'))
    return value


def _number(field: Field, value: Any) -> Any:
    """A JSON number as the record has it; a float is what it prints as, not the binary fraction behind it."""
    if field.type == "integer" and type(value) is int:
        return value
    if not isinstance(value, int | float | Decimal):
        raise ValueProblem(msg("a number is wanted here"))
    try:
        number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    except (ArithmeticError, ValueError):
        raise ValueProblem(msg("a number is wanted here")) from None
    if field.type != "integer":
        return exact_text(field, number)
    if not number.is_finite() or number.adjusted() >= MOST_DIGITS or number != number.to_integral_value():
        raise ValueProblem(msg("a whole number is wanted, such as {example}", example=3))
    return int(number)


def _instant(value: Any, context: Context) -> str:
    if not isinstance(value, str):
        raise ValueProblem(msg("a text is wanted here, such as {example}", example='"2026-11-22 14:00"'))
    return canonical.instant_text(read_instant(value, context.now, context.zone))


def _checklist(field: Field, value: Any, context: Context) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise ValueProblem(msg("each line of a checklist is true or false"))
    lines: dict[str, Any] = {}
    for name, done in value.items():
        line = find(field.choices, str(name))
        if line in lines:
            raise ValueProblem(msg("one of these stands here twice"))
        lines[line] = _boolean(field, done, context) if isinstance(done, str) else done
    return lines


def _rows(field: Field, value: Any, context: Context) -> list[dict[str, Any]]:
    columns = {column.id: column for column in field.columns}
    choices = [Choice(column.id, column.title) for column in field.columns]
    rows: list[dict[str, Any]] = []
    for number, row in enumerate([value] if isinstance(value, Mapping) else _few(value), 1):
        if not isinstance(row, Mapping):
            raise ValueProblem(msg("rows are wanted: a list, each with {columns}", columns=tuple(columns)))
        kept: dict[str, Any] = {}
        for name, cell in row.items():
            try:
                column = columns[find(choices, str(name))]
                if column.id in kept:
                    raise ValueProblem(msg("one of these stands here twice"))
                given = None if cell == "" else normalise(column, cell, context)
            except ValueProblem as problem:
                raise ValueProblem(
                    msg("row {number}, {column}: {problem}", number=number, column=str(name)[:40],
                        problem=problem.message)
                ) from None  # fmt: skip
            if given is not None:
                kept[column.id] = given
        rows.append(kept)
    return rows
