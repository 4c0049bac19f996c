"""A small procedure with scenarios, in a folder as a site has them."""

from pathlib import Path

from sop_engine.trial.repertoire import Repertoire, load

PROCEDURE = """
procedure: errand
title: {zh: 跑腿, en: Errand}
prefix: PT
subject: "{{ what }}"
roles: [desk, runner, lead]
fields:
  what: {type: text, title: {zh: 事项, en: What}}
  count: {type: integer, title: {zh: 件数, en: Count}, min: 1, default: 1}
notices:
  gone: {title: {zh: 已出发, en: Gone}, text: {zh: "{{ what }}", en: "{{ what }}"}}
words:
  asked: {zh: 待办, en: Asked}
  under_way: {zh: 在途, en: Under way}
  back: {zh: 已回, en: Back}
  go: {zh: 出发, en: Go}
  come: {zh: 回来, en: Come back}
  check: {zh: 核对, en: Check}
  open: {zh: 登记, en: Register}
open: {by: desk, ask: what, may_ask: count, to: asked}
states:
  asked:
    transitions:
      go: {by: runner, assign: doer, tell: {to: desk, notice: gone}, to: under_way}
  under_way:
    after: {2 h: {tell: lead}}
    transitions:
      come: {by: assignee, to: back}
  back:
    transitions:
      check:
        by: {role: [desk, runner], not: did come}
        either:
          - {when: count > 1, tell: lead, to: closed}
          - {to: closed}
  closed: {title: {zh: 办结, en: Closed}, final: true, outcome: done}
outcomes: {done: {zh: 办结, en: Done}}
"""
HEAD = """procedure: errand
people: {王芳: desk, 李强: runner, 张伟: runner, 赵军: lead}
opening: {事项: 取快递}
scenarios:
"""


def folder(tmp_path: Path, scenarios: str, head: str = HEAD, procedure: str = PROCEDURE) -> Path:
    """Write procedure and scenarios; gives the scenario file."""
    tests = tmp_path / "workflows" / "tests"
    tests.mkdir(parents=True, exist_ok=True)
    (tmp_path / "workflows" / "errand.sop.yaml").write_text(procedure, encoding="utf-8")
    (tests / "errand.yaml").write_text(head + scenarios, encoding="utf-8")
    return tests / "errand.yaml"


def repertoire(path: Path) -> Repertoire:
    return load("errand", path.parent.parent, path.parent.parent.parent / "templates")
