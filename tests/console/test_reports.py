"""Reports as managers read them: figures that lead to their tickets, as of any day, for people and for programs."""

import csv
import io
import re
from pathlib import Path

import pytest

from sop_engine.console.text import width
from tests.console.conftest import Sop
from tests.end_to_end.shell import Ran

OFFICE = "calendar: office\ntitle: Office\nzone: Asia/Shanghai\nweek: {every day: 00:00-24:00}\n"
MENDING = """\
procedure: mending
title: {zh: 小修, en: Mending}
prefix: MD
calendar: office
roles: [desk]
fields: {unit: {type: unit}}
open: {by: desk, ask: unit, to: working}
goals: {mending: {title: {zh: 修好时限, en: Mended}, start: working, stop: did finish, within: 4 h}}
states:
  working: {title: {zh: 维修中, en: Being mended}, transitions: {finish: {by: desk, to: looked_at}}}
  looked_at:
    title: {zh: 待验收, en: To be looked at}
    transitions:
      not_mended: {title: {zh: 未修好, en: Not mended}, by: desk, to: working}
      fine: {by: desk, to: closed}
  closed: {final: true, outcome: done}
"""


@pytest.fixture
def desk(sop: Sop, site: Path) -> Sop:
    """Monday 08:30: two tickets of 3-2-1202, mended at 10:30; on Tuesday at 10:30 the first turns out not to be."""
    (site / "calendars" / "office.yaml").write_text(OFFICE)
    (site / "workflows" / "mending.sop.yaml").write_text(MENDING)
    assert sop("calendar", "publish").code == 0
    said = sop("flow", "publish", "mending")
    assert said.code == 0, said

    def call(*words: str) -> Ran:
        return sop(*words, "--as", "wang_fang", *(() if "--lang" in words else ("--lang", "en")))

    for _ticket in range(2):
        assert call("new", "mending", "--field", "unit=3-2-1202").code == 0
    sop("demo", "advance", "2h")
    for ticket in ("001", "002"):
        call("do", ticket, "finish")
    sop("demo", "advance", "1d")
    call("do", "001", "not_mended")
    return call


def test_what_went_back_is_counted_and_leads_to_its_tickets(desk: Sop) -> None:
    (figures,) = desk("report", "reopen", "--json").json
    (ticket,) = desk("report", "reopen", "--list", "--json").json

    assert figures == {"procedure": "mending", "part": "looked_at", "reached": 2, "returned": 1, "share": "0.5000",
                       "tickets": 1, "after_minutes": 1440}  # fmt: skip
    assert (ticket["ticket"], ticket["part"], ticket["to"], ticket["trigger"], ticket["person"]) == (
        "MD-20261123-001", "looked_at", "working", "not_mended", "wang_fang"
    )  # fmt: skip
    assert desk("report", "reopen", "--by", "unit,person", "--csv").out.splitlines() == [
        "unit,person,reached,returned,share,tickets,after_minutes",
        "3-2-1202,wang_fang,2,1,0.5000,1,1440",
    ]


def test_a_month_in_which_nothing_went_back_says_so(desk: Sop) -> None:
    said = desk("report", "reopen", "--month", "2026-10")

    assert (said.code, said.out, "nothing went back in that time" in said.err) == (0, "", True)
    assert desk("report", "reopen", "--as-of", "2026-11-23", "--json").json == []
    assert desk("report", "reopen", "--by", "goal").code == 2


def test_load_and_age_are_counted_as_of_any_day(desk: Sop) -> None:
    desk("do", "002", "fine")
    desk("hand-over", "001", "liu_yang", "--reason", "shift")

    (now,) = [row for row in desk("report", "load", "--json").json if row["owned"]]
    (then,) = desk("report", "load", "--as-of", "2026-11-23", "--json").json

    assert (now["person"], now["owned"]) == ("liu_yang", 1)
    assert (then["person"], then["owned"]) == ("wang_fang", 2)
    (age,) = desk("report", "aging", "--as-of", "2026-11-23", "--json").json
    assert (age["under_1d"], age["under_3d"]) == (2, 0)
    (age,) = desk("report", "aging", "--json").json
    assert (age["under_1d"], age["under_3d"]) == (0, 1)
    assert desk("report", "load", "--as-of", "2026-11-22", "--json").json == []


def test_load_by_the_record_is_load_by_the_lists(desk: Sop) -> None:
    by_lists = desk("report", "load", "--json").json
    desk("demo", "advance", "1d")  # so that this day has ended

    assert desk("report", "load", "--as-of", "2026-11-24", "--json").json == by_lists


def test_load_and_age_lead_to_their_tickets(desk: Sop) -> None:
    listed = [row["ticket"] for row in desk("report", "load", "--list", "王芳", "--json").json]
    assert listed == ["MD-20261123-001", "MD-20261123-002"]
    assert desk("report", "load", "--list", "liu_yang", "--json").json == []
    assert len(desk("report", "aging", "--list", "under_3d", "--json").json) == 2
    assert desk("report", "aging", "--list", "older", "--json").json == []
    assert desk("report", "aging", "--list", "young").code == 2
    assert desk("report", "load", "--list", "somebody").code == 2
    first = desk("report", "aging", "--list", "all").out.splitlines()[0].split("\t")
    assert first == ["MD-20261123-001", "Mending", "3-2-1202", "2026-11-23 08:30", "26 h", "王芳", ""]


def test_whose_a_kept_promise_was_is_who_owned_the_ticket_then(desk: Sop) -> None:
    desk("hand-over", "002", "liu_yang", "--reason", "shift")

    listed = {row["ticket"]: row["person"] for row in desk("report", "sla", "--list", "kept", "--json").json}

    assert set(listed.values()) == {"wang_fang"}
    (figures,) = desk("report", "sla", "--json").json
    assert (figures["kept"], figures["tickets"], figures["median_minutes"]) == (2, 2, 120)


REPORTS = (("sla",), ("sla", "--list", "all"), ("load",), ("aging",), ("reopen",), ("reopen", "--list"),
           ("load", "--list", "all"))  # fmt: skip


@pytest.mark.parametrize("words", REPORTS, ids=" ".join)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_reports_speak_in_titles_and_fit_a_terminal(
    desk: Sop, words: tuple[str, ...], language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr("sop_engine.console.output.Output.on_terminal", lambda _self: True)
    monkeypatch.setenv("NO_COLOR", "1")

    said = desk("report", *words, "--lang", language)

    assert said.code == 0, said.err
    assert all(width(line) <= 80 for line in said.out.splitlines()), said.out
    assert "looked_at" not in said.out
    assert re.search("小修|修好|待验收|王芳" if language == "zh" else "Mend|To be|王芳", said.out), said.out


@pytest.mark.parametrize("words", REPORTS, ids=" ".join)
def test_a_csv_has_the_entries_of_the_json(desk: Sop, words: tuple[str, ...]) -> None:
    listed = desk("report", *words, "--json").json
    head, *lines = csv.reader(io.StringIO(desk("report", *words, "--csv").out))

    assert head == list(listed[0])
    assert len(lines) == len(listed)
