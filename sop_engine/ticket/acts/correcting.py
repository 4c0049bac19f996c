"""What follows from a correction outside of the ticket's fields. A wrong unit is more than a wrong word: a steward has
a flat that is not his, somebody has read what was not for him, and a slip with another door is in a man's pocket.

The law, for the fields that a correction writes, and those that are filled from them:

1. Roles whose scope is such a field have other holders. Those who were none before are told of the ticket; of those who
   are none any more letters that still wait are recalled, and whom a letter has reached is told that it was a mistake.
   A task that one of them held, or had, is offered to the role again. Who has another part in the ticket keeps it.
2. Letters that have gone out to somebody outside who stands in such a field stand in the event `corrected`, with
   channel and time, each once. Letters that wait are rendered when they go, so they reach the right one.
3. Forms that show such a field and were printed are void, and due to be printed again.

What is not known any more, since it was erased, is nobody's: a correction of it tells nobody.
"""

from collections.abc import Iterable
from typing import Any, Final

from sop_engine.procedure import Role
from sop_engine.ticket import people
from sop_engine.ticket.draft import Draft
from sop_engine.ticket.effects import tell_of
from sop_engine.ticket.questions import holders

ADDRESSES: Final = frozenset({"person", "phone"})
"""types of fields in which somebody outside stands whom notices reach"""
MISTAKEN: Final = "mistaken"
"""the act of a notice that says: what you were told was not for you"""


def follow(draft: Draft) -> None:
    """Do what follows from the fields that this step has written."""
    program = draft.program
    changed = {
        name
        for name, value in draft.before.items()
        if program.fields[name].committed or draft.ticket.fields.get(name) != value
    }
    addresses = [f"field:{name}" for name in program.fields if name in changed and _is_address(draft, name)]
    roles = [role for role in program.roles.values() if role.scope in changed and _is_plain(draft, role)]
    forms = [form.id for form in program.procedure.forms if changed & set(form.fields)]
    if not (addresses or roles or forms):
        return
    out: dict[str, Any] = draft.facts.ask(f"outgoing:{draft.ticket.id}#{draft.ticket.number}")
    wrongly = [each for each in out["letters"] if each[2] in addresses and each[4]]
    if wrongly:
        draft.emit("corrected", wrongly=wrongly)
    if roles:
        _hand_on(draft, roles, out["letters"])
    print_again(draft, forms, out["printed"])


def print_again(draft: Draft, forms: Iterable[str], printed: Iterable[tuple[int, str]]) -> None:
    """Void what was printed of these forms, (step, form) each, and let it be printed anew."""
    wrong = [(step, form) for step, form in printed if form in forms]
    for step, form in wrong:
        draft.emit("print_voided", form=form, step=step)
    for form in dict.fromkeys(form for _step, form in wrong):
        draft.emit("printed", form=form)


def _is_address(draft: Draft, name: str) -> bool:
    return draft.program.fields[name].type in ADDRESSES


def _is_plain(draft: Draft, role: Role) -> bool:
    """Whether the record holds the values of a role's scope: what is committed only cannot be asked about again."""
    return role.scope is not None and not draft.program.fields[role.scope].committed


# --- other stewards --------------------------------------------------------------------------------------------------


def _hand_on(draft: Draft, roles: Iterable[Role], letters: list[list[Any]]) -> None:
    """Tell those who hold the roles now, and those who hold them no more."""
    before: dict[str, None] = {}
    now: dict[str, None] = {}
    for role in roles:
        unit = draft.before.get(role.scope or "")
        if isinstance(unit, str):
            before |= dict.fromkeys(draft.facts.ask(holders(role.id, unit)))
        now |= dict.fromkeys(people.holders_of(draft, role.id))
        _offer_again(draft, role.id)
    lost = [person for person in before if person not in now and not _has_part(draft, person)]
    if any(each[2] in lost and not each[4] for each in letters):
        draft.emit("recalled", number=draft.number, to=lost)
    tell_of(draft, "correct", [person for person in now if person not in before])
    tell_of(draft, MISTAKEN, [person for person in lost if any(each[2] == person and each[4] for each in letters)])


def _offer_again(draft: Draft, role: str) -> None:
    """Offer a task to its role again where whoever had it does not hold the role here any more."""
    for region, task in list(draft.ticket.tasks.items()):
        person = task.get("assignee")
        if task.get("role") == role and person is not None and not people.holds_role(draft, person, role):
            draft.emit("assigned", region=region, role=role)


def _has_part(draft: Draft, person: str) -> bool:
    """Whether somebody has to do with the ticket all the same."""
    ticket = draft.ticket
    if person in {ticket.owner, ticket.opener, *(task.get("assignee") for task in ticket.tasks.values())}:
        return True
    return any(people.holds_role(draft, person, role) for role in draft.program.roles)
