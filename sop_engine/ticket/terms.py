"""Times of promises from a newer version. A ticket is pinned to its version: its way, its forms and its rules stay. How
long the centre takes is said by the newest version, as the calendars are: a `reckon` command gives the digest of the
version whose times count from then on, and `Ticket.terms` keeps it.

What is taken over of a goal of the same name: by when (`within`, `due`, `moved`, `every`, `at_least`), the calendar and
the quiet hours. When it begins, pauses and ends, whom it warns and its ladder belong to the way, and stay. A goal whose
new times stand on fields that the ticket's version does not have, or has otherwise, keeps its own.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sop_engine import guards
from sop_engine.goals import Goal
from sop_engine.procedure import Field, Procedure
from sop_engine.ticket.records import Ticket


def terms_of(ticket: Ticket, name: str, arguments: Mapping[str, Any]) -> str:
    """Digest of the version whose times count for a command on a ticket; empty: the ticket's own."""
    return str(arguments.get("terms", ticket.terms)) if name == "reckon" else ticket.terms


def with_terms(own: Procedure, newer: Procedure) -> Procedure:
    """`own` with the times of the promises that `newer` has under the same names."""
    theirs = {goal.id: goal for goal in newer.goals}
    return replace(own, goals=tuple(_taken(own, goal, newer, theirs.get(goal.id)) for goal in own.goals))


def _taken(own: Procedure, goal: Goal, newer: Procedure, theirs: Goal | None) -> Goal:
    if theirs is None or (goal.every is None) != (theirs.every is None) or not _can_be_read(own, newer, theirs):
        return goal
    calendar = theirs.calendar or newer.calendar
    return replace(
        goal,
        within=theirs.within,
        due=theirs.due,
        moved=theirs.moved,
        every=theirs.every,
        at_least=theirs.at_least,
        quiet=theirs.quiet,
        calendar="" if calendar == own.calendar else calendar,
    )


def _can_be_read(own: Procedure, newer: Procedure, goal: Goal) -> bool:
    """Whether the fields that a newer goal's times stand on mean the same to `own`."""
    trees = [each.when for each in goal.within if each.when is not None]
    trees += [goal.moved] if goal.moved is not None else []
    read = {name for tree in trees for name in guards.reads(tree)}
    if goal.due is not None:
        read.add(goal.due.field.partition(".")[0])
    here, there = ({field.id: _kind(field) for field in each.fields} for each in (own, newer))
    return all(name in here and here[name] == there[name] for name in read)


def _kind(field: Field) -> tuple[Any, ...]:
    """What a guard or a due time has to know of a field."""
    return field.type, field.many, field.scale, tuple((each.id, _kind(each)) for each in field.columns)
