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
    """Draws values. `units` and `staff` are those that the stage knows."""

    def __init__(self, random: Random, zone: ZoneInfo, units: Sequence[str], staff: Sequence[str]) -> None:
        self._random = random
        self._zone = zone
        self._units = units
        self._staff = staff

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
        return {line.id: self._random.random() < 0.8 for line in field.choices}

    def _one(self, field: Field, now: datetime) -> Any:
        random = self._random
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
            case "unit":
                return random.choice(self._units)
            case _:
                return self._file(field.type)

    def _time(self, kind: str, now: datetime) -> Any:
        start = now + timedelta(minutes=self._random.randint(-24 * 60, 14 * 24 * 60))
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
