"""What a shift hands over to the next. It is told from the tickets' lines in lists; only those are read of which a line
does not say enough.

| why a ticket stands in it | |
|---|---|
| `important` | its procedure says that it forbids handing over as it stands (`acts: handover: important:`) |
| `late` | a promise was missed, and is open still |
| `due` | promised within the next shift, or a timer of it fires then |
| `resting` | suspended, and goes on within the next shift |
| `touched` | something was done with it in the shift that ends |
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from sop_engine import canonical
from sop_engine.engine.roster_hours import hours_of
from sop_engine.messages import Message, Text, msg
from sop_engine.store.seam import NOT_NOW, Head, Query, Reads
from sop_engine.ticket.program import Program
from sop_engine.ticket.records import SITE
from sop_engine.worktime.rosters import Roster

if TYPE_CHECKING:
    from sop_engine.console.opened import Opened

WHY: Final[Mapping[str, Text]] = {
    "important": {"zh": "重要", "en": "important"},
    "late": {"zh": "超时", "en": "late"},
    "due": {"zh": "下一班", "en": "next shift"},
    "resting": {"zh": "将恢复", "en": "goes on"},
    "touched": {"zh": "本班", "en": "this shift"},
}
_ROUND: Final = ("early", "late", "night")
_PAGE: Final = 500
_NOTES: Final = 30
"""steps among which the last note of a ticket is looked for"""


@dataclass(frozen=True, slots=True)
class Note:
    """What somebody wrote down: the words are None where they were erased."""

    at: str
    by: str
    text: str | None


@dataclass(frozen=True, slots=True)
class Item:
    """A ticket that is handed over."""

    head: Head
    program: Program
    why: str
    note: Note | None = None

    @property
    def by_when(self) -> str | None:
        """When something is due next, as the record writes instants."""
        found = (self.head.missed, self.head.promised, self.head.suspended, self.head.next_due)
        return next((each for each in found if each is not None and each != NOT_NOW), None)


def shift_about(opened: "Opened") -> tuple[datetime, datetime]:
    """When the shift began that is on now, by the hours of `sop.toml`, and when the next one ends."""
    roster = Roster(hours_of(opened.site.settings).hours, {}, opened.zone)
    today = opened.now.astimezone(opened.zone).date()
    spans = sorted(span for ahead in (-1, 0, 1, 2) for span in _spans(roster, today + timedelta(days=ahead)))
    begun = [span for span in spans if span[0] <= opened.now < span[1]]
    start, end = begun[-1] if begun else (opened.now, opened.now)
    following = next((span for span in spans if span[0] >= end), (end, end + timedelta(hours=8)))
    return start, following[1]


def _spans(roster: Roster, day: date) -> list[tuple[datetime, datetime]]:
    return [roster.span(kind, day) for kind in _ROUND]


def gather(opened: "Opened", since: datetime, until: datetime) -> tuple[list[Item], int]:
    """The tickets that are handed over, what matters most first; and how many others are open."""
    begin, end = canonical.instant_text(since), canonical.instant_text(until)
    items: list[Item] = []
    others = 0
    for reading, head in _open(opened):
        program = opened.site.engine.programs.of(reading, head.digest)
        why = "important" if _is_important(opened, reading, head, program) else _why(head, begin, end)
        if why:
            items.append(Item(head, program, why, _last_note(opened, reading, head, begin)))
        else:
            others += 1
    order = list(WHY)
    return sorted(items, key=lambda each: (order.index(each.why), each.by_when or NOT_NOW, each.head.id)), others


def _open(opened: "Opened") -> Iterator[tuple[Reads, Head]]:
    after: str | None = None
    while True:
        with opened.reading() as reading:
            heads = reading.heads(Query(status="open", after=after, limit=_PAGE))
            yield from ((reading, head) for head in heads if head.id != SITE)
        if len(heads) < _PAGE:
            return
        after = heads[-1].id


def _why(head: Head, begin: str, end: str) -> str:
    """Why a ticket stands in the list, as far as its line says it; empty: it does not."""
    if head.missed is not None:
        return "late"
    if head.suspended is not None:
        return "resting" if head.suspended <= end else ("touched" if head.recorded >= begin else "")
    if any(each is not None and each != NOT_NOW and each <= end for each in (head.promised, head.next_due)):
        return "due"
    return "touched" if head.recorded >= begin else ""


def _is_important(opened: "Opened", reading: Reads, head: Head, program: Program) -> bool:
    """Whether its procedure says that a shift cannot be handed over while it stands as it does."""
    important = program.procedure.acts.important
    if important is None:
        return False
    from sop_engine.console.looking import answered

    ticket = reading.ticket(head.id)
    return ticket is not None and answered(opened, reading, program, ticket, lambda draft: draft.holds(important))


def _last_note(opened: "Opened", reading: Reads, head: Head, begin: str) -> Note | None:
    """What was written down last in the shift that ends."""
    if head.recorded < begin:
        return None
    found: Note | None = None
    for stored in reading.steps(head.id, max(0, head.number - _NOTES)):
        record: dict[str, Any] = canonical.parse(stored.data)
        note = record["command"]["arguments"].get("note")
        if not isinstance(note, dict) or record["recorded"] < begin:
            continue
        sealed = reading.sealed(head.id, stored.number).get((stored.number, note["slot"]))
        kept = sealed is not None and sealed.salt is not None
        text = opened.text_seen(head, str(sealed.value)) if sealed is not None and kept else None
        found = Note(record["recorded"], record["actor"], text)
    return found


def waits_for(item: Item) -> list[tuple[str, Any]]:
    """Whom a ticket waits for: (`person`, id) of its assignees, (`role`, title) where a task is offered; without a task
    its owner."""
    found: list[tuple[str, Any]] = []
    for task in item.head.tasks.values():
        if "assignee" in task:
            found.append(("person", task["assignee"]))
        else:
            role = item.program.roles.get(task["role"])
            found.append(("role", role.title if role is not None and role.title else task["role"]))
    return found or [("person", item.head.owner)]


def state_of(item: Item) -> Any:
    """Where a ticket stands, in words."""
    titles = tuple(item.program.states[leaf].title or leaf for leaf in item.head.state)
    return titles if item.head.suspended is None else msg("suspended: {state}", state=titles)


def important_line(count: int) -> Message:
    """That something forbids handing over."""
    return msg("important work that is not finished: {count}; hand over when it is, or when who leads has said who"
               " takes each", count=count)  # fmt: skip
