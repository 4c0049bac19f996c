"""`sop audit typed`: where one keyboard stands behind two people, each case with its ticket."""

from typing import TYPE_CHECKING, Any, Final

from sop_engine.console.call import Call
from sop_engine.console.keeper.figures import AsCsv, AsOf, Month, Words, end_of, month_of, print_rows
from sop_engine.console.output import Column
from sop_engine.engine.reports.typed import Case, Entry, cases
from sop_engine.messages import msg

if TYPE_CHECKING:
    from sop_engine.console.opened import Opened

_KINDS: Final = {
    "typed": msg("typed by one"), "together": msg("done within a minute"), "signed": msg("signed within a minute"),
}  # fmt: skip


def typed(call: Call, month: Month = None, as_of: AsOf = None, as_csv: AsCsv = False) -> None:
    """List where two people did what one may not do alone, and one person typed both, or both did it at one login
    within a minute; and where two signed the same there."""
    with call.open() as opened:
        opened.require_known()
        since, until = month_of(opened, month)
        limit = end_of(opened, as_of)
        columns = [
            Column(msg("number"), whole=True), Column(msg("what")), Column(msg("typed by")),
            Column(msg("first step")), Column(msg("second step")), Column(msg("when")), Column(msg("PIN")),
        ]  # fmt: skip
        words = Words(opened)
        with opened.reading() as reading:
            found = cases(reading, opened.site.engine.programs, since, until, limit)
            rows = ((_json(opened, each), _cells(opened, words, each)) for each in found)
            if not print_rows(opened, columns, rows, as_csv):
                call.output.tell(msg("no two people of one keyboard in that time"))


def _cells(opened: "Opened", words: Words, each: Case) -> list[Any]:
    second = each.second
    return [
        each.ticket, _KINDS[each.kind], words.say("person", second.typist), _step(words, each.first),
        _step(words, second), f"{second.at.astimezone(opened.zone):%m-%d %H:%M}",
        msg("yes") if second.proved else msg("no"),
    ]  # fmt: skip


def _step(words: Words, entry: Entry) -> Any:
    return msg("{trigger}, {person}", trigger=words.say("trigger", entry.trigger),
               person=words.say("person", entry.doer))  # fmt: skip


def _json(opened: "Opened", each: Case) -> dict[str, Any]:
    first, second = each.first, each.second
    return {
        "ticket": each.ticket,
        "procedure": each.procedure,
        "kind": each.kind,
        "typist": second.typist,
        "login": second.login,
        "first_step": first.number,
        "first_trigger": first.trigger,
        "first_doer": first.doer,
        "first_heard": first.heard,
        "first_at": first.at.astimezone(opened.zone).isoformat(timespec="seconds"),
        "second_step": second.number,
        "second_trigger": second.trigger,
        "second_doer": second.doer,
        "second_heard": second.heard,
        "second_at": second.at.astimezone(opened.zone).isoformat(timespec="seconds"),
        "proved": second.proved,
    }
