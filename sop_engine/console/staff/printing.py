"""`sop print`: a form of a ticket, or the ticket itself, as an HTML page for paper."""

import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

from sop_engine import canonical
from sop_engine.console.call import Call
from sop_engine.console.output import write, write_file
from sop_engine.console.parameters import argument, option
from sop_engine.console.tickets import by_title, find_ticket
from sop_engine.engine.people.personal import fields_seen
from sop_engine.errors import FaultsFound, NotFound, NotUnderstood, SetUp
from sop_engine.messages import msg, say
from sop_engine.procedure import Form
from sop_engine.store.seam import Head as StoredHead
from sop_engine.store.seam import Reads
from sop_engine.ticket.former import as_the_new_one_sees
from sop_engine.ticket.near import near
from sop_engine.ticket.program import Program
from sop_engine.ticket.records import Erased, Ticket
from sop_engine.values import NUMBERS

if TYPE_CHECKING:
    from sop_engine.console.opened import Opened
    from sop_engine.console.stories.story import Chapter
    from sop_engine.documents.ticket_values import Head, Reader

PAGE = "ticket"
"""the name of the page that every ticket has"""


def print_ticket(
    call: Call,
    id: Annotated[str | None, argument(msg("the ticket, or the end of its number; none for blank slips"), "ID")] = None,
    form: Annotated[
        str | None, argument(msg("the form, by id or title; `ticket` is the ticket itself on a page"), "FORM")
    ] = None,
    to: Annotated[str | None, option("--to", help=msg("the file to write; otherwise stdout"), metavar="FILE")] = None,
    blank: Annotated[
        int | None, option("--blank", help=msg("so many blank slips, with numbers that are reserved"), metavar="COUNT")
    ] = None,
    procedure: Annotated[
        str | None, option("--procedure", help=msg("of which procedure blank slips are"), metavar="PROCEDURE")
    ] = None,
    void: Annotated[
        str | None, option("--void", help=msg("the number of a blank slip that was torn up"), metavar="NUMBER")
    ] = None,
    reason: Annotated[str | None, option("--reason", help=msg("why it is void"), metavar="TEXT")] = None,
) -> None:
    """Print a form of a ticket as HTML, from the texts of the version that it runs by; or blank slips, for the day when
    nothing else works."""
    if blank is not None or void is not None:
        from sop_engine.console.staff import blanks

        if blank is not None and void is None:
            blanks.print_blanks(call, blank, procedure, form or id, to)
            return
        blanks.void_blank(call, str(void), reason)
        return
    if id is None:
        raise NotUnderstood(
            msg("which ticket is to be printed?"),
            fix=msg("sop print ID FORM; blank slips: sop print --blank 30 --procedure repair --to slips.html"),
        )
    with call.open() as opened:
        opened.require_known()
        with opened.reading() as reading:
            stored = find_ticket(reading, id)
            ticket = reading.ticket(stored.id)
            assert ticket is not None, "a head has its ticket"
            program = opened.site.engine.program(reading, ticket)
            wanted = _form_named(program, form, stored.id)
            page = _page(opened, reading, program, ticket, stored, wanted)
            if opened.training:
                from sop_engine.documents.watermark import watermarked

                page = watermarked(page, call.language)
    name = PAGE if wanted is None else wanted.id
    if to is not None and not call.dry_run:
        write_file(to, page.encode())
    if call.json:
        marked = {"training": True} if opened.training else {}
        call.output.json({"ticket": stored.id, "form": name, "file": to, "html": None if to else page, **marked})
    elif to is None:
        write(sys.stdout, page)
    elif call.dry_run:
        call.output.tell(msg("dry run: nothing of this was kept"))
    else:
        title = name if wanted is None else wanted.title or name
        call.output.tell(msg("{form} of {ticket} stands in {file}", form=title, ticket=stored.id, file=to))


def _form_named(program: Program, said: str | None, ticket: str) -> Form | None:
    """The form that is meant; None is the ticket's own page. Raises `NotFound`, `NotUnderstood`."""
    forms = program.procedure.forms
    known = (*(each.id for each in forms), PAGE)
    if said is None:
        if len(forms) > 1:
            page = msg("{title} ({id})", title=msg("the ticket on a page"), id=PAGE)
            titles = (*(msg("{title} ({id})", title=each.title, id=each.id) for each in forms), page)
            raise NotUnderstood(
                msg("which form? there are {forms}", forms=titles),
                fix=msg("sop print {ticket} {form}", ticket=ticket, form=known[0]),
            )
        return forms[0] if forms else None
    id = by_title(said, {each.id: each.title for each in forms}, "form")
    if id is None and said == PAGE:
        return None
    if id is None:
        raise NotFound(
            msg("{procedure} has no form {form}", procedure=program.procedure.title, form=said[:60]),
            near=near(said, [*known, *(title for each in forms for title in each.title.values())]) or known,
        )
    return next(each for each in forms if each.id == id)


def _page(
    opened: "Opened", reading: Reads, program: Program, ticket: Ticket, stored: StoredHead, form: Form | None
) -> str:
    from sop_engine.documents.forms import print_form
    from sop_engine.documents.template_fault import TemplateFault
    from sop_engine.documents.ticket_values import Reader, template_values

    hidden = opened.hidden_from(ticket)
    personal = {each.personal for each in program.procedure.fields if each.personal} - hidden if hidden else None
    reader = Reader(opened.call.language, opened.zone, personal, opened.names, opened.currency, opened.firm_titles)
    head = _head(opened, ticket, stored)
    # a form may be handed to the new one; the ticket's own page stays with us
    theirs = None if form is None else as_the_new_one_sees(ticket, canonical.instant_text(opened.now))
    seen: Mapping[str, Any] = opened.fields_seen(theirs or ticket, program.procedure.fields)
    if theirs is not None:  # what was written before may name whoever moved out
        seen = fields_seen(frozenset({NUMBERS}), program.procedure.fields, seen)
    fields = {name: None if isinstance(value, Erased) else value for name, value in seen.items()}
    if form is None:
        return _ticket_page(opened, reading, program, fields, head, ticket, stored, reader)

    def load(digest: str) -> bytes:
        data = reading.blob(digest)
        if data is None:
            raise SetUp(msg("the store has lost the text {digest} of the form {form}", digest=digest, form=form.id))
        return data

    values = template_values(program.procedure, fields, head, reader)
    try:
        return print_form(form, load, values, opened.call.language)
    except TemplateFault as fault:
        raise FaultsFound(
            msg("the form {form} cannot be printed: {fault}", form=form.id, fault=fault.message)
        ) from None


def _head(opened: "Opened", ticket: Ticket, stored: StoredHead) -> "Head":
    from sop_engine.documents.ticket_values import Head

    names = opened.names
    assignees = [task["assignee"] for task in ticket.tasks.values() if "assignee" in task]
    return Head(
        id=ticket.id,
        version=stored.version,
        states=stored.state,
        status=ticket.status,
        outcome=ticket.outcome,
        owner=names.get(ticket.owner) or ticket.owner,
        assignee=say(tuple(names.get(each) or each for each in assignees), opened.call.language),
        opener=names.get(ticket.opener) or ticket.opener,
        opened=canonical.instant_of(ticket.opened),
        site=opened.site.settings.name,
        printed=opened.now,
        printed_by=opened.named(opened.person),
    )


def _ticket_page(
    opened: "Opened",
    reading: Reads,
    program: Program,
    fields: dict[str, Any],
    head: "Head",
    ticket: Ticket,
    stored: StoredHead,
    reader: "Reader",
) -> str:
    """The ticket itself: head, facts, story, evidence."""
    from sop_engine.console.stories.past import read_story
    from sop_engine.console.views.in_words import outcome_text
    from sop_engine.documents.ticket_page import TicketPage, facts_of, ticket_page

    language = opened.call.language
    procedure = program.procedure
    chapters = read_story(opened, reading, ticket.id)
    page = TicketPage(
        head=head,
        procedure=say(procedure.title, language) if procedure.title else procedure.id,
        state=say(tuple(program.states[leaf].title or leaf for leaf in stored.state), language),
        subject=opened.text_seen(ticket, stored.subject),
        outcome=outcome_text(program, ticket.outcome, language) if ticket.outcome else "",
        digest=ticket.digest,
        facts=facts_of(procedure, fields, reader),
        story=tuple(_story_line(opened, program, chapter) for chapter in chapters),
        evidence=tuple(_evidence(opened, program, ticket, chapters)),
        gaps=(say(msg("some values were erased"), language),) if _erased(ticket) else (),
    )
    return ticket_page(page, reader)


def _erased(ticket: Ticket) -> bool:
    return any(value is None or isinstance(value, Erased) for value in ticket.fields.values())


def _story_line(opened: "Opened", program: Program, chapter: "Chapter") -> Any:
    from sop_engine.documents.ticket_page import StoryLine

    language = opened.call.language
    marks: list[Any] = []
    if chapter.occurred:
        marks.append("backdated")
    if chapter.standing_for:
        marks.append("deputy")
    if chapter.typist:
        marks.append("typist")
    if chapter.actor == "timer":
        marks.append("timer")
    return StoryLine(
        number=chapter.number,
        at=canonical.instant_of(chapter.recorded),
        by="" if chapter.actor == "timer" else opened.named(chapter.actor),
        did=chapter.did,
        left=_titles(program, chapter.from_, language),
        entered=_titles(program, chapter.to, language),
        why=chapter.reason,
        source=chapter.clauses,
        typist=opened.named(chapter.typist) if chapter.typist else "",
        heard=chapter.heard or "",
        marks=tuple(marks),
    )


def _titles(program: Program, states: Sequence[str], language: str) -> str:
    return say(tuple(program.states[each].title or each for each in states), language)


def _evidence(opened: "Opened", program: Program, ticket: Ticket, chapters: Sequence["Chapter"]) -> list[Any]:
    """The files that the ticket's fields hold, with the step that brought them."""
    from sop_engine.documents.ticket_page import Evidence

    found = []
    for field in program.procedure.fields:
        value = ticket.fields.get(field.id)
        if field.type not in {"file", "photo"} or value is None or isinstance(value, Erased):
            continue
        title = say(field.title, opened.call.language) if field.title else field.id
        step = max((chapter.number for chapter in chapters if field.id in chapter.written), default=0)
        for each in value if field.many else [value]:
            found.append(Evidence(title, opened.text_seen(ticket, str(each["name"])), each["sha256"], step))
    return found
