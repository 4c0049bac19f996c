"""Levels of a goal: its warnings, its due time, the rungs of its ladder. Only the next one is a timer, `goal/ID`."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from sop_engine import canonical
from sop_engine.chart.host import Signalled
from sop_engine.goals import Goal, Rung
from sop_engine.messages import msg
from sop_engine.parties import Recipient
from sop_engine.procedure import ROOT
from sop_engine.ticket import duty, people
from sop_engine.ticket.acts.suspending import defer
from sop_engine.ticket.draft import Draft
from sop_engine.ticket.effects import Refused, anew
from sop_engine.ticket.questions import CalendarAnswer
from sop_engine.ticket.records import GOAL, NOTHING, Letter, Refusal
from sop_engine.ticket.running import Run
from sop_engine.worktime import Reckoner
from sop_engine.worktime.allowances import END_OF_WORKDAY, Allowance

PREFIX: Final = GOAL
OPEN: Final = frozenset({"running", "paused"})
Entry = dict[str, Any]


def levels(goal: Goal, entry: Entry, reckoner: Reckoner) -> Iterator[tuple[datetime, str, int]]:
    """The levels of an entry that has a due time, in order: when, `warn`, `due` or `rung`, and which of them."""
    due = canonical.instant_of(entry["due"])
    start = canonical.instant_of(entry["start"])
    clock = counts_clock(entry)
    warnings = []
    for number, warning in enumerate(goal.warnings):
        if warning.percent is not None:
            whole = reckoner.elapsed(start, due, pauses_of(entry), clock=clock)
            at = reckoner.back(due, whole * (100 - warning.percent) / 100, clock=clock)
        else:
            assert warning.before is not None
            at = reckoner.before(due, warning.before).at
        if at is not None and at < due:
            warnings.append((max(at, start), "warn", number))
    yield from sorted(warnings)
    yield due, "due", 0
    for number, rung in enumerate(goal.ladder):
        found = due if _at_once(rung) else reckoner.due(due, rung.after).at
        if found is not None:
            yield found, "rung", number


def _at_once(rung: Rung) -> bool:
    """Whether a rung belongs to due itself."""
    return rung.after.count == 0 and rung.after != END_OF_WORKDAY


def set_level(draft: Draft, goal: Goal) -> None:
    """Set the goal's timer to its next level; what has fired does not fire again."""
    entry = draft.ticket.goals[goal.id]
    key = PREFIX + goal.id
    if entry["status"] != "running" or entry["due"] is None:
        clear(draft, goal)
        return
    found = list(levels(goal, entry, reckoner_of(draft, entry["calendar"])))
    if entry["level"] >= len(found):
        clear(draft, goal)
        return
    at, _kind, _number = found[entry["level"]]
    due = max(canonical.instant_text(at), draft.effective)
    if draft.ticket.timers.get(key, {}).get("due") != due:
        draft.emit("timer_set", timer=key, due=due)


def climb(draft: Draft, goal: Goal) -> bool:
    """The next level of a goal has come, and with it every further one of the same instant. Whether it is now time for
    the next period of a goal that promises again and again."""
    entry, key = draft.ticket.goals[goal.id], PREFIX + goal.id
    draft.emit("timer_fired", timer=key, due=draft.ticket.timers[key]["due"])
    found = list(levels(goal, entry, reckoner_of(draft, entry["calendar"])))
    level = entry["level"]
    while level < len(found) and canonical.instant_text(found[level][0]) <= draft.effective:
        _at, kind, number = found[level]
        level += 1
        put(draft, goal, "goal_level", level=level)
        if kind == "warn":
            warning = goal.warnings[number]
            draft.emit("goal_warned", goal=goal.id, warning=number, due=entry["due"])
            reached = _reached(draft, warning.to)
            _tell(draft, goal, "warn", reached, warning.notice, warning.urgent)
        elif kind == "due":
            put(draft, goal, "goal_breached", breached=entry["due"])
        else:
            level = _climb_from(draft, goal, found, level - 1)
    if goal.every is not None and draft.ticket.goals[goal.id]["breached"] is not None:
        return True
    set_level(draft, goal)
    return False


def _climb_from(draft: Draft, goal: Goal, found: list[tuple[datetime, str, int]], level: int) -> int:
    """Do the rung at `level`, and where it reaches nobody the next ones at once; gives the level after."""
    while True:
        reached = _climb(draft, goal, found[level][2])
        level += 1
        if reached or level == len(found):
            return level
        put(draft, goal, "goal_level", level=level + 1)


def _climb(draft: Draft, goal: Goal, number: int) -> bool:
    """Do a rung of the ladder; whether it reached anybody."""
    rung = goal.ladder[number]
    there = people.holders_of(draft, rung.hand_to, rung.on_shift) if rung.hand_to else []
    others = duty.reached(draft, rung.hand_to) if rung.hand_to and rung.on_shift and not there else []
    reached = [*there, *others]
    reached += [each for each in _reached(draft, rung.tell) if each not in reached]
    draft.emit("goal_escalated", goal=goal.id, rung=number, to=reached)
    if not reached and not rung.event:
        return False
    if others:
        draft.emit("assigned", region=_region(draft), assignee=others[0])
    elif rung.hand_to and reached and (there or not rung.on_shift):
        region = _region(draft)  # he sees to it and need not do it himself, so no skill is asked of him
        draft.emit("assigned", region=region, role=rung.hand_to, **anew(draft, "", region))
    if reached:
        _tell(draft, goal, "due" if _at_once(rung) else "rung", reached, rung.notice, rung.urgent)
    if rung.event and not defer(draft, rung.event) and not Run(draft).go(Signalled(rung.event)):
        draft.emit("not_taken", event=rung.event)
    return True


def _reached(draft: Draft, to: tuple[Recipient, ...]) -> list[str]:
    """Whom a goal's word reaches, each once."""
    found: list[str] = []
    for recipient in to:
        found += [each for each in people.reached(draft, recipient, _region(draft)) if each not in found]
    return found


def _tell(draft: Draft, goal: Goal, level: str, reached: list[str], notice: str, urgent: bool) -> None:
    """Write to whom it reaches; the event says of which promise, so that the notice can."""
    position = len(draft.events)
    due = draft.ticket.goals[goal.id]["due"]
    rings = {"urgent": True} if urgent else {}
    draft.emit("told", notice=notice, to=reached, goal=goal.id, level=level, due=due, **rings)
    draft.letters.extend(Letter(position, notice, each) for each in reached)


def _region(draft: Draft) -> str:
    """Whose assignee a goal's words mean: that of the only task, else the ticket's."""
    tasks = draft.ticket.tasks
    return next(iter(tasks)) if len(tasks) == 1 else ROOT


# --- parts -----------------------------------------------------------------------------------------------------------


def reckoner_of(draft: Draft, calendar: str) -> Reckoner:
    """The calendar, made ready. Refuses where the site has none of that name."""
    answer: CalendarAnswer | None = draft.facts.ask(f"calendar:{calendar}")
    if answer is None:
        raise Refused(
            Refusal(
                "not_now",
                msg("there is no calendar {name} on this site, and a promise is counted on it", name=calendar),
                fix=msg("publish it: sop calendar publish {name}", name=calendar),
            )
        )
    return answer.reckoner


def counts_clock(entry: Mapping[str, Any]) -> bool:
    """Whether every minute counts for a goal, rather than working time only."""
    return bool(entry["within"]) and Allowance(*entry["within"]).counts_clock


def pauses_of(entry: Mapping[str, Any]) -> list[tuple[datetime, datetime | None]]:
    """An entry's pauses as instants."""
    return [
        (canonical.instant_of(begins), None if ends is None else canonical.instant_of(ends))
        for begins, ends in entry["pauses"]
    ]


def put(draft: Draft, goal: Goal, kind: str, about: Mapping[str, Any] = NOTHING, /, **entries: Any) -> None:
    """Say what happened to a goal; only what changes stands in the event, and what is said `about` the change."""
    former = draft.ticket.goals.get(goal.id, {})
    changed = {name: value for name, value in entries.items() if name not in former or former[name] != value}
    if changed or kind != "goal_due":
        draft.emit(kind, goal=goal.id, put=changed, **about)


def clear(draft: Draft, goal: Goal) -> None:
    """Take a goal's timer away."""
    if PREFIX + goal.id in draft.ticket.timers:
        draft.emit("timer_cleared", timer=PREFIX + goal.id)
