"""A procedure's fields and an environment, for tests of guards."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from sop_engine.procedure import Choice, Field, FieldType


def make(id: str, type: FieldType, *choices: str, columns: tuple[Field, ...] = (), many: bool = False) -> Field:
    return Field(id, type, {}, choices=tuple(Choice(each, {}) for each in choices), columns=columns, many=many)


FIELDS: dict[str, Field] = {
    each.id: each
    for each in (
        make("urgency", "choice", "urgent", "normal"),
        make("severity", "choice", "normal", "major"),
        make("charge", "choice", "free", "paid", "warranty"),
        make("reasons", "choice", "safety", "money", many=True),
        make("rating", "integer"),
        make("floor", "integer"),
        make("fee", "money"),
        make("rate", "decimal"),
        make("paid", "boolean"),
        make("told", "boolean"),
        make("found", "date"),
        make("due", "date"),
        make("opens", "time"),
        make("seen", "datetime"),
        make("window", "interval"),
        make("caller", "person"),
        make("fault", "text"),
        make("note", "text"),
        make("unit", "unit"),
        make("accused", "staff", many=True),
        make("doer", "staff"),
        make("phone", "phone"),
        make("photos", "photo", many=True),
        make("handover", "checklist", "keys", "cash"),
        make(
            "quote",
            "rows",
            columns=(make("item", "text"), make("labour", "money"), make("count", "integer"), make("done", "boolean")),
        ),
    )
}


@dataclass
class World:
    """What guards ask."""

    values: Mapping[str, Any] = field(default_factory=dict)
    active: Sequence[str] = ()
    deeds: Mapping[str, int] = field(default_factory=dict)
    kin: Sequence[Mapping[str, Any]] = ()
    now: datetime = datetime(2026, 11, 22, 20, 30, tzinfo=UTC)
    zone: tzinfo = ZoneInfo("Asia/Shanghai")  # noqa: RUF009  an immutable value

    def in_state(self, state: str) -> bool:
        return state in self.active

    def did(self, trigger: str) -> bool:
        return trigger in self.deeds

    def times(self, trigger: str) -> int:
        return self.deeds.get(trigger, 0)

    def children(self, procedure: str) -> Sequence[Mapping[str, Any]]:
        return [child for child in self.kin if procedure in ("", child["procedure"])]
