"""A site to try commands on: a repair procedure, a desk, two engineers, a steward, and a clock that stands still."""

import tempfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from unittest import mock

from sop_engine import canonical
from sop_engine.engine.engine import new_id
from sop_engine.engine.people.identity import system_login
from sop_engine.engine.sites import making
from sop_engine.engine.sites.folder import open_site
from sop_engine.engine.sites.making import make_site
from sop_engine.ticket.records import SITE, Command

REPAIR = """\
procedure: repair
title: {zh: 业主报修, en: Repair}
source: M4 1
prefix: WX
subject: "{{ unit }} {{ fault }}"
backdate: 2 h
roles:
  desk: {zh: 前台, en: Front desk}
  engineer: {zh: 维修技工, en: Engineer}
  steward: {title: {zh: 管家, en: Steward}, scope: unit}
fields:
  unit: {type: unit, title: {zh: 房号, en: Unit}}
  fault: {type: text, title: {zh: 故障, en: Fault}}
  urgency:
    type: choice
    title: {zh: 缓急, en: Urgency}
    choices: {urgent: {zh: 急修, en: Urgent}, normal: {zh: 一般, en: Normal}}
    default: normal
  window: {type: interval, title: {zh: 约定上门时间, en: Agreed visit}}
  fee: {type: money, title: {zh: 应收, en: Fee}}
  photos: {type: photo, many: true, title: {zh: 照片, en: Photos}}
  colleague: {type: staff, title: {zh: 同事, en: Colleague}}
  rating: {type: integer, title: {zh: 评分, en: Rating}, min: 1, max: 5}
  reason: {type: text, title: {zh: 原因, en: Reason}}
  note: {type: text, title: {zh: 备注, en: Note}}
words:
  dispatch: {zh: 派单, en: Dispatch}
  accept: {zh: 接单, en: Accept}
  done: {zh: 完工, en: Done}
  confirm: {zh: 确认修复, en: Confirm}
  cancel: {zh: 取消, en: Cancel}
  progress: {zh: 进度反馈, en: Report progress}
outcomes:
  repaired: {zh: 已修复, en: Repaired}
  cancelled: {zh: 业主取消, en: Cancelled}
forms:
  slip: {title: {zh: 维修单, en: Slip}, template: slip.html}
open: {by: desk, ask: [unit, fault], may_ask: [urgency, window], to: registered}
anytime:
  progress: {by: steward, ask: note}
  cancel: {by: desk, ask: reason, to: cancelled}
states:
  registered:
    title: {zh: 待派单, en: To be dispatched}
    after: {15 min: {tell: desk}}
    transitions:
      dispatch: {by: desk, assign: engineer, to: dispatched, print: slip}
  dispatched:
    title: {zh: 待接单, en: Waiting for acceptance}
    transitions:
      accept: {by: assignee, to: on_site}
  on_site:
    title: {zh: 维修中, en: On site}
    transitions:
      done: {by: assignee, ask: fee, may_ask: [photos, colleague], when: fee > 0, to: repaired, source: M4 1 note 2}
  repaired:
    title: {zh: 待回访, en: To be revisited}
    transitions:
      confirm: {by: {role: desk, not: did done}, ask: rating, to: closed, source: [M1 6.3.1, ours]}
  closed: {title: {zh: 已关单, en: Closed}, final: true, outcome: repaired}
  cancelled: {title: {zh: 已取消, en: Cancelled}, final: true, outcome: cancelled}
"""
SLIP = "<!doctype html><html><body><h1>{{ ticket.id }}</h1><p>{{ fault }}</p></body></html>\n"
PEOPLE: tuple[tuple[str, str, list[list[str | None]]], ...] = (
    ("wang_fang", "王芳", [["desk", None]]),
    ("liu_yang", "刘洋", [["desk", None]]),
    ("li_qiang", "李强", [["engineer", None]]),
    ("zhang_wei", "张伟", [["engineer", None]]),
    ("chen_jing", "陈静", [["steward", "3"]]),
)
BOSS = "zhou_min"


def make_place(folder: Path) -> None:
    """Make the site. The login that runs the tests is 周敏, the administrator, and a terminal of everybody else."""
    login = system_login()
    with tempfile.TemporaryDirectory() as made, mock.patch.object(making, "library", lambda: Path(made)):
        for part, name, text in (("workflows", "repair.sop.yaml", REPAIR), ("templates", "slip.html", SLIP)):
            (Path(made) / part).mkdir()
            (Path(made) / part / name).write_text(text, encoding="utf-8")
        (Path(made) / "calendars").mkdir()
        make_site(folder, "Test", "Asia/Shanghai", login, BOSS, "周敏", [], demo=True)
    with open_site(folder) as site:

        def act(what: str, /, **arguments: Any) -> None:
            site.engine.act(Command(new_id(), what, SITE, BOSS, login, arguments))

        for actor, name, roles in PEOPLE:
            act("add_person", actor=actor, name=name, roles=roles)
        act("login", login=login, actor=BOSS, people=[actor for actor, _name, _roles in PEOPLE])
        with site.store.writing() as transaction:
            transaction.put_meta("last_sweep", canonical.instant_text(site.clock.now()))


def move_clock(folder: Path, **by: float) -> None:
    """Move the site's clock without sweeping."""
    with open_site(folder) as site, site.store.writing() as transaction:
        moved: datetime = site.clock.now() + timedelta(**by)
        transaction.put_meta("simulated_now", canonical.instant_text(moved))


def head_number(folder: Path, id: str) -> int:
    """The number of a ticket's last step; 0 where there is no such ticket."""
    with open_site(folder) as site, site.store.reading() as reading:
        head = reading.head(id)
        return 0 if head is None else head.number


def tickets(folder: Path) -> list[str]:
    """The ids of all tickets."""
    with open_site(folder) as site, site.store.reading() as reading:
        return [id for id in reading.ticket_ids() if id != SITE]
