"""Values in the record's form: whether they are right (`check`), what Python makes of them (`decode`), and back."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from functools import partial
from typing import Any, Final

from sop_engine import canonical
from sop_engine.messages import msg
from sop_engine.procedure import LARGEST_ROWS, Field
from sop_engine.values.moments import in_calendar
from sop_engine.values.numbers import decimal_text, is_decimal_text, quantise
from sop_engine.values.people import LONGEST_NAME, is_phone, is_unit
from sop_engine.values.problems import Problem
from sop_engine.values.texts import check_text

LARGEST_LIST: Final = 1000
"""items of a field with many values"""
LONGEST_ID: Final = 100
FILE_KEYS: Final = frozenset({"sha256", "name", "size", "type"})


# --- record form -> Python -----------------------------------------------------------------------------------------


def _same(value: Any) -> Any:
    return value


def _interval(value: Mapping[str, str]) -> dict[str, datetime]:
    return {"start": canonical.instant_of(value["start"]), "end": canonical.instant_of(value["end"])}


_DECODERS: Final[Mapping[str, Callable[[Any], Any]]] = {
    "text": _same, "integer": _same, "decimal": Decimal, "money": Decimal, "boolean": _same,
    "date": date.fromisoformat, "time": time.fromisoformat, "datetime": canonical.instant_of, "interval": _interval,
    "phone": _same, "choice": _same, "person": _same, "staff": _same, "firm": _same, "unit": _same,
    "file": _same, "photo": _same,
    "checklist": _same,
}  # fmt: skip


def decode(field: Field, value: Any) -> Any:
    """The Python value of a value in the record's form (which `check` has passed): `Decimal`, `date`, `time`, aware UTC
    `datetime`, `{"start", "end"}` of those for an interval, a list of mappings for rows, else the value itself."""
    if field.type == "rows":
        columns = {column.id: column for column in field.columns}
        return [{name: decode(columns[name], cell) for name, cell in row.items() if name in columns} for row in value]
    decoder = _DECODERS[field.type]
    return [decoder(item) for item in value] if field.many else decoder(value)


def decoder(field: Field) -> Callable[[Any], Any]:
    """A function that does for one field what `decode` does."""
    return partial(decode, field) if field.many or field.type == "rows" else _DECODERS[field.type]


# --- Python -> record form -----------------------------------------------------------------------------------------


def encode(field: Field, value: Any) -> Any:
    """The record's form of what `decode` or an expression gives: decimals rounded half up to the field's scale, whole
    numbers half up to one; None where a number is larger than the field can hold."""
    if field.type == "rows":
        columns = {column.id: column for column in field.columns}
        return [{name: encode(columns[name], cell) for name, cell in row.items()} for row in value]
    if field.many:
        return [_encoded(field, item) for item in value]
    return _encoded(field, value)


def _encoded(field: Field, value: Any) -> Any:
    match value:
        case bool():
            return value
        case int() | Decimal() if field.type == "integer":
            whole = int(quantise(value, 0))
            return whole if abs(whole) <= canonical.LARGEST_INTEGER else None
        case int() | Decimal() if field.type in {"decimal", "money"}:
            text = decimal_text(value, field.scale)
            return text if is_decimal_text(text, field.scale) else None
        case _:
            return plain(value)


def plain(value: Any) -> Any:
    """A Python value as plain JSON, where no field says how: decimals with the digits they have, instants as texts."""
    match value:
        case Decimal():
            return f"{value:f}"
        case datetime():
            return canonical.instant_text(value)
        case date():
            return value.isoformat()
        case time():
            return f"{value:%H:%M}"
        case Mapping():
            return {key: plain(item) for key, item in value.items()}
        case list() | tuple():
            return [plain(item) for item in value]
        case _:
            return value


# --- is it right? --------------------------------------------------------------------------------------------------


def check(field: Field, value: Any) -> Problem | None:
    """What is wrong with a value that should be in the record's form, or None. Takes any JSON and raises nothing.
    Whether a unit, a member of staff or a file is known to the site is for the caller to ask."""
    if field.type == "rows":
        return _check_rows(field, value)
    if not field.many:
        return _check_item(field, value) or _check_bounds(field, value)
    if not isinstance(value, list | tuple):
        return Problem(msg("a list is wanted here"))
    if len(value) > LARGEST_LIST:
        return Problem(msg("{count} are too many; at most {most}", count=len(value), most=LARGEST_LIST))
    if not value:
        return Problem(msg("this list is empty; give at least one, or leave it out"))
    for item in value:
        if problem := _check_item(field, item):
            return problem
    if field.type in {"choice", "staff", "unit"} and len(set(value)) != len(value):
        return Problem(msg("one of these stands here twice"))
    if field.type == "choice":
        order = {choice.id: rank for rank, choice in enumerate(field.choices)}
        if sorted(value, key=order.__getitem__) != list(value):
            return Problem(msg("the choices must stand in their order: {choices}", choices=tuple(order)))
    return _check_count(field, len(value))


def _check_count(field: Field, count: int) -> Problem | None:
    if field.min is not None and count < int(field.min):
        return Problem(msg("at least {least} are wanted, and there are {count}", least=field.min, count=count))
    if field.max is not None and count > int(field.max):
        return Problem(msg("at most {most} are wanted, and there are {count}", most=field.max, count=count))
    return None


def _check_item(field: Field, value: Any) -> Problem | None:
    match field.type:
        case "text":
            return check_text(value) or (None if value.strip() else Problem(msg("this is empty")))
        case "integer":
            right = type(value) is int and abs(value) <= canonical.LARGEST_INTEGER
            return None if right else Problem(msg("a whole number is wanted, such as {example}", example=3))
        case "decimal" | "money":
            right = is_decimal_text(value, field.scale)
            example = decimal_text(12, field.scale)
            return None if right else Problem(msg('a number is wanted, as text: "{example}"', example=example))
        case "boolean":
            return None if isinstance(value, bool) else Problem(msg("true or false is wanted"))
        case "date":
            return _check_read(value, 10, date.fromisoformat, "2026-11-22")
        case "time":
            return _check_read(value, 5, time.fromisoformat, "18:30")
        case "datetime":
            return _check_read(value, 24, canonical.instant_of, "2026-11-22T06:30:00.000Z")
        case "phone":
            return None if is_phone(value) else Problem(msg("a telephone number is wanted, such as 13800000000"))
        case "unit":
            return None if is_unit(value) else Problem(msg("a unit is wanted, such as 3-2-1202"))
        case "staff":
            return _check_line(value, LONGEST_ID, msg("a member of staff is wanted, by id"))
        case "firm":
            return _check_line(value, LONGEST_ID, msg("a firm is wanted, by id"))
        case "choice":
            known = tuple(choice.id for choice in field.choices)
            right = isinstance(value, str) and value in known
            return None if right else Problem(msg("one of these is wanted: {choices}", choices=known))
        case _:
            return _check_mapping(field, value)


def _check_read(value: Any, length: int, read: Callable[[str], Any], example: str) -> Problem | None:
    """A date, time or instant must be exactly as the record writes it: read and written again it is the same."""
    try:
        if isinstance(value, str) and len(value) == length:
            moment = read(value)
            if plain(moment) == value and (isinstance(moment, time) or in_calendar(moment)):
                return None
    except (ValueError, OverflowError):
        pass
    return Problem(msg("what is wanted is written {example}", example=example))


def _check_line(value: Any, longest: int, wanted: Any) -> Problem | None:
    if not isinstance(value, str) or not value or len(value) > longest or value != value.strip():
        return Problem(wanted)
    return check_text(value, lines=False)


def _check_mapping(field: Field, value: Any) -> Problem | None:
    """A person, an interval, a file or a checklist."""
    if not isinstance(value, Mapping):
        return Problem(_WANTED[field.type])
    match field.type:
        case "person":
            if not {"name"} <= set(value) <= {"name", "phone"}:
                return Problem(_WANTED["person"])
            if "phone" in value and not is_phone(value["phone"]):
                return Problem(msg("a telephone number is wanted, such as 13800000000"))
            return _check_line(value["name"], LONGEST_NAME, _WANTED["person"])
        case "interval":
            if set(value) != {"start", "end"}:
                return Problem(_WANTED["interval"])
            for moment in value.values():
                if problem := _check_read(moment, 24, canonical.instant_of, "2026-11-22T06:30:00.000Z"):
                    return problem
            return None if value["start"] < value["end"] else Problem(msg("an interval begins before it ends"))
        case "checklist":
            known = tuple(line.id for line in field.choices)
            if not value or not set(value) <= set(known):
                return Problem(msg("the lines of this checklist are {lines}", lines=known))
            right = all(isinstance(done, bool) for done in value.values())
            return None if right else Problem(_WANTED["checklist"])
        case _:
            if not _is_file(value):
                return Problem(_WANTED["file"])
            if field.type == "photo" and not str(value["type"]).startswith("image/"):
                return Problem(msg("{name} is no picture, by what it begins with", name=str(value["name"])))
            return None


_WANTED: Final = {
    "person": msg('a person is wanted: {{"name": ..., "phone": ...}}'),
    "interval": msg('an interval is wanted: {{"start": ..., "end": ...}}'),
    "checklist": msg("each line of a checklist is true or false"),
    "file": msg("a file is wanted: @path"),
    "photo": msg("a file is wanted: @path"),
}


def _is_file(value: Mapping[str, Any]) -> bool:
    if set(value) != FILE_KEYS:
        return False
    sha256, name, size, kind = (value[key] for key in ("sha256", "name", "size", "type"))
    return (
        isinstance(sha256, str)
        and len(sha256) == 64
        and set(sha256) <= set("0123456789abcdef")
        and _check_line(name, 255, msg("a file is wanted: @path")) is None
        and not {"/", "\\"} & set(name)
        and type(size) is int
        and 0 <= size <= canonical.LARGEST_INTEGER
        and _check_line(kind, 100, msg("a file is wanted: @path")) is None
    )


def _check_rows(field: Field, value: Any) -> Problem | None:
    if not isinstance(value, list | tuple):
        return Problem(msg("rows are wanted: a list, each with {columns}", columns=_columns(field)))
    if len(value) > LARGEST_ROWS:
        return Problem(msg("{count} are too many; at most {most}", count=len(value), most=LARGEST_ROWS))
    columns = {column.id: column for column in field.columns}
    for number, row in enumerate(value, 1):
        if not isinstance(row, Mapping) or not row or not set(row) <= set(columns):
            return Problem(msg("row {number} must have some of {columns}, and nothing else", number=number,
                               columns=_columns(field)))  # fmt: skip
        for name, cell in row.items():
            if problem := check(columns[name], cell):
                return Problem(
                    msg("row {number}, {column}: {problem}", number=number, column=name, problem=problem.message)
                )
    return _check_count(field, len(value))


def _columns(field: Field) -> tuple[str, ...]:
    return tuple(column.id for column in field.columns)


def _check_bounds(field: Field, value: Any) -> Problem | None:
    """Least and greatest value; of a text its characters, of a checklist its answered lines."""
    if field.min is None and field.max is None:
        return None
    if field.type in {"text", "checklist"}:
        if field.min is not None and len(value) < int(field.min):
            return Problem(msg("this is too short; at least {least} are wanted", least=field.min))
        if field.max is not None and len(value) > int(field.max):
            return Problem(msg("this is too long; at most {most} are wanted", most=field.max))
        return None
    if field.type not in {"integer", "decimal", "money", "date", "time", "datetime"}:
        return None
    given = decode(field, value)
    if field.min is not None and given < bound(field, field.min):
        return Problem(msg("{value} is too little; at least {least}", value=value, least=field.min))
    if field.max is not None and given > bound(field, field.max):
        return Problem(msg("{value} is too much; at most {most}", value=value, most=field.max))
    return None


def bound(field: Field, limit: str | int) -> Any:
    """A field's `min` or `max` as a Python value that its values are compared with."""
    if field.type == "integer":
        return int(limit)
    moment = _DECODERS[field.type](limit)
    return moment.replace(tzinfo=UTC) if isinstance(moment, datetime) and moment.tzinfo is None else moment
