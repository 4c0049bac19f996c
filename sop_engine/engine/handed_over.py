"""Which open tickets a shift hands over to the next, and why. `sop handover` lists them, and `collect` with `until`
freezes them as rows.

| why | |
|---|---|
| `important` | its procedure says that it forbids handing over as it stands (`acts: handover: important:`) |
| `late` | a promise was missed, and is open still |
| `due` | promised within the next shift, or a timer of it fires then |
| `resting` | suspended, and goes on within the next shift |
| `touched` | something was done with it in the shift that ends |

Most of it is told from the tickets' lines in lists; only those are read of which a line does not say enough.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from sop_engine.store.seam import NOT_NOW, Head, Reads
from sop_engine.ticket.draft import Draft
from sop_engine.ticket.program import Program
from sop_engine.ticket.questions import Unanswered
from sop_engine.ticket.records import Command, Given, NewSeals

REASONS: Final = ("important", "late", "due", "resting", "touched")
"""what matters most first"""

Answer = Callable[[str], Any]
"""the answer to a question of `ticket.questions`"""


def why(
    reading: Reads, head: Head, program: Program, since: str | None, until: str, now: datetime, answer: Answer
) -> str:
    """Why an open ticket is handed over, one of `REASONS`; empty: it is not. Instants are texts, as in the record;
    without `since` nothing is handed over because it was touched. `answer` answers what an important-guard asks."""
    if _is_important(reading, head, program, now, answer):
        return "important"
    touched = "touched" if since is not None and head.recorded >= since else ""
    if head.missed is not None:
        return "late"
    if head.suspended is not None:
        return "resting" if head.suspended <= until else touched
    if any(each is not None and each != NOT_NOW and each <= until for each in (head.promised, head.next_due)):
        return "due"
    return touched


def by_when(head: Head) -> str | None:
    """When something is due next, as the record writes instants; None where nothing is. Of a ticket that rests it is
    when it goes on: until then nobody works on what it has promised."""
    found = (head.missed, head.suspended, head.promised, head.next_due)
    return next((each for each in found if each is not None and each != NOT_NOW), None)


def _is_important(reading: Reads, head: Head, program: Program, now: datetime, answer: Answer) -> bool:
    """Whether its procedure says that a shift cannot be handed over while it stands as it does."""
    important = program.procedure.acts.important
    if important is None:
        return False
    ticket = reading.ticket(head.id)
    assert ticket is not None, f"{head.id} has a line in lists"
    command = Command("", "look", head.id, "", "")
    answers: dict[str, Any] = {"zone": answer("zone")}
    while True:
        try:
            return Draft(program, ticket, command, Given(now, now, NewSeals(bytes(32)), answers)).holds(important)
        except Unanswered as missing:
            answers[missing.question] = answer(missing.question)


def rank(reason: str, head: Head) -> tuple[int, str, str]:
    """Where a ticket stands among those that are handed over: what matters most first, then by when."""
    return REASONS.index(reason), by_when(head) or NOT_NOW, head.id
