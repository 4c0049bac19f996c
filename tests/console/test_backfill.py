"""`sop backfill`: a stack of slips from a table, a row each."""

import io
from pathlib import Path

import pytest

from sop_engine.engine.engine import new_id
from sop_engine.engine.people.identity import system_login
from sop_engine.engine.sites.folder import open_site
from sop_engine.ticket.records import SITE, Command
from tests.console.conftest import Sop
from tests.console.place import BOSS, move_clock, tickets
from tests.console.test_reports import MENDING, OFFICE

DESK = ("--as", "wang_fang")
HEAD = "纸单号,登记时间,房号,故障,维修人员,派单,接单,完工,应收"


@pytest.fixture
def outage(sop: Sop, site: Path) -> Sop:
    """It is 14:30; nothing worked from 08:40 to 13:30."""
    move_clock(site, hours=6)
    said = sop("outage", "declare", "--from", "08:40", "--to", "13:30", "--reason", "变压器检修")
    assert said.code == 0, said
    return sop


def table(tmp_path: Path, *rows: str, head: str = HEAD, encoding: str = "utf-8-sig") -> str:
    path = tmp_path / "slips.csv"
    path.write_bytes("\n".join([head, *rows]).encode(encoding))
    return str(path)


GOOD = ("P-1,2026-11-23 09:00,3-2-1202,漏水,李强,09:05,09:10,10:40,80", "P-2,2026-11-23 09:30,3-2-1201,断电,,,,,")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_each_row_is_a_ticket_with_the_times_on_the_paper(
    outage: Sop, site: Path, tmp_path: Path, encoding: str
) -> None:
    said = outage("backfill", table(tmp_path, *GOOD, encoding=encoding), "--procedure", "报修", *DESK, "--json")
    assert said.code == 0, said
    first, second = said.json["entered"]
    assert (first["state"], first["counts_from"][:16]) == (["repaired"], "2026-11-23T10:40")
    assert second["state"] == ["registered"]
    story = outage("audit", "log", first["ticket"]).out
    assert "entered afterwards, from the paper P-1" in story
    assert "李强 (li_qiang) (entered by 王芳 (wang_fang), heard by paper): Done" in story
    assert outage("audit", "replay", "--all").code == 0


def test_the_same_stack_a_second_time_enters_nothing_again(outage: Sop, site: Path, tmp_path: Path) -> None:
    file = table(tmp_path, *GOOD)
    outage("backfill", file, "--procedure", "repair", *DESK)
    before = tickets(site)
    again = outage("backfill", file, "--procedure", "repair", *DESK, "--json")
    assert (again.code, [each["repeated"] for each in again.json["entered"]]) == (0, [True, True])
    assert tickets(site) == before


def test_what_a_colleague_entered_before_is_named_with_its_ticket(outage: Sop, site: Path, tmp_path: Path) -> None:
    file = table(tmp_path, GOOD[1])
    ticket = outage("backfill", file, "--procedure", "repair", *DESK, "--json").json["entered"][0]["ticket"]
    before = tickets(site)
    again = outage("backfill", file, "--procedure", "repair", "--as", "liu_yang", "--json")
    assert (again.code, tickets(site)) == (8, before)
    assert again.json["faults"][0]["why"] == (
        f"it was entered before, by somebody else or with something else in it; look at {ticket}"
    )


def test_a_row_with_a_fault_is_named_and_the_others_are_entered(outage: Sop, site: Path, tmp_path: Path) -> None:
    bad = (
        "P-3,2026-11-23 07:00,3-2-1202,停水,,,,,",
        "P-4,2026-11-23 09:00,3-2-1202,停水,没有此人,,,,",
        "P-5,2026-11-23 09:00,!!,停水,,,,,",
        "P-1,2026-11-23 09:00,3-2-1202,停水,,,,,",
        ",2026-11-23 09:00,3-2-1202,停水,,,,,",
        "P-6,2026-11-23 09:00,3-2-1202,停水,李强,09:05,09:10,10:40,",
        "P-7,,3-2-1202,停水,,,,,",
        "P-8,2026-11-23 10:00,3-2-1202,停水,李强,2026-11-23 09:05,,,",
    )
    said = outage("backfill", table(tmp_path, GOOD[0], *bad), "--procedure", "repair", *DESK, "--json")
    assert said.code == 8
    why = {each["row"]: each["why"] for each in said.json["faults"]}
    assert sorted(why) == list(range(3, 11))
    expected = {
        3: "lies in no outage",
        4: "nobody here is",
        5: "column C (房号)",
        6: "row 2 has the same",
        7: "no number",
    }
    for row, words in {**expected, 7: "no number", 9: "`at` is empty", 10: "before that of the box"}.items():
        assert words in why[row], why[row]
    assert [each["booked"] for each in said.json["faults"] if each["row"] == 8] == [3]
    mended = table(tmp_path, bad[5] + "60")
    assert outage("backfill", mended, "--procedure", "repair", *DESK, "--json").json["entered"][0]["state"] == [
        "repaired"
    ]


def test_a_dry_run_says_the_same_and_enters_nothing(outage: Sop, site: Path, tmp_path: Path) -> None:
    said = outage("backfill", table(tmp_path, *GOOD), "--procedure", "repair", *DESK, "--dry-run", "--json")
    assert (said.code, len(said.json["entered"])) == (0, 2)
    assert tickets(site) == []


def test_a_slip_with_a_reserved_number_is_opened_under_it(sop: Sop, site: Path, tmp_path: Path) -> None:
    sop("print", "--blank", "2", "--procedure", "repair")
    move_clock(site, hours=6)
    sop("outage", "declare", "--from", "08:40", "--to", "13:30", "--reason", "x")
    row = "WX-20261123-002,2026-11-23 09:00,3-2-1202,漏水,,,,,"
    said = sop("backfill", table(tmp_path, row), "--procedure", "repair", *DESK, "--json")
    assert said.json["entered"][0]["ticket"] == "WX-20261123-002"
    assert [each["state"] for each in sop("audit", "numbers", "--json").json] == ["unused", "used"]


def test_a_ticket_that_is_there_goes_on_by_its_slip(outage: Sop, site: Path, tmp_path: Path) -> None:
    id = outage("new", "repair", "--field", "unit=3-2-1202", "--field", "fault=x", *DESK, "--json").json["id"]
    file = table(tmp_path, f"P-9,{id},2026-11-23 09:00,李强,x", head="paper,ticket,at,doer,dispatch")
    said = outage("backfill", file, *DESK, "--json")
    assert said.json["entered"][0]["state"] == ["dispatched"]


@pytest.mark.parametrize(
    ("text", "said"),
    [("", "is empty"), ("unit,fault\n1,2\n", "has no column `paper`"), ("paper,paper\n1,2\n", "twice"),
     ("paper\n1,2\n", "more cells than heads"), ("\x00\x01", "is no text")],
)  # fmt: skip
def test_what_is_no_stack_is_one_clear_message(
    outage: Sop, monkeypatch: pytest.MonkeyPatch, text: str, said: str
) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    ran = outage("backfill", "-", *DESK)
    assert (ran.code, said in ran.err) == (2, True), ran


def test_reports_count_what_comes_from_paper_apart(outage: Sop, site: Path, tmp_path: Path) -> None:
    (site / "calendars" / "office.yaml").write_text(OFFICE, encoding="utf-8")
    (site / "workflows" / "mending.sop.yaml").write_text(MENDING, encoding="utf-8")
    assert outage("calendar", "publish").code == 0
    assert outage("flow", "publish", "mending").code == 0
    live = outage("new", "mending", "--field", "unit=3-2-1202", *DESK, "--json").json["id"]
    outage("do", live, "finish", *DESK)
    rows = ("P-1,2026-11-23 09:00,3-2-1202,12:30", "P-2,2026-11-23 08:45,3-2-1202,12:50")
    file = table(tmp_path, *rows, head="paper,at,unit,finish")
    assert outage("backfill", file, "--procedure", "mending", *DESK).code == 0
    figures = outage("report", "sla", "--by", "entry", "--json").json
    assert [(each["entry"], each["kept"], each["late"]) for each in figures] == [("backfilled", 1, 1), ("live", 1, 0)]
    assert "entered afterwards from paper: 2" in outage("report", "sla").err


def test_outages_are_listed_with_their_reason(outage: Sop, site: Path) -> None:
    (found,) = outage("outage", "ls", "--json").json
    assert (found["from"][11:16], found["to"][11:16], found["reason"]) == ("08:40", "13:30", "变压器检修")
    assert outage("outage", "declare", "--from", "09:00", "--to", "10:00", "--reason", "x", *DESK).code == 5
    assert outage("outage", "declare", "--from", "9999", "--to", "10:00", "--reason", "x").code == 2
    outage("outage", "declare", "--from", "09:00", "--to", "10:00", "--reason", "x", "--dry-run")
    with open_site(site) as opened, opened.store.reading() as reading:
        standing = reading.ticket("site")
    assert standing is not None
    assert len(standing.fields["outages"]) == 1


def test_whoever_stands_in_does_so_on_record(outage: Sop, site: Path, tmp_path: Path) -> None:
    assert outage("actor", "deputy", "wang_fang", "zhou_min", "--from", "2026-11-23", "--to", "2026-11-24").code == 0
    move_people(site)
    said = outage("backfill", table(tmp_path, GOOD[1]), "--procedure", "repair", *DESK, "--json")
    assert said.code == 0, said
    assert "standing in for 王芳" in outage("audit", "log", said.json["entered"][0]["ticket"]).out


def move_people(site: Path) -> None:
    """The login that runs the tests is the administrator's alone from now on, so that --as is standing in."""
    with open_site(site) as opened:
        opened.engine.act(Command(new_id(), "login", SITE, BOSS, system_login(),
                                  {"login": system_login(), "actor": BOSS, "people": []}))  # fmt: skip
