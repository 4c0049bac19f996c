"""One desk with several people: `sop on`, `sop off`, PINs, and signatures of one keyboard."""

import io
import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from sop_engine.clock import SimulatedClock, steady_seconds
from sop_engine.console import opened
from sop_engine.console.asking import answer
from sop_engine.console.call import Call
from sop_engine.engine.people import pins
from sop_engine.engine.sites.folder import open_site
from sop_engine.errors import NotYou
from tests.console.place import move_clock, tickets
from tests.end_to_end.shell import Ran

Sop = Callable[..., Ran]
NEW = ("new", "repair", "--field", "unit=3-2-1202", "--field", "fault=漏水")
SIGNED = """\
procedure: stock
title: {zh: 盘点, en: Stock}
prefix: PD
subject: "盘点"
roles: {desk: {zh: 前台, en: Front desk}}
fields: {count: {type: integer, title: {zh: 件数, en: Count}}}
open: {by: desk, to: counted}
states:
  counted: {transitions: {confirm: {by: desk, sign: 2, ask: count, to: over}}}
  over: {final: true, outcome: over}
"""


@pytest.fixture(autouse=True)
def _quick(site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pins, "_COST", 16)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "run"))


@pytest.fixture
def typed(sop: Sop, monkeypatch: pytest.MonkeyPatch) -> Sop:
    """Runs a command line with PINs on standard input."""

    def call(given: str, *words: str) -> Ran:
        monkeypatch.setattr("sys.stdin", io.StringIO(given))
        return sop(*words, "--pin-from", "-")

    return call


def require_pins(site: Path) -> None:
    with (site / "sop.toml").open("a", encoding="utf-8") as settings:
        settings.write("\n[terminals]\nas_without_pin = false\n")


def test_what_is_typed_is_his_until_another_comes_on(sop: Sop, typed: Sop) -> None:
    assert typed("4821\n", "actor", "pin", "王芳").code == 0
    assert typed("9753\n", "actor", "pin", "刘洋").code == 0
    assert typed("4821\n", "on", "王芳").code == 0
    first = sop(*NEW, "--json").json
    assert typed("9753\n", "on", "刘洋").code == 0
    second = sop(*NEW, "--json").json
    assert [first["owner"], second["owner"]] == ["wang_fang", "liu_yang"]
    assert "was on at the terminal, by PIN" in sop("audit", "log", second["id"]).out
    assert sop("off").code == 0
    assert sop("off").code == 4
    assert sop("ls", "--mine", "--json").code == 0
    assert sop("audit", "replay", "--all").code == 0


def test_whoever_is_on_sets_his_own_pin_and_not_that_of_the_login(sop: Sop, typed: Sop) -> None:
    typed("4821\n", "actor", "pin", "王芳")
    typed("4821\n", "on", "王芳")
    assert typed("4821\n6047\n", "actor", "pin", "--json").json == {"actor": "wang_fang", "pin": True}
    assert typed("6047\n", "on", "王芳").code == 0


def test_after_a_quarter_of_an_hour_nobody_is_on(site: Path, sop: Sop, typed: Sop) -> None:
    typed("4821\n", "actor", "pin", "王芳")
    typed("4821\n", "on", "王芳")
    move_clock(site, minutes=14)
    assert sop(*NEW, "--json").json["owner"] == "wang_fang"
    move_clock(site, minutes=15)
    said = sop(*NEW, "--json")
    assert "nothing was typed for 15 minutes" in said.err
    assert said.code == 5, "the login is 周敏's own, who is no front desk"


def test_who_has_a_pin_is_not_taken_at_another_s_word(sop: Sop, typed: Sop) -> None:
    typed("4821\n", "actor", "pin", "王芳")
    assert sop(*NEW, "--as", "王芳").code == 2, "nobody can be asked"
    wrong = typed("4822\n", *NEW, "--as", "王芳")
    assert (wrong.code, "not the PIN of 王芳" in wrong.err) == (5, True)
    assert "王芳" in sop("audit", "refused").out
    right = typed("4821\n", *NEW, "--as", "王芳", "--json")
    assert right.code == 0
    assert "王芳 (wang_fang) proved it with a PIN" in sop("audit", "log", right.json["id"]).out
    assert sop(*NEW, "--as", "刘洋").code == 0, "this site lets whoever has none"


def test_where_pins_are_wanted_as_alone_is_not_enough(site: Path, sop: Sop, typed: Sop) -> None:
    require_pins(site)
    refused = sop(*NEW, "--as", "刘洋")
    assert refused.code == 4
    assert "sop actor pin liu_yang" in refused.err
    assert sop("on", "刘洋").code == 4
    assert typed("9753\n", "actor", "pin", "刘洋").code == 0
    assert typed("9753\n", *NEW, "--as", "刘洋").code == 0


def test_two_signatures_of_one_keyboard_take_two_pins(site: Path, sop: Sop, typed: Sop) -> None:
    require_pins(site)
    (site / "workflows" / "stock.sop.yaml").write_text(SIGNED, encoding="utf-8")
    assert sop("flow", "publish", "stock").code == 0
    typed("4821\n", "actor", "pin", "王芳")
    typed("9753\n", "actor", "pin", "刘洋")
    typed("4821\n", "on", "王芳")
    id = sop("new", "stock", "--json").json["id"]
    assert sop("do", id, "confirm", "--field", "count=5").code == 0
    for words in (("--as", "刘洋"), ("--doer", "刘洋", "--heard", "phone")):
        assert sop("do", id, "confirm", *words).code == 2
    many = sop("do", f"{id},{id}", "confirm", "--doer", "刘洋", "--heard", "phone")
    assert (many.code, "with his PIN" in many.out) == (4, True), "nor is it by naming several"
    said = typed("9753\n", "do", id, "confirm", "--doer", "刘洋", "--heard", "phone", "--json")
    assert (said.code, said.json["status"]) == (0, "closed")
    with open_site(site) as opened, opened.store.reading() as reading:
        records = [json.loads(each.data) for each in reading.steps(id)]
    assert records[1]["proof"] == {"wang_fang": "on"}
    assert records[2]["proof"] == {"liu_yang": "pin", "wang_fang": "on"}


def test_a_pin_is_changed_only_by_whoever_knows_it(sop: Sop, typed: Sop) -> None:
    typed("4821\n", "actor", "pin", "王芳")
    assert typed("1357\n2468\n", "actor", "pin", "王芳").code == 5
    assert typed("4821\n2469\n", "actor", "pin", "王芳").code == 0
    assert typed("2469\n", "on", "王芳").code == 0
    assert sop("actor", "pin", "王芳", "--clear", "--as", "周敏").code == 0
    assert typed("2469\n", "on", "王芳").code == 4
    assert "4821" not in sop("audit", "log", "site").out


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("on", "nobody"), 2, "nobody here is nobody"),
        (("on", "周敏"), 5, "none of those who use the login"),
        (("on", "王芳", "--as", "刘洋"), 2, "leave --as"),
        (("actor", "pin", "周敏", "--pin-from", "nowhere"), 3, "there is no file"),
        (("actor", "pin", "王芳", "--pin-from", "/"), 2, "not a plain file"),
    ],
)
def test_what_cannot_be_is_one_clear_message(sop: Sop, words: tuple[str, ...], code: int, said: str) -> None:
    ran = sop(*words)
    assert (ran.code, said in ran.err) == (code, True), ran


def test_a_dry_run_puts_nobody_on_and_sets_no_pin(site: Path, sop: Sop, typed: Sop) -> None:
    typed("4821\n", "actor", "pin", "王芳", "--dry-run")
    assert typed("4821\n", "on", "王芳").code == 4
    typed("4821\n", "actor", "pin", "王芳")
    assert typed("4821\n", "on", "王芳", "--dry-run").code == 0
    assert sop("off").code == 4
    with open_site(site) as opened, opened.store.reading() as reading:
        names = [json.loads(each.data)["command"]["name"] for each in reading.steps("site")]
    assert names.count("set_pin") == 1
    assert "come_on" not in names


@pytest.mark.parametrize(
    "lines", ["idle_minutes = 0", 'idle_minutes = "x"', "idle_minutes = true", "as_without_pin = 1", "pin = true"]
)
def test_settings_of_terminals_are_checked(site: Path, sop: Sop, lines: str) -> None:
    text = (site / "sop.toml").read_text(encoding="utf-8")
    (site / "sop.toml").write_text(f"{text}\n[terminals]\n{lines}\n", encoding="utf-8")
    said = sop("ls")
    assert said.code == 7
    assert re.search(r"`terminals", said.err)


def test_to_change_something_else_of_somebody_does_not_disable_him(sop: Sop) -> None:
    assert sop("actor", "change", "刘洋", "--right", "assign", "--json").json["active"]
    assert not sop("actor", "change", "刘洋", "--disabled", "--json").json["active"]
    assert not sop("actor", "change", "刘洋", "--mail", "liu@example.org", "--json").json["active"]
    assert sop("actor", "change", "刘洋", "--active", "--json").json["active"]


def test_whoever_is_on_is_off_when_his_shift_is_over(sop: Sop, typed: Sop, site: Path) -> None:
    (site / "nov.csv").write_text("姓名,23\n王芳,早\n", encoding="utf-8")
    with (site / "sop.toml").open("a", encoding="utf-8") as settings:
        settings.write("\n[terminals]\nidle_minutes = 1440\nas_without_pin = false\n")
    typed("4821\n", "actor", "pin", "王芳")
    assert sop("roster", "import", str(site / "nov.csv"), "--month", "2026-11").code == 0
    on = typed("4821\n", "on", "王芳", "--json").json
    with open_site(site) as at_site:
        left = datetime.fromisoformat(on["shift_ends"]) - at_site.clock.now()
    move_clock(site, seconds=left.total_seconds() - 60)
    assert sop(*NEW).code == 0
    move_clock(site, minutes=1)
    late = sop(*NEW)
    assert late.code != 0
    assert "his shift is over" in late.err


def test_giving_up_at_a_pin_begins_a_line_of_its_own(sop: Sop, typed: Sop, monkeypatch: pytest.MonkeyPatch) -> None:
    typed("4821\n", "actor", "pin", "王芳")

    def give_up(_prompt: str) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr("getpass.getpass", give_up)
    monkeypatch.setattr(Call, "asks", property(lambda _call: True))

    said = sop("on", "王芳")

    assert (said.code, said.err.startswith("\n")) == (130, True), said


def test_the_end_of_the_input_at_a_pin_is_told_on_a_line_of_its_own(
    sop: Sop, typed: Sop, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed("4821\n", "actor", "pin", "王芳")

    def end(_prompt: str) -> str:
        raise EOFError

    monkeypatch.setattr("getpass.getpass", end)
    monkeypatch.setattr(Call, "asks", property(lambda _call: True))

    said = sop("on", "王芳")

    assert (said.code, said.err.startswith("\nthe input ended")) == (2, True), said


@pytest.mark.parametrize("minutes", [14, 15])
def test_a_question_that_was_left_open_is_answered_by_nobody_else(
    site: Path, sop: Sop, typed: Sop, monkeypatch: pytest.MonkeyPatch, minutes: int
) -> None:
    # given somebody who is on and left a question open
    typed("4821\n", "actor", "pin", "王芳")
    typed("4821\n", "on", "王芳")
    started = steady_seconds()
    with Call("new", {"lang": "en", "site": str(site)}).open() as at_desk:
        command = at_desk.command("open", "", {"procedure": "repair", "fields": {"unit": "3-2-1202", "fault": "漏水"}})
        # when it is answered so much later
        clock = at_desk.site.clock
        assert isinstance(clock, SimulatedClock)
        clock.advance(timedelta(minutes=minutes))
        monkeypatch.setattr(opened, "steady_seconds", lambda: started + 60 * minutes)
        monkeypatch.setattr("sys.stdin", io.StringIO("漏水\n"))
        # then it counts where he is still on
        if minutes < 15:
            assert answer(at_desk) == "漏水"
            assert at_desk.act(command).head.owner == "wang_fang"
        else:
            for answering in (lambda: answer(at_desk), lambda: at_desk.act(command)):
                with pytest.raises(NotYou, match=r"王芳 \(wang_fang\) is on here no longer"):
                    answering()
            assert tickets(site) == []
