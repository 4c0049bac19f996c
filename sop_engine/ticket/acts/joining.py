"""One cause, many callers: a ticket goes with another, whose work is for both.

The law:

1. One of them leads; the others go with it, each with its number, its people, its own words. There is one dispatch and
   one set of promises: the leader's. A ticket that joins leaves where it stood, as on any way, and waits in the state
   that the procedure names; its tasks are nobody's, its promises are dropped, neither kept nor missed. Those alone run
   on, or begin, that live in this state (`while`).
2. It has from the leader, at once and as often as they change, the fields that the procedure shares. Notices to people
   outside that the leader sends reach its own people too, where the procedure says so; in the words of its own fields.
3. As soon as the leader comes to the state `then`, each of the others goes on there too (or only so many, and the rest
   in `others`): with its own revisit, its own promises, its own end. What was done on the leader meanwhile was done for
   it too: conditions, promises and separation of duty count it from there on.
4. Where the leader ends otherwise, or somebody parts the two, a ticket goes on by itself in the state `alone`. Promises
   begin there by their own starts, or by `did part`.
5. A ticket that leaves the state by a way of its own procedure, is closed by force or is void, goes with nobody.
6. What leads can be ended by force, void or merged only after the others have been parted from it; else they would wait
   for ever. Who goes with another leads nobody.
7. Both sides stand in one transaction. Leave is asked where it was said; what reaches the other asks nobody.

`Ticket.acts`: `with` is `{ticket, at, by}` of whoever goes with another, `others` is `[{ticket, step}]` of those that
go with this one, in order, with the step at which each came. To the leader each joining is `did joined`, and the event
`joined` where a state of its procedure has something for it.
"""

from collections.abc import Iterator
from typing import Any, Final

from sop_engine.acts import Join
from sop_engine.chart.host import Begun, Sent
from sop_engine.messages import Message, msg
from sop_engine.parties import Recipient
from sop_engine.procedure import ROOT, Transition
from sop_engine.ticket import effects, goals, people, running
from sop_engine.ticket.acts.allowing import allow, person_of
from sop_engine.ticket.acts.attention import holding
from sop_engine.ticket.acts.ending import require_childless
from sop_engine.ticket.acts.everyday import reason_of, require_open
from sop_engine.ticket.acts.suspending import require_going
from sop_engine.ticket.acts.ties import linked, other_of
from sop_engine.ticket.asking import write_all
from sop_engine.ticket.draft import Draft
from sop_engine.ticket.effects import Refused, tell_of
from sop_engine.ticket.records import Letter, Refusal, Ticket
from sop_engine.ticket.running import Run

JOIN: Final = "join"
PART: Final = "part"
JOINED: Final = "joined"
"""so conditions and promises name what happens here: `did join` and `did part` of whoever goes, `did joined` of whoever
leads, and the event that he may take"""
SAME_CAUSE: Final = "same_cause"
"""so the two are linked, also when they are parted again"""
GOES_WITH: Final = "with"
"""the entry of `Ticket.acts` of whoever goes with another"""
OUTSIDE: Final = "field:"
"""what recipients begin with who are not one of us"""


# --- whoever goes ----------------------------------------------------------------------------------------------------


def join(draft: Draft) -> dict[str, Any]:
    """Let an open ticket go with another of its procedure; a reason may be given."""
    require_open(draft)
    require_going(draft)
    rules = _rules(draft)
    leave = allow(draft, JOIN, rules.by)
    ticket, other = draft.ticket, _leader(draft, "to")
    if GOES_WITH in ticket.acts:
        raise Refused(_goes_already(draft))
    if others := others_of(ticket):
        raise Refused(
            Refusal(
                "not_now",
                msg("{tickets} go with {ticket}, so it goes with nobody", tickets=tuple(others), ticket=ticket.id),
                fix=msg("the other way round: sop join {other} {ticket}", other=other, ticket=ticket.id),
            )
        )
    _require_to_do(draft, rules, other)
    require_childless(draft, JOIN)
    told = holding(draft, list(ticket.tasks))
    for region in list(ticket.tasks):
        draft.emit("unassigned", region=region)
    goals.drop_all(draft, JOINED, but=rules.state)
    _bind(draft, other)
    Run(draft).go(Sent(((ticket.active[0], (rules.state,)),)))
    _require_waiting(draft, rules)
    running.reset_timers(draft)
    tell_of(draft, "joined", told)
    return {"as": leave, "to": other, **reason_of(draft, required=False)}


def opening(draft: Draft) -> Begun:
    """How a ticket enters its chart that goes with another from the first."""
    rules = _rules(draft)
    allow(draft, JOIN, rules.by)
    _bind(draft, _leader(draft, JOIN))
    return Begun(Transition(target=(rules.state,)), JOIN)


def part(draft: Draft) -> dict[str, Any]:
    """Let a ticket go on by itself, with a reason: it was another matter after all."""
    require_open(draft)
    rules = _rules(draft)
    leave = allow(draft, PART, rules.by)
    leader = draft.ticket.acts.get(GOES_WITH, {}).get("ticket")
    if leader is None:
        others = others_of(draft.ticket)
        one = (
            msg("part one of those that go with it: sop part {other} --reason WHY", other=others[0]) if others else None
        )
        raise Refused(Refusal("not_now", msg("{ticket} goes with no other ticket", ticket=draft.ticket.id), fix=one))
    reason = reason_of(draft, required=True)
    effects.follow(draft, "lose", leader, {"ticket": draft.ticket.id})
    _go(draft, rules, "alone")
    return {"as": leave, "from": leader, **reason}


def hear(draft: Draft) -> dict[str, Any]:
    """What the leader shares, and what it tells people outside."""
    arguments, rules = dict(draft.command.arguments), draft.program.procedure.acts.join
    if rules is None or GOES_WITH not in draft.ticket.acts:
        return arguments
    fields = {name: value for name, value in (arguments.get("fields") or {}).items() if name in rules.shares}
    recorded = write_all(draft, fields)
    draft.compute()
    for said in arguments.get("tells") or ():
        _tell(draft, rules, said["notice"], said["to"])
    running.reset_timers(draft)
    return {**arguments, "fields": recorded}


def _tell(draft: Draft, rules: Join, notice: str, to: list[str]) -> None:
    """Send a notice of the leader's to one's own people of the same fields."""
    known = {each.id for each in draft.program.procedure.notices}
    fields = [name.removeprefix(OUTSIDE) for name in to]
    reached = [
        each
        for field in fields
        if field in draft.program.fields
        for each in people.reached(draft, Recipient("field", field), ROOT)
    ]
    if notice in rules.tells and notice in known and reached:
        position = len(draft.events)
        draft.emit("told", notice=notice, to=reached)
        draft.letters.extend(Letter(position, notice, each) for each in reached)


def go_on(draft: Draft) -> dict[str, Any]:
    """The leader has come to where each goes on by itself, or has ended."""
    arguments, rules = dict(draft.command.arguments), draft.program.procedure.acts.join
    if rules is not None and GOES_WITH in draft.ticket.acts:
        for trigger, by in sorted(arguments["done"].items()):  # as the record will have them
            draft.emit("did", trigger=trigger, by=by)
        _go(draft, rules, str(arguments["way"]))
    return arguments


def _go(draft: Draft, rules: Join, way: str) -> None:
    """Go on in `then`, in `others`, or `alone`."""
    leader = draft.ticket.acts[GOES_WITH]["ticket"]
    draft.emit("parted", way=way, **{"from": leader})
    if way == "alone":
        draft.emit("did", trigger=PART, by=_doers(draft))
    target = {"then": rules.then, "others": rules.others or rules.then, "alone": rules.alone}[way]
    if rules.state in draft.ticket.active:
        Run(draft).go(Sent(((rules.state, (target,)),)))
    running.reset_timers(draft)
    if way == "alone":
        tell_of(draft, "parted", [draft.ticket.owner])


# --- whoever leads ---------------------------------------------------------------------------------------------------


def gain(draft: Draft) -> dict[str, Any]:
    """Another ticket goes with this one from now on: whoever has the task hears of it, and it has what is shared."""
    arguments, ticket, rules = dict(draft.command.arguments), draft.ticket, draft.program.procedure.acts.join
    other = arguments["ticket"]
    if rules is None:
        raise Refused(
            Refusal("not_now", msg("{ticket} follows a version of its procedure by which no ticket goes with another",
                                   ticket=ticket.id), fix=_link(draft, other, ticket.id))
        )  # fmt: skip
    if ticket.status == "closed":  # by a timer that was due, and fired before this
        raise Refused(_cannot_lead(draft, msg("{other} is closed", other=ticket.id), other, ticket.id))
    if GOES_WITH in ticket.acts:
        leader = ticket.acts[GOES_WITH]["ticket"]
        raise Refused(
            Refusal(
                "not_now",
                msg("{ticket} goes with {leader} itself", ticket=ticket.id, leader=leader),
                fix=_other_leader(draft, other, leader),
            )
        )
    _require_to_do(draft, rules, other)
    draft.emit("gained", ticket=other, at=draft.effective, by=person_of(draft))
    draft.emit("did", trigger=JOINED, by=_doers(draft))
    if linked(draft, other) is None:
        draft.emit("linked", to=other, **{"as": SAME_CAUSE})
    shared = {name: ticket.fields[name] for name in rules.shares if ticket.fields.get(name) is not None}
    if shared:
        effects.follow(draft, "hear", other, {"fields": shared})
    if any(handler.event in (JOINED, "*") for state in draft.program.procedure.states for handler in state.handlers):
        effects.signal(draft, [ticket.id], JOINED, {})
    own = {person_of(draft)}
    tell_of(draft, "gained", [each for each in holding(draft, list(ticket.tasks)) if each not in own])
    return arguments


def lose(draft: Draft) -> dict[str, Any]:
    """A ticket goes with this one no more."""
    arguments = dict(draft.command.arguments)
    if arguments["ticket"] in others_of(draft.ticket):
        draft.emit("lost", tickets=[arguments["ticket"]])
        own = {person_of(draft)}
        tell_of(draft, "lost", [each for each in holding(draft, list(draft.ticket.tasks)) if each not in own])
    return arguments


# --- after each step -------------------------------------------------------------------------------------------------


def settle(draft: Draft) -> None:
    """Let the other side know what a step did: whoever went has gone another way, whoever leads has news, has come to
    where the others go on, or has ended."""
    ticket, rules = draft.ticket, draft.program.procedure.acts.join
    own = ticket.acts.get(GOES_WITH)
    if own is not None and (rules is None or rules.state not in ticket.active):
        draft.emit("parted", way="own", **{"from": own["ticket"]})
        effects.follow(draft, "lose", own["ticket"], {"ticket": ticket.id})
    others = others_of(ticket)
    if not others or rules is None:
        return
    news = _news(draft, rules)
    if news:
        draft.emit("shared", to=others, fields=sorted(news.get("fields", ())))
        for other in others:
            effects.follow(draft, "hear", other, news)
    arrived = any(event["kind"] == "entered" and event["state"] == rules.then for event in draft.events)
    if arrived or ticket.status == "closed":
        came = {each["ticket"]: each["step"] for each in ticket.acts["others"]}
        draft.emit("lost", tickets=others)
        for rank, other in enumerate(others):
            more = rules.at_most is not None and rank >= rules.at_most
            way = "alone" if not arrived else "others" if more else "then"
            done = _done_since(draft, came[other]) if arrived else {}
            effects.follow(draft, "go_on", other, {"done": done, "way": way})


def _done_since(draft: Draft, step: int) -> dict[str, list[str]]:
    """Who has done which of the procedure's triggers after a step."""
    since = {
        trigger: sorted(person for person, number in entry["by"].items() if number > step)
        for trigger, entry in draft.ticket.did.items()
        if trigger in draft.program.triggers
    }
    return {trigger: by for trigger, by in since.items() if by}


def _news(draft: Draft, rules: Join) -> dict[str, Any]:
    """The shared fields that the step changed, and the notices to people outside that others are to have."""
    fields = draft.ticket.fields
    changed = {
        name: fields.get(name)
        for name in rules.shares
        if name in draft.before and draft.before[name] != fields.get(name)
    }
    told = [{"notice": event["notice"], "to": to} for event, to in _told(draft) if event["notice"] in rules.tells]
    return {**({"fields": changed} if changed else {}), **({"tells": told} if told else {})}


def _told(draft: Draft) -> Iterator[tuple[dict[str, Any], list[str]]]:
    """The notices of the step that reach people outside, with those whom they reach."""
    for event in draft.events:
        outside = [each for each in event["to"] if each.startswith(OUTSIDE)] if event["kind"] == "told" else []
        if outside:
            yield event, outside


# --- parts -----------------------------------------------------------------------------------------------------------


def _rules(draft: Draft) -> Join:
    """What the procedure says of it; refuses where it says nothing."""
    rules = draft.program.procedure.acts.join
    if rules is None:
        raise Refused(
            Refusal(
                "not_now",
                msg("by {procedure} no ticket goes with another", procedure=draft.program.procedure.title),
                fix=msg("say that they belong together: sop link {ticket} OTHER", ticket=draft.ticket.id or "ID"),
            )
        )
    return rules


def _leader(draft: Draft, argument: str) -> str:
    """The ticket that is to lead: open, and of the same procedure. What else may hinder is seen there."""
    other = other_of(draft, argument)
    why = None
    if other["status"] == "closed":
        why = msg("{other} is closed", other=other["id"])
    elif other["procedure"] != draft.ticket.procedure:
        why = msg("{other} follows another procedure ({procedure})", other=other["id"], procedure=other["procedure"])
    if why is not None:
        raise Refused(_cannot_lead(draft, why, draft.ticket.id, other["id"]))
    return str(other["id"])


def _cannot_lead(draft: Draft, why: Message, ticket: str, other: str) -> Refusal:
    return Refusal("not_now", msg("nothing can go with it: {why}", why=why), fix=_link(draft, ticket, other))


def _require_to_do(draft: Draft, rules: Join, other: str) -> None:
    """Refuse where the ticket is already where it would go on."""
    if rules.then in draft.ticket.active:
        raise Refused(
            Refusal("not_now", msg("the work of {ticket} is done already", ticket=draft.ticket.id),
                    fix=_link(draft, draft.ticket.id, other))
        )  # fmt: skip


def _other_leader(draft: Draft, other: str, leader: str) -> Message:
    """The line to type instead. A ticket that is being opened has no number that would still be there afterwards."""
    if draft.command.cause == (other, 1):
        return msg("open it with that one: --join {leader}", leader=leader)
    return msg("join that one: sop join {other} {leader}", other=other, leader=leader)


def _link(draft: Draft, ticket: str, other: str) -> Message:
    """What can be said instead; of a ticket that is being opened nothing is kept now."""
    cause = draft.command.cause
    if draft.command.name == "open" or cause in ((ticket, 1), (other, 1)):
        leader = ticket if cause == (other, 1) else other
        return msg("open it without --join, and link it: sop link NUMBER {other}", other=leader)
    return msg("only say that they belong together: sop link {ticket} {other}", ticket=ticket, other=other)


def _bind(draft: Draft, other: str) -> None:
    """Go with another ticket from now on."""
    draft.emit("joined", to=other, at=draft.effective, by=person_of(draft))
    draft.emit("did", trigger=JOIN, by=_doers(draft))
    if linked(draft, other) is None:
        draft.emit("linked", to=other, **{"as": SAME_CAUSE})
    effects.follow(draft, "gain", other, {"ticket": draft.ticket.id})


def _doers(draft: Draft) -> list[str]:
    command = draft.command
    return [command.actor, *([command.standing_for] if command.standing_for else [])]


def others_of(ticket: Ticket) -> list[str]:
    """The tickets that go with one, in order of joining."""
    return [each["ticket"] for each in ticket.acts.get("others", ())]


def _goes_already(draft: Draft) -> Refusal:
    return Refusal(
        "not_now",
        msg("{ticket} goes with {leader} already", ticket=draft.ticket.id,
            leader=draft.ticket.acts[GOES_WITH]["ticket"]),
        fix=msg("part them first: sop part {ticket} --reason WHY", ticket=draft.ticket.id),
    )  # fmt: skip


def _require_waiting(draft: Draft, rules: Join) -> None:
    """Refuse where the state that the procedure names lets nothing wait in it."""
    state = draft.program.states[rules.state]
    if state.id not in draft.ticket.active:
        raise Refused(
            Refusal("not_now", msg("{ticket} would not wait in {state}: it goes on from there by itself",
                                   ticket=draft.ticket.id, state=state.title or state.id))
        )  # fmt: skip
