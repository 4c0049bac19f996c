"""What a transition, an entry or an exit does besides moving. Effects leave as events, letters and commands: never
as calls."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sop_engine import canonical
from sop_engine.messages import Message, msg
from sop_engine.procedure import Assign, Collect, Effect, Print, Raise, Set, Signal, Start, Tell
from sop_engine.ticket import dispatching, duty, people, skills, teams
from sop_engine.ticket.draft import Draft
from sop_engine.ticket.filling import refill
from sop_engine.ticket.former import of_whole
from sop_engine.ticket.rare import rare
from sop_engine.ticket.records import TIMER, Command, Letter, Refusal
from sop_engine.ticket.refusing import Refused as Refused

_require_own = rare("firms", "require_own")
LARGEST_START = 1000
"""tickets that one start may make"""
CHILD = "child."
"""what the event begins with that tells a parent of a child's end; the child's procedure follows"""


def perform(draft: Draft, effects: Sequence[Effect], region: str) -> list[str]:
    """Do the effects in order, for the task of `region`; gives the internal events that they raise."""
    raised: list[str] = []
    for effect in effects:
        match effect:
            case Set():
                field = draft.program.fields[effect.field]
                if effect.value is None:
                    draft.write(field, None)
                else:
                    draft.write_result(field, effect.value)
                draft.compute()
                refill(draft)
            case Raise():
                raised.append(effect.event)
            case Assign():
                assign(draft, effect, region)
            case Tell():
                tell(draft, effect, region)
            case Print():
                draft.emit("printed", form=effect.form)
            case Start():
                start(draft, effect)
            case Signal():
                signal_effect(draft, effect)
            case Collect():
                collect(draft, effect)
    return raised


def assign(draft: Draft, effect: Assign, region: str) -> None:
    """Give a region's task away. A person named with the command gets it himself, if he holds the role."""
    skill = anew(draft, effect.skill, region)
    if effect.to == "role":
        named, team = draft.command.arguments.get("assignee"), draft.command.arguments.get("team")
        if team is not None:
            offer_to_team(draft, region, {"role": effect.name, "skill": effect.skill}, str(team))
        elif named is None:
            dispatch(draft, effect, region)
        else:
            require_role(draft, named, effect.name)
            require_skill(draft, named, {"role": effect.name, "skill": effect.skill})
            require_on_shift(draft, named, effect.name)
            own = dispatching.own_team(draft, effect, named)
            draft.emit("assigned", region=region, role=effect.name, assignee=named, **{**skill, **own})
        return
    if effect.to == "field":
        named_there = people.named_in(draft, effect.name)
        person = min(named_there) if named_there else None
    else:
        if effect.to == "doer" and draft.command.typist is not None:
            _require_own(draft, draft.command.actor)
        person = {"owner": draft.ticket.owner, "doer": _doer(draft), "nobody": None}[effect.to]
    if person:
        draft.emit("assigned", region=region, assignee=person, **skill)
    elif region in draft.ticket.tasks:
        draft.emit("unassigned", region=region)


def dispatch(draft: Draft, effect: Assign, region: str) -> None:
    """Give a task of a role to somebody as the procedure says; where nobody can have it, it is offered to the team that
    the procedure names, whose lead is told, or to the role."""
    team = dispatching.team_of(draft, effect)
    chosen = dispatching.chosen(draft, effect, region, team) if effect.how != "claim" else None
    if chosen is None and team:
        offer_to_team(draft, region, {"role": effect.name, "skill": effect.skill}, team)
        return
    how = {} if chosen is None else {"assignee": chosen, "how": effect.how}
    said = {**anew(draft, effect.skill, region), **({"team": team} if team else {})}
    draft.emit("assigned", region=region, role=effect.name, **how, **said)


def anew(draft: Draft, skill: str, region: str) -> dict[str, str]:
    """What the event says by which a task is given away anew: the skill that it asks for, and that no team has it;
    nothing of what it did not have before either."""
    former = draft.ticket.tasks.get(region, {})
    found = {"skill": skill} if skill or "skill" in former else {}
    return {**found, "team": ""} if "team" in former else found


def offer_to_team(draft: Draft, region: str, task: Mapping[str, str], team: str) -> None:
    """Offer a task of a role to a team. Its lead is told, who gives it to one of them; where it has none, all are."""
    offered = {**task, "team": team}
    able = people.offered_to(draft, offered)
    known = teams.require_able(draft, team, able)
    skill = anew(draft, task.get("skill", ""), region)
    draft.emit("assigned", region=region, role=task["role"], **{**skill, "team": team})
    tell_of(draft, teams.TO_TEAM, able if known["lead"] is None else [known["lead"]])


def _doer(draft: Draft) -> str | None:
    """Whose task it is that the actor does: his own, or of whom he stands in for; nobody's where a timer acts."""
    command = draft.command
    return None if command.actor == TIMER else command.standing_for or command.actor


def require_role(draft: Draft, person: str, role: str) -> None:
    """Refuse unless somebody holds a role for this ticket."""
    if not people.holds_role(draft, person, role):
        declared = draft.program.roles.get(role)
        raise Refused(
            Refusal(
                "not_you",
                msg(
                    "{name} does not hold the role {role} here",
                    name=person,
                    role=declared.title if declared and declared.title else role,
                ),
                possible=tuple(people.holders_of(draft, role)),
            )
        )


def require_skill(draft: Draft, person: str, task: Mapping[str, str]) -> None:
    """Refuse where a task asks for a skill, and somebody lacks it. No right lifts this: a licence cannot be lent."""
    skill = task.get("skill", "")
    lacking = skills.lacking(draft, person, skill)
    if lacking is None:
        return
    able = people.candidates(draft, task["role"], skill) if "role" in task else skills.everybody_with(draft, skill)
    raise Refused(
        Refusal(
            "not_you",
            msg("{name} cannot have this: {why}", name=person, why=skills.unskilled(draft, person, lacking, able)),
            possible=tuple(able),
            fix=skills.way_out(person, lacking),
        )
    )


def require_on_shift(draft: Draft, person: str, role: str) -> None:
    """Refuse where the procedure gives tasks of a role only to those on shift, and somebody is not."""
    if role not in draft.program.on_shift or person in people.holders_of(draft, role, True):
        return
    raise Refused(
        Refusal(
            "not_now",
            msg("{name} cannot have this: {why}", name=person, why=duty.off_shift(draft, person, role)),
            possible=tuple(people.holders_of(draft, role, True)),
            fix=_called_in(draft, person),
        )
    )


def _called_in(draft: Draft, person: str) -> Message:
    """How somebody who is off shift is called in: there has to be a task first, which a transition gives."""
    ticket = draft.ticket.id or "ID"
    if draft.command.arguments.get("assignee") is not None:
        return msg("name somebody who is on shift; to call him in, whoever has the right `assign` gives it to him after"
                   " that, with a reason: sop assign {ticket} {person} --reason TEXT",
                   ticket=ticket, person=person)  # fmt: skip
    return msg("name somebody who is on shift; or call him in: whoever has the right `assign` gives it to him with"
               " a reason: sop assign {ticket} {person} --reason TEXT", ticket=ticket, person=person)  # fmt: skip


def tell(draft: Draft, effect: Tell, region: str) -> None:
    """Send a notice to everybody whom its recipients reach, each once."""
    to: list[str] = []
    for recipient in effect.to:
        to.extend(each for each in people.reached(draft, recipient, region) if each not in to)
    position = len(draft.events)
    urgent = {"urgent": True} if effect.urgent else {}
    draft.emit("told", notice=effect.notice, to=to, **urgent)
    draft.letters.extend(Letter(position, effect.notice, each) for each in to)


def tell_of(draft: Draft, act: str, reached: Iterable[str], himself: bool = False) -> None:
    """Write to those whom an act of staff reaches, each once, and not to whoever did it, unless he may have meant
    `himself`; the event says of which act, so that the notice can."""
    own = set() if himself else {draft.command.actor, draft.command.standing_for}
    to = [each for each in dict.fromkeys(reached) if each not in own]
    if to:
        position = len(draft.events)
        draft.emit("told", notice="", to=to, act=act)
        draft.letters.extend(Letter(position, "", each) for each in to)


def start(draft: Draft, effect: Start) -> None:
    """Start a child ticket, or one for each row. Its number is drawn here; it opens in the same transaction."""
    version = draft.facts.ask(f"version:{effect.procedure}")
    if version is None:
        raise Refused(
            Refusal(
                "not_now",
                msg(
                    "the procedure {procedure}, which this starts, has never been published", procedure=effect.procedure
                ),
                fix=msg("publish it: sop flow publish {procedure}", procedure=effect.procedure),
            )
        )
    rows = [None] if effect.each is None else draft.rows(effect.each)
    if len(rows) > LARGEST_START:
        raise Refused(
            Refusal("not_now", msg("{count} tickets at once are more than {most}", count=len(rows), most=LARGEST_START))
        )
    for row, child in zip(rows, draft.draw_numbers(version["prefix"], len(rows)), strict=True):
        fields = {name: draft.expression(tree, row) for name, tree in effect.values.items()}
        draft.emit("child_started", id=child, procedure=effect.procedure)
        arguments = {
            "procedure": effect.procedure,
            "fields": {name: value for name, value in fields.items() if value is not None},
            "parent": draft.ticket.id,
            "owner": draft.ticket.owner,
            **of_whole(draft.ticket, draft.effective),
        }
        follow(draft, "open", child, arguments)


def signal_effect(draft: Draft, effect: Signal) -> None:
    """Raise an event in the parent, or in the children that are open."""
    if effect.to == "parent":
        to = [draft.ticket.parent] if draft.ticket.parent else []
    else:
        to = [child["id"] for child in draft.children(effect.procedure) if child["status"] != "closed"]
    signal(draft, to, effect.event, {})


def signal(draft: Draft, to: Sequence[str], event: str, arguments: Mapping[str, Any]) -> None:
    """Signal tickets; each takes it as a step of its own in the same transaction."""
    draft.emit("signalled", to=list(to), event=event)
    for ticket in to:
        follow(draft, "signal", ticket, {"event": event, **arguments})


def follow(draft: Draft, name: str, ticket: str, arguments: Mapping[str, Any]) -> None:
    """A command that must be accepted in the same transaction, caused by this step. Whoever stands behind its actor
    stands behind him there too: separation of duty counts both."""
    cause, command = (draft.ticket.id, draft.number), draft.command
    identity = f"{command.id}.{len(draft.consequences) + 1}"
    behind = draft.delegation[1] if draft.delegation is not None else command.standing_for
    draft.consequences.append(
        Command(identity, name, ticket, command.actor, command.login, arguments, standing_for=behind, cause=cause)
    )


def _instant(draft: Draft, path: str) -> Any:
    """What a field holds, or one end of its interval, as the record writes instants; None where nothing is."""
    name, _dot, part = path.partition(".")
    value = draft.ticket.fields.get(name)
    return value.get(part) if part and isinstance(value, dict) else value


def collect(draft: Draft, effect: Collect) -> None:
    """Freeze what a query finds as rows of a field."""
    query: dict[str, Any] = {
        "columns": [column.id for column in draft.program.fields[effect.field].columns],
        "procedures": list(effect.procedures),
        "same": list(effect.same),
        "states": list(effect.states),
        "status": effect.status,
        "without": draft.ticket.id,
    }
    if effect.until:
        query["until"], query["since"] = _instant(draft, effect.until), _instant(draft, effect.since)
    same = {name: draft.ticket.fields.get(name) for name in effect.same}
    rows = draft.facts.ask("collect:" + canonical.to_bytes(query).decode(), same)
    draft.write(draft.program.fields[effect.field], rows)
    refill(draft)
    draft.emit("collected", field=effect.field)
