"""The daily commands over a large store, whole processes, of a bare Typer command.

Bare: a script with one Typer command that takes one parameter and prints it. Ours: `sop ...` as staff type it, at a
terminal, which asks more of a list than a pipe does; what it asks itself is answered. Both in turn, and what counts is
the processor's time of each process: waiting for the disk, and what others do on the machine, is left out. Completion
is bash's way: a process for each press of the key. `find` is measured within one process, too, as in `find`, against
the bare query. How the store is made stands in `daily_site`.

To reach: what DESIGN fixes for `show`, `do`, completion and `find`; for all others 1.5, which is ours. `handover` only
tells: it lists whatever a shift hands over, which in this store is nearly all that is open.
"""

import sys
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple

from benchmarks import find
from benchmarks.daily_site import DESKS, ENGINEERS, FREE, STEWARDS, events_of, make
from benchmarks.pairs import Pair, taken_in_turn
from benchmarks.start_up import BARE, OURS
from benchmarks.table import Line, Table, microseconds
from benchmarks.terminal import at_terminal, children_seconds
from benchmarks.workload import environment, folder
from sop_engine.engine.sites.folder import open_site
from sop_engine.store.seam import Head, Query, Reads

TICKETS: Final = {"tiny": 20, "quick": 1_000, "usual": 10_000, "large": 100_000}
ROUNDS: Final = {"tiny": 1, "quick": 7, "usual": 15, "large": 21}
PAIRS: Final = {"tiny": 4, "quick": 40, "usual": 100, "large": 60}
_OTHERS: Final = 1.5
_COMPLETION: Final = 1.0


class Case(NamedTuple):
    """A command of the daily work: one line, or where it writes one for each round."""

    name: str
    lines: list[tuple[str, ...]]
    at_most: float | None = _OTHERS
    around: Mapping[str, str] = {}


def run(size: str) -> Table:
    """Ratios of the processor's time."""
    with folder() as disk:
        make(disk / "site", TICKETS[size])
        return measured(disk / "site", size)


def measured(where: Path, size: str) -> Table:
    """The table over a site that `make` made."""
    rounds = ROUNDS[size] + 1
    with open_site(where) as site:
        steps, events = events_of(site.engine)
        with site.store.reading() as reading:
            cases = list(_cases(reading, rounds))
            lines = list(_finding(reading, PAIRS[size]))
    if size == "tiny":
        cases = [each for each in cases if each.name in _TINY]
    lines = [_line(case, where, rounds) for case in cases] + lines
    compared = (
        f"a whole process over {TICKETS[size]:,} tickets, {steps:,} steps, {events:,} events, of a bare Typer command"
    )
    return Table("daily", compared, lines, ("Processor's time. To reach 1.5: ours.",))


_TINY: Final = frozenset({"show"})


def _line(case: Case, where: Path, rounds: int) -> Line:
    compiled = where.parent / "compiled"
    bare_file = where.parent / "bare.py"
    bare_file.write_text(BARE, encoding="utf-8")
    around = {**environment(compiled), "SOP_LANG": "zh"}
    bare = partial(at_terminal, [sys.executable, str(bare_file), "WX-1"], where, around)
    ours = [
        partial(at_terminal, [sys.executable, "-c", OURS, *words], where, {**around, **case.around})
        for words in (case.lines * rounds if len(case.lines) == 1 else case.lines)
    ]
    pair = taken_in_turn([(each, bare) for each in ours], children_seconds, skip=1)
    return Line(case.name, pair.cost, "of bare", at_most=case.at_most, detail=_detail(pair))


def _detail(pair: Pair) -> str:
    return f"{microseconds(pair.ours_seconds)}; bare {microseconds(pair.other_seconds)}; {len(pair.ours)} pairs"


# --- what is typed ---------------------------------------------------------------------------------------------------


def _cases(reading: Reads, rounds: int) -> Iterator[Case]:
    """All cases; those that write have `rounds` lines."""
    desk, engineer, steward = DESKS[0], ENGINEERS[0], STEWARDS[0]
    repairs = reading.heads(Query(status="open", procedures=("repair",), limit=5000, newest=True))
    newest = next(head for head in repairs[::-1] if head.unit is not None)
    unit = str(newest.unit)
    accepting, claiming = list(_accepting(repairs, rounds)), list(_claiming(reading, repairs, rounds))
    yield Case("sop", [("--as", engineer)])
    yield Case("ls", [("ls", "--as", desk)])
    yield Case("ls --mine, an engineer", [("ls", "--mine", "--as", engineer)])
    yield Case("ls --mine, a steward", [("ls", "--mine", "--as", steward)])
    yield Case("ls --overdue", [("ls", "--overdue", "--as", desk)])
    yield Case("ls --unit", [("ls", "--unit", unit, "--all", "--as", desk)])
    yield Case("ls --state", [("ls", "--state", "待接单", "--as", desk)])
    for order in ("unit", "urged", "changed"):
        yield Case(f"ls --sort {order}", [("ls", "--sort", order, "--as", desk)])
    yield Case("show", [("show", newest.id, "--as", desk)], 1.25)
    yield from (Case(name, lines) for name, lines in (("do", accepting), ("claim", claiming)) if len(lines) > 1)
    fields = {"place": "home", "unit": unit, "fault": "厨房水管漏水", "urgency": "normal", "channel": "phone"}
    given = [word for name, value in fields.items() for word in ("--field", f"{name}={value}")]
    yield Case("new, with its questions", [("new", "repair", *given, "--as", desk)])
    yield Case("handover, of all that is late", [("handover", "--as", desk)], None)
    for name, said in _searches(reading):
        yield Case(f"find {name}", [("find", said, "--as", desk)])
    yield _completing("numbers, completed", f"sop --as {desk} show {newest.id[:8]}")
    yield _completing("transitions, completed", f"sop --as {desk} do {newest.id} ")
    yield _completing("people, completed", f"sop --as {desk} assign {newest.id} l")
    yield _completing("fields, completed", f"sop --as {desk} new repair --field ")


def _completing(name: str, line: str) -> Case:
    return Case(name, [()], _COMPLETION, {"SOP_COMPLETE": "bash", "SOP_COMPLETE_LINE": line})


def _accepting(repairs: Sequence[Head], rounds: int) -> Iterator[tuple[str, ...]]:
    """Tickets that were dispatched to somebody, accepted by him."""
    for head in repairs:
        whose = [task["assignee"] for task in head.tasks.values() if "assignee" in task]
        if head.state == ("dispatched",) and whose and rounds:
            rounds -= 1
            yield "do", head.id, "accept", "--as", whose[0]


def _claiming(reading: Reads, repairs: Sequence[Head], rounds: int) -> Iterator[tuple[str, ...]]:
    """Tickets that are offered, taken by one who has his hands free; he may have five."""
    takers = iter([each for each in FREE for _number in range(5 - reading.load_of(each))])
    for head in repairs:
        offered = any("assignee" not in task for task in head.tasks.values())
        if head.state == ("dispatched",) and offered and rounds:
            rounds -= 1
            yield "claim", head.id, "--as", next(takers)


def _searches(reading: Reads) -> Iterator[tuple[str, str]]:
    unit = reading.units()[17]
    yield "a unit", unit["id"]
    yield "a telephone number", unit["contact"]["phone"]
    yield "a name", unit["contact"]["name"]
    yield "two characters", "漏水"


def _finding(reading: Reads, pairs: int) -> Iterator[Line]:
    """`find` within one process."""
    for name, said in _searches(reading):
        pair = find.measured(reading, said, pairs)
        yield Line(f"find {name}, in process", pair.cost, "of the bare query", at_most=3.0, detail=find.detail(pair))
