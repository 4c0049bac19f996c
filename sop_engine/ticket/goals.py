"""Goals as a ticket lives: begun, paused, gone on, met, breached, climbed.

The law. After everything else that a step does, `settle` looks at each goal of the procedure, in document order: what
the step's events say of its marks, and where the ticket stands now. What changes is an event, and the event holds the
entry's new values, so that replay needs no calendar. Only the next level of a goal (a warning, due, a rung) is a
timer, `goal/ID`; its firing is effective at its own time, so history does not depend on when the sweep came.

An entry of `Ticket.goals`:

| key | what |
|---|---|
| `status` | `running`, `paused`, `met`, `late` (stopped after a breach), `dropped` (given up, or closed before) |
| `start` | when it began: instant |
| `pauses` | `[[from, to]]`, the last one open (`to` null) while it is paused |
| `within` | the allowance as `[count, unit, ending]`, or `until` the instant that a field holds |
| `calendar` | what counts |
| `due` | instant, null while it is paused or where it is never reached |
| `remaining_ms` | what is left of what counts, while it is paused |
| `provisional` | due lies after the holidays that are known |
| `breached` | the due time that was missed, else null |
| `level` | how many of its levels have fired |
| `cycle` | 1, 2 ...: how often it has begun |
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from sop_engine import canonical
from sop_engine.chart.host import Signalled
from sop_engine.goals import Goal, Mark
from sop_engine.messages import msg
from sop_engine.parties import Recipient
from sop_engine.procedure import ROOT
from sop_engine.ticket import people
from sop_engine.ticket.draft import Draft
from sop_engine.ticket.effects import Refused
from sop_engine.ticket.questions import CalendarAnswer
from sop_engine.ticket.records import Letter, Refusal
from sop_engine.worktime import Due, Reckoner, on_day
from sop_engine.worktime.allowances import Allowance

PREFIX: Final = "goal/"
OPEN: Final = frozenset({"running", "paused"})
Entry = dict[str, Any]


def settle(draft: Draft) -> None:
    """Bring the goals up to date with what the step did."""
    goals = draft.program.procedure.goals
    if not goals:
        return
    marks = _marks(draft)
    for goal in goals:
        _settle(draft, goal, marks)


def _marks(draft: Draft) -> set[tuple[str, str]]:
    """What the step's events say: states that were entered, triggers that were done."""
    found: set[tuple[str, str]] = set()
    for event in draft.events:
        match event["kind"]:
            case "entered":
                found.add(("entered", event["state"]))
            case "did":
                found.add(("did", event["trigger"]))
            case "opened":
                found.add(("did", "open"))
    return found


def _hit(wanted: tuple[Mark, ...], marks: set[tuple[str, str]]) -> bool:
    return any((mark.kind, mark.name) in marks for mark in wanted)


def _settle(draft: Draft, goal: Goal, marks: set[tuple[str, str]]) -> None:
    entry = draft.ticket.goals.get(goal.id)
    if entry is not None and entry["status"] in OPEN:
        if _hit(goal.stop, marks):
            _stop(draft, goal, entry)
            if goal.every is not None and _lives(draft, goal):
                _begin(draft, goal, entry["cycle"] + 1)
        elif not _lives(draft, goal):
            _drop(draft, goal)
        elif _hit(goal.reset, marks):
            draft.emit("goal_reset", goal=goal.id)
            _begin(draft, goal, entry["cycle"])
        else:
            _go_on(draft, goal, entry)
    elif _hit(goal.start, marks) and _lives(draft, goal) and not _hit(goal.stop, marks):
        _start(draft, goal, entry)
    if draft.ticket.status == "closed":
        found = draft.ticket.goals.get(goal.id)
        if found is not None and found["status"] in OPEN:
            _drop(draft, goal)


def _lives(draft: Draft, goal: Goal) -> bool:
    """Whether the goal counts as things stand: its condition holds, and the ticket is where it lives."""
    if draft.ticket.status == "closed":
        return False
    inside = not goal.within_states or any(state in draft.ticket.active for state in goal.within_states)
    return inside and (goal.when is None or draft.holds(goal.when))


def _is_paused(draft: Draft, goal: Goal) -> bool:
    return any(state in draft.ticket.active for state in goal.pause)


# --- beginning and ending --------------------------------------------------------------------------------------------


def _start(draft: Draft, goal: Goal, former: Entry | None) -> None:
    """A start, the first one or one after a stop: what the latter means the goal says."""
    if former is None or goal.again == "new_cycle" or former["status"] == "dropped":
        _begin(draft, goal, 1 if former is None else former["cycle"] + 1)
    elif goal.again == "reset":
        _begin(draft, goal, former["cycle"])
    else:
        stopped = former["stopped"]
        pauses = [*former["pauses"], [stopped, draft.effective]]
        _put(draft, goal, "goal_resumed", status="running", pauses=pauses, stopped=None)
        _reckon(draft, goal, "goal_due")


def _begin(draft: Draft, goal: Goal, cycle: int) -> None:
    """A goal begins now."""
    terms = _terms(draft, goal)
    if terms is None:
        return
    paused = [[draft.effective, None]] if _is_paused(draft, goal) else []
    _put(draft, goal, "goal_started", start=draft.effective, cycle=cycle, status="paused" if paused else "running",
         pauses=paused, breached=None, level=0, stopped=None, **terms)  # fmt: skip
    _reckon(draft, goal, "goal_due")


def _stop(draft: Draft, goal: Goal, entry: Entry) -> None:
    """It is met, or late where it was breached before. Stopping exactly at due is met: a person goes before a timer."""
    late = entry["breached"] is not None
    pauses = entry["pauses"]
    if entry["status"] == "paused":
        pauses = [*pauses[:-1], [pauses[-1][0], draft.effective]]
    _put(draft, goal, "goal_late" if late else "goal_met", status="late" if late else "met", stopped=draft.effective,
         pauses=pauses)  # fmt: skip
    _clear(draft, goal)


def _drop(draft: Draft, goal: Goal) -> None:
    """It counts no more: its condition does not hold, or the ticket closed before it was met."""
    _put(draft, goal, "goal_dropped", status="dropped", stopped=draft.effective)
    _clear(draft, goal)


# --- running ---------------------------------------------------------------------------------------------------------


def _go_on(draft: Draft, goal: Goal, entry: Entry) -> None:
    """Pause it, let it go on, or reckon anew where what it depends on has changed."""
    paused = _is_paused(draft, goal)
    pauses = entry["pauses"]
    if paused and entry["status"] == "running":
        _put(draft, goal, "goal_paused", status="paused", pauses=[*pauses, [draft.effective, None]])
        _reckon(draft, goal, "goal_due")
    elif not paused and entry["status"] == "paused":
        _put(draft, goal, "goal_resumed", status="running", pauses=[*pauses[:-1], [pauses[-1][0], draft.effective]])
        _reckon(draft, goal, "goal_due")
    terms = _changed_terms(draft, goal)
    if terms is None:
        return
    if goal.changed == "restart":
        _begin(draft, goal, entry["cycle"])
        return
    _put(draft, goal, "goal_changed", **terms)
    _reckon(draft, goal, "goal_due", again=True)


def _changed_terms(draft: Draft, goal: Goal) -> dict[str, Any] | None:
    """The terms as they are now, where they differ from those that the goal runs by; None where they do not, or where
    the change does not move it."""
    terms = _terms(draft, goal)
    entry = draft.ticket.goals[goal.id]
    if terms is None or all(entry.get(name) == value for name, value in terms.items()):
        return None
    if goal.due is not None and goal.moved is not None and not draft.holds(goal.moved):
        return None
    return terms


def _terms(draft: Draft, goal: Goal) -> dict[str, Any] | None:
    """By when it is promised: an allowance or an instant, and the calendar. None where no case holds, or where the
    field is not filled in yet."""
    usual = goal.calendar or draft.program.procedure.calendar
    if goal.due is not None:
        until = _field_time(draft, goal, usual)
        return None if until is None else {"within": None, "until": canonical.instant_text(until), "calendar": usual}
    if goal.every is not None:
        return {"within": _written(goal.every), "until": None, "calendar": usual}
    for each in goal.within:
        if each.when is None or draft.holds(each.when):
            return {"within": _written(each.allowance), "until": None, "calendar": each.calendar or usual}
    return None


def _field_time(draft: Draft, goal: Goal, calendar: str) -> datetime | None:
    """The instant that the field holds, shifted by the offset."""
    assert goal.due is not None
    name, _dot, part = goal.due.field.partition(".")
    value = draft.values.get(name)
    if value is None:
        return None
    value = value[part] if part else value
    reckoner = reckoner_of(draft, calendar)
    if goal.due.offset is not None and goal.due.before:
        return reckoner.before(value, goal.due.offset).at
    if not isinstance(value, datetime):
        value = reckoner.close_of(value)
    if goal.due.offset is None:
        return value
    return reckoner.due(value, goal.due.offset).at


def _written(allowance: Allowance) -> list[Any]:
    return [allowance.count, allowance.unit, allowance.ending]


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


def pauses_of(entry: Mapping[str, Any]) -> list[tuple[datetime, datetime | None]]:
    """An entry's pauses as instants."""
    return [
        (canonical.instant_of(begins), None if ends is None else canonical.instant_of(ends))
        for begins, ends in entry["pauses"]
    ]


def reckoned(goal: Goal, entry: Entry, reckoner: Reckoner) -> Due:
    """When an entry is due, by a calendar."""
    start, pauses = canonical.instant_of(entry["start"]), pauses_of(entry)
    if entry["until"] is not None:
        due = reckoner.fixed(canonical.instant_of(entry["until"]))
    else:
        due = reckoner.due(start, Allowance(*entry["within"]), pauses)
    if goal.at_least is not None and due.at is not None:
        least = reckoner.due(start, goal.at_least, pauses)
        due = least if least.at is None or least.at > due.at else due
    if goal.quiet is not None and due.at is not None:
        due = due._replace(at=_after_quiet(due.at, goal.quiet, reckoner))
    return due


def _after_quiet(instant: datetime, quiet: tuple[str, str], reckoner: Reckoner) -> datetime:
    """`instant`, or the end of the quiet hours in which it lies."""
    zone = reckoner.calendar.tz
    day = instant.astimezone(zone).date()
    for first in (day - timedelta(days=1), day):
        begins = on_day(first, quiet[0], zone)
        ends = on_day(first if quiet[0] < quiet[1] else first + timedelta(days=1), quiet[1], zone)
        if begins <= instant < ends:
            return ends
    return instant


def _reckon(draft: Draft, goal: Goal, kind: str, again: bool = False) -> None:
    """Reckon when it is due, and set the timer of its next level. `again`: it may be breached no more."""
    entry = draft.ticket.goals[goal.id]
    due = reckoned(goal, entry, reckoner_of(draft, entry["calendar"]))
    at = None if due.at is None else canonical.instant_text(due.at)
    changes: dict[str, Any] = {
        "due": at,
        "provisional": due.provisional,
        "remaining_ms": int(due.remaining / timedelta(milliseconds=1)) if due.kind == "paused" else None,
    }
    if again and entry["breached"] is not None and at is not None and at > draft.effective:
        changes |= {"breached": None, "level": 0}
    _put(draft, goal, kind, **changes)
    set_level(draft, goal)


# --- levels ----------------------------------------------------------------------------------------------------------


def levels(goal: Goal, entry: Entry, reckoner: Reckoner) -> Iterator[tuple[datetime, str, int]]:
    """The levels of an entry that has a due time, in order: when, `warn`, `due` or `rung`, and which of them."""
    due = canonical.instant_of(entry["due"])
    start = canonical.instant_of(entry["start"])
    clock = entry["until"] is None and Allowance(*entry["within"]).counts_clock
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
        found = due if rung.after.count == 0 else reckoner.due(due, rung.after).at
        if found is not None:
            yield found, "rung", number


def set_level(draft: Draft, goal: Goal) -> None:
    """Set the goal's timer to its next level; what has fired does not fire again."""
    entry = draft.ticket.goals[goal.id]
    key = PREFIX + goal.id
    if entry["status"] != "running" or entry["due"] is None:
        _clear(draft, goal)
        return
    found = list(levels(goal, entry, reckoner_of(draft, entry["calendar"])))
    if entry["level"] >= len(found):
        _clear(draft, goal)
        return
    at, _kind, _number = found[entry["level"]]
    due = max(canonical.instant_text(at), draft.effective)
    if draft.ticket.timers.get(key, {}).get("due") != due:
        draft.emit("timer_set", timer=key, due=due)


def fire(draft: Draft, key: str) -> None:
    """The next level of a goal has come, and with it every further one of the same instant."""
    goal = draft.program.goals[key.removeprefix(PREFIX)]
    entry = draft.ticket.goals[goal.id]
    draft.emit("timer_fired", timer=key, due=draft.ticket.timers[key]["due"])
    found = list(levels(goal, entry, reckoner_of(draft, entry["calendar"])))
    level = entry["level"]
    while level < len(found) and canonical.instant_text(found[level][0]) <= draft.effective:
        _at, kind, number = found[level]
        level += 1
        _put(draft, goal, "goal_level", level=level)
        if kind == "warn":
            warning = goal.warnings[number]
            draft.emit("goal_warned", goal=goal.id, due=entry["due"])
            reached = _reached(draft, warning.to)
            _tell(draft, goal, "warn", reached, warning.notice)
        elif kind == "due":
            _put(draft, goal, "goal_breached", breached=entry["due"])
        else:
            level = _climb_from(draft, goal, found, level - 1)
    if goal.every is not None and draft.ticket.goals[goal.id]["breached"] is not None:
        _begin(draft, goal, entry["cycle"] + 1)
        return
    set_level(draft, goal)


def _climb_from(draft: Draft, goal: Goal, found: list[tuple[datetime, str, int]], level: int) -> int:
    """Do the rung at `level`, and where it reaches nobody the next ones at once; gives the level after."""
    while True:
        reached = _climb(draft, goal, found[level][2])
        level += 1
        if reached or level == len(found):
            return level
        _put(draft, goal, "goal_level", level=level + 1)


def _climb(draft: Draft, goal: Goal, number: int) -> bool:
    """Do a rung of the ladder; whether it reached anybody."""
    rung = goal.ladder[number]
    reached = people.holders_of(draft, rung.hand_to) if rung.hand_to else []
    reached += [each for each in _reached(draft, rung.tell) if each not in reached]
    draft.emit("goal_escalated", goal=goal.id, rung=number, to=reached)
    if not reached and not rung.event:
        return False
    if rung.hand_to and reached:
        draft.emit("assigned", region=_region(draft), role=rung.hand_to)
    if reached:
        _tell(draft, goal, "rung" if rung.after.count else "due", reached, rung.notice)
    if rung.event:
        from sop_engine.ticket.running import Run

        if not Run(draft).go(Signalled(rung.event)):
            draft.emit("not_taken", event=rung.event)
    return True


def _reached(draft: Draft, to: tuple[Recipient, ...]) -> list[str]:
    """Whom a goal's word reaches, each once."""
    found: list[str] = []
    for recipient in to:
        found += [each for each in people.reached(draft, recipient, _region(draft)) if each not in found]
    return found


def _tell(draft: Draft, goal: Goal, level: str, reached: list[str], notice: str) -> None:
    """Write to whom it reaches; the event says of which promise, so that the notice can."""
    position = len(draft.events)
    due = draft.ticket.goals[goal.id]["due"]
    draft.emit("told", notice=notice, to=reached, goal=goal.id, level=level, due=due)
    draft.letters.extend(Letter(position, notice, each) for each in reached)


def _region(draft: Draft) -> str:
    """Whose assignee a goal's words mean: that of the only task, else the ticket's."""
    tasks = draft.ticket.tasks
    return next(iter(tasks)) if len(tasks) == 1 else ROOT


# --- parts -----------------------------------------------------------------------------------------------------------


def _put(draft: Draft, goal: Goal, kind: str, **entries: Any) -> None:
    """Say what happened to a goal; only what changes stands in the event."""
    former = draft.ticket.goals.get(goal.id, {})
    changed = {name: value for name, value in entries.items() if name not in former or former[name] != value}
    if changed or kind != "goal_due":
        draft.emit(kind, goal=goal.id, put=changed)


def _clear(draft: Draft, goal: Goal) -> None:
    if PREFIX + goal.id in draft.ticket.timers:
        draft.emit("timer_cleared", timer=PREFIX + goal.id)
