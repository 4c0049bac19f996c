"""What is left without anybody when somebody, or a role, is gone: said by whoever takes it away, and by `doctor`."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from sop_engine.engine.people.leaving import Holders, in_hand, offered_to_nobody, regions_of
from sop_engine.messages import Message, msg
from sop_engine.ticket.people import covers

if TYPE_CHECKING:
    from sop_engine.console.opened import Opened
    from sop_engine.store.seam import Head, Person, Reads

_NAMED = 5
"""how many tickets are named in one line"""
Left = tuple[Message, Message]
"""(what, how to mend it)"""


def left_by_people(opened: "Opened", reading: "Reads") -> list[Left]:
    """What the people who are disabled have in hand, and those who no longer hold the role of their task."""
    found: list[Left] = []
    for person in reading.people():
        heads = in_hand(reading, person.id)
        if not person.active and heads:
            found.append(left_by(opened, person.id, heads))
        elif person.active:
            found += _out_of_role(opened, person.id, heads, reading.holders)
    return found


def left_by(opened: "Opened", person: str, heads: "Sequence[Head]") -> Left:
    """What somebody who is disabled has in hand."""
    what = msg("{name} is disabled and has open tickets in hand ({count}): {tickets}", name=opened.named(person),
               count=len(heads), tickets=_ids(heads))  # fmt: skip
    return what, msg("pass them on: sop actor leave {name} --to NAME", name=person)


def _out_of_role(opened: "Opened", person: str, heads: "Sequence[Head]", holders: Holders) -> list[Left]:
    """Tasks that somebody has, as one of a role that he no longer holds for that unit."""
    found = [
        head
        for head in heads
        for region in regions_of(head, person)
        if (role := head.tasks[region].get("role")) and person not in holders(role, head.unit)
    ]
    if not found:
        return []
    what = msg("{name} has tasks in hand whose role he does not hold any more ({count}): {tickets}",
               name=opened.named(person), count=len(found), tickets=_ids(found))  # fmt: skip
    return [(what, msg("give each to somebody who holds it: sop assign {ticket} NAME", ticket=found[0].id))]


def left_by_roles(reading: "Reads", roles: Sequence[str], holders: Holders) -> list[Left]:
    """Tasks that are offered to roles which nobody holds."""
    found: list[Left] = []
    for role in roles:
        heads = offered_to_nobody(reading, role, holders)
        if heads:
            what = msg("tasks are offered to the role {role}, which nobody holds for them ({count}): {tickets}",
                       role=role, count=len(heads), tickets=_ids(heads))  # fmt: skip
            found.append((what, msg("sop actor grant NAME {role}", role=role)))
    return found


def tell_left(opened: "Opened", person: str, revoked: Sequence[Sequence[str | None]] | None = None) -> None:
    """Say what is left without anybody when `person` has lost the roles `revoked`, or without them is disabled: as it
    is now, and in a dry run as it would be."""
    with opened.reading() as reading:
        known = reading.person(person)
        assert known is not None
        holders: Holders = reading.holders
        if opened.call.dry_run:
            known = _without(known, revoked)
            holders = _with_this(known, reading.holders)
        heads = in_hand(reading, person)
        found: list[Left] = []
        if not known.active and heads:
            found.append(left_by(opened, person, heads))
        elif known.active:
            found += _out_of_role(opened, person, heads, holders)
        lost = [str(role) for role, _scope in revoked or ()]
        if not known.active:
            lost = lost or [role for role, _scope in known.roles]
        found += left_by_roles(reading, list(dict.fromkeys(lost)), holders)
    for what, fix in found:
        opened.call.output.tell(msg("warning: {what}", what=what), msg("  mend it: {fix}", fix=fix))


def _without(known: "Person", revoked: Sequence[Sequence[str | None]] | None) -> "Person":
    """Somebody as he would be without these roles, or disabled."""
    if revoked is None:
        return replace(known, active=False)
    gone = {tuple(each) for each in revoked}
    return replace(known, roles=tuple(each for each in known.roles if each not in gone))


def _with_this(known: "Person", holders: Holders) -> Holders:
    """Who would hold a role if `known` were as he is here."""

    def held(role: str, unit: str | None) -> list[str]:
        his = known.active and any(each == role and covers(scope, unit) for each, scope in known.roles)
        return [each for each in holders(role, unit) if each != known.id] + ([known.id] if his else [])

    return held


def look_at_hands(opened: "Opened") -> list[tuple[str, Message, Message]]:
    """What `doctor` says of it."""
    with opened.reading() as reading:
        found = left_by_people(opened, reading)
        roles: dict[str, None] = {}
        for version in reading.versions():
            roles |= dict.fromkeys(opened.site.engine.programs.of(reading, version.digest).roles)
        found += left_by_roles(reading, list(roles), reading.holders)
    return [("warning", what, fix) for what, fix in found]


def _ids(heads: "Sequence[Head]") -> tuple[str, ...]:
    ids = list(dict.fromkeys(head.id for head in heads))
    return (*ids[:_NAMED], *(["..."] if len(ids) > _NAMED else []))
