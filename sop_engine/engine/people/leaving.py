"""What somebody has in hand, and passing it on when he leaves: a step of each ticket, so that it can be taken up again
where it was interrupted."""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from sop_engine.engine.engine import Done
from sop_engine.errors import SopError
from sop_engine.procedure import Procedure
from sop_engine.store.programs import Programs
from sop_engine.store.seam import Head, Query, Reads
from sop_engine.ticket.records import SITE

Holders = Callable[[str, str | None], list[str]]
"""who holds a role for a unit"""


class Moved(NamedTuple):
    """A ticket that was passed on, or why it could not be."""

    head: Head
    """as it was before"""
    done: Done | None
    error: SopError | None = None


def in_hand(reading: Reads, person: str) -> list[Head]:
    """The open tickets that somebody owns, or of which a task is his, or was offered or lent to him by name."""
    return [head for head in reading.heads(Query(status="open", mine=person)) if head.id != SITE]


def to_sign(reading: Reads, programs: Programs, person: str) -> list[Head]:
    """The open tickets on which somebody was added to the signers of something and has not signed. All that are of a
    procedure which lets signers be added are looked at."""
    found = []
    for head in reading.heads(Query(status="open")):
        if head.id == SITE or not _adds_signers(programs.of(reading, head.digest).procedure):
            continue
        ticket = reading.ticket(head.id)
        waiting = ticket.acts.get("signers", {}) if ticket is not None else {}
        signed = ticket.signatures if ticket is not None else {}
        if any(
            person in who and not any(person in each for each in signed.get(key, ())) for key, who in waiting.items()
        ):
            found.append(head)
    return found


def _adds_signers(procedure: Procedure) -> bool:
    return any(offer.sign is not None and offer.sign.add for state in procedure.states for offer in state.offers)


def regions_of(head: Head, person: str) -> list[str]:
    """The regions whose task is somebody's."""
    return [region for region, task in head.tasks.items() if task.get("assignee") == person]


def offered_to_nobody(reading: Reads, role: str, holders: Holders | None = None) -> list[Head]:
    """The open tickets with a task that is offered to a role, for whose unit nobody holds it, as `holders` has it."""
    found = []
    for head in reading.heads(Query(status="open", mine="", roles=(role,))):
        offered = any("assignee" not in task and task.get("role") == role for task in head.tasks.values())
        if offered and not (holders or reading.holders)(role, head.unit):
            found.append(head)
    return found


def pass_on(heads: Sequence[Head], act: Callable[[Head], Done]) -> Iterator[Moved]:
    """Pass on one ticket after the other; one that is refused does not hold up the others."""
    for head in heads:
        try:
            yield Moved(head, act(head))
        except SopError as error:
            if error.code in (6, 7):
                raise  # the store, and not this ticket, stands in the way: what is done stands, and the rest waits
            yield Moved(head, None, error)
