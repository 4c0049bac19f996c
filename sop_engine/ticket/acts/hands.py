"""In whose hands a task is: giving it back, and passing it on to a colleague. None of it moves a state or a clock.

The law.

1. A task has one holder at any time. Whoever passes it on holds it until the other takes it over.
2. Whoever takes it over may act: he holds the role that it was offered to (or one that `acts: transfer: to` names), and
   separation of duty does not keep him from what waits for the assignee alone.
3. What is offered, or lent for a time (`ticket.acts.delegating`), lapses when the task goes elsewhere.

| entry of `Ticket.acts` | what |
|---|---|
| `given_back` | `{at, because, by, times}`: how often tasks of the ticket were given back, and the last time |
| `offered` | region -> `{at, by, from, to or role}`: to whom its holder has offered it; with `team`: to those of it |
| `delegated` | see `ticket.acts.delegating` |
"""

from typing import Any, Final

from sop_engine.acts import GiveBack, Pass
from sop_engine.messages import Message, msg
from sop_engine.ticket import people, teams
from sop_engine.ticket.acts.allowing import allow, person_of
from sop_engine.ticket.acts.everyday import (
    reason_of,
    region_argument,
    require_active,
    require_may_act,
    require_open,
    task_meant,
)
from sop_engine.ticket.draft import Draft
from sop_engine.ticket.duty import role_title
from sop_engine.ticket.effects import Refused, require_skill, tell_of
from sop_engine.ticket.firms import require_own
from sop_engine.ticket.near import near
from sop_engine.ticket.people import DELEGATE
from sop_engine.ticket.records import DELEGATION, Refusal

GIVE_BACK: Final = "give_back"
"""the trigger by which a procedure may draw giving back itself"""


# --- giving back -----------------------------------------------------------------------------------------------------


def give_back(draft: Draft) -> dict[str, Any]:
    """Return a task to the role that it was offered to, for a reason. From the second time on the lead hears of it."""
    rules = draft.program.procedure.acts.give_back
    region, task, leave = held(draft, "give-back", rules.by)
    _require_no_trigger(draft, region)
    if "role" not in task:
        raise Refused(
            Refusal(
                "not_now",
                msg("the task of {ticket} was offered to no role, so there is nowhere to give it back to",
                    ticket=draft.ticket.id),
                fix=msg("pass it on: sop transfer {ticket} NAME", ticket=draft.ticket.id),
            )
        )  # fmt: skip
    because = _because(draft, rules)
    reason = reason_of(draft, required=not rules.reasons)
    times = draft.ticket.acts.get("given_back", {}).get("times", 0) + 1
    draft.emit("given_back", at=draft.effective, by=person_of(draft), region=region, times=times, **because)
    draft.emit("assigned", region=region, role=task["role"])
    reached = [each for who in rules.tell for each in people.reached(draft, who, region)]
    if times > 1:
        reached += [each for who in rules.lead for each in people.reached(draft, who, region)]
    tell_of(draft, "give_back", reached)
    return {"as": leave, **because, **region_argument(draft), **reason}


def _because(draft: Draft, rules: GiveBack) -> dict[str, str]:
    """Which of the reasons it is that the procedure names; nothing where it names none."""
    if not rules.reasons:
        return {}
    said, known = draft.command.arguments.get("because"), [each.id for each in rules.reasons]
    if said in known:
        return {"because": str(said)}
    reasons = tuple(msg("{id} ({title})", id=each.id, title=each.title) for each in rules.reasons)
    what = msg("a reason is needed: {reasons}", reasons=reasons)
    if said is not None:
        what = msg("there is no reason {said}; there are {reasons}", said=str(said)[:60], reasons=reasons)
    raise Refused(
        Refusal("not_understood", what, near=near(str(said), known), fix=msg("give it with --reason {id}", id=known[0]))
    )


def _require_no_trigger(draft: Draft, region: str) -> None:
    """Refuse where the procedure has a transition of its own for this, in the state where the task is."""
    for state, offer in draft.program.chart.offers(draft.ticket.active):
        if offer.trigger == GIVE_BACK and draft.program.region(state.id) == region and draft.ticket.status == "open":
            raise Refused(
                Refusal(
                    "not_now",
                    msg("{ticket} is given back by a transition of its procedure", ticket=draft.ticket.id),
                    fix=msg("sop do {ticket} {trigger}", ticket=draft.ticket.id, trigger=GIVE_BACK),
                )
            )


# --- passing on ------------------------------------------------------------------------------------------------------


def transfer(draft: Draft) -> dict[str, Any]:
    """Offer a task to a colleague, to the holders of a role, or to those of them who are of a team. Until one of them
    takes it over, its holder has it."""
    rules = draft.program.procedure.acts.transfer
    region, task, leave = held(draft, "transfer", rules.by)
    require_free(draft, region)
    arguments, holder = draft.command.arguments, task["assignee"]
    if arguments.get("team") is not None:
        team = str(arguments["team"])
        reached, to = _of_team(draft, rules, task, team)
    elif arguments.get("role") is not None:
        role = str(arguments["role"])
        _require_among(draft, role, may_have(rules, task))
        reached = [each for each in people.candidates(draft, role, task.get("skill", "")) if each != holder]
        if not reached:
            raise Refused(
                Refusal("not_now", msg("nobody else holds the role {role} here", role=role_title(draft, role)))
            )
        to = {"role": role}
    else:
        person = str(arguments.get("to", ""))
        require_fit(draft, rules, region, person)
        reached, to = [person], {"to": person}
    reason = reason_of(draft, required=False)
    draft.emit("transfer_offered", at=draft.effective, by=person_of(draft), region=region, **{"from": holder}, **to)
    tell_of(draft, "transfer", reached)
    return {"as": leave, **region_argument(draft), **to, **reason}


def take_over(draft: Draft) -> dict[str, Any]:
    """Take a task over that a colleague has offered."""
    require_open(draft)
    person = person_of(draft)
    region, entry = _offered(draft, person)
    task, rules = draft.ticket.tasks[region], draft.program.procedure.acts.transfer
    role = entry.get("role") or require_fit(draft, rules, region, person)
    require_skill(draft, person, task)
    require_may_act(draft, region, person)
    draft.emit("transfer_ended", region=region, by=person, how="taken")
    team = {"team": entry["team"]} if "team" in entry else {}
    draft.emit("assigned", region=region, assignee=person, **({"role": role} if role else {}), **team)
    tell_of(draft, "take_over", [task["assignee"]])
    return region_argument(draft)


def turn_down(draft: Draft) -> dict[str, Any]:
    """Turn down what one was offered, or what was lent to one, with a reason: it is its holder's, as it was."""
    require_open(draft)
    person = person_of(draft)
    lent = _region_of(draft, "delegated", lambda entry: entry["to"] == person)
    if lent is not None:
        reason = reason_of(draft, required=True)
        end_delegation(draft, lent, "turned_down", person)
        return {**region_argument(draft), **reason}
    region, entry = _offered(draft, person)
    if "role" in entry:
        raise Refused(
            Refusal(
                "not_now",
                msg("{ticket} is offered to all who hold the role {role}; who does not want it lets it be",
                    ticket=draft.ticket.id, role=role_title(draft, entry["role"])),
            )
        )  # fmt: skip
    reason = reason_of(draft, required=True)
    draft.emit("transfer_ended", region=region, by=person, how="turned_down")
    tell_of(draft, "turn_down", [entry["from"]])
    return {**region_argument(draft), **reason}


def take_back(draft: Draft) -> dict[str, Any]:
    """Take back what was offered or lent. Its holder may, who offered or lent it, and whoever may assign the ticket."""
    require_open(draft)
    person, ticket = person_of(draft), draft.ticket
    may_assign = person == ticket.owner or people.has_right(draft, person, "assign")
    for name in ("offered", "delegated"):
        region = _region_of(draft, name, lambda entry: may_assign or person in (entry["by"], entry["from"]))
        if region is not None:
            break
    else:
        known = [entry for name in ("offered", "delegated") for entry in ticket.acts.get(name, {}).values()]
        if not known:
            raise Refused(
                Refusal("not_now", msg("no task of {ticket} is offered or lent to anybody", ticket=ticket.id))
            )
        raise Refused(
            Refusal(
                "not_you",
                msg("{name} may not take {ticket} back: its holder ({holders}) may, and its owner ({owner})",
                    name=person, ticket=ticket.id, holders=tuple(entry["from"] for entry in known), owner=ticket.owner),
            )
        )  # fmt: skip
    reason = reason_of(draft, required=False)
    if name == "delegated":
        end_delegation(draft, region, "recalled", person)
    else:
        entry = ticket.acts["offered"][region]
        draft.emit("transfer_ended", region=region, by=person, how="recalled")
        told = [entry["to"]] if "to" in entry else people.candidates(draft, entry["role"])
        tell_of(draft, "take_back", teams.within(draft, entry.get("team", ""), told))
    return {**region_argument(draft), **reason}


def settle(draft: Draft) -> None:
    """What is to be said of tasks that were offered or lent, when all else of a step is done: a delegate who has acted
    gives back what he was lent, and what belongs to a task that went elsewhere lapses."""
    acts, tasks = draft.ticket.acts, draft.ticket.tasks
    for region, entry in sorted(acts.get("delegated", {}).items()):
        if draft.delegation == (region, entry["from"]):
            end_delegation(draft, region, "acted", entry["to"])
        elif tasks.get(region, {}).get("assignee") != entry["from"]:
            end_delegation(draft, region, "lapsed")
    for region, entry in sorted(acts.get("offered", {}).items()):
        if tasks.get(region, {}).get("assignee") != entry["from"]:
            draft.emit("transfer_ended", region=region, how="lapsed")


# --- parts -----------------------------------------------------------------------------------------------------------


def held(draft: Draft, act: str, by: Any) -> tuple[str, dict[str, str], str]:
    """The region and the task that the command means, which somebody holds, and why the actor may do `act` with it. A
    delegate may not: what he was lent is not his to pass on."""
    require_open(draft)
    person, tasks = person_of(draft), draft.ticket.tasks
    own = [region for region, task in tasks.items() if task.get("assignee") == person]
    if draft.command.arguments.get("region") is None and len(own) == 1:
        region, task = own[0], tasks[own[0]]
    else:
        region, task = task_meant(draft)
    if "assignee" not in task:
        raise Refused(
            Refusal(
                "not_now",
                msg("nobody has the task of {ticket} yet: it is offered to {role}", ticket=draft.ticket.id,
                    role=role_title(draft, task["role"])),
                fix=msg("take it: sop claim {ticket}", ticket=draft.ticket.id),
            )
        )  # fmt: skip
    leave = allow(draft, act, by, [region])
    if leave == DELEGATE:
        raise Refused(
            Refusal(
                "not_you",
                msg("{name} has the task of {ticket} only for a time; it is {holder}'s", name=person,
                    ticket=draft.ticket.id, holder=task["assignee"]),
                fix=msg("let him have it again: sop turn-down {ticket} --reason WHY", ticket=draft.ticket.id),
            )
        )  # fmt: skip
    return region, task, leave


def require_free(draft: Draft, region: str) -> None:
    """Refuse where the task is offered or lent to somebody already."""
    for name in ("offered", "delegated"):
        entry = draft.ticket.acts.get(name, {}).get(region)
        if entry is not None:
            who: Any = entry["to"] if "to" in entry else role_title(draft, entry["role"])
            said = msg("the task of {ticket} is offered to {name}", ticket=draft.ticket.id, name=who)
            if name == "delegated":
                said = msg("the task of {ticket} is lent to {name}", ticket=draft.ticket.id, name=who)
            raise Refused(
                Refusal("not_now", said, fix=msg("take it back first: sop take-back {ticket}", ticket=draft.ticket.id))
            )


def may_have(rules: Pass, task: dict[str, str]) -> tuple[str, ...]:
    """The roles whose holders may have a task; empty: anybody."""
    return tuple(dict.fromkeys([*([task["role"]] if "role" in task else []), *rules.to]))


def require_fit(draft: Draft, rules: Pass, region: str, person: str) -> str | None:
    """Refuse unless somebody else than its holder may have a task and act on it. Gives the role as which he has it: the
    task's own where he holds it; None where it has none."""
    task = draft.ticket.tasks[region]
    require_active(draft, person)
    require_own(draft, person)
    if person == task["assignee"]:
        raise Refused(Refusal("not_now", msg("{name} has {ticket} already", name=person, ticket=draft.ticket.id)))
    roles = may_have(rules, task)
    own = [role for role in roles if people.holds_role(draft, person, role)]
    if roles and not own:
        raise Refused(
            Refusal(
                "not_you",
                msg("{name} does not hold the role {role} here", name=person,
                    role=tuple(role_title(draft, role) for role in roles)),
                possible=tuple(dict.fromkeys(each for role in roles for each in people.candidates(draft, role)
                                             if each != task["assignee"])),
            )
        )  # fmt: skip
    require_skill(draft, person, task)
    require_may_act(draft, region, person)
    return task.get("role") if task.get("role") in own or not own else own[0]


def _require_among(draft: Draft, role: str, roles: tuple[str, ...]) -> None:
    if role in roles:
        return
    titles: tuple[Message | str, ...] = tuple(role_title(draft, each) for each in roles)
    raise Refused(
        Refusal(
            "not_understood",
            msg("{ticket} can be passed on to {roles} only", ticket=draft.ticket.id, roles=titles)
            if roles
            else msg("{ticket} can be passed on to a person only", ticket=draft.ticket.id),
            near=near(role, roles),
        )
    )


def _of_team(draft: Draft, rules: Pass, task: dict[str, str], team: str) -> tuple[list[str], dict[str, str]]:
    """Whom an offer to a team reaches, its lead or, where it has none, all of it; and how it stands on record."""
    if "role" not in task:
        roles = tuple(role_title(draft, each) for each in rules.to)
        raise Refused(
            Refusal(
                "not_now",
                msg("the task of {ticket} is of no role, so no team can be offered it", ticket=draft.ticket.id),
                possible=rules.to,
                fix=msg("pass it on to one of {roles}: sop transfer {ticket} NAME", ticket=draft.ticket.id, roles=roles)
                if roles
                else msg("pass it on: sop transfer {ticket} NAME", ticket=draft.ticket.id),
            )
        )
    role = task["role"]
    fit = teams.within(draft, team, people.candidates(draft, role, task.get("skill", "")))
    able = [each for each in fit if each != task["assignee"]]
    lead = teams.require_able(draft, team, able)["lead"]
    return ([lead] if lead is not None and lead != task["assignee"] else able), {"role": role, "team": team}


def _offered(draft: Draft, person: str) -> tuple[str, dict[str, str]]:
    """The region whose task is offered to somebody, by name or by his role, and how."""
    region = _region_of(
        draft,
        "offered",
        lambda entry: (
            entry["to"] == person
            if "to" in entry
            else entry["from"] != person
            and people.holds_role(draft, person, entry["role"])
            and teams.stranger(draft, person, entry) is None
        ),
    )
    if region is None:
        raise Refused(
            Refusal("not_now", msg("no task of {ticket} is offered to {name}", ticket=draft.ticket.id, name=person))
        )
    entry: dict[str, str] = draft.ticket.acts["offered"][region]
    return region, entry


def _region_of(draft: Draft, name: str, fits: Any) -> str | None:
    """The region of an entry that fits: the one that the command names, else the first."""
    wanted = draft.command.arguments.get("region")
    entries = sorted(draft.ticket.acts.get(name, {}).items())
    return next((region for region, entry in entries if wanted in (None, region) and fits(entry)), None)


def end_delegation(draft: Draft, region: str, how: str, by: str | None = None) -> None:
    """A task that was lent is its holder's alone again; both are told, but for whoever did it."""
    entry = draft.ticket.acts["delegated"][region]
    if DELEGATION + region in draft.ticket.timers:
        draft.emit("timer_cleared", timer=DELEGATION + region)
    draft.emit("delegation_ended", region=region, how=how, **({"by": by} if by else {}))
    if how != "lapsed":
        tell_of(draft, "delegation_ended", [entry["from"], entry["to"]])
