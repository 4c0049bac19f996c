"""Who has what a piece of work asks for: a trade that he learnt, a licence that has not run out.

| question | answer |
|---|---|
| `skilled:DAY/SKILL` | `{"have": [ids], "lapsed": {id: day}}`: who has it that day; whose ran out, and on which day it still counted |

The day is that of the step's effective instant on the site's clock, so that replay years later finds the licence that
was good then. What is asked for is a skill that the procedure declares, or a choice field: then each of its values that
is a declared skill, and nothing for the others (`trade: other`). Where several are named, all of them are asked for.
"""  # noqa: E501  a table's row is one line

from collections.abc import Iterable, Mapping
from typing import Any

from sop_engine.messages import Message, msg
from sop_engine.ticket.draft import Draft
from sop_engine.ticket.program import Program
from sop_engine.ticket.questions import loads, skilled


def asked(draft: Draft, skill: str) -> tuple[str, ...]:
    """The skills that are asked for as the ticket stands, where `skill` is written: a skill's id or a field's."""
    return named(draft.program, draft.ticket.fields, skill)


def named(program: Program, fields: Mapping[str, Any], skill: str) -> tuple[str, ...]:
    """As `asked`, of a ticket with these fields."""
    if not skill or skill in program.skills:
        return (skill,) if skill else ()
    value = fields.get(skill)
    values = value if isinstance(value, list | tuple) else (value,)
    return tuple(each for each in values if each in program.skills)


def having(draft: Draft, skill: str, people: Iterable[str]) -> list[str]:
    """Those of these people who have all that is asked for, in their order."""
    found = list(people)
    for each in asked(draft, skill):
        able = _answer(draft, each)["have"]
        found = [person for person in found if person in able]
    return found


def everybody_with(draft: Draft, skill: str) -> list[str]:
    """Everybody on the site who has all that is asked for; nobody where nothing is."""
    names = asked(draft, skill)
    return having(draft, skill, _answer(draft, names[0])["have"]) if names else []


def lacking(draft: Draft, person: str, skill: str) -> str | None:
    """The first skill that is asked for and that somebody has not, or has no more; None where he has all."""
    return next((each for each in asked(draft, skill) if person not in _answer(draft, each)["have"]), None)


def titles(draft: Draft, skill: str) -> tuple[Any, ...]:
    """What is asked for, by title; by id where a skill has none."""
    return tuple(draft.program.skills[each].title or each for each in asked(draft, skill))


def unskilled(draft: Draft, person: str, skill: str, able: list[str]) -> Message:
    """That somebody lacks a skill, or that his has run out, and who has what is asked for, with how many tickets each
    of these has."""
    title = draft.program.skills[skill].title or skill
    until = _answer(draft, skill)["lapsed"].get(person)
    why = msg("{name} has no skill {skill} on record", name=person, skill=title)
    if until is not None:
        why = msg("{name}'s licence for {skill} was good until {day}", name=person, skill=title, day=until)
    others: Any = msg("nobody")
    if able:
        counts: dict[str, int] = draft.facts.ask(loads(able))
        others = tuple(msg("{name} ({count} in hand)", name=each, count=counts[each]) for each in able)
    return msg("{why}; who may instead: {others}", why=why, others=others)


def way_out(person: str, skill: str) -> Message:
    """What helps where somebody has the skill, and it is not on record."""
    return msg("name one of them; if he has it, an administrator enters it: sop actor skill {name} {skill}",
               name=person, skill=skill)  # fmt: skip


def _answer(draft: Draft, skill: str) -> dict[str, Any]:
    day = draft.given.effective.astimezone(draft.zone).date()
    answer: dict[str, Any] = draft.facts.ask(skilled(skill, day.isoformat()))
    return answer
