"""Answers of the roster: who is on shift at an instant, who leads, who stands in. See `ticket.duty`."""

from datetime import tzinfo
from typing import Any

from sop_engine import canonical
from sop_engine.store.programs import Programs
from sop_engine.store.seam import Reads
from sop_engine.ticket.records import SITE
from sop_engine.worktime.rosters import Roster, months_about


def who_is_on(reading: Reads, programs: Programs, zone: tzinfo, rest: str) -> dict[str, Any]:
    """Who of a role (for a unit) is on shift. `rest` is the question without its kind."""
    instant, _, wanted = rest.partition("/")
    role, _, unit = wanted.partition("@")
    people = reading.holders(role, unit or None)
    digest, fields = _standing(reading)
    everybody = {"roster": digest, "covered": False, "on": people, "leads": [], "deputies": []}
    if digest is None:
        return everybody
    roster = _roster(reading, programs, zone, digest, instant)
    at = canonical.instant_of(instant)
    if people and not roster.covers(people, at):
        return everybody
    on = [each for each in people if roster.at(each, at).on]
    leads: list[str] = []
    deputies: list[str] = []
    if not on:
        leads = [each for each in roster.leading(at) if _is_active(reading, each)]
        deputies = [] if leads else _deputies(reading, fields, people, instant)
    return {"roster": digest, "covered": True, "on": on, "leads": leads, "deputies": deputies}


def where_he_stands(reading: Reads, programs: Programs, zone: tzinfo, rest: str) -> dict[str, Any]:
    """Where somebody stands in the roster. `rest` is the question without its kind."""
    instant, _, person = rest.partition("/")
    digest, _fields = _standing(reading)
    if digest is None:
        return {"roster": None, "on": True, "kind": "", "day": None, "ends": None}
    found = _roster(reading, programs, zone, digest, instant).at(person, canonical.instant_of(instant))
    ends = None if found.ends is None else canonical.instant_text(found.ends)
    return {"roster": digest, "on": found.on, "kind": found.kind, "day": str(found.day), "ends": ends}


def _standing(reading: Reads) -> tuple[str | None, dict[str, Any]]:
    """The digest of the newest roster, and the site's state."""
    site = reading.ticket(SITE)
    fields = site.fields if site is not None else {}
    return fields.get("roster", {}).get("digest"), fields


def _roster(reading: Reads, programs: Programs, zone: tzinfo, digest: str, instant: str) -> Roster:
    return programs.roster(reading, digest, zone, months_about(canonical.instant_of(instant), zone))


def _is_active(reading: Reads, person: str) -> bool:
    known = reading.person(person)
    return known is not None and known.active


def _deputies(reading: Reads, fields: dict[str, Any], people: list[str], instant: str) -> list[str]:
    """Who stands in for one of these people at an instant."""
    found = {
        each["by"]
        for each in fields.get("deputies", [])
        if each["for"] in people and each["from"] <= instant < each["to"] and _is_active(reading, each["by"])
    }
    return sorted(found)
