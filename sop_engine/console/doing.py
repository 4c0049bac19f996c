"""Doing something to a ticket, and telling what came of it.

When it is done: the ticket, then what happened, what is promised, what comes next. When it is refused: why, what is
possible instead, and what others did meanwhile.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sop_engine.console.failures import Around, Explained
from sop_engine.console.names import shown_person, with_names
from sop_engine.console.views.in_words import coming, next_lines, print_ticket
from sop_engine.console.views.looking import look
from sop_engine.errors import SopError
from sop_engine.messages import msg
from sop_engine.store.seam import Head, Reads
from sop_engine.ticket.records import Command

if TYPE_CHECKING:
    from sop_engine.console.opened import Opened
    from sop_engine.engine.engine import Done


def do_and_tell(opened: "Opened", command: Command, head: Head | None) -> None:
    """Do a command and print what `show` prints, then the last lines on stderr. `head` is the ticket as it was seen
    before, None for a new one. A refusal comes out as `Explained`."""
    with explaining(opened, head):
        done = opened.act(command)
    tell_done(opened, done)


def tell_done(opened: "Opened", done: "Done", more: Mapping[str, Any] | None = None) -> None:
    """Print the ticket as it is after `done`, and say what happened; as JSON with `more` entries."""
    call = opened.call
    with opened.reading() as reading:
        seen = look(opened, reading, done.ticket, done.head, (*done.fired, done.step, *done.followed))
        happened = [] if done.repeated else _happened(opened, reading, done)
    print_ticket(opened, seen, more=more, done=True)
    last: list[Any] = []
    if call.dry_run:
        last.append(msg("dry run: nothing of this was kept"))
    if done.repeated:
        last.append(
            msg("done before under this key, as step {number}; nothing was done again", number=done.step.number)
        )
    call.output.tell(*last, *happened, *next_lines(opened, seen))


def _happened(opened: "Opened", reading: Reads, done: "Done") -> list[Any]:
    """The steps that were done, a head line each: timers that were due before, the command's, what followed from it."""
    import json

    from sop_engine.console.stories.story import Teller, tell

    hidden = opened.hidden_from(done.ticket)
    teller = Teller(opened.call.language, opened.zone, opened.names, opened.currency, hidden)
    lines = []
    for step in (*done.fired, done.step, *done.followed):
        assert step.after is not None
        program = opened.site.engine.program(reading, step.after)
        chapter = tell(json.loads(step.data), step.values, program, 0, teller)
        lines.append(f"{step.ticket} {chapter.lines[0]}")
    return lines


@contextmanager
def explaining(opened: "Opened", head: Head | None) -> Iterator[None]:
    """Turns a refusal into `Explained`: with people by name, the conditions in words, what is possible now and what
    comes by itself, and what others have done since `head` was seen."""
    try:
        yield
    except SopError as error:
        error.message = with_names(error.message, opened.names)
        if error.fix is not None:
            error.fix = with_names(error.fix, opened.names)
        if opened.call.language == "zh" and not opened.call.json:
            error.possible = tuple(_by_name(each, opened.names) for each in error.possible)
        raise Explained(error, _around(opened, error, head)) from error


def _by_name(offer: Any, names: Mapping[str, str]) -> Any:
    """Something possible, with whoever may do it by name; who may at all stands as it is."""
    return {**offer, "who": with_names(offer.get("who") or (), names)} if isinstance(offer, Mapping) else offer


def _around(opened: "Opened", error: SopError, head: Head | None) -> Around:
    """What stands around a refusal; nothing more where the store itself cannot be read."""
    shown = {actor: shown_person(actor, opened.names) for actor in opened.names}
    if head is None or error.code not in {2, 4, 5, 6}:
        return Around(names=shown)
    try:
        with opened.reading() as reading:
            ticket, now = reading.ticket(head.id), reading.head(head.id)
            if ticket is None or now is None:
                return Around(names=shown)
            seen = look(opened, reading, ticket, now)
            since = opened.call.expect if opened.call.expect is not None else head.number
            meanwhile = _meanwhile(opened, reading, head.id, since) if now.number > since else ()
    except SopError:
        return Around(names=shown)
    from sop_engine.console.views.as_json import possible_view

    return Around(
        rests=seen.rests,
        possible=[possible_view(opened, each) for each in seen.possible] if opened.call.json else (),
        by_itself=coming(opened, seen) if error.possible else (),
        guards=_guards(opened, seen.program.procedure, error),
        meanwhile=meanwhile,
        names=shown,
    )


def _guards(opened: "Opened", procedure: Any, error: SopError) -> list[str]:
    if not error.guards:
        return []
    from sop_engine.documents.expression_text import expression_text

    return [expression_text(guard, procedure, opened.call.language) for guard in error.guards]


def _meanwhile(opened: "Opened", reading: Reads, id: str, since: int) -> list[str]:
    from sop_engine.console.stories.past import read_story

    return [chapter.lines[0] for chapter in read_story(opened, reading, id, after=since)]
