"""What is left without anybody when somebody, or a role, is gone: said by whoever takes it away, and by `doctor`."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sop_engine.engine.people.leaving import in_hand, offered_to_nobody, regions_of
from sop_engine.messages import Message, msg

if TYPE_CHECKING:
    from sop_engine.console.opened import Opened
    from sop_engine.store.seam import Head, Reads

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
            found += _out_of_role(opened, reading, person.id, heads)
    return found


def left_by(opened: "Opened", person: str, heads: "Sequence[Head]") -> Left:
    """What somebody who is disabled has in hand."""
    what = msg("{name} is disabled and has open tickets in hand ({count}): {tickets}", name=opened.named(person),
               count=len(heads), tickets=_ids(heads))  # fmt: skip
    return what, msg("pass them on: sop actor leave {name} --to NAME", name=person)


def _out_of_role(opened: "Opened", reading: "Reads", person: str, heads: "Sequence[Head]") -> list[Left]:
    """Tasks that somebody has, as one of a role that he no longer holds for that unit."""
    found = [
        head
        for head in heads
        for region in regions_of(head, person)
        if (role := head.tasks[region].get("role")) and person not in reading.holders(role, head.unit)
    ]
    if not found:
        return []
    what = msg("{name} has tasks in hand whose role he does not hold any more ({count}): {tickets}",
               name=opened.named(person), count=len(found), tickets=_ids(found))  # fmt: skip
    return [(what, msg("give each to somebody who holds it: sop assign {ticket} NAME", ticket=found[0].id))]


def left_by_roles(reading: "Reads", roles: Sequence[str]) -> list[Left]:
    """Tasks that are offered to roles which nobody holds."""
    found: list[Left] = []
    for role in roles:
        heads = offered_to_nobody(reading, role)
        if heads:
            what = msg("tasks are offered to the role {role}, which nobody holds for them ({count}): {tickets}",
                       role=role, count=len(heads), tickets=_ids(heads))  # fmt: skip
            found.append((what, msg("sop actor grant NAME {role}", role=role)))
    return found


def tell_left(opened: "Opened", person: str, roles: Sequence[str] = ()) -> None:
    """Say what is left without anybody now that `person` is disabled, or has lost `roles`."""
    with opened.reading() as reading:
        known = reading.person(person)
        assert known is not None
        heads = in_hand(reading, person)
        found: list[Left] = []
        if not known.active and heads:
            found.append(left_by(opened, person, heads))
        elif known.active:
            found += _out_of_role(opened, reading, person, heads)
        lost = roles or [role for role, _scope in known.roles] if not known.active else roles
        found += left_by_roles(reading, list(dict.fromkeys(lost)))
    for what, fix in found:
        opened.call.output.tell(msg("warning: {what}", what=what), msg("  mend it: {fix}", fix=fix))


def look_at_hands(opened: "Opened") -> list[tuple[str, Message, Message]]:
    """What `doctor` says of it."""
    with opened.reading() as reading:
        found = left_by_people(opened, reading)
        roles: dict[str, None] = {}
        for version in reading.versions():
            roles |= dict.fromkeys(opened.site.engine.programs.of(reading, version.digest).roles)
        found += left_by_roles(reading, list(roles))
    return [("warning", what, fix) for what, fix in found]


def _ids(heads: "Sequence[Head]") -> tuple[str, ...]:
    ids = list(dict.fromkeys(head.id for head in heads))
    return (*ids[:_NAMED], *(["..."] if len(ids) > _NAMED else []))
