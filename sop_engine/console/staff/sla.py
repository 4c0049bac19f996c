"""`sop sla`: what is promised, by when, and why then."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any, Final

from sop_engine import canonical
from sop_engine.console.call import Call
from sop_engine.console.looking import Look
from sop_engine.console.names import span
from sop_engine.console.output import Column
from sop_engine.console.owner.accounts import account_lines
from sop_engine.console.parameters import TicketId, argument, option
from sop_engine.console.promises import GoalView, goal_title, goal_views, standing
from sop_engine.console.tickets import find_ticket
from sop_engine.errors import NotFound, NotUnderstood
from sop_engine.messages import msg
from sop_engine.store.seam import CALENDAR, Head, Query, Reads
from sop_engine.ticket.levels import OPEN, counts_clock, pauses_of
from sop_engine.ticket.near import near
from sop_engine.ticket.program import Program
from sop_engine.ticket.records import SITE, Ticket
from sop_engine.worktime import NotADuration, Reckoner, accounts, parse_duration
from sop_engine.worktime.accounts import Account
from sop_engine.worktime.calendars import round_the_clock

if TYPE_CHECKING:
    from sop_engine.console.opened import Opened

PAGE: Final = 500
"""tickets that are looked at at once"""
BAR: Final = 40
"""cells of the bar that shows how much is used"""


@dataclass(frozen=True, slots=True)
class Promise:
    """A goal of a ticket, as the list shows it."""

    head: Head
    program: Program
    name: str
    entry: Mapping[str, Any]


def ls(
    call: Call,
    due: Annotated[str | None, option("--due", help=msg("due within this time: 2h, 1 天"), metavar="SPAN")] = None,
    breached: Annotated[bool, option("--breached", help=msg("only what was missed already"))] = False,
) -> None:
    """List what is promised, what is due next first; what is paused stands at the end."""
    within = None if due is None else _span(due)
    with call.open() as opened:
        opened.require_known()
        with opened.reading() as reading:
            found = [each for each in promises(opened, reading) if _wanted(each, opened.now, within, breached)]
        found.sort(key=lambda each: (each.entry["status"] == "paused", each.entry["due"] or "~", each.head.id))
        if call.json:
            call.output.json([promise_json(opened, each) for each in found])
            return
        columns = [Column(msg("number"), whole=True), Column(msg("promise")), Column(msg("left")), Column(msg("due")),
                   Column(msg("subject")), Column(msg("owner"))]  # fmt: skip
        call.output.table(columns, [_row(opened, each) for each in found])
        if not found and call.output.on_terminal():
            call.output.tell(msg("nothing is promised"))


def promises(opened: "Opened", reading: Reads) -> Iterator[Promise]:
    """The goals of all open tickets that run or are paused."""
    after: str | None = None
    while heads := reading.heads(Query(status="open", after=after, limit=PAGE)):
        for head in heads:
            program = opened.site.engine.programs.of(reading, head.digest) if head.id != SITE else None
            if program is None or not program.goals:
                continue
            ticket = reading.ticket(head.id)
            for name, entry in ticket.goals.items() if ticket is not None else ():
                if entry["status"] in OPEN:
                    yield Promise(head, program, name, entry)
        after = heads[-1].id


def _wanted(promise: Promise, now: datetime, within: timedelta | None, breached: bool) -> bool:
    due = promise.entry["due"]
    if breached and not promise.entry["breached"] and not (due and canonical.instant_of(due) < now):
        return False
    return within is None or (due is not None and canonical.instant_of(due) <= now + within)


def _span(text: str) -> timedelta:
    short = {"m": "min", "h": "h", "d": "day", "w": "week"}
    stripped = text.strip()
    if stripped[-1:].lower() in short and stripped[:-1].isdigit():
        stripped = f"{stripped[:-1]} {short[stripped[-1].lower()]}"
    try:
        duration = parse_duration(stripped)
    except NotADuration as problem:
        raise NotUnderstood(problem.message) from None
    seconds = {"min": 60, "h": 3600, "day": 86400, "week": 7 * 86400}.get(duration.unit)
    if seconds is None:
        raise NotUnderstood(msg("`{text}` is no span of time", text=text), fix=msg("write it like 30min, 2h, 2d or 1w"))
    return timedelta(seconds=seconds * duration.count)


def promise_json(opened: "Opened", promise: Promise) -> dict[str, Any]:
    """A promise as lists of them have it."""
    (view,) = goal_views(opened, promise.program, {promise.name: promise.entry})
    head = promise.head
    return {"ticket": head.id, "procedure": head.procedure, "subject": head.subject, "unit": head.unit,
            "owner": head.owner, "goal": view}  # fmt: skip


def _row(opened: "Opened", promise: Promise) -> list[Any]:
    entry, head, language = promise.entry, promise.head, opened.call.language
    title = goal_title(promise.program, promise.name, language)
    left: Any
    if entry["status"] == "paused":
        left, when = msg("paused, {span} left", span=span(timedelta(milliseconds=entry["remaining_ms"] or 0))), ""
    elif entry["due"] is None:
        left, when = msg("never due"), ""
    else:
        moment = canonical.instant_of(entry["due"])
        late = moment <= opened.now
        left = msg("{span} late", span=span(opened.now - moment)) if late else span(moment - opened.now)
        when = f"{moment.astimezone(opened.zone):%m-%d %H:%M}" + ("?" if entry["provisional"] else "")
    return [head.id, title, left, when, head.subject, opened.names.get(head.owner) or head.owner]


# --- why then --------------------------------------------------------------------------------------------------------


def explain(
    call: Call,
    id: TicketId,
    goal: Annotated[str | None, argument(msg("one promise, by id or title; otherwise all"), "GOAL")] = None,
) -> None:
    """Explain why something is due when it is: day by day what counted, what was paused, what was closed."""
    with call.open() as opened:
        opened.require_known()
        with opened.reading() as reading:
            head = find_ticket(reading, id)
            ticket = reading.ticket(head.id)
            assert ticket is not None, "a head has its ticket"
            program = opened.site.engine.program(reading, ticket)
            names = _named(program, ticket, goal, call.language)
            told = [_explained(opened, reading, head, ticket, program, name) for name in names]
        if call.json:
            call.output.json([each.json(opened) for each in told])
            return
        for rank, each in enumerate(told):
            if rank:
                call.output.line("")
            each.tell(opened)


def _named(program: Program, ticket: Ticket, goal: str | None, language: str) -> list[str]:
    if goal is None:
        if not ticket.goals:
            raise NotFound(msg("nothing has been promised on {ticket} yet", ticket=ticket.id))
        begun = [name for name, entry in ticket.goals.items() if entry["calendar"]]
        return sorted(begun or ticket.goals, key=lambda name: ticket.goals[name]["start"])
    titles = {goal_title(program, name, each): name for name in ticket.goals for each in ("zh", "en", language)}
    name = goal if goal in ticket.goals else titles.get(goal)
    if name is None:
        raise NotFound(msg("{ticket} has no promise {goal}", ticket=ticket.id, goal=goal[:40]),
                       near=near(goal, [*ticket.goals, *titles]))  # fmt: skip
    return [name]


@dataclass(frozen=True, slots=True)
class _Explained:
    """A goal with its account."""

    seen: Look
    view: GoalView
    entry: Mapping[str, Any]
    reckoner: Reckoner | None
    """what counts it; None where it is not known yet by when"""
    days: list[Account]
    reasons: list[tuple[str, str | None, str]]
    """pauses: from, to, and the state that paused it"""

    def json(self, opened: "Opened") -> dict[str, Any]:
        return {
            "ticket": self.seen.ticket.id,
            "goal": self.view,
            "days": [
                {
                    "date": str(day.day),
                    "standing": day.standing,
                    "name": dict(day.name),
                    "worked": [{"from": _local(opened, a), "to": _local(opened, b)} for a, b in day.worked],
                    "paused": [{"from": _local(opened, a), "to": _local(opened, b)} for a, b in day.paused],
                    "provisional": not day.known,
                }
                for day in self.days
            ],
            "pauses": [
                {"from": opened.local(begins), "to": opened.local(ends) if ends else None, "state": state}
                for begins, ends, state in self.reasons
            ],
        }

    def tell(self, opened: "Opened") -> None:
        output, language = opened.call.output, opened.call.language
        pairs: list[tuple[Any, Any]] = [
            (msg("promise"), self.view["title"]),
            (msg("stands"), standing(opened, self.seen, self.entry)),
            (msg("began"), _clock(opened, self.entry["start"])),
        ]
        if self.reckoner is None:
            output.pairs(pairs)
            return
        output.pairs([*pairs, (msg("calendar"), self.reckoner.calendar.title)])
        for begins, ends, state in self.reasons:
            until = _clock(opened, ends) if ends else msg("now")
            output.line(msg("paused {begin} to {end}: {state}", begin=_clock(opened, begins), end=until, state=state))
        for line in account_lines(self.days, self.reckoner.calendar, language):
            output.line(line)
        output.line(self._bar(self.reckoner, opened.now))

    def _bar(self, reckoner: Reckoner, now: datetime) -> str:
        """How much of what counts is used, as a bar: `[######......] 60 %`."""
        start, pauses = canonical.instant_of(self.entry["start"]), pauses_of(self.entry)
        clock = counts_clock(self.entry)
        used = reckoner.elapsed(start, max(now, start), pauses, clock=clock)
        left = timedelta(milliseconds=self.entry["remaining_ms"] or 0)
        if self.entry["due"] is not None:
            whole = reckoner.elapsed(start, canonical.instant_of(self.entry["due"]), pauses, clock=clock)
        else:
            whole = used + left
        share = min(1.0, used / whole) if whole else 1.0
        filled = round(share * BAR)
        return f"[{'#' * filled}{'.' * (BAR - filled)}] {round(share * 100)} %"


def _explained(opened: "Opened", reading: Reads, head: Head, ticket: Ticket, program: Program, name: str) -> _Explained:
    entry = ticket.goals[name]
    reckoner, days = None, list[Account]()
    if entry["calendar"]:
        version = reading.newest(CALENDAR + entry["calendar"])
        assert version is not None, "what was published is kept"
        reckoner = opened.site.engine.programs.calendar(reading, version.digest)
        start = canonical.instant_of(entry["start"])
        end = canonical.instant_of(entry["due"]) if entry["due"] else max(opened.now, start)
        counted = round_the_clock(reckoner.calendar) if counts_clock(entry) else reckoner.calendar
        days = list(accounts(counted, start, end, pauses_of(entry)))
    seen = Look(ticket, head, program, (), (), opened.now, frozenset())
    (view,) = goal_views(opened, program, {name: entry})
    return _Explained(
        seen, view, entry, reckoner, days, _reasons(reading, ticket, program, entry, opened.call.language)
    )


def _reasons(
    reading: Reads, ticket: Ticket, program: Program, entry: Mapping[str, Any], language: str
) -> list[tuple[str, str | None, str]]:
    """Each pause with the state that was entered when it began, as the history says."""
    if not entry["pauses"]:
        return []
    entered: dict[str, str] = {}
    for stored in reading.steps(ticket.id):
        record = canonical.parse(stored.data)
        for event in record["events"]:
            if event["kind"] == "entered":
                entered[record["effective"]] = event["state"]
    from sop_engine.console.names import titled

    found = []
    for begins, ends in entry["pauses"]:
        state = entered.get(begins, "")
        known = program.states.get(state)
        found.append((begins, ends, titled(state, known.title, language) if known is not None else state))
    return found


def _clock(opened: "Opened", instant: str) -> str:
    return f"{canonical.instant_of(instant).astimezone(opened.zone):%Y-%m-%d %H:%M}"


def _local(opened: "Opened", instant: datetime) -> str:
    return instant.astimezone(opened.zone).isoformat(timespec="milliseconds")
