"""`sop new`: open a ticket."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

from sop_engine.console.asking import ask_field
from sop_engine.console.call import Call
from sop_engine.console.doing import explaining, tell_done
from sop_engine.console.given import read_given
from sop_engine.console.json_view import possible_view
from sop_engine.console.looking import possible_opening
from sop_engine.console.parameters import argument, option
from sop_engine.console.staff.do import ask_for
from sop_engine.console.tickets import find_procedure
from sop_engine.engine.publishing import edited_since
from sop_engine.errors import NotUnderstood, SopError
from sop_engine.messages import msg
from sop_engine.store.seam import Version
from sop_engine.ticket.program import Program

if TYPE_CHECKING:
    from sop_engine.console.opened import Opened


def new(
    call: Call,
    procedure: Annotated[str, argument(msg("which procedure, by id or title"), "PROCEDURE")],
    field: Annotated[
        list[str] | None, option("--field", help=msg("a value: name=value, a file as name=@path"), metavar="NAME=VALUE")
    ] = None,
    from_file: Annotated[
        str | None, option("--from-file", help=msg("values from a JSON object; - is standard input"), metavar="FILE")
    ] = None,
) -> None:
    """Open a ticket by the newest published version, and print it."""
    with call.open() as opened:
        opened.require_known()
        with opened.reading() as reading:
            version = find_procedure(reading, procedure)
            program = opened.site.engine.programs.of(reading, version.digest)
            opening = possible_opening(opened, reading, program)
        _say_edited(opened, version)
        with explaining(opened, None), _with_opening(opened, opening):
            given = read_given(opened, program.fields, field or (), from_file)
            # nobody is asked for values only to be refused after them
            asks = call.asks and opening["allowed"]
            if asks:
                _ask(opened, program, given)
            arguments = {"procedure": version.procedure, "fields": given}
            if asks:
                _probe(opened, program, arguments)
            done = opened.act(opened.command("open", "", arguments))
        if call.dry_run and call.json:
            call.output.json({"procedure": version.procedure, "version": version.number, **_entry(opened, opening)})
        else:
            tell_done(opened, done)


def _say_edited(opened: "Opened", version: Version) -> None:
    if edited_since(opened.site.engine, version.procedure, version.text):
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


def _ask(opened: "Opened", program: Program, given: dict[str, Any]) -> None:
    """Ask for what opening asks and was not given, in the procedure's order."""
    for name in program.procedure.open.ask:
        field = program.fields[name]
        if name not in given and field.required is None:
            value = ask_field(opened, field, None, required=field.fill is None)
            if value is not None:
                given[name] = value


def _probe(opened: "Opened", program: Program, arguments: dict[str, Any]) -> None:
    """Try without keeping anything, and ask for what is missing, until nothing is."""
    while True:
        try:
            opened.site.engine.act(opened.command("open", "", arguments), dry_run=True)
            return
        except NotUnderstood as refusal:
            if not ask_for(opened, program.fields, refusal, arguments["fields"], {}):
                raise
