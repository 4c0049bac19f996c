"""For whom somebody stands in, as the site's history has it."""

from typing import NamedTuple

from sop_engine.store.seam import Reads
from sop_engine.ticket.records import SITE


class Deputy(NamedTuple):
    """`by` stands in for `away` from one instant to another, as the record writes them."""

    away: str
    by: str
    since: str
    until: str


def deputies(reading: Reads, now: str) -> list[Deputy]:
    """Those who stand in for others now or in time to come, by their beginning."""
    site = reading.ticket(SITE)
    entries = site.fields.get("deputies", []) if site is not None else []
    found = [Deputy(each["for"], each["by"], each["from"], each["to"]) for each in entries if each["to"] > now]
    return sorted(found, key=lambda each: (each.since, each.away, each.by))


def stood_in_for(reading: Reads, person: str, now: str) -> list[str]:
    """For whom somebody stands in now; those who have left are no more stood in for."""
    running = [each.away for each in deputies(reading, now) if each.by == person and each.since <= now]
    known = {each: reading.person(each) for each in dict.fromkeys(running)}
    return [each for each, found in known.items() if found is not None and found.active]
