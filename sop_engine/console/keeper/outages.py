"""`sop outage`: when nothing worked, on record: what was written on paper meanwhile counts from its own time."""

from typing import Annotated

from sop_engine import canonical
from sop_engine.console.call import Call
from sop_engine.console.doing import explaining
from sop_engine.console.keeper.people import instant_said
from sop_engine.console.output import Column
from sop_engine.console.parameters import option
from sop_engine.messages import msg
from sop_engine.ticket.records import SITE
from sop_engine.values import show_instant


def declare(
    call: Call,
    since: Annotated[str, option("--from", help=msg("from when: 2026-11-24 14:05"), metavar="TIME")],
    until: Annotated[str, option("--to", help=msg("until when"), metavar="TIME")],
    reason: Annotated[str, option("--reason", help=msg("what it was: power, network, the machine"), metavar="TEXT")],
) -> None:
    """Declare an outage that is over; an administrator or a manager does, and it stands in the site's history."""
    with call.open() as opened:
        opened.require_known()
        times = {word: instant_said(opened, word, said) for word, said in (("from", since), ("to", until))}
        with explaining(opened, None):
            opened.act(opened.command("declare_outage", SITE, {**times, "reason": reason}))
        if call.json:
            call.output.json({name: opened.local(each) for name, each in times.items()})
            return
        if call.dry_run:
            call.output.tell(msg("dry run: nothing of this was kept"))
        shown = [show_instant(canonical.instant_of(each), call.language, opened.zone) for each in times.values()]
        call.output.tell(
            msg("declared an outage from {since} to {until}; what was written meanwhile: sop backfill FILE",
                since=shown[0], until=shown[1])
        )  # fmt: skip


def ls(call: Call) -> None:
    """List the outages that were declared."""
    with call.open() as opened:
        opened.require_known()
        with opened.reading() as reading:
            site = reading.ticket(SITE)
            found = site.fields.get("outages", []) if site is not None else []
            values = reading.sealed(SITE)
        said = []
        for each in found:
            sealed = values.get((each["step"], "reason"))
            said.append({**each, "reason": (sealed.value if sealed is not None else None) or ""})
        if call.json:
            times = ("from", "to", "at")
            call.output.json([{name: opened.local(value) if name in times else value for name, value in each.items()}
                              for each in said])  # fmt: skip
            return
        columns = [Column(msg("since")), Column(msg("up to")), Column(msg("declared by")), Column(msg("reason"))]
        rows = [
            [*(show_instant(canonical.instant_of(each[name]), call.language, opened.zone) for name in ("from", "to")),
             opened.named(each["by"]), each["reason"]]
            for each in said
        ]  # fmt: skip
        if not call.output.table(columns, rows):
            call.output.tell(msg("no outage was declared"))
