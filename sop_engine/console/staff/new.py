"""`sop new`: open a ticket."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

from sop_engine import canonical
from sop_engine.console.asking import ask_field, ask_until_enough, is_asked
from sop_engine.console.by_word import read_words
from sop_engine.console.call import Call
from sop_engine.console.doing import explaining, tell_done
from sop_engine.console.given import read_given
from sop_engine.console.parameters import FromFile, Values, argument, option
from sop_engine.console.staff.causes import asked_cause, causes, tell_causes
from sop_engine.console.staff.similar import (
    ASKED_BY,
    asked_rework,
    doubles,
    earlier,
    similar,
    tell_double,
    tell_earlier,
    tell_former,
    tell_similar,
    wants_another,
)
from sop_engine.console.tickets import find_procedure, find_ticket, folded
from sop_engine.console.views.as_json import head_json, possible_view
from sop_engine.console.views.looking import possible_opening
from sop_engine.engine.publishing.procedures import edited_since
from sop_engine.errors import SopError
from sop_engine.messages import msg
from sop_engine.procedure import Field
from sop_engine.store.seam import Head, Version
from sop_engine.ticket.evolve import blank
from sop_engine.ticket.program import Program

if TYPE_CHECKING:
    from sop_engine.console.opened import Opened


def new(
    call: Call,
    procedure: Annotated[str, argument(msg("which procedure, by id or title"), "PROCEDURE")],
    words: Annotated[
        list[str] | None, argument(msg("what is known, in any order: unit, trouble, choices, telephone"), "WORD")
    ] = None,
    field: Values = None,
    from_file: FromFile = None,
    number: Annotated[
        str | None, option("--number", help=msg("the number of a blank slip on which it was written"), metavar="NUMBER")
    ] = None,
    rework_of: Annotated[
        str | None, option("--rework-of", help=msg("the closed ticket whose work did not last"), metavar="ID")
    ] = None,
    join: Annotated[
        str | None, option("--join", help=msg("the open ticket of the same cause: one job for both"), metavar="ID")
    ] = None,
) -> None:
    """Open a ticket by the newest published version, and print it."""
    with call.open() as opened:
        opened.require_known()
        with opened.reading() as reading:
            version = find_procedure(reading, procedure)
            program = opened.site.engine.programs.of(reading, version.digest)
            opening = possible_opening(opened, reading, program)
            edited = edited_since(opened.site.engine, reading, version)
        _say_edited(opened, version, edited)
        with explaining(opened, None), _with_opening(opened, opening):
            given = read_given(opened, program.fields, field or (), from_file)
            if words:
                given |= _said(opened, program, given, words)
            # nobody is asked for values only to be refused after them
            asks = call.asks and opening["allowed"]
            if asks:
                _ask(opened, program, given, brief=bool(words))
            arguments: dict[str, Any] = {"procedure": version.procedure, "fields": given}
            arguments |= _others(opened, version.procedure, rework_of, join)
            if number is not None:
                arguments["number"] = folded(number).strip().upper()
            if asks:
                ask_until_enough(opened, "open", "", arguments, program.fields, {})
            heads = _similar(opened, program, given)
            _tell_former(opened, program, given)
            repeated = _is_repeated(opened)
            near = [] if join is not None else _causes(opened, program, given)
            if asks and near and not repeated and (meant := asked_cause(opened, near)):
                arguments["join"] = meant
            joins = "join" in arguments
            twice = [] if joins else doubles(opened, program, given, heads)
            if asks and twice and not repeated and not wants_another(opened, twice):
                call.output.tell(msg("nothing was opened"))
                return
            before = [] if joins or rework_of is not None else _earlier(opened, program, given)
            if asks and before and not repeated and (meant := asked_rework(opened, before)):
                arguments["rework_of"] = meant
            done = opened.act(opened.command("open", "", arguments))
        more = _besides(opened, [head for head in heads if head.id != done.step.ticket], before, near)
        if call.dry_run and call.json:
            entry = _entry(opened, opening)
            call.output.json({"procedure": version.procedure, "version": version.number, **entry, **more})
        else:
            tell_done(opened, done, more)
        if not asks and not done.repeated:
            tell_causes(opened, near, done.step.ticket)
            tell_double(opened, [head for head in twice if head not in near])
            tell_earlier(opened, before)


def _besides(opened: "Opened", similar: list[Head], earlier: list[Head], near: list[Head]) -> dict[str, Any]:
    """The other tickets that were named, for programs."""
    now, kinds = canonical.instant_text(opened.now), {"similar": similar, "earlier": earlier, "near": near}
    return {kind: [head_json(opened, head, now) for head in heads] for kind, heads in kinds.items()}


def _say_edited(opened: "Opened", version: Version, edited: bool) -> None:
    if edited:
        opened.call.output.tell(
            msg("{procedure} has been edited since version {version} was published; this ticket follows that version",
                procedure=version.procedure, version=version.number)
        )  # fmt: skip


def _entry(opened: "Opened", opening: dict[str, Any]) -> dict[str, Any]:
    """What opening needs, and the one thing that is possible: the answer of a dry run."""
    entry = possible_view(opened, opening)
    return {"needs": entry["needs"], "possible": [entry]}


@contextmanager
def _with_opening(opened: "Opened", opening: dict[str, Any]) -> Iterator[None]:
    """Puts what opening needs into a refusal, so that a program can go on from it."""
    try:
        yield
    except SopError as error:
        if opened.call.json and error.code in {2, 4, 5}:
            entry = _entry(opened, opening)
            error.needs = error.needs or tuple(entry["needs"])
            error.possible = tuple(entry["possible"])
        raise


def _said(opened: "Opened", program: Program, given: dict[str, Any], words: Sequence[str]) -> dict[str, Any]:
    """What bare words say, of the fields that opening asks for or may ask for."""
    unborn = blank("", program.procedure.id, program.digest)
    opening = program.procedure.open
    always = frozenset(opening.ask)

    def asked(field: Field, known: Mapping[str, Any]) -> bool:
        wanted = field.id in always or field.required is not None
        return wanted and is_asked(opened, program, unborn, field, known)

    fields = [program.fields[name] for name in (*opening.ask, *opening.may_ask)]
    return read_words(opened, fields, given, words, asked)


def _similar(opened: "Opened", program: Program, given: dict[str, Any]) -> list[Head]:
    with opened.reading() as reading:
        return similar(reading, program, given)


def _tell_former(opened: "Opened", program: Program, given: dict[str, Any]) -> None:
    with opened.reading() as reading:
        tell_former(opened, reading, program, given)


def _others(opened: "Opened", procedure: str, rework_of: str | None, join: str | None) -> dict[str, str]:
    """The tickets of `--rework-of` and `--join` as arguments of the command; both are of the procedure itself."""
    said = {name: each for name, each in (("rework_of", rework_of), ("join", join)) if each is not None}
    if not said:
        return {}
    with opened.reading() as reading:
        return {name: find_ticket(reading, each, of=procedure).id for name, each in said.items()}


def _causes(opened: "Opened", program: Program, given: dict[str, Any]) -> list[Head]:
    if program.procedure.acts.join is None:
        return []
    with opened.reading() as reading:
        return causes(opened, reading, program, given)


def _earlier(opened: "Opened", program: Program, given: dict[str, Any]) -> list[Head]:
    with opened.reading() as reading:
        return earlier(opened, reading, program, given)


def _is_repeated(opened: "Opened") -> bool:
    """Whether the idempotency key was used: then nothing will be opened."""
    key = opened.call.key
    if key is None:
        return False
    with opened.reading() as reading:
        return reading.by_key(key) is not None


def _ask(opened: "Opened", program: Program, given: dict[str, Any], brief: bool) -> None:
    """Ask for what opening asks and was not given, in the procedure's order; where it is `brief`, since somebody said
    in one breath what he knew, what has a default keeps it. As soon as it is known whose matter it is, what is open of
    his is shown: the question may be answered by that."""
    shown: set[str] = set()
    _show_similar(opened, program, given, shown)
    unborn = blank("", program.procedure.id, program.digest)
    for name in program.procedure.open.ask:
        field = program.fields[name]
        if name in given or (brief and field.default is not None):
            continue
        if is_asked(opened, program, unborn, field, given):
            value = ask_field(opened, field, None, required=field.fill is None)
            if value is not None:
                given[name] = value
                if field.type in ASKED_BY:
                    _show_similar(opened, program, given, shown)


def _show_similar(opened: "Opened", program: Program, given: dict[str, Any], shown: set[str]) -> None:
    """Show what is open of the unit or person, each ticket once."""
    heads = [head for head in _similar(opened, program, given) if head.id not in shown]
    if heads:
        shown.update(head.id for head in heads)
        with opened.reading() as reading:
            tell_similar(opened, reading, heads)
