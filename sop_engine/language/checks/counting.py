"""Checks of what promises are counted on: the calendars that they name. They look at the calendars of a site, so they
are asked where these are known; all of them warn, for a calendar's file may be on its way.
"""

from collections.abc import Iterator

from sop_engine.diagnostics import Diagnostic, Span
from sop_engine.goals import Goal
from sop_engine.language.checks.members import Member, Site
from sop_engine.language.checks.telling import warning
from sop_engine.language.near import near
from sop_engine.messages import msg
from sop_engine.worktime import Allowance, Calendar


def unknown_calendars(site: Site) -> Iterator[Diagnostic]:
    """SOP435: there is no calendar of that name, or none that can be counted on.

    A promise is counted on a calendar that is published on the site. One that only lists holidays, for others to
    extend, has no working minute. Until there is one, whatever begins the promise is refused. It is looked at where the
    calendars are known: at `sop flow publish`, and at `sop flow lint` in a site. On the site of these examples there
    are `front-desk` (every day), `office` (workdays) and `china` (holidays only).

    Fails:

        calendar: front-dsk
        goals: {finishing: {start: received, stop: did finish, within: 4 h}}

    Passes:

        calendar: front-desk
        goals: {finishing: {start: received, stop: did finish, within: 4 h}}
    """
    calendars = site.calendars
    for member in site.members.values() if calendars is not None else ():
        assert calendars is not None
        said: set[str] = set()
        for name, span in _named(member):
            found = calendars.get(name)
            if (found is not None and _has_hours(found)) or name in said:
                continue
            said.add(name)
            usable = tuple(sorted(each for each, calendar in calendars.items() if _has_hours(calendar)))
            guesses = near(name, usable)
            yield warning(
                "SOP435", span,
                msg("there is no calendar named `{name}` here", name=name[:40]) if found is None
                else msg("the calendar `{name}` only lists holidays", name=name[:40]),
                msg("Whatever begins a promise that is counted on it is refused until there is one."),
                msg("write `{word}`", word=guesses[0]) if guesses
                else msg("name one that is there: {known}", known=tuple(f"`{each}`" for each in usable)),
                guesses,
            )  # fmt: skip


def workdays(site: Site) -> Iterator[Diagnostic]:
    """SOP436: workdays on a calendar that has no days of rest.

    On it every day is a workday: "7 workdays" would be seven days, Saturdays, Sundays and holidays among them.

    Fails:

        calendar: front-desk
        goals: {answering: {start: received, stop: did finish, within: 7 workdays}}

    Passes:

        calendar: front-desk
        goals: {answering: {start: received, stop: did finish, within: 7 workdays, calendar: office}}
    """
    for member in site.members.values() if site.calendars is not None else ():
        for goal in member.procedure.goals if member.places else ():
            for allowance, name, at in _counted(member, goal):
                found = (site.calendars or {}).get(name)
                if found is None or found.has_rest_days or allowance.unit != "workday" or not allowance.count:
                    continue
                yield warning(
                    "SOP436", member.span(at), msg("every day is a workday on the calendar `{name}`", name=name[:30]),
                    msg("So many workdays there are so many days, weekends and holidays among them."),
                    msg("count it on a calendar with days of rest, such as `calendar: office`, or write days"),
                )  # fmt: skip
                break


def _has_hours(calendar: Calendar) -> bool:
    return any(calendar.week) or any(calendar.dates.values())


def _named(member: Member) -> Iterator[tuple[str, Span]]:
    """Every calendar that the procedure names, with its place."""
    if not member.places:
        return
    if member.procedure.calendar:
        yield member.procedure.calendar, member.span("calendar")
    for goal in member.procedure.goals:
        for _allowance, name, at in _counted(member, goal):
            if name:
                yield name, member.span(at)


def _counted(member: Member, goal: Goal) -> Iterator[tuple[Allowance, str, str]]:
    """What a goal counts, on which calendar, and the element that says so."""
    own = f"goals.{goal.id}.calendar" if f"goals.{goal.id}.calendar" in member.places else f"goals.{goal.id}"
    usual = goal.calendar or member.procedure.calendar
    for index, each in enumerate(goal.within):
        item = f"goals.{goal.id}.within.{index}"
        yield each.allowance, each.calendar or usual, item if item in member.places else own
    offset = goal.due.offset if goal.due is not None else None
    others = (goal.every, goal.at_least, offset, *(each.before for each in goal.warnings))
    for allowance in (*others, *(rung.after for rung in goal.ladder)):
        if allowance is not None:
            yield allowance, usual, own
    if goal.calendar:
        yield Allowance(1, "min"), goal.calendar, own
