"""What a story says of values that nobody gave, of an opening, and of a parent that looks at its children."""

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from sop_engine import canonical
from sop_engine.console.stories.story import Chapter, Teller, tell
from sop_engine.store.seam import CALENDAR, Version
from sop_engine.worktime.calendars import to_json
from tests.desk import Desk
from tests.ticket.test_refilling import NONE, UNITS, VISIT, WU, ZHOU
from tests.ticket.test_watching import CHILD, PARENT
from tests.worktime.shipped import calendar


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    bench = Desk(tmp_path, {"wang": ["desk"]})
    for text in (VISIT, CHILD, PARENT.replace("CONDITION", "there")):
        bench.publish(text)
    with bench.store.writing() as transaction:
        transaction.put_units(UNITS)
    return bench


def last(desk: Desk, id: str, language: str = "en") -> Chapter:
    """The ticket's last step, told."""
    with desk.reading() as reading:
        stored = list(reading.steps(id))[-1]
        beside = {slot: sealed for (_number, slot), sealed in reading.sealed(id, stored.number).items()}
        record = canonical.parse(stored.data)
        program = desk.engine.programs.of(reading, record["procedure"])
    return tell(record, beside, program, 1, Teller(language, ZoneInfo("Asia/Shanghai"), {}, "CNY"))


def test_an_opening_says_as_what_it_was_allowed(desk: Desk) -> None:
    assert last(desk, desk.open("visit", by="wang", unit=ZHOU)).why == "role:desk"


def test_what_was_filled_in_says_from_where(desk: Desk) -> None:
    sm = desk.open("visit", by="wang", unit=ZHOU)
    desk.command("edit", sm, "wang", fields={"unit": WU}, reason="看错")
    assert "Caller = 吴女士 13800001203 (from Unit)" in last(desk, sm).lines
    assert "来电人 = 吴女士 13800001203（取自房号）" in last(desk, sm, "zh").lines


def test_what_a_new_source_does_not_give_is_said(desk: Desk) -> None:
    sm = desk.open("visit", by="wang", unit=ZHOU)
    desk.command("edit", sm, "wang", fields={"unit": NONE}, reason="看错")
    assert "Caller was cleared: Unit gives none" in last(desk, sm).lines


def test_a_parent_s_look_is_told_with_the_child(desk: Desk) -> None:
    zd = desk.open("parent", by="wang", parts=[{"what": "甲", "state": "x"}])
    desk.do(zd, "divide", by="wang")
    [child] = desk.ticket(zd).children
    desk.do(child["id"], "arrive", by="wang")
    assert last(desk, zd).did == f"saw where {child['id']} stands now"


PROMISED = """
procedure: promised
title: Promised
prefix: CN
calendar: front-desk
roles: [desk]
fields: {urgency: {type: choice, choices: [urgent, normal], default: normal}}
open: {by: desk, may_ask: urgency, to: asked}
goals:
  rushing: {title: Rushing, start: did open, stop: did go, when: {urgency: urgent}, within: 1 h}
  going: {title: Going, start: did open, stop: did go, within: 2 h, escalate: {0 min: desk}, source: M9 1.1}
states:
  asked: {transitions: {go: {by: desk, to: over}, drop: {by: desk, to: over}}}
  over: {final: true, outcome: over}
"""


@pytest.fixture
def promising(tmp_path: Path) -> Desk:
    bench = Desk(tmp_path, {"wang": ["desk"]})
    data = canonical.to_bytes(to_json(calendar("front-desk")))
    with bench.store.writing() as transaction:
        digest = transaction.put_blob(data)
        transaction.put_version(Version(f"{CALENDAR}front-desk", 1, digest, digest, digest, "", "boss", ""))
    bench.publish(PROMISED)
    return bench


def test_a_promise_that_is_missed_cites_its_clause(promising: Desk) -> None:
    cn = promising.open("promised", by="wang")

    promising.advance(hours=2)

    assert last(promising, cn).clauses == ("M9 1.1",)


def test_only_promises_that_counted_are_said_to_count_no_more(promising: Desk) -> None:
    cn = promising.open("promised", by="wang")

    promising.do(cn, "drop", by="wang")

    assert [line for line in last(promising, cn).lines if "no more" in line] == ["counts no more: Going"]
