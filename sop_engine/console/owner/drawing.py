"""`sop flow diagram`: a procedure drawn, or the way that one ticket took through it."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Literal

from sop_engine.console.call import Call
from sop_engine.console.output import write_bytes, write_file
from sop_engine.console.owner.flow import named_procedure
from sop_engine.console.parameters import argument, option
from sop_engine.console.tickets import find_procedure, find_ticket
from sop_engine.errors import NotUnderstood
from sop_engine.messages import msg, say
from sop_engine.procedure import Procedure
from sop_engine.ticket.near import near

if TYPE_CHECKING:
    from sop_engine.documents.diagram import Way

Format = Literal["dot", "mermaid", "png", "svg"]
FORMATS: Final[tuple[Format, ...]] = ("dot", "mermaid", "png", "svg")
_ENDINGS: Final[Mapping[str, Format]] = {".dot": "dot", ".gv": "dot", ".mmd": "mermaid", ".png": "png", ".svg": "svg"}


def diagram(
    call: Call,
    name: Annotated[
        str | None, argument(msg("a published procedure by id or title, or a file; not needed with --ticket"), "NAME")
    ] = None,
    form: Annotated[
        str | None,
        option(
            "--format", help=msg("svg, png, dot or mermaid (default: as FILE ends, else mermaid)"), metavar="FORMAT"
        ),
    ] = None,
    output: Annotated[str | None, option("--output", "-o", help=msg("a file to write"), metavar="FILE")] = None,
    ticket: Annotated[
        str | None, option("--ticket", help=msg("mark the way that this ticket took, on its own version"), metavar="ID")
    ] = None,
    version: Annotated[int | None, option("--version", help=msg("this version, not the newest"), metavar="N")] = None,
    brief: Annotated[
        bool, option("--brief", help=msg("titles only, for the wall: no people, conditions or reminders"))
    ] = False,
) -> None:
    """Draw a procedure: as a picture (svg, png), or as text that draws it elsewhere (dot, mermaid)."""
    wanted = _format(form, output)
    if wanted == "png" and output is None and (call.json or call.output.on_terminal()):
        raise NotUnderstood(
            msg("a PNG is no text, and cannot be shown here"),
            fix=msg("write it to a file: sop flow diagram {name} --format png -o {file}", name=name or "NAME",
                    file=f"{Path(name or 'procedure').name.partition('.')[0]}.png"),
        )  # fmt: skip
    if ticket is not None:
        procedure, way = _walked(call, ticket, name, version)
    elif name is not None:
        procedure, way = named_procedure(call, name, version), None
    else:
        raise NotUnderstood(msg("say which procedure, or a ticket with --ticket"), fix=msg("see what is: sop flow ls"))
    drawn = _draw(procedure, call.language, wanted, way, brief)
    if output is not None:
        _keep(call, output, wanted, drawn)
    elif call.json:
        call.output.json({"format": wanted, "text": drawn.decode()})
    elif wanted == "png":
        write_bytes(drawn)
    else:
        for line in drawn.decode().splitlines():
            call.output.line(line)


def _format(form: str | None, output: str | None) -> Format:
    """The format that is asked for, or that the file's name says."""
    if form is None:
        ending = Path(output or "").suffix.lower()
        if ending and ending not in _ENDINGS:
            raise NotUnderstood(
                msg("no format is known for files that end in {ending}", ending=ending),
                fix=msg("end it in one of {endings}, or say --format", endings=tuple(_ENDINGS)),
            )
        return _ENDINGS.get(ending, "mermaid")
    wanted = next((each for each in FORMATS if each == form), None)
    if wanted is None:
        raise NotUnderstood(msg("there is no format {form}; there are {forms}", form=form, forms=FORMATS),
                            near=near(form, FORMATS))  # fmt: skip
    return wanted


def _draw(procedure: Procedure, language: str, form: Format, way: "Way | None", brief: bool) -> bytes:
    from sop_engine.documents.diagram import dot, mermaid, picture_of

    if form == "mermaid":
        return mermaid(procedure, language, way, brief=brief).encode()
    text = dot(procedure, language, way, brief=brief)
    if form == "svg" or form == "png":
        return picture_of(text, form)
    return text.encode()


def _walked(call: Call, said: str, name: str | None, version: int | None) -> "tuple[Procedure, Way]":
    """The version that a ticket is pinned to, and the ticket's way. Raises `NotUnderstood` where a name or version is
    given that is not the ticket's."""
    from sop_engine.documents.diagram import way_of

    with call.open() as opened:
        opened.require_known()
        with opened.reading() as reading:
            head = find_ticket(reading, said)
            found = reading.ticket(head.id)
            assert found is not None
            own = opened.site.engine.version_number(reading, found.digest)
            if name is not None and find_procedure(reading, name).procedure != found.procedure:
                raise NotUnderstood(
                    msg("{ticket} runs by {own}, not by {name}", ticket=head.id, own=found.procedure, name=name),
                    fix=msg("leave the name out: sop flow diagram --ticket {ticket}", ticket=head.id),
                )
            if version not in {None, own}:
                raise NotUnderstood(
                    msg("{ticket} runs by version {own}, not by {version}", ticket=head.id, own=own, version=version)
                )
            procedure = opened.site.engine.program(reading, found).procedure
            events = [event for each in reading.steps(head.id) for event in json.loads(each.data)["events"]]
    called = say(msg("{ticket}, version {version}", ticket=head.id, version=own), call.language)
    return procedure, way_of(called, events)


def _keep(call: Call, output: str, form: Format, drawn: bytes) -> None:
    write_file(output, drawn)
    if call.json:
        call.output.json({"format": form, "path": output})
    else:
        call.output.tell(msg("drew {path}", path=output))
