"""Made-up values of every type of field, in the record's form, drawn from a random generator and nothing else."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final
from zoneinfo import ZoneInfo

from sop_engine import canonical
from sop_engine.procedure import Field

_WORDS: Final = ("漏水", "已说明", "门锁", "3 号", "Ring <b>", "{{ unit }}", "换新", "顶灯 😀", "no answer")
"""pieces of text, some of them such as a careless template or terminal would trip over"""


class MadeUp:
    """Draws values. `units`, `staff` and `firms` are those that the stage knows."""

    known: Sequence[Any] = ()
    """what the ticket at hand holds already: half the time a value is one of these, as a tag that is on the list is"""

    def __init__(
        self,
        random: Random,
        zone: ZoneInfo,
        units: Sequence[str],
        staff: Sequence[str],
        firms: Sequence[str] = (),
    ) -> None:
        self._random = random
        self._zone = zone
        self._units = units
        self._staff = staff
        self._firms = firms

    def value(self, field: Field, now: datetime) -> Any:
        """A value that the field takes, with several items where it holds a list."""
        if field.type in ("rows", "checklist"):
            return self._lines(field) if field.type == "checklist" else self._rows(field, now)
        if not field.many:
            return self._one(field, now)
        least = max(int(field.min or 1), 1)
        items = [self._one(field, now) for _ in range(self._random.randint(least, least + 2))]
        if field.type == "choice":
            return [choice.id for choice in field.choices if choice.id in items]
        return items if field.type not in ("staff", "unit") else list(dict.fromkeys(items))

    def _rows(self, field: Field, now: datetime) -> list[dict[str, Any]]:
        count = self._random.randint(1, 3)
        return [
            {column.id: self.value(column, now) for column in field.columns if self._random.random() < 0.8}
            for _ in range(count)
        ]

    def _lines(self, field: Field) -> dict[str, bool]:
        """All of it done, as often as not: few conditions hold of what is done in part."""
        if self._random.random() < 0.5:
            return {line.id: True for line in field.choices}
        return {line.id: self._random.random() < 0.8 for line in field.choices}

    def _one(self, field: Field, now: datetime) -> Any:
        random = self._random
        if field.type in ("text", "integer") and random.random() < 0.5:
            echoes = [each for each in self.known if _fits(field, each)]
            if echoes:
                return random.choice(echoes)
        match field.type:
            case "text":
                least = int(field.min or 1) if not field.many else 1
                words = " ".join(random.choice(_WORDS) for _ in range(random.randint(1, 4)))
                return words + "。" * max(0, least - len(words))
            case "integer":
                return random.randint(int(field.min or 1), int(field.max if field.max is not None else 99))
            case "decimal" | "money":
                return f"{random.randint(0, 500)}.{'5' * field.scale}" if field.scale else str(random.randint(0, 500))
            case "boolean":
                return random.random() < 0.5
            case "choice":
                return random.choice(field.choices).id
            case "date" | "time" | "datetime" | "interval":
                return self._time(field.type, now)
            case "phone":
                return f"138{random.randint(0, 99_999_999):08}"
            case "person":
                return {"name": "周先生", "phone": f"139{random.randint(0, 99_999_999):08}"}
            case "staff":
                return random.choice(self._staff)
            case "firm":
                return random.choice(self._firms)
            case "unit":
                return random.choice(self._units)
            case _:
                return self._file(field.type)

    def _time(self, kind: str, now: datetime) -> Any:
        latest = self._random.choice((24 * 60, 14 * 24 * 60, 200 * 24 * 60))
        start = now + timedelta(minutes=self._random.randint(-24 * 60, latest))
        match kind:
            case "date":
                return start.astimezone(self._zone).date().isoformat()
            case "time":
                return f"{start.astimezone(self._zone):%H:%M}"
            case "datetime":
                return canonical.instant_text(start)
            case _:
                end = start + timedelta(minutes=self._random.randint(15, 240))
                return {"start": canonical.instant_text(start), "end": canonical.instant_text(end)}

    def _file(self, kind: str) -> dict[str, Any]:
        name = f"{self._random.randint(1, 9999)}.jpg"
        media = "image/jpeg" if kind == "photo" else "application/octet-stream"
        return {"sha256": canonical.digest(name.encode()), "name": name, "size": 1000, "type": media}


def plain(held: Any) -> list[Any]:
    """The texts and whole numbers in a ticket's fields, those in rows and persons too."""
    if isinstance(held, dict):
        return [each for item in held.values() for each in plain(item)]
    if isinstance(held, list):
        return [each for item in held for each in plain(item)]
    return [held] if isinstance(held, str | int) and not isinstance(held, bool) else []


def _fits(field: Field, item: Any) -> bool:
    if field.type == "text":
        return isinstance(item, str) and len(item) >= int(field.min or 1) and len(item) <= int(field.max or 200)
    return isinstance(item, int) and int(field.min or 0) <= item <= int(field.max if field.max is not None else 99)
