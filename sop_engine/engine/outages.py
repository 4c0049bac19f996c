"""Whether a claimed time lies in an outage that was declared: only there does what is entered afterwards count from
when it is said to have happened."""

from datetime import datetime
from typing import Any

from sop_engine import canonical
from sop_engine.store.seam import Reads
from sop_engine.ticket.records import SITE, Command


def outage_at(reading: Reads, at: str) -> dict[str, Any] | None:
    """The declared outage that holds an instant, `{"from", "to"}`, or None. The first declared counts."""
    site = reading.ticket(SITE)
    for each in site.fields.get("outages", []) if site is not None else []:
        if each["from"] <= at < each["to"]:
            return {"from": each["from"], "to": each["to"]}
    return None


def effective_of(reading: Reads, command: Command, last: datetime | None) -> datetime | None:
    """From when a command that is entered after an outage counts: from its claimed time, but never before the ticket's
    last step; None where it is no such command."""
    if command.at is None or "backfill" not in command.arguments:
        return None
    if outage_at(reading, canonical.instant_text(command.at)) is None:
        return None
    return command.at if last is None else max(command.at, last)
