"""`sop sla`: what is promised, by when, and why then."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any, Final, NamedTuple

from sop_engine import canonical
from sop_engine.console.call import Call
from sop_engine.console.names import short_span
from sop_engine.console.output import Column
from sop_engine.console.owner.accounts import account_lines
from sop_engine.console.parameters import TicketId, argument, option
from sop_engine.console.spans import read_span
from sop_engine.console.staff.filters import at_most, unit_named
from sop_engine.console.staff.promised import Promise, Promises, Wanted
from sop_engine.console.staff.promised_mine import MyPromises, whose
from sop_engine.console.tickets import find_procedure, find_ticket
from sop_engine.console.views.looking import Look
from sop_engine.console.views.promises import GoalView, goal_title, goal_views, standing
from sop_engine.errors import NotFound
from sop_engine.lean import dataclass
from sop_engine.messages import msg, say
from sop_engine.store.seam import CALENDAR, Head, Reads
from sop_engine.ticket.levels import counts_clock, pauses_of
from sop_engine.ticket.near import near
from sop_engine.ticket.program import Program
from sop_engine.ticket.records import Ticket
from sop_engine.worktime import Reckoner, accounts
from sop_engine.worktime.accounts import Account
from sop_engine.worktime.calendars import round_the_clock

if TYPE_CHECKING:
    from sop_engine.console.opened import Opened

USUAL: Final = 50
"""promises that are listed in a terminal where nobody says how many"""
BAR: Final = 40
"""cells of the bar that shows how much is used"""


def ls(
    call: Call,
    due: Annotated[str | None, option("--due", help=msg("due within this time: 2h, 1 天"), metavar="SPAN")] = None,
    breached: Annotated[bool, option("--breached", help=msg("only what was missed already"))] = False,
    mine: Annotated[bool, option("--mine", help=msg("yours: owner, assignee, or offered to your role"))] = False,
    procedure: Annotated[
        str | None, option("--procedure", help=msg("of this procedure, by id or title"), metavar="NAME")
    ] = None,
    unit: Annotated[str | None, option("--unit", help=msg("of this unit"), metavar="UNIT")] = None,
    limit: Annotated[
        int | None, option("--limit", help=msg("so many at most (default: 50 in a terminal)"), metavar="COUNT")
    ] = None,
) -> None:
    """List what is promised, what is due next first; what is paused stands at the end."""
    within = None if due is None else read_span(due)
    most = at_most(limit)
    with call.open() as opened:
        opened.require_known()
        if most is None and call.output.on_terminal() and not call.json:
            most = USUAL
        with opened.reading() as reading:
            wanted = Wanted(
                by=None if within is None else canonical.instant_text(opened.now + within),
                missed=breached,
                procedure=find_procedure(reading, procedure).procedure if procedure is not None else None,
                unit=unit_named(reading, unit) if unit is not None else None,
            )
            mines = whose(opened, reading) if mine else []
        found = MyPromises(opened, wanted, mines, most) if mines else Promises(opened, wanted, most)
        if call.json:
            call.output.json_list(promise_json(opened, each) for each in found)
        else:
            _print(opened, found)
        if found.is_cut:
            call.output.tell(
                msg("there is more, on {count} other tickets too; see it with --limit, or all of it in a pipe",
                    count=found.other_tickets())
            )  # fmt: skip
        if isinstance(found, MyPromises):
            call.output.tell(*found.told())


def _print(opened: "Opened", found: Promises | MyPromises) -> None:
    columns = [Column(msg("number"), whole=True), Column(msg("promise")), Column(msg("left"), whole=True),
               Column(msg("due")), Column(msg("subject")), Column(msg("owner"))]  # fmt: skip
    output = opened.call.output
    if not output.table(columns, (_row(opened, each) for each in found)) and output.on_terminal():
        output.tell(msg("nothing is promised"))


def promise_json(opened: "Opened", promise: Promise) -> dict[str, Any]:
    """A promise as lists of them have it."""
    (view,) = goal_views(opened, promise.program, {promise.name: promise.entry})
    head = promise.head
    return {"ticket": head.id, "procedure": head.procedure, "unit": head.unit,
            "subject": opened.text_seen(head, head.subject), "owner": head.owner, "goal": view}  # fmt: skip


def _row(opened: "Opened", promise: Promise) -> list[Any]:
    entry, head, language = promise.entry, promise.head, opened.call.language
    title = goal_title(promise.program, promise.name, language)
    left: Any
    if entry["status"] == "paused" and entry["breached"]:
        left, when = msg("late, paused"), _short(opened, entry["breached"])
    elif entry["status"] == "paused":
        left, when = msg("paused, {span} left", span=short_span(timedelta(milliseconds=entry["remaining_ms"] or 0))), ""
    elif entry["due"] is None:
        left, when = msg("never due"), ""
    else:
        moment = canonical.instant_of(entry["due"])
        late = moment <= opened.now
        left = msg("{span} late", span=short_span(opened.now - moment)) if late else short_span(moment - opened.now)
        when = _short(opened, entry["due"]) + ("?" if entry["provisional"] else "")
    subject = opened.text_seen(head, head.subject)
    return [head.id, title, left, when, subject, opened.names.get(head.owner) or head.owner]


def _short(opened: "Opened", instant: str) -> str:
    return f"{canonical.instant_of(instant).astimezone(opened.zone):%m-%d %H:%M}"


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


class _Pause(NamedTuple):
    """A pause of a goal, with the state or the condition that began it, in words; the other is empty."""

    begins: str
    ends: str | None
    state: str = ""
    condition: str = ""


@dataclass(frozen=True, slots=True)
class _Explained:
    """A goal with its account."""

    seen: Look
    view: GoalView
    entry: Mapping[str, Any]
    reckoner: Reckoner | None
    """what counts it; None where it is not known yet by when"""
    days: list[Account]
    pauses: list["_Pause"]

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
                {
                    "from": opened.local(each.begins), "to": opened.local(each.ends) if each.ends else None,
                    "state": each.state or None, "condition": each.condition or None,
                }
                for each in self.pauses
            ],
        }  # fmt: skip

    def tell(self, opened: "Opened") -> None:
        output, language = opened.call.output, opened.call.language
        pairs: list[tuple[Any, Any]] = [
            (msg("promise"), self.view["title"]),
            (msg("stands"), standing(opened, self.seen, self.entry)),
            (msg("began"), _clock(opened, self.entry["start"])),
        ]
        if self.entry["stopped"]:
            pairs.append((msg("ended"), _clock(opened, self.entry["stopped"])))
        if self.reckoner is None:
            output.pairs(pairs)
            return
        output.pairs([*pairs, (msg("calendar"), self.reckoner.calendar.title)])
        for each in self.pauses:
            begin, end = _clock(opened, each.begins), _clock(opened, each.ends) if each.ends else msg("now")
            output.line(
                msg("paused {begin} to {end}: {state}", begin=begin, end=end, state=each.condition or each.state)
            )
        for line in account_lines(self.days, self.reckoner.calendar, language):
            output.line(line)
        ended = self.entry["stopped"]
        output.line(self._bar(self.reckoner, canonical.instant_of(ended) if ended else opened.now))

    def _bar(self, reckoner: Reckoner, now: datetime) -> str:
        """How much of what counts was used by `now`, as a bar: `[######......] 60 %`."""
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
    return _Explained(seen, view, entry, reckoner, days, _pauses(reading, ticket, program, name, opened.call.language))


def _pauses(reading: Reads, ticket: Ticket, program: Program, name: str, language: str) -> list[_Pause]:
    """Each pause of a goal with what began it, as the history says: a condition, that the ticket was suspended, or the
    state that was entered."""
    if not ticket.goals[name]["pauses"]:
        return []
    entered: dict[str, str] = {}
    held: dict[str, int] = {}
    rested: set[str] = set()
    ended: set[str] = set()
    for stored in reading.steps(ticket.id):
        record = canonical.parse(stored.data)
        for event in record["events"]:
            if event["kind"] == "entered":
                entered[record["effective"]] = event["state"]
            elif event["kind"] == "suspended":
                rested.add(record["effective"])
            elif event.get("goal") == name and event["kind"] in ("goal_met", "goal_late", "goal_dropped"):
                ended.add(record["effective"])
            elif event.get("goal") == name and "condition" in event:
                held[record["effective"]] = event["condition"]
    from sop_engine.console.names import titled
    from sop_engine.documents.expression_text import expression_text

    found = []
    for begins, ends in ticket.goals[name]["pauses"]:
        if begins in held:
            guard = program.goals[name].pause_when[held[begins]]
            found.append(_Pause(begins, ends, condition=expression_text(guard, program.procedure, language)))
            continue
        if begins in rested and name in program.procedure.acts.suspend.pauses:
            found.append(_Pause(begins, ends, condition=say(msg("the ticket is suspended"), language)))
            continue
        if begins in ended:
            found.append(_Pause(begins, ends, condition=say(msg("it had ended, until it went on"), language)))
            continue
        state = entered.get(begins, "")
        known = program.states.get(state)
        found.append(_Pause(begins, ends, titled(state, known.title, language) if known is not None else state))
    return found


def _clock(opened: "Opened", instant: str) -> str:
    return f"{canonical.instant_of(instant).astimezone(opened.zone):%Y-%m-%d %H:%M}"


def _local(opened: "Opened", instant: datetime) -> str:
    return instant.astimezone(opened.zone).isoformat(timespec="milliseconds")
