"""What a shift hands over to the next, as `sop handover` lists it; which tickets and why: `engine.handed_over`."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from sop_engine import canonical
from sop_engine.engine.answers.answerer import Answerer
from sop_engine.engine.handed_over import by_when, rank, why
from sop_engine.engine.rosters.hours import hours_of
from sop_engine.lean import dataclass
from sop_engine.messages import Message, Text, msg
from sop_engine.store.seam import Head, Query, Reads
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
_NOTED: Final = b'"note":{'
"""what stands in the canonical bytes of a step with a note: the slot in which it is kept apart"""


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
        return by_when(self.head)


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
    zone, programs = opened.site.settings.zone, opened.site.engine.programs
    for reading, head in _open(opened):
        program = programs.of(reading, head.digest)
        answerer = Answerer(reading, zone, opened.now, programs)
        found = why(reading, head, program, begin, end, opened.now, answerer.answer)
        if found:
            items.append(Item(head, program, found, _last_note(opened, reading, head, begin)))
        else:
            others += 1
    return sorted(items, key=lambda each: rank(each.why, each.head)), others


def _open(opened: "Opened") -> Iterator[tuple[Reads, Head]]:
    after: str | None = None
    while True:
        with opened.reading() as reading:
            heads = reading.heads(Query(status="open", after=after, limit=_PAGE))
            yield from ((reading, head) for head in heads if head.id != SITE)
        if len(heads) < _PAGE:
            return
        after = heads[-1].id


def _last_note(opened: "Opened", reading: Reads, head: Head, begin: str) -> Note | None:
    """What was written down last in the shift that ends."""
    if head.recorded < begin:
        return None
    found: Note | None = None
    for stored in reading.steps(head.id, max(0, head.number - _NOTES)):
        if _NOTED not in stored.data:  # of very many steps few are read
            continue
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
