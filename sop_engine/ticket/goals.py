"""Goals as a ticket lives: begun, paused, gone on, met, breached, climbed.

The law. After everything else that a step does, `settle` looks at each goal of the procedure, in document order: what
the step says of its moments (`ticket.conditions`), and where the ticket stands now. What changes is an event, and the
event holds the entry's new values, so that replay needs no calendar. Only the next level of a goal (a warning, due, a
rung) is a timer, `goal/ID`; its firing is effective at its own time, so history does not depend on when the sweep came.

An entry of `Ticket.goals`:

| key | what |
|---|---|
| `status` | `waiting` (does not count now, or nobody knows by when), `running`, `paused`; `met`, `late`, `dropped` |
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
| `firm` | the firm from outside that promised it, of a goal with `firm`; else absent |
| `kept` | whether it goes on with what was used up when it starts again, since the ticket was sent back; else absent |
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from sop_engine import canonical
from sop_engine.goals import Goal
from sop_engine.messages import msg
from sop_engine.ticket.conditions import Marks, is_inside, marks_of, moments, pausing
from sop_engine.ticket.draft import Draft
from sop_engine.ticket.effects import Refused
from sop_engine.ticket.levels import OPEN, PREFIX, Entry, clear, climb, pauses_of, put, reckoner_of, set_level
from sop_engine.ticket.rare import rare
from sop_engine.ticket.records import NOTHING, Refusal
from sop_engine.worktime import Due, Reckoner, on_day
from sop_engine.worktime.allowances import Allowance

_firm_promise = rare("firms", "promise")
Pauses = list[list[str | None]]
UNDECIDED: Final = OPEN | {"waiting"}
ENDED: Final = frozenset({"met", "late", "dropped"})


def settle(draft: Draft) -> None:
    """Bring the goals up to date with what the step did."""
    goals = draft.program.procedure.goals
    if not goals:
        return
    marks = marks_of(draft)
    if "with" in draft.ticket.acts:
        goals = _while_waiting(draft)
    for goal in goals:
        if draft.returned_since is not None:
            _keep_used(draft, goal, draft.returned_since)
        _settle(draft, goal, marks)


def _while_waiting(draft: Draft) -> tuple[Goal, ...]:
    """Of a ticket that goes with another: what is promised to those who wait so. The rest is promised by the other."""
    rules = draft.program.procedure.acts.join
    state = "" if rules is None else rules.state
    return tuple(goal for goal in draft.program.procedure.goals if state in goal.within_states)


def _settle(draft: Draft, goal: Goal, marks: Marks) -> None:
    entry = draft.ticket.goals.get(goal.id)
    started, stopped, anew = moments(draft, goal, marks)
    if entry is not None and entry["status"] in UNDECIDED:
        if stopped >= 0:
            _stop(draft, goal, entry)
            if goal.every is not None and is_inside(draft, goal):
                _begin(draft, goal, entry["cycle"] + 1)
            elif started > stopped and is_inside(draft, goal):
                _start(draft, goal, draft.ticket.goals[goal.id])
        elif not is_inside(draft, goal):
            _drop(draft, goal)
        elif anew and draft.returned_since is None:
            draft.emit("goal_reset", goal=goal.id)
            _begin(draft, goal, entry["cycle"])
        else:
            _go_on(draft, goal, entry)
    elif started > stopped and is_inside(draft, goal):
        _start(draft, goal, entry)
    if draft.ticket.status == "closed":
        found = draft.ticket.goals.get(goal.id)
        if found is not None and found["status"] in UNDECIDED:
            _drop(draft, goal)


# --- beginning and ending --------------------------------------------------------------------------------------------


def _start(draft: Draft, goal: Goal, former: Entry | None) -> None:
    """A start, the first one or one after a stop: what the latter means the goal says."""
    if former is not None and former.get("firm") != (draft.ticket.fields.get(goal.firm) if goal.firm else None):
        _begin(draft, goal, former["cycle"] + 1)  # another firm has nothing used up yet
    elif former is not None and (former.get("kept") or (draft.returned_since is not None and _counted(goal, former))):
        _resume(draft, goal, former)
    elif former is None or goal.again == "new_cycle" or former["status"] == "dropped":
        _begin(draft, goal, 1 if former is None else former["cycle"] + 1)
    elif goal.again == "reset":
        _begin(draft, goal, former["cycle"])
    else:
        _resume(draft, goal, former)


def _resume(draft: Draft, goal: Goal, former: Entry) -> None:
    """It goes on with what it had used up: since it ended it stood still."""
    before = former["pauses"]
    if before and before[-1][1] is None:  # it was paused when it was dropped
        pauses = [*before[:-1], [before[-1][0], draft.effective]]
    else:
        pauses = [*before, [former["stopped"], draft.effective]]
    kept = {"kept": False} if former.get("kept") else {}
    put(draft, goal, "goal_resumed", status="running", pauses=pauses, stopped=None, **kept)
    now, by = _pauses(draft, goal, pauses)
    if now != pauses:
        put(draft, goal, "goal_paused", by, status="paused", pauses=now)
    _reckon(draft, goal)


def _counted(goal: Goal, entry: Entry) -> bool:
    """Whether a goal that ended had used up something, which a return does not give back."""
    return goal.every is None and entry["status"] in ENDED and (entry["within"] or entry["until"]) is not None


def _keep_used(draft: Draft, goal: Goal, since: str) -> None:
    """Note that a goal which ended since then goes on with what it had used up, whenever it starts again."""
    entry = draft.ticket.goals.get(goal.id)
    if entry is not None and _counted(goal, entry) and entry["stopped"] >= since and not entry.get("kept"):
        put(draft, goal, "goal_kept", kept=True)


def _begin(draft: Draft, goal: Goal, cycle: int, since: Entry | None = None) -> None:
    """A goal begins now; or, where it has waited, it has run `since` then. It waits as long as it does not count, or
    nobody knows by when."""
    start = draft.effective if since is None else since["start"]
    pauses, by = _pauses(draft, goal, [] if since is None else since["pauses"])
    begun: dict[str, Any] = {
        "start": start,
        "cycle": cycle,
        "pauses": pauses,
        "breached": None,
        "level": 0,
        "stopped": None,
    }
    if goal.firm:
        begun["firm"] = draft.ticket.fields.get(goal.firm)
    counts = goal.when is None or draft.holds(goal.when, before=_counted_before(draft, goal))
    terms = _terms(draft, goal) if counts else None
    if terms is None:
        nothing = {"within": None, "until": None, "calendar": "", "due": None, "provisional": False}
        why = {"why": "time" if counts else "case", **by}
        put(draft, goal, "goal_waits", why, status="waiting", remaining_ms=None, **begun, **nothing)
        clear(draft, goal)
        return
    status = "paused" if pauses and pauses[-1][1] is None else "running"
    put(draft, goal, "goal_started", by, status=status, **begun, **terms)
    _reckon(draft, goal)


def _pauses(draft: Draft, goal: Goal, former: Pauses) -> tuple[Pauses, Mapping[str, int]]:
    """The pauses of a goal, with the one that begins or ends now; and by which condition it begins, if by one."""
    is_open = bool(former) and former[-1][1] is None
    by = pausing(draft, goal, before=is_open)
    if (by is not None) == is_open:
        return former, NOTHING
    if by is None:
        return [*former[:-1], [former[-1][0], draft.effective]], NOTHING
    return [*former, [draft.effective, None]], by


def _stop(draft: Draft, goal: Goal, entry: Entry) -> None:
    """It is met, or late where it was breached before; what has waited never counted. Stopping exactly at due is met: a
    person goes before a timer."""
    if entry["status"] == "waiting":
        _drop(draft, goal)
        return
    late, pauses = entry["breached"] is not None, entry["pauses"]
    if entry["status"] == "paused":
        pauses = [*pauses[:-1], [pauses[-1][0], draft.effective]]
    put(draft, goal, "goal_late" if late else "goal_met", status="late" if late else "met", stopped=draft.effective,
        pauses=pauses)  # fmt: skip
    clear(draft, goal)


def _drop(draft: Draft, goal: Goal, why: str = "") -> None:
    """It counts no more: the ticket is not where it lives, or closed before it was met; or `why` else. One that
    `waited` did not count before either."""
    about: dict[str, Any] = {"waited": True} if draft.ticket.goals[goal.id]["status"] == "waiting" else {}
    if why:
        about["why"] = why
    put(draft, goal, "goal_dropped", about, status="dropped", stopped=draft.effective)
    clear(draft, goal)


def drop_all(draft: Draft, why: str, but: str = "") -> None:
    """Drop every goal that is undecided, `but` those that live in this state too, since the ticket goes otherwise than
    by its procedure: what that would have said of them, a condition that comes to hold when the ticket stands nowhere,
    is not asked."""
    for goal in draft.program.procedure.goals:
        entry = draft.ticket.goals.get(goal.id)
        lives_on = bool(but) and but in goal.within_states
        if entry is not None and entry["status"] in UNDECIDED and not lives_on:
            _drop(draft, goal, why)


# --- running ---------------------------------------------------------------------------------------------------------


def _go_on(draft: Draft, goal: Goal, entry: Entry) -> None:
    """Pause it, let it go on, or reckon anew where what it depends on has changed. Whether one counts that ran is what
    it was, where it depends on a value that was erased: no promise is dropped because nobody can tell any more."""
    counts = goal.when is None or draft.holds(goal.when, before=None if entry["status"] == "waiting" else True)
    if goal.firm and entry["firm"] != draft.ticket.fields.get(goal.firm):
        _change_firm(draft, goal, entry)
        return
    pauses, by = _pauses(draft, goal, entry["pauses"])
    if entry["status"] == "waiting":
        if counts and _terms(draft, goal) is not None:
            _begin(draft, goal, entry["cycle"], entry if goal.changed == "keep_elapsed" else None)
        elif pauses != entry["pauses"]:
            put(draft, goal, "goal_waits", {"why": "pause", **by}, pauses=pauses)
        return
    if not counts:
        why = {"why": "case", **by}
        put(draft, goal, "goal_waits", why, status="waiting", pauses=pauses, due=None, remaining_ms=None)
        clear(draft, goal)
        return
    if pauses != entry["pauses"]:
        paused = pauses[-1][1] is None
        put(draft, goal, "goal_paused" if paused else "goal_resumed", by, status="paused" if paused else "running",
            pauses=pauses)  # fmt: skip
        _reckon(draft, goal)
    terms = _changed_terms(draft, goal)
    if terms is None:
        return
    if goal.changed == "restart":
        _begin(draft, goal, entry["cycle"])
        return
    put(draft, goal, "goal_changed", {"was": entry["due"], "why": "terms"}, **terms)
    _reckon(draft, goal, again=True)


def _change_firm(draft: Draft, goal: Goal, entry: Entry) -> None:
    """Another firm has the job, or the first one is named: its promise counts from now. What the former one promised is
    given up, or stays late where it was missed."""
    if entry["firm"] is None:
        _begin(draft, goal, entry["cycle"])
        return
    _drop(draft, goal, "firm")
    _begin(draft, goal, entry["cycle"] + 1)


def _changed_terms(draft: Draft, goal: Goal) -> dict[str, Any] | None:
    """The terms as they are now, where they differ from those that the goal runs by; None where they do not, or where
    the change does not move it."""
    fields = draft.program.timed_by[goal.id]
    if fields is not None and fields.isdisjoint(draft.before):
        return None
    terms = _terms(draft, goal)
    entry = draft.ticket.goals[goal.id]
    if terms is None or all(entry.get(name) == value for name, value in terms.items()):
        return None
    if goal.due is not None and goal.moved is not None and not draft.holds(goal.moved):
        return None
    return terms


def _terms(draft: Draft, goal: Goal) -> dict[str, Any] | None:
    """By when it is promised: an allowance or an instant, and the calendar. None where no case holds, or where the
    field is not filled in yet. Where that depends on a value that was erased it is what was promised before."""
    usual = goal.calendar or draft.program.procedure.calendar
    if goal.due is not None:
        until = _field_time(draft, goal, usual)
        return None if until is None else {"within": None, "until": canonical.instant_text(until), "calendar": usual}
    if goal.every is not None:
        return {"within": _written(goal.every), "until": None, "calendar": usual}
    if goal.firm:
        firm = draft.ticket.fields.get(goal.firm)
        if firm is None:
            return None  # nobody has promised anything yet
        said = _firm_promise(draft, firm, goal.id)
        if said is not None:
            return {"within": said, "until": None, "calendar": usual}
    for each in goal.within:
        holds = each.when is None or draft.told(each.when)
        if holds is None and (former := _former_terms(draft, goal)) is not None:
            return former
        if holds:
            return {"within": _written(each.allowance), "until": None, "calendar": each.calendar or usual}
    return None


def _former_terms(draft: Draft, goal: Goal) -> dict[str, Any] | None:
    """By when it was promised before; None where nobody had promised anything."""
    entry = draft.ticket.goals.get(goal.id)
    if entry is None or (entry["within"] or entry["until"]) is None:
        return None
    return {name: entry[name] for name in ("within", "until", "calendar")}


def _counted_before(draft: Draft, goal: Goal) -> bool | None:
    """That it counted, where it ran or ended before; None where nothing tells."""
    former = draft.ticket.goals.get(goal.id)
    return None if former is None or former["status"] in {"waiting", "dropped"} else True


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


def reckoned(goal: Goal, entry: Mapping[str, Any], reckoner: Reckoner) -> Due:
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


def _reckon(draft: Draft, goal: Goal, again: bool = False) -> None:
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
    put(draft, goal, "goal_due", **changes)
    set_level(draft, goal)


def fire(draft: Draft, key: str) -> None:
    """A goal's timer has come; a goal that promises again and again begins its next period."""
    goal = draft.program.goals[key.removeprefix(PREFIX)]
    if climb(draft, goal):
        _begin(draft, goal, draft.ticket.goals[goal.id]["cycle"] + 1)


def reckon_again(draft: Draft) -> dict[str, Any]:
    """Calendars were published anew, or the times of a newer version count from now on (`terms`): what is open is
    reckoned by them, and what was missed stays missed. Refuses where that changes nothing."""
    arguments = dict(draft.command.arguments)
    taken = arguments.get("terms", draft.ticket.terms) != draft.ticket.terms
    if taken:
        draft.emit("terms_taken", terms=arguments["terms"], version=arguments["version"])
    changed = [_reckoned_anew(draft, goal, taken) for goal in draft.program.procedure.goals]
    if not taken and not any(changed):
        raise Refused(Refusal("not_now", msg("the calendars move nothing of {ticket}", ticket=draft.ticket.id)))
    return arguments


def _reckoned_anew(draft: Draft, goal: Goal, taken: bool) -> bool:
    """Reckon an open goal anew, by the times of a newer version where they were `taken`; whether that changed it."""
    entry = draft.ticket.goals.get(goal.id)
    if entry is None or entry["status"] not in OPEN or entry["breached"] is not None:
        return False
    found = _terms(draft, goal) if taken else None
    terms = {name: value for name, value in (found or {}).items() if entry[name] != value}
    if not terms and not is_moved(goal, entry, reckoner_of(draft, entry["calendar"])):
        return False
    put(draft, goal, "goal_changed", {"was": entry["due"], "why": "version" if taken else "calendar"}, **terms)
    _reckon(draft, goal, again=True)
    return True


def is_moved(goal: Goal, entry: Mapping[str, Any], reckoner: Reckoner) -> bool:
    """Whether a goal that is open would be due at another time by a calendar, or for another certainty. What was missed
    stays missed."""
    if entry["status"] not in OPEN or entry["breached"] is not None:
        return False
    due = reckoned(goal, entry, reckoner)
    at = None if due.at is None else canonical.instant_text(due.at)
    return bool(at != entry["due"] or due.provisional != entry["provisional"])
