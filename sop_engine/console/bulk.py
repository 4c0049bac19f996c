"""One command for many tickets: each decided and kept by itself, with a result for each (adr/0026).

Where a command takes a ticket it takes several: `WX-1,WX-2`, `@夜班` (a saved view), `-` (numbers on standard input).
No number has a comma or these marks in it, so that nothing can be misread.

| what came of them | exit code |
|---|---|
| all done, or none named | 0 |
| all failed alike | the code of that failure |
| some failed, or each otherwise | 8 |
| Ctrl-C | 130, after the ticket at hand |
"""

import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from sop_engine.console.call import Ended, Interrupted
from sop_engine.console.failures import NO_CONTEXT, failure_json, sentence
from sop_engine.console.names import with_names
from sop_engine.console.output import Column
from sop_engine.console.tickets import find_ticket, folded
from sop_engine.errors import NotUnderstood, SetUp, SopError
from sop_engine.messages import Message, msg, say
from sop_engine.store.seam import Head, Reads
from sop_engine.ticket.records import Command, Ticket

if TYPE_CHECKING:
    from sop_engine.console.opened import Opened
    from sop_engine.engine.engine import Done

SOME_FAILED: Final = 8
STDIN: Final = "-"
UNASKED: Final = 20
"""tickets to which something is done without asking"""
MOST: Final = 10_000
"""tickets of one command"""
_LONGEST_INPUT: Final = 4_000_000

Making = Callable[[Reads, Head, Ticket], Command]
"""makes the command for one ticket; raises `SopError`"""


@dataclass(slots=True)
class _Results:
    """What came of the tickets so far."""

    done: int = 0
    codes: list[int] = field(default_factory=list)
    """of those that failed"""
    stopped: bool = False

    def code(self) -> int:
        if not self.codes:
            return 0
        return self.codes[0] if not self.done and len(set(self.codes)) == 1 else SOME_FAILED


def do_many(opened: "Opened", said: str, name: Message, make: Making) -> None:
    """Do to each ticket that `said` names the command that `make` makes for it, and print what came of it. Ends the
    command (`Ended`) with the exit code of all together; `name` says what is done."""
    call = opened.call
    if call.expect is not None:
        raise NotUnderstood(msg("--expect names a step of one ticket, and here are several"))
    ids = _ids(opened, said)
    if not ids:
        call.output.tell(msg("no ticket is named, so nothing is done"))
        raise Ended(0)
    _require_consent(opened, name, len(ids))
    results = _Results()
    with _ctrl_c_waits(results):
        each = _one_by_one(opened, ids, make, results)
        if call.json:
            call.output.json_list(view for view, _row in each)
        else:
            columns = [Column(msg("number"), whole=True), Column(msg("result")), Column(msg("state")),
                       Column(msg("why not"))]  # fmt: skip
            call.output.table(columns, (row for _view, row in each))
    _tell(opened, results)
    if results.stopped:
        raise Interrupted(_how_far(results, ids))
    raise Ended(results.code())


# --- which tickets ---------------------------------------------------------------------------------------------------


def _ids(opened: "Opened", said: str) -> list[str]:
    """What is named, in order, each once. Raises `NotUnderstood` where it is too much to be meant."""
    plain = folded(said).strip()
    if plain.startswith("@"):
        ids = _of_view(opened, plain)
    elif plain == STDIN:
        ids = _of_input(opened)
    else:
        ids = [piece.strip() for piece in plain.replace("、", ",").split(",")]
    ids = list(dict.fromkeys(filter(None, ids)))
    if len(ids) > MOST:
        raise NotUnderstood(msg("more than {count} tickets at once are too many", count=MOST))
    return ids


def _of_view(opened: "Opened", said: str) -> list[str]:
    from sop_engine.console.staff.lists import found
    from sop_engine.console.staff.narrowed import asked
    from sop_engine.console.staff.views import view_named

    with opened.reading() as reading:
        narrowed = view_named(reading, said).narrowed
        wanted = asked(opened, reading, narrowed)
    return [head.id for head in islice(found(opened, wanted, narrowed.limit), MOST + 1)]


def _of_input(opened: "Opened") -> list[str]:
    """The first word of each line of standard input: numbers alone, or lines of a list."""
    if sys.stdin.isatty():
        if not opened.call.asks:
            raise NotUnderstood(msg("- wants numbers on standard input"), fix=msg("sop ls --overdue -q | sop urge -"))
        opened.call.output.tell(msg("write the numbers, a line each; end with Ctrl-D"))
    data = sys.stdin.buffer.read(_LONGEST_INPUT + 1)
    if len(data) > _LONGEST_INPUT:
        raise NotUnderstood(msg("more than {count} tickets at once are too many", count=MOST))
    try:
        text = data.decode()
    except UnicodeDecodeError:
        raise NotUnderstood(msg("standard input is no text in UTF-8")) from None
    return [line.split("\t")[0].strip() for line in text.splitlines()]


def _require_consent(opened: "Opened", name: Message, count: int) -> None:
    """Ask before many tickets are changed. Raises `NotUnderstood` where nobody can be asked."""
    call = opened.call
    if count <= UNASKED or call.yes or call.dry_run:
        return
    question = msg("{command} for {count} tickets", command=name, count=count)
    if not call.asks:
        raise NotUnderstood(
            msg("{question}: so many are not done unasked", question=question),
            fix=msg("add --yes; or see with --dry-run what would come of it"),
        )
    call.output.tell(msg("{question}? y or n", question=question))
    if sys.stdin.readline().strip().casefold() not in {"y", "yes", "是", "好"}:
        call.output.tell(msg("nothing was changed"))
        raise Ended(0)


# --- one after the other ---------------------------------------------------------------------------------------------


@contextmanager
def _ctrl_c_waits(results: _Results) -> Iterator[None]:
    """Within it Ctrl-C is heeded after the ticket at hand; a second time at once."""

    def heed(number: int, frame: Any) -> None:
        if results.stopped:
            raise KeyboardInterrupt
        results.stopped = True

    before = signal.signal(signal.SIGINT, heed)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


_Shown = tuple[dict[str, Any], list[Any]]


def _one_by_one(opened: "Opened", ids: Sequence[str], make: Making, results: _Results) -> Iterator[_Shown]:
    """Do it to each, and give what came of it: as JSON, and as a row."""
    from sop_engine.console.staff.listing import Lines, Titles, states

    lines = Lines(opened, Titles(opened))
    seen: set[str] = set()
    for said in ids:
        if results.stopped:
            return
        id = said
        try:
            with opened.reading() as reading:
                id = find_ticket(reading, said).id
            if id in seen:
                continue  # it was named before, by another piece of its number
            seen.add(id)
            done = _one(opened, id, make)
        except SetUp:
            raise  # it would fail for all that follow too
        except SopError as error:
            results.codes.append(error.code)
            yield _refused(opened, id, error)
            continue
        results.done += 1
        what = msg("would be done") if opened.call.dry_run else msg("done before") if done.repeated else msg("done")
        view = {"ticket": id, "code": 0, "repeated": done.repeated, "state": done.head.state,
                "number": done.head.number, "error": None}  # fmt: skip
        yield view, [id, what, states(lines, done.head), ""]


def _one(opened: "Opened", id: str, make: Making) -> "Done":
    """Do it to one ticket, as what it is now."""
    with opened.reading() as reading:
        head, ticket = reading.head(id), reading.ticket(id)
        assert head is not None and ticket is not None, "it was found"
        command = make(reading, head, ticket)
    key = opened.call.key
    return opened.act(command, key=None if key is None else f"{key}/{id}")


def _refused(opened: "Opened", id: str, error: SopError) -> _Shown:
    language = opened.call.language
    error.message = with_names(error.message, opened.names)
    view = {"ticket": id, "code": error.code, "repeated": False, "state": None, "number": None,
            **failure_json(error, NO_CONTEXT, language)}  # fmt: skip
    return view, [id, msg("refused"), "", sentence(say(error.message, language), language)]


# --- all together ----------------------------------------------------------------------------------------------------


def _tell(opened: "Opened", results: _Results) -> None:
    parts: list[Message] = []
    if results.done:
        done = msg("would be done: {count}", count=results.done)
        parts.append(done if opened.call.dry_run else msg("done: {count}", count=results.done))
    if results.codes:
        parts.append(msg("refused: {count}", count=len(results.codes)))
    opened.call.output.tell(tuple(parts))
    if opened.call.dry_run:
        opened.call.output.tell(msg("dry run: nothing of this was kept"))


def _how_far(results: _Results, ids: Sequence[str]) -> Message:
    tried = results.done + len(results.codes)
    if tried >= len(ids):
        return msg("interrupted; all {count} had been tried", count=len(ids))
    return msg("interrupted after {tried} of {count}; what was done stands, the next is {next}",
               tried=tried, count=len(ids), next=ids[tried])  # fmt: skip
