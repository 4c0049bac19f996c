"""Teams by what staff call them, and by their titles."""

from typing import Any

from sop_engine.console.tickets import by_title
from sop_engine.errors import NotFound
from sop_engine.messages import msg
from sop_engine.store.seam import Reads
from sop_engine.ticket.near import near
from sop_engine.ticket.records import SITE


def teams_in(reading: Reads) -> dict[str, Any]:
    """All teams as the site's state has them, by id."""
    site = reading.ticket(SITE)
    found: dict[str, Any] = site.fields.get("teams", {}) if site is not None else {}
    return found


def team_named(reading: Reads, said: str) -> str:
    """A team by id or title. Raises `NotFound` where there is none of that name, `NotUnderstood` where there are
    several."""
    known = teams_in(reading)
    found = by_title(said, {team: {"und": entry["title"]} for team, entry in known.items()}, "team")
    if found is None:
        raise NotFound(
            msg("there is no team {team}", team=said[:60]),
            near=near(said, [*known, *(entry["title"] for entry in known.values())]),
            fix=msg("see which there are: sop team ls"),
        )
    return found


def team_title(reading: Reads, team: str) -> str:
    """What a team is called; its id where it is no more."""
    entry = teams_in(reading).get(team)
    return str(entry["title"]) if entry is not None else team
