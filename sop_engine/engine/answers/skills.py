"""Answers to who has a skill on a day, out of the site's state. See `ticket.skills`."""

from collections.abc import Mapping
from typing import Any

from sop_engine.store.seam import Reads
from sop_engine.ticket.records import SITE


def who_has(reading: Reads, rest: str) -> dict[str, Any]:
    """Who has a skill on a day. `rest` is the question without its kind."""
    day, _, skill = rest.partition("/")
    site = reading.ticket(SITE)
    return having(site.fields["people"] if site is not None else {}, skill, day)


def having(people: Mapping[str, Mapping[str, Any]], skill: str, day: str) -> dict[str, Any]:
    """Of the site's people those who work here and have a skill on a day, in id order; and whose has run out."""
    have: list[str] = []
    lapsed: dict[str, str] = {}
    for actor, entry in sorted(people.items()):
        held = entry.get("skills", {}).get(skill)
        if held is None or not entry["active"]:
            continue
        if held["until"] is None or day <= held["until"]:
            have.append(actor)
        else:
            lapsed[actor] = held["until"]
    return {"have": have, "lapsed": lapsed}


def licences(reading: Reads, people: Mapping[str, Mapping[str, Any]]) -> dict[tuple[str, str], str]:
    """(person, skill) -> the number of his licence, where there is one and it was not erased."""
    wanted = {
        entry["licence"]: (actor, skill)
        for actor, person in people.items()
        for skill, entry in person.get("skills", {}).items()
        if "licence" in entry
    }
    kept = reading.sealed(SITE).values() if wanted else ()
    return {
        wanted[each.commitment]: str(each.value)
        for each in kept
        if each.commitment in wanted and each.value is not None
    }
