"""`acts:` in a procedure: what is left out keeps its default, and says nothing in the normal form."""

import pytest

from sop_engine import canonical, normal_form
from sop_engine.acts import USUAL
from sop_engine.language import compile_text, explain
from sop_engine.language.checks.pages import laid_over
from sop_engine.procedure import Duration, Procedure, Recipient, Who


def procedure(piece: str) -> Procedure:
    compiled = compile_text(laid_over(piece.lstrip()).encode(), "example.sop.yaml")
    assert compiled.procedure is not None, [str(each.title) for each in compiled.diagnostics]
    return compiled.procedure


def test_a_procedure_that_says_nothing_of_them_has_the_digest_that_it_had() -> None:
    plain = procedure("")
    assert plain.acts == USUAL
    assert "acts" not in normal_form.to_json(plain)
    assert canonical.digest(normal_form.to_bytes(procedure("acts: {}"))) == canonical.digest(
        normal_form.to_bytes(plain)
    )


def test_what_is_said_comes_back_out_of_the_normal_form() -> None:
    piece = """
calendar: front-desk
goals: {finishing: {start: did open, stop: did finish, within: 4 h}}
acts:
  urge: {apart: 1 h, lead: [desk, owner]}
  suspend: {by: desk, at_most: 3 天, times: 2, pauses: all}
  moving: {by: desk, stays: in_state('received')}
  void: {own_within: 20 min}
  force_close: {by: desk}
  merge: {by: desk}
  split: {}
"""
    acts = procedure(piece).acts
    assert (acts.urge.by, acts.urge.apart) == ((Who("anyone"),), Duration(1, "h"))
    assert acts.urge.lead == (Recipient("role", "desk"), Recipient("owner"))
    assert (acts.suspend.at_most, acts.suspend.times, acts.suspend.pauses) == (Duration(3, "day"), 2, ("finishing",))
    assert (acts.void.by, acts.void.own_within) == ((), Duration(20, "min"))
    assert (acts.merge.by, acts.split, acts.link) == ((Who("role", "desk"),), USUAL.split, USUAL.link)
    assert (acts.moving.by, acts.moving.stays) == ((Who("role", "desk"),), ("in_state", "received"))
    assert acts.force_close.by == (Who("role", "desk"),)
    assert normal_form.load(normal_form.to_bytes(procedure(piece))).acts == acts


def test_all_leaves_out_a_promise_that_is_due_at_a_fields_time() -> None:
    piece = """
calendar: front-desk
fields: {note: {type: text}, by_then: {type: datetime}}
open: {by: desk, ask: [note, by_then], to: received}
goals:
  finishing: {start: did open, stop: did finish, within: 4 h}
  agreed: {start: did open, stop: did finish, due: by_then}
acts: {suspend: {pauses: all}}
"""
    assert procedure(piece).acts.suspend.pauses == ("finishing",)


@pytest.mark.parametrize(
    "path", ["acts.urge.apart", "acts.suspend.pauses", "acts.copy.by", "apart", "acts.void.own_within"]
)
def test_every_word_is_explained(path: str) -> None:
    assert path.rpartition(".")[2] in explain(path)


@pytest.mark.parametrize(
    "piece",
    ["acts: [urge]", "acts: {urge: 30 min}", "acts: {suspend: {times: 0}}", "acts: {urge: {by: nobody-known}}",
     "acts: {suspend: {at_most: -1 h}}", "acts: {shout: {}}", "acts: {copy: {by: {not: did finish}}}"],
)  # fmt: skip
def test_what_cannot_be_meant_is_a_fault(piece: str) -> None:
    assert compile_text(laid_over(piece.lstrip()).encode(), "example.sop.yaml").procedure is None


def test_in_whose_hands_a_task_may_go_comes_back_out_of_the_normal_form() -> None:
    piece = """
roles: [desk, engineer, lead]
acts:
  claim: {limit: 3}
  give_back: {reasons: {off_shift: {zh: 不在班, en: Off shift}, unclear: Unclear}, tell: desk, lead: lead}
  transfer: {to: [engineer, lead]}
  delegate: {by: lead}
"""
    acts = procedure(piece).acts
    assert acts.claim.limit == 3
    assert [(each.id, each.title) for each in acts.give_back.reasons] == [
        ("off_shift", {"zh": "不在班", "en": "Off shift"}), ("unclear", {"und": "Unclear"}),
    ]  # fmt: skip
    assert (acts.give_back.tell, acts.give_back.lead) == ((Recipient("role", "desk"),), (Recipient("role", "lead"),))
    assert (acts.give_back.by, acts.transfer.to, acts.delegate.by) == (
        (Who("assignee"),), ("engineer", "lead"), (Who("role", "lead"),),
    )  # fmt: skip
    assert normal_form.load(normal_form.to_bytes(procedure(piece))).acts == acts


@pytest.mark.parametrize(
    "piece",
    ["acts: {claim: {limit: 0}}", "acts: {give_back: {reasons: {x: 1}}}", "acts: {transfer: {to: nobody-known}}",
     "acts: {give_back: {lead: nobody-known}}", "acts: {delegate: desk}", "acts: {give_back: {reasons: [x, x]}}"],
)  # fmt: skip
def test_hands_that_cannot_be_meant_are_a_fault(piece: str) -> None:
    assert compile_text(laid_over(piece.lstrip()).encode(), "example.sop.yaml").procedure is None


def test_what_is_forbidden_stands_in_the_normal_form_in_one_order() -> None:
    forbidding = procedure("acts: {never: [merge, transfer, return, copy]}")
    assert forbidding.acts.never == ("copy", "transfer", "return", "merge")
    assert procedure("acts: {never: merge}").acts.never == ("merge",)
    assert normal_form.load(normal_form.to_bytes(forbidding)).acts == forbidding.acts
    assert "never" not in normal_form.to_json(procedure("acts: {transfer: {by: desk}}"))["acts"]


def test_an_act_that_there_is_not_is_told_with_those_that_there_are() -> None:
    compiled = compile_text(laid_over("acts: {never: [transfr]}").encode(), "example.sop.yaml")
    assert compiled.procedure is None
    (fault,) = compiled.diagnostics
    assert "transfer" in fault.near, fault


@pytest.mark.parametrize("word", ["copy", "return", "transfer"])
def test_of_what_is_forbidden_nothing_else_is_said(word: str) -> None:
    compiled = compile_text(laid_over(f"acts: {{never: {word}, {word}: {{by: desk}}}}").encode(), "example.sop.yaml")
    assert "SOP451" in {each.code for each in compiled.diagnostics}
