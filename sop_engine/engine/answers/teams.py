"""Answers about teams, out of the site's state. See `ticket.teams`."""

from typing import Any

from sop_engine.store.seam import Reads
from sop_engine.ticket.records import SITE


def the_team(reading: Reads, id: str) -> dict[str, Any] | None:
    """A team with those of its people who work here, its lead among them; None where there is none."""
    fields = _fields(reading)
    entry = fields.get("teams", {}).get(id)
    if entry is None:
        return None
    people = {each for each in (*entry["people"], entry["lead"]) if each is not None and _works(fields, each)}
    lead = entry["lead"] if entry["lead"] in people else None
    return {"title": entry["title"], "lead": lead, "people": sorted(people)}


def leads_of(reading: Reads, person: str) -> list[str]:
    """Who leads the teams to which somebody belongs, himself left out, in id order."""
    fields = _fields(reading)
    found = {entry["lead"] for entry in fields.get("teams", {}).values() if person in entry["people"]}
    return sorted(each for each in found - {None, person} if _works(fields, each))


def team_doing(reading: Reads, name: str) -> str | None:
    """The team that does what a procedure names: the one of which the site says so, else the one of that id; None where
    there is neither."""
    teams = _fields(reading).get("teams", {})
    said = [team for team, entry in teams.items() if name in entry.get("does", ())]
    return said[0] if said else name if name in teams else None


def _fields(reading: Reads) -> dict[str, Any]:
    site = reading.ticket(SITE)
    return site.fields if site is not None else {"people": {}}


def _works(fields: dict[str, Any], person: str) -> bool:
    return person in fields["people"] and bool(fields["people"][person]["active"])
