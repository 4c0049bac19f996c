"""`sop handover` (交接班): what a shift hands over to the next, on the screen, as TSV, JSON, or as a page for paper."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Final

from sop_engine import canonical
from sop_engine.console.call import Call
from sop_engine.console.output import Column, write_file
from sop_engine.console.parameters import option
from sop_engine.console.staff.handing import (
    WHY,
    Item,
    gather,
    important_line,
    shift_about,
    state_of,
    waits_for,
)
from sop_engine.errors import NotUnderstood
from sop_engine.messages import msg
from sop_engine.values import ValueProblem, show_instant
from sop_engine.values.moments import read_instant
from sop_engine.worktime import NotADuration, add, parse_duration

if TYPE_CHECKING:
    from sop_engine.console.opened import Opened


_HEADS: Final = (
    Column(msg("why"), whole=True),
    Column(msg("number"), whole=True),
    Column(msg("subject")),
    Column(msg("state")),
    Column(msg("waits for")),
    Column(msg("by when"), whole=True),
)


def handover(
    call: Call,
    since: Annotated[
        str | None, option("--since", help=msg("when the shift began; otherwise by its hours"), metavar="TIME")
    ] = None,
    until: Annotated[
        str | None,
        option("--until", help=msg("when the next shift ends; otherwise by its hours: 07:00, 8 h"), metavar="TIME"),
    ] = None,
    to: Annotated[
        str | None, option("--to", help=msg("write it into this file, as a page for paper"), metavar="FILE")
    ] = None,
) -> int:
    """List what a shift hands over: what is late, what the next shift must do, what waits for whom, what was noted.
    Exit code 1 where something important is not finished."""
    with call.open() as opened:
        opened.require_known()
        begin, end = shift_about(opened)
        begin = begin if since is None else _instant(opened, since, "--since")
        end = end if until is None else _instant(opened, until, "--until")
        if not begin <= opened.now <= end:
            raise NotUnderstood(
                msg("a shift begins before now and the next one ends after it: {since}, {until}",
                    since=_clock(opened, begin), until=_clock(opened, end))
            )  # fmt: skip
        items, others = gather(opened, begin, end)
        important = sum(each.why == "important" for each in items)
        if to is not None:
            write_file(to, _page(opened, items, others, begin, end).encode())
        if call.json:
            call.output.json({
                "from": opened.local(canonical.instant_text(begin)), "until": opened.local(canonical.instant_text(end)),
                "important": important, "others": others, "file": to,
                "tickets": [_json(opened, each) for each in items],
                **({"training": True} if opened.training else {}),
            })  # fmt: skip
        else:
            _tell(opened, items, others, begin, end, to)
            if important:
                call.output.tell(important_line(important))
    return int(bool(important))


def _tell(opened: "Opened", items: list[Item], others: int, begin: datetime, end: datetime, to: str | None) -> None:
    output = opened.call.output
    if to is not None:
        output.tell(msg("what is handed over stands in {file}", file=to))
        return
    if output.on_terminal():
        output.table(_HEADS, [_short_row(opened, each) for each in items])
        for each in items:
            if each.note is not None:
                output.line(msg("{ticket}, noted by {by}: {text}", ticket=each.head.id,
                                by=opened.named(each.note.by), text=_noted(each)))  # fmt: skip
    else:
        output.table((), [_row(opened, each) for each in items])
    output.tell(
        msg("shift from {since}; the next one ends {until}; tickets: {count}, others that are open: {others}",
            since=_clock(opened, begin), until=_clock(opened, end), count=len(items), others=others)
    )  # fmt: skip


def _row(opened: "Opened", item: Item) -> list[Any]:
    head = item.head
    due = "" if item.by_when is None else opened.local(item.by_when)
    note = "" if item.note is None else _noted(item)
    whom = _whom(opened, item)
    return [item.why, head.id, head.unit or "", opened.text_seen(head, head.subject), state_of(item), whom, due, note]


def _short_row(opened: "Opened", item: Item) -> list[Any]:
    """What fits a terminal: notes stand below, and the unit most often in the subject."""
    due = "" if item.by_when is None else _short(opened, item.by_when)
    subject = opened.text_seen(item.head, item.head.subject)
    return [WHY[item.why], item.head.id, subject, state_of(item), _whom(opened, item), due]


def _short(opened: "Opened", instant: str) -> str:
    """`11-23 15:00`: a shift knows its year."""
    return f"{canonical.instant_of(instant).astimezone(opened.zone):%m-%d %H:%M}"


def _noted(item: Item) -> Any:
    assert item.note is not None
    return msg("(erased)") if item.note.text is None else item.note.text


def _whom(opened: "Opened", item: Item) -> Any:
    return tuple(
        (opened.names.get(who) or who) if kind == "person" else msg("({role})", role=who)
        for kind, who in waits_for(item)
    )


def _json(opened: "Opened", item: Item) -> dict[str, Any]:
    head, note = item.head, item.note
    promised = head.promised if head.promised not in (None, "~") else None
    tasks = head.tasks.values()
    return {
        "why": item.why,
        "id": head.id,
        "procedure": head.procedure,
        "unit": head.unit,
        "subject": opened.text_seen(head, head.subject),
        "state": list(head.state),
        "owner": head.owner,
        "assignees": [task["assignee"] for task in tasks if "assignee" in task],
        "roles": [task["role"] for task in tasks if "assignee" not in task],
        "promised": None if promised is None else opened.local(promised),
        "missed": None if head.missed is None else opened.local(head.missed),
        "suspended": None if head.suspended is None else opened.local(head.suspended),
        "note": None if note is None else {"at": opened.local(note.at), "by": note.by, "text": note.text},
    }


def _page(opened: "Opened", items: list[Item], others: int, begin: datetime, end: datetime) -> str:
    from sop_engine.documents.handover_page import HandedOver, HandoverPage, handover_page

    word, language = opened.call.output.word, opened.call.language
    lines = tuple(
        HandedOver(
            why=word(WHY[each.why]),
            important=each.why == "important",
            id=each.head.id,
            unit=each.head.unit or "",
            subject=opened.text_seen(each.head, each.head.subject),
            state=word(state_of(each)),
            waits_for=word(_whom(opened, each)),
            by_when="" if each.by_when is None else _short(opened, each.by_when),
            note="" if each.note is None else word(_noted(each)),
        )
        for each in items
    )
    page = HandoverPage(
        site=opened.site.settings.name,
        since=_clock(opened, begin),
        until=_clock(opened, end),
        printed=_clock(opened, opened.now),
        printed_by=opened.named(opened.person),
        lines=lines,
        others=others,
    )
    return handover_page(page, language)


def _clock(opened: "Opened", instant: datetime) -> str:
    return show_instant(instant, opened.call.language, opened.zone)


def _instant(opened: "Opened", said: str, name: str) -> datetime:
    """What a time says: an instant, or so long from now; before now for `--since`."""
    try:
        length = parse_duration(said)
    except NotADuration:
        pass
    else:
        if name == "--until":
            return add(opened.now, length, opened.zone)
    try:
        return read_instant(said, opened.now, opened.zone)
    except ValueProblem as problem:
        raise NotUnderstood(msg("{name}: {problem}", name=name, problem=problem.message)) from None
