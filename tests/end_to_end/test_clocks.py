"""The installed command under a clock that is wrong: `faketime` shows whole processes another one."""

import json
import os
import re
import shutil
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from sop_engine.engine.people.identity import system_login
from sop_engine.engine.sites import making
from tests import postgres
from tests.end_to_end.shell import SOP, Ran, Shell
from tests.needs import needs

LIBRARIES = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
pytestmark = needs("" if shutil.which("faketime") and LIBRARIES else "install Debian's package `faketime`")
VISIT = """\
procedure: visit
title: {zh: 上门, en: Visit}
prefix: SM
roles: [desk]
open: {by: desk, to: registered}
anytime:
  cancel: {by: desk, title: {zh: 取消, en: Cancel}, to: over}
states:
  registered:
    title: {zh: 待派, en: Registered}
    after: {30 min: {to: waiting, tell: desk}}
    transitions:
      dispatch: {by: desk, title: {zh: 派单, en: Dispatch}, to: waiting}
  waiting:
    title: {zh: 处理中, en: Waiting}
    every: {4 weeks: {tell: desk}}
  over: {title: {zh: 已结, en: Over}, final: true, outcome: over}
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site with this procedure only, whose clock is the machine's."""
    library, folder = tmp_path_factory.mktemp("library"), tmp_path_factory.mktemp("clocks") / "site"
    for part in ("workflows", "templates", "calendars"):
        (library / part).mkdir()
    (library / "workflows" / "visit.sop.yaml").write_text(VISIT, encoding="utf-8")
    with mock.patch.object(making, "library", lambda: library):
        making.make_site(folder, "Test", "Asia/Shanghai", system_login(), "lin_mei", "林梅", ["desk"])
    return folder


@dataclass(frozen=True)
class Machine:
    """A machine with a site; its clock can be wrong."""

    shell: Shell

    def __call__(self, *words: str, code: int | None = 0) -> Ran:
        return self.shell(*words, code=code)

    def at(self, off: str, *words: str, code: int | None = 0) -> Ran:
        """A command while the clock is off by so much: `+10y`, `-1h`."""
        begun = self.begin(off, *words)
        out, err = begun.communicate(timeout=120)
        ran = Ran(begun.returncode, out, err)
        assert "Traceback" not in err + out, ran
        assert code is None or ran.code == code, ran
        return ran

    def begin(self, off: str, *words: str) -> subprocess.Popen[str]:
        """The same, and not waited for."""
        return subprocess.Popen(
            ["faketime", "--exclude-monotonic", "-f", off, str(SOP), *words],
            cwd=self.shell.folder,
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def opened(self) -> str:
        id: str = self("new", "visit", "--json").json["id"]
        return id

    def fired(self, id: str) -> Counter[str]:
        """How often each timer of a ticket has fired, by its history."""
        steps = self("audit", "log", id, "--json").json
        return Counter(each["name"] for each in steps if each["command"] == "fire")

    def clean(self) -> None:
        assert self("audit", "replay", "--all", "--json").json["mismatches"] == []


def environment(**more: str) -> dict[str, str]:
    plain = {name: value for name, value in os.environ.items() if not name.startswith("SOP_")}
    return {**plain, "SOP_LANG": "en", "SOP_NO_INPUT": "1", **more}


@pytest.fixture
def machine(made: Path, tmp_path: Path) -> Machine:
    shutil.copytree(made, tmp_path / "site")
    return Machine(Shell(tmp_path / "site"))


def said_by_doctor(machine: Machine) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = machine("doctor", "--json", code=None).json
    return found


FIRST, AGAIN = "registered/after_30_min", "waiting/every_4_weeks"


# --- commands under a wrong clock -------------------------------------------------------------------------------------


def test_a_sweep_ten_years_ahead_fires_all_of_those_years_once_and_each_is_said(machine: Machine) -> None:
    # given a ticket, and another that is dispatched
    id = machine.opened()
    # when a machine sweeps whose clock is ten years ahead
    machine.at("+10y", "worker", "tick")
    # then all that is due in those years has fired, once
    fired = machine.fired(id)
    assert fired == {FIRST: 1, AGAIN: 130}
    # and when the clock is right, nobody goes on without accepting that
    refused = machine("note", id, "业主来电", code=7)
    assert "has a step recorded at 203" in refused.err
    assert "sop doctor --accept-clock" in refused.err
    assert machine("worker", "tick").err.startswith("timers fired: 0")
    # and the doctor says what fired, and where
    said = {each["severity"]: each["what"] for each in said_by_doctor(machine) if id in each["what"]}
    assert f"{FIRST} (1), {AGAIN} (130)" in said["warning"]
    assert any("behind what is recorded" in each["what"] for each in said_by_doctor(machine))
    # and whoever accepts it is told so again
    accepted = machine("doctor", "--accept-clock")
    assert f"{FIRST} (1), {AGAIN} (130)" in accepted.err
    machine("do", id, "cancel")
    assert machine.fired(id) == fired
    machine.clean()


def test_a_sweep_ten_years_ahead_sends_one_word_of_each_kind(machine: Machine) -> None:
    machine.opened()
    machine.at("+10y", "worker", "tick")
    statuses = Counter(each["status"] for each in machine("notify", "ls", "--all", "--json").json)
    assert statuses == {"sent": 2, "superseded": 129}


def test_a_clock_ten_years_back_fires_nothing_and_lets_nobody_work(machine: Machine) -> None:
    # given a ticket whose timer is due
    id = machine.opened()
    # when the clock is ten years back
    assert "timers fired: 0" in machine.at("-10y", "worker", "tick").err
    refused = [
        machine.at("-10y", "do", id, "dispatch", code=7),
        machine.at("-10y", "new", "visit", code=7),
        machine.at("-10y", "actor", "add", "p1", "王芳", code=7),
    ]
    # then that is what is said, and nothing is kept of it
    assert all("sop doctor --accept-clock" in each.err for each in refused)
    told = machine.at("-10y", "doctor", "--json", code=1).json
    assert any("the clock is" in each["what"] and "behind" in each["what"] for each in told)
    assert any(
        "the last sweep is dated" in each["what"] for each in machine.at("-20y", "doctor", "--json", code=1).json
    )
    # and when it is right, everything happens once
    machine.at("+31m", "worker", "tick")
    assert machine.fired(id) == {FIRST: 1}
    machine.clean()


@pytest.mark.parametrize(("off", "fired"), [("+1h", 1), ("-1h", 0)])
def test_a_clock_an_hour_off_and_set_right_again(machine: Machine, off: str, fired: int) -> None:
    id = machine.opened()
    machine.at(off, "worker", "tick")
    assert sum(machine.fired(id).values()) == fired
    refused = machine.at("-1h", "note", id, "业主来电", code=7)
    assert "set the clock right" in refused.err
    machine("note", id, "业主来电", code=7 if fired else 0)
    # an hour later it is right for everybody, without a word
    machine.at("+61m", "worker", "tick")
    assert machine.fired(id) == {FIRST: 1}
    machine.at("+61m", "note", id, "业主来电")
    machine.clean()


def test_a_command_with_a_clock_that_is_ahead_is_found_by_the_doctor(machine: Machine) -> None:
    id = machine.opened()
    machine.at("+1h", "note", id, "业主来电")
    assert any(id in each["what"] and "still to come" in each["what"] for each in said_by_doctor(machine))


# --- workers ----------------------------------------------------------------------------------------------------------


@contextmanager
def running(machine: Machine, **more: str) -> Iterator[subprocess.Popen[str]]:
    """A worker, as a process of its own."""
    worker = subprocess.Popen(
        [SOP, "worker", "run", "--every", "0.2"], cwd=machine.shell.folder, env=environment(**more),
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        until(lambda: status(machine)["workers"] != [])
        yield worker
    finally:
        if worker.poll() is None:
            worker.kill()
            worker.communicate(timeout=30)


def status(machine: Machine) -> dict[str, Any]:
    found: dict[str, Any] = machine("worker", "status", "--json", code=None).json
    return found


def until(holds: Any) -> None:
    end = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < end, "it never came to be"
        time.sleep(0.1)


def test_a_worker_sweeps_on_when_its_machine_s_clock_is_set_by_ten_years_and_back(
    machine: Machine, tmp_path: Path
) -> None:
    # given a worker, on a machine whose clock somebody sets
    id, file = machine.opened(), tmp_path / "clock"
    file.write_text("+0\n")
    fake = {
        "LD_PRELOAD": str(LIBRARIES[0]), "FAKETIME_TIMESTAMP_FILE": str(file), "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1", "DONT_FAKE_MONOTONIC": "1",
    }  # fmt: skip
    with running(machine, **fake) as worker:
        # when it is set back by ten years, and then to an hour ahead
        file.write_text("-10y\n")
        time.sleep(2.5)
        file.write_text("+1h\n")
        # then it sweeps at once
        until(lambda: machine.fired(id) == {FIRST: 1})
        time.sleep(1.5)
        worker.send_signal(signal.SIGTERM)
        _out, err = worker.communicate(timeout=30)
    assert worker.returncode == 0, err
    assert "clock was set back by 3650 days" in err
    assert "clock was set ahead by 3650 days" in err


def test_a_worker_is_seen_to_tick_and_one_that_was_killed_to_be_silent(machine: Machine) -> None:
    machine.opened()
    with running(machine) as worker:
        [mark] = status(machine)["workers"]
        assert (mark["host"], mark["pid"], mark["state"]) == (os.uname().nodename, worker.pid, "ticks")
        worker.kill()
        worker.communicate(timeout=30)
    later = machine.at("+5m", "worker", "status", code=1)
    assert f"({worker.pid}): silent for 5 min" in later.out
    assert "nothing sweeps" in later.err
    found = machine.at("+5m", "doctor", "--json", code=1).json
    assert any(each["severity"] == "error" and "did not say that it ends" in each["what"] for each in found)
    # and the next to sweep there takes its mark away
    machine.at("+5m", "worker", "tick")
    assert status(machine)["workers"] == []


def test_a_worker_whose_clock_is_ahead_is_found_by_the_doctor_of_another_machine(machine: Machine) -> None:
    with running(machine):
        found = machine.at("-1h", "doctor", "--json", code=1).json
    ahead = re.compile(r"the worker .+: its clock is (1 h|59 min|60 min) ahead of this machine's")
    assert any(ahead.fullmatch(each["what"]) for each in found), found


def test_what_is_overdue_and_by_how_much(machine: Machine) -> None:
    for _ in range(2):
        machine.opened()
    late = machine.at("+5h", "worker", "status", "--json", code=1).json
    assert (late["overdue"], late["healthy"]) == (2, False)
    assert 4.4 * 3600 < late["overdue_seconds"] < 4.6 * 3600
    assert "2, the oldest for 4 h 30 min" in machine.at("+5h", "worker", "status", code=1).out
    assert "timers overdue: 2, the oldest for 4 h 30 min" in machine.at("+5h", "doctor", code=1).out


# --- machines that share a database -----------------------------------------------------------------------------------


@pytest.mark.parametrize("off", ["-1h", "+10y"])
def test_machines_whose_clocks_differ_share_a_database(
    made: Path, tmp_path: Path, server: postgres.Server, off: str
) -> None:
    # given two machines and one database
    address = server.address(server.new_database())
    for name in ("one", "two"):
        shutil.copytree(made, tmp_path / name)
    one, two = (Machine(Shell(tmp_path / name)) for name in ("one", "two"))
    one("db", "copy", "site.db", address)
    for each in (one, two):
        settings = each.shell.folder / "sop.toml"
        settings.write_text(settings.read_text().replace("[site]\n", f'[site]\nstore = "{address}"\n', 1))
    tickets = [one.opened() for _ in range(3)]
    # when both sweep at the same time, the clock of the second being wrong
    sweeps = [each.begin(clock, "worker", "tick") for each, clock in ((one, "+31m"), (two, off), (one, "+31m"))]
    told = [each.communicate(timeout=120) for each in sweeps]
    codes = [each.returncode for each in sweeps]
    # then nobody fell over; who met a ticket that is ahead of his clock has said so
    assert set(codes) <= {0, 7}, told
    one.at("+31m", "worker", "tick", code=None)
    # and each timer has fired once, and each notice went out once, or a later one in its place
    fired = [one.fired(id) for id in tickets]
    assert all(each in ({FIRST: 1}, {FIRST: 1, AGAIN: 130}) for each in fired), fired
    letters = one("notify", "ls", "--all", "--json").json
    assert len(letters) == sum(sum(each.values()) for each in fired)
    assert {each["status"] for each in letters} <= {"sent", "superseded"}
    logs = [each.shell.folder / "notices.log" for each in (one, two)]
    sent = [json.loads(line)["key"] for log in logs if log.exists() for line in log.read_text().splitlines()]
    assert len(sent) == len(set(sent)) == sum(each["status"] == "sent" for each in letters)
    one.clean()
