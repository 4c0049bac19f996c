"""What a text names and no ticket has: told before it is published, with its line and near names."""

import pytest

from sop_engine.diagnostics import Diagnostic
from sop_engine.documents.template_check import check_template
from sop_engine.language import compile_text

PROCEDURE = """
procedure: ask
title: {zh: 咨询, en: Question}
prefix: ZX
roles: [desk]
fields:
  what: {type: text, title: {zh: 事项, en: Matter}}
  phone: {type: phone, title: {zh: 电话, en: Phone}}
forms: {slip: {title: {zh: 单, en: Slip}, template: slip.html}}
notices: {asked: {title: {zh: 有, en: Asked}, text: {zh: "{{ what }}", en: "TEXT"}}}
open: {by: desk, ask: [what, phone], to: asked, tell: {to: desk, notice: asked}, print: slip}
states:
  asked: {transitions: {answer: {by: desk, to: over}}}
  over: {final: true, outcome: over}
"""


class OnePage:
    """A site with one template and a text that it includes."""

    def __init__(self, page: str, head: str = "") -> None:
        self.files = {"slip.html": page, "head.html": head}

    def read(self, name: str) -> bytes | None:
        return self.files[name].encode() if name in self.files else None


def faults(page: str = "", text: str = "{{ what }}", head: str = "") -> list[Diagnostic]:
    whole = PROCEDURE.replace("TEXT", text).encode()
    found = compile_text(whole, "ask.sop.yaml", OnePage(page, head), check_template).diagnostics
    return [each for each in found if each.severity == "error"]


def test_all_unknown_names_of_a_page_are_told_with_their_lines_and_near_ones() -> None:
    [found] = faults("<h1>waht</h1>\n{{ what }}\n{{ waht }}\n{% if fone %}{{ ticket.id }}{% endif %}")
    assert "`slip.html` names `fone`, which is no field" in str(found.title)
    assert str(found.why) == "It stands in line 4. Others that are none, with their lines: `waht` (3)."


def test_an_unknown_name_in_an_included_text_is_told_as_of_that_text() -> None:
    [found] = faults('{% include "head.html" %}', head="\n\n{{ phnoe }}")
    assert "`head.html` names `phnoe`" in str(found.title)
    assert (str(found.why), found.near) == ("It stands in line 3.", ("phone",))


@pytest.mark.parametrize("text", ["{{ waht }}", "{% if waht %}x{% endif %}", "{% for a in waht %}x{% endfor %}"])
def test_an_unknown_name_in_a_notice_of_one_language_is_no_empty_notice(text: str) -> None:
    [found] = [each for each in faults("{{ what }}", text) if each.near]
    assert found.near == ("what",)
    assert found.span.line == 10


def test_a_part_that_a_field_does_not_have_is_told_with_those_that_it_has() -> None:
    [found] = faults("{{ what.nmae }}")
    assert str(found.title) == "`what` has no part `nmae`; parts: hint, title"
