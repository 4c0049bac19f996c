"""What staff may do beside the transitions, on the manual's page."""

import pytest

from sop_engine.documents.manual import manual
from sop_engine.language import compile_text

REPAIR = """
procedure: repair
title: {zh: 报修, en: Repair}
prefix: WX
calendar: front-desk
roles: {desk: {zh: 前台, en: Front desk}, lead: {zh: 班长, en: Lead}}
open: {by: desk, title: {zh: 登记, en: Register}, to: received}
goals:
  finishing: {title: {zh: 修好, en: Mending}, start: did open, stop: did finish, within: 4 h}
ACTS
words: {received: {zh: 已登记, en: Received}, finish: {zh: 办结, en: Finish}, closed: {zh: 已关, en: Closed}}
states:
  received: {transitions: {finish: {by: desk, to: closed}}}
  closed: {final: true, outcome: done}
"""


def page(acts: str, language: str) -> str:
    compiled = compile_text(REPAIR.replace("ACTS", acts).encode(), "repair.sop.yaml")
    assert compiled.procedure is not None, compiled.diagnostics
    return manual(compiled.procedure, language)


@pytest.mark.parametrize(
    ("language", "lines"),
    [
        ("zh", ["- **催办**——前台；同一方隔 1 小时 才能再催；客户第二次催时同时通知班长。",
                "- **挂单**——班长；最长 3 天；最多 2 次；期间停计：修好。"]),
        ("en", ["- **Urge** — Front desk; again after 1 h; the customer's second urging reaches Lead too.",
                "- **Suspend** — Lead; for 3 days at most; 2 times at most; meanwhile these stand still: Mending."]),
    ],
)  # fmt: skip
def test_what_the_procedure_says_of_them_is_told(language: str, lines: list[str]) -> None:
    acts = """acts:
  urge: {by: desk, apart: 1 h, lead: lead}
  suspend: {by: lead, at_most: 3 days, times: 2, pauses: all}"""
    assert [line for line in page(acts, language).splitlines() if line in lines] == lines


def test_what_is_as_usual_is_not_told() -> None:
    assert "What else may be done" not in page("", "en")
    assert "Urge" not in page("acts: {copy: {by: lead}}", "en")
    assert "- **Let know** — Lead." in page("acts: {copy: {by: lead}}", "en")


def test_who_may_suspend_and_that_clocks_run_on_is_told_where_only_a_limit_is_said() -> None:
    said = page("acts: {suspend: {at_most: 2 h}}", "en")
    who = "the owner, or whoever has the right assign"
    assert f"- **Suspend** — {who}; for 2 h at most; meanwhile what is promised runs on." in said


def test_in_whose_hands_a_task_may_go_is_told() -> None:
    acts = """acts:
  give_back: {reasons: {off_shift: {zh: 不在班, en: Off shift}}, lead: lead}
  transfer: {to: lead}
  claim: {limit: 3}"""
    lines = page(acts, "zh").splitlines()
    assert "- **退单**——经办人；原因：不在班；通知负责人；第二次退单同时通知班长。" in lines
    assert "- **转单**——经办人；还可交给班长。" in lines
    assert "- **抢单**——担任该岗位的人；手上未完任务不到 3 项才能抢。" in lines


def test_who_may_end_a_ticket_otherwise_is_told() -> None:
    acts = """acts:
  void: {own_within: 2 h}
  force_close: {by: lead}
  reopen: {by: desk, to: received}
  merge: {by: lead}"""
    said = page(acts, "en")
    assert "- **Void** — whoever has the right assign; whoever opened it, within 2 h of opening it." in said
    assert "- **Close by force** — Lead." in said
    assert "- **Reopen** — Front desk; within 7 days of closing, to “Received”." in said
    assert "- **Merge** — Lead." in said


def test_where_a_ticket_may_go_back_to_and_what_is_not_taken_back_is_told() -> None:
    acts = """acts:
  return: {by: lead, to: [previous, opener, received], from: received}
  withdraw: {within: 30 min, never: finish}"""
    told = page(acts, "zh")
    assert "- **回退**——班长；退到：上一步、登记处（登记人）、已登记；只能从这些状态退回：已登记。" in told
    assert "- **撤回**——办理该步的人，且之后无人办理；办理后 30 分钟 内；不可撤回：办结。" in told
    assert "- **Return** — whoever can act in the state that is left, the owner" in page("acts: {return: {}}", "en")


def test_who_may_be_added_to_the_signers_and_what_a_refusal_does_is_told() -> None:
    signed = REPAIR.replace(
        "by: desk, to: closed", "by: desk, sign: {count: 2, add: lead, reject: refused}, to: closed"
    )
    signed = signed.replace("received: {transitions", "received: {on_event: {refused: {tell: desk}}, transitions")
    compiled = compile_text(signed.replace("ACTS", "").encode(), "repair.sop.yaml")
    assert compiled.procedure is not None, compiled.diagnostics
    assert "2 人签字；可加签：班长；拒签时：refused" in manual(compiled.procedure, "zh")


@pytest.mark.parametrize(("language", "said"), [("zh", ("转单", "任何人都不可")), ("en", ("Transfer", "nobody"))])
def test_the_manual_says_what_is_forbidden(language: str, said: tuple[str, str]) -> None:
    shown = page("acts: {never: [transfer, return]}", language)
    assert all(word in shown for word in said)
    assert ("回退" if language == "zh" else "Return") in shown


def test_a_state_to_go_back_to_may_be_called_like_any_word_of_the_page() -> None:
    acts = "acts: {return: {to: [previous, told]}}"
    compiled = compile_text(REPAIR.replace("ACTS", acts).replace("received", "told").encode(), "repair.sop.yaml")
    assert compiled.procedure is not None, compiled.diagnostics

    assert "back to: the step before, Received" in manual(compiled.procedure, "en")


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("zh", "- **房屋过户、退租时随谁办理**——前台；有原住户的东西在我方手中时，只随原住户办理："),
        (
            "en",
            "- **With whom it goes on when the unit changes hands** — Front desk; only with whoever moves out, since ",
        ),
    ],
)
def test_with_whom_it_goes_on_is_told(language: str, line: str) -> None:
    shown = page("acts: {moving: {by: desk, stays: in_state('received')}}", language)
    assert len([each for each in shown.splitlines() if each.startswith(line)]) == 1
