"""Answers about the tickets of a unit that changes hands."""

from datetime import datetime

from sop_engine import canonical, worktime
from sop_engine.store.programs import Programs
from sop_engine.store.seam import Query, Reads
from sop_engine.worktime.zones import zone_named


def at_home(reading: Reads, unit: str) -> list[str]:
    """The open tickets of a unit."""
    return [head.id for head in reading.heads(Query(status="open", unit=unit))]


def lately(reading: Reads, programs: Programs, unit: str, zone: str, now: datetime) -> list[str]:
    """The closed tickets of a unit that may be reopened, or of which something has still to go out to somebody
    outside."""
    found = []
    for head in reading.heads(Query(status="closed", unit=unit)):
        rules = programs.of(reading, head.digest).procedure.acts.reopen
        last = worktime.add(canonical.instant_of(head.effective), rules.within, zone_named(zone)) if rules.to else now
        if last > now or any(each.to.startswith("field:") for each in reading.letters("waiting", head.id)):
            found.append(head.id)
    return found
