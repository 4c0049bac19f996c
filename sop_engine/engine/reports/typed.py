"""Where one keyboard stands behind two people: cases that an auditor looks at, from the record.

| kind | what |
|---|---|
| `typed` | who did one step may not do another (`not: did X`); two people did them, and one person typed both |
| `together` | the same, each by himself, at one login within a minute |
| `signed` | two people signed the same at one login within a minute |

None of it is forbidden: a desk types for those who stand at the burst pipe. A list that is long, or always of the same
typist, is where somebody asks.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from sop_engine import canonical
from sop_engine.engine.reports.histories import Record, histories
from sop_engine.procedure import Offer
from sop_engine.store.programs import Programs
from sop_engine.store.seam import Reads
from sop_engine.ticket.program import Program

NEAR: Final = timedelta(seconds=60)
"""what two people did at one login and no farther apart is a case"""


@dataclass(frozen=True, slots=True)
class Entry:
    """One of the two steps of a case. `proved`: whose act it is gave his PIN with it."""

    number: int
    trigger: str
    doer: str
    typist: str
    """whose hands were at the keyboard: the doer's own where nobody typed for him"""
    heard: str | None
    login: str
    at: datetime
    proved: bool


@dataclass(frozen=True, slots=True)
class Case:
    """Two steps of one ticket by two people and one keyboard."""

    kind: Literal["typed", "together", "signed"]
    ticket: str
    procedure: str
    first: Entry
    second: Entry


def cases(
    reading: Reads, programs: Programs, since: datetime, until: datetime, as_of: datetime | None = None
) -> Iterator[Case]:
    """Every case whose second step was recorded in `[since, until)`, by what is recorded up to `as_of` (None: all)."""
    for id, records in histories(reading, as_of):
        for case in _of_ticket(reading, programs, id, records):
            if since <= case.second.at < until:
                yield case


def _of_ticket(reading: Reads, programs: Programs, id: str, records: Iterable[Record]) -> Iterator[Case]:
    done: dict[str, list[Entry]] = {}
    signed: dict[str, Entry] = {}
    for record in records:
        if record["command"]["name"] not in ("open", "do") or record["cause"]:
            continue
        program = programs.of(reading, record["procedure"])
        entry, offer = _entry(record), _offer(program, record)
        for event in record["events"]:
            if event["kind"] != "signed":
                continue
            before = signed.get(event["offer"])
            if before is not None and event["have"] > 1 and _at_one_login(before, entry):
                yield Case("signed", id, program.procedure.id, before, entry)
            signed[event["offer"]] = entry
        for trigger in sorted({rule.did for who in offer.by for rule in who.exclude if rule.did}):
            before_it = list(reversed(done.get(trigger, ())))
            typed = next((each for each in before_it if _by_one_hand(each, entry)), None)
            near = next((each for each in before_it if _at_one_login(each, entry)), None)
            if typed is not None:
                yield Case("typed", id, program.procedure.id, typed, entry)
            elif near is not None:
                yield Case("together", id, program.procedure.id, near, entry)
        done.setdefault(entry.trigger, []).append(entry)


def _at_one_login(first: Entry, second: Entry) -> bool:
    return first.login == second.login and first.doer != second.doer and second.at - first.at <= NEAR


def _by_one_hand(first: Entry, second: Entry) -> bool:
    return first.typist == second.typist and first.doer != second.doer


def _entry(record: Record) -> Entry:
    arguments = record["command"]["arguments"]
    return Entry(
        number=record["number"],
        trigger=str(arguments["trigger"]).rpartition(".")[2] if record["command"]["name"] == "do" else "open",
        doer=record["actor"],
        typist=record["typist"] or record["actor"],
        heard=record["heard"],
        login=record["login"],
        at=canonical.instant_of(record["recorded"]),
        proved=record.get("proof", {}).get(record["actor"]) is not None,
    )


def _offer(program: Program, record: Record) -> Offer:
    if record["command"]["name"] == "open":
        return program.procedure.open
    arguments = record["command"]["arguments"]
    return program.offer(arguments["source"], str(arguments["trigger"]).rpartition(".")[2])
