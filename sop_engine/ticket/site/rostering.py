"""Rosters in the site's history: loading one, and two people who swap their shifts.

The step names the roster by its digest; what it says is kept beside, as calendars are. `base` is the digest of the
roster that the new one was made of: where another came meanwhile, nothing is lost, and it is made anew.

A swap needs two agreements. The first who asks for it proposes, the other agrees by asking for the same; an
administrator's word stands for both. Whoever is asked has a notice, and whoever asked has one of the answer. What waits
stands in `swaps`: `DATE/ONE/OTHER` -> `{"by", "at"}`, the two in id order. What was not agreed before its day is over
is gone with the next swap.
"""

from typing import Any, Final

from sop_engine.messages import msg
from sop_engine.ticket.acts.everyday import reason_of
from sop_engine.ticket.draft import Draft
from sop_engine.ticket.effects import Refused, tell_of
from sop_engine.ticket.people import has_right
from sop_engine.ticket.records import Refusal
from sop_engine.ticket.site.state import put

BY_ANYONE: Final = frozenset({"swap"})
"""commands of the site that are not for administrators alone"""
MOST_WAITING: Final = 200
"""swaps that may wait at a time: the site's state is part of each of its steps"""


def load(draft: Draft) -> dict[str, Any]:
    """Make a roster the newest."""
    arguments = dict(draft.command.arguments)
    _publish(draft, arguments["base"], arguments["digest"])
    return {**arguments, **reason_of(draft, required=False)}


def swap(draft: Draft) -> dict[str, Any]:
    """Propose that two people swap their shifts of a day, agree to it, or take it back."""
    arguments = dict(draft.command.arguments)
    one, other = sorted((str(arguments["one"]), str(arguments["other"])))
    key = f"{arguments['date']}/{one}/{other}"
    person = draft.command.standing_for or draft.command.actor
    administers = has_right(draft, person, "admin")
    if person not in {one, other} and not administers:
        raise Refused(
            Refusal(
                "not_you",
                msg("{name} may not swap the shifts of {actor} and {other}", name=person, actor=one, other=other),
                possible=(one, other, msg("an administrator")),
                fix=msg("one of the two proposes it, the other agrees with the same command"),
            )
        )
    today = f"{draft.given.effective.astimezone(draft.zone):%Y-%m-%d}"
    before: dict[str, Any] = draft.ticket.fields.get("swaps", {})
    waiting = {each: entry for each, entry in before.items() if each[:10] >= today}
    if arguments.get("withdraw"):
        return _withdraw(draft, arguments, waiting, key, (one, other))
    if arguments["date"] < today:
        raise Refused(Refusal("not_now", msg("{day} is over", day=arguments["date"])))
    proposed = waiting.pop(key, None)
    if administers or (proposed is not None and proposed["by"] != person):
        _publish(draft, arguments["base"], arguments["digest"])
        _keep(draft, waiting)
        tell_of(draft, "swapped", (one, other))
        return arguments
    if proposed is not None:
        raise Refused(
            Refusal(
                "not_now",
                msg("{name} has proposed this already; {other} has to agree", name=person,
                    other=other if person == one else one),
                fix=msg("to take it back: sop roster swap {one} {other} {day} --withdraw", one=one, other=other,
                        day=arguments["date"]),
            )
        )  # fmt: skip
    if len(waiting) >= MOST_WAITING:
        raise Refused(Refusal("not_now", msg("{count} swaps wait for an answer already", count=len(waiting))))
    _keep(draft, {**waiting, key: {"at": draft.effective, "by": person}})
    tell_of(draft, "swap_asked", (one, other))
    return {**arguments, "proposed": True}


def _withdraw(
    draft: Draft, arguments: dict[str, Any], waiting: dict[str, Any], key: str, both: tuple[str, str]
) -> dict[str, Any]:
    """Take a proposal back; whoever was asked may decline it so."""
    if key not in waiting:
        raise Refused(Refusal("not_now", msg("no such swap waits for an answer")))
    del waiting[key]
    _keep(draft, waiting)
    tell_of(draft, "swap_declined", both)
    return arguments


def _publish(draft: Draft, base: str, digest: str) -> None:
    standing = draft.ticket.fields.get("roster", {"number": 0, "digest": ""})
    if standing["digest"] != base:
        raise Refused(
            Refusal("overtaken", msg("the roster was changed meanwhile"), fix=msg("look at it, and do it again"))
        )
    if standing["digest"] == digest:
        raise Refused(Refusal("not_now", msg("the roster says so already: nothing changed")))
    put(draft, "roster", {"number": standing["number"] + 1, "digest": digest})


def _keep(draft: Draft, waiting: dict[str, Any]) -> None:
    if waiting != draft.ticket.fields.get("swaps", {}):
        put(draft, "swaps", waiting)


def waiting_swaps(fields: dict[str, Any], today: str) -> list[dict[str, str]]:
    """The swaps that wait, of a site's state: `{"date", "one", "other", "by"}`, by day. `today` as `2026-11-23`."""
    found = []
    for key, entry in sorted(fields.get("swaps", {}).items()):
        day, one, other = key.split("/")
        if day >= today:
            found.append({"date": day, "one": one, "other": other, "by": entry["by"]})
    return found
