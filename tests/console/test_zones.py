"""A calendar whose zone is not known here: what can still be done, and what is said of the rest."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.end_to_end.shell import Ran
from tests.worktime.machines import with_zones

Sop = Callable[..., Ran]

OLD = "calendar: old\ntitle: Old\nzone: Asia/Chongqing\nweek: {mon-fri: 09:00-17:00}\n"
OTHER = "calendar: other\ntitle: Other\nzone: Asia/Shanghai\nweek: {mon-fri: 09:00-17:00}\n"
PROMISING = """\
procedure: asking
title: Asking
source: ours
prefix: AS
calendar: old
roles: [desk]
fields: {note: {type: text}}
open: {by: desk, ask: note, to: received}
goals: {answering: {start: received, stop: did finish, within: 4 h}}
states:
  received: {transitions: {finish: {by: desk, to: closed}}}
  closed: {final: true, outcome: done}
"""
UNKNOWN = "the calendar old runs by the time zone `Asia/Chongqing`, which this machine does not know"
MEND = "pip install --upgrade tzdata"


@pytest.fixture
def asked(sop: Sop, site: Path) -> str:
    """A ticket that promises by a calendar whose zone has an old name."""
    (site / "calendars" / "old.yaml").write_text(OLD)
    (site / "calendars" / "other.yaml").write_text(OTHER)
    (site / "workflows" / "asking.sop.yaml").write_text(PROMISING)
    sop("calendar", "publish")
    assert sop("flow", "publish", "asking").code == 0
    made = sop("new", "asking", "--field", "note=x", "--as", "wang_fang", "--json")
    return str(made.json["id"])


@pytest.fixture
def other_machine(asked: str, tmp_path: Path) -> Iterator[None]:
    """One that knows no old names of zones."""
    with ExitStack() as stack:
        stack.enter_context(with_zones(tmp_path / "zones", "UTC", "Asia/Shanghai"))
        yield


@pytest.mark.usefixtures("other_machine")
@pytest.mark.parametrize(
    "words",
    [
        ("calendar", "show", "old"),
        ("calendar", "due", "old", "4 h"),
        ("new", "asking", "--field", "note=x", "--as", "wang_fang"),
        ("sla", "explain", "1"),
    ],
    ids=lambda words: " ".join(words[:2]),
)
def test_what_counts_on_it_is_refused_with_what_to_do(sop: Sop, words: tuple[str, ...]) -> None:
    said = sop(*words)

    assert said.code == 7
    assert UNKNOWN in said.err
    assert MEND in said.err


@pytest.mark.usefixtures("other_machine")
def test_other_calendars_are_not_touched_by_it(sop: Sop) -> None:
    assert sop("calendar", "due", "other", "4 h", "--start", "2026-11-23 10:00", "--json").json["due"] == (
        "2026-11-23T14:00:00+08:00"
    )
    assert [row["zone"] for row in sop("calendar", "ls", "--json").json] == ["Asia/Chongqing", "Asia/Shanghai"]


@pytest.mark.usefixtures("other_machine")
def test_the_doctor_names_it(sop: Sop) -> None:
    said = sop("doctor", "--json")

    assert said.code == 1
    assert {"severity": "error", "what": UNKNOWN, "fix": MEND} in said.json


def test_a_file_is_told_the_present_name(sop: Sop, site: Path) -> None:
    (site / "calendars" / "old.yaml").write_text(OLD)

    said = sop("calendar", "check", "old")

    assert said.code == 0
    assert "warning[SOP412]: `Asia/Chongqing` is an old name of `Asia/Shanghai`" in said.out
    assert "fix: write `Asia/Shanghai`" in said.out


@pytest.mark.usefixtures("asked")
@pytest.mark.parametrize("words", [("ls",), ("doctor",), ("calendar", "check"), ("calendar", "due", "old", "4 h")])
def test_without_any_zones_every_command_says_so(sop: Sop, tmp_path: Path, words: tuple[str, ...]) -> None:
    with with_zones(tmp_path / "none"):
        said = sop(*words)

    assert said.code == 7
    assert "this machine has no database of time zones" in said.err
    assert MEND in said.err
