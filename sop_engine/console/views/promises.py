"""Goals in words: how a promise stands, what came of it, and what its next level will do."""

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, TypedDict

from sop_engine import canonical
from sop_engine.console.names import apart, span
from sop_engine.messages import Message, msg, title_of
from sop_engine.store.seam import CALENDAR
from sop_engine.ticket.levels import OPEN, PREFIX
from sop_engine.ticket.program import Program
from sop_engine.values import show_instant
from sop_engine.worktime import allowance_text
from sop_engine.worktime.allowances import Allowance

if TYPE_CHECKING:
    from sop_engine.console.opened import Opened
    from sop_engine.console.views.looking import Look

STATUS: Final = {
    "waiting": msg("waits"),
    "running": msg("runs"),
    "paused": msg("paused"),
    "met": msg("kept"),
    "late": msg("late"),
    "dropped": msg("given up"),
}


class GoalView(TypedDict):
    """A promise."""

    id: str
    title: str
    status: str
    """running | paused | met | late | dropped"""
    start: str
    due: str | None
    """null while it is paused, and where its calendar never opens again"""
    remaining_seconds: int | None
    """of what counts, while it is paused"""
    provisional: bool
    """whether the due time lies after the holidays that are known"""
    breached: str | None
    """the due time that was missed"""
    allowance: str | None
    """null where a field says by when"""
    calendar: str
    cycle: int
    """how often it has begun"""
    firm: str | None
    """the firm from outside that promised it; null where it is the centre's own"""


def goal_views(opened: "Opened", program: Program, goals: Mapping[str, Mapping[str, Any]]) -> list[GoalView]:
    """The goals of a ticket, open ones first, by due time."""
    return [
        GoalView(
            id=name,
            title=goal_title(program, name, opened.call.language),
            status=entry["status"],
            start=opened.local(entry["start"]),
            due=opened.local(entry["due"]) if entry["due"] else None,
            remaining_seconds=None if entry["remaining_ms"] is None else entry["remaining_ms"] // 1000,
            provisional=entry["provisional"],
            breached=opened.local(entry["breached"]) if entry["breached"] else None,
            allowance=allowance_of(entry, opened.call.language),
            calendar=entry["calendar"],
            cycle=entry["cycle"],
            firm=entry.get("firm"),
        )
        for name, entry in in_order(goals)
    ]


def in_order(goals: Mapping[str, Mapping[str, Any]]) -> list[tuple[str, Mapping[str, Any]]]:
    """Goals as they are read: open ones first, by due time, those without one after them."""
    return sorted(goals.items(), key=lambda each: (each[1]["status"] not in OPEN, each[1]["due"] or "~", each[0]))


def goal_title(program: Program, name: str, language: str) -> str:
    """A goal by title; by id where it has none."""
    goal = program.goals.get(name)
    return title_of(goal.title, language, name) if goal is not None else name


def allowance_of(entry: Mapping[str, Any], language: str) -> str | None:
    """The allowance by which a goal runs, in words; None where a field says by when."""
    return None if entry["within"] is None else allowance_text(Allowance(*entry["within"]), language)


def promise_lines(opened: "Opened", seen: "Look") -> list[tuple[Any, Any]]:
    """A ticket's goals as pairs for `show`: open ones, and those that were missed."""
    return [
        (
            msg("promise {goal}", goal=goal_title(seen.program, name, opened.call.language)),
            standing(opened, seen, entry),
        )
        for name, entry in in_order(seen.ticket.goals)
        if entry["status"] in OPEN or entry["breached"]
    ]


def standing(opened: "Opened", seen: "Look", entry: Mapping[str, Any]) -> str:
    """How a goal stands, in words: by when, how long that is, by which allowance and calendar."""
    language, parts = opened.call.language, list[Any]()
    if entry["status"] == "paused":
        left = timedelta(milliseconds=entry["remaining_ms"] or 0)
        parts.append(msg("paused, {span} left", span=span(left)))
    elif entry["status"] == "running":
        parts.append(_due(opened, seen, entry))
    else:
        parts.append(STATUS[entry["status"]])
    if entry.get("firm"):
        parts.insert(0, opened.firm_titles.get(entry["firm"], entry["firm"]))
    if entry["breached"]:
        missed = show_instant(canonical.instant_of(entry["breached"]), language, opened.zone)
        parts.append(msg("missed {time}", time=missed))
    if entry["provisional"]:
        parts.append(msg("provisional: the holidays of then are not known yet"))
    allowance = allowance_of(entry, language)
    if allowance:
        title = calendar_title(opened, entry["calendar"])
        parts.append(msg("{allowance}, by the calendar {calendar}", allowance=allowance, calendar=title))
    return apart(parts, language)


def calendar_title(opened: "Opened", name: str) -> Any:
    """A calendar by title; by id where the site has lost it."""
    with opened.reading() as reading:
        version = reading.newest(CALENDAR + name)
        if version is None:
            return name
        return opened.site.engine.programs.calendar(reading, version.digest).calendar.title or name


def _due(opened: "Opened", seen: "Look", entry: Mapping[str, Any]) -> Any:
    if entry["due"] is None:
        return msg("never due: its calendar does not open often enough")
    moment = canonical.instant_of(entry["due"])
    shown = show_instant(moment, opened.call.language, opened.zone)
    if moment > seen.now:
        return msg("due {time} (in {span})", time=shown, span=span(moment - seen.now))
    return msg("due {time} ({span} ago)", time=shown, span=span(seen.now - moment))


def coming_promise(seen: "Look", key: str, language: str) -> Message:
    """What a goal's timer will bring, in words: what is due, or who is told next."""
    name = key.removeprefix(PREFIX)
    title = goal_title(seen.program, name, language)
    entry = seen.ticket.goals[name]
    if entry["due"] is None or seen.ticket.timers[key]["due"] < entry["due"]:
        return msg("a warning: {goal}", goal=title)
    if seen.ticket.timers[key]["due"] == entry["due"]:
        return msg("due: {goal}", goal=title)
    return msg("the next rung: {goal}", goal=title)


def goal_event(program: Program, event: Mapping[str, Any], names: Any, instant: Any, language: str) -> Message | None:
    """What an event of a goal adds to a ticket's story; `names` says people, `instant` times. None for what another
    line says already."""
    title = goal_title(program, event["goal"], language)
    put = event.get("put", {})
    match event["kind"]:
        case "goal_due" if put.get("due"):
            return msg("promised: {goal} by {due}", goal=title, due=instant(put["due"]))
        case "goal_waits" if event["why"] == "time":
            return msg("promised, as soon as it is known by when: {goal}", goal=title)
        case "goal_waits" if event["why"] == "case" and "status" in put and not {"start", "cycle"} & put.keys():
            # it had begun; of one that does not count from the beginning nothing is said
            return msg("does not count as things stand: {goal}", goal=title)
        case "goal_paused":
            return msg("the clock stands still: {goal}", goal=title)
        case "goal_resumed":
            return msg("the clock goes on: {goal}", goal=title)
        case "goal_changed" if event["why"] != "terms":
            was = instant(event["was"]) if event["was"] else msg("paused")
            if event["why"] == "calendar":
                return msg("reckoned anew, by the calendar: {goal}; it was due {was}", goal=title, was=was)
            return msg("reckoned anew, by the newer times: {goal}; it was due {was}", goal=title, was=was)
        case "goal_changed":
            return msg("what it is promised by has changed: {goal}", goal=title)
        case "goal_reset":
            return msg("begins anew: {goal}", goal=title)
        case "goal_kept":
            return msg("what it has used up stays used up: {goal}", goal=title)
        case "goal_met":
            return msg("kept: {goal}", goal=title)
        case "goal_late":
            return msg("done, but late: {goal}", goal=title)
        case "goal_breached":
            return msg("missed: {goal}, due {due}", goal=title, due=instant(put["breached"]))
        case "goal_dropped" if "waited" not in event and event.get("why") in ("merged", "joined"):
            return msg("the other ticket's counts in its place: {goal}", goal=title)
        case "goal_dropped" if "waited" not in event and event.get("why") == "firm":
            return msg("another firm has the job, counts no more: {goal}", goal=title)
        case "goal_dropped" if "waited" not in event and event.get("why") == "voided":
            return msg("void with the ticket: {goal}", goal=title)
        case "goal_dropped" if "waited" not in event:
            return msg("counts no more: {goal}", goal=title)
        case "goal_warned":
            return msg("soon due: {goal}, {due}", goal=title, due=instant(event["due"]))
        case "goal_escalated":
            people = tuple(names(each) for each in event["to"])
            if people:
                return msg("rung {number} of {goal}: {people}", number=event["rung"] + 1, goal=title, people=people)
            return msg("rung {number} of {goal} reaches nobody", number=event["rung"] + 1, goal=title)
    return None
