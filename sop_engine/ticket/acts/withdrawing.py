"""Taking back one's own last step, as though it had not been done. It stays in the history, and so does the withdrawal.

The law:

1. It is the last step of the ticket: nobody else, no timer and no other ticket has made one since. Words of one's own
   that came after it (`QUIET`) do not count, and stay.
2. It is one's own: of whom it was, or whom he stood in for. Only steps of `WITHDRAWN` are taken back, no opening and no
   withdrawal, and none of the triggers that `acts: withdraw: never` names; only so long after it as `within` says.
3. What has gone on outside cannot be taken back: a step that opened tickets or signalled any, as a child's end does,
   with which the parent has gone on, or of which a notice has reached somebody who is not one of us. Nobody gets
   anything back who has left.
4. Everything that the step changed is as it was before: the configuration, the fields, tasks, goals with what they had
   used up, timers with the times that they had, what was signed and done. A timer whose time has passed meanwhile fires
   at the next sweep, a goal that was missed meanwhile is missed.
5. Its notices that still wait are not sent. Those of us whom they have reached are told.

The ticket does not remember how it stood before: that is asked of the record, and the answer is a fact of the step.
"""

from typing import Any, Final

from sop_engine import canonical, worktime
from sop_engine.messages import LANGUAGES, Message, msg
from sop_engine.ticket import people
from sop_engine.ticket.acts.allowing import person_of
from sop_engine.ticket.acts.attention import clock
from sop_engine.ticket.acts.everyday import reason_of
from sop_engine.ticket.draft import Draft
from sop_engine.ticket.effects import Refused, tell_of
from sop_engine.ticket.records import TIMER, Refusal
from sop_engine.worktime import duration_text

QUIET: Final = frozenset({"note", "read", "copy", "watch", "urge"})
"""commands after which a ticket stands as it stood before: words, and attention"""
WITHDRAWN: Final = frozenset(
    {"do", "edit", "claim", "assign", "hand_over", "suspend", "resume", "return", "reject", "signer"}
)
"""commands that may be taken back"""
MEMBERS: Final = (
    "active", "history", "tasks", "goals", "held", "timers", "did", "entered", "signatures", "filled", "status",
    "outcome", "owner", "terms",
)  # fmt: skip
"""the members of a ticket that are put back, besides its fields and acts"""
SPOKEN: Final = ("urged", "copies", "watchers")
"""the entries of `Ticket.acts` that a quiet command leaves"""


def withdraw(draft: Draft) -> dict[str, Any]:
    """Take the ticket's last step back, with a reason."""
    undo: dict[str, Any] | None = draft.facts.ask(f"undo:{draft.ticket.id}#{draft.ticket.number}")
    if undo is None:
        raise Refused(_not_now(draft, msg("{ticket} has no step that could be taken back", ticket=draft.ticket.id)))
    _require_own(draft, undo)
    _require_kind(draft, undo)
    _require_inside(draft, undo)
    _require_there(draft, undo["before"])
    reason = reason_of(draft, required=True)
    before = undo["before"]
    _put_fields_back(draft, undo["number"], before)
    acts = _acts_as_they_were(draft, before.get("acts", {}))
    put = {name: before[name] for name in MEMBERS if getattr(draft.ticket, name) != before[name]}
    if acts != draft.ticket.acts:
        put["acts"] = acts
    draft.emit("withdrawn", step=undo["number"], put=put)
    if undo["tells"]:
        draft.emit("recalled", number=undo["number"], to=[])
    # what was filled in, and what promises stand on, is put back as it was and not brought up to date
    draft.touched.clear()
    draft.before.clear()
    tell_of(draft, "withdraw", undo["told"])
    return {"step": undo["number"], **reason}


def _acts_as_they_were(draft: Draft, before: dict[str, Any]) -> dict[str, Any]:
    """What staff did to the ticket before, and what was said since; of what was closed nobody watches any more, so who
    watched before does again."""
    closed = draft.ticket.status == "closed"
    since = {name for name in SPOKEN if not (closed and name == "watchers")}
    return {
        **{name: entry for name, entry in before.items() if name not in since},
        **{name: entry for name, entry in draft.ticket.acts.items() if name in since},
    }


def _put_fields_back(draft: Draft, number: int, before: dict[str, Any]) -> None:
    """Write what the fields held before, personal values as the record's keeper has them still."""
    ticket = draft.ticket
    for name, field in draft.program.fields.items():
        if name in before["commits"]:
            if ticket.commits.get(name) != before["commits"][name]:
                draft.write(field, draft.facts.ask(f"kept:{ticket.id}#{number}/{name}"))
        else:
            draft.write(field, before["fields"].get(name))


# --- what hinders ----------------------------------------------------------------------------------------------------


def _require_own(draft: Draft, undo: dict[str, Any]) -> None:
    """Refuse what somebody else did, and what somebody else has acted on."""
    person, ticket = person_of(draft), draft.ticket.id
    done = undo["for"] or undo["actor"]
    if done == TIMER:
        raise Refused(_not_now(draft, msg("the last step of {ticket} was a timer's, and not yours to take back",
                                          ticket=ticket)))  # fmt: skip
    if undo["caused"]:
        raise Refused(_not_now(draft, msg("{cause} has acted on {ticket} since", cause=undo["caused"],
                                          ticket=ticket)))  # fmt: skip
    if done != person:
        raise Refused(
            Refusal(
                "not_you",
                msg("the last step of {ticket} was {name}'s, at {at}, and only he can take it back", ticket=ticket,
                    name=done, at=clock(canonical.instant_of(undo["effective"]), draft.zone)),
                fix=_instead(draft),
            )
        )  # fmt: skip
    for actor, name in undo["after"]:
        if actor != person:
            raise Refused(_not_now(draft, msg("{name} has acted on {ticket} since: {command}", name=actor,
                                              ticket=ticket, command=name)))  # fmt: skip


def _require_kind(draft: Draft, undo: dict[str, Any]) -> None:
    """Refuse what is no step that is taken back: by its kind, by the procedure, or since it is too long ago."""
    ticket, rules = draft.ticket.id, draft.program.procedure.acts.withdraw
    if undo["command"] not in WITHDRAWN:
        raise Refused(_not_now(draft, msg("the last step of {ticket} was `{command}`, which is not taken back",
                                          ticket=ticket, command=undo["command"])))  # fmt: skip
    trigger = str(undo["trigger"] or "").rpartition(".")[2]
    if trigger in rules.never:
        raise Refused(_not_now(draft, msg("the procedure lets nobody take `{trigger}` back", trigger=trigger)))
    if rules.within is not None:
        last = worktime.add(canonical.instant_of(undo["effective"]), rules.within, draft.zone)
        if draft.given.effective > last:
            span = {each: duration_text(rules.within, each) for each in LANGUAGES}
            raise Refused(_not_now(draft, msg("a step can be taken back for {span}; here until {last}", span=span,
                                              last=clock(last, draft.zone))))  # fmt: skip


def _require_inside(draft: Draft, undo: dict[str, Any]) -> None:
    """Refuse what has gone on outside of the ticket."""
    ticket = draft.ticket.id
    if undo["reached"]:
        raise Refused(_not_now(draft, msg("{tickets} have heard of that step of {ticket} and acted on it",
                                          tickets=tuple(undo["reached"]), ticket=ticket)))  # fmt: skip
    if undo["sent"]:
        field, at = undo["sent"][0]
        told = draft.program.fields.get(field.removeprefix("field:"))
        raise Refused(
            _not_now(draft, msg("a notice of it went out to somebody outside ({field}) at {at}",
                                field=told.title if told is not None and told.title else field,
                                at=clock(canonical.instant_of(at), draft.zone)))
        )  # fmt: skip


def _require_there(draft: Draft, before: dict[str, Any]) -> None:
    """Refuse to give a ticket, or a task, back to somebody who has left since."""
    ticket = draft.ticket
    former = [before["owner"]] if before["owner"] != ticket.owner else []
    for region, task in sorted(before["tasks"].items()):
        if "assignee" in task and ticket.tasks.get(region, {}).get("assignee") != task["assignee"]:
            former.append(task["assignee"])
    for person in former:
        if not people.active(draft, person):
            raise Refused(_not_now(draft, msg("{name} has left, and cannot have {ticket} again", name=person,
                                              ticket=ticket.id)))  # fmt: skip


def _not_now(draft: Draft, message: Message) -> Refusal:
    return Refusal("not_now", message, fix=_instead(draft))


def _instead(draft: Draft) -> Message:
    """What can be done instead."""
    if draft.program.procedure.acts.back is not None and draft.ticket.status != "closed":
        return msg("send it back instead: sop return {ticket} --reason why", ticket=draft.ticket.id)
    return msg("correct it instead: sop edit {ticket}, or see what can be done: sop show {ticket}",
               ticket=draft.ticket.id)  # fmt: skip
