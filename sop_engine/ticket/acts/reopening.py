"""A closed ticket that goes on: within the time, and in the state, that its procedure names.

The law:

1. It enters the state as if it came there for the first time: what the state has for entering is done, its timers and
   those of the whole ticket are set anew. Fields, children, and who did what stay as they are; so separation of duty
   counts what was done before.
2. A promise begins again only where it says so: by a start that it has on the way (a state entered anew), or by
   `did reopen`. What that means for one that had ended before is said by its policy: `resume`, `reset`, `new_cycle`.
3. What is void stays so: it was a mistake, and what is to be done is another ticket. What was merged goes on elsewhere.
4. Where its owner has left, whoever reopens it owns it: somebody does at any time.
5. A part of a closed ticket is not reopened, since nobody would wait for it.

When a ticket was closed stands in `Ticket.acts` as `closed`, where its procedure lets it be reopened; `reopened` counts
how often it was.
"""

from typing import Any, Final

from sop_engine import canonical, worktime
from sop_engine.acts import VOID
from sop_engine.chart.host import Begun
from sop_engine.messages import LANGUAGES, msg
from sop_engine.procedure import ROOT, Transition
from sop_engine.ticket import people, running
from sop_engine.ticket.acts.allowing import allow, person_of
from sop_engine.ticket.acts.attention import clock
from sop_engine.ticket.acts.everyday import reason_of, require_unmerged
from sop_engine.ticket.draft import Draft
from sop_engine.ticket.effects import Refused
from sop_engine.ticket.questions import among
from sop_engine.ticket.records import Refusal
from sop_engine.ticket.running import Run
from sop_engine.worktime import duration_text

REOPEN: Final = "reopen"
"""how conditions and promises name it: `did reopen`"""


def reopen(draft: Draft) -> dict[str, Any]:
    """Let a closed ticket go on, with a reason."""
    rules = draft.program.procedure.acts.reopen
    _require_reopenable(draft)
    leave = allow(draft, "reopen", rules.by)
    _require_parent(draft)
    reason = reason_of(draft, required=True)
    for state in reversed(draft.ticket.active[:]):
        draft.emit("left", state=state)
    draft.emit("reopened", at=draft.effective, by=person_of(draft))
    if not people.active(draft, draft.ticket.owner):
        draft.emit("owned", owner=person_of(draft))
    command = draft.command
    by = [command.actor, *([command.standing_for] if command.standing_for else [])]
    draft.emit("did", trigger=REOPEN, by=by)
    for timer in draft.program.states[ROOT].timers:
        running.set_timer(draft, draft.program.states[ROOT], timer)
    Run(draft).go(Begun(Transition(target=(rules.to,)), REOPEN))
    running.reset_timers(draft)
    return {"as": leave, **reason}


def _require_reopenable(draft: Draft) -> None:
    """Refuse where the ticket is not closed, or not so that it can be reopened, and say what is possible instead."""
    ticket, rules = draft.ticket, draft.program.procedure.acts.reopen
    again = msg("open another and name this one in it: sop new {procedure}", procedure=ticket.procedure)
    if ticket.status != "closed":
        raise Refused(Refusal("not_now", msg("{ticket} is not closed", ticket=ticket.id)))
    require_unmerged(draft)
    if ticket.outcome == VOID:
        raise Refused(Refusal("not_now", msg("{ticket} is void, and stays so", ticket=ticket.id), fix=again))
    if not rules.to:
        raise Refused(
            Refusal(
                "not_now",
                msg("{ticket} cannot be reopened: its procedure names no state in which it would go on",
                    ticket=ticket.id),
                fix=again,
            )
        )  # fmt: skip
    closed = canonical.instant_of(ticket.acts["closed"])
    last = worktime.add(closed, rules.within, draft.zone)
    if draft.given.effective > last:
        raise Refused(
            Refusal(
                "not_now",
                msg("{ticket} was closed at {time}; it could be reopened for {span}, until {last}", ticket=ticket.id,
                    time=clock(closed, draft.zone), last=clock(last, draft.zone),
                    span={each: duration_text(rules.within, each) for each in LANGUAGES}),
                fix=again,
            )
        )  # fmt: skip


def _require_parent(draft: Draft) -> None:
    """Refuse a part of a ticket that is closed itself."""
    parent = draft.ticket.parent
    known: list[dict[str, Any]] = draft.facts.ask(among([parent])) if parent else []
    if known and known[0]["status"] == "closed":
        raise Refused(
            Refusal(
                "not_now",
                msg("{ticket} is part of {parent}, which is closed", ticket=draft.ticket.id, parent=parent),
                fix=msg("reopen that first: sop reopen {parent} --reason WHY", parent=parent),
            )
        )
