"""The papers of a play: every notice that went out and every form that was due is written once, in both languages."""

import functools
from collections.abc import Callable, Iterator
from typing import Any

from sop_engine import canonical
from sop_engine.documents.forms import print_form
from sop_engine.documents.notices import render_notice
from sop_engine.documents.template_fault import TemplateFault
from sop_engine.documents.ticket_values import Head, Reader, template_values
from sop_engine.messages import LANGUAGES, Message, msg
from sop_engine.procedure import Form, Notice
from sop_engine.store.seam import Reads
from sop_engine.ticket.program import Program
from sop_engine.ticket.records import Ticket
from sop_engine.trial.stage import Stage


def unwritten(stage: Stage) -> Iterator[Message]:
    """What stands in the way of a paper that was due, each paper of a ticket once."""
    for id in stage.tickets():
        events = [event for record in stage.records(id) for event in record["events"]]
        told = {event["notice"] for event in events if event["kind"] == "told"}
        printed = {event["form"] for event in events if event["kind"] == "printed"}
        with stage.store.reading() as reading:
            ticket = reading.ticket(id)
            assert ticket is not None, id
            desk = _Desk(stage, reading, stage.programs.of_ticket(reading, ticket), ticket)
            papers = [each for each in desk.program.procedure.notices if each.id in told]
            yield from desk.faults(papers, [each for each in desk.program.procedure.forms if each.id in printed])


class _Desk:
    """Where the papers of one ticket are written."""

    def __init__(self, stage: Stage, reading: Reads, program: Program, ticket: Ticket) -> None:
        self.stage = stage
        self.reading = reading
        self.program = program
        self.ticket = ticket
        self.names = {player.id: player.name for player in stage.players.values()}

    def faults(self, notices: list[Notice], forms: list[Form]) -> Iterator[Message]:
        for language in LANGUAGES:
            papers: list[tuple[str, Callable[[], str | tuple[str, str]]]] = []
            papers += [(each.id, functools.partial(self.write_notice, each, language)) for each in notices]
            papers += [(each.id, functools.partial(self.print_form, each, language)) for each in forms]
            for id, write in papers:
                try:
                    write()
                except TemplateFault as fault:
                    yield msg("{paper} of {ticket} cannot be written: {fault}", paper=id, ticket=self.ticket.id,
                              fault=fault.message)  # fmt: skip

    def write_notice(self, notice: Notice, language: str) -> tuple[str, str]:
        digests = notice.templates.get(language) or next(iter(notice.templates.values()))
        subject, body = (self.text(digest).decode() for digest in digests)
        fields = self.program.procedure.fields
        values = [
            (each, self.ticket.fields.get(each.id), each.personal is None or each.personal in notice.personal)
            for each in fields
        ]
        facts: dict[str, Any] = {"number": self.ticket.id, "procedure": self.program.procedure.title}
        settings = self.stage.settings
        return render_notice(subject, body, values, facts, language, settings.zone_info, self.names, settings.currency)

    def print_form(self, form: Form, language: str) -> str:
        stored = self.reading.head(self.ticket.id)
        assert stored is not None, self.ticket.id
        head = Head(
            id=self.ticket.id,
            version=stored.version,
            states=stored.state,
            status=self.ticket.status,
            outcome=self.ticket.outcome,
            opened=canonical.instant_of(self.ticket.opened),
            site=self.stage.settings.name,
            printed=self.stage.clock.now(),
        )
        settings = self.stage.settings
        reader = Reader(language, settings.zone_info, staff=self.names, currency=settings.currency,
                        firms=self.stage.firms)  # fmt: skip
        values = template_values(self.program.procedure, self.ticket.fields, head, reader)
        return print_form(form, self.text, values, language)

    def text(self, digest: str) -> bytes:
        return self.reading.blob(digest) or b"" if digest else b""
