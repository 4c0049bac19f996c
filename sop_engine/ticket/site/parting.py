"""What ends in the site's own history: a deputy's time, and somebody's work here.

Who leaves is disabled, and no longer stands behind any login; what he had stood in for, or others for him, ends at that
time. What he has in hand on tickets goes to others by a step of each ticket (`ticket.acts.inheriting`).
"""

from collections.abc import Callable, Mapping
from typing import Any

from sop_engine import canonical
from sop_engine.messages import msg
from sop_engine.ticket.draft import Draft
from sop_engine.ticket.near import near
from sop_engine.ticket.records import Refusal
from sop_engine.ticket.refusing import Refused
from sop_engine.ticket.site import teaming
from sop_engine.ticket.site.state import people_of, put


def require_two(draft: Draft) -> None:
    """Refuse where somebody would be his own deputy, or one of the two does not work here."""
    arguments, people = draft.command.arguments, people_of(draft)
    if arguments["for"] == arguments["by"]:
        raise Refused(Refusal("not_understood", msg("nobody stands in for himself: {actor}", actor=arguments["by"])))
    for person in (arguments["for"], arguments["by"]):
        if not people[person]["active"]:
            raise Refused(
                Refusal(
                    "not_now",
                    msg("{name} is not active here", name=person),
                    fix=msg("let him work here again: sop actor enable {name}", name=person),
                )
            )


def end_deputy(draft: Draft) -> dict[str, Any]:
    """End what somebody stands in for another, now or in time to come, at once."""
    arguments = dict(draft.command.arguments)
    away, deputy, people = arguments["for"], arguments["by"], people_of(draft)
    for person in (away, deputy):
        if person not in people:
            raise Refused(
                Refusal("not_found", msg("there is no actor {actor}", actor=person), near=near(str(person), people))
            )
    if not _end(draft, lambda each: each["for"] == away and each["by"] == deputy):
        raise Refused(
            Refusal(
                "not_now",
                msg("{by} does not stand in for {name}, now or later", by=deputy, name=away),
                fix=msg("who does: sop actor deputies"),
            )
        )
    return arguments


def leave(draft: Draft) -> dict[str, Any]:
    """Somebody works here no more."""
    arguments = dict(draft.command.arguments)
    actor, people = str(arguments["actor"]), people_of(draft)
    if actor not in people:
        raise Refused(Refusal("not_found", msg("there is no actor {actor}", actor=actor), near=near(actor, people)))
    changed = {**people, actor: {**people[actor], "active": False}}
    if not any("admin" in each["rights"] and each["active"] for each in changed.values()):
        raise Refused(Refusal("not_now", msg("{actor} is the last administrator; name another first", actor=actor)))
    logins, standing = {}, draft.ticket.fields["logins"]
    for name, login in standing.items():
        left = {
            "actor": None if login["actor"] == actor else login["actor"],
            "people": [each for each in login["people"] if each != actor],
        }
        if left["actor"] is not None or left["people"]:
            logins[name] = left
    if not people[actor]["active"] and logins == standing:
        raise Refused(Refusal("not_now", msg("{name} has left already", name=actor)))
    put(draft, "people", changed)
    if logins != standing:
        put(draft, "logins", logins)
    _end(draft, lambda each: actor in (each["for"], each["by"]))
    teaming.without(draft, actor)
    return arguments


def _end(draft: Draft, fits: Callable[[Mapping[str, str]], bool]) -> bool:
    """End the times as deputies that fit: one that runs ends now, one to come is gone. Whether there was any."""
    now = canonical.instant_text(draft.given.recorded)
    kept: list[dict[str, str]] = []
    for each in draft.ticket.fields["deputies"]:
        if each["to"] <= now or not fits(each):
            kept.append(each)
        elif each["from"] < now:
            kept.append({**each, "to": now})
    if kept == draft.ticket.fields["deputies"]:
        return False
    put(draft, "deputies", kept)
    return True
