"""Who may: roles with their scope, assignees, owners, and separation of duty.

Separation compares persons, never logins: the actor whose act it is counts, and whom he stands in for; who typed it
for him does not, and stays on record.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple

from sop_engine.messages import Message, msg
from sop_engine.procedure import Not, Offer, Recipient, Who
from sop_engine.ticket.draft import Draft
from sop_engine.ticket.questions import holders
from sop_engine.ticket.records import TIMER


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
    if other is not None and not draft.facts.ask(f"standing:{command.actor}:{other}"):
        return msg("{name} may not stand in for {other}", name=command.actor, other=other)
    return None


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
        barred = excluded(draft, who.exclude, {actor, person})
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
            return "anyone" if active(draft, person) else None
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
            if "assignee" in task:
                return "assignee" if task["assignee"] == person else None
            return "assignee" if "role" in task and holds_role(draft, person, task["role"]) else None


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


def unit_of(draft: Draft, role: str) -> str | None:
    """The unit that a role's scope is asked for, or None where the role has none here."""
    declared = draft.program.roles.get(role)
    if declared is None or declared.scope is None:
        return None
    value = draft.ticket.fields.get(declared.scope)
    return value if isinstance(value, str) else None


def named_in(draft: Draft, field: str) -> set[str]:
    """The actors that a staff field names."""
    value = draft.ticket.fields.get(field)
    if isinstance(value, list | tuple):
        return set(value)
    return {value} if isinstance(value, str) else set()


def holders_of(draft: Draft, role: str) -> list[str]:
    """Who holds a role for this ticket."""
    answer: list[str] = draft.facts.ask(holders(role, unit_of(draft, role)))
    return answer


def reached(draft: Draft, recipient: Recipient, region: str) -> list[str]:
    """Whom a notice to `recipient` reaches: actors' ids, or `field:ID` for somebody outside."""
    ticket = draft.ticket
    match recipient.kind:
        case "role":
            return holders_of(draft, recipient.name)
        case "owner":
            return [ticket.owner] if ticket.owner else []
        case "opener":
            return [ticket.opener] if ticket.opener else []
        case "assignee":
            task = ticket.tasks.get(region, {})
            if "assignee" in task:
                return [task["assignee"]]
            return holders_of(draft, task["role"]) if "role" in task else []
        case "field":
            if draft.program.fields[recipient.name].type == "staff":
                return sorted(named_in(draft, recipient.name))
            return [f"field:{recipient.name}"] if recipient.name in ticket.fields else []


def who_may(draft: Draft, offer: Offer, source: str) -> list[str]:
    """The actors who may do an offer now, in id order; for `anyone` an empty list, which means everybody."""
    found: set[str] = set()
    for who in offer.by:
        if who.when is not None and not draft.holds(who.when):
            continue
        for person in _candidates(draft, who, source):
            if excluded(draft, who.exclude, {person}) is None:
                found.add(person)
    return sorted(found)


def _candidates(draft: Draft, who: Who, source: str) -> list[str]:
    if who.kind == "anyone":
        return []
    return reached(draft, Recipient(who.kind, who.name), draft.program.region(source))


def describe(draft: Draft, who: Who, source: str) -> Any:
    """One of those who may, in words: a role's title with who holds it, the assignee by name ..."""
    match who.kind:
        case "role":
            return _role_title(draft, who.name)
        case "field":
            return draft.program.fields[who.name].title
        case "assignee":
            task = draft.ticket.tasks.get(draft.program.region(source), {})
            if "assignee" in task:
                return msg("the assignee ({name})", name=task["assignee"])
            return (
                msg("an assignee ({role})", role=_role_title(draft, task["role"]))
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
        return tuple(_role_title(draft, role) for role in roles)
    return tuple(describe(draft, who, source) for who in offer.by)


def _role_title(draft: Draft, role: str) -> Any:
    declared = draft.program.roles.get(role)
    return declared.title if declared is not None and declared.title else role
