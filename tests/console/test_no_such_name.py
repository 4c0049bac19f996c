"""A name that there is not is refused, with near ones: an empty answer would read as if there were nothing."""

from collections.abc import Callable

import pytest

from tests.end_to_end.shell import Ran

Sop = Callable[..., Ran]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("notify", "ls", "--channel", "logg"), 2, "did you mean: `log`"),
        (("notify", "outbox", "--channel", "smpt"), 2, "did you mean: `smtp`"),
        (("notify", "ls", "--ticket", "WX-20200101-001"), 3, "there is no ticket"),
        (("notify", "ls", "--status", "waitin"), 2, "did you mean: `waiting`"),
        (("notify", "ls", "--to", "field:fualt"), 2, "`field:fault`"),
        (("sla", "export", "--role", "engneer"), 2, "`engineer`"),
        (("sla", "ls", "--unit", "3-2-1203"), 3, "`3-2-1202`"),
        (("sla", "ls", "--procedure", ""), 3, "is published here"),
        (("ls", "--unit", "3-2-1203"), 3, "`3-2-1202`"),
    ],
)
def test_a_list_of_what_is_not_there_is_refused(sop: Sop, words: tuple[str, ...], code: int, said: str) -> None:
    sop("unit", "add", "3-2-1202", "--contact", "周先生")
    ran = sop(*words)
    assert (ran.code, said in ran.err, ran.out) == (code, True, ""), ran


@pytest.mark.parametrize(
    "words",
    [
        ("notify", "ls", "--channel", "smtp"),
        ("notify", "ls", "--to", "field:fault", "--all"),
        ("notify", "ls", "--ticket", "site"),
        ("sla", "export", "--role", "前台"),
    ],
)
def test_a_name_that_there_is_may_have_nothing(sop: Sop, words: tuple[str, ...]) -> None:
    assert sop(*words).code == 0


@pytest.mark.parametrize("unit", ["坏", "业主", "AB", "-"])
def test_what_cannot_be_a_unit_is_not_entered(sop: Sop, unit: str) -> None:
    before = sop("unit", "ls", "--json").json
    refused = sop("unit", "add", "--", unit)
    assert (refused.code, "write 3-2-1202" in refused.err) == (2, True)
    assert sop("unit", "ls", "--json").json == before


def test_a_phone_is_a_phone_and_what_changed_is_said(sop: Sop) -> None:
    assert "no telephone number" in sop("actor", "change", "王芳", "--phone", "abc").err
    said = sop("actor", "change", "王芳", "--phone", "138 0000 1234", "--digest", "8:30", "--channel", "log")
    assert said.err.strip().endswith("desk; phone 13800001234; notices by log; notices together at 08:30"), said.err
    assert "each notice at once" in sop("actor", "change", "王芳", "--digest", "none", "--dry-run").err


def test_a_fault_of_an_import_names_the_column_and_not_an_option(sop: Sop) -> None:
    from pathlib import Path

    Path("people.csv").write_text("id,name,phone,skills\nyy,李四,,water@20279999\nzz,王五,12,\n", encoding="utf-8")
    refused = sop("actor", "import", "people.csv")
    assert refused.code == 2
    assert "line 2: the last day of water: 20279999 is no date" in refused.err
    assert "line 3: 12 is no telephone number" in refused.err
    assert "--until" not in refused.err
