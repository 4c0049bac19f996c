"""Kinds of values in expressions, and which of them go together."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sop_engine.messages import Message, msg
from sop_engine.procedure import Field, Tree

NAMES: Final[dict[str, Message]] = {
    "boolean": msg("true or false"),
    "number": msg("a number"),
    "text": msg("text"),
    "date": msg("a date"),
    "time": msg("a time of day"),
    "datetime": msg("a date with a time"),
    "duration": msg("a duration"),
    "interval": msg("an interval"),
    "phone": msg("a phone number"),
    "choice": msg("a choice"),
    "person": msg("a person"),
    "staff": msg("a member of staff"),
    "firm": msg("a firm"),
    "unit": msg("a unit"),
    "file": msg("a file"),
    "photo": msg("a photo"),
    "checklist": msg("a checklist"),
    "rows": msg("rows"),
    "unknown": msg("something unknown"),
}
WORDED: Final = frozenset({"text", "choice", "phone", "staff", "firm", "unit"})
"""Kinds that are text inside."""
TIME: Final = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]\Z")


@dataclass(frozen=True, slots=True)
class Kind:
    """What kind of value it is; `many` is a list of such. Of a choice, `field` and its `choices`."""

    name: str
    many: bool = False
    field: str = ""
    choices: tuple[str, ...] = ()

    @property
    def one(self) -> "Kind":
        return Kind(self.name, False, self.field, self.choices)

    @property
    def words(self) -> Message:
        return msg("a list ({kind})", kind=NAMES[self.name]) if self.many else NAMES[self.name]

    @property
    def values(self) -> dict[str, Any]:
        return {"field": self.field, "choices": self.choices}


BOOLEAN: Final = Kind("boolean")
NUMBER: Final = Kind("number")
TEXT: Final = Kind("text")
DATE: Final = Kind("date")
DATETIME: Final = Kind("datetime")
DURATION: Final = Kind("duration")
UNKNOWN: Final = Kind("unknown")


def kind_of(field: Field) -> Kind:
    name = "number" if field.type in ("integer", "decimal", "money") else field.type
    choices = tuple(choice.id for choice in field.choices) if field.type == "choice" else ()
    return Kind(name, field.many, field.id, choices)


def comparable(left: Kind, right: Kind) -> bool:
    """Whether `==` between the two can ever hold."""
    if "unknown" in (left.name, right.name):
        return True
    if left.many or right.many:
        return False
    if left.name in WORDED and right.name in WORDED:
        return True
    return left.name == right.name and left.name in ("boolean", "number", "date", "time", "datetime")


def ordered(kind: Kind) -> bool:
    """Whether one such value comes before another."""
    return kind.name in ("number", "date", "time", "datetime", "unknown") and not kind.many


def adapted(text: str, other: Kind) -> tuple[Tree, Kind, str | None]:
    """A text constant beside a value of kind `other`: its tree, its kind, and what is wrong with it (None: nothing)."""
    match other.name:
        case "date":
            return ("const", "date", text), DATE, None if is_date(text) else "no_date"
        case "time":
            return ("const", "time", text), Kind("time"), None if TIME.match(text) else "no_time"
        case "datetime":
            return ("const", "datetime", text), DATETIME, None if is_wall_time(text) else "no_datetime"
        case "choice" if text not in other.choices:
            return ("const", "text", text), TEXT, "no_choice"
    return ("const", "text", text), TEXT, None


def is_wall_time(text: str) -> bool:
    """`2026-11-22 08:30`, or a date for its beginning."""
    day, blank, time = text.partition(" ")
    return is_date(day) and (not blank or TIME.match(time) is not None)


def is_date(text: str) -> bool:
    if not re.match(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z", text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
