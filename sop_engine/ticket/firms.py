"""Firms from outside as a ticket sees them: which has the job, who works for it, what its contract promises.

| question | answer |
|---|---|
| `firm:ID` | `{"title", "active", "contract", "permit", "promises", "people"}`, or null |

`contract` and `permit` are the last days on which they count, or null; `promises` is goal -> `[count, unit, ending]`;
`people` is person -> the last day of his permit or null, of those who work for it. A field of type `firm` names the
firm that has the job; where such a field says who may, its people are meant, and they act through whoever types.

The law. A firm is named on a ticket only while it is on the list and its papers count, on the day of the step. What it
did afterwards is still entered: the work was done, and the record says so. One of its people whose permit has run out
does nothing more.
"""

from collections.abc import Mapping
from itertools import chain
from typing import Any, Final

from sop_engine.messages import Message, msg
from sop_engine.procedure import Assign, Field, Procedure
from sop_engine.ticket.draft import Draft
from sop_engine.ticket.questions import firm as question
from sop_engine.ticket.records import Refusal
from sop_engine.ticket.refusing import Refused

OF_FIRM: Final = "of_firm"
"""what a firm's people hold, with the firm for its scope; a procedure's roles are spelled otherwise"""


def firm_of(entry: Mapping[str, Any]) -> str | None:
    """The firm of one of the site's people, by his entry or by the answer to `person:`; None for the centre's own."""
    return next((scope for role, scope in entry["roles"] if role == OF_FIRM), None)


def outsider(person: str) -> Refusal:
    """That somebody is of a firm, so that he cannot have what the centre's own people have."""
    return Refusal(
        "not_now",
        msg("{name} is of a firm from outside: he has no login, no role and no task of his own here", name=person),
        fix=msg("enter what he did for him: sop do ... --doer {name} --heard phone", name=person),
    )


def known(draft: Draft, id: str) -> Mapping[str, Any] | None:
    """A firm; None where there is none of that id."""
    answer: Mapping[str, Any] | None = draft.facts.ask(question(id))
    return answer


def people_in(draft: Draft, field: str) -> set[str]:
    """Whoever works for the firm that a field names."""
    named = draft.ticket.fields.get(field)
    found = known(draft, named) if isinstance(named, str) else None
    return set(found["people"]) if found is not None else set()


def able_in(draft: Draft, field: str) -> list[str]:
    """Of these whoever may act today, in id order."""
    named = draft.ticket.fields.get(field)
    found = known(draft, named) if isinstance(named, str) else None
    today = _today(draft)
    people = found["people"].items() if found is not None else ()
    return sorted(person for person, until in people if until is None or today <= until)


def barred(draft: Draft, field: str, person: str, standing_for: str | None) -> Message | None:
    """Why one of the people of the firm that a field names may not act: his permit has run out, or another says that he
    stands in for him."""
    firm = str(draft.ticket.fields[field])
    if standing_for is not None:
        return msg("nobody stands in for a firm's man; what he did is entered with --doer {name}", name=person)
    found = known(draft, firm)
    until = found["people"].get(person) if found is not None else None
    if until is None or _today(draft) <= until:
        return None
    return msg(
        "{name}'s permit was good until {day}; when it is renewed: sop firm person {firm} {name} --permit-until DATE",
        name=person, day=until, firm=firm,
    )  # fmt: skip


def require_named(draft: Draft, field: Field, id: str) -> None:
    """Refuse a firm for a field that is not on the list, or whose contract or permit does not count today."""
    found = known(draft, id)
    if found is None:
        raise Refused(
            Refusal("not_understood", msg("{field}: there is no firm {firm}", field=field.title, firm=id),
                    fix=msg("see which there are: sop firm ls"))
        )  # fmt: skip
    if not found["active"]:
        raise Refused(
            Refusal(
                "not_now",
                msg("{field}: the firm {firm} was taken off the list", field=field.title, firm=found["title"]),
                fix=msg("name another (sop firm ls), or put it back on: sop firm change {firm} --active", firm=id),
            )
        )
    papers = {"contract": msg("contract"), "permit": msg("permit")}
    for paper, title in papers.items():
        until = found[paper]
        if until is not None and _today(draft) > until:
            raise Refused(
                Refusal(
                    "not_now",
                    msg("{field}: the {paper} of {firm} ran out, {day} was its last day", field=field.title,
                        paper=title, firm=found["title"], day=until),
                    fix=msg("name another (sop firm ls); when it is renewed: sop firm change {firm} --{paper}-until "
                            "DATE", firm=id, paper=paper),
                )
            )  # fmt: skip


def promise(draft: Draft, id: str, goal: str) -> list[Any] | None:
    """The allowance that a firm's contract says for a goal, as `[count, unit, ending]`; None where it says none."""
    found = known(draft, id)
    said: list[Any] | None = found["promises"].get(goal) if found is not None else None
    return None if said is None else list(said)


def require_no_task(draft: Draft, field: Field, person: str) -> None:
    """Refuse one of a firm's people in a staff field whose person is given a task. In others he may be named: a
    complaint may be about him."""
    if is_outside(draft, person) and field.id in _given_tasks(draft.program.procedure):
        raise Refused(outsider(person))


def _given_tasks(procedure: Procedure) -> set[str]:
    """The staff fields whose person is given a task."""
    done = (effects for state in procedure.states for effects in (state.entry, state.exit))
    ways = chain(procedure.open.alternatives, (transition for _state, transition in procedure.walk()))
    every = chain(*done, *(way.effects for way in ways))
    return {each.name for each in every if isinstance(each, Assign) and each.to == "field"}


def is_outside(draft: Draft, person: str) -> bool:
    """Whether somebody is of a firm, and not the centre's own."""
    answer = draft.facts.ask(f"person:{person}")
    return answer is not None and firm_of(answer) is not None


def require_own(draft: Draft, person: str) -> None:
    """Refuse to give a task or a ticket to one of a firm's people: his firm is named in a field instead."""
    if is_outside(draft, person):
        raise Refused(outsider(person))


def _today(draft: Draft) -> str:
    return draft.given.effective.astimezone(draft.zone).date().isoformat()
