"""Idempotency keys: the same request a second time does nothing again."""

from sop_engine import canonical
from sop_engine.errors import NotUnderstood
from sop_engine.messages import msg
from sop_engine.ticket.records import Command, Sealed


class KeyTaken(NotUnderstood):
    """A key was used for another request."""

    def __init__(self, key: str, ticket: str, number: int) -> None:
        super().__init__(
            msg("the key {key} was used for another request, which became step {number} of {ticket}",
                key=key, number=number, ticket=ticket),
            fix=msg("use a new key for a new request"),
        )  # fmt: skip
        self.ticket = ticket


def seal(command: Command, salt: str) -> Sealed:
    """What is kept of a request under its key: enough to tell it from another. Salted, because it may hold personal
    values, and a phone number is soon guessed from its bare digest."""
    claimed = canonical.instant_text(command.at) if command.at else None
    persons = [command.actor, command.standing_for, command.typist]
    asked = [command.name, command.ticket, persons, claimed, dict(command.arguments)]
    return Sealed(canonical.commitment(salt, asked), salt)


def require_same(key: str, known: tuple[str, int, Sealed], command: Command) -> None:
    """Raise `KeyTaken` unless a key was used for this very request. Where a value of its step was erased nobody
    can tell any more; then it counts as another."""
    ticket, number, kept = known
    if kept.salt is None or seal(command, kept.salt) != kept:
        raise KeyTaken(key, ticket, number)
