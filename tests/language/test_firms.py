"""What the language says of firms from outside: where a field of one may stand, and how the manual tells it."""

from sop_engine import normal_form
from sop_engine.documents.goal_text import goal_text
from sop_engine.documents.names import Names
from sop_engine.documents.transition_text import who_text
from tests.language.desk import codes, procedure

PARTS = """\
roles: {desk: {zh: 前台, en: Desk}}
calendar: round-the-clock
fields:
  note: {type: text}
  contractor: {type: firm, title: {zh: 维保单位, en: Lift firm}}
open: {by: desk, ask: [note, contractor], to: received}
states:
  received:
    transitions:
      finish: {by: [{field: contractor}, desk], to: closed}
  closed: {final: true, outcome: done}
goals:
  rescue: {title: {zh: 救援, en: Rescue}, firm: contractor, while: received, stop: did finish, within: 1 h}
"""


def test_the_normal_form_says_whose_promise_it_is_and_reads_it_again() -> None:
    made = procedure(PARTS)
    assert made.goals[0].firm == "contractor"
    assert made.state("received").offers[0].by[0].kind == "field"
    assert normal_form.load(normal_form.to_bytes(made)) == made
    assert b"firm" not in normal_form.to_bytes(procedure("title: Plain\n"))


def test_a_firm_is_given_no_task_no_letter_and_no_promise_without_a_time() -> None:
    assert "SOP139" in codes(PARTS.replace("desk], to: closed", "desk], assign: {field: contractor}, to: closed"))
    assert "SOP139" in codes(PARTS.replace("desk], to: closed", "desk], tell: contractor, to: closed"))
    assert "SOP139" in codes(PARTS.replace("firm: contractor, while", "firm: note, while"))
    assert "SOP145" in codes(PARTS.replace("type: firm", "type: firm, personal: contact"))
    late = "firm: contractor, while: received, stop: did finish, within: 1 h"
    every = "while: received, every: 1 h"
    assert set(codes(PARTS.replace(late, f"firm: contractor, {every}"))) - set(codes(PARTS.replace(late, every)))


def test_the_manual_says_who_is_meant_and_by_which_contract() -> None:
    made = procedure(PARTS)
    names = Names(made, "zh")
    assert "“维保单位”的人员" in who_text(made.state("received").offers[0].by, names)
    assert "由“维保单位”承担，合同另有约定的按合同" in goal_text(made.goals[0], names)
    assert "of the firm in “Lift firm”, by its contract first" in goal_text(made.goals[0], Names(made, "en"))
