"""Acts that call somebody's attention to a ticket: urge, copy, read, watch. They move no state and no clock, and give
nobody a right to act.

| entry of `Ticket.acts` | what |
|---|---|
| `urged` | side (`customer`, `staff`) -> `{times, last}` |
| `copies` | person -> `{by, at, read}`: who was let know by whom and when; `read` null until he marks it |
| `watchers` | who is told of each change of state until the ticket is closed |
"""

from collections.abc import Iterable
from datetime import datetime, tzinfo
from typing import Any, Final

from sop_engine import canonical, worktime
from sop_engine.messages import msg
from sop_engine.ticket import people
from sop_engine.ticket.acts.allowing import allow, person_of
from sop_engine.ticket.acts.everyday import require_active, require_open, sealed_text
from sop_engine.ticket.draft import Draft
from sop_engine.ticket.effects import Refused, tell_of
from sop_engine.ticket.near import near
from sop_engine.ticket.records import Refusal

CUSTOMER: Final = "customer"
SIDES: Final = (CUSTOMER, "staff")
"""who urges: the customer, through whoever takes his call, or one of us"""
CHANGES: Final = frozenset({"entered", "left", "closed", "suspended", "resumed", "reopened", "withdrawn"})
"""events after which a ticket stands otherwise than before"""


# --- urging ----------------------------------------------------------------------------------------------------------


def urge(draft: Draft) -> dict[str, Any]:
    """Remind whoever holds the task. The customer's urging is a contact with him, and from his second one on it reaches
    the lead too that the procedure names. Refuses a side that has urged a short time ago."""
    require_open(draft)
    rules, arguments = draft.program.procedure.acts.urge, draft.command.arguments
    leave = allow(draft, "urge", rules.by)
    side = str(arguments.get("from", SIDES[-1]))
    if side not in SIDES:
        raise Refused(
            Refusal(
                "not_understood",
                msg("nobody urges from the side {side}; it is one of {sides}", side=side[:60], sides=SIDES),
                near=near(side, SIDES),
            )
        )
    regions = _regions(draft)
    former = draft.ticket.acts.get("urged", {}).get(side)
    if former is not None:
        _require_apart(draft, former["last"])
    times = 1 if former is None else former["times"] + 1
    note = {"note": sealed_text(draft, "note", msg("the note"))} if arguments.get("note") is not None else {}
    contact = {"contact": True} if side == CUSTOMER else {}
    draft.emit("urged", at=draft.effective, by=person_of(draft), side=side, times=times, **contact)
    reached = holding(draft, regions)
    if side == CUSTOMER and times > 1:
        for recipient in rules.lead:
            reached += people.reached(draft, recipient, regions[0] if len(regions) == 1 else "")
    tell_of(draft, "urge", reached, himself=True)
    named = {"region": arguments["region"]} if arguments.get("region") is not None else {}
    return {"as": leave, "from": side, **named, **note}


def _require_apart(draft: Draft, last: str) -> None:
    """Refuse where it is too early to urge again, and say when it can be."""
    apart = draft.program.procedure.acts.urge.apart
    again = worktime.add(canonical.instant_of(last), apart, draft.zone)
    if draft.given.effective < again:
        zone = draft.zone
        raise Refused(
            Refusal(
                "not_now",
                msg("{ticket} was urged at {last}; it can be urged again at {again}", ticket=draft.ticket.id,
                    last=clock(canonical.instant_of(last), zone), again=clock(again, zone)),
            )
        )  # fmt: skip


def clock(instant: datetime, zone: tzinfo) -> str:
    """An instant as a refusal says it: `2026-11-23 09:12` on the site's clock."""
    return f"{instant.astimezone(zone):%Y-%m-%d %H:%M}"


def _regions(draft: Draft) -> list[str]:
    """Whose tasks are meant: that of the region that the command names, else all."""
    tasks, region = draft.ticket.tasks, draft.command.arguments.get("region")
    if region is None:
        return list(tasks)
    if region not in tasks:
        raise Refused(
            Refusal(
                "not_now",
                msg("{ticket} has no task in {region}", ticket=draft.ticket.id, region=region),
                near=near(str(region), tuple(tasks)),
            )
        )
    return [region]


def holding(draft: Draft, regions: Iterable[str]) -> list[str]:
    """Whoever holds these tasks: their assignees, or the holders of the roles they are offered to. Where that is nobody
    the owner."""
    found: list[str] = []
    for region in regions:
        task = draft.ticket.tasks[region]
        found += [task["assignee"]] if "assignee" in task else people.offered_to(draft, task)
    return found or [draft.ticket.owner]


# --- letting know ----------------------------------------------------------------------------------------------------


def copy(draft: Draft) -> dict[str, Any]:
    """Let persons or the holders of roles know of a ticket, each once."""
    rules, arguments = draft.program.procedure.acts.copy, draft.command.arguments
    leave = allow(draft, "copy", rules.by)
    persons, roles = list(arguments.get("to", ())), list(arguments.get("roles", ()))
    for person in persons:
        require_active(draft, person)
    for role in roles:
        if role not in draft.program.roles:
            raise Refused(
                Refusal(
                    "not_understood",
                    msg("there is no role named `{name}`", name=role),
                    near=near(role, draft.program.roles),
                )
            )
    reached = [*persons, *(holder for role in roles for holder in people.holders_of(draft, role))]
    known = draft.ticket.acts.get("copies", {})
    new = [each for each in dict.fromkeys(reached) if each not in known]
    if not new:
        knowing = tuple(dict.fromkeys(reached))
        raise Refused(
            Refusal("not_now", msg("{name} know of {ticket} already", name=knowing, ticket=draft.ticket.id))
            if knowing
            else Refusal("not_now", msg("nobody holds the roles {roles} here", roles=tuple(roles)))
        )
    draft.emit("copied", at=draft.effective, by=person_of(draft), to=new)
    tell_of(draft, "copy", new, himself=True)
    return {"as": leave, "to": persons, **({"roles": roles} if roles else {})}


def read(draft: Draft) -> dict[str, Any]:
    """Mark a ticket of which one was let know as read, once."""
    person = person_of(draft)
    copies = draft.ticket.acts.get("copies", {})
    if person not in copies:
        raise Refused(
            Refusal("not_now", msg("nobody has let {name} know of {ticket}", name=person, ticket=draft.ticket.id))
        )
    if copies[person]["read"] is not None:
        at = clock(canonical.instant_of(copies[person]["read"]), draft.zone)
        raise Refused(Refusal("not_now", msg("{name} has read {ticket} at {at}", name=person, ticket=draft.ticket.id,
                                             at=at)))  # fmt: skip
    require_active(draft, person)
    draft.emit("read", at=draft.effective, by=person)
    return {}


# --- watching --------------------------------------------------------------------------------------------------------


def watch(draft: Draft) -> dict[str, Any]:
    """Be told of each change of state until the ticket is closed; or, with `stop`, no longer."""
    require_open(draft)
    person = person_of(draft)
    stops = bool(draft.command.arguments.get("stop"))
    watches = person in draft.ticket.acts.get("watchers", ())
    if stops != watches:
        said = msg("{name} does not watch {ticket}", name=person, ticket=draft.ticket.id)
        if watches:
            said = msg("{name} watches {ticket} already", name=person, ticket=draft.ticket.id)
        raise Refused(Refusal("not_now", said))
    if stops:
        draft.emit("unwatched", by=person)
        return {"stop": True}
    leave = allow(draft, "watch", draft.program.procedure.acts.watch.by)
    draft.emit("watched", by=person)
    return {"as": leave}


def tell_watchers(draft: Draft) -> None:
    """Tell those who watch where the step changed how the ticket stands; whoever did it knows."""
    if not draft.watchers or not any(event["kind"] in CHANGES for event in draft.events):
        return
    own = {draft.command.actor, draft.command.standing_for}
    tell_of(draft, "watch", [each for each in draft.watchers if each not in own])
