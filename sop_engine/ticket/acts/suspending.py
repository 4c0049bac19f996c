"""A ticket that rests: suspended until a time, and resumed by whoever may, or by its own timer.

The law, while it is suspended:

1. No trigger is done, and no transition is taken. What other tickets and promises signal is kept, and taken in order
   when it is resumed.
2. Timers wait, and fire when it is resumed: at their own time, or when it was resumed where that was later. The timer
   `resume` and those of promises do not wait.
3. A promise stands still where `acts: suspend: pauses` names it, and runs on where it does not.
4. Whatever moves no state is done as ever: notes, corrections, urging, assigning.

An entry `suspended` of `Ticket.acts`: `{at, by, until, step, waiting}`; `step` is the one that suspended it, beside
which the reason lies, and `waiting` the events that are kept. `suspensions` counts them.
"""

from datetime import datetime
from typing import Any

from sop_engine import canonical, worktime
from sop_engine.chart.host import Looked, Signalled
from sop_engine.messages import LANGUAGES, Message, msg
from sop_engine.ticket import effects, running
from sop_engine.ticket.acts.allowing import allow, person_of, those
from sop_engine.ticket.acts.attention import clock
from sop_engine.ticket.acts.everyday import reason_of, require_open
from sop_engine.ticket.draft import Draft
from sop_engine.ticket.effects import Refused
from sop_engine.ticket.records import RESUME, Refusal
from sop_engine.ticket.running import Run
from sop_engine.worktime import duration_text


def suspend(draft: Draft) -> dict[str, Any]:
    """Let a ticket rest until an instant, with a reason."""
    require_open(draft)
    require_going(draft)
    _require_on_its_own(draft)
    rules = draft.program.procedure.acts.suspend
    leave = allow(draft, "suspend", rules.by)
    before = draft.ticket.acts.get("suspensions", 0)
    if rules.times is not None and before >= rules.times:
        raise Refused(
            Refusal(
                "not_now",
                msg("{ticket} was suspended {count} times; its procedure lets it be no more often",
                    ticket=draft.ticket.id, count=before),
            )
        )  # fmt: skip
    until = _until(draft)
    reason = reason_of(draft, required=True)
    text = canonical.instant_text(until)
    draft.emit("suspended", at=draft.effective, by=person_of(draft), until=text)
    draft.emit("timer_set", timer=RESUME, due=text)
    return {"as": leave, "until": text, **reason}


def _require_on_its_own(draft: Draft) -> None:
    """Refuse where the ticket goes with another: it rests already, and goes on when that one does."""
    leader = draft.ticket.acts.get("with", {}).get("ticket")
    if leader is not None:
        raise Refused(
            Refusal(
                "not_now",
                msg("{ticket} goes with {leader}, and waits for it already", ticket=draft.ticket.id, leader=leader),
                fix=msg("let the work itself rest: sop suspend {leader}; or part the two first: sop part {ticket}"
                        " --reason WHY", leader=leader, ticket=draft.ticket.id),
            )
        )  # fmt: skip


def _until(draft: Draft) -> datetime:
    """Until when it shall rest. Refuses a time that has passed, or that is later than the procedure lets it."""
    try:
        until = canonical.instant_of(str(draft.command.arguments["until"]))
    except (KeyError, ValueError):
        raise Refused(
            Refusal("not_understood", msg("until when is missing"), fix=msg("give it with --until"))
        ) from None
    now, zone = draft.given.effective, draft.zone
    if until <= now:
        raise Refused(Refusal("not_understood", msg("{until} has passed already", until=clock(until, zone))))
    longest = draft.program.procedure.acts.suspend.at_most
    last = worktime.add(now, longest, zone)
    if until > last:
        raise Refused(
            Refusal(
                "not_now",
                msg("{ticket} can be suspended for {span} at most, until {last}", ticket=draft.ticket.id,
                    span={each: duration_text(longest, each) for each in LANGUAGES}, last=clock(last, zone)),
            )
        )  # fmt: skip
    return until


def resume(draft: Draft) -> dict[str, Any]:
    """Let a suspended ticket go on. Whoever may suspend it may, and who has."""
    ticket = draft.ticket
    require_open(draft)
    if ticket.status != "suspended":
        raise Refused(Refusal("not_now", msg("{ticket} is not suspended", ticket=ticket.id)))
    if person_of(draft) == ticket.acts["suspended"]["by"]:
        leave = "suspender"
    else:
        leave = allow(draft, "resume", draft.program.procedure.acts.suspend.by)
    reason = reason_of(draft, required=False)
    draft.emit("timer_cleared", timer=RESUME)
    _go_on(draft)
    return {"as": leave, **reason}


def fire(draft: Draft) -> None:
    """The time until which it was suspended has come."""
    draft.emit("timer_fired", timer=RESUME, due=draft.ticket.timers[RESUME]["due"])
    _go_on(draft)


def _go_on(draft: Draft) -> None:
    """Take what was kept, in order; then look at what holds by now."""
    waiting = draft.ticket.acts["suspended"]["waiting"]
    draft.emit("resumed")
    for event in waiting:
        taken = draft.ticket.status == "open" and Run(draft).go(Signalled(event))
        if not taken and not event.startswith(effects.CHILD):  # that a child has closed is on record already
            draft.emit("not_taken", event=event)
    if draft.ticket.status == "open":
        Run(draft).go(Looked())
    running.reset_timers(draft)


def defer(draft: Draft, event: str) -> bool:
    """Keep an event that reaches a suspended ticket; whether it is one."""
    if draft.ticket.status != "suspended":
        return False
    draft.emit("deferred", event=event)
    return True


def require_going(draft: Draft) -> None:
    """Refuse where the ticket is suspended, and say until when, by whom, and who may resume it."""
    if draft.ticket.status == "suspended":
        raise Refused(
            Refusal("not_now", said(draft), fix=msg("let it go on: sop resume {ticket}", ticket=draft.ticket.id))
        )


def said(draft: Draft) -> Message:
    """That a ticket is suspended, in words."""
    entry = draft.ticket.acts["suspended"]
    return msg(
        "{ticket} is suspended until {until}; resume it may: {who}",
        ticket=draft.ticket.id,
        until=clock(canonical.instant_of(entry["until"]), draft.zone),
        who=may_resume(draft),
    )


def may_resume(draft: Draft) -> tuple[object, ...]:
    """Who may resume a suspended ticket, in words."""
    by = draft.ticket.acts["suspended"]["by"]
    others = those(draft, draft.program.procedure.acts.suspend.by)
    named = [each for each in others if not isinstance(each, Message) or each.values.get("name") != by]
    return (msg("who suspended it ({name})", name=by), *named)
