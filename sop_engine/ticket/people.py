"""Who may: roles with their scope, assignees, owners, and separation of duty.

Separation compares persons, never logins: the actor whose act it is counts, and whom he stands in for; who typed it
for him does not, and stays on record.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from sop_engine import canonical
from sop_engine.messages import Message, msg
from sop_engine.procedure import Not, Offer, Recipient, Who
from sop_engine.ticket import duty, skills, teams
from sop_engine.ticket.draft import Draft
from sop_engine.ticket.duty import role_title, unit_of
from sop_engine.ticket.former import is_former
from sop_engine.ticket.questions import holders
from sop_engine.ticket.rare import rare
from sop_engine.ticket.records import TIMER

_firm_people, _firm_able, _firm_barred, _is_outside = (
    rare("firms", name) for name in ("people_in", "able_in", "barred", "is_outside")
)
"""what is asked of a firm from outside"""
DELEGATE: Final = "delegate"
"""why somebody may to whom the task's holder has lent it"""


class Leave(NamedTuple):
    """Somebody may. `reason` says why, as the record has it: `role:desk`, `assignee`, `owner` ..."""

    reason: str


def identify(draft: Draft) -> Message | None:
    """Whether the command comes from whom it says it does: the login is the actor's own, or a terminal at which he may
    act, and who stands in for another may. Gives what is wrong. Timers and consequences have no login to check."""
    command = draft.command
    if command.actor == TIMER or command.cause is not None:
        return None
    login = draft.facts.ask(f"login:{command.login}")
    if login is None:
        return msg("the login {login} belongs to nobody here", login=command.login)
    keyboard = command.typist or command.actor
    if keyboard != login["actor"] and keyboard not in login["people"]:
        return msg("{name} may not act at the login {login}", name=keyboard, login=command.login)
    for person in {command.actor, keyboard}:
        if not active(draft, person):
            return msg("{name} is not active here", name=person)
    other = command.standing_for
    if other is None or draft.facts.ask(f"standing:{command.actor}:{other}"):
        return None  # what is known of whom he stands in for is asked where it decides: where a role of his counts
    if not active(draft, other):
        return msg("{name} is not active here", name=other)
    return msg("{name} may not stand in for {other}", name=command.actor, other=other)


def may(draft: Draft, offer: Offer, source: str, actor: str, standing_for: str | None) -> Leave | Message:
    """Whether an actor may do an offer of the active state `source`, else why not."""
    return let(draft, offer.by, source, actor, standing_for)


def let(draft: Draft, by: tuple[Who, ...], source: str, actor: str, standing_for: str | None) -> Leave | Message:
    """Whether an actor is one of `by`, the assignee being that of `source`; else why he may not."""
    person = standing_for or actor
    refusal: Message | None = None
    for who in by:
        if who.when is not None and not draft.holds(who.when):
            continue
        reason = _fits(draft, who, source, person)
        if reason is None:
            continue
        asked = _asked_of_roster(draft, who, source)
        if asked and person not in holders_of(draft, asked, True):
            refusal = refusal or duty.off_shift(draft, person, asked)
            continue
        lacking = skills.lacking(draft, actor, _skill_of(draft, who, source))
        if lacking is not None:  # a deputy has the role of whom he stands in for, and not what he has learnt
            able = _candidates(draft, who, source)
            refusal = refusal or skills.unskilled(draft, actor, lacking, able)
            continue
        elsewhere = _elsewhere(draft, who, source, person)
        if elsewhere is not None:
            refusal = refusal or elsewhere
            continue
        if who.kind == "field" and draft.program.fields[who.name].type == "firm":
            gone = _firm_barred(draft, who.name, actor, standing_for)
            if gone is not None:
                refusal = refusal or gone
                continue
        persons = {actor, person}
        if reason == DELEGATE:
            if standing_for is not None:
                continue  # it was lent to a person, and to nobody else
            persons |= behind(draft, source, person)
        barred = excluded(draft, who.exclude, persons)
        if barred is None:
            return Leave(reason)
        refusal = refusal or barred
    if refusal is not None:
        return refusal
    return msg("only {who} may do this", who=tuple(describe(draft, who, source) for who in by) or (msg("nobody"),))


def _fits(draft: Draft, who: Who, source: str, person: str) -> str | None:
    """Why a person is one of `who`, or None. Separation of duty is looked at elsewhere."""
    ticket = draft.ticket
    match who.kind:
        case "anyone":
            outside = draft.command.typist is not None and _is_outside(draft, person)
            return "anyone" if active(draft, person) and not outside else None
        case "owner":
            return "owner" if ticket.owner == person else None
        case "opener":
            return "opener" if ticket.opener == person else None
        case "field":
            return f"field:{who.name}" if person in named_in(draft, who.name) else None
        case "role":
            return f"role:{who.name}" if holds_role(draft, person, who.name) else None
        case "assignee":
            task = ticket.tasks.get(draft.program.region(source), {})
            if task.get("assignee") == person:
                return "assignee"
            if "assignee" in task:
                return DELEGATE if behind(draft, source, person) else None
            return "assignee" if "role" in task and holds_role(draft, person, task["role"]) else None


def _asked_of_roster(draft: Draft, who: Who, source: str) -> str:
    """The role of which the roster says whether somebody may: that of `who`, or that to which the task is offered."""
    if who.on_shift:
        return who.name
    task = draft.ticket.tasks.get(draft.program.region(source), {}) if who.kind == "assignee" else {}
    role = task.get("role", "")
    return role if "assignee" not in task and role in draft.program.on_shift else ""


def _skill_of(draft: Draft, who: Who, source: str) -> str:
    """The skill that is asked of one of those who may: that of `who`, else that of the task that waits for somebody."""
    task = draft.ticket.tasks.get(draft.program.region(source), {}) if who.kind == "assignee" else {}
    return who.skill or ("" if "assignee" in task else task.get("skill", ""))


def _elsewhere(draft: Draft, who: Who, source: str, person: str) -> Message | None:
    """Why somebody is no assignee yet: the task is offered to a team, and he is not of it."""
    task = draft.ticket.tasks.get(draft.program.region(source), {}) if who.kind == "assignee" else {}
    return None if "assignee" in task else teams.stranger(draft, person, task)


def excluded(draft: Draft, rules: Iterable[Not], persons: set[str]) -> Message | None:
    """Why separation of duty bars one of these persons; None where it bars none."""
    for rule in rules:
        if rule.field is not None and persons & named_in(draft, rule.field):
            return msg("whoever is named in {field} may not do this", field=draft.program.fields[rule.field].title)
        if rule.did is not None:
            since = draft.ticket.entered.get(rule.since, 0) if rule.since else 0
            doers = draft.ticket.did.get(rule.did, {"by": {}})["by"]
            if any(doers.get(person, 0) > since for person in persons):
                return msg("who did {trigger} may not do this too (separation of duty)", trigger=rule.did)
    return None


def behind(draft: Draft, source: str, person: str) -> set[str]:
    """Whose task it is that somebody was lent, where the state `source` is; nobody where he was lent none."""
    entry = draft.ticket.acts.get("delegated", {}).get(draft.program.region(source))
    if entry is None or entry["to"] != person:
        return set()
    over = "until" in entry and entry["until"] <= canonical.instant_text(draft.given.effective)
    return set() if over or not active(draft, person) else {entry["from"]}


def lender(draft: Draft, leave: Leave, source: str, person: str) -> str | None:
    """Whose task it is that somebody may act on as a delegate; None where he may for another reason."""
    return next(iter(behind(draft, source, person))) if leave.reason == DELEGATE else None


def barred_as_assignee(draft: Draft, region: str, persons: set[str]) -> tuple[str, Message] | None:
    """A trigger of a task that waits for its assignee alone, and from which separation of duty would keep him if he
    were one of `persons`, with why; None where there is none."""
    offers = draft.program.chart.offers(draft.ticket.active)
    here = [(state.id, offer) for state, offer in offers if draft.program.region(state.id) == region]
    return barred_in(draft, here, persons)


def may_have(draft: Draft, region: str, person: str, task: Mapping[str, str]) -> bool:
    """Whether somebody may have a task of a region and act on it: he holds its role (or works here, where it has none),
    has the skill that it asks for, and separation of duty keeps him from nothing that waits for the assignee alone."""
    role = task.get("role")
    holds = active(draft, person) if role is None else holds_role(draft, person, role)
    able = holds and skills.lacking(draft, person, task.get("skill", "")) is None
    return able and barred_as_assignee(draft, region, {person}) is None


def barred_in(draft: Draft, offers: Iterable[tuple[str, Offer]], persons: set[str]) -> tuple[str, Message] | None:
    """As `barred_as_assignee`, of these offers of states."""
    for _state, offer in offers:
        ways = [who for who in offer.by if who.when is None or draft.holds(who.when)]
        found = [excluded(draft, who.exclude, persons) for who in ways if who.kind == "assignee"]
        barred = [each for each in found if each is not None]
        if barred and len(barred) == len(ways):
            return offer.trigger, barred[0]
    return None


def active(draft: Draft, person: str) -> bool:
    """Whether somebody is known and has not left."""
    answer = draft.facts.ask(f"person:{person}")
    return bool(answer and answer["active"])


def holds_role(draft: Draft, person: str, role: str) -> bool:
    """Whether somebody holds a role, for this ticket's unit where the role has a scope."""
    answer: dict[str, Any] | None = draft.facts.ask(f"person:{person}")
    if not answer or not answer["active"]:
        return False
    unit = unit_of(draft, role)
    return any(held == role and covers(scope, unit) for held, scope in answer["roles"])


def has_right(draft: Draft, person: str, right: str) -> bool:
    """Whether somebody has a right of the site: `admin`, `stand_in`, `assign`."""
    answer = draft.facts.ask(f"person:{person}")
    return bool(answer and answer["active"] and ({right, "admin"} & set(answer["rights"])))


def covers(scope: str | None, unit: str | None) -> bool:
    """Whether a role held for `scope` (`3`, `3-2`; None: everywhere) counts for `unit` (None: for any)."""
    return scope is None or unit is None or unit == scope or unit.startswith(scope + "-")


def named_in(draft: Draft, field: str) -> set[str]:
    """The actors that a staff field names; of a firm, whoever works for it."""
    if draft.program.fields[field].type == "firm":
        found: set[str] = _firm_people(draft, field)
        return found
    value = draft.ticket.fields.get(field)
    if isinstance(value, list | tuple):
        return set(value)
    return {value} if isinstance(value, str) else set()


def holders_of(draft: Draft, role: str, on_shift: bool = False) -> list[str]:
    """Who holds a role for this ticket; of these only whoever is on shift, where that is asked."""
    if on_shift:
        return list(duty.on_duty(draft, role)["on"])
    answer: list[str] = draft.facts.ask(holders(role, unit_of(draft, role)))
    return answer


def candidates(draft: Draft, role: str, skill: str = "") -> list[str]:
    """To whom a task of a role can go now, in id order. Whatever narrows this (who is on shift, who has the skill) does
    it here: for those who may take a task over, and for those whom a dispatch by turns or load looks at."""
    return skills.having(draft, skill, holders_of(draft, role, role in draft.program.on_shift))


def offered_to(draft: Draft, task: Mapping[str, str]) -> list[str]:
    """To whom a task that nobody has yet is offered, in id order."""
    able = skills.having(draft, task.get("skill", ""), holders_of(draft, task["role"]) if "role" in task else [])
    return teams.within(draft, task.get("team", ""), able)


def reached(draft: Draft, recipient: Recipient, region: str) -> list[str]:
    """Whom a notice to `recipient` reaches: actors' ids, or `field:ID` for somebody outside."""
    ticket = draft.ticket
    match recipient.kind:
        case "role" if recipient.on_shift:
            return duty.reached(draft, recipient.name)
        case "role":
            return holders_of(draft, recipient.name)
        case "owner":
            return [ticket.owner] if ticket.owner else []
        case "opener":
            return [ticket.opener] if ticket.opener else []
        case "assignee":
            task = ticket.tasks.get(region, {})
            if "assignee" in task:
                lent = draft.ticket.acts.get("delegated", {}).get(region)
                return [task["assignee"], *([lent["to"]] if lent is not None else [])]
            return offered_to(draft, task)
        case "team":
            return teams.of(draft, recipient.name)
        case "lead":
            return teams.leading(draft, ticket.tasks.get(region, {}))
        case "field":
            if draft.program.fields[recipient.name].type == "staff":
                return sorted(named_in(draft, recipient.name))
            there = recipient.name in ticket.fields
            if there and "moved" in ticket.acts and is_former(ticket, recipient.name, draft.effective):
                return []  # whoever has moved out is told no more
            return [f"field:{recipient.name}"] if there else []


def who_may(draft: Draft, offer: Offer, source: str) -> list[str]:
    """The actors who may do an offer now, in id order; for `anyone` an empty list, which means everybody."""
    found: set[str] = set()
    for who in offer.by:
        if who.when is not None and not draft.holds(who.when):
            continue
        for person in _candidates(draft, who, source):
            lent = behind(draft, source, person) if who.kind == "assignee" else set()
            if excluded(draft, who.exclude, {person, *lent}) is None:
                found.add(person)
    return sorted(found)


def _candidates(draft: Draft, who: Who, source: str) -> list[str]:
    skill = _skill_of(draft, who, source)
    if who.kind == "field" and draft.program.fields[who.name].type == "firm":
        return skills.having(draft, skill, _firm_able(draft, who.name))
    if who.kind == "anyone":
        return skills.everybody_with(draft, skill)
    if who.on_shift:
        return skills.having(draft, skill, holders_of(draft, who.name, True))
    return skills.having(draft, skill, reached(draft, Recipient(who.kind, who.name), draft.program.region(source)))


def describe(draft: Draft, who: Who, source: str) -> Any:
    """One of those who may, in words: a role's title with who holds it, the assignee by name ..."""
    titles = skills.titles(draft, _skill_of(draft, who, source))
    said = _described(draft, who, source)
    return msg("{who} with the skill {skill}", who=said, skill=titles) if titles else said


def _described(draft: Draft, who: Who, source: str) -> Any:
    match who.kind:
        case "role" if who.on_shift:
            return msg("{role} on shift", role=role_title(draft, who.name))
        case "role":
            return role_title(draft, who.name)
        case "field" if draft.program.fields[who.name].type == "firm":
            return msg("somebody of the firm in {field}", field=draft.program.fields[who.name].title)
        case "field":
            return draft.program.fields[who.name].title
        case "assignee":
            task = draft.ticket.tasks.get(draft.program.region(source), {})
            lent = draft.ticket.acts.get("delegated", {}).get(draft.program.region(source))
            if lent is not None:
                return msg("the assignee ({name}), for him {delegate}", name=task["assignee"], delegate=lent["to"])
            if "assignee" in task:
                return msg("the assignee ({name})", name=task["assignee"])
            return (
                msg("an assignee ({role})", role=role_title(draft, task["role"]))
                if "role" in task
                else msg("the assignee (none yet)")
            )
        case "owner":
            return msg("the owner ({name})", name=draft.ticket.owner)
        case "opener":
            return msg("who opened it ({name})", name=draft.ticket.opener)
        case _:
            return msg("anyone on the site")


def next_signers(draft: Draft, offer: Offer, source: str, signed: int) -> tuple[Any, ...]:
    """For whom the next signature of an offer is, in words, when `signed` are given."""
    if offer.sign is not None and offer.sign.of:
        roles = offer.sign.of[signed : signed + 1] if offer.sign.ordered else offer.sign.of
        return tuple(role_title(draft, role) for role in roles)
    return tuple(describe(draft, who, source) for who in offer.by)
