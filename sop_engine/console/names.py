"""Names and times as people are shown them."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, tzinfo
from typing import Any

from sop_engine import canonical
from sop_engine.messages import Message, Text, msg, say
from sop_engine.procedure import Field
from sop_engine.values import show_instant

_YES = msg("yes")
PERSON_KEYS = frozenset({"name", "owner", "other", "actor", "holders", "who", "gone"})
"""places of messages in which an actor's id stands"""


def shown_person(actor: str, names: Mapping[str, str]) -> str:
    """`王芳 (wang_fang)`, or the id where no name is known."""
    name = names.get(actor)
    return f"{name} ({actor})" if name and name != actor else actor


def with_names(value: Any, names: Mapping[str, str], key: str = "") -> Any:
    """A Message with the people in it by name."""
    match value:
        case Message():
            inner = {name: with_names(each, names, name) for name, each in value.values.items()}
            return Message(value.template, inner)
        case str() if key in PERSON_KEYS:
            return shown_person(value, names)
        case tuple() | list():
            return tuple(with_names(each, names, key) for each in value)
        case _:
            return value


def apart(parts: Sequence[Any], language: str) -> str:
    """Parts that have commas of their own, as one text."""
    return ("；" if language == "zh" else "; ").join(say(each, language) for each in parts)


def typed_form(example: Any, language: str) -> str:
    """An example of a value as people type it: `item=box;count=3` for rows and checklists, else as it stands."""
    one = example[0] if isinstance(example, list | tuple) and example else example
    if not isinstance(one, Mapping):
        return str(one)
    return ";".join(f"{name}={say(_YES, language) if value is True else value}" for name, value in one.items())


def rows_with_names(field: Field, rows: Any, names: Mapping[str, str]) -> Any:
    """The rows of a field with whom their columns name said by name, one or many in a column."""
    staff = [column.id for column in field.columns if column.type == "staff"]
    if not staff or not rows:
        return rows

    def named(value: Any) -> Any:
        return [shown_person(each, names) for each in value] if isinstance(value, list) else shown_person(value, names)

    return [{**row, **{name: named(row[name]) for name in staff if row.get(name)}} for row in rows]


def titled(id: str, title: Text, language: str) -> str:
    """`待派单 (registered)`, or the id alone where the title says no more."""
    said = say(title, language) if title else ""
    return f"{said} ({id})" if said and said != id else id


def span(time: timedelta) -> Message:
    """A length of time in words, as people say it: minutes below two days, else days and hours."""
    minutes = round(abs(time.total_seconds()) / 60)
    days, hours, rest = minutes // 1440, minutes // 60, minutes % 60
    if days >= 2:
        left = hours % 24
        return msg("{days} days {hours} h", days=days, hours=left) if left else msg("{days} days", days=days)
    if hours:
        return msg("{hours} h {minutes} min", hours=hours, minutes=rest) if rest else msg("{hours} h", hours=hours)
    return msg("{minutes} min", minutes=rest)


def short_span(time: timedelta) -> Message:
    """A length of time for a column: to the minute below ten hours, to the hour below two days, else in days. What is
    begun is not counted, so that nothing is said to be left that is not there."""
    minutes = int(abs(time.total_seconds()) // 60)
    if minutes < 600:
        return span(timedelta(minutes=minutes))
    if minutes < 2880:
        return msg("{hours} h", hours=minutes // 60)
    return msg("{days} days", days=minutes // 1440)


def when(instant: str, now: datetime, language: str, zone: tzinfo) -> Message:
    """A recorded instant to come or gone by: `2026-11-23 周一 08:45 (in 15 min)`."""
    moment = canonical.instant_of(instant)
    shown = show_instant(moment, language, zone)
    if moment > now:
        return msg("{time} (in {span})", time=shown, span=span(moment - now))
    return msg("{time} (due {span} ago, has not fired yet)", time=shown, span=span(now - moment))
