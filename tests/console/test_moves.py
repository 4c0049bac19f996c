"""Units that change hands, at the command line."""

from pathlib import Path

from tests.console.conftest import Sop
from tests.console.place import move_clock

UNIT = "3-2-1202"


def test_a_flat_is_sold(sop: Sop, site: Path, wx: str) -> None:
    # given a flat with an open repair, that is to be sold
    sop("unit", "add", UNIT, "--contact", "周先生", "--phone", "13800001202")
    move = ("unit", "move", "3栋2单元1202", "--in", "张三", "--phone", "13911112222", "--on", "2026-11-24")
    wrong = sop(*move, "--out", "李四")
    assert (wrong.code, "another contact for 3-2-1202: 周*" in wrong.err) == (2, True)
    assert f"{wx}\t" in sop(*move, "--kind", "过户", "--dry-run").out
    coming = sop(*move, "--kind", "过户", "--out", "周先生", "--json").json
    assert (coming["to_come"], coming["tickets"]) == (True, [{"ticket": wx, "with": None}])
    # when its day has come
    move_clock(site, days=1)
    sop("worker", "tick")
    # then the ticket asks, nobody else hears of it, and the answer stands there
    assert f"moved out on 2026-11-24; nobody has said with whom it goes on: sop moved {wx}" in sop("show", wx).out
    new = sop("new", "repair", "--as", "wang_fang", "--field", f"unit={UNIT}", "--field", "fault=漏水")
    assert "open tickets of whoever lived there before: 1, not to be told" in new.err
    assert wx not in new.err + new.out
    found = dict(line.split("\t", 1) for line in sop("find", UNIT).out.splitlines())
    assert [id for id, line in found.items() if "[lived there before]" in line] == [wx]
    assert f"nobody has said with whom its tickets go on: {wx}" in sop("doctor").out
    assert sop("moved", wx, "新住户").code == 2
    assert sop("moved", wx, "新住户", "--reason", "已过户", "--json").json["moved"]["goes_on_with"] == "new"
    shown = sop("unit", "show", UNIT).out
    assert "contact\t张三 139****2222\n" in shown and f"{wx}\t" in shown and "the new one" in shown


def test_an_import_says_what_stays_with_the_contact_before(sop: Sop, tmp_path: Path, wx: str) -> None:
    sop("unit", "add", UNIT, "--contact", "周先生")
    table = tmp_path / "units.csv"
    table.write_text(f"unit,name,phone\n{UNIT},张三,13911112222\n", encoding="utf-8")
    assert (
        f"{UNIT} gets another contact; open, and still with the one before: {wx}"
        in sop("unit", "import", str(table)).err
    )
