"""Text that means harm, through every command: it is kept as it is and shown harmless, or refused with one message.

given a site, when a text is put wherever a command takes one, then
- nothing that is said holds a control character but line feeds and tabs, nor turns a line around;
- the exit code is one of a command that knows what is wrong, and with `--json` there is one document;
- what is refused has left nothing behind; what was taken is the same in the store, in JSON and in the story.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sop_engine import values
from sop_engine.console import tree
from sop_engine.console.text import harmless
from sop_engine.engine.sites.folder import open_site
from sop_engine.values import ValueProblem
from tests.end_to_end.shell import SOP, Ran
from tests.fuzz.hostile import COMMANDS, DESK, ELSEWHERE, SHOWING, TEXT, TEXTS

CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
KNOWN_CODES = set(range(9))
EXAMPLES = int(os.environ.get("SOP_HOSTILE_EXAMPLES", "10"))
SHARES = int(os.environ.get("SOP_HOSTILE_SHARES", "5"))
"""Each text goes through one in so many of the commands, which differ from text to text; with 1 through all of them."""
Sop = Callable[..., Ran]


@pytest.fixture
def sop(site: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Sop:
    """Runs a command line in this process, in an empty folder; what it says is looked at each time."""
    from sop_engine.console.running import run

    for name in ("SOP_AS", "SOP_LANG", "SOP_NO_INPUT", "SOP_DEBUG", "LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "en_US.UTF-8")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("SOP_SITE", str(site))
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")

    def call(*words: str) -> Ran:
        capsys.readouterr()
        code = run(words)
        said = capsys.readouterr()
        shown = [word[:80] for word in words]
        assert code in KNOWN_CODES, (shown, code, said)
        for text in (said.out, said.err):
            found = CONTROL.search(text)
            assert found is None, (shown, text[max(found.start() - 60, 0) : found.end() + 20])
            assert text == harmless(text), shown
        for cell in (cell for line in said.out.splitlines() if "\t" in line for cell in line.split("\t")):
            assert not cell.startswith(("=", "@", "＝", "＠")), (shown, cell[:80], "a pipe leads into a spreadsheet")
        assert len(said.err) < 20_000, "one clear message"
        return Ran(code, said.out, said.err)

    return call


def filled(words: tuple[str, ...], text: str) -> list[str]:
    return [word.replace(TEXT, text) for word in words]


def steps(site: Path) -> dict[str, int]:
    """How far every history is; the site's own too."""
    with open_site(site) as opened, opened.store.reading() as reading:
        heads = {id: reading.head(id) for id in reading.ticket_ids()}
        return {id: head.number for id, head in heads.items() if head is not None}


def kept_as(text: str) -> str | None:
    """What a field of free text holds of it; None where it is refused."""
    try:
        return values.parse(values_field(), text, None) or None  # type: ignore[arg-type]
    except ValueProblem:
        return None


def values_field() -> Any:
    from sop_engine.procedure import Field

    return Field("fault", "text", {})


def as_json(words: list[str]) -> list[str]:
    length = 2 if words[0] in tree.groups() else 1
    return words if words[0] == "--" else [*words[:length], "--json", *words[length:]]


def told_code(document: Any) -> int:
    """The code that a refusal names: a text with a comma in it is several tickets, which all fail alike."""
    (code,) = {each["code"] for each in document} if isinstance(document, list) else {document["error"]["code"]}
    return int(code)


def go_through(sop: Sop, site: Path, text: str, share: int) -> None:
    """A share of the commands, in words and as JSON, and all that show what was taken."""
    for rank, words in enumerate(COMMANDS):
        if rank % SHARES != share % SHARES:
            continue
        before = steps(site) if rank % 4 == 0 else None
        said, several = sop(*as_json(filled(words, text))), False
        if words[0] != "--":
            document = json.loads(said.out)
            assert said.code in (0, 1, 8) or told_code(document) == said.code, words
            several = isinstance(document, list)
        if before is not None and said.code:
            assert steps(site) == before, f"{words} was refused, and something of it was done"
        if said.code not in (0, 1, 8):
            again = sop(*filled(words, text))
            assert again.err and again.code == said.code and (several or again.out == ""), words
    for words in SHOWING:
        said = sop(*words)
        document = sop(*words, "--json")
        assert document.code == said.code
        if words[0] != "print":
            json.loads(document.out)


@pytest.fixture
def opened(sop: Sop) -> str:
    said = sop("new", "repair", *DESK, "--field", "unit=3-2-1202", "--field", "fault=x", "--json")
    id: str = said.json["id"]
    return id


def test_every_command_is_gone_through() -> None:
    through = {" ".join(words[:length]) for words in (*COMMANDS, *SHOWING) for length in (1, 2)}
    assert {leaf for leaf in tree.LEAVES if leaf not in through} == ELSEWHERE


@pytest.mark.parametrize("name", TEXTS)
def test_hostile_text_through_every_command(name: str, sop: Sop, site: Path, opened: str) -> None:
    go_through(sop, site, TEXTS[name], list(TEXTS).index(name))


pieces = st.sampled_from(
    [*(text for text in TEXTS.values() if len(text) < 50), "\x1b", "\x1b[", "\u202e", "\n", "-", "@"]
)
wild = st.lists(pieces | st.text(st.characters(exclude_characters="\0"), max_size=5), max_size=6).map("".join)


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(wild, st.integers(0, SHARES - 1))
def test_any_text_through_every_command(made_site: Path, site: Path, sop: Sop, text: str, share: int) -> None:
    shutil.rmtree(site)
    shutil.copytree(made_site, site)
    sop("new", "repair", *DESK, "--field", "unit=3-2-1202", "--field", "fault=x")
    go_through(sop, site, text, share)


@settings(max_examples=EXAMPLES * 5, deadline=None, suppress_health_check=list(HealthCheck))
@given(wild)
def test_what_was_taken_is_the_same_in_the_store_in_json_and_in_the_story(
    site: Path, sop: Sop, opened: str, text: str
) -> None:
    wanted = kept_as(text)
    said = sop("edit", opened, *DESK, f"--field=fault={text}", "--reason=x", "--json")
    if wanted is None:
        assert said.code in (0, 2, 4), "a cleared field is refused where it is needed"
        return
    with open_site(site) as open_, open_.store.reading() as reading:
        ticket = reading.ticket(opened)
    assert ticket is not None
    assert ticket.fields["fault"] == wanted
    assert sop("show", opened, "--json").json["fields"]["fault"] == wanted
    assert sop("ls", "--json").json[0]["id"] == opened


@pytest.mark.parametrize(
    "words", [("note", "1", *DESK, "TEXT"), ("edit", "1", *DESK, "--field=fault=TEXT", "--reason=x")]
)
@pytest.mark.parametrize("size", [65_537, 10_000_000])
def test_what_is_too_long_is_refused_in_a_line(
    words: tuple[str, ...], size: int, sop: Sop, site: Path, opened: str
) -> None:
    before = steps(site)
    said = sop(*filled(words, "x" * size))
    assert said.code == 2
    assert len(said.err) < 1000
    assert steps(site) == before


@pytest.mark.parametrize(
    ("fault", "told"),
    [("x" * 10_000_000, "is longer than"), ("x" * 70_000, "too long"), ("a\0b", "U+0000"), ("a\ud800b", "U+D800"),
     ("\x1b[2J", "U+001B")],
    ids=["ten-megabytes", "long", "nul", "half", "escape"],
)  # fmt: skip
def test_hostile_text_on_standard_input(fault: str, told: str, site: Path, tmp_path: Path) -> None:
    given_ = json.dumps({"unit": "3-2-1202", "fault": fault})
    done = subprocess.run(
        [SOP, "new", "repair", *DESK, "--from-file", "-"], input=given_,
        env={**os.environ, "SOP_SITE": str(site), "SOP_LANG": "en"},
        cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (2, ""), done
    assert told in done.stderr
    assert len(done.stderr) < 1000
    assert list(steps(site)) == ["site"]


def test_notices_by_every_channel_hold_no_control_character(sop: Sop, site: Path) -> None:
    """A registered ticket is told of to the desk after a quarter of an hour."""
    for name in ("colour", "turned", "lines", "html", "rich", "formula", "flood", "beyond", "carriage"):
        sop("new", "repair", *DESK, "--field", "unit=3-2-1202", f"--field=fault={TEXTS[name]}")
    for channel in ("log", "file"):
        settings_ = (site / "sop.toml").read_text(encoding="utf-8")
        (site / "sop.toml").write_text(
            re.sub('default = "[a-z]+"', f'default = "{channel}"', settings_), encoding="utf-8"
        )
        sop("demo", "advance", "1h", "--as", "zhou_min")
        sop("new", "repair", *DESK, "--field", "unit=3-2-1202", "--field", "fault=again")
    log = (site / "notices.log").read_text(encoding="utf-8")
    letters = [path.read_text(encoding="utf-8") for path in (site / "outbox").iterdir()]
    assert letters
    assert [line for line in log.split("\n") if line and not json.loads(line)["body"]] == []
    for text in (log, *letters):
        assert CONTROL.search(text) is None, text


TERMINAL = """
import os, pty, sys
code = pty.spawn(sys.argv[1:], lambda descriptor: os.read(descriptor, 65536))
sys.exit(os.waitstatus_to_exitcode(code))
"""


@pytest.mark.parametrize(
    "name", ["colour", "title", "link", "eight-bit", "turned", "rich", "flood", "carriage", "family"]
)
def test_a_terminal_is_not_steered(
    name: str, sop: Sop, site: Path, opened: str, tmp_path: Path, warm_sop: Path
) -> None:
    """What is kept of the text, and what is refused of it, at a terminal: bold heads come from the program alone, and
    there are none with NO_COLOR."""
    text = TEXTS[name]
    sop("edit", opened, *DESK, f"--field=fault={text}", "--reason=x")
    environment = {**os.environ, "SOP_SITE": str(site), "TERM": "xterm", "COLUMNS": "80", "SOP_NO_INPUT": "1"}
    for words in (("note", "1", *DESK, "--", text), ("show", "1", "--events"), ("ls",), ("new", "--", text)):
        done = subprocess.run(
            [sys.executable, "-ISc", TERMINAL, str(warm_sop / "sop"), *words], stdin=subprocess.DEVNULL,
            env=environment, cwd=tmp_path, capture_output=True, timeout=60, check=False,
        )  # fmt: skip
        shown = done.stdout.decode("utf-8").replace("\r\n", "\n")
        assert done.returncode in KNOWN_CODES
        assert shown
        assert CONTROL.search(shown) is None, shown
