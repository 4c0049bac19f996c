"""Tickets that went back are counted from the record, for whose work did not stand."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from sop_engine.engine.reports.returns import Reached, Return, movements, return_figures
from sop_engine.goals import Goal
from tests.ticket.test_goals import Place, finishing
from tests.worktime.shipped import at

NOVEMBER = datetime(2026, 10, 31, 16, tzinfo=UTC), datetime(2026, 11, 30, 16, tzinfo=UTC)


def moved(place: Place, as_of: datetime | None = None) -> list[Reached | Return]:
    with place.desk.reading() as reading:
        return list(movements(reading, place.desk.engine.programs, *NOVEMBER, as_of))


def returns(place: Place, as_of: datetime | None = None) -> list[Return]:
    return [each for each in moved(place, as_of) if isinstance(each, Return)]


def test_what_was_done_and_is_to_be_done_again_went_back(tmp_path: Path) -> None:
    place = Place(tmp_path, finishing("4 h"))
    wx, other = place.opened(), place.opened()
    for each in (wx, other):
        place.desk.do(each, "done")
    place.until("2026-11-23 11:30")
    place.desk.do(wx, "again")

    (found,) = returns(place)

    assert (found.reached.ticket, found.reached.part, found.to) == (wx, "repaired", "working")
    assert (found.trigger, found.after) == ("again", timedelta(hours=3))
    (figures,) = return_figures(moved(place), ("procedure", "part"))
    assert (figures.group, figures.reached, figures.returned, figures.share) == (("repair", "repaired"), 2, 1, 0.5)


def test_a_ticket_that_goes_back_twice_is_one_ticket_and_two_returns(tmp_path: Path) -> None:
    place = Place(tmp_path, finishing("4 h"))
    wx = place.opened()
    for _round in range(2):
        place.desk.do(wx, "done")
        place.desk.do(wx, "again")

    (figures,) = return_figures(moved(place), ("person",))

    assert (figures.reached, figures.returned, figures.tickets) == (2, 2, 1)


def test_whose_work_stood_is_told_beside_whose_did_not(tmp_path: Path) -> None:
    place = Place(tmp_path, finishing("4 h"))
    mine, hers = place.opened(), place.opened()
    place.desk.do(mine, "done")
    place.desk.do(hers, "done", by="li")
    place.desk.do(hers, "again")

    found = {each.group[0]: each for each in return_figures(moved(place), ("person",))}

    assert {name: (each.reached, each.returned) for name, each in found.items()} == {"boss": (1, 0), "li": (1, 1)}


def test_going_on_after_a_pause_is_not_going_back(tmp_path: Path) -> None:
    place = Place(tmp_path, finishing("4 h", pause=("waiting",)))
    wx = place.opened()
    place.desk.do(wx, "hold")
    place.desk.do(wx, "go_on")

    assert returns(place) == []


def test_where_nothing_stood_still_it_went_back(tmp_path: Path) -> None:
    place = Place(tmp_path, finishing("4 h"))
    wx = place.opened()
    place.desk.do(wx, "hold")
    place.desk.do(wx, "go_on")

    assert [(each.reached.part, each.to) for each in returns(place)] == [("waiting", "working")]


def test_going_back_while_another_promise_ends_is_going_back(tmp_path: Path) -> None:
    checked: Goal = finishing("8 h", pause=("repaired",))
    place = Place(tmp_path, checked)
    wx = place.opened()
    place.desk.do(wx, "done")  # which ends the promise before it could stand still
    place.desk.do(wx, "again")

    assert len(returns(place)) == 1


def test_returns_can_be_taken_as_of_any_instant(tmp_path: Path) -> None:
    place = Place(tmp_path, finishing("4 h"))
    wx = place.opened()
    place.desk.do(wx, "done")
    place.desk.clock.set(at("2026-11-24 09:00"))
    place.desk.do(wx, "again")

    assert returns(place, as_of=at("2026-11-23 23:59")) == []
    assert len(returns(place, as_of=at("2026-11-24 23:59"))) == 1
