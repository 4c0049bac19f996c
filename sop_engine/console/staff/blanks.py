"""Blank slips with reserved numbers: printing them, listing them, and noting that one was torn up."""

import re
import sys
from typing import TYPE_CHECKING, Annotated, Any, Final

from sop_engine import canonical
from sop_engine.console.call import Call
from sop_engine.console.doing import explaining
from sop_engine.console.output import Column, write, write_file
from sop_engine.console.parameters import option
from sop_engine.console.tickets import by_title, find_procedure, folded
from sop_engine.errors import FaultsFound, NotUnderstood, SetUp, SopError
from sop_engine.messages import msg, say
from sop_engine.procedure import Form
from sop_engine.store.seam import Reads
from sop_engine.ticket.near import near
from sop_engine.ticket.program import Program
from sop_engine.ticket.records import SITE
from sop_engine.values import show_instant

if TYPE_CHECKING:
    from sop_engine.console.opened import Opened

_BODY: Final = re.compile(r"<body[^>]*>(.*)</body>", re.DOTALL | re.IGNORECASE)
_STATES: Final = {"used": msg("used"), "unused": msg("unused"), "void": msg("void")}


def print_blanks(call: Call, count: int, procedure: str | None, form: str | None, to: str | None) -> None:
    """Reserve numbers of a procedure, and print a form with each of them that is otherwise empty."""
    if procedure is None:
        raise NotUnderstood(
            msg("blank slips of which procedure?"), fix=msg("sop print --blank {count} --procedure repair", count=count)
        )
    with call.open() as opened:
        opened.require_known()
        with opened.reading() as reading:
            version = find_procedure(reading, procedure)
            program = opened.site.engine.programs.of(reading, version.digest)
            wanted = _form(program, form)
        arguments = {"procedure": version.procedure, "count": count}
        with explaining(opened, None):
            done = opened.act(opened.command("reserve_numbers", SITE, arguments))
        numbers = canonical.parse(done.step.data)["command"]["arguments"]["numbers"]
        with opened.reading() as reading:
            pages = _pages(opened, reading, program, wanted, version.number, numbers)
        if opened.training:
            from sop_engine.documents.watermark import watermarked

            pages = watermarked(pages, call.language)
        _hand_out(opened, numbers, pages, to)


def _hand_out(opened: "Opened", numbers: list[str], page: str, to: str | None) -> None:
    call = opened.call
    if to is not None and not call.dry_run:
        try:
            write_file(to, page.encode())
        except SopError as error:
            error.fix = msg("the numbers {first} to {last} are reserved: sop audit numbers", first=numbers[0],
                            last=numbers[-1])  # fmt: skip
            raise
    if call.json:
        marked = {"training": True} if opened.training else {}
        call.output.json({"numbers": numbers, "file": to, "html": None if to else page, **marked})
        return
    if call.dry_run:
        call.output.tell(msg("dry run: nothing of this was kept"))
    elif to is None:
        write(sys.stdout, page)
    call.output.tell(
        msg("reserved: {count} numbers, {first} to {last}", count=len(numbers), first=numbers[0], last=numbers[-1])
    )


def _form(program: Program, said: str | None) -> Form:
    forms = program.procedure.forms
    id = by_title(said, {each.id: each.title for each in forms}, "form") if said is not None else None
    if id is None and (said is not None or not forms):
        raise NotUnderstood(
            msg("{procedure} has no form {form}", procedure=program.procedure.title, form=(said or "")[:60]),
            near=near(said or "", [each.id for each in forms]) or [each.id for each in forms],
        )
    return forms[0] if id is None else next(each for each in forms if each.id == id)


def _pages(opened: "Opened", reading: Reads, program: Program, form: Form, version: int, numbers: list[str]) -> str:
    """One page with all slips, each beginning on a sheet of its own."""
    from sop_engine.documents.forms import print_form
    from sop_engine.documents.template_fault import TemplateFault
    from sop_engine.documents.ticket_values import Head, Reader, template_values

    language = opened.call.language
    reader = Reader(language, opened.zone, staff=opened.names, currency=opened.currency)

    def load(digest: str) -> bytes:
        data = reading.blob(digest)
        if data is None:
            raise SetUp(msg("the store has lost the text {digest} of the form {form}", digest=digest, form=form.id))
        return data

    pages = []
    for number in numbers:
        head = Head(id=number, version=version, site=opened.site.settings.name, printed=opened.now,
                    printed_by=opened.named(opened.person))  # fmt: skip
        try:
            pages.append(print_form(form, load, template_values(program.procedure, {}, head, reader), language))
        except TemplateFault as fault:
            raise FaultsFound(
                msg("the form {form} cannot be printed: {fault}", form=form.id, fault=fault.message)
            ) from None
    bodies = [_BODY.search(page) for page in pages]
    if not all(bodies):
        return "\n".join(pages)
    joined = '\n<div style="break-before: page"></div>\n'.join(found[1] for found in bodies if found)
    first = bodies[0]
    assert first is not None
    return pages[0][: first.start(1)] + joined + pages[0][first.end(1) :]


def void_blank(call: Call, number: str, reason: str | None) -> None:
    """Note that a blank slip was torn up, so that nobody looks for it."""
    with call.open() as opened:
        opened.require_known()
        if reason is None:
            raise NotUnderstood(msg("a reason is needed"), fix=msg("give it with --reason"))
        arguments = {"number": folded(number).strip().upper(), "reason": reason}
        with explaining(opened, None):
            opened.act(opened.command("void_number", SITE, arguments))
        if call.json:
            call.output.json({"number": arguments["number"], "state": "void"})
            return
        if call.dry_run:
            call.output.tell(msg("dry run: nothing of this was kept"))
        call.output.tell(msg("the slip {number} is void", number=arguments["number"]))


def numbers(
    call: Call,
    unused: Annotated[bool, option("--unused", help=msg("only those of which nobody knows where the slip is"))] = False,
) -> None:
    """List the numbers that were reserved for blank slips, by when, and what became of each."""
    with call.open() as opened:
        opened.require_known()
        with opened.reading() as reading:
            site = reading.ticket(SITE)
            reserved = site.fields.get("reserved", {}) if site is not None else {}
            found = [_entry(reading, number, each) for number, each in sorted(reserved.items())]
        wanted = [each for each in found if not unused or each["state"] == "unused"]
        if call.json:
            call.output.json([{**each, "at": opened.local(each["at"])} for each in wanted])
            return
        columns = [Column(msg("number"), whole=True), Column(msg("procedure")), Column(msg("reserved")),
                   Column(msg("reserved by")), Column(msg("status"))]  # fmt: skip
        rows = [
            [each["number"], each["procedure"],
             show_instant(canonical.instant_of(each["at"]), call.language, opened.zone), opened.named(each["by"]),
             say(_STATES[each["state"]], call.language)]
            for each in wanted
        ]  # fmt: skip
        if not call.output.table(columns, rows):
            call.output.tell(msg("no numbers are reserved"))


def _entry(reading: Reads, number: str, entry: dict[str, Any]) -> dict[str, Any]:
    state = "void" if "void" in entry else "used" if reading.head(number) is not None else "unused"
    return {"number": number, "procedure": entry["procedure"], "at": entry["at"], "by": entry["by"], "state": state}
