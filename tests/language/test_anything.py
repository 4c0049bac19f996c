"""Whatever a file holds, compiling it ends, and ends with a procedure or with faults."""

import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from sop_engine import normal_form
from sop_engine.diagnostics import has_errors
from sop_engine.engine.publishing.procedures import FolderFragments
from sop_engine.language import FragmentSource, check_fragment, compile_text, render
from sop_engine.language.source.reading import MOST_BYTES, MOST_NODES

ROOT = Path(__file__).parent.parent.parent
FRAGMENTS = FolderFragments(ROOT / "workflows" / "fragments")
SEEDS = [
    path.read_bytes().decode("utf-8")
    for path in [*(ROOT / "tests/golden/ok").glob("*.yaml"), ROOT / "workflows/repair.sop.yaml"]
]
PIECES = [
    "{", "}", "[", "]", ":", ": ", ",", "'", '"', "\n", "\n  ", "\t", "#", "- ", "&a ", "*a", "!!x ", "<<: ", "? ",
    "|\n",
    "：", "，", "“", "”", "{{ x }}", "null", "true", "1.5d", "3 days", "assignee", ".history", "not ", "given(",
    "did('",
    "states:", "final: true", "parallel: [a, b]", "ticket", "always: {to: received}", "either: []", "\u2028", "\ufeff",
    "$", "$to", "$again", "use: revisit", "use: {hand-back: {}}",
    "<", "[key]: ", "initial: ", "when: ", "day 17:30", "-1", "row.x", "sum(", "to: [a, a]", "e" * 80, "(" * 30,
]  # fmt: skip


def compiled(data: bytes, fragments: FragmentSource = FRAGMENTS) -> None:
    started = time.process_time()
    found = compile_text(data, "any.sop.yaml", fragments=fragments)
    assert time.process_time() - started < 60
    assert (found.procedure is None) == has_errors(found.diagnostics)
    for language in ("en", "zh"):
        render(found.diagnostics, data, language, fragments=found.fragments)
    for form in ("json", "github", "sarif"):
        render(found.diagnostics, data, "en", form)
    if found.procedure is not None:
        assert normal_form.load(normal_form.to_bytes(found.procedure)) == found.procedure


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=200))
@example(b"")
@example(b"\xef\xbb\xbf")
@example(b"procedure: \xff")
@example(b"a: &a [*a]")
@example(b"a: &a {b: *a}")
def test_any_bytes(data: bytes) -> None:
    compiled(data)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from([*PIECES, "a", "by", "desk", " ", "x: "]), max_size=30).map("".join))
def test_any_pieces_of_the_language(text: str) -> None:
    compiled(text.encode())


@st.composite
def mutated(draw: st.DrawFn, seeds: list[str] = SEEDS) -> str:
    """A good file with a few cuts, copies and insertions."""
    text = draw(st.sampled_from(seeds))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        length = draw(st.integers(0, 40))
        match draw(st.sampled_from(["cut", "copy", "insert", "line"])):
            case "cut":
                text = text[:start] + text[start + length :]
            case "copy":
                to = draw(st.integers(0, len(text)))
                text = text[:to] + text[start : start + length] + text[to:]
            case "insert":
                text = text[:start] + draw(st.sampled_from(PIECES)) + text[start:]
            case "line":
                lines = text.split("\n")
                here, there = draw(st.integers(0, len(lines) - 1)), draw(st.integers(0, len(lines) - 1))
                lines[here], lines[there] = lines[there], lines[here]
                text = "\n".join(lines)
    return text


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(mutated())
def test_any_mistake_in_a_good_procedure(text: str) -> None:
    compiled(text.encode())


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(mutated([(FRAGMENTS.read("revisit") or b"").decode()]))
def test_any_mistake_in_a_good_fragment(text: str) -> None:
    check_fragment(text.encode(), "revisit.fragment.yaml", FRAGMENTS)
    compiled(SEEDS[-1].encode(), With("revisit", text.encode()))


class With:
    """The library's fragments, one of them another."""

    def __init__(self, name: str, text: bytes) -> None:
        self.name = name
        self.text = text

    def read(self, name: str) -> bytes | None:
        return self.text if name == self.name else FRAGMENTS.read(name)

    def names(self) -> tuple[str, ...]:
        return FRAGMENTS.names()


def test_what_is_too_large_is_refused_before_it_is_read() -> None:
    found = compile_text(b"#" * (MOST_BYTES + 1), "large.sop.yaml")
    assert [fault.code for fault in found.diagnostics] == ["SOP126"]


def test_aliases_count_for_all_that_they_stand_for() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    started = time.process_time()

    found = compile_text("\n".join(lines).encode(), "laughs.sop.yaml")

    assert [fault.code for fault in found.diagnostics] == ["SOP126"]
    assert time.process_time() - started < 5


def test_a_hundred_thousand_brackets_are_a_fault_and_no_crash() -> None:
    for mark in (b"[", b"{", b"- ", b"? ", b"a: {"):
        found = compile_text(mark * 100_000, "brackets.sop.yaml")
        assert found.procedure is None
        assert found.diagnostics


def test_too_many_values_are_refused() -> None:
    found = compile_text(b"a: [" + b"x," * (MOST_NODES + 1) + b"]", "many.sop.yaml")
    assert [fault.code for fault in found.diagnostics] == ["SOP126"]


def test_long_expressions_are_refused_before_they_are_parsed() -> None:
    for text in ("not " * 3000 + "x", "-" * 5000 + "1", "(" * 5000, "a+" * 5000 + "a", "'" * 1999, "a." * 990 + "b"):
        data = f'procedure: x\ntitle: X\nprefix: X\nopen: {{by: anyone, to: a, when: "{text}"}}\nstates: {{a: {{}}}}\n'
        assert compile_text(data.encode(), "long.sop.yaml").procedure is None


def test_many_parts_side_by_side_are_looked_at_in_reasonable_time() -> None:
    names = range(400)
    parts = "".join(
        f"      p{n}: {{states: {{a{n}: {{transitions: {{go{n}: {{by: anyone, to: b{n}}}}}}}, "
        f"b{n}: {{final: true}}}}}}\n"
        for n in names
    )
    text = (
        "procedure: x\ntitle: X\nprefix: X\nopen: {by: anyone, to: all}\nstates:\n  all:\n"
        f"    parallel: [{', '.join(f'p{n}' for n in names)}]\n    done: {{to: over}}\n    states:\n{parts}"
        "  over: {final: true, outcome: done}\n"
    )
    started = time.process_time()

    found = compile_text(text.encode(), "wide.sop.yaml")

    assert found.diagnostics == []
    assert time.process_time() - started < 30


@pytest.mark.parametrize("key", ["<", "<map>", "<word>", "<her", "[key]"])
@pytest.mark.parametrize(
    ("before", "line"),
    [("", 1), ("fields:\n  fault: {type: text, title: X}\n  other:\n    ", 4), ("roles:\n  desk:\n    ", 3)],
    ids=["the file's", "a field's", "a role's"],
)
def test_a_key_that_reads_like_a_mark_of_the_schema_is_an_unknown_word(key: str, before: str, line: int) -> None:
    found = compile_text(f'{before}"{key}": x\n'.encode(), "any.sop.yaml").diagnostics

    assert ("SOP101", line) in [(fault.code, fault.span.line) for fault in found]
    assert any(repr(key)[1:-1] in render([fault], b"", "en") for fault in found if fault.span.line == line)


@pytest.mark.parametrize("key", ["<", "<map>", "<word>", "[key]"])
def test_a_name_that_reads_like_a_mark_of_the_schema_is_a_place(key: str) -> None:
    found = compile_text(f'fields:\n  "{key}":\n    many: 3\n'.encode(), "any.sop.yaml").diagnostics

    assert {fault.span.line for fault in found if fault.severity == "error"} >= {2, 3}


def test_a_state_without_a_name_is_a_fault_and_no_ring_around_the_root() -> None:
    text = HEAD_OF_STATES + '  a:\n    states:\n      "": {transitions: {go: {by: desk, to: b}}}\n'

    found = compile_text(text.encode(), "any.sop.yaml").diagnostics

    assert [(fault.code, fault.span.line) for fault in found if fault.severity == "error"] == [("SOP118", 10)]


HEAD_OF_STATES = """\
procedure: example
title: Example
prefix: EX
roles: [desk]
open: {by: desk, to: a}
states:
  b: {final: true, outcome: done}
"""
