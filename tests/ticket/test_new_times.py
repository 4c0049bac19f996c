"""A newer version with other times: open tickets promise by them; all else of them stays that of their own."""

from pathlib import Path
from typing import Any

import pytest

from sop_engine import canonical
from sop_engine.engine.people.identity import Identity
from sop_engine.engine.publishing.reckoning import Move, take_times
from tests.desk import Desk
from tests.ticket.test_goals import Place
from tests.worktime.shipped import SHANGHAI, at

TEXT = """
procedure: repair
title: Repair
prefix: WX
calendar: office
roles: [desk, lead]
fields:
  urgency: {{type: choice, choices: [urgent, normal], default: normal}}
  {fields}
open: {{by: anyone, may_ask: [urgency], to: registered}}
anytime:
  hurry: {{by: anyone, ask: urgency}}
goals:
  finishing: {{title: Finish, start: did dispatch, stop: repaired, {finishing}}}
  paper: {{title: Paper, start: did dispatch, stop: closed, {paper}}}
states:
  registered: {{transitions: {{dispatch: {{by: anyone, to: {first}}}}}}}
  {first}: {{transitions: {{done: {{by: anyone, to: repaired}}}}}}
  repaired: {{transitions: {{confirm: {{by: anyone, to: closed}}}}}}
  closed: {{final: true, outcome: repaired}}
"""


def version(finishing: str, paper: str = "within: 1 h", first: str = "working", fields: str = "") -> str:
    """The procedure with other times, and perhaps another way."""
    return TEXT.format(finishing=finishing, paper=paper, first=first, fields=fields)


class Centre:
    """A place whose procedure has versions."""

    def __init__(self, folder: Path, text: str) -> None:
        self.place = Place(folder)
        self.desk: Desk = self.place.desk
        self.desk.publish(text)

    def take(self, text: str, dry_run: bool = False) -> list[Move]:
        """Publish a version, and let open tickets take its times."""
        self.desk.publish(text)
        return self.take_again(dry_run)

    def take_again(self, dry_run: bool = False) -> list[Move]:
        """What publishing does after an interruption."""
        with self.desk.store.reading() as reading:
            newest = reading.newest("repair")
        assert newest is not None
        return list(take_times(self.desk.engine, Identity("tester", "boss"), newest, dry_run))

    def due(self, id: str, goal: str = "finishing") -> Any:
        found = self.desk.ticket(id).goals[goal]["due"]
        return None if found is None else f"{canonical.instant_of(found).astimezone(SHANGHAI):%m-%d %H:%M}"


def test_what_is_open_is_promised_by_the_new_times_and_says_why(tmp_path: Path) -> None:
    centre = Centre(tmp_path, version("within: 4 h"))
    running, kept = centre.place.opened(), centre.place.opened()
    centre.desk.do(kept, "done")
    before = centre.desk.ticket(kept).goals["finishing"]

    would = centre.take(version("within: 8 h"), dry_run=True)
    assert centre.due(running) == "11-23 14:00"
    moved = centre.take_again()

    was, due = (canonical.instant_text(at(f"2026-{each}")) for each in ("11-23 14:00", "11-24 09:00"))
    assert moved == would == [Move(running, "finishing", was, due)]
    assert centre.due(running) == "11-24 09:00"
    assert centre.desk.ticket(kept).goals["finishing"] == before
    (changed,) = centre.desk.events(running, "goal_changed")
    assert (changed["was"], changed["why"], changed["put"]["within"]) == (was, "version", [8, "h", ""])
    assert centre.take_again() == []
    centre.place.clean()


def test_a_promise_that_begins_later_begins_by_the_new_times(tmp_path: Path) -> None:
    centre = Centre(tmp_path, version("within: 4 h"))
    wx = centre.desk.open("repair")

    assert centre.take(version("within: 8 h")) == []
    centre.desk.do(wx, "dispatch")

    assert centre.due(wx) == "11-24 09:00"
    centre.place.clean()


def test_what_was_missed_stays_missed_whatever_comes_after(tmp_path: Path) -> None:
    centre = Centre(tmp_path, version("within: 4 h"))
    wx = centre.place.opened()
    centre.place.until("2026-11-23 15:00")
    missed = centre.desk.ticket(wx).goals["finishing"]["breached"]

    moved = centre.take(version("within: 8 h", paper="within: 1 month"))
    centre.desk.command("note", wx, note="a word")
    centre.desk.do(wx, "done")

    assert moved == []
    assert centre.desk.ticket(wx).goals["finishing"]["status"] == "late"
    assert centre.desk.ticket(wx).goals["finishing"]["breached"] == missed
    centre.place.clean()


def test_the_way_stays_that_of_the_ticket_s_own_version(tmp_path: Path) -> None:
    centre = Centre(tmp_path, version("within: 4 h"))
    wx = centre.place.opened()

    centre.take(version("within: 8 h", first="at_work"))
    centre.desk.do(wx, "done")
    centre.desk.do(wx, "confirm")

    assert centre.desk.ticket(wx).status == "closed"
    assert "working" in centre.desk.ticket(wx).entered
    centre.place.clean()


def test_times_that_stand_on_a_field_the_ticket_does_not_have_are_left(tmp_path: Path) -> None:
    centre = Centre(tmp_path, version("within: 4 h"))
    wx = centre.place.opened()

    chosen = "within: {parts: {yes: 8 h, no: 2 h}}"
    moved = centre.take(version(chosen, paper="within: 2 h", fields="parts: {type: choice, choices: ['yes', 'no']}"))

    assert [each.goal for each in moved] == ["paper"]
    assert centre.due(wx) == "11-23 14:00"


def test_by_a_field_that_both_have_they_follow_the_field(tmp_path: Path) -> None:
    centre = Centre(tmp_path, version("within: 4 h"))
    wx = centre.place.opened()

    centre.take(version("within: {urgency: {urgent: 1 h, normal: 8 h}}"))
    assert centre.due(wx) == "11-24 09:00"
    centre.desk.do(wx, "hurry", urgency="urgent")

    assert centre.due(wx) == "11-23 09:30"
    centre.place.clean()


def test_an_older_text_that_is_published_again_gives_its_own_times_back(tmp_path: Path) -> None:
    first = version("within: 4 h")
    centre = Centre(tmp_path, first)
    wx = centre.place.opened()

    centre.take(version("within: 8 h"))
    centre.take(first)

    assert centre.due(wx) == "11-23 14:00"
    assert centre.desk.ticket(wx).terms == ""
    centre.place.clean()


def test_a_paused_promise_takes_the_new_times_when_it_goes_on(tmp_path: Path) -> None:
    text = version("within: 4 h, pause: repaired").replace("stop: repaired", "stop: closed").replace(
        "repaired: {transitions: {", "repaired: {transitions: {back: {by: anyone, to: working}, ")  # fmt: skip
    centre = Centre(tmp_path, text)
    wx = centre.place.opened()
    centre.place.until("2026-11-23 09:30")
    centre.desk.do(wx, "done")

    (moved,) = centre.take(text.replace("within: 4 h", "within: 8 h"))
    centre.place.until("2026-11-23 10:30")
    centre.desk.do(wx, "back")

    assert (moved.was, moved.due) == (None, None)
    assert centre.due(wx) == "11-24 10:00"
    centre.place.clean()


@pytest.mark.parametrize("terms", ["0" * 64, ""])
def test_times_of_a_version_that_is_not_there_are_refused(tmp_path: Path, terms: str) -> None:
    centre = Centre(tmp_path, version("within: 4 h"))
    wx = centre.place.opened()

    with pytest.raises(Exception, match=r"move nothing|has lost"):
        centre.desk.command("reckon", wx, terms=terms, version=7)

    assert centre.due(wx) == "11-23 14:00"
