"""Texts of notices and forms: what is wrong with them is told as a fault, never raised."""

from sop_engine.documents.template_check import check_template
from sop_engine.language import compile_text

FILE = """procedure: ask
title: {{zh: 甲, en: A}}
prefix: A
subject: "a"
roles: [desk]
notices:
  n: {{title: {{zh: 乙, en: B}}, text: {{zh: "{text}", en: "x"}}}}
open: {{by: desk, to: asked, tell: {{to: desk, notice: n}}}}
states:
  asked: {{transitions: {{answer: {{by: desk, to: over}}}}}}
  over: {{final: true, outcome: over}}
"""


def test_a_filter_that_does_not_exist_is_a_fault_with_a_place() -> None:
    text = FILE.format(text="{{ ticket.id|nosuch }}")
    [fault] = compile_text(text.encode(), "ask.sop.yaml", None, check_template).diagnostics
    assert fault.span.line == 7
    assert "nosuch" in str(fault.title) + str(fault.why)


def test_the_name_of_a_loop_is_no_unknown_field() -> None:
    text = FILE.format(text="{% for each in title %}{{ each }}{% endfor %}")
    faults = compile_text(text.encode(), "ask.sop.yaml", None, check_template).diagnostics
    assert not [fault for fault in faults if "each" in str(fault.title)]
