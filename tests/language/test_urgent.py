"""`urgent: true` on a `tell`, a warning and a rung; whoever says nothing of it has the digest that he had."""

from sop_engine import normal_form
from sop_engine.language import compile_text
from sop_engine.procedure import Procedure, Tell

CALL = """
procedure: call
title: {zh: 急呼, en: Call}
prefix: JH
calendar: round-the-clock
roles: [desk, lead]
words: {coming: {zh: 到场, en: Come}}
open: {by: desk, to: ringing, tell: {to: lead, urgent: true}}
goals:
  coming:
    start: ringing
    stop: over
    within: 1 h
    warn: {10 min before: {to: lead, urgent: true}}
    escalate: {0 min: lead, 30 min: {tell: lead, urgent: true}}
states:
  ringing: {transitions: {come: {by: desk, to: over}}}
  over: {final: true, outcome: over}
"""


def compiled(text: str) -> Procedure:
    found = compile_text(text.encode(), "call.sop.yaml")
    assert found.procedure is not None, [str(each.title) for each in found.diagnostics]
    return found.procedure


def test_what_is_urgent_is_kept_and_read_back() -> None:
    procedure = normal_form.load(normal_form.to_bytes(compiled(CALL)))
    [goal] = procedure.goals
    assert [each.urgent for each in goal.warnings] == [True]
    assert [each.urgent for each in goal.ladder] == [False, True]
    assert b'"urgent":true' in normal_form.to_bytes(procedure)
    assert Tell((), urgent=True) != Tell(())


def test_whoever_says_nothing_of_it_has_nothing_of_it_in_the_normal_form() -> None:
    plain = CALL.replace(", urgent: true", "")
    assert b"urgent" not in normal_form.to_bytes(compiled(plain))
    assert normal_form.to_bytes(compiled(plain)) == normal_form.to_bytes(
        compiled(CALL.replace("urgent: true", "urgent: false"))
    )
