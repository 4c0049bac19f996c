"""Guards in words."""

import unicodedata
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sop_engine.documents.expression_text import condition_text, expression_text
from sop_engine.documents.names import Names
from sop_engine.procedure import Tree
from tests.documents.samples import THIRD, URGENT, repair

FEE = ("field", "fee")
ROWS = ("rows", "quote")
NUMBER = ("const", "decimal", "1.50")


def const(value: Any, kind: str = "text") -> Tree:
    return ("const", kind, value)


@pytest.mark.parametrize(
    ("tree", "zh", "en"),
    [
        (("and", URGENT, THIRD), "缓急 = 急修 且 回访未接通 ≥ 3 次", "Urgency = Urgent and No answer ≥ 3 times"),
        (
            ("in", ("field", "charge"), ("list", const("free"), const("paid"))),
            "收费性质 为 无偿、有偿 之一",
            "Charge is one of Free, Paid",
        ),
        (
            ("not", ("in", ("field", "charge"), ("list", const("free"), const("paid")))),
            "收费性质 不是 无偿、有偿 中任何一项",
            "Charge is none of Free, Paid",
        ),
        (("in", ("field", "charge"), ("list", const("free"))), "收费性质 = 无偿", "Charge = Free"),
        (("in", const("urgent"), ("field", "urgency")), "缓急 含 急修", "Urgency includes Urgent"),
        (("given", ("field", "window")), "已填约定上门时间", "Agreed visit is given"),
        (("not", ("given", ("field", "window"))), "未填约定上门时间", "Agreed visit is not given"),
        (("in_state", "on_site"), "处于“维修中”", "in “On site”"),
        (("not", ("in_state", "on_site")), "不在“维修中”", "not in “On site”"),
        (("did", "done"), "已做“完工”", "“Done” was done"),
        (("not", ("did", "done")), "未做“完工”", "“Done” was not done"),
        (
            ("not", ("and", URGENT, THIRD)),
            "并非（缓急 = 急修 且 回访未接通 ≥ 3 次）",
            "not (Urgency = Urgent and No answer ≥ 3 times)",
        ),
        (("-", FEE, ("-", FEE, NUMBER)), "应收 - （应收 - 1.50）", "Fee - (Fee - 1.50)"),
        (("*", ("+", FEE, NUMBER), NUMBER), "（应收 + 1.50） × 1.50", "(Fee + 1.50) × 1.50"),
        (("neg", FEE), "-应收", "-Fee"),
        (("==", ("field", "checks", "dry"), const(True, "boolean")), "完工检查的不漏水 = 是", "Dry of Checks = yes"),
        (("count", ROWS), "报价的数目", "number of Quote"),
        (("sum", ROWS, ("row", "labour")), "报价各项人工费之和", "sum of Labour over Quote"),
        (
            ("any", ROWS, (">", ("row", "labour"), NUMBER)),
            "报价中有一项人工费 > 1.50",
            "any of Quote has Labour > 1.50",
        ),
        (
            ("all", ("children", ""), ("==", ("row", "status"), const("closed"))),
            "子单各项都办理状况 = 已办结",
            "each of child tickets has status = closed",
        ),
        (
            (">", ("+", ("field", "window", "end"), ("const", "duration", 15, "min")), ("now",)),
            "约定上门时间的结束 + 15 分钟 > 此刻",
            "end of Agreed visit + 15 min > now",
        ),
        (("<=", ("field", "hold_until"), ("today",)), "预计恢复 ≤ 今天", "Expected back ≤ today"),
        (("==", ("field", "photos"), const(True, "boolean")), "照片 = 是", "Photos = yes"),
        (
            ("and", ("field", "photos"), ("not", ("field", "fault"))),
            "照片 = 是 且 故障 = 否",
            "Photos = yes and Fault = no",
        ),
    ],
)  # fmt: skip
def test_a_guard_in_words(tree: Tree, zh: str, en: str) -> None:
    assert expression_text(tree, repair(), "zh") == zh
    assert expression_text(tree, repair(), "en") == en


def test_children_are_called_by_their_titles_where_their_procedure_is_known() -> None:
    other = replace(repair(), id="rework", title={"zh": "返修", "en": "Rework"})
    ended = ("any", ("children", "rework"), ("==", ("row", "outcome"), const(other.outcomes[0].id)))
    of_any = ("count", ("children", ""), ("==", ("row", "procedure"), const("rework")))
    title = Names(other, "zh").outcome(other.outcomes[0].id)

    known = Names(repair(), "zh", {"rework": other})

    assert condition_text(ended, known) == f"子单（返修）中有一项结果 = {title}"
    assert condition_text(of_any, known) == "子单中流程 = 返修的数目"
    assert "（rework）" in expression_text(ended, repair(), "zh")


def test_or_inside_and_keeps_its_brackets_and_the_other_way_round_needs_none() -> None:
    either = ("or", URGENT, THIRD)
    assert expression_text(("and", either, URGENT), repair(), "zh").startswith("（")
    assert "（" not in expression_text(("or", ("and", URGENT, THIRD), URGENT), repair(), "zh")


def trees() -> st.SearchStrategy[Tree]:
    """Any tree of the closed set, well-typed or not, over known and unknown names."""
    names = st.sampled_from(["urgency", "fee", "quote", "nothing"]) | st.text(max_size=8)
    leaves = st.one_of(
        st.tuples(st.just("const"), st.just("text"), st.text(max_size=8) | st.integers() | st.booleans()),
        st.tuples(st.just("const"), st.just("duration"), st.integers(0, 99), st.sampled_from(["min", "day", "year"])),
        st.tuples(st.just("field"), names),
        st.tuples(st.just("field"), names, st.sampled_from(["start", "phone", "x"])),
        st.tuples(st.just("row"), names),
        st.tuples(st.sampled_from(["did", "times", "in_state"]), names),
        st.sampled_from([("today",), ("now",)]),
    )
    sources = st.tuples(st.just("rows"), names) | st.tuples(st.just("children"), names)

    def larger(inner: st.SearchStrategy[Tree]) -> st.SearchStrategy[Tree]:
        two = st.sampled_from(["==", "!=", "<", "<=", ">", ">=", "+", "-", "*", "/", "and", "or", "in"])
        return st.one_of(
            st.tuples(two, inner, inner),
            st.tuples(st.just("in"), inner, st.lists(inner, min_size=1, max_size=3).map(lambda each: ("list", *each))),
            st.tuples(st.sampled_from(["not", "neg", "given"]), inner),
            st.tuples(st.just("count"), sources),
            st.tuples(st.sampled_from(["count", "any", "all", "sum"]), sources, inner),
        )

    return st.recursive(leaves, larger, max_leaves=12)


@given(trees(), st.sampled_from(["zh", "en"]))
def test_every_tree_of_the_closed_set_has_words_on_one_line(tree: Tree, language: str) -> None:
    text = expression_text(tree, repair(), language)
    assert "\n" not in text
    # Python calls what no standard has assigned yet not printable
    known = [character for character in text if ord(character) < 0x2000 and unicodedata.category(character) != "Cn"]
    assert all(character.isprintable() for character in known)
