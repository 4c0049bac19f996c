"""`sop show --tree` and `--watch`."""

import itertools
from pathlib import Path

import pytest

from sop_engine.console.staff import watching
from sop_engine.console.staff.family import family_of
from sop_engine.ticket.records import SITE
from tests.console.conftest import Sop
from tests.desk import Desk
from tests.ticket.test_families import ENDLESS


def test_a_family_is_shown_from_its_first_ticket_whichever_is_asked_for(tmp_path: Path) -> None:
    desk = Desk(tmp_path, {"lin": ["desk"]})
    desk.publish(ENDLESS)
    first = desk.open("endless", "lin", left=2)
    with desk.reading() as reading:
        ids = sorted(each for each in reading.ticket_ids() if each != SITE)
        families = [family_of(reading, head, iter([first])) for id in ids if (head := reading.head(id))]

    assert [(each.depth, each.head.id) for each in families[0].members] == list(enumerate(ids))
    assert len(ids) == 3
    assert families[1:] == families[:-1]
    assert [head.id for head in families[0].linked] == [first]


def test_a_ticket_alone_is_its_own_family(sop: Sop, wx: str) -> None:
    said = sop("show", wx, "--tree", "--json")
    assert said.json["tree"] == [
        {"depth": 0, "id": wx, "parent": None, "procedure": "repair", "status": "open", "state": ["registered"],
         "subject": "3-2-1202 厨房漏水"}
    ]  # fmt: skip
    assert said.json["linked"] == []
    assert sop("show", wx, "--tree").out.splitlines()[-1] == (
        f"{wx}\t\tRepair\tTo be dispatched\t15 min\t3-2-1202 厨房漏水"
    )


def test_watching_wants_a_terminal_and_the_present(sop: Sop, wx: str, monkeypatch: pytest.MonkeyPatch) -> None:
    refused = sop("show", wx, "--watch")
    assert (refused.code, refused.out) == (2, "")
    said, fix = refused.err.splitlines()
    assert said == "--watch draws on a terminal, and this goes elsewhere."
    assert fix == "fix: leave --watch out, or use a terminal"
    assert sop("show", wx, "--watch", "--json").code == 2
    monkeypatch.setattr("sop_engine.console.output.Output.on_terminal", lambda _self: True)
    assert sop("show", wx, "--watch", "--until", "1").code == 2


def test_a_page_is_drawn_anew_only_when_something_changed_and_the_terminal_is_left_as_it_was(
    capsys: pytest.CaptureFixture[str],
) -> None:
    versions = iter([1, 1, 2, 2])
    waits = itertools.count()

    def wait(_seconds: float) -> None:
        if next(waits) == 3:
            raise KeyboardInterrupt

    drawn = itertools.count(1)
    watching.watch(lambda: next(versions), lambda: print(f"page {next(drawn)}\nb\nc\nd"), lambda: (80, 4), wait)  # noqa: T201

    said = capsys.readouterr().out
    assert (said.count("page 1"), said.count("page 2"), said.count("page 3")) == (1, 1, 0)
    assert said.startswith("\x1b[?1049h") and said.endswith("\x1b[?1049l")
    assert "c" not in said.split("page 1")[1].split("\x1b")[0], "no more than fits is shown"


def test_watching_a_ticket_ends_with_0_at_ctrl_c(sop: Sop, wx: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sop_engine.console.output.Output.on_terminal", lambda _self: True)

    def wait(_seconds: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(watching.watch, "__defaults__", (wait,))
    said = sop("show", wx, "--watch", "--tree")
    assert said.code == 0
    assert f"{wx} *" in said.out
