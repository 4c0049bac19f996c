"""The chart's host: what a run to completion does to the draft, event by event."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sop_engine import canonical, worktime
from sop_engine.chart.host import Asked, Begun, Configuration, Fired, Occurrence, Sent, Signalled
from sop_engine.procedure import ROOT, Offer, State, Timer, Transition, Tree
from sop_engine.ticket import effects
from sop_engine.ticket.draft import Draft


class Run:
    """One run of the chart over a draft."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft

    def go(self, occurrence: Occurrence) -> bool:
        """Run to completion; whether anything was taken."""
        draft = self.draft
        before = Configuration(list(draft.ticket.active), dict(draft.ticket.history))
        after = draft.program.chart.run(before, occurrence, self)
        return after is not None

    # --- chart.Host ---

    def holds(self, guard: Tree) -> bool:
        return self.draft.holds(guard)

    def taken(self, source: State, transition: Transition, occurrence: Occurrence | None) -> Sequence[str]:
        draft = self.draft
        if isinstance(occurrence, Sent):  # no transition of the procedure, and with no effects of its own
            return ()
        kind, name, alternative = _place(source, transition, occurrence, draft.program.procedure.open)
        draft.emit("took", source=source.id, by=kind, name=name, alternative=alternative, to=list(transition.target))
        if isinstance(occurrence, Signalled):
            draft.taken[occurrence.event] = len(draft.events) - 1
        if isinstance(occurrence, Asked):
            record_doing(draft, source.id, occurrence.trigger)
        region = draft.program.region(transition.target[0] if transition.target else source.id)
        draft.entering = transition.target
        return effects.perform(draft, transition.effects, region)

    def exited(self, state: State) -> Sequence[str]:
        draft = self.draft
        raised = effects.perform(draft, state.exit, draft.program.region(state.id))
        for timer in state.timers:
            key = f"{state.id}/{timer.id}"
            if key in draft.ticket.timers:
                draft.emit("timer_cleared", timer=key)
        draft.emit("left", state=state.id)
        if draft.program.states[state.parent].kind == "parallel" and state.id in draft.ticket.tasks:
            draft.emit("unassigned", region=state.id)
        return raised

    def entered(self, state: State) -> Sequence[str]:
        draft = self.draft
        draft.emit("entered", state=state.id)
        for timer in state.timers:
            set_timer(draft, state, timer)
        draft.entering = (state.id,)
        return effects.perform(draft, state.entry, draft.program.region(state.id))

    def remembered(self, history: State, states: Sequence[str]) -> None:
        self.draft.emit("remembered", state=history.id, states=list(states))

    def moved(self, active: Sequence[str]) -> None:
        """The draft's own configuration has moved with each event."""

    def finished(self, final: State) -> None:
        close(self.draft, final.outcome or final.id)


def record_doing(draft: Draft, source: str, trigger: str) -> None:
    """Say who did a trigger: its signers, or the actor and whom he stands in for. From here on `did` and `times` count
    it, and separation of duty counts them all."""
    offer = f"{source}.{trigger}"
    command = draft.command
    behind = draft.delegation[1] if draft.delegation is not None else command.standing_for
    by = draft.signers or [command.actor, *([behind] if behind else [])]
    draft.emit("did", trigger=trigger, by=by, **({"offer": offer} if draft.signers else {}))


def close(draft: Draft, outcome: str) -> None:
    """The ticket's end: all timers go, and a parent is told. Where the ticket can be reopened, it says since when."""
    for key in sorted(draft.ticket.timers):
        draft.emit("timer_cleared", timer=key)
    since = {"at": draft.effective} if draft.program.procedure.acts.reopen.to else {}
    draft.emit("closed", outcome=outcome, **since)
    if draft.ticket.parent is not None:
        effects.signal(
            draft,
            [draft.ticket.parent],
            effects.CHILD + draft.ticket.procedure,
            {"child": draft.ticket.id, "outcome": outcome},
        )


# --- timers --------------------------------------------------------------------------------------------------------


def set_timer(draft: Draft, state: State, timer: Timer) -> None:
    """Set a timer of a state that is being entered; one that waits for a field that is unset is not set yet."""
    due = due_of(draft, timer)
    key = f"{state.id}/{timer.id}"
    if due is None:
        if key in draft.ticket.timers:
            draft.emit("timer_cleared", timer=key)
        return
    extra: dict[str, Any] = {}
    if timer.every is not None and timer.every.times is not None:
        extra["left"] = timer.every.times
    draft.emit("timer_set", timer=key, due=canonical.instant_text(due), **extra)


def due_of(draft: Draft, timer: Timer) -> datetime | None:
    """When a timer that is set now is due."""
    now = draft.given.effective
    if timer.after is not None:
        return worktime.add(now, timer.after, _zone_for(draft, timer.after.unit))
    if timer.every is not None:
        return worktime.next_occurrence(timer.every, now, draft.zone)
    assert timer.at is not None
    anchor = _anchor(draft, timer)
    if anchor is None or timer.offset is None:
        return anchor
    shift = worktime.subtract if timer.before else worktime.add
    return shift(anchor, timer.offset, draft.zone)


def _zone_for(draft: Draft, unit: str) -> Any:
    """The site's zone where the unit needs one: minutes and hours are the same everywhere."""
    return None if unit in {"min", "h"} else draft.zone


def _anchor(draft: Draft, timer: Timer) -> datetime | None:
    assert timer.at is not None
    name, _, part = timer.at.partition(".")
    value = draft.values.get(name)
    if value is None:
        return None
    if part:
        value = value[part]
    if isinstance(value, datetime):
        return value
    return worktime.on_day(value, timer.time or "00:00", draft.zone)


def fire(draft: Draft, key: str) -> None:
    """A timer's time has come: it is gone (a recurring one is set for its next time), and its transition is taken."""
    state, timer = draft.program.timers[key]
    left = draft.ticket.timers[key].get("left")
    draft.emit("timer_fired", timer=key, due=draft.ticket.timers[key]["due"])
    if timer.every is not None and left != 1:
        following = worktime.next_occurrence(timer.every, draft.given.effective, draft.zone)
        extra = {} if left is None else {"left": left - 1}
        draft.emit("timer_set", timer=key, due=canonical.instant_text(following), **extra)
    Run(draft).go(Fired(state.id, timer.id))


def reset_timers(draft: Draft) -> None:
    """Set the timers of active states anew that stand on a field which this step changed: by what was given, filled in
    or computed, or by a `set`. One that has fired does not fire again because the same value was written again."""
    if not draft.program.timed_fields or draft.ticket.status == "closed":
        return
    fields = draft.ticket.fields
    changed = {name for name, value in draft.before.items() if fields.get(name) != value} & draft.program.timed_fields
    if not changed:
        return
    active = {*draft.ticket.active, ROOT}
    for key, (state, timer) in draft.program.timers.items():
        if state.id in active and timer.at is not None and timer.at.partition(".")[0] in changed:
            due = due_of(draft, timer)
            standing = draft.ticket.timers.get(key)
            if due is None or standing is None or standing["due"] != canonical.instant_text(due):
                set_timer(draft, state, timer)


# --- where a transition stands ----------------------------------------------------------------------------------------


def _place(
    source: State, transition: Transition, occurrence: Occurrence | None, opening: Offer
) -> tuple[str, str, int]:
    """Kind, name and number of a transition among its alternatives, as the record names its place in the procedure."""
    match occurrence:
        case Begun(by=name) if name != "open":
            return name, name, 0
        case Begun():
            return "open", "open", _index(opening.alternatives, transition)
        case Asked(trigger=trigger):
            offer = next(each for each in source.offers if each.trigger == trigger)
            return "offer", trigger, _index(offer.alternatives, transition)
        case Fired(timer=name):
            timer = next(each for each in source.timers if each.id == name)
            return "timer", name, _index(timer.alternatives, transition)
        case Signalled(event=event):
            for handler in source.handlers:
                if any(each is transition for each in handler.alternatives):
                    return "handler", handler.event, _index(handler.alternatives, transition)
            return "handler", event, 0
        case _:
            if any(each is transition for each in source.always):
                return "always", "", _index(source.always, transition)
            return "done", "", _index(source.done, transition)


def _index(alternatives: Sequence[Transition], transition: Transition) -> int:
    return next((rank for rank, each in enumerate(alternatives) if each is transition), 0)
