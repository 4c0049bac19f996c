"""Every check's page tells the truth, and every fault is told in one voice."""

import re

import pytest

from sop_engine.diagnostics import Diagnostic
from sop_engine.language import CHECKS, check_fragment, compile_text
from sop_engine.language.checks import Check
from sop_engine.language.checks.pages import ExampleFragments, laid_over, page
from sop_engine.messages import say
from tests.golden.rewrite import compiled, files
from tests.language.desk import codes


def faults(text: str) -> list[Diagnostic]:
    return compile_text(text.encode(), "example.sop.yaml", fragments=ExampleFragments()).diagnostics


def faults_of(example: str) -> list[Diagnostic]:
    """Of a page's example: a fragment as a whole, or parts laid over the procedure."""
    if example.startswith("fragment:"):
        return check_fragment(example.encode(), "remind.fragment.yaml", ExampleFragments())
    return faults(laid_over(example))


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_the_example_that_fails_fails_by_this_check_alone(check: Check) -> None:
    found = page(check)

    assert {fault.code for fault in faults_of(found.fails)} == {found.code}


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_the_example_that_passes_passes(check: Check) -> None:
    assert faults_of(page(check).passes) == []


def test_each_check_has_a_code_of_its_own() -> None:
    found = [page(check).code for check in CHECKS]

    assert len(set(found)) == len(found)
    assert all(re.fullmatch(r"SOP[124][0-9]{2}", code) for code in found)


def test_the_example_itself_is_silent() -> None:
    assert codes("") == []


GOLDEN = [(path.name, fault) for path in files("err") for fault in compiled(path).diagnostics]


@pytest.mark.parametrize(("name", "fault"), GOLDEN, ids=lambda given: given if isinstance(given, str) else given.code)
def test_a_title_is_a_short_fact_in_plain_words(name: str, fault: Diagnostic) -> None:
    title = say(fault.title, "en")

    assert len(title) < 70
    assert title[0].islower() or title[0] in "`("
    assert not title.endswith(".")
    told = " ".join(say(each, "en") for each in (fault.title, fault.why, fault.fix) if each is not None)
    assert not re.search(r"\b(invalid|node|scalar|KeyError|mapping|null|None|pydantic|token|parser)\b", told)


@pytest.mark.parametrize(("name", "fault"), GOLDEN, ids=lambda given: given if isinstance(given, str) else given.code)
def test_every_fault_says_how_it_is_mended(name: str, fault: Diagnostic) -> None:
    assert fault.fix is not None
    assert len(fault.near) <= 3


def test_faults_of_the_schema_do_not_hide_those_of_the_text() -> None:
    assert set(codes("fields:\n  note: {type: txt}\n  note: {type: text}\nowner: *x\n")) == {
        "SOP108",
        "SOP123",
        "SOP128",
    }


def test_a_warning_forbids_nothing_and_an_error_everything() -> None:
    warned = compile_text(laid_over("roles: [desk, manager]\n").encode(), "a.sop.yaml")
    wrong = compile_text(laid_over("roles: [manager]\n").encode(), "a.sop.yaml")

    assert warned.procedure is not None
    assert [fault.severity for fault in warned.diagnostics] == ["warning"]
    assert (wrong.procedure, wrong.blobs, wrong.places) == (None, {}, {})


def test_a_warning_is_switched_off_where_it_stands_and_nowhere_else() -> None:
    here = "fields:\n  note: {type: text}\n  a: {type: text, allow: {SOP201: on paper}}\n  b: {type: text}\n"

    assert codes(here) == ["SOP201"]


def test_a_computed_field_needs_nobody_who_reads_it_but_staff() -> None:
    assert codes("fields:\n  note: {type: text}\n  fee: {type: money, computed: 1 + 1}\n") == []
