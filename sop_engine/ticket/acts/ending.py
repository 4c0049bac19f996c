"""Ends that no transition leads to: a ticket opened by mistake is voided, a ticket that cannot come to its end is
closed by force.

The law:

1. The ticket leaves all its states and enters none, and nothing of what the procedure has for leaving them is done: a
   form that is printed on the way out, or a child that is started, belongs to the way that was not taken.
2. Its tasks and timers go. Its promises are dropped, and say why.
3. No child may be open, and no other ticket go with it: what has still to be done is closed, or voided, or parted
   before it.
4. A parent hears of the end as of any other.
5. Whoever had the task hears that it is no more. Of a void ticket nothing else goes out: what still waits is recalled.

An entry `ended` of `Ticket.acts`: `{how, at, by, step}`; `how` is the kind of the event, `step` the one that ended it,
beside which the reason lies.
"""

from typing import Any

from sop_engine import canonical, worktime
from sop_engine.acts import FORCED, VOID
from sop_engine.messages import msg
from sop_engine.ticket import goals, people, possible, running
from sop_engine.ticket.acts.allowing import allow, person_of
from sop_engine.ticket.acts.attention import clock, holding
from sop_engine.ticket.acts.everyday import reason_of, require_open
from sop_engine.ticket.draft import Draft
from sop_engine.ticket.effects import Refused, tell_of
from sop_engine.ticket.near import near
from sop_engine.ticket.records import Refusal


def void(draft: Draft) -> dict[str, Any]:
    """End a ticket that was opened by mistake, with a reason. Whoever opened it may, for a short time; after that whom
    the procedure names."""
    require_open(draft)
    leave = _may_void(draft)
    require_childless(draft, "void")
    reason = reason_of(draft, required=True)
    draft.emit("recalled", number=draft.number, to=[], before=True)
    end(draft, "voided", VOID)
    return {"as": leave, **reason}


def _may_void(draft: Draft) -> str:
    rules, person = draft.program.procedure.acts.void, person_of(draft)
    until = worktime.add(canonical.instant_of(draft.ticket.opened), rules.own_within, draft.zone)
    if draft.ticket.parent is not None:  # a transition opened it, and nobody by mistake
        return allow(draft, "void", rules.by, owner=False)
    openers = draft.ticket.did["open"]["by"]
    if person in openers and draft.given.effective <= until and people.active(draft, person):
        return "opener"
    opener = msg("until {time} who opened it ({name})", name=draft.ticket.opener, time=clock(until, draft.zone))
    return allow(draft, "void", rules.by, owner=False, beside=(opener,))


def close(draft: Draft) -> dict[str, Any]:
    """Close a ticket against its procedure, with a reason, by one of the procedure's outcomes or as `forced`."""
    require_open(draft)
    arguments = draft.command.arguments
    if not arguments.get("force"):
        raise Refused(
            Refusal(
                "not_now",
                msg("{ticket} closes when its procedure comes to an end", ticket=draft.ticket.id),
                possible=possible.brief(draft),
                fix=msg("against the procedure: sop close {ticket} --force --reason WHY", ticket=draft.ticket.id),
            )
        )
    leave = allow(draft, "close --force", draft.program.procedure.acts.force_close.by, owner=False)
    require_childless(draft, "close --force")
    outcome = _outcome(draft)
    reason = reason_of(draft, required=True)
    end(draft, "forced", outcome)
    return {"as": leave, "force": True, "outcome": outcome, **reason}


def _outcome(draft: Draft) -> str:
    """The outcome that was named, which the procedure must have; `forced` where none was."""
    wanted = str(draft.command.arguments.get("outcome") or FORCED)
    known = tuple(each.id for each in draft.program.procedure.outcomes)
    if wanted not in (*known, FORCED):
        raise Refused(
            Refusal(
                "not_understood",
                msg("there is no outcome {outcome}; there are {outcomes}", outcome=wanted[:60],
                    outcomes=(*known, FORCED)),
                near=near(wanted, (*known, FORCED)),
            )
        )  # fmt: skip
    return wanted


def require_childless(draft: Draft, act: str) -> None:
    """Refuse while a child is open, or others go with the ticket, and name them."""
    others = tuple(each["ticket"] for each in draft.ticket.acts.get("others", ()))
    if others:
        raise Refused(
            Refusal(
                "not_now",
                msg("{ticket} cannot be ended by `{act}` while {others} go with it", ticket=draft.ticket.id, act=act,
                    others=others),
                fix=msg("part them first: sop part {other} --reason WHY", other=others[0]),
            )
        )  # fmt: skip
    waiting = tuple(child["id"] for child in draft.children("") if child["status"] != "closed")
    if waiting:
        raise Refused(
            Refusal(
                "not_now",
                msg("{ticket} cannot be ended by `{act}` while {children} are open", ticket=draft.ticket.id, act=act,
                    children=waiting),
                fix=msg("end those first: sop void {child} --reason WHY", child=waiting[0]),
            )
        )  # fmt: skip


def end(draft: Draft, how: str, outcome: str, **about: Any) -> None:
    """End the ticket where it stands; `how` is the event that says so, with what else is to be known `about` it."""
    person = person_of(draft)
    told = [each for each in holding(draft, list(draft.ticket.tasks)) if each not in {person, draft.command.actor}]
    for region in list(draft.ticket.tasks):
        draft.emit("unassigned", region=region)
    goals.drop_all(draft, how)
    for state in reversed(draft.ticket.active[:]):
        draft.emit("left", state=state)
    draft.emit(how, at=draft.effective, by=person, **about)
    running.close(draft, outcome)
    tell_of(draft, how, told)
