"""All tickets by their histories, one after the other: what reports count from.

The steps of a ticket are read in order, without those that were withdrawn, and none that was recorded after the instant
that is asked for; so whatever is counted from them comes out as it would have then. Memory holds one page of ids, and
one step.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any, Final

from sop_engine import canonical
from sop_engine.store.programs import Programs
from sop_engine.store.seam import Reads
from sop_engine.ticket.acts.withdrawing import QUIET
from sop_engine.ticket.program import Program
from sop_engine.ticket.records import SITE

PAGE: Final = 500
Record = Mapping[str, Any]
_BY_TICKET: Final = itemgetter("ticket")


@dataclass(slots=True)
class Whose:
    """Whose a ticket is, as far as its steps were followed."""

    ticket: str
    procedure: str = ""
    owner: str = ""
    unit: str = ""
    opened: str = ""
    is_open: bool = False
    entry: str = "live"
    """`backfilled` once a step of it was entered after an outage"""
    is_void: bool = False
    """it was opened by mistake: no report counts it"""
    tasks: dict[str, str] = field(default_factory=dict)
    """region -> assignee, empty where it is only offered"""

    def follow(self, program: Program, event: Mapping[str, Any]) -> None:
        """Bring it up to date with an event of a step under `program`."""
        match event["kind"]:
            case "opened":
                self.procedure, self.owner = event["procedure"], event["owner"]
                self.opened, self.is_open = event["at"], True
            case "backfilled":
                self.entry = "backfilled"
            case "owned":
                self.owner = event["owner"]
            case "written" if event["field"] in program.units:
                value = event.get("value")
                self.unit = value if isinstance(value, str) else ""
            case "cleared" if event["field"] in program.units:
                self.unit = ""
            case "assigned":
                self.tasks[event["region"]] = event.get("assignee", "")
            case "unassigned":
                self.tasks.pop(event["region"], None)
            case "closed":
                self.is_open = False
            case "reopened":
                self.is_open = True
            case "voided":
                self.is_void = True


def histories(reading: Reads, as_of: datetime | None = None) -> Iterator[tuple[str, Iterator[Record]]]:
    """The id of each ticket in order, with its steps that were recorded up to `as_of` (None: all). A ticket's steps are
    to be gone through before the next ticket is asked for."""
    limit = None if as_of is None else canonical.instant_text(as_of)
    after = ""
    while ids := reading.ticket_ids(after, PAGE):
        for id, records in groupby(_records(reading, after, ids[-1], limit), key=_BY_TICKET):
            yield id, _standing(records)
        after = ids[-1]


def _standing(records: Iterator[Record]) -> Iterator[Record]:
    """The steps that stand: what was withdrawn counts nowhere. A withdrawal comes right after its step, but for words
    of its own, so no more is held back than that."""
    held: list[Record] = []
    for record in records:
        name = record["command"]["name"]
        if name in QUIET and held:
            held.append(record)
            continue
        withdrawn = record["command"]["arguments"]["step"] if name == "withdraw" else 0
        yield from (each for each in held if each["number"] != withdrawn)
        held = [record]
    yield from held


def _records(reading: Reads, after: str, through: str, limit: str | None) -> Iterator[Record]:
    for stored in reading.steps_between(after, through):
        if stored.ticket == SITE:
            continue
        record = canonical.parse(stored.data)
        if limit is None or record["recorded"] <= limit:
            yield record


def open_at(reading: Reads, programs: Programs, as_of: datetime) -> Iterator[Whose]:
    """The tickets that were open at an instant, each as it stood then."""
    for id, records in histories(reading, as_of):
        whose = Whose(id)
        for record in records:
            program = programs.of(reading, record["procedure"])
            for event in record["events"]:
                whose.follow(program, event)
        if whose.is_open:
            yield whose
