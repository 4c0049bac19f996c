"""What tests of acts of staff begin with and look at: a repair that is in hand, who has a task, who was told."""

from datetime import timedelta
from typing import Any

from sop_engine import canonical
from sop_engine.console.staff.filters import mine as mine_of
from sop_engine.store.seam import Query
from tests.desk import START, Desk


def after(**time: float) -> str:
    """An instant so long after the bench's clock begins."""
    return canonical.instant_text(START + timedelta(**time))


def in_hand(desk: Desk, by: str = "li", dispatcher: str = "wang", **fields: Any) -> str:
    """A repair that wang has opened, that was dispatched, and that somebody has claimed."""
    wx = desk.open("repair", by="wang", **fields)
    desk.do(wx, "dispatch", by=dispatcher)
    desk.command("claim", wx, by)
    return wx


def told(desk: Desk, ticket: str, act: str) -> list[list[str]]:
    """Whom an act was told to, each time."""
    return [event["to"] for event in desk.events(ticket, "told") if event.get("act") == act]


def holder(desk: Desk, ticket: str, region: str = "ticket") -> str | None:
    """Who has a task."""
    return desk.ticket(ticket).tasks[region].get("assignee")


def mine(desk: Desk, person: str) -> list[str]:
    """The numbers of somebody's own list."""
    with desk.reading() as reading:
        whose = mine_of(reading, person, desk.clock.now().date())
        heads = reading.heads(Query(status="open", mine=person, roles=tuple(whose.roles)))
        return [head.id for head in heads if whose.has(head)]
