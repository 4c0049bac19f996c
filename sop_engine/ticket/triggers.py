"""The commands that move a ticket's chart: opening, triggers, timers and signals."""

from typing import Any, Final

from sop_engine import canonical, values
from sop_engine.chart.host import Asked, Begun, Looked, Signalled
from sop_engine.guards import reads
from sop_engine.messages import Message, msg
from sop_engine.procedure import ROOT, Offer
from sop_engine.ticket import goals, people, possible, running, signing
from sop_engine.ticket.acts import suspending
from sop_engine.ticket.acts.everyday import require_unmerged
from sop_engine.ticket.asking import take_values
from sop_engine.ticket.draft import Draft
from sop_engine.ticket.effects import Refused
from sop_engine.ticket.levels import PREFIX
from sop_engine.ticket.near import near
from sop_engine.ticket.rare import rare
from sop_engine.ticket.records import DELEGATION, RESUME, SHIFT_END, TIMER, Refusal
from sop_engine.ticket.running import Run

MOST_TURNS: Final = 20
"""how many timers of a ticket may fire at once, each set by the one before and due already: those of a procedure that
leads round in a circle would never come to an end"""


def open_ticket(draft: Draft) -> dict[str, Any]:
    """Open a ticket: by a person who may, by a parent's transition, or by the calendar."""
    command, procedure = draft.command, draft.program.procedure
    arguments = command.arguments
    by_person = command.cause is None
    leave = {"as": _let(draft, procedure.open, ROOT)} if by_person else {}
    if not draft.ticket.id and arguments.get("number"):
        draft.ticket.id = rare("site.reserving", "reserved_for")(draft, str(arguments["number"]), procedure.id)
    if not draft.ticket.id:
        [draft.ticket.id] = draft.draw_numbers(procedure.prefix, 1)
    owner = arguments.get("owner") or _owner_of_calendar_start(draft) or command.actor
    entries = {"parent": arguments["parent"]} if arguments.get("parent") else {}
    if command.standing_for:
        entries["for"] = command.standing_for
    draft.emit("opened", at=draft.effective, opener=command.actor, owner=owner, procedure=procedure.id, **entries)
    for timer in draft.program.states[ROOT].timers:
        running.set_timer(draft, draft.program.states[ROOT], timer)
    fields = take_values(draft, procedure.open, opening=True)
    if arguments.get("moved") is not None:
        rare("acts.household", "as_its_whole")(draft)
    run = Run(draft)
    if arguments.get("join") is not None:
        run.go(rare("acts.joining", "opening")(draft))
    else:
        opening = draft.program.chart.opening(run)
        if opening is None or not run.go(Begun(opening)):
            raise Refused(_guards_failed(draft, procedure.open))
    if arguments.get("rework_of") is not None:
        rare("acts.ties", "open_as_rework")(draft)
    running.reset_timers(draft)
    recorded = {name: value for name, value in arguments.items() if name not in {"as", "fields"}}
    return {**recorded, **leave, "fields": fields}


def _owner_of_calendar_start(draft: Draft) -> str | None:
    if draft.command.actor != TIMER:
        return None
    role = draft.program.procedure.owner
    holders = people.holders_of(draft, role) if role else []
    if not holders:
        raise Refused(
            Refusal(
                "not_now",
                msg("nobody holds the role {role}, which owns a ticket started by the calendar", role=role or "-"),
                fix=msg("give somebody the role: sop actor grant NAME {role}", role=role or "-"),
            )
        )
    return holders[0]


def do(draft: Draft) -> dict[str, Any]:
    """Do a trigger: `trigger`, or `x.trigger` where x is an active state."""
    _require_open(draft)
    wanted = str(draft.command.arguments["trigger"])
    source = find_source(draft, wanted)
    offer = draft.program.offer(source, wanted.rpartition(".")[2])
    leave = _let(draft, offer, source)
    holder = people.lender(draft, people.Leave(leave), source, draft.command.actor)
    if holder is not None:
        draft.delegation = draft.program.region(source), holder
    recorded: dict[str, Any] = {"as": leave, "source": source, "trigger": wanted}
    recorded |= {name: value for name in ("assignee", "team") if (value := draft.command.arguments.get(name))}
    complete = True
    if offer.sign is not None:
        recorded["fields"], complete = signing.sign(draft, offer, source)
    else:
        recorded["fields"] = take_values(draft, offer, opening=False)
    if leave == "assignee":
        _become_assignee(draft, source)
    if not complete:
        running.reset_timers(draft)
        return recorded
    if not Run(draft).go(Asked(source, offer.trigger)):
        raise Refused(_guards_failed(draft, offer))
    _require_named(draft, offer)
    running.reset_timers(draft)
    return recorded


def _require_named(draft: Draft, offer: Offer) -> None:
    """Refuse where somebody was named to have the task, and the transition gave none away."""
    named, team = draft.command.arguments.get("assignee"), draft.command.arguments.get("team")
    if team and not any(event["kind"] == "assigned" and event.get("team") == team for event in draft.events):
        raise Refused(
            Refusal(
                "not_understood",
                msg("`{trigger}` gives the task to no role, so it cannot go to a team", trigger=offer.trigger),
                fix=msg("to offer it to a team: sop assign {ticket} --team {team}", ticket=draft.ticket.id, team=team),
            )
        )
    if named and not any(event["kind"] == "assigned" and event.get("assignee") == named for event in draft.events):
        raise Refused(
            Refusal(
                "not_understood",
                msg("`{trigger}` gives the task to no role, so nobody can be named for it", trigger=offer.trigger),
                fix=msg("to pass the task on: sop assign {ticket} {name}", ticket=draft.ticket.id, name=named),
            )
        )


def find_source(draft: Draft, wanted: str) -> str:
    """The active state whose offer a person's trigger names: the innermost that has it, and only one such."""
    prefix, _, trigger = wanted.rpartition(".")
    program, active = draft.program, draft.ticket.active
    if prefix and prefix not in active and prefix != ROOT:
        raise Refused(_no_such_trigger(draft, wanted, trigger))
    sources = program.chart.source_of(active, trigger, prefix or None)
    if not sources:
        raise Refused(_no_such_trigger(draft, wanted, trigger))
    if len(sources) > 1:
        choices = tuple(f"{source}.{trigger}" for source in sources)
        raise Refused(
            Refusal(
                "not_understood",
                msg("`{trigger}` could be any of {choices}", trigger=trigger, choices=choices),
                near=choices,
                fix=msg("say which: sop do {ticket} {choice}", ticket=draft.ticket.id, choice=choices[0]),
            )
        )
    return sources[0]


def _become_assignee(draft: Draft, source: str) -> None:
    """Who acts on an offered task becomes its assignee."""
    region = draft.program.region(source)
    task = draft.ticket.tasks.get(region, {})
    person = draft.command.standing_for or draft.command.actor
    if "assignee" not in task:
        draft.emit("assigned", region=region, assignee=person, **({"role": task["role"]} if "role" in task else {}))


def fire_timer(draft: Draft) -> dict[str, Any]:
    """A timer of the ticket fires."""
    key = str(draft.command.arguments["timer"])
    timer = draft.ticket.timers.get(key)
    if timer is None or timer["due"] > canonical.instant_text(draft.given.effective):
        raise Refused(Refusal("not_now", msg("the timer {timer} is not due", timer=key)))
    if draft.ticket.waits(key):
        raise Refused(Refusal("not_now", msg("the timer {timer} waits until {ticket} is resumed", timer=key,
                                             ticket=draft.ticket.id)))  # fmt: skip
    draft.turn = timer.get("turn", 0) + 1
    if draft.turn > MOST_TURNS:
        raise Refused(Refusal("not_now", msg("timers of {ticket} set each other again and again, due already: {timer}",
                                             ticket=draft.ticket.id, timer=key)))  # fmt: skip
    if key == RESUME:
        suspending.fire(draft)
    elif key.startswith(DELEGATION):
        rare("acts.delegating", "fire")(draft, key)
    elif key.startswith(PREFIX):
        goals.fire(draft, key)
    elif key.startswith(SHIFT_END):
        rare("acts.shift_ends", "fire")(draft, key)
    else:
        running.fire(draft, key)
    running.reset_timers(draft)
    return {"timer": key}


def take_signal(draft: Draft) -> dict[str, Any]:
    """A signal from a parent, a child or outside; one that nobody takes is recorded as not taken."""
    arguments = dict(draft.command.arguments)
    event = str(arguments["event"])
    if "child" in arguments:
        draft.emit("child_closed", id=arguments["child"], outcome=arguments["outcome"])
    if suspending.defer(draft, event):
        return arguments
    if draft.ticket.status == "closed" or (
        not Run(draft).go(Signalled(event)) and not Run(draft).go(Looked()) and "child" not in arguments
    ):
        draft.emit("not_taken", event=event)
    running.reset_timers(draft)
    return arguments


def look(draft: Draft) -> dict[str, Any]:
    """A child has moved, and eventless transitions look at where it stands. What finds nothing says nothing: such a
    step has no events, and the engine drops it."""
    draft.compute()
    if draft.ticket.status == "open":
        Run(draft).go(Looked())
    running.reset_timers(draft)
    return {"child": draft.command.arguments["child"]}


# --- refusals ------------------------------------------------------------------------------------------------------


def _require_open(draft: Draft) -> None:
    suspending.require_going(draft)
    require_unmerged(draft)
    if draft.ticket.status != "open":
        raise Refused(
            Refusal(
                "not_now",
                msg(
                    "{ticket} is closed ({outcome}); nothing more can be done with it",
                    ticket=draft.ticket.id,
                    outcome=possible.outcome_title(draft.program, draft.ticket.outcome),
                ),
            )
        )


def _let(draft: Draft, offer: Offer, source: str) -> str:
    """Why the actor may do an offer; refuses where he may not."""
    command = draft.command
    found = signing.may(draft, offer, source, command.actor, command.standing_for)
    if isinstance(found, Message):
        raise Refused(_not_you(draft, offer, found))
    behind = people.lender(draft, found, source, command.actor) or command.standing_for
    barred = signing.barred(draft, offer, source, command.actor, behind)
    if barred is not None:
        raise Refused(_not_you(draft, offer, barred))
    return found.reason


def _not_you(draft: Draft, offer: Offer, why: Message) -> Refusal:
    command = draft.command
    return Refusal(
        "not_you",
        msg(
            "{name} may not `{trigger}`{where}: {why}",
            name=command.standing_for or command.actor,
            trigger=offer.trigger,
            where=msg(" {ticket}", ticket=draft.ticket.id) if draft.ticket.id else "",
            why=why,
        ),
        possible=possible.brief(draft) if draft.ticket.number else (),
    )


def _no_such_trigger(draft: Draft, wanted: str, trigger: str) -> Refusal:
    program, active = draft.program, draft.ticket.active
    leaves = tuple(program.states[leaf].title or leaf for leaf in program.chart.leaves(active))
    known = trigger in program.triggers
    offered = tuple(dict.fromkeys(offer.trigger for _state, offer in program.chart.offers(active)))
    return Refusal(
        "not_now" if known else "not_understood",
        msg(
            "{ticket} cannot `{trigger}`: its state {state} has no such transition",
            ticket=draft.ticket.id,
            trigger=wanted,
            state=leaves,
        ),
        near=near(trigger, offered),
        possible=possible.brief(draft),
    )


def _guards_failed(draft: Draft, offer: Offer) -> Refusal:
    """Why no alternative of an offer was taken. What they read, and could have been given, is told as needed."""
    failed = tuple(each.when for each in offer.alternatives if each.when is not None)
    given = draft.command.arguments.get("fields") or {}
    read = {name for guard in failed for name in reads(guard)}
    open_to = [name for name in (*offer.ask, *offer.may_ask) if name in read and name not in given]
    return Refusal(
        "not_now",
        msg("`{trigger}` is not possible now: its condition does not hold", trigger=offer.trigger),
        guards=failed,
        needs=tuple(values.needs(draft.program.fields[name], False) for name in open_to),
        possible=possible.brief(draft) if draft.ticket.number else (),
        fix=msg("give it with --field {name}=...", name=open_to[0]) if open_to else None,
    )
