"""`sop audit`: the record read as a story, and decided again."""

import functools
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from sop_engine import canonical
from sop_engine.console.call import Call
from sop_engine.console.output import Column
from sop_engine.console.parameters import argument, option
from sop_engine.console.tickets import find_ticket
from sop_engine.errors import NotUnderstood
from sop_engine.messages import msg, read_back, say

if TYPE_CHECKING:
    from sop_engine.audit.findings import Mismatch, Report
    from sop_engine.console.opened import Opened

MOST_JOBS: Final = 64
_MOST_SHOWN = 2000
"""characters of a recorded or decided value that are shown in words"""


def log(
    call: Call,
    id: Annotated[str, argument(msg("the ticket, or `site` for people, logins and publishing"), "ID")],
    after: Annotated[int, option("--after", help=msg("only what came after this step"), metavar="STEP")] = 0,
    until: Annotated[int | None, option("--until", help=msg("up to this step"), metavar="STEP")] = None,
) -> None:
    """Tell a ticket's history: who did what for whom, from where to where, why it was allowed, under which version and
    clause."""
    from sop_engine.console.stories.past import read_story
    from sop_engine.console.stories.story import lines

    with call.open() as opened:
        opened.require_known()
        with opened.reading() as reading:
            head = find_ticket(reading, id, site_too=True)
            chapters = read_story(opened, reading, head.id, after=after, until=until)
    if call.json:
        call.output.json([chapter.plain() for chapter in chapters])
        return
    for line in lines(chapters):
        call.output.line(line)


def replay(
    call: Call,
    id: Annotated[str | None, argument(msg("the ticket; `site` for the site's own history"), "ID")] = None,
    all: Annotated[bool, option("--all", help=msg("every ticket, and the site's own history"))] = False,
    jobs: Annotated[int, option("--jobs", help=msg("with --all: processes that share the work"), metavar="COUNT")] = 1,
) -> int:
    """Decide every step again from the record alone and compare: what was recorded, what is decided now, and where in
    the procedure. Exit code 1 where anything differs."""
    from sop_engine.audit.findings import Report
    from sop_engine.audit.replay import replay_ticket

    if (id is None) != all:
        raise NotUnderstood(
            msg("say which ticket, or --all"),
            fix=msg("sop audit replay --all, or sop audit replay {ticket}", ticket="ID"),
        )
    total = Report()
    with call.open() as opened:
        opened.require_known_to_any()
        if id is None:
            total = _over_all(opened, "replay", jobs)
        else:
            programs = opened.site.engine.programs
            with opened.reading() as reading:
                ticket = find_ticket(reading, id, site_too=True).id
                total.add(replay_ticket(reading, programs, opened.zone, ticket))
        _tell(opened, total)
    return 0 if total.clean else 1


def verify(
    call: Call,
    jobs: Annotated[int, option("--jobs", help=msg("processes that share the work"), metavar="COUNT")] = 1,
) -> int:
    """Check that nobody has touched what is stored: hashes, chains, values, rows; without deciding again. Exit code 1
    where anything is not as it was written."""
    with call.open() as opened:
        opened.require_known_to_any()
        total = _over_all(opened, "verify", jobs)
        _tell(opened, total)
    return 0 if total.clean else 1


def _over_all(opened: "Opened", depth: Literal["replay", "verify"], jobs: int) -> "Report":
    """The whole store, over so many processes."""
    from sop_engine.audit.processes import audit_over
    from sop_engine.audit.replay import summed
    from sop_engine.store.opening import open_at

    if not 1 <= jobs <= MOST_JOBS:
        raise NotUnderstood(msg("--jobs is a number from 1 to {most}", most=MOST_JOBS))
    opening = functools.partial(open_at, opened.site.settings.place, opened.site.settings.id)
    return summed(audit_over(opening, opened.zone, depth, jobs))


def refused(
    call: Call,
    id: Annotated[str | None, argument(msg("only of this ticket"), "ID")] = None,
    limit: Annotated[
        int, option("--limit", help=msg("so many at most, the latest (default: 100)"), metavar="COUNT")
    ] = 100,
) -> None:
    """List commands that were refused: who tried what, and why not. They stand apart from the history."""
    if limit < 1:
        raise NotUnderstood(msg("--limit: at least 1"))
    with call.open() as opened:
        opened.require_known()
        with opened.reading() as reading:
            ticket = find_ticket(reading, id, site_too=True).id if id is not None else None
            found = reading.refusals(ticket, limit)
        if call.json:
            call.output.json([{**each, "at": opened.local(each["at"]), "why": _why(opened, each)} for each in found])
            return
        heads = (msg("at"), msg("ticket"), msg("who"), msg("login"), msg("command"), msg("why not"))
        columns = [Column(head, whole=head is heads[1]) for head in heads]
        call.output.table(columns, [_refused_row(opened, each) for each in found])


def _refused_row(opened: "Opened", each: dict[str, Any]) -> list[Any]:
    command = each["command"]
    return [
        opened.local(each["at"])[:19].replace("T", " "),
        each["ticket"],
        opened.named(each["actor"]),
        each["login"],
        command.get("trigger") or command["name"],
        _why(opened, each),
    ]


def _why(opened: "Opened", refusal: dict[str, Any]) -> str:
    """Why it was refused, in the reader's language; as it stands there where somebody has changed it."""
    try:
        return say(read_back(canonical.parse(refusal["why"])), opened.call.language)
    except ValueError:
        return str(refusal["why"])


def _tell(opened: "Opened", total: Any) -> None:
    output = opened.call.output
    if output.as_json:
        output.json(
            {
                "tickets": total.tickets,
                "steps": total.steps,
                "erased": total.erased,
                "mismatches": [_mismatch_json(each, output.language) for each in total.mismatches],
            }
        )
        return
    for each in total.mismatches:
        output.line(msg("{ticket} step {number}: {what}", ticket=each.ticket, number=each.number, what=each.what))
        for name, value in ((msg("recorded"), each.recorded), (msg("decided now"), each.decided)):
            if value is not None:
                output.line(msg("    {name}: {value}", name=name, value=_short(value)))
        if each.place:
            output.line(msg("    {name}: {value}", name=msg("written at"), value=each.place))
    output.line(
        msg("tickets: {tickets}, steps: {steps}, differences: {count}; values erased: {erased}",
            tickets=total.tickets, steps=total.steps, count=len(total.mismatches), erased=total.erased)
    )  # fmt: skip


def _mismatch_json(each: "Mismatch", language: str) -> dict[str, Any]:
    return {
        "ticket": each.ticket,
        "number": each.number,
        "kind": each.kind,
        "what": say(each.what, language),
        "recorded": each.recorded,
        "decided": each.decided,
        "place": each.place,
    }


def _short(value: Any) -> str:
    import json

    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _MOST_SHOWN else text[:_MOST_SHOWN] + "…"
