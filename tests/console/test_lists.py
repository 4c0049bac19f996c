"""`sop ls`: what it is narrowed by, its orders and columns, and views that are saved."""

from pathlib import Path
from typing import Final

import pytest

from tests.console.conftest import Sop
from tests.console.place import move_clock


@pytest.fixture
def three(sop: Sop) -> tuple[str, str, str]:
    """A ticket to be dispatched, one that is offered to engineers, one that Li Qiang has; ten minutes lie between."""
    made = []
    for unit, fault in (("3-2-1202", "厨房漏水"), ("10-1-301", "灯不亮"), ("3-1-402", "门锁 broken")):
        said = sop(
            "new", "repair", "--as", "wang_fang", "--field", f"unit={unit}", "--field", f"fault={fault}", "--json"
        )
        made.append(said.json["id"])
    for id in made[1:]:
        assert sop("do", id, "dispatch", "--as", "wang_fang").code == 0
    assert sop("claim", made[2], "--as", "li_qiang").code == 0
    assert sop("copy", made[0], "--as", "wang_fang", "--to", "李强").code == 0
    return made[0], made[1], made[2]


def numbers(sop: Sop, *words: str) -> list[str]:
    said = sop("ls", *words, "-q")
    assert said.code == 0, said
    return [line[-3:] for line in said.out.splitlines()]


NARROWED: Final[tuple[tuple[tuple[str, ...], list[str]], ...]] = (
    ((), ["001", "002", "003"]),
    (("--unclaimed",), ["002"]),
    (("--copied", "--as", "li_qiang"), ["001"]),
    (("--copied", "--as", "chen_jing"), []),
    (("--owner", "王芳"), ["001", "002", "003"]),
    (("--owner", "li_qiang"), []),
    (("--text", "漏水"), ["001"]),
    (("--text", "ＢＲＯＫＥＮ 门锁"), ["003"]),
    (("--unit", "１０栋1单元301"), ["002"]),
    (("--state", "待 接单", "--procedure", "业主报修"), ["002", "003"]),
    (("--since", "1h"), ["001", "002", "003"]),
    (("--since", "明天"), []),
    (("--since", "今天"), ["001", "002", "003"]),
    (("--sort", "newest"), ["003", "002", "001"]),
    (("--sort", "房号"), ["002", "003", "001"]),
    (("--sort", "urged", "--limit", "2"), ["001", "002"]),
    (("--due", "20min"), ["001"]),
    (("--due", "10 分钟"), []),
    (("--closed",), []),
    (("--suspended",), []),
    (("--mine", "--as", "li_qiang"), ["002", "003"]),
)
"""what is typed -> which of the three it finds"""


def test_each_option_narrows_or_orders(sop: Sop, three: tuple[str, str, str]) -> None:
    assert {words: numbers(sop, *words) for words, _found in NARROWED} == dict(NARROWED)


def test_what_is_late_comes_first_where_it_is_asked_for_and_says_so(
    sop: Sop, site: Path, three: tuple[str, str, str]
) -> None:
    move_clock(site, minutes=16)
    assert numbers(sop, "--overdue") == ["001"]
    assert numbers(sop, "--mine", "--as", "wang_fang")[0] == "001"
    assert "due 1 min ago" in sop("ls", "--overdue").out


def test_nothing_that_fits_says_what_was_looked_for_and_where_there_is_something(
    sop: Sop, three: tuple[str, str, str]
) -> None:
    said = sop("ls", "--unit", "3-2-1202", "--state", "维修中")
    assert (said.code, said.out) == (0, "")
    assert "no ticket fits: --state 维修中 --unit 3-2-1202" in said.err
    assert "without --state: 1" in said.err
    assert "without --unit" not in said.err, "there is none on site in any flat"
    assert sop("ls", "--unit", "3-2-1202", "--state", "维修中", "-q").err == ""


def test_columns_are_chosen_by_id_or_title(sop: Sop, three: tuple[str, str, str]) -> None:
    said = sop("ls", "--columns", "单号，剩余、procedure", "--unit", "3-2-1202", "--lang", "zh")
    assert said.out == f"{three[0]}\t15 分钟\t业主报修\n"
    refused = sop("ls", "--columns", "subjekt")
    assert refused.code == 2
    assert "did you mean: `subject`?" in refused.err


NOT_UNDERSTOOD: Final = (
    (("--closed", "--suspended"), "--closed, --suspended exclude each other"),
    (("--due", "soon"), "no span of time"),
    (("--since", "whenever"), "neither a span nor a day"),
    (("--sort", "lef"), "did you mean: `left`?"),
    (("--text", "，"), "no word"),
    (("--owner", "王方"), "did you mean: `王芳`?"),
    (("--columns", ","), "names no column"),
    (("--mine", "--after", "WX-1"), "--sort opened"),
    (("夜班",), "@夜班"),
    (("@夜班/",), "no name for a view"),
)
"""what is typed -> what is said of it"""


def test_what_is_not_understood_says_why(sop: Sop, wx: str) -> None:
    for words, why in NOT_UNDERSTOOD:
        said = sop("ls", *words)
        assert (said.code, said.out, why in said.err) == (2, "", True), said


# --- views -----------------------------------------------------------------------------------------------------------


def test_a_view_is_what_was_typed_looked_at_anew(sop: Sop, site: Path, three: tuple[str, str, str]) -> None:
    saved = sop("ls", "--overdue", "--sort", "urged", "--save", "夜班", "--as", "wang_fang")
    assert saved.code == 0 and "sop ls @夜班" in saved.err
    assert numbers(sop, "@夜班", "--as", "liu_yang") == []
    move_clock(site, minutes=16)
    assert numbers(sop, "＠夜班") == ["001"]
    assert numbers(sop, "@夜班", "--unit", "10-1-301") == []
    assert sop("view", "ls").out == "夜班\tsop ls --overdue --sort urged\t王芳\n"


def test_the_status_that_is_typed_goes_before_that_of_the_view(sop: Sop, three: tuple[str, str, str]) -> None:
    assert sop("ls", "--closed", "--procedure", "repair", "--save", "done").code == 0
    assert numbers(sop, "@done") == []
    assert numbers(sop, "@done", "--all") == ["001", "002", "003"]


def test_a_view_is_changed_and_deleted_by_whoever_saved_it_or_an_administrator(sop: Sop, wx: str) -> None:
    sop("ls", "--overdue", "--save", "night", "--as", "wang_fang")
    other = sop("ls", "--mine", "--save", "night", "--as", "liu_yang")
    assert other.code == 5
    assert "王芳 (wang_fang)" in other.err
    assert sop("view", "delete", "night", "--as", "liu_yang").code == 5
    assert sop("ls", "--mine", "--save", "night", "--as", "wang_fang").code == 0
    assert sop("view", "delete", "@night", "--dry-run", "--as", "wang_fang").code == 0
    assert sop("view", "ls", "--json").json == [{"name": "night", "options": {"mine": True}, "by": "wang_fang"}]
    assert sop("view", "delete", "@night").code == 0, "the login that runs the tests is the administrator's"
    gone = sop("ls", "@nigth")
    assert gone.code == 3
    assert "sop view ls" in gone.err


def test_a_list_that_narrows_nothing_is_not_saved(sop: Sop, wx: str) -> None:
    said = sop("ls", "--save", "x")
    assert said.code == 2
    assert "nothing to save" in said.err


def test_a_terminal_of_80_columns_shows_whole_numbers(
    sop: Sop, three: tuple[str, str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setattr("sop_engine.console.output.Output.on_terminal", lambda _self: True)
    head, *lines = sop("ls", "--lang", "zh").out.splitlines()
    assert head.split()[:4] == ["单号", "房号", "事项", "状态"]
    assert [line.split()[0] for line in lines] == list(three)


def test_a_terminal_of_80_columns_cuts_nothing_of_what_is_left(
    sop: Sop, three: tuple[str, str, str], site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given a subject that takes more than its room, and times that are longer than others
    long = sop("edit", "3", "--field", "fault=厨房和卫生间的水管同时漏水", "--reason", "补充", "--as", "wang_fang")
    assert long.code == 0
    move_clock(site, minutes=11 * 60 + 17)
    whole = [line.split("\t")[1] for line in sop("ls", "--columns", "number,left", "--lang", "zh").out.splitlines()]
    # when
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setattr("sop_engine.console.output.Output.on_terminal", lambda _self: True)
    _head, *lines = sop("ls", "--lang", "zh").out.splitlines()
    # then
    assert any("…" in line for line in lines)
    assert any(whole) and all(line.endswith(left) for line, left in zip(lines, whole, strict=True)), lines
