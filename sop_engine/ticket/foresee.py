"""Questions that a command will surely or very likely ask, so that a usual command needs no second round. An answer
that is not used becomes no fact, so a wrong guess costs a look-up and nothing else. A number is drawn only where it is
sure to be used: what is refused is rolled back, and the number with it."""

from collections.abc import Iterable
from datetime import datetime

from sop_engine.procedure import Assign, Offer, Start, Tell
from sop_engine.ticket.program import Program
from sop_engine.ticket.questions import among, holders, number, team_for
from sop_engine.ticket.records import SITE, TIMER, Command, Ticket


def foresee(program: Program, ticket: Ticket | None, command: Command, local: datetime) -> list[str]:
    """The questions, each once. `local` is the command's effective instant on the site's clock."""
    questions = ["zone"]
    if command.actor != TIMER and command.cause is None:
        questions += [f"login:{command.login}", f"person:{command.actor}"]
        if command.typist:
            questions.append(f"person:{command.typist}")
        if command.standing_for:
            questions += [f"person:{command.standing_for}", f"standing:{command.actor}:{command.standing_for}"]
    if command.ticket == SITE:
        return questions
    if command.name == "open" and not command.ticket and not command.arguments.get("number"):
        questions.append(number(program.procedure.prefix, local, 1))
    fields = {**(ticket.fields if ticket else {}), **(command.arguments.get("fields") or {})}
    for name in command.arguments.get("fields") or {}:
        declared = program.fields.get(name)
        if declared is not None and declared.type == "firm" and isinstance(fields[name], str):
            questions.append(f"firm:{fields[name]}")
        if declared is not None and declared.type == "unit" and isinstance(fields[name], str):
            questions.append(f"unit:{fields[name]}")
            if any(field.fill == f"{name}.contact" for field in program.filled):
                questions.append(f"contact:{fields[name]}")
    if ticket is not None and ticket.children:
        questions += _of_children(program, ticket)
    if command.name in {"urge", "void", "close"} and ticket is not None:
        questions += _of_tasks(program, fields, ticket)
    for offer in _offers(program, ticket, command):
        questions += _of_effects(program, fields, offer)
    return list(dict.fromkeys(questions))


def foresee_anywhere(program: Program, command: Command) -> list[str]:
    """Questions that the command may ask in any state of its ticket, each once: for whoever does not know the state
    yet. A role's holders are asked for without a unit."""
    found: dict[str, None] = dict.fromkeys(f"calendar:{name}" for name in program.calendars)
    if command.name != "do":
        return list(found)
    trigger = str(command.arguments["trigger"]).rpartition(".")[2]
    for state in program.procedure.states:
        for offer in state.offers:
            if offer.trigger == trigger:
                found |= dict.fromkeys(_of_effects(program, {}, offer))
    return list(found)


def _of_tasks(program: Program, fields: dict[str, object], ticket: Ticket) -> Iterable[str]:
    """Whoever a task is offered to."""
    return (_holders(program, fields, task["role"]) for task in ticket.tasks.values() if "assignee" not in task)


def _of_children(program: Program, ticket: Ticket) -> Iterable[str]:
    """What goals that look at children ask in every step."""
    if ticket.status == "closed":
        return
    for procedure in program.families:
        found = [each["id"] for each in ticket.children if procedure in ("", each["procedure"])]
        if found:
            yield among(found)


def _offers(program: Program, ticket: Ticket | None, command: Command) -> Iterable[Offer]:
    if command.name == "open":
        return [program.procedure.open]
    if command.name != "do" or ticket is None:
        return []
    trigger = str(command.arguments["trigger"]).rpartition(".")[2]
    return program.chart.offers_of(ticket.active, trigger).values()


def _of_effects(program: Program, fields: dict[str, object], offer: Offer) -> Iterable[str]:
    for transition in offer.alternatives:
        for effect in transition.effects:
            if isinstance(effect, Tell):
                for recipient in effect.to:
                    if recipient.kind == "role":
                        yield _holders(program, fields, recipient.name)
            elif isinstance(effect, Assign) and (effect.how != "claim" or effect.team):
                yield _holders(program, fields, effect.name)
                if effect.team in program.teams:
                    yield team_for(effect.team)
            elif isinstance(effect, Start):
                yield f"version:{effect.procedure}"


def _holders(program: Program, fields: dict[str, object], role: str) -> str:
    declared = program.roles.get(role)
    unit = fields.get(declared.scope) if declared is not None and declared.scope else None
    return holders(role, unit if isinstance(unit, str) else None)
