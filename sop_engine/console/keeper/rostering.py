"""What `doctor` and `roster check` say of the roster: shifts without anybody of a role that procedures ask the roster
of, days that it does not cover, people in it who have left, and hours that were changed since it was loaded."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from sop_engine.engine.rosters.hours import hours_of
from sop_engine.engine.rosters.loading import standing_roster
from sop_engine.errors import SetUp
from sop_engine.messages import Message, msg
from sop_engine.store.seam import Person, Reads
from sop_engine.ticket.duty import SHIFTS
from sop_engine.worktime.rosters import Roster

if TYPE_CHECKING:
    from sop_engine.console.opened import Opened

Finding = tuple[str, Message, Message]
AHEAD: Final = 14
"""days that are looked at, today included"""
_BEHIND: Final = 14
"""days that tell, with those ahead, which shifts a role works at all"""
_ROUND: Final = ("early", "late", "night")
"""shifts that are worked every day, if at all; office hours are not"""
_MOST: Final = 10
"""findings of one kind"""


def look_at_roster(opened: "Opened") -> list[Finding]:
    """What is to be said of the next two weeks; nothing where no procedure asks the roster and none was loaded."""
    today = opened.now.astimezone(opened.zone).date()
    with opened.reading() as reading:
        asked = _roles_asked(opened, reading)
        try:
            roster = standing_roster(opened.site.engine, reading)
        except SetUp as lost:
            return [("error", lost.message, lost.fix or msg("take it from a backup: sop db restore"))]
        people = reading.people()
    if roster is None:
        if not asked:
            return []
        what = msg("procedures ask who is on shift ({roles}), and no roster was loaded: everybody counts as on shift",
                   roles=tuple(sorted(asked)))  # fmt: skip
        return [("warning", what, msg("sop roster import FILE"))]
    days = [today + timedelta(days=ahead) for ahead in range(AHEAD)]
    findings = [*_gone(roster, people, days), *_hours(opened, roster)]
    for role in sorted(asked):
        held = [each.id for each in people if each.active and any(name == role for name, _scope in each.roles)]
        title, needed = asked[role]
        findings += _gaps(roster, title, held, days, needed)
    return findings


def _roles_asked(opened: "Opened", reading: Reads) -> dict[str, tuple[str, bool]]:
    """The roles that the newest versions ask the roster of, each with its title, and whether work stands still without
    it."""
    from sop_engine.ticket.asks_roster import roles_asked, roles_needed

    latest = {each.procedure: each.digest for each in reading.versions()}
    found: dict[str, tuple[str, bool]] = {}
    for _name, digest in sorted(latest.items()):
        program = opened.site.engine.programs.of(reading, digest)
        for role in roles_asked(program.procedure):
            declared = program.roles.get(role)
            title = opened.call.output.word(declared.title) if declared is not None and declared.title else role
            needed = role in roles_needed(program.procedure)
            found[role] = (title, needed or found.get(role, ("", False))[1])
    return found


def _gaps(roster: Roster, title: str, held: Sequence[str], days: Sequence[date], needed: bool) -> list[Finding]:
    """Shifts at the middle of which nobody of a role is there, though the role works such shifts; and the first day
    of which the roster says nothing of it. Of a role that is only told, and not `needed`, who leads stands in."""
    if not held:
        return []  # said elsewhere
    around = [days[0] - timedelta(days=each) for each in range(1, _BEHIND + 1)] + list(days)
    worked = [kind for kind in _ROUND if any(roster.kind(each, day) == kind for each in held for day in around)]
    found: list[Finding] = []
    silent = [day for day in days if not any(roster.says(each, day) for each in held)]
    for kind in worked:
        empty: list[str] = []
        for day in days:
            start, end = roster.span(kind, day)
            middle = start + (end - start) / 2
            there = any(roster.at(each, middle).on for each in held) or (not needed and roster.leading(middle))
            if not there and day not in silent:
                empty.append(str(day))
        if empty:
            what = msg("{shift} without anybody of {role}: {days}", shift=SHIFTS[kind], role=title, days=tuple(empty))
            fix = msg("sop roster import FILE, or a swap: sop roster swap ONE OTHER {day}", day=empty[0])
            found.append(("warning", what, fix))
    if silent:
        what = msg("the roster says nothing of {role} on days of the next two weeks, {day} the first: then everybody"
                   " counts as on shift", role=title, day=str(silent[0]))  # fmt: skip
        found.append(("warning", what, msg("sop roster import FILE")))
    return found


def _gone(roster: Roster, people: Iterable[Person], days: Sequence[date]) -> list[Finding]:
    """People with shifts to come who have left."""
    working = {each.id for each in people if each.active}
    named = {person for month in roster.months.values() for person in month.people}
    named |= {person for day in days for person in roster.duty(day)}
    found: list[Finding] = []
    for person in sorted(named - working):
        shifts = [day for day in days if list(roster.spans(person, day))]
        if shifts:
            what = msg("{person} has left, and stands in the roster from {day} on", person=person, day=str(shifts[0]))
            found.append(("warning", what, msg("load a roster without his shifts: sop roster import FILE")))
    return found[:_MOST]


def _hours(opened: "Opened", roster: Roster) -> list[Finding]:
    """Hours of shifts in sop.toml that are others than those of the roster."""
    try:
        wanted: Mapping[str, tuple[str, str]] = hours_of(opened.site.settings).hours
    except SetUp as wrong:
        return [("warning", wrong.message, wrong.fix or msg("mend that line; docs/operations.md lists the entries"))]
    other = tuple(SHIFTS[kind] for kind, hours in wanted.items() if roster.hours.get(kind) != hours)
    if not other:
        return []
    what = msg("hours of shifts were changed in sop.toml after the roster was loaded: {shifts}", shifts=other)
    return [("warning", what, msg("load the roster again, and they count: sop roster import FILE"))]
