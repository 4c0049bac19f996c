"""`sop audit typed` as an auditor reads it."""

from tests.console.conftest import Sop

FIELDS = ("--field", "unit=3-2-1202", "--field", "fault=漏水")


def test_each_case_leads_to_its_ticket(sop: Sop) -> None:
    assert "no two people of one keyboard" in sop("audit", "typed").err
    desk = ("--as", "wang_fang")
    id = sop("new", "repair", *FIELDS, *desk, "--json").json["id"]
    sop("do", id, "dispatch", *desk, "--assignee", "李强")
    for words in (("accept",), ("done", "--field", "fee=80")):
        assert sop("do", id, *words, *desk, "--doer", "李强", "--heard", "radio").code == 0
    assert sop("do", id, "confirm", *desk, "--field", "rating=5").code == 0
    (case,) = sop("audit", "typed", "--json").json
    assert (case["ticket"], case["first_trigger"], case["second_trigger"]) == (id, "done", "confirm")
    assert (case["typist"], case["first_doer"], case["proved"]) == ("wang_fang", "li_qiang", False)
    assert sop("audit", "typed", "--csv").out.splitlines()[1].startswith(f"{id},repair,typed,wang_fang")
    shown = sop("audit", "typed", "--lang", "zh").out
    assert all(word in shown for word in (id, "王芳", "完工", "确认修复", "李强"))
    assert sop("audit", "typed", "--month", "2026-10", "--json").json == []
