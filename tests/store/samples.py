"""Steps, tickets and heads with made-up content, for tests of the store."""

from typing import Any

from sop_engine import canonical
from sop_engine.store.seam import Head, Writes
from sop_engine.ticket.records import Sealed, Step, Ticket

ID = "WX-20261121-007"


def ticket(id: str = ID, number: int = 1, **members: Any) -> Ticket:
    """A ticket after its step `number`."""
    given: dict[str, Any] = {
        "procedure": "repair",
        "digest": "d" * 64,
        "number": number,
        "active": ["open", "waiting"],
        "opened": "2026-11-21T01:00:00.000Z",
        "recorded": f"2026-11-21T01:{number % 60:02d}:00.000Z",
        "owner": "lin",
    }
    return Ticket(id=id, **(given | members))


def head(after: Ticket, **members: Any) -> Head:
    """The line in a list of a ticket as it stands."""
    line = Head(
        id=after.id,
        procedure=after.procedure,
        digest=after.digest,
        version=1,
        number=after.number,
        hash=after.head,
        status=after.status,
        outcome=after.outcome,
        state=(after.active[-1],),
        subject="厨房漏水",
        unit="3-2-1202",
        owner=after.owner,
        tasks=after.tasks,
        opened=after.opened,
        recorded=after.recorded,
        effective=after.effective,
        next_due=min((timer["due"] for timer in after.timers.values() if timer.get("due")), default=None),
        parent=after.parent,
        promised=None,
        missed=None,
    )
    return line._replace(**members)


def step(after: Ticket, values: dict[str, Sealed] | None = None, padding: int = 0) -> Step:
    """The step that led to `after`."""
    data = canonical.to_bytes({"ticket": after.id, "number": after.number, "padding": "x" * padding})
    return Step(after.id, after.number, data, canonical.digest(data), (), values or {}, (), after)


def append(writes: Writes, after: Ticket, values: dict[str, Sealed] | None = None, **members: Any) -> Step:
    """Append the step that led to `after`; `members` are the head's."""
    made = step(after, values)
    writes.append(made, head(after, **members))
    return made
