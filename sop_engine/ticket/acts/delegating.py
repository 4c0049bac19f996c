"""Lending a task: somebody else may act for its holder, once, until a time, or until it is taken back. It stays the
holder's task.

The law.

1. A delegate does what the task's assignee may do; the record says of such a step that he did it as a delegate.
2. Separation of duty counts both, as it does where somebody stands in for another: neither of them can do afterwards
   what is forbidden to who did it.
3. The task comes back when he has done a trigger of it, at the time, when it is taken back or he turns it down, and
   when it goes to somebody else.
4. What was lent to a person is lent to nobody else: he cannot pass it on, and who stands in for him cannot act on it.

An entry of `Ticket.acts["delegated"]`: region -> `{at, by, from, to, until}`; the timer `delegation:REGION` ends it.
"""

from datetime import datetime
from typing import Any

from sop_engine import canonical
from sop_engine.messages import msg
from sop_engine.ticket.acts.allowing import person_of
from sop_engine.ticket.acts.attention import clock
from sop_engine.ticket.acts.everyday import reason_of, region_argument
from sop_engine.ticket.acts.hands import end_delegation, held, require_fit, require_free
from sop_engine.ticket.draft import Draft
from sop_engine.ticket.effects import Refused, tell_of
from sop_engine.ticket.records import DELEGATION, Refusal


def delegate(draft: Draft) -> dict[str, Any]:
    """Let a colleague act for the holder of a task."""
    rules = draft.program.procedure.acts.delegate
    region, task, leave = held(draft, "delegate", rules.by)
    require_free(draft, region)
    person = str(draft.command.arguments.get("to", ""))
    require_fit(draft, rules, region, person)
    until = _until(draft)
    reason = reason_of(draft, required=False)
    ends = {} if until is None else {"until": canonical.instant_text(until)}
    lent = {"by": person_of(draft), "from": task["assignee"], "to": person, **ends}
    draft.emit("delegated", at=draft.effective, region=region, **lent)
    if until is not None:
        draft.emit("timer_set", timer=DELEGATION + region, due=ends["until"])
    tell_of(draft, "delegate", [person, task["assignee"]])
    return {"as": leave, **region_argument(draft), "to": person, **ends, **reason}


def _until(draft: Draft) -> datetime | None:
    said = draft.command.arguments.get("until")
    if said is None:
        return None
    try:
        until = canonical.instant_of(str(said))
    except ValueError:
        raise Refused(
            Refusal("not_understood", msg("until when is missing"), fix=msg("give it with --until"))
        ) from None
    if until <= draft.given.effective:
        raise Refused(Refusal("not_understood", msg("{until} has passed already", until=clock(until, draft.zone))))
    return until


def fire(draft: Draft, key: str) -> None:
    """The time until which a task was lent has come."""
    draft.emit("timer_fired", timer=key, due=draft.ticket.timers[key]["due"])
    end_delegation(draft, key.removeprefix(DELEGATION), "time")
