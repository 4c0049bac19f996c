"""Who sees a customer's number: roles that the site names, and those on the case; others see it masked."""

import re
from contextlib import closing
from pathlib import Path

import pytest

from sop_engine.console import masking
from sop_engine.store.drivers import driver_module
from tests.console.conftest import Sop

CALL = """\
procedure: call
title: {zh: 来电, en: Call}
prefix: LD
subject: "{{ matter }}"
roles: {desk: {zh: 前台, en: Front desk}, engineer: {zh: 维修技工, en: Engineer}}
fields:
  matter: {type: text, title: {zh: 事项, en: Matter}}
  caller: {type: person, title: {zh: 来电人, en: Caller}, personal: contact}
  phone: {type: phone, title: {zh: 电话, en: Phone}, personal: contact}
  health: {type: text, title: {zh: 病情, en: Health}, personal: health}
forms: {note: {title: {zh: 便条, en: Note}, template: call.html}}
open: {by: desk, ask: [matter, caller, phone], may_ask: health, to: waiting}
states:
  waiting: {transitions: {send: {by: desk, assign: engineer, print: note, to: sent}}}
  sent: {transitions: {finish: {by: assignee, to: over}}}
  over: {final: true, outcome: over}
"""
PAGE = "<!doctype html><html><body>{{ ticket.id }} {{ caller.name }} {{ phone }} {{ health }}</body></html>\n"
NAME, NUMBER = "周建国", "13800001202"


@pytest.fixture
def ld(sop: Sop, site: Path) -> str:
    (site / "workflows" / "call.sop.yaml").write_text(CALL, encoding="utf-8")
    (site / "templates" / "call.html").write_text(PAGE, encoding="utf-8")
    said = sop("flow", "publish", "call")
    assert said.code == 0, said
    fields = ("--field", "matter=漏水", "--field", f"caller={NAME} {NUMBER}", "--field", f"phone={NUMBER}")
    made = sop("new", "call", *fields, "--field", "health=心脏病", "--as", "王芳", "--json")
    assert made.code == 0, made
    id: str = made.json["id"]
    return id


def rule(site: Path, text: str) -> None:
    with (site / "sop.toml").open("a", encoding="utf-8") as settings:
        settings.write(f"\n[personal]\n{text}\n")


def said_to(sop: Sop, ld: str, person: str) -> str:
    """All that somebody is told of the ticket."""
    commands = (("show", ld), ("show", ld, "--json"), ("show", ld, "--events"), ("audit", "log", ld),
                ("audit", "log", ld, "--json"), ("print", ld, "note"), ("print", ld, "ticket"))  # fmt: skip
    return "\n".join(sop(*words, "--as", person).out for words in commands)


def test_who_was_told_wrongly_is_shown_as_he_stood_and_masked_like_all_else(sop: Sop, site: Path, ld: str) -> None:
    path = site / "workflows" / "call.sop.yaml"
    path.write_text(CALL.replace("print: note,", "print: note, tell: phone,"), encoding="utf-8")
    assert sop("flow", "publish", "call", "-m", "tell him").code == 0
    made = sop("new", "call", "--field", "matter=漏水", "--field", f"caller={NAME} {NUMBER}", "--field",
               f"phone={NUMBER}", "--as", "王芳", "--json")  # fmt: skip
    sop("do", made.json["id"], "send", "--as", "王芳", "--assignee", "李强")
    sop("worker", "tick")
    wrong = ("edit", made.json["id"], "--field", "phone=13911112222", "--reason", "misheard", "--dry-run")
    assert f"Phone was: {NUMBER}\n" in sop(*wrong, "--as", "王芳").err
    rule(site, 'contact = ["manager"]')
    said = sop(*wrong, "--as", "刘洋")
    assert "Phone was: 138****1202\n" in said.err and NUMBER not in said.err


def test_where_the_site_says_nothing_everybody_sees_it(sop: Sop, ld: str) -> None:
    shown = said_to(sop, ld, "张伟")
    assert shown.count(NUMBER) >= 7
    assert "138****1202" not in shown


def test_who_holds_no_such_role_sees_it_masked_everywhere(sop: Sop, site: Path, ld: str) -> None:
    rule(site, 'contact = ["desk"]\nhealth = []')
    shown = said_to(sop, ld, "张伟")
    assert NUMBER not in shown
    assert NAME not in shown
    assert "心脏病" not in shown
    assert shown.count("138****1202") >= 7
    fields = sop("show", ld, "--json", "--as", "张伟").json["fields"]
    assert fields == {"matter": "漏水", "phone": "138****1202", "health": None,
                      "caller": {"name": "周**", "phone": "138****1202"}}  # fmt: skip


def test_the_roles_that_are_named_see_it_and_other_classes_stay_hidden(sop: Sop, site: Path, ld: str) -> None:
    rule(site, 'contact = ["desk"]\nhealth = ["steward"]')
    shown = said_to(sop, ld, "刘洋")
    assert NUMBER in shown
    assert "138****1202" not in shown
    assert "心脏病" not in shown
    assert "心脏病" in said_to(sop, ld, "陈静")


def test_those_on_the_case_see_it_whole(sop: Sop, site: Path, ld: str) -> None:
    rule(site, 'contact = ["steward"]')
    assert NUMBER in sop("show", ld, "--as", "王芳").out, "its owner"
    assert NUMBER not in sop("show", ld, "--as", "李强").out
    sop("do", ld, "send", "--assignee", "李强", "--as", "王芳")
    assert NUMBER in sop("show", ld, "--as", "李强").out
    assert NUMBER not in sop("show", ld, "--as", "张伟").out


def test_nobody_finds_by_what_he_does_not_see(sop: Sop, site: Path, ld: str) -> None:
    assert sop("find", "13800001202", "--as", "张伟").out.startswith(ld)
    rule(site, 'contact = ["desk"]')
    for words in ("13800001202", "1202", "周建国", "zjg"):
        assert sop("find", words, "--as", "张伟").out == ""
        assert sop("find", words, "--as", "刘洋").out.startswith(ld)
    assert sop("find", "漏水", "--as", "张伟").out.startswith(ld)


@pytest.mark.parametrize("text", ["contact = 1", 'contact = "desk"', "contact = [1]"])
def test_a_rule_that_is_none_is_told(sop: Sop, site: Path, text: str) -> None:
    rule(site, text)
    said = sop("ls")
    assert (said.code, "`personal.contact` should be a list of roles" in said.err) == (7, True)


# --- what people write freely ----------------------------------------------------------------------------------------

CARD = "110101199003071233"


def written_on(sop: Sop, ld: str) -> str:
    """Numbers in a subject, a note, a reason and a label, by the desk; gives all that somebody is told of it."""
    for words in (
        ("edit", ld, "--field", f"matter=漏水 {NUMBER}", "--reason", f"{NUMBER} 说的"),
        ("note", ld, f"回电 {NUMBER}，证件 {CARD}"),
        ("suspend", ld, "--until", "2026-11-25", "--reason", f"等 {NUMBER} 回话"),
    ):
        assert sop(*words, "--as", "王芳").code == 0
    return ld


def lists_for(sop: Sop, ld: str, person: str) -> str:
    commands = (("ls",), ("ls", "--json"), ("ls", "--all"), ("find", "漏水"), ("find", "漏水", "--json"),
                ("find", "回电"), ("handover",), ("handover", "--json"), ("show", ld, "--tree"),
                ("show", ld, "--tree", "--json"), ("report", "exceptions"))  # fmt: skip
    return said_to(sop, ld, person) + "\n".join(sop(*words, "--as", person).out for words in commands)


def test_numbers_in_free_texts_are_masked_from_who_does_not_see_every_class(sop: Sop, site: Path, ld: str) -> None:
    rule(site, 'contact = ["desk"]')
    written_on(sop, ld)
    told = lists_for(sop, ld, "张伟")
    assert (NUMBER in told, CARD in told) == (False, False)
    assert "回电 138****1202，证件 1****************3" in told
    assert "漏水 138****1202" in told
    assert "等 138****1202 回话" in told
    assert "138****1202 说的" in told


def test_who_sees_every_class_or_is_on_the_case_reads_what_was_written(sop: Sop, site: Path, ld: str) -> None:
    rule(site, 'contact = ["desk"]')
    written_on(sop, ld)
    for person in ("刘洋", "王芳"):
        told = lists_for(sop, ld, person)
        assert f"回电 {NUMBER}，证件 {CARD}" in told
        assert "****" not in told.replace("周**", "")


def test_a_site_says_by_itself_who_reads_numbers_in_free_texts(sop: Sop, site: Path, ld: str) -> None:
    rule(site, 'contact = ["desk"]\nhealth = []\nnumbers = ["desk"]')
    written_on(sop, ld)
    assert f"回电 {NUMBER}" in sop("show", ld, "--events", "--as", "刘洋").out
    assert f"回电 {NUMBER}" not in sop("show", ld, "--events", "--as", "张伟").out


def test_nobody_finds_a_number_in_a_free_text_that_he_sees_masked(sop: Sop, site: Path, ld: str) -> None:
    rule(site, 'contact = ["desk"]')
    other = "13911112222"
    sop("note", ld, f"邻居 {other}", "--as", "王芳")
    sop("edit", ld, "--field", f"matter=漏水 {CARD}", "--reason", "核对", "--as", "王芳")
    for words in (other, "2222", CARD):
        assert sop("find", words, "--as", "张伟").out == "", words
        assert sop("find", words, "--as", "刘洋").out.startswith(ld), words
    assert sop("find", "邻居", "--as", "张伟").out.startswith(ld)


def test_what_was_corrected_away_is_not_found(sop: Sop, site: Path, ld: str) -> None:
    sop("edit", ld, "--field", f"matter=漏水 {CARD}", "--reason", "核对", "--as", "王芳")
    sop("edit", ld, "--field", "matter=漏水", "--reason", "核对", "--as", "王芳")
    assert sop("find", CARD, "--as", "刘洋").out == ""


def test_the_name_of_an_attached_file_is_a_free_text_too(sop: Sop, site: Path, ld: str, tmp_path: Path) -> None:
    rule(site, 'contact = ["desk"]')
    for number in (NUMBER, "座机62345678"):
        named = tmp_path / f"截图{number}.txt"
        named.write_text(number, encoding="utf-8")
        assert sop("attach", ld, str(named), "--as", "王芳").code == 0
    whole, masked = ("\n".join([said_to(sop, ld, person), sop("files", ld, "--as", person).out,
                     sop("files", ld, "--json", "--as", person).out]) for person in ("刘洋", "张伟"))  # fmt: skip
    assert (f"截图{NUMBER}.txt" in whole, "截图座机62345678.txt" in whole) == (True, True)
    assert (NUMBER in masked, "62345678" in masked) == (False, False)
    assert ("截图138****1202.txt" in masked, "截图座机****5678.txt" in masked) == (True, True)


def test_the_record_keeps_what_was_written(sop: Sop, site: Path, ld: str) -> None:
    rule(site, 'contact = ["desk"]')
    written_on(sop, ld)
    assert sop("audit", "replay", "--all", "--as", "张伟").code == 0
    assert sop("audit", "verify", "--as", "张伟").code == 0


def test_a_letter_to_who_does_not_see_numbers_has_them_masked(sop: Sop, site: Path, ld: str) -> None:
    assert sop("actor", "grant", "周敏", "desk").code == 0, "who looks at the letters sees numbers"
    rule(site, 'contact = ["desk"]')
    sop("edit", ld, "--field", f"matter=漏水 {NUMBER}", "--reason", "核对", "--as", "王芳")
    for person in ("张伟", "刘洋"):
        assert sop("copy", ld, "--to", person, "--as", "王芳").code == 0
    letters = {each["to"]: each["subject"] for each in sop("notify", "outbox", "--json").json}
    assert "漏水 138****1202" in letters["zhang_wei"]
    assert NUMBER in letters["liu_yang"]


def test_no_list_shows_a_subject_as_it_stands_in_the_store() -> None:
    console = Path(masking.__file__).parent
    bare = [
        f"{path.relative_to(console)}: {line.strip()}"
        for path in sorted(console.rglob("*.py"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if re.search(r"\bhead\.subject", line) and "text_seen" not in line and "if head.subject" not in line
    ]
    assert bare == [], "say opened.text_seen(head, head.subject): there may be numbers in it"


def test_the_register_shows_names_only_to_whoever_sees_them_whole(sop: Sop, site: Path) -> None:
    assert sop("unit", "add", "3-2-1202", "--contact", NAME, "--phone", NUMBER).code == 0
    assert NAME in sop("unit", "ls", "--as", "张伟").out
    rule(site, 'contact = ["desk"]')
    assert NAME in sop("unit", "ls", "--as", "王芳").out
    for words in (("unit", "ls"), ("unit", "ls", "--json")):
        shown = sop(*words, "--as", "张伟").out
        assert (NAME in shown, "周**" in shown) == (False, True)


@pytest.mark.parametrize("words", [("unit", "ls"), ("actor", "ls"), ("ls",), ("actor", "skills"), ("roster", "show")])
def test_a_login_that_belongs_to_nobody_sees_no_people(sop: Sop, site: Path, words: tuple[str, ...]) -> None:
    with closing(driver_module("auto").connect(site / "site.db")) as connection, connection:
        connection.execute("UPDATE login SET login = 'somebody-else'")
    said = sop(*words)
    assert (said.code, said.out) == (5, "")
