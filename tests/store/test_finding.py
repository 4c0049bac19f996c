"""Tickets found by words, in every store: what is found, in which order, by whom, and what is found no more."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sop_engine.engine.rebuild import rebuild
from sop_engine.store import copying, indexing
from sop_engine.store.opening import make_at, open_at
from sop_engine.store.seam import Store
from sop_engine.store.search import Finding, Search
from sop_engine.values import words
from tests import postgres
from tests.desk import Desk
from tests.store.samples import head, step, ticket

REPAIR = """
procedure: repair
title: {zh: 业主报修, en: Repair}
prefix: WX
roles:
  desk: {zh: 前台, en: Desk}
subject: "报修 {{ unit }} {{ fault }} {{ urgency }}"
fields:
  unit: {type: unit, title: {zh: 房号, en: Unit}}
  fault: {type: text, title: {zh: 故障, en: Fault}}
  urgency: {type: choice, title: {zh: 缓急, en: Urgency}, choices: {urgent: {zh: 急修, en: Urgent}, usual: {zh: 一般, en: Usual}}}
  caller: {type: person, title: {zh: 报修人, en: Caller}, personal: contact}
  purpose: {type: text, title: {zh: 事由, en: Why}, personal: private}
  tools: {type: rows, title: {zh: 用料, en: Parts}, columns: {item: {type: text, title: {zh: 物品, en: Item}}}}
open: {by: desk, may_ask: [unit, fault, urgency, caller, purpose, tools], to: registered}
states:
  registered:
    title: {zh: 待派单, en: Registered}
    transitions:
      describe: {title: {zh: 补充, en: Describe}, by: desk, ask: [fault]}
      finish: {title: {zh: 完成, en: Finish}, by: desk, to: closed}
  closed: {title: {zh: 已关单, en: Closed}, final: true, outcome: repaired}
"""  # noqa: E501  a field stands on one line
CALLER = {"name": "王芳", "phone": "13800001202"}


@pytest.fixture
def desk(tmp_path: Path, store: Store) -> Desk:
    """A site in every kind of store, with the procedure published."""
    desk = Desk(tmp_path, {"wang": ["desk"]}, store)
    desk.publish(REPAIR)
    return desk


def find(desk: Desk, said: str, **more: Any) -> list[str]:
    """The numbers of the tickets that are found, without prefix and day."""
    with desk.reading() as reading:
        terms = words.terms_of(said)
        heads = reading.find(Search(terms, unit=words.unit_of(terms), **more))
    return [head.id.rpartition("-")[2] for head in heads]


@pytest.mark.parametrize(
    "said",
    ["3栋2单元1202", "3-2-1202", "３－２－１２０２", "3 栋 2 单元 1202", "3 - 2 - 1202", "3  # 2-1202",
     "3#2-1202室", "1202", "2-1202", "3-2", "3栋",
     "漏水", "水", "厨房 漏水", "UP2", "up", "王芳", "芳", "wangfang", "wangf", "wf", "WF", "138 0000 1202",
     "+86 13800001202", "0000", "1202 漏水", "王芳 3栋2单元1202", "急修", "urgent", "水泵"],
)  # fmt: skip
def test_a_ticket_is_found_by(desk: Desk, said: str) -> None:
    # given a ticket with everything in it, and one with nothing of that
    desk.open(
        "repair", "wang", unit="3-2-1202", fault="厨房水管漏水，型号 UP25-60", urgency="urgent", caller=CALLER,
        tools=[{"item": "水泵"}],
    )  # fmt: skip
    desk.open("repair", "wang", unit="5-1-0301", fault="电梯停运", caller={"name": "赵军", "phone": "13911112222"})
    # then
    assert find(desk, said) == ["001"]


@pytest.mark.parametrize("said", ["漏电", "王芬", "wangfen", "13800001203", "3-2-1203", "4栋", "楼顶 漏水", "李强"])
def test_a_ticket_is_not_found_by(desk: Desk, said: str) -> None:
    desk.open("repair", "wang", unit="3-2-1202", fault="厨房水管漏水", caller=CALLER)
    assert find(desk, said) == []


def test_what_the_subject_says_is_found(desk: Desk) -> None:
    desk.open("repair", "wang", fault="漏水")
    assert find(desk, "报修") == ["001"]


def test_every_word_must_be_there_but_not_in_one_place(desk: Desk) -> None:
    desk.open("repair", "wang", fault="漏水", caller=CALLER)
    desk.open("repair", "wang", fault="漏水")
    assert find(desk, "漏水 wf") == ["001"]


def test_notes_and_reasons_are_found(desk: Desk) -> None:
    first = desk.open("repair", "wang", fault="漏水")
    desk.open("repair", "wang", fault="漏水")
    desk.command("note", first, "wang", note="业主来电催促，改拨 0755-2601 3388")
    desk.command("edit", first, "wang", fields={"fault": "渗水"}, reason="听错了")
    assert [find(desk, said) for said in ("催促", "26013388", "听错了")] == [["001"]] * 3


def test_a_corrected_value_is_found_no_more(desk: Desk) -> None:
    opened = desk.open("repair", "wang", fault="漏水", caller=CALLER)
    desk.do(opened, "describe", "wang", fault="停电")
    assert (find(desk, "漏水"), find(desk, "停电"), find(desk, "王芳")) == ([], ["001"], ["001"])


def test_the_unit_comes_first_then_what_is_open_then_what_is_new(desk: Desk) -> None:
    # given: 1 of the unit and closed, 2 with the unit in a text, 3 of the unit and open, 4 newer in a text, 5 closed
    first = desk.open("repair", "wang", unit="3-2-1202", fault="灯坏")
    desk.open("repair", "wang", unit="1-1-0101", fault="3栋2单元1202 往下漏水")
    desk.open("repair", "wang", unit="3-2-1202", fault="漏水")
    desk.open("repair", "wang", fault="3-2-1202 门铃")
    last = desk.open("repair", "wang", fault="3-2-1202 门铃")
    for each in (first, last):
        desk.do(each, "finish", "wang")
    assert find(desk, "3-2-1202") == ["003", "001", "004", "002", "005"]
    assert find(desk, "3-2-1202", limit=2) == ["003", "001"]
    assert find(desk, "3-2-1202", status="open") == ["003", "004", "002"]


def test_a_number_comes_before_everything(desk: Desk) -> None:
    desk.open("repair", "wang", fault="门牌 002")
    desk.open("repair", "wang", fault="漏水")
    assert find(desk, "002", numbers=["002"]) == ["002", "001"]
    assert find(desk, "002", numbers=["02"]) == ["001"]


def test_who_may_not_see_a_class_does_not_find_by_it(desk: Desk) -> None:
    desk.open("repair", "wang", fault="漏水", caller=CALLER, purpose="离婚")
    assert find(desk, "王芳 漏水", personal=["contact"]) == ["001"]
    assert find(desk, "王芳", personal=[]) == find(desk, "离婚", personal=["contact"]) == []
    assert find(desk, "漏水", personal=[]) == ["001"]


def test_what_is_erased_is_found_no_more_at_once(desk: Desk) -> None:
    # given a ticket with a caller and a note
    opened = desk.open("repair", "wang", fault="漏水", caller=CALLER)
    number = desk.command("note", opened, "wang", note="催促").step.number
    # when both are erased, as the seam has it
    with desk.store.writing() as writing:
        assert writing.erase(opened, 1, "field:caller")
        assert writing.erase(opened, number, "note")
        # then already in the transaction nobody finds by them
        assert [writing.find(Search(words.terms_of(said))) for said in ("王芳", "1202", "催促")] == [[], [], []]
    assert [find(desk, said) for said in ("王芳", "wf", "1202", "催促")] == [[]] * 4
    # and once it is made anew the rest is found again
    rebuild(desk.engine)
    assert [find(desk, said) for said in ("漏水", "王芳", "催促")] == [["001"], [], []]


def everything(desk: Desk) -> dict[str, dict[str, Finding]]:
    with desk.reading() as reading:
        return {id: reading.findings(id) for id in reading.ticket_ids() if id != "site"}


def test_rebuilding_makes_the_same_words(desk: Desk) -> None:
    # given tickets with a history
    first = desk.open("repair", "wang", unit="3-2-1202", fault="漏水", caller=CALLER, purpose="离婚")
    desk.open("repair", "wang")
    desk.do(first, "describe", "wang", fault="停电")
    desk.command("note", first, "wang", note="催促")
    desk.command("edit", first, "wang", fields={"caller": {"name": "赵军"}}, reason="听错了")
    before = everything(desk)
    # when
    rebuild(desk.engine)
    # then
    assert everything(desk) == before
    assert set(before[first]) == {"fields", "fields:contact", "fields:private", "step:3", "step:4"}
    assert [find(desk, said) for said in ("停电", "漏水", "赵军", "王芳", "催促")] == [
        ["001"],
        [],
        ["001"],
        [],
        ["001"],
    ]


HOSTILE = ['"', "'", '" OR words:"', "*", "a*", "NEAR(a b)", "漏水' | '", "\\", "@local", "a AND", "-1", "()", "^a",
           "%", "_", "{words}:a", "☃", "\u200b", "🏠", "１", "ß", "Ⅻ", "é", "a" * 200, "漏" * 200]  # fmt: skip


@pytest.mark.parametrize("said", HOSTILE)
def test_hostile_words_find_what_has_them_and_nothing_else(desk: Desk, said: str) -> None:
    desk.open("repair", "wang", fault=said if said.strip("\u200b") else "x")
    desk.open("repair", "wang", fault="停电")
    assert find(desk, said) == (["001"] if words.terms_of(said) else [])


def test_a_ticket_of_no_words_and_one_of_too_many(desk: Desk) -> None:
    desk.open("repair", "wang")
    desk.open("repair", "wang", fault="".join(map(chr, range(0x4E00, 0x4E00 + 20000))))
    assert find(desk, "一丁") == ["002"]


@pytest.fixture
def database(server: postgres.Server) -> str:
    return server.address(server.new_database())


def test_a_copy_finds_the_same(tmp_path: Path, database: str) -> None:
    # given a site in a file
    desk = Desk(tmp_path, {"wang": ["desk"]})
    desk.publish(REPAIR)
    desk.open("repair", "wang", fault="漏水", caller=CALLER)
    desk.store.close()
    # when it is carried into a database and back
    copying.copy(str(desk.settings.store_path), database, "copied")
    back = str(tmp_path / "back.db")
    copying.copy(database, back, "copied")
    # then all find it, and what comes later too
    for place in (database, back):
        for store in _opened(place):
            desk.engine.store = desk.store = store
            assert find(desk, "wf 漏水") == ["001"]
            desk.open("repair", "wang", fault="漏水 again")
            assert find(desk, "漏水") == ["002", "001"]


def _opened(place: str) -> Iterator[Store]:
    store = open_at(place, "copied")
    yield store
    store.close()


def test_sites_in_one_database_find_their_own(server: postgres.Server) -> None:
    # given two sites with a ticket of the same number and words
    address, sites = server.address(server.new_database()), ("one", "other' & '")
    for site in sites:
        store, after = make_at(address, site), ticket()
        with store.writing() as writing:
            writing.append(step(after), head(after, subject=site), {"fields": Finding("", "漏水 水")})
        store.close()
    # then each finds its own
    for site in sites:
        store = open_at(address, site)
        with store.reading() as reading:
            assert [each.subject for each in reading.find(Search(words.terms_of("漏水")))] == [site]
        store.close()


def test_only_a_step_that_changes_a_text_writes_words(desk: Desk) -> None:
    opened = desk.open("repair", "wang", fault="漏水")
    done = desk.do(opened, "finish", "wang")
    assert indexing.of_step(done.program, done.step) == {}
