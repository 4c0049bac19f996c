"""What `worker status` and `doctor` say of the sweep: channels out of order, workers, times that are still to come."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from sop_engine import canonical
from sop_engine.engine.notices.resting import out_of_order
from sop_engine.engine.sites.folder import open_site
from sop_engine.store.seam import NewLetter
from tests.console.conftest import Sop
from tests.console.place import move_clock
from tests.end_to_end.shell import Ran


def put(site: Path, name: str, value: str) -> None:
    with open_site(site) as opened, opened.store.writing() as transaction:
        transaction.put_meta(name, value)


def soon(site: Path, **by: float) -> str:
    with open_site(site) as opened:
        return canonical.instant_text(opened.clock.now() + timedelta(**by))


def mark(site: Path, host: str, **age: float) -> None:
    """A worker's mark, of so long ago."""
    at = soon(site, **{unit: -count for unit, count in age.items()})
    put(site, f"worker:{host}:77", canonical.to_text({"at": at, "every": "5.0", "since": at}))


def found(doctor: Ran) -> dict[str, str]:
    return {each["what"]: each["severity"] for each in doctor.json}


def severity(doctor: Ran, words: str) -> list[str]:
    return [kind for what, kind in found(doctor).items() if words in what]


@pytest.mark.parametrize(("hours", "code"), [(1, 0), (4, 1)])
def test_a_channel_that_is_out_of_order_for_long_is_a_fault(sop: Sop, site: Path, hours: int, code: int) -> None:
    with open_site(site) as opened, opened.store.writing() as transaction:
        now = opened.clock.now()
        transaction.add_letters("WX-1", 1, [NewLetter(0, "told", "wang_fang", "log")], canonical.instant_text(now))
        for _ in range(2):
            out_of_order(transaction, "log", now)
    move_clock(site, hours=hours)
    put(site, "last_sweep", soon(site))
    status = sop("worker", "status", "--json")
    assert status.code == code
    assert [each["channel"] for each in status.json["out_of_order"]] == ["log"]
    assert bool(severity(sop("doctor", "--json"), "the channel log has been out of order for 4 h")) is (hours == 4)


def test_workers_are_told_apart_by_what_is_heard_of_them(sop: Sop, site: Path) -> None:
    mark(site, "desk-1", seconds=20)
    mark(site, "desk-2", minutes=10)
    mark(site, "desk-3", hours=-1)
    states = {each["host"]: each["state"] for each in sop("worker", "status", "--json").json["workers"]}
    assert states == {"desk-1": "ticks", "desk-2": "silent", "desk-3": "ahead"}
    doctor = sop("doctor", "--json")
    assert severity(doctor, "the worker desk-2 (77) is silent for 10 min") == ["warning"], "another ticks"
    assert severity(doctor, "the worker desk-3 (77): its clock is 60 min ahead") or severity(doctor, "is 1 h ahead")
    shown = sop("worker", "status").out
    assert "desk-1 (77): ticks, every 5 seconds" in shown


def test_where_no_worker_ticks_any_more_that_is_a_fault(sop: Sop, site: Path) -> None:
    mark(site, "desk-2", minutes=10)
    status = sop("worker", "status")
    assert (status.code, "nothing sweeps" in status.err) == (1, True)
    assert severity(sop("doctor", "--json"), "is silent for 10 min") == ["error"]


def test_a_sweep_that_is_still_to_come_hides_nothing(sop: Sop, site: Path, wx: str) -> None:
    # given a ticket whose timer is overdue, and a sweep by a clock that was ten years ahead
    put(site, "last_sweep", soon(site, days=3650))
    move_clock(site, hours=5)
    # when somebody works, then he is told that nothing sweeps, and whoever looks, what is overdue
    assert "nothing has swept for 4 hours" in sop("ls").err
    status: dict[str, Any] = sop("worker", "status", "--json").json
    assert (status["overdue"], status["overdue_seconds"], status["healthy"]) == (1, 17100, False)
    doctor = sop("doctor", "--json")
    assert severity(doctor, "timers overdue: 1, the oldest for 4 h 45 min") == ["error"]
    assert severity(doctor, "the last sweep is dated 3649 days") == ["warning"]
    assert wx
