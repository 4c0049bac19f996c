"""`sop worker service`: what systemd and cron make of it is the program, the site and the interval, whatever they are
called."""

import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sop_engine.console.keeper.service import Service, cron_line, unit
from sop_engine.errors import NotUnderstood
from tests.console.conftest import Sop
from tests.needs import needs

FOLDERS: Final = (
    "/srv/front-desk",
    "/srv/前台 一号",
    "/srv/100% of $HOME/`x`/$(y)",
    '/srv/it\'s "ours"; rm -rf x',
    "/srv/-n *?[a]~{b}",
    "/tmp/a",
)
DOCUMENTED: Final = Path(__file__).parents[2] / "docs" / "operations.md"


def service(folder: str, program: str = "/opt/sop/bin/sop", **more: str) -> Service:
    return Service("sop-front-desk", "Front desk", Path(program), Path(folder), "sop", "front-desk", "5", more)


def words(line: str) -> list[str]:
    """What systemd makes of a line of words, by systemd.syntax(7): quotes, C's escapes, then specifiers."""
    found = [plain or quoted for quoted, plain in re.findall(r'"((?:\\.|[^"\\])*)"|(\S+)', line)]
    return [unescaped(each).replace("%%", "%") for each in found]


def unescaped(text: str) -> str:
    def one(found: re.Match[str]) -> str:
        said = found[1]
        if said[0] == "x":
            return bytes.fromhex(said[1:]).decode(errors="surrogateescape")
        return chr(int(said[1:], 16)) if said[0] == "U" else said

    return re.sub(r"\\(x[0-9a-f]{2}|U[0-9a-f]{8}|.)", one, text)


def entry(text: str, name: str) -> str:
    [line] = [line for line in text.splitlines() if line.startswith(f"{name}=")]
    return line.partition("=")[2]


def require_unit(folder: str, program: str) -> None:
    text = unit(service(folder, program))
    first, *rest = words(entry(text, "ExecStart"))
    run = [each.replace("$$", "$") for each in rest]
    if first == "/usr/bin/env":
        first = run.pop(0)
    assert first == str(Path(program))
    assert run == ["worker", "run", "--site", str(Path(folder)), "--every", "5"]
    assert words(entry(text, "ReadWritePaths"))[0] == str(Path(folder))


def cron_does(line: str) -> str:
    """What cron hands to the shell, by crontab(5): after five times and a user; a plain % would end it."""
    command = line.rstrip("\n").split(" ", 6)[6]
    assert not re.search(r"(?<!\\)%", command)
    return command.replace("\\%", "%")


@pytest.mark.parametrize("folder", FOLDERS)
def test_systemd_and_cron_run_the_worker_of_this_site(folder: str) -> None:
    require_unit(folder, "/opt/sop/bin/sop")
    command, _pipe, _logger = cron_does(cron_line(service(folder))).partition(" 2>&1 |")
    assert shlex.split(command) == ["/opt/sop/bin/sop", "worker", "tick", "--site", folder]


@given(st.text(st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1))
def test_a_unit_says_any_path_so_that_it_is_read_again(name: str) -> None:
    require_unit(f"/srv/{name}/x", f"/opt/{name}/sop")
    assert len(unit(service(f"/srv/{name}")).split("\n")) == len(unit(service("/srv/x")).split("\n"))
    assert unit(service(f"/srv/{name}")).replace("\n", "").isprintable()


def test_a_name_that_is_no_text_is_said_by_its_bytes() -> None:
    assert words(entry(unit(service(os.fsdecode(b"/srv/\xff"))), "ReadWritePaths")) == ["/srv/\udcff"]


@pytest.mark.parametrize("folder", ["/srv/a\\b", "/srv/a\nb", "/srv/a\u202eb"])
def test_what_cron_cannot_say_is_refused(folder: str) -> None:
    with pytest.raises(NotUnderstood, match="crontab"):
        cron_line(service(folder))


def test_files_that_hold_passwords_are_passed_on_by_name() -> None:
    made = service("/srv/x", PGPASSFILE="/etc/sop/pg pass")
    assert 'Environment="PGPASSFILE=/etc/sop/pg pass"\n' in unit(made)
    assert cron_line(made).startswith("PGPASSFILE=/etc/sop/pg pass\n* * * * * sop ")


@needs("" if shutil.which("systemd-analyze") else "there is no systemd-analyze: apt-get install systemd")
@pytest.mark.parametrize("name", ["front-desk", "前台 100%", "$HOME `x`", 'it\'s "ours"'])
def test_systemd_finds_nothing_wrong_with_it(tmp_path: Path, name: str) -> None:
    program = tmp_path / name / "sop"
    program.parent.mkdir()
    shutil.copy("/bin/true", program)
    file = tmp_path / "sop-front-desk.service"
    made = Service("sop-front-desk", f"定时 {name} \\", program, tmp_path / name, "root", "root", "5", {})
    file.write_text(unit(made), encoding="utf-8")
    told = subprocess.run(["systemd-analyze", "verify", file], capture_output=True, text=True, check=False)
    assert (told.returncode, told.stderr) == (0, "")


@pytest.mark.parametrize(
    ("made", "name", "environment"),
    [
        (unit, "sop.service", {}),
        (cron_line, "sop.cron", {}),
        (unit, "sop-postgres.service", {"PGPASSFILE": "/etc/sop/pgpass"}),
    ],
)
def test_the_page_shows_it(made: Callable[[Service], str], name: str, environment: dict[str, str]) -> None:
    fenced = re.search(rf"<!-- file: {name} -->\n```\w*\n(.*?)```", DOCUMENTED.read_text(encoding="utf-8"), re.S)
    assert fenced is not None
    expected = Service(
        "sop-front-desk", "timers and notices of 云栖花园服务中心", Path("/opt/sop/bin/sop"), Path("/srv/front-desk"),
        "sop", "front-desk", "5", environment,
    )  # fmt: skip
    assert fenced[1] == made(expected)


def test_a_site_whose_clock_stands_still_needs_none(sop: Sop) -> None:
    refused = sop("worker", "service")
    assert refused.code == 7
    assert "clock stands still" in refused.err


def test_an_interval_that_makes_no_sense_is_refused(sop: Sop) -> None:
    assert sop("worker", "service", "--every", "0").code == 2
