"""Figures of promises are those of the record, and lead to their tickets."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from sop_engine import canonical
from sop_engine.engine.reports.promises import Figures, Outcome, figures, outcomes
from sop_engine.goals import Goal, Mark
from sop_engine.store.seam import CALENDAR, Version
from sop_engine.worktime import parse_allowance
from sop_engine.worktime.calendars import to_json
from tests.ticket.test_goals import DISPATCHED, Place, finishing, urgent_only
from tests.worktime.shipped import at, calendar

NOVEMBER = datetime(2026, 10, 31, 16, tzinfo=UTC), datetime(2026, 11, 30, 16, tzinfo=UTC)


def found_in(place: Place, as_of: datetime | None = None) -> list[Outcome]:
    with place.desk.reading() as reading:
        return list(outcomes(reading, place.desk.engine.programs, *NOVEMBER, as_of))


def test_what_was_kept_late_missed_and_given_up_is_told_apart(tmp_path: Path) -> None:
    place = Place(tmp_path, finishing("4 h", pause=("waiting",)))
    kept, late, missed, waiting = (place.opened() for _number in range(4))
    place.until("2026-11-23 10:00")
    place.desk.do(kept, "done")
    place.desk.do(waiting, "hold")
    place.until("2026-11-23 16:00")
    place.desk.do(late, "done")

    found = {each.ticket: each for each in found_in(place)}

    assert {id: each.result for id, each in found.items()} == {kept: "kept", late: "late", missed: "breached"}
    assert found[kept].used == timedelta(minutes=90)
    assert found[late].used == timedelta(hours=6)
    assert found[missed].ended == at("2026-11-23 14:00")


def test_paused_time_stands_apart(tmp_path: Path) -> None:
    place = Place(tmp_path, finishing("4 h", pause=("waiting",)))
    wx = place.opened()
    place.desk.do(wx, "hold")
    place.until("2026-11-23 11:30")
    place.desk.do(wx, "go_on")
    place.until("2026-11-23 14:30")
    place.desk.do(wx, "done")

    (outcome,) = found_in(place)

    assert (outcome.used, outcome.paused) == (timedelta(hours=1, minutes=30), timedelta(hours=3))


def test_a_missed_period_of_a_regular_update_counts(tmp_path: Path) -> None:
    goal = Goal("report", {"en": "Report"}, DISPATCHED, (Mark("did", "progress"),), every=parse_allowance("4 h"),
                within_states=("working",), calendar="front-desk")  # fmt: skip
    place = Place(tmp_path, goal)
    wx = place.opened()
    place.until("2026-11-23 13:00")
    place.desk.do(wx, "progress")
    place.desk.do(wx, "done")

    assert [each.result for each in found_in(place)] == ["breached", "kept", "dropped"]


def test_a_calendar_that_is_published_later_changes_no_figure(tmp_path: Path) -> None:
    place = Place(tmp_path, finishing("4 h"))
    wx = place.opened()
    place.until("2026-11-24 10:00")
    place.desk.do(wx, "done")
    before = found_in(place)
    assert [each.used for each in before] == [timedelta(hours=9)]

    with place.desk.store.writing() as transaction:
        longer = transaction.put_blob(canonical.to_bytes(to_json(calendar("round-the-clock"))))
        published = "2026-11-25T00:00:00.000Z"
        transaction.put_version(Version(CALENDAR + "office", 2, longer, longer, longer, published, "boss", ""))

    assert found_in(place) == before


def test_a_figure_can_be_taken_as_of_any_instant(tmp_path: Path) -> None:
    place = Place(tmp_path, finishing("4 h"))
    wx = place.opened()
    place.until("2026-11-23 15:00")
    place.desk.clock.set(at("2026-11-23 15:30"))
    place.desk.do(wx, "done")

    assert [each.result for each in found_in(place)] == ["late"]
    assert [each.result for each in found_in(place, as_of=at("2026-11-23 15:10"))] == ["breached"]


def test_figures_of_a_group() -> None:
    made = [
        Outcome(f"WX-{hours}", "repair", "3-1", "wang", "finishing", "kept" if hours < 10 else "late",
                NOVEMBER[0], timedelta(hours=hours), timedelta(hours=1))
        for hours in range(1, 12)
    ]  # fmt: skip

    (found,) = figures(made, ("procedure", "person"))

    assert found == Figures(
        ("repair", "wang"), 9, 2, 0, 0, timedelta(hours=6), timedelta(hours=10), timedelta(hours=11),
        len(made), worst=timedelta(hours=11),
    )  # fmt: skip
    assert found.share == 9 / 11


def test_what_never_counted_is_not_given_up(tmp_path: Path) -> None:
    place = Place(tmp_path, urgent_only())
    wx = place.opened()
    place.desk.do(wx, "done")
    place.desk.do(wx, "confirm")

    assert found_in(place) == []
