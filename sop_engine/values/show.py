"""Values for people's eyes, and what a prompt or a program is told of a field."""

from collections.abc import Mapping
from datetime import date, datetime, tzinfo
from decimal import Decimal
from typing import Any, Final

from sop_engine import canonical
from sop_engine.messages import msg, say, title_of
from sop_engine.procedure import Choice, Field
from sop_engine.values.numbers import amount, quantise
from sop_engine.values.people import mask, mask_name
from sop_engine.values.records import bound, plain

_WEEKDAYS: Final = (msg("Mon"), msg("Tue"), msg("Wed"), msg("Thu"), msg("Fri"), msg("Sat"), msg("Sun"))


def show(field: Field, value: Any, language: str, zone: tzinfo, masked: bool = False, currency: str = "") -> str:
    """A value in the record's form, in words of `language` (`zh` or `en`), instants on the clock of `zone`, money in
    `currency` (ISO 4217), bare where none is said. `masked` hides most of names and telephone numbers. One line; free
    text keeps its own."""
    if value is None:
        return ""
    if field.type == "rows":
        return _list([_row(field, row, language, zone, masked, currency) for row in value], language, "；", "; ")
    if field.many:
        return _list([_one(field, item, language, zone, masked, currency) for item in value], language)
    return _one(field, value, language, zone, masked, currency)


def _one(field: Field, value: Any, language: str, zone: tzinfo, masked: bool, currency: str) -> str:
    match field.type:
        case "boolean":
            return say(msg("yes") if value else msg("no"), language)
        case "money":
            return amount(Decimal(value), currency)
        case "date":
            return show_date(date.fromisoformat(value), language)
        case "datetime":
            return show_instant(canonical.instant_of(value), language, zone)
        case "interval":
            return show_interval(value, language, zone)
        case "phone":
            return mask(value) if masked else str(value)
        case "choice":
            return choice_title(field, value, language)
        case "person":
            return _person(value, masked)
        case "file" | "photo":
            return str(value["name"])
        case "checklist":
            titles = {line.id: title_of(line.title, language, line.id) for line in field.choices}
            colon = "：" if language == "zh" else ": "
            lines = [name for name in titles if name in value]
            return _list(
                [f"{titles[name]}{colon}{_yes(value[name], language)}" for name in lines], language, "；", "; "
            )
        case _:
            return str(value)


def _yes(value: bool, language: str) -> str:
    return say(msg("yes") if value else msg("no"), language)


def _person(value: Mapping[str, str], masked: bool) -> str:
    name, phone = value["name"], value.get("phone", "")
    if masked:
        name, phone = mask_name(name), mask(phone)
    return f"{name} {phone}".strip()


def _row(field: Field, row: Mapping[str, Any], language: str, zone: tzinfo, masked: bool, currency: str) -> str:
    cells = []
    for column in field.columns:
        if column.id in row:
            shown = show(column, row[column.id], language, zone, masked, currency)
            cells.append(f"{title_of(column.title, language, column.id)} {shown}")
    return _list(cells, language, "，", ", ")


def _list(items: list[str], language: str, zh: str = "、", en: str = ", ") -> str:
    return (zh if language == "zh" else en).join(items)


def choice_title(field: Field, value: str, language: str) -> str:
    """The title of a choice; its id where the field has it no more."""
    return next((title_of(choice.title, language, value) for choice in field.choices if choice.id == value), value)


def show_date(day: date, language: str) -> str:
    """`2026-11-22 周日`, `2026-11-22 Sun`."""
    return f"{day.isoformat()} {say(_WEEKDAYS[day.weekday()], language)}"


def show_instant(instant: datetime, language: str, zone: tzinfo) -> str:
    """`2026-11-22 周日 08:30` on the clock of `zone`, seconds cut."""
    local = instant.astimezone(zone)
    return f"{show_date(local.date(), language)} {local:%H:%M}"


def show_interval(value: Mapping[str, str], language: str, zone: tzinfo) -> str:
    """`2026-11-22 周日 08:30-12:00`; both days where it crosses midnight."""
    start, end = (canonical.instant_of(value[name]) for name in ("start", "end"))
    if start.astimezone(zone).date() == end.astimezone(zone).date():
        return f"{show_instant(start, language, zone)}-{end.astimezone(zone):%H:%M}"
    return f"{show_instant(start, language, zone)} - {show_instant(end, language, zone)}"


# --- what a prompt says ----------------------------------------------------------------------------------------------


def needs(field: Field, required: bool) -> dict[str, Any]:
    """What a program is told of a field that is asked: `name, type, title, required, many, min, max, choices, example`;
    titles as the owner wrote them (`{"zh": ..., "en": ...}`), and so the words of an example."""
    return {
        "name": field.id,
        "type": field.type,
        "title": dict(field.title),
        "required": required,
        "many": field.many,
        "min": field.min,
        "max": field.max,
        "choices": [_choice(choice) for choice in field.choices],
        "example": _in_both(example(field, "zh"), example(field, "en")),
    }


def _choice(choice: Choice) -> dict[str, Any]:
    return {"id": choice.id, "title": dict(choice.title)}


def _in_both(zh: Any, en: Any) -> Any:
    """The same value, its words in both languages where they differ."""
    if zh == en:
        return en
    if isinstance(en, list):
        return [_in_both(*pair) for pair in zip(zh, en, strict=True)]
    if isinstance(en, dict):
        return {name: _in_both(zh[name], en[name]) for name in en}
    return {"zh": zh, "en": en}


def example(field: Field, language: str) -> Any:
    """A value that could be given: text as it is typed; of rows and checklists JSON, of lists a list. A free text says
    in `language` that it is anybody's words, so that nobody takes it for an answer."""
    if field.type == "rows":
        row = {column.id: example(column, language) for column in field.columns if column.type not in {"file", "photo"}}
        return [row] * max(int(field.min or 1), 1)
    if field.type == "checklist":
        return {line.id: True for line in field.choices}
    one = _example(field, language)
    if not field.many:
        return one
    if field.type == "choice":
        return [choice.id for choice in field.choices[: max(int(field.min or 1), 1)]]
    return [one]


def _example(field: Field, language: str) -> str:
    match field.type:
        case "text":
            least, most = (None if field.many else each for each in (field.min, field.max))
            words = say(msg("in your own words"), language)[: int(most) if most is not None else None]
            return words + "." * (int(least or 0) - len(words))
        case "choice":
            return field.choices[0].id if field.choices else ""
        case "integer" | "decimal" | "money" | "date" | "time" | "datetime":
            return _within_bounds(field)
        case _:
            return _EXAMPLES[field.type]


_EXAMPLES: Final = {
    "boolean": "yes", "time": "18:30", "interval": "2026-11-22 14:00-16:00", "phone": "13800000000",
    "person": "王芳 13800000000", "staff": "wang.fang", "firm": "tianyi_lift", "unit": "3-2-1202",
    "file": "@report.pdf", "photo": "@photo.jpg", "integer": "3", "decimal": "12.5", "money": "120.50",
    "date": "2026-11-22", "datetime": "2026-11-22 14:00",
}  # fmt: skip


def _within_bounds(field: Field) -> str:
    """The usual example where the field's bounds allow it, else one of the bounds."""
    usual = _EXAMPLES[field.type]
    if field.many or (field.min is None and field.max is None):
        return f"{quantise(Decimal(usual), field.scale):f}" if field.type in {"decimal", "money"} else usual
    value: Any = datetime(2026, 11, 22, 6) if field.type == "datetime" else bound(field, usual)
    limits = [None if each is None else bound(field, each) for each in (field.min, field.max)]
    if isinstance(value, datetime):
        limits = [each if each is None else each.replace(tzinfo=None) for each in limits]
    if limits[0] is not None and value < limits[0]:
        value = limits[0]
    if limits[1] is not None and value > limits[1]:
        value = limits[1]
    return f"{value.isoformat(timespec='milliseconds')}Z" if isinstance(value, datetime) else str(plain(value))
