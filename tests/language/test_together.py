"""Procedures looked at together: what one asks of another."""

import pytest

from sop_engine.language import check_together, compile_text
from sop_engine.language.checks import SITE_CHECKS
from sop_engine.language.checks.pages import files, page
from sop_engine.language.checks.together import SiteCheck


def codes(example: str) -> list[str]:
    """The codes of what is wrong between the files of an example, each of which is right by itself."""
    compiled = {f"{index}.sop.yaml": compile_text(text.encode(), f"{index}.sop.yaml")
                for index, text in enumerate(files(example))}  # fmt: skip
    assert all(each.procedure is not None and not each.diagnostics for each in compiled.values()), [
        (str(fault.title), fault.code) for each in compiled.values() for fault in each.diagnostics
    ]
    return [fault.code for found in check_together(compiled).values() for fault in found]


@pytest.mark.parametrize("check", SITE_CHECKS, ids=lambda check: check.__name__)
def test_the_example_that_fails_fails_by_this_check_alone(check: SiteCheck) -> None:
    assert set(codes(page(check).fails)) == {page(check).code}


@pytest.mark.parametrize("check", SITE_CHECKS, ids=lambda check: check.__name__)
def test_the_example_that_passes_passes(check: SiteCheck) -> None:
    assert codes(page(check).passes) == []


def test_what_is_on_its_way_may_be_said_so() -> None:
    start = "start: {othr: {note: note}}, allow: {SOP220: its file comes next week}"

    assert codes(f"open: {{by: desk, ask: note, to: received, {start}}}\n") == []


def test_a_value_that_open_does_not_ask_is_told() -> None:
    start = "start: {other: {note: note, remark: note}}"

    assert codes(f"open: {{by: desk, ask: note, to: received, {start}}}\n") == ["SOP221"]


def test_a_child_that_can_end_by_itself_waits_for_nobody() -> None:
    failing = page(next(each for each in SITE_CHECKS if each.__name__ == "waiting")).fails

    assert codes(failing.replace("waiting: {on", "waiting: {after: {3 days: {to: closed}}, on")) == []
    assert codes(failing.replace("{always: {when:", "{after: {3 days: {to: rung}}, always: {when:")) == []


def test_three_that_start_each_other_are_a_circle() -> None:
    def starting(name: str, child: str) -> str:
        return f"procedure: {name}\nopen: {{by: desk, ask: note, to: received, start: {{{child}: {{note: note}}}}}}\n"

    circle = "---\n".join([starting("a", "b"), starting("b", "c"), starting("c", "a")])

    assert codes(circle) == ["SOP223"] * 3
