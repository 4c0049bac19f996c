"""Site folders in which somebody put what does not belong there: one message, no waiting, nothing read outside.

given a site with a thing (a link, a pipe, a device, a socket, what may not be read ...) in one of its places, when a
command comes upon it, then it ends by itself with a known code, and says nothing of a file outside.
"""

import json
import os
import resource
import shutil
import signal
import socket
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sop_engine.console.running import run
from tests.end_to_end.shell import Ran
from tests.fuzz.hostile import DESK
from tests.fuzz.test_hostile_text import CONTROL, KNOWN_CODES

SECRET = "TOP-SECRET-OF-SOMEBODY-ELSE"
SECONDS = 15
MEMORY_BYTES = 160 << 20
Sop = Callable[..., Ran]
Thing = Callable[[Path, Path], None]
"""(where it is put, a file outside) -> puts it there"""


def _socket(path: Path, outside: Path) -> None:
    with socket.socket(socket.AF_UNIX) as made:
        os.chdir(path.parent)
        made.bind(path.name)


def _folder(path: Path, outside: Path) -> None:
    path.mkdir()
    (path / "x").write_text("x")


def _huge(path: Path, outside: Path) -> None:
    with path.open("wb") as file:
        file.truncate(200 << 20)


def _write(path: Path, data: bytes) -> None:
    path.write_bytes(data)


def _unreadable(path: Path, outside: Path) -> None:
    path.write_text("x")
    path.chmod(0)


def _device(kind: int, major: int, minor: int) -> Thing:
    """A node of a device; only root may make one."""

    def put(path: Path, outside: Path) -> None:
        os.mknod(path, kind | 0o666, os.makedev(major, minor))

    return put


# elsewhere a link to a device has to do
DEVICES: dict[str, Thing] = {
    "endless device": _device(stat.S_IFCHR, 1, 5),
    "terminal": _device(stat.S_IFCHR, 5, 0),
    "device of nobody": _device(stat.S_IFCHR, 250, 250),
    "disk of nobody": _device(stat.S_IFBLK, 250, 250),
}
THINGS: dict[str, Thing] = {
    "link to a file": lambda path, outside: path.symlink_to(outside),
    "link to a folder": lambda path, outside: path.symlink_to(outside.parent),
    "link to itself": lambda path, outside: path.symlink_to(path.name),
    "link to nothing": lambda path, outside: path.symlink_to("nothing"),
    "link to a device": lambda path, outside: path.symlink_to("/dev/zero"),
    "pipe": lambda path, outside: os.mkfifo(path),
    "socket": _socket,
    "folder": _folder,
    "unreadable": _unreadable,
    "huge": _huge,
    "zeroes": lambda path, outside: _write(path, bytes(100_000)),
    "no text": lambda path, outside: _write(path, b"\xff\xfe" * 1000),
    **(DEVICES if os.geteuid() == 0 else {}),
}
PLACES = {
    "sop.toml": (("ls",), ("flow", "lint"), ("doctor",), ("db", "backup", "../b")),
    "site.db": (("ls",), ("note", "1", *DESK, "x"), ("db", "status"), ("doctor",), ("db", "backup", "../b")),
    "site.db.lock": (("ls",), ("note", "1", *DESK, "x"), ("doctor",)),
    "workflows": (("flow", "lint"), ("flow", "ls"), ("new", "repair", *DESK, "--dry-run"), ("db", "backup", "../b")),
    "workflows/repair.sop.yaml": (
        ("flow", "lint"),
        ("flow", "publish"),
        ("flow", "publish", "repair"),
        ("flow", "diagram", "repair"),
        ("flow", "ls"),
        ("new", "repair", *DESK, "--dry-run"),
        ("db", "backup", "../b"),
    ),
    "workflows/fragments": (("flow", "lint"), ("flow", "publish")),
    "workflows/fragments/x.fragment.yaml": (("flow", "lint"), ("db", "backup", "../b")),
    "workflows/tests/repair.yaml": (("flow", "test"), ("flow", "test", "repair"), ("flow", "lint")),
    "templates": (("flow", "lint"), ("print", "1"), ("db", "backup", "../b")),
    "templates/slip.html": (("flow", "lint"), ("flow", "publish"), ("print", "1")),
    "files": (
        ("doctor",),
        ("db", "status"),
        ("db", "backup", "../b"),
        ("edit", "1", *DESK, "--field=photos=@p", "--reason=x"),
    ),
    "files/ab": (("doctor",), ("db", "status"), ("db", "backup", "../b")),
    "calendars": (("doctor",), ("db", "backup", "../b")),
    "calendars/x.yaml": (("doctor",), ("db", "backup", "../b")),
    "notices.log": (("demo", "advance", "1h"), ("worker", "tick")),
    "outbox": (("demo", "advance", "1h"),),
}
"""place -> the commands that come upon it"""


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """A file of somebody else, beside the site."""
    folder = tmp_path / "outside"
    folder.mkdir()
    (folder / "secret").write_text(f"procedure: {SECRET}\n{SECRET}: {{{{ x }}}}\n", encoding="utf-8")
    return folder / "secret"


class Waits(Exception):
    """A command that did not end by itself."""


def _waits(number: int, frame: object) -> None:
    raise Waits


@pytest.fixture
def sop(site: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Sop]:
    """Runs a command line in the site, in this process, within bounds of time and memory."""
    for name in ("SOP_AS", "SOP_LANG", "SOP_NO_INPUT", "SOP_DEBUG", "LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "en_US.UTF-8")
    monkeypatch.setenv("SOP_SITE", str(site))
    before = resource.getrlimit(resource.RLIMIT_AS)
    taken = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    handler = signal.signal(signal.SIGALRM, _waits)

    def call(*words: str) -> Ran:
        os.chdir(site)
        capsys.readouterr()
        resource.setrlimit(resource.RLIMIT_AS, (taken + MEMORY_BYTES, before[1]))
        signal.alarm(SECONDS)
        try:
            code = run(words)
        finally:
            signal.alarm(0)
            resource.setrlimit(resource.RLIMIT_AS, before)
        said = capsys.readouterr()
        ran = Ran(code, said.out, said.err)
        assert ran.code in KNOWN_CODES, (words, ran)
        assert SECRET not in ran.out + ran.err, (words, ran)
        for text in (ran.out, ran.err):
            assert CONTROL.search(text) is None, (words, ran)
        assert len(ran.err.splitlines()) < 200, (words, ran)
        return ran

    yield call
    signal.signal(signal.SIGALRM, handler)


@pytest.mark.parametrize("place", PLACES)
def test_a_thing_that_does_not_belong_there(place: str, site: Path, made_site: Path, outside: Path, sop: Sop) -> None:
    (site / "p").write_bytes(b"\xff\xd8\xff" * 10)
    assert sop("new", "repair", *DESK, "--field=unit=3-2-1202", "--field=fault=x").code == 0
    whole = site.with_name("whole")
    shutil.copytree(site, whole)
    for name, put in THINGS.items():
        shutil.rmtree(site)
        shutil.copytree(whole, site)
        there = site / place
        there.parent.mkdir(exist_ok=True)
        if there.is_dir():
            shutil.rmtree(there)
        else:
            there.unlink(missing_ok=True)
        put(there, outside)
        for words in PLACES[place]:
            try:
                sop(*words)
            except (AssertionError, Waits) as problem:
                raise AssertionError(f"{words} at {place}: {name}: {problem!r}") from problem
        kept = site.with_name("b")
        if kept.is_dir():
            held = [path for path in kept.rglob("*") if path.is_symlink() or SECRET in _text(path)]
            assert held == [], f"{name} at {place} is in the backup"
            shutil.rmtree(kept)
        assert outside.read_text(encoding="utf-8").startswith("procedure: "), f"{name} at {place}"
        assert [path.name for path in outside.parent.iterdir()] == ["secret"], f"{name} at {place}"


def _text(path: Path) -> str:
    return path.read_bytes().decode("utf-8", "replace") if path.is_file() and path.stat().st_size < 1 << 20 else ""


NAMED = "t.sop.yaml"
"""stands in a command as the name of the thing"""
ARGUMENTS = (
    ("edit", "1", *DESK, f"--field=photos=@{NAMED}", "--reason=x"),
    ("new", "repair", *DESK, f"--from-file={NAMED}"),
    ("unit", "import", NAMED),
    ("actor", "import", NAMED),
    ("firm", "import", NAMED),
    ("flow", "lint", NAMED),
    ("flow", "publish", NAMED),
    ("flow", "diagram", NAMED),
    ("flow", "diagram", "repair", "--format=dot", f"--output={NAMED}"),
    ("flow", "test", NAMED),
    ("print", "1", f"--to={NAMED}"),
    ("db", "restore", NAMED, "../new"),
    ("db", "backup", NAMED),
    ("init", NAMED),
    ("ls", f"--site={NAMED}"),
)


@pytest.mark.parametrize("name", THINGS)
def test_a_thing_that_a_command_is_given(name: str, site: Path, made_site: Path, outside: Path, sop: Sop) -> None:
    assert sop("new", "repair", *DESK, "--field=unit=3-2-1202", "--field=fault=x").code == 0
    whole = site.with_name("whole")
    shutil.copytree(site, whole)
    for words in ARGUMENTS:
        shutil.rmtree(site)
        shutil.copytree(whole, site)
        THINGS[name](site / NAMED, outside)
        try:
            sop(*words)
        except (AssertionError, Waits) as problem:
            raise AssertionError(f"{words}: {name}: {problem!r}") from problem
        assert not (site.parent / "new").exists()


NAMES = [
    b"a\nb",
    b"\xff\xfe",
    b"\x1b[31m",
    "\u202egpj".encode(),
    b"-rf",
    b"REPAIR",
    "漏".encode() * 70,
    b" ",
    b"..x",
    b"{x}",
]


MEETING_NAMES = (
    ("flow", "lint"),
    ("flow", "lint", "--format", "json"),
    ("flow", "ls"),
    ("flow", "publish"),
    ("flow", "test"),
    ("doctor",),
    ("new", "repair", *DESK, "--field=unit=3-2-1202", "--field=fault=x"),
    ("print", "1"),
)


def test_names_that_mean_harm(site: Path, sop: Sop) -> None:
    for folder, ending in (
        ("workflows", b".sop.yaml"),
        ("templates", b".html"),
        ("files", b""),
        ("calendars", b".yaml"),
    ):
        (site / folder).mkdir(exist_ok=True)
        for name in NAMES:
            Path(os.fsdecode(os.fsencode(site / folder) + b"/" + name + ending)).write_bytes(b"procedure: [\n")
    for words in MEETING_NAMES:
        sop(*words)
    assert sop("db", "backup", "../b").code == 0
    assert sop("db", "restore", "../b", "../again").code == 0
    brought = {os.fsencode(path.relative_to(site.parent / "again")) for path in (site.parent / "again").rglob("*")}
    for name in NAMES:
        assert b"files/" + name in brought


@pytest.mark.parametrize("name", THINGS)
@pytest.mark.parametrize("place", ["manifest.json", "site.db", "files", "sop.toml"])
def test_a_backup_in_which_something_was_put(place: str, name: str, site: Path, outside: Path, sop: Sop) -> None:
    (site / "p").write_bytes(b"\xff\xd8\xff" * 10)
    (site / "files" / "ab").mkdir()
    (site / "files" / "ab" / "cd").write_bytes(b"x")
    assert sop("db", "backup", "../b").code == 0
    kept = site.parent / "b"
    there = kept / place
    if there.is_dir():
        shutil.rmtree(there)
    else:
        there.unlink()
    THINGS[name](there, outside)

    said = sop("db", "restore", "../b", "../again")

    assert said.code in (1, 7)
    assert not (site.parent / "again").exists()


def test_a_manifest_may_name_nothing_outside(site: Path, outside: Path, sop: Sop) -> None:
    from sop_engine.canonical import digest

    assert sop("db", "backup", "../b").code == 0
    kept = site.parent / "b"
    (kept / "way").symlink_to(outside.parent)
    about = {"sha256": digest(outside.read_bytes()), "size": outside.stat().st_size}
    for name in ("../outside/secret", str(outside), "way/secret", "templates/../../outside/secret", "x\0y"):
        manifest = json.loads((kept / "manifest.json").read_text(encoding="utf-8"))
        manifest["files"][name] = about
        (kept / "bad").mkdir(exist_ok=True)
        shutil.copytree(kept, site.parent / "c", symlinks=True)
        (site.parent / "c" / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
        said = sop("db", "restore", "../c", "../again")
        assert said.code in (1, 7), name
        assert not (site.parent / "again").exists()
        shutil.rmtree(site.parent / "c")
