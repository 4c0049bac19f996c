"""What staff do to a ticket besides its triggers: claim, assign, hand over, note, edit. None of it moves the chart by
itself, and none of it moves a clock; an edit may let an eventless transition hold."""

from collections.abc import Mapping
from typing import Any

from sop_engine import values
from sop_engine.chart.host import Looked
from sop_engine.messages import msg
from sop_engine.procedure import ROOT
from sop_engine.ticket import people, running, teams
from sop_engine.ticket.asking import write_all
from sop_engine.ticket.dispatching import require_room
from sop_engine.ticket.draft import Draft
from sop_engine.ticket.effects import Refused, offer_to_team, require_on_shift, require_role, require_skill, tell_of
from sop_engine.ticket.filling import refill
from sop_engine.ticket.near import near
from sop_engine.ticket.rare import rare
from sop_engine.ticket.records import Erased, Refusal
from sop_engine.ticket.running import Run

LONGEST_TEXT = 64 * 1024
"""characters of a note or a reason"""

_require_own = rare("firms", "require_own")


def claim(draft: Draft) -> dict[str, Any]:
    """Take a task that is offered to a role which the actor holds, and on which he may act."""
    region, task = task_meant(draft)
    person = draft.command.standing_for or draft.command.actor
    if "assignee" in task:
        raise Refused(
            Refusal(
                "not_now",
                msg("{name} has {ticket} already", name=task["assignee"], ticket=draft.ticket.id),
                fix=msg("its owner can assign it anew: sop assign {ticket} NAME", ticket=draft.ticket.id),
            )
        )
    require_role(draft, person, task["role"])
    teams.require_of_team(draft, person, task)
    require_skill(draft, person, task)
    require_room(draft, task["role"], person, task.get("skill", ""))
    require_on_shift(draft, person, task["role"])
    require_may_act(draft, region, person)
    draft.emit("assigned", region=region, role=task["role"], assignee=person)
    return region_argument(draft)


def assign(draft: Draft) -> dict[str, Any]:
    """Give a task to somebody who holds the role that it was offered to, or offer it to a team of them. The ticket's
    owner may, and who has the right `assign`; its assignee may pass it on; the lead of a team, within the team."""
    region, task = task_meant(draft)
    actor = draft.command.standing_for or draft.command.actor
    free = actor in {draft.ticket.owner, task.get("assignee")} or people.has_right(draft, actor, "assign")
    if not free and not teams.is_lead(draft, actor, task):
        raise Refused(
            Refusal(
                "not_you",
                msg(
                    "{name} may not assign {ticket}: its owner ({owner}) may, its assignee, and the right `assign`",
                    name=actor,
                    ticket=draft.ticket.id,
                    owner=draft.ticket.owner,
                ),
            )
        )
    if draft.command.arguments.get("team") is not None:
        return _to_team(draft, region, task)
    to = str(draft.command.arguments["to"])
    if not free:
        teams.require_of_team(draft, to, task)
    entries = {"role": task["role"]} if "role" in task else {}
    if "role" in task:
        require_role(draft, to, task["role"])
        called_in = people.has_right(draft, actor, "assign") and draft.command.arguments.get("reason")
        if not called_in:
            require_on_shift(draft, to, task["role"])
    else:
        require_active(draft, to)
        _require_own(draft, to)
    require_skill(draft, to, task)
    require_may_act(draft, region, to)
    draft.emit("assigned", region=region, assignee=to, **entries)
    former = task.get("assignee")
    if former not in (None, actor, to):
        tell_of(draft, "reassign", [former, to])
    return {**region_argument(draft), "to": to, **reason_of(draft, required=False)}


def _to_team(draft: Draft, region: str, task: Mapping[str, str]) -> dict[str, Any]:
    """Offer a task to a team; whoever had it is told."""
    if "role" not in task:
        raise Refused(
            Refusal(
                "not_now",
                msg("the task of {ticket} was offered to no role, so it cannot go to a team", ticket=draft.ticket.id),
                fix=msg("give it to somebody: sop assign {ticket} NAME", ticket=draft.ticket.id),
            )
        )
    team, former = str(draft.command.arguments["team"]), task.get("assignee")
    offer_to_team(draft, region, {key: each for key, each in task.items() if key != "assignee"}, team)
    if former is not None:
        tell_of(draft, "reassign", [former])
    return {**region_argument(draft), "team": team, **reason_of(draft, required=False)}


def hand_over(draft: Draft) -> dict[str, Any]:
    """Give the ticket to another owner: one owner at any time."""
    require_open(draft)
    actor = draft.command.standing_for or draft.command.actor
    if actor != draft.ticket.owner and not people.has_right(draft, actor, "assign"):
        raise Refused(
            Refusal(
                "not_you",
                msg(
                    "{name} may not hand {ticket} over: it is {owner}'s",
                    name=actor,
                    ticket=draft.ticket.id,
                    owner=draft.ticket.owner,
                ),
            )
        )
    to = str(draft.command.arguments["to"])
    require_active(draft, to)
    _require_own(draft, to)
    if to == draft.ticket.owner:
        raise Refused(Refusal("not_now", msg("{ticket} is {owner}'s already", ticket=draft.ticket.id, owner=to)))
    draft.emit("owned", owner=to)
    return {"to": to, **reason_of(draft, required=False)}


def note(draft: Draft) -> dict[str, Any]:
    """Write something down. Anybody on the site may, on a closed ticket too."""
    actor = draft.command.actor
    require_active(draft, actor)
    sealed = sealed_text(draft, "note", msg("the note"))
    draft.emit("noted", **sealed)
    return {"note": sealed}


def edit(draft: Draft) -> dict[str, Any]:
    """Correct fields, with a reason. The owner may, who may open such a ticket, and who has the right `assign`. It
    voids the signatures for which an edited value was asked; what else follows from it stands in `correcting`."""
    require_open(draft)
    program, command = draft.program, draft.command
    actor = command.standing_for or command.actor
    opening = people.may(draft, program.procedure.open, ROOT, command.actor, command.standing_for)
    if (
        actor != draft.ticket.owner
        and not isinstance(opening, people.Leave)
        and not people.has_right(draft, actor, "assign")
    ):
        raise Refused(Refusal("not_you", msg("{name} may not correct {ticket}", name=actor, ticket=draft.ticket.id)))
    given: dict[str, Any] = dict(command.arguments["fields"])
    for name in given:
        field = program.fields.get(name)
        if field is None:
            raise Refused(
                Refusal("not_understood", msg("there is no field {field}", field=name), near=near(name, program.fields))
            )
        if field.computed is not None:
            raise Refused(
                Refusal("not_understood", msg("{field} is computed; correct what it is made of", field=field.title))
            )
    reason = reason_of(draft, required=True)
    from sop_engine.ticket.acts import correcting  # other commands need not wait for it

    recorded = write_all(draft, given)
    draft.compute()
    refill(draft)
    draft.emit("edited", fields=sorted(given))
    if draft.ticket.status == "open":
        Run(draft).go(Looked())
    running.reset_timers(draft)
    correcting.follow(draft)
    return {"fields": recorded, **reason}


def set_aside(draft: Draft) -> dict[str, Any]:
    """Put a timer that cannot fire aside, with what stood in its way, so that it holds up nothing else."""
    key, error = str(draft.command.arguments["timer"]), draft.command.arguments["error"]
    if key not in draft.ticket.timers:
        raise Refused(Refusal("not_now", msg("{ticket} has no timer {timer}", ticket=draft.ticket.id, timer=key)))
    draft.emit("timer_set_aside", timer=key, error=error)
    return {"error": error, "timer": key}


def release(draft: Draft) -> dict[str, Any]:
    """Let a timer that was set aside be tried again."""
    key = str(draft.command.arguments["timer"])
    if "aside" not in draft.ticket.timers.get(key, {}):
        raise Refused(
            Refusal(
                "not_now",
                msg("{ticket} has no timer {timer} that was set aside", ticket=draft.ticket.id, timer=key),
                near=tuple(name for name, timer in draft.ticket.timers.items() if "aside" in timer),
            )
        )
    draft.emit("timer_released", timer=key)
    return {"timer": key}


# --- parts -----------------------------------------------------------------------------------------------------------


def task_meant(draft: Draft) -> tuple[str, dict[str, str]]:
    """The region and task that the command means: the one it names, else the only one there is."""
    require_open(draft)
    tasks = draft.ticket.tasks
    region = draft.command.arguments.get("region")
    if region is None and len(tasks) == 1:
        region = next(iter(tasks))
    if region is None and len(tasks) > 1:
        raise Refused(
            Refusal(
                "not_understood",
                msg("{ticket} has several tasks: {regions}", ticket=draft.ticket.id, regions=tuple(tasks)),
                near=tuple(tasks),
                fix=msg("say which with --region"),
            )
        )
    if region is None or region not in tasks:
        raise Refused(
            Refusal(
                "not_now", msg("{ticket} has no task that could be claimed or assigned now", ticket=draft.ticket.id)
            )
        )
    return region, tasks[region]


def region_argument(draft: Draft) -> dict[str, Any]:
    """The region that the command names, as its arguments hold it."""
    region = draft.command.arguments.get("region")
    return {"region": region} if region is not None else {}


def require_open(draft: Draft) -> None:
    """Refuse where the ticket is closed; one that is suspended is not."""
    require_unmerged(draft)
    if draft.ticket.status == "closed":
        raise Refused(Refusal("not_now", msg("{ticket} is closed", ticket=draft.ticket.id)))


def require_unmerged(draft: Draft) -> None:
    """Refuse where the ticket was merged into another, and say where it went."""
    into = draft.ticket.acts.get("ended", {}).get("into")
    if into is not None:
        verb = "urge" if draft.command.name == "urge" else "show"
        raise Refused(
            Refusal(
                "not_now",
                msg("{ticket} was merged into {into}, which goes on for both", ticket=draft.ticket.id, into=into),
                fix=msg("there: sop {verb} {into}", verb=verb, into=into),
            )
        )


def require_active(draft: Draft, person: str) -> None:
    """Refuse where somebody is unknown, or has left."""
    if not people.active(draft, person):
        raise Refused(
            Refusal("not_understood", msg("nobody here is {name}", name=person), fix=msg("who there is: sop actor ls"))
        )


def require_may_act(draft: Draft, region: str, person: str) -> None:
    """Refuse where separation of duty would keep somebody from what waits for the assignee alone."""
    barred = people.barred_as_assignee(draft, region, {person})
    if barred is not None:
        trigger, why = barred
        raise Refused(
            Refusal(
                "not_you",
                msg("{name} could not `{trigger}` {ticket}: {why}", name=person, trigger=trigger,
                    ticket=draft.ticket.id, why=why),
            )
        )  # fmt: skip


def reason_of(draft: Draft, required: bool) -> dict[str, Any]:
    """The command's reason, sealed, as its arguments hold it; nothing where there is none and none is needed."""
    if draft.command.arguments.get("reason") is None:
        if not required:
            return {}
        raise Refused(Refusal("not_understood", msg("a reason is needed"), fix=msg("give it with --reason")))
    return {"reason": sealed_text(draft, "reason", msg("the reason"))}


def sealed_text(draft: Draft, name: str, what: Any) -> dict[str, Any]:
    """A free text of the command, sealed; gives what stands for it in the record."""
    text = draft.command.arguments.get(name)
    if not isinstance(text, Erased):
        if not isinstance(text, str) or not text.strip():
            raise Refused(Refusal("not_understood", msg("{what} is empty", what=what)))
        if len(text) > LONGEST_TEXT:
            raise Refused(
                Refusal(
                    "not_understood",
                    msg(
                        "{what} has {count} characters; at most {most} are kept",
                        what=what,
                        count=len(text),
                        most=LONGEST_TEXT,
                    ),
                )
            )
        problem = values.check_text(text)
        if problem is not None:
            raise Refused(Refusal("not_understood", msg("{field}: {problem}", field=what, problem=problem.message)))
    return draft.seal(name, text)
