"""`sop calendar due --from-file -`: many cases at once, as a program sends them."""

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sop_engine.console.given import LARGEST_INPUT
from tests.end_to_end.shell import Ran

Sop = Callable[..., Ran]
Ask = Callable[..., Ran]

SHIFTS = {"zone": "Asia/Shanghai", "week": {"mon-fri": ["08:00-12:00", "13:00-17:00"], "sat": "22:00-06:00"}}
BERLIN = {"zone": "Europe/Berlin", "week": {"every day": "22:00-06:00"}}
HOLIDAYS = {
    **SHIFTS,
    "holidays": ["2026-11-24", {"name": "x", "from": "2026-11-25", "to": "2026-11-26", "make_up": "2026-11-29"}],
    "dates": {"2026-11-27": "10:00-11:00", "2026-11-30": "closed"},
    "known_through": "2026-11-30",
}
MONDAY = "2026-11-23 10:00"


@pytest.fixture
def ask(sop: Sop, monkeypatch: pytest.MonkeyPatch) -> Ask:
    """Sends cases; gives what came back."""

    def call(*cases: Any) -> Ran:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(json.dumps(cases).encode()), "utf-8"))
        return sop("calendar", "due", "--json", "--from-file", "-")

    return call


def case(allowance: str, calendar: Any = SHIFTS, /, **more: Any) -> dict[str, Any]:
    return {"calendar": calendar, "allowance": allowance, **({} if "anchor" in more else {"start": MONDAY}), **more}


@pytest.mark.parametrize(
    ("asked", "due"),
    [
        (case("30 min"), "2026-11-23T10:30:00+08:00"),
        (case("4 business hours"), "2026-11-23T15:00:00+08:00"),
        (case("6 工作小时"), "2026-11-23T17:00:00+08:00"),
        (case("24 h clock"), "2026-11-24T10:00:00+08:00"),
        (case("1 workday"), "2026-11-24T17:00:00+08:00"),
        (case("2 workdays same time"), "2026-11-25T10:00:00+08:00"),
        (case("3 days"), "2026-11-26T17:00:00+08:00"),
        (case("6 days"), "2026-11-30T00:00:00+08:00"),
        (case("3 months same time"), "2027-02-23T10:00:00+08:00"),
        (case("1 year"), "2027-11-23T17:00:00+08:00"),
        (case("end of workday"), "2026-11-23T17:00:00+08:00"),
        # a Saturday's night belongs to Saturday, and ends on Sunday
        (case("5 workdays"), "2026-11-29T06:00:00+08:00"),
        # holidays, a make-up workday with Monday's hours, days with hours of their own
        (case("7 h", HOLIDAYS), "2026-11-27T11:00:00+08:00"),
        (case("3 workdays", HOLIDAYS), "2026-11-29T17:00:00+08:00"),
        # a night has 7 hours when clocks go forward
        (case("7 h", BERLIN, start="2026-03-28 22:00"), "2026-03-29T06:00:00+02:00"),
        # back from a date: the close of that day, rolled to a workday where that is wished
        (case("14 days", anchor="2026-12-06"), "2026-11-23T00:00:00+08:00"),
        (case("14 days", anchor="2026-12-06", roll="previous"), "2026-11-22T06:00:00+08:00"),
        (case("14 days", anchor="2026-12-06", roll="next"), "2026-11-23T17:00:00+08:00"),
        (case("4 h", anchor="2026-11-24 09:00"), "2026-11-23T14:00:00+08:00"),
        # a pause takes what it takes of working time
        (case("4 h", pauses=[{"from": "2026-11-23 11:00", "to": "2026-11-23T14:00:00+08:00"}]),
         "2026-11-23T17:00:00+08:00"),
        (case("4 h", start="2026-11-23T02:00:00Z"), "2026-11-23T15:00:00+08:00"),
        (case("4 h", start="2026-11-23T10:00:00"), "2026-11-23T15:00:00+08:00"),
    ],
    ids=lambda value: value["allowance"] if isinstance(value, dict) else "",
)  # fmt: skip
def test_a_case_is_due(ask: Ask, asked: dict[str, Any], due: str) -> None:
    said = ask(asked)

    assert said.code == 0
    assert [(each["kind"], each["due"]) for each in said.json] == [("due", due)]


def test_answers_come_in_order_and_say_what_is_paused_unreachable_or_provisional(ask: Ask) -> None:
    fair = {"zone": "Asia/Shanghai", "week": {}, "dates": {"2026-11-24": "09:00-10:00"}}
    said = ask(
        case("4 h", pauses=[{"from": "2026-11-23 11:00", "to": None}]),
        case("2 h", fair),
        case("4 workdays", HOLIDAYS),
        case("3 workdays", HOLIDAYS),
    )

    assert said.code == 0
    assert said.json == [
        {"kind": "paused", "due": None, "remaining_seconds": 3 * 3600, "provisional": False},
        {"kind": "unreachable", "due": None, "remaining_seconds": None, "provisional": False},
        {"kind": "due", "due": "2026-12-01T17:00:00+08:00", "remaining_seconds": None, "provisional": True},
        {"kind": "due", "due": "2026-11-29T17:00:00+08:00", "remaining_seconds": None, "provisional": False},
    ]


@pytest.mark.parametrize(
    ("bad", "code", "saying"),
    [
        (5, 2, "a case is a map"),
        ({**case("4 h"), "zone": "UTC"}, 2, "a case has no `zone`"),
        ({"calendar": SHIFTS, "start": MONDAY}, 2, "a case has an `allowance`"),
        (case("4 h", 5), 2, "`calendar` is a name"),
        (case("4 h", "nothing"), 3, "there is no calendar nothing"),
        (case("4 h", "x" * 5000), 3, "there is no calendar xxx"),
        (case("4 h", {**SHIFTS, "zone": "Asia/Nowhere"}), 1, "there is no time zone `Asia/Nowhere`"),
        (case("4 h", {**SHIFTS, "week": {"mon": 5.5}}), 1, "says no hours"),
        (case("4 h", {**SHIFTS, "week": {"mon": "25:00-26:00"}}), 1, "`25:00-26:00` says no hours"),
        (case("4 h", {**SHIFTS, "title": "\ud800"}), 2, "is no text in UTF-8"),
        (case("4 h", {**SHIFTS, "extends": "nothing"}), 1, "there is no calendar `nothing` to extend"),
        (case("4 h", {**SHIFTS, "holidays": ["2026-02-30"]}), 1, "`2026-02-30` is no date"),
        (case("4 h", {"zone": "Asia/Shanghai"}), 2, "has no hours"),
        (case("4 potatoes"), 2, "4 potatoes is no duration"),
        (case("十分钟"), 2, "the number of `十分钟` is not written in figures"),
        ({**case("4 h"), "allowance": 4}, 2, "`4` is no text"),
        ({**case("4 h"), "start": None}, 2, "a start or an anchor"),
        ({**case("4 h"), "anchor": "2026-12-01"}, 2, "a start or an anchor"),
        (case("4 h", start=5), 2, "`5` is no text"),
        (case("4 h", start="2026-13-01"), 2, "is no date and time"),
        (case("4 h", roll="next"), 2, "only what is counted back from an anchor"),
        (case("1 day", anchor="2026-12-01", roll="up"), 2, "`roll` is previous or next"),
        (case("4 h", pauses=[{"to": None}]), 2, "a pause is a map with `from`"),
        (case("4 h", pauses=[{"from": MONDAY, "to": "2026-11-23 09:00"}]), 2, "a pause ends before it begins"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_nonsense_is_answered_in_its_place_and_the_others_are_reckoned(
    ask: Ask, bad: Any, code: int, saying: str
) -> None:
    said = ask(case("1 h"), bad, case("1 h"))

    assert said.code == 8
    before, error, after = said.json
    assert before == after
    assert before["due"] == "2026-11-23T11:00:00+08:00"
    assert (error["error"]["code"], error["error"]["where"]) == (code, "[1]")
    assert saying in error["error"]["message"]
    assert set(error["error"]) == {"code", "name", "message", "where", "needs", "possible", "fix"}


@pytest.mark.parametrize(
    ("start", "known", "saying"),
    [
        ("1990-05-02 10:00", {"known_from": "2024-01-01", "known_through": "2026-12-31"},
         "holidays are known from 2024-01-01 to 2026-12-31 only"),
        ("2027-01-04 10:00", {"known_through": "2026-12-31"}, "holidays are known through 2026-12-31 only"),
        ("1990-05-02 10:00", {"known_from": "2024-01-01"}, "holidays are known from 2024-01-01 on only"),
    ],
)  # fmt: skip
def test_what_is_due_outside_the_known_days_says_which_are_known(
    sop: Sop, tmp_path: Path, start: str, known: dict[str, str], saying: str
) -> None:
    file = tmp_path / "desk.yaml"
    file.write_text(json.dumps({"calendar": "desk", "title": "Desk", **SHIFTS, **known}))

    said = sop("calendar", "due", str(file), "1 h", "--start", start)

    assert f"provisional\t{saying}" in said.out


def test_more_cases_than_fields_could_ever_have_and_a_mark_at_the_beginning(
    sop: Sop, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "\ufeff" + json.dumps([{**case("1 h"), "id": "x" * 1000}] * 5000)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode()), "utf-8"))

    said = sop("calendar", "due", "--json", "--from-file", "-")

    assert len(text) > LARGEST_INPUT
    assert (said.code, len(said.json)) == (0, 5000)


@pytest.mark.parametrize(
    ("text", "saying"),
    [("", "is no JSON"), ("[1,", "is no JSON"), ('[{"id": 1, "id": 2}]', "stands in it twice"),
     ("{}", "a list of at most 100000 cases is wanted"), ("[" * 100_000, "is nested too deeply")],
    ids=["nothing", "half", "twice", "map", "deep"],
)  # fmt: skip
def test_what_is_no_list_of_cases_is_refused_whole(
    sop: Sop, monkeypatch: pytest.MonkeyPatch, text: str, saying: str
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode()), "utf-8"))

    said = sop("calendar", "due", "--json", "--from-file", "-")

    assert said.code == 2
    assert saying in said.json["error"]["message"]
