"""What shells are offered, and the pages of `sop help`."""

import os
import shlex
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from sop_engine import errors
from sop_engine.console.completing import answer, candidates, words_of
from sop_engine.console.text import width
from sop_engine.console.topics import ALIASES, TOPICS
from tests.console.conftest import Sop
from tests.end_to_end.shell import SOP
from tests.needs import needs

Offered = Callable[..., list[str]]


@pytest.fixture
def offered(site: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Offered:
    """What stands for the last of some words."""

    def ask(*words: str, line: str | None = None) -> list[str]:
        capsys.readouterr()
        if line is None:
            monkeypatch.delenv("SOP_COMPLETE_LINE", raising=False)
        else:
            monkeypatch.setenv("SOP_COMPLETE_LINE", line)
        answer("fish" if line is None else "bash", words)
        said = capsys.readouterr()
        assert said.err == ""
        return [each.partition("\t")[0] for each in said.out.splitlines()]

    return ask


def test_words_are_offered_where_they_fit(sop: Sop, wx: str, offered: Offered) -> None:
    sop("ls", "--overdue", "--save", "夜班", "--as", "wang_fang")
    desk = ("--as", "wang_fang")
    asked = {
        ("cla",): ["claim"],
        ("audit", "ver"): ["verify"],
        ("sho", ""): [],
        ("show", "WX"): [wx],
        ("show", "1"): [wx],
        ("show", "9"): [],
        ("do", wx, "dis"): [],
        (*desk, "do", wx, "dis"): ["dispatch"],
        (*desk, "--lang", "zh", "do", "1", "派"): ["派单"],
        ("assign", wx, "李"): ["李强"],
        ("assign", wx, "zh"): ["zhang_wei", "zhou_min"],
        ("ls", "@"): ["@夜班"],
        ("ls", "--state", "on"): ["on_site"],
        ("ls", "--state=on"): ["--state=on_site"],
        ("ls", "--overd"): ["--overdue"],
        ("ls", "--sort", "u"): ["unit", "urged"],
        ("new", "rep"): ["repair"],
        ("new", "repair", "--field", "urg"): ["urgency="],
        ("new", "repair", "--field", "urgency=u"): ["urgency=urgent"],
        ("new", "repair", "3-2-1202", "ur"): ["Urgent"],
        ("--lang", "zh", "new", "repair", "急"): ["急修"],
        ("new", "repair", "urgency=n"): ["urgency=normal"],
        ("do", wx, "done", "--field", "colleague=chen"): ["colleague=chen_jing"],
        ("help", "co"): ["codes"],
        ("completion", "z"): ["zsh"],
        ("show", wx, "--eve"): ["--events"],
        ("nonsense", "x"): [],
    }
    assert {words: offered(*words) for words in asked} == asked


def test_whoever_is_not_known_is_offered_nothing_of_the_site(
    wx: str, offered: Offered, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sop_engine.console.opened.system_login", lambda: "stranger")
    assert offered("show", "WX") == []
    assert offered("show") == ["show"]


def test_bash_gives_its_line_and_is_given_what_comes_after_its_marks(offered: Offered) -> None:
    assert words_of("sop ls --text 'a b' c\\ d") == ["sop", "ls", "--text", "a b", "c d"]
    assert words_of("sop show ") == ["sop", "show", ""]
    assert offered(line="sop ls --state=on_") == ["on_site"]
    assert offered(line="sop ls --sort u") == ["unit", "urged"]


# --- real shells -----------------------------------------------------------------------------------------------------

BASH = """
eval "$({sop} completion bash)"
COMP_LINE={line}; COMP_POINT=${{#COMP_LINE}}; COMP_WORDS=({line_words}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))
_sop_complete {sop}
printf '%s\\n' "${{COMPREPLY[@]}}"
"""


SHELLS = [
    pytest.param(each, marks=needs("" if shutil.which(each) else f"there is no {each} here"))
    for each in ("bash", "zsh", "fish")
]


@pytest.mark.parametrize("shell", SHELLS)
def test_a_shell_completes_with_what_it_was_given(shell: str, site: Path, sop: Sop, wx: str, tmp_path: Path) -> None:
    script = tmp_path / "loaded"
    script.write_text(sop("completion", shell).out, encoding="utf-8")
    line = f"{SOP} show WX"
    match shell:
        case "bash":
            program = BASH.format(sop=shlex.quote(str(SOP)), line=shlex.quote(line), line_words=line)
        case "fish":
            program = f"source {script}; complete -C {shlex.quote(line.replace(str(SOP), 'sop'))}"
        case _:
            # zsh completes in an editor only: its function is given the words, and tells what it would add
            program = (
                f"compdef() {{ :; }}; compadd() {{ print -rl -- $values }}; functions[compdef]=':'\n"
                f"source {script}\nwords=(sop show WX); CURRENT=3; _sop"
            )
    path = f"{SOP.parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        [shell, *(("-f",) if shell == "zsh" else ("--no-config",) if shell == "fish" else ("--norc",)), "-c", program],
        env={**os.environ, "PATH": path, "SOP_SITE": str(site), "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert [each.partition("\t")[0] for each in done.stdout.splitlines()] == [wx], done


# --- pages -----------------------------------------------------------------------------------------------------------


def test_every_page_reads_in_both_languages_within_80_columns(sop: Sop) -> None:
    listed = sop("help").out.splitlines()
    assert [line.partition("\t")[0] for line in listed] == list(TOPICS)
    for name in TOPICS:
        english, chinese = sop("help", name).out, sop("help", name, "--lang", "zh").out
        assert english != chinese
        assert all(width(line) <= 80 for line in (english + chinese).splitlines())
    assert set(ALIASES.values()) <= set(TOPICS)
    assert sop("help", "房号").out == sop("help", "units").out
    assert sop("help", "sla", "explain").out == sop("sla", "explain", "--help").out
    assert sop("help", "dats").code == 3


def test_the_page_of_exit_codes_tells_those_that_there_are(sop: Sop) -> None:
    told = {int(line.split()[0]) for line in sop("help", "codes").out.splitlines() if line.startswith("  ")}
    codes = {each.code for each in vars(errors).values() if isinstance(each, type) and hasattr(each, "code")}
    assert codes <= told


def test_a_page_of_help_is_offered_with_what_it_is_about() -> None:
    assert dict(candidates(["help"], "da")) == {"dates": "dates, times and lengths of time"}
    assert dict(candidates(["--lang", "zh", "help"], "da"))["dates"].startswith("日期")
