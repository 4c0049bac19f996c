"""The line that `sop worker service --cron` prints, done as cron does it, and the unit's as systemd does."""

import os
import re
import shlex
import shutil
import signal
import subprocess
import time
from pathlib import Path
from unittest import mock

import pytest

from sop_engine.engine.people.identity import system_login
from sop_engine.engine.sites import making
from tests.end_to_end.shell import Shell
from tests.needs import needs


@pytest.fixture
def site(tmp_path: Path) -> Shell:
    """A site without a procedure, in a folder with a name that means something to every shell."""
    library, folder = tmp_path / "library", tmp_path / "前台 100% $HOME's"
    for part in ("workflows", "templates", "calendars"):
        (library / part).mkdir(parents=True)
    with mock.patch.object(making, "library", lambda: library):
        making.make_site(folder, "Test", "Asia/Shanghai", system_login(), "lin_mei", "林梅", [])
    return Shell(folder)


def test_what_cron_runs_sweeps_this_site(site: Shell) -> None:
    printed = site("worker", "service", "--cron")
    assert printed.err == "write it to /etc/cron.d/sop-test\n"
    line = next(line for line in printed.out.splitlines() if line.startswith("* * * * * "))
    command = line.split(" ", 6)[6].replace("\\%", "%").partition(" 2>&1 |")[0]
    assert site("worker", "status", "--json").json["last_sweep"] is None
    done = subprocess.run(["/bin/sh", "-c", command], cwd="/", env={"HOME": "/root"}, capture_output=True, check=False)
    assert done.returncode == 0, done
    assert site("worker", "status", "--json").json["last_sweep"] is not None


def test_what_systemd_runs_is_a_worker_of_this_site(site: Shell) -> None:
    unit = site("worker", "service", "--every", "0.5").out
    line = next(line for line in unit.splitlines() if line.startswith("ExecStart="))
    words = [word.replace("%%", "%").replace("$$", "$") for word in shlex.split(line.partition("=")[2])]
    worker = subprocess.Popen(words, cwd="/", env={"HOME": "/root"}, stderr=subprocess.PIPE, text=True)
    try:
        end = time.monotonic() + 30
        while not (found := site("worker", "status", "--json").json["workers"]):
            assert time.monotonic() < end, "it never began"
            time.sleep(0.1)
    finally:
        worker.send_signal(signal.SIGTERM)
        _out, err = worker.communicate(timeout=30)
    assert (found[0]["pid"], found[0]["every_seconds"], found[0]["host"]) == (worker.pid, 0.5, os.uname().nodename)
    assert "nothing was left half done" in err


@needs("" if shutil.which("systemd-analyze") else "there is no systemd-analyze: apt-get install systemd")
def test_systemd_takes_the_unit(site: Shell, tmp_path: Path) -> None:
    made = site("worker", "service", "--json").json
    assert re.fullmatch(r"/etc/systemd/system/sop-test\.service", made["file"])
    file = tmp_path / "sop-test.service"
    file.write_text(made["text"], encoding="utf-8")
    told = subprocess.run(["systemd-analyze", "verify", file], capture_output=True, text=True, check=False)
    assert (told.returncode, told.stderr) == (0, "")
