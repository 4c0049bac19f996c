"""Whom the site lets see which personal data, as `[personal]` of sop.toml says: class of data -> roles.

The law. A class that is not named there everybody sees. Of one that is named, those see it whole who hold one of its
roles, and those on the case: the ticket's owner, and whoever has a task of it. What people write freely has no class;
the numbers of persons in it are as one, `NUMBERS`, and where the site does not name that, those see them who see every
class that it names.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from sop_engine.procedure import Field
from sop_engine.store.seam import Head
from sop_engine.ticket.records import SITE, Ticket
from sop_engine.values import NUMBERS, in_free_texts, mask_numbers

Rules = Mapping[str, tuple[str, ...]]


def hidden_classes(
    rules: Rules, person: str | None, roles: Iterable[str], ticket: Ticket | Head | None
) -> frozenset[str | None]:
    """The classes of personal data of `ticket` (None: of any) that `person`, None for a stranger, sees masked."""
    if not rules or (ticket is not None and (ticket.id == SITE or _is_on_the_case(ticket, person))):
        return frozenset()
    held = set(roles)
    hidden = frozenset(name for name, allowed in rules.items() if not held & set(allowed))
    return hidden | {NUMBERS} if hidden and NUMBERS not in rules else hidden


def _is_on_the_case(ticket: Ticket | Head, person: str | None) -> bool:
    return person is not None and (
        person == ticket.owner or any(task.get("assignee") == person for task in ticket.tasks.values())
    )


def text_seen(hidden: frozenset[str | None], text: str) -> str:
    """What somebody wrote on a ticket, its subject too, as it is seen by him from whom these classes are hidden."""
    return mask_numbers(text) if NUMBERS in hidden else text


def field_seen(hidden: frozenset[str | None], field: Field, value: Any) -> Any:
    """A field's recorded value, the free texts in it as in `text_seen`."""
    return in_free_texts(field, value, mask_numbers) if NUMBERS in hidden else value


def fields_seen(hidden: frozenset[str | None], fields: Iterable[Field], values: Mapping[str, Any]) -> dict[str, Any]:
    """The recorded values of the declared `fields`, each as in `field_seen`."""
    if NUMBERS not in hidden:
        return dict(values)
    declared = {field.id: field for field in fields}
    return {name: field_seen(hidden, declared[name], value) for name, value in values.items()}
