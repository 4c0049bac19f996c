"""`sop report exceptions`: what was done in a month that somebody ought to look at, each with its ticket."""

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Final

from sop_engine.console.call import Call
from sop_engine.console.keeper.figures import AsCsv, AsOf, Month, Words, end_of, month_of, print_rows
from sop_engine.console.output import Column
from sop_engine.console.parameters import option
from sop_engine.console.views.acts import HOW
from sop_engine.engine.reports.exceptions import KINDS, Exceptional, exceptions
from sop_engine.errors import NotUnderstood
from sop_engine.messages import Message, msg
from sop_engine.store.seam import Reads
from sop_engine.ticket.near import near

if TYPE_CHECKING:
    from sop_engine.console.opened import Opened

_TITLES: Final[Mapping[str, Message]] = {
    **HOW,
    "withdrawn": msg("taken back"), "corrected": msg("corrected"), "claimed": msg("time claimed"),
    "backfilled": msg("entered afterwards"),
}  # fmt: skip


def exceptional(
    call: Call,
    month: Month = None,
    kind: Annotated[
        str | None,
        option(
            "--kind",
            help=msg("only voided, forced, merged, reopened, withdrawn, corrected, claimed or backfilled"),
            metavar="KIND",
        ),
    ] = None,
    as_of: AsOf = None,
    as_csv: AsCsv = False,
) -> None:
    """What was done in a month otherwise than by the procedure, taken back, corrected, entered afterwards or at a time
    that somebody claimed: when, by whom, why."""
    if kind is not None and kind not in KINDS:
        raise NotUnderstood(
            msg("there is no kind {kind}; there are {kinds}", kind=kind[:40], kinds=KINDS), near=near(kind, KINDS)
        )
    with call.open() as opened:
        opened.require_known()
        since, until = month_of(opened, month)
        limit = end_of(opened, as_of)
        with opened.reading() as reading:
            found = [
                (each, _reason(opened, reading, each))
                for each in exceptions(reading, opened.site.engine.programs, since, until, limit)
                if kind in (None, each.kind)
            ]
        found.sort(key=lambda pair: (pair[0].at, pair[0].ticket, pair[0].number))
        _print(opened, found, as_csv)
        counts = Counter(each.kind for each, _reason in found)
        if not found:
            call.output.tell(msg("nothing of the kind in that time"))
        for name in KINDS:
            if counts[name]:
                call.output.tell(msg("{kind}: {count}", kind=_TITLES[name], count=counts[name]))


def _reason(opened: "Opened", reading: Reads, each: Exceptional) -> str | None:
    """Why, as whoever asks may see it; empty where no reason was given, None where it was erased."""
    sealed, head = reading.sealed(each.ticket, each.number).get((each.number, "reason")), reading.head(each.ticket)
    if sealed is None:
        return ""
    return None if sealed.salt is None or head is None else opened.text_seen(head, str(sealed.value))


def _print(opened: "Opened", found: list[tuple[Exceptional, str | None]], as_csv: bool) -> None:
    words = Words(opened)
    columns = [
        Column(msg("number"), whole=True), Column(msg("when")), Column(msg("what")), Column(msg("person")),
        Column(msg("unit"), whole=True), Column(msg("procedure")), Column(msg("reason")),
    ]  # fmt: skip
    rows = ((_json(opened, *pair), _cells(opened, words, *pair)) for pair in found)
    print_rows(opened, columns, rows, as_csv)


def _json(opened: "Opened", each: Exceptional, reason: str | None) -> dict[str, Any]:
    return {
        "ticket": each.ticket,
        "step": each.number,
        "kind": each.kind,
        "at": each.at.astimezone(opened.zone).isoformat(timespec="seconds"),
        "by": each.person,
        "unit": each.unit,
        "procedure": each.procedure,
        "reason": reason,
    }


def _cells(opened: "Opened", words: Words, each: Exceptional, reason: str | None) -> list[Any]:
    when = f"{each.at.astimezone(opened.zone):%m-%d %H:%M}"
    return [each.ticket, when, _TITLES[each.kind], words.say("person", each.person), each.unit,
            words.say("procedure", each.procedure), msg("(erased)") if reason is None else reason]  # fmt: skip
