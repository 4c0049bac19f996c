"""What `doctor` and `roster check` say of the next two weeks."""

from datetime import date, timedelta
from typing import Any

import pytest

from sop_engine.console.keeper import rostering
from sop_engine.console.keeper.rostering import AHEAD
from sop_engine.language import compile_text
from sop_engine.messages import say
from sop_engine.ticket.asks_roster import roles_asked, roles_assigned, roles_needed
from sop_engine.worktime.rosters import USUAL_HOURS, Month, Roster
from sop_engine.worktime.zones import zone_named
from tests.desk import NoTemplates

DAYS = [date(2026, 11, 10) + timedelta(days=each) for each in range(AHEAD)]
ASKS = """
procedure: repair
title: Repair
prefix: WX
calendar: front-desk
roles: [desk, engineer, lead, guard, boss]
acts: {shift_end: {to: boss}}
open: {by: {role: desk, on_shift: true}, to: registered}
goals:
  mending: {start: did open, stop: did mend, within: 1 h, escalate: {0 min: {hand_to: lead, on_shift: true}}}
states:
  registered: {transitions: {dispatch: {by: desk, assign: {role: engineer, on_shift: true}, to: mending}}}
  mending: {transitions: {mend: {by: assignee, tell: {to: guard, on_shift: true}, to: mended}}}
  mended: {final: true, outcome: mended}
"""


def said(needed: bool = True, leads: dict[str, tuple[str, ...]] | None = None, **people: str) -> list[str]:
    roster = Roster(USUAL_HOURS, {"2026-11": Month(people, leads or {})}, zone_named("Asia/Shanghai"))
    found: list[Any] = rostering._gaps(roster, "Engineer", list(people), DAYS, needed)
    return [say(what, "en") for _kind, what, _fix in found]


def test_a_shift_that_the_role_works_and_on_a_day_has_nobody_is_named_with_the_day() -> None:
    assert said(li="n" * 12 + "r" + "n" * 17) == ["night shift without anybody of Engineer: 2026-11-13"]


def test_somebody_whose_hours_lie_over_the_shift_fills_it() -> None:
    assert said(li="e" * 12 + "r" + "e" * 17, zhao="o" * 30) == []


def test_a_role_that_works_no_nights_lacks_none() -> None:
    assert said(li="e" * 30) == []


def test_days_that_no_sheet_covers_are_told_once() -> None:
    [what] = said(li="e" * 15 + "-" * 15)
    assert what.startswith("the roster says nothing of Engineer") and "2026-11-16 the first" in what


@pytest.mark.parametrize("needed, told", [(True, 1), (False, 0)])
def test_who_leads_stands_in_for_a_role_that_is_only_told(needed: bool, told: int) -> None:
    leads: dict[str, tuple[str, ...]] = {str(day): ("qian",) for day in [date(2026, 11, 12), *DAYS]}
    assert len(said(needed, leads, li="e" * 12 + "r" + "e" * 17)) == told


def test_the_roles_that_are_asked_for_are_those_beside_on_shift() -> None:
    procedure = compile_text(ASKS.encode(), "repair.sop.yaml", NoTemplates()).procedure
    assert procedure is not None
    assert roles_asked(procedure) == {"desk", "engineer", "lead", "guard", "boss"}
    assert roles_needed(procedure) == {"desk", "engineer"}
    assert roles_assigned(procedure) == {"engineer"}
