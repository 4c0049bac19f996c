"""What whoever keeps a site does, through the installed command."""

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.end_to_end.shell import SOP, Shell


@pytest.fixture(scope="module")
def made(begun: Path, tmp_path_factory: pytest.TempPathFactory) -> Shell:
    """A site with its library, an administrator and a clerk."""
    site = Shell(Path(shutil.copytree(begun, tmp_path_factory.mktemp("keeper") / "site")))
    site("actor", "add", "wang_fang", "王芳", "--role", "desk", "--role", "steward@3", "--mail", "w@example.org")
    return site


def test_init_publishes_the_library_and_makes_an_administrator(made: Shell) -> None:
    listed = [each["procedure"] for each in made("flow", "ls", "--json").json]
    assert {"lost-and-found", "repair", "rework"} <= set(listed)
    people = {each["id"]: each for each in made("actor", "ls", "--json").json}
    assert people["zhou_min"]["rights"] == ["admin"]
    assert {"role": "steward", "scope": "3"} in people["wang_fang"]["roles"]
    assert made("audit", "replay", "--all", "--json").json["mismatches"] == []


def test_init_where_something_stands_already_changes_nothing(made: Shell, tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "mine.txt").write_text("mine")
    refused = Shell(tmp_path)("init", "there", code=7)
    assert "not empty" in refused.err
    assert [each.name for each in (tmp_path / "there").iterdir()] == ["mine.txt"]


def test_init_with_a_broken_library_leaves_nothing(tmp_path: Path) -> None:
    refused = Shell(tmp_path)("init", "site", "--zone", "Moon/Crater", code=2)
    assert "time zone" in refused.err
    assert list(tmp_path.iterdir()) == []


def test_an_actor_named_after_the_desk_is_refused_with_the_reason(made: Shell) -> None:
    assert "a post, not a person" in made("actor", "add", "front", "前台", code=2).err
    assert "`desk` is a post, not a person" in made("actor", "add", "desk", "王芳", code=2).err


def test_roles_are_granted_and_revoked_and_the_last_administrator_stays(made: Shell) -> None:
    made("actor", "grant", "王芳", "night-duty")
    made("actor", "revoke", "王芳", "night-duty")
    assert "does not hold" in made("actor", "revoke", "王芳", "night-duty", code=4).err
    assert "last administrator" in made("actor", "change", "zhou_min", "--no-right", "admin", code=4).err
    assert "nobody here is" in made("actor", "grant", "王方方", "desk", code=2).err


def test_at_a_terminal_one_says_who_one_is(tmp_path: Path) -> None:
    Shell(tmp_path)("init", "site", "--actor", "zhou_min", "--actor-name", "周敏")
    site = Shell(tmp_path / "site")
    [login] = site("actor", "ls", "--json").json[0]["logins"]
    site("actor", "add", "li_na", "李娜")
    assert "no administrator" in site("actor", "login", login, "--terminal", "李娜", "周敏", code=4).err
    site("actor", "pin", "--pin-from", "-", input="9753\n")
    site("actor", "login", login, "--terminal", "李娜", "周敏")
    assert "say who you are" in site("ls", code=2).err
    new = ["new", "repair", "--field", "place=common", "--field", "spot=大堂", "--field", "fault=灯坏"]
    new += ["--field", "channel=phone"]
    assert "has set no PIN" in site(*new, "--as", "李娜", code=4).err
    assert "needs a code" in site("actor", "pin", "李娜", "--pin-from", "-", input="4821\n", code=5).err
    code = site("actor", "pin", "李娜", "--code", "--as", "周敏", "--pin-from", "-", input="9753\n").out
    site("actor", "pin", "李娜", "--pin-from", "-", input=f"{code}4821\n")
    assert "Front desk" in site(*new, "--as", "李娜", "--pin-from", "-", input="4821\n", code=5).err
    run = str(tmp_path / "run")
    site("on", "周敏", "--pin-from", "-", input="9753\n", XDG_RUNTIME_DIR=run)
    site(*new, XDG_RUNTIME_DIR=run)


def test_units_come_from_a_file_all_or_none(made: Shell) -> None:
    (made.folder / "bad.csv").write_text(
        "unit,name,phone\n3-2-1202,周先生,13800001202\n9-9-9,坏,12\n", encoding="utf-8"
    )
    refused = made("unit", "import", "bad.csv", code=2)
    assert "line 3" in refused.err
    assert made("unit", "ls", "--json").json == []
    (made.folder / "good.csv").write_text("unit,name,phone\n3栋2单元1202,周先生,13800001202\n", encoding="utf-8")
    made("unit", "import", "good.csv")
    assert made("unit", "ls", "--json").json == [{"id": "3-2-1202", "name": "周先生", "phone": "138****1202"}]


def test_a_backup_is_brought_back_and_replays(made: Shell) -> None:
    made("db", "backup", "../copy")
    made("db", "backup", "../copy", code=7)
    made("db", "restore", "../copy", "../again")
    again = made.at("../again")
    assert again("audit", "replay", "--all", "--json").json["mismatches"] == []
    assert again("ls", "--all", "--json").json == made("ls", "--all", "--json").json
    made("db", "rebuild")
    assert made("audit", "replay", "--all", "--json").json["mismatches"] == []
    assert made("db", "status", "--json").json["healthy"] is True


def test_a_worker_sweeps_until_it_is_told_to_end(made: Shell) -> None:
    worker = subprocess.Popen(
        [SOP, "worker", "run", "--every", "0.2"], cwd=made.folder, stderr=subprocess.PIPE, text=True
    )
    try:
        for _ in range(100):
            status = made("worker", "status", "--json", code=None).json
            if status["last_sweep"] is not None:
                break
            time.sleep(0.1)
        assert status["last_sweep"] is not None
    finally:
        os.kill(worker.pid, signal.SIGTERM)
        _out, err = worker.communicate(timeout=30)
    assert worker.returncode == 0
    assert "nothing was left half done" in err
    assert made("worker", "tick", "--json").json["aside"] == 0


def test_doctor_names_roles_that_nobody_holds_and_how_to_mend_it(made: Shell) -> None:
    found = made("doctor", "--json").json
    assert all(each["severity"] == "warning" for each in found)
    made("actor", "revoke", "zhou_min", "hotline")
    assert "sop actor grant NAME hotline" in made("doctor").out


def test_doctor_warns_when_others_can_read_what_is_kept_of_people(tmp_path: Path) -> None:
    Shell(tmp_path)("init", "site")
    site, folder = Shell(tmp_path / "site"), tmp_path / "site"
    told = "users outside the site's group can read what it keeps of people"
    assert told not in site("doctor").out
    folder.chmod(0o755)
    (folder / "site.db").chmod(0o644)
    said = site("doctor").out
    assert f"{told}: site/site.db" in said
    assert f"mend it: chmod -R o-rwx {folder}\n" in said


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[site", "sop.toml cannot be understood"),
        ("[site]\nname = 报修\n", "sop.toml:2:8 cannot be understood"),
        ('[site]\nname = "x"\nid = "x"\nzone = "Mars/Base"\n', "tz database"),
        ('[site]\nname = "x"\nid = "x"\nzone = "UTC"\nzonne = "UTC"\n', "there is no entry `site.zonne`"),
        ('[site]\nname = "x"\nid = "x"\nzone = "UTC"\ncurrency = "元"\n', "ISO 4217"),
    ],
)
def test_a_wrong_sop_toml_is_told_with_its_entry(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "sop.toml").write_text(text, encoding="utf-8")
    assert words in Shell(tmp_path)("ls", code=7).err


def test_a_demo_s_clock_moves_and_a_real_one_does_not(made: Shell, tmp_path: Path) -> None:
    assert "clock is the machine's" in made("demo", "advance", "2h", code=7).err
    Shell(tmp_path)("demo", "make", "site", "--empty")
    demo = Shell(tmp_path / "site")
    demo("new", "repair", "--as", "王芳", "--field", "place=home", "--field", "unit=3-2-1202", "--field", "fault=漏水",
         "--field", "channel=phone", "--field", "urgency=urgent")  # fmt: skip
    moved = demo("demo", "advance", "2d", "--json").json
    assert moved["now"] == "2026-11-25T08:30:00.000+08:00"
    assert moved["fired"] > 5
    assert demo("audit", "replay", "--all", "--json").json["mismatches"] == []
    assert "span of time" in demo("demo", "advance", "soon", code=2).err


def test_the_play_ends_well(tmp_path: Path) -> None:
    played = Shell(tmp_path)("demo", "play")
    assert "differences: 0" in played.out
