"""Who is on shift, asked of the roster at a step's effective instant. The answers are facts of the step: they name the
roster by its digest, and whom they found.

| question | answer |
|---|---|
| `on_shift:INSTANT/ROLE@UNIT` | `{"roster", "covered", "on": [ids], "leads": [ids], "deputies": [ids]}` |
| `shift:INSTANT/ID` | `{"roster", "on", "kind", "day", "ends"}`: shift, its day, when it, or else his next one, ends |

Where no roster was loaded (`roster` is null), or it says nothing that day of anybody who holds the role (`covered` is
false), everybody counts as on shift. `leads` and `deputies` are looked up only where nobody is.
"""

from typing import Any, Final

from sop_engine.messages import Message, msg
from sop_engine.ticket.draft import Draft
from sop_engine.ticket.questions import loads, on_shift, shift

SHIFTS: Final = {
    "early": msg("early shift"),
    "late": msg("late shift"),
    "night": msg("night shift"),
    "office": msg("office hours"),
    "rest": msg("day off"),
    "duty": msg("duty"),
    "": msg("not in the roster"),
}
"""how the roster's shifts are called"""


def on_duty(draft: Draft, role: str) -> dict[str, Any]:
    """What the roster says of a role at the step's instant."""
    answer: dict[str, Any] = draft.facts.ask(on_shift(role, unit_of(draft, role), draft.effective))
    return answer


def reached(draft: Draft, role: str) -> list[str]:
    """Whom a word to whoever of a role is on shift reaches: those; else who leads then; else who stands in for one of
    the role's holders. Nobody, where there is none of them."""
    answer = on_duty(draft, role)
    return list(answer["on"] or answer["leads"] or answer["deputies"])


def stretch(draft: Draft, person: str) -> dict[str, Any]:
    """Where somebody stands in the roster at the step's instant."""
    answer: dict[str, Any] = draft.facts.ask(shift(person, draft.effective))
    return answer


def off_shift(draft: Draft, person: str, role: str) -> Message:
    """That somebody is not on shift, and who is instead, with how many tickets each of these has."""
    there = on_duty(draft, role)["on"]
    others: Any = msg("nobody")
    if there:
        counts: dict[str, int] = draft.facts.ask(loads(there))
        others = tuple(msg("{name} ({count} in hand)", name=each, count=counts[each]) for each in there)
    return msg("{name} is not on shift ({shift}); {role} on shift: {others}", name=person,
               shift=SHIFTS[stretch(draft, person)["kind"]], role=role_title(draft, role), others=others)  # fmt: skip


def unit_of(draft: Draft, role: str) -> str | None:
    """The unit that a role's scope is asked for, or None where the role has none here."""
    declared = draft.program.roles.get(role)
    if declared is None or declared.scope is None:
        return None
    value = draft.ticket.fields.get(declared.scope)
    return value if isinstance(value, str) else None


def role_title(draft: Draft, role: str) -> Any:
    """A role by its title; by its id where it has none."""
    declared = draft.program.roles.get(role)
    return declared.title if declared is not None and declared.title else role
