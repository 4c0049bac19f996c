"""Random walks over procedures with regions, children, signatures, timers and personal values.

Given a site, when people, timers and other tickets do what comes by chance (refusals included), then the record
replays clean and verifies, a rebuild gives the same tables, the record is canonical and holds nothing personal, no
ticket's time runs backwards, and every ticket has one owner at any time. The number in a failing test's name is its
seed: `WALK_SEED=2 WALK_STEPS=120 pytest tests/engine/test_walk.py` repeats it.
"""

import json
import os
import random
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from sop_engine import canonical
from sop_engine.audit.findings import Report
from sop_engine.audit.replay import summed
from sop_engine.audit.verify import verify_all
from sop_engine.engine.rebuild import rebuild
from sop_engine.errors import NotFound, NotYou, SopError
from sop_engine.messages import msg
from sop_engine.procedure import ROOT
from sop_engine.store.drivers import driver_module
from sop_engine.store.programs import Programs
from sop_engine.ticket.program import Program
from sop_engine.ticket.records import SITE, Ticket
from tests.desk import Desk

SEEDS = [int(os.environ["WALK_SEED"])] if "WALK_SEED" in os.environ else [1, 2, 3]
STEPS = int(os.environ.get("WALK_STEPS", "120"))
SECRET = "密"
"""Every personal value and free text of a walk holds this character, or these digits."""
DIGITS = "1380000"

JOB = """
procedure: job
title: {zh: 工单, en: Job}
prefix: GD
backdate: 2 h
subject: "{{ fault }} {{ unit }}"
roles: {desk: 前台, engineer: 工程, steward: {title: 管家, scope: unit}}
takes: [finished_part]
fields:
  unit:   {type: unit, title: {zh: 房号, en: Unit}}
  caller: {type: person, title: {zh: 来电人, en: Caller}, fill: unit.contact, personal: contact}
  phone:  {type: phone, title: {zh: 电话, en: Phone}, fill: caller.phone, personal: contact}
  fault:  {type: text, title: {zh: 故障, en: Fault}}
  kind:   {type: choice, title: {zh: 类别, en: Kind}, choices: {urgent: 急, normal: 缓}, default: normal}
  quote:  {type: rows, title: {zh: 报价, en: Quote}, columns: {item: text, cost: money}}
  fee:    {type: money, title: {zh: 应收, en: Fee}, computed: sum(quote.cost)}
  until:  {type: date, title: {zh: 至, en: Until}}
  hand:   {type: staff, title: {zh: 经手, en: Hand}}
  calls:  {type: rows, title: {zh: 来电, en: Calls}, columns: {id: text, subject: text}}
  reason: {type: text, title: {zh: 原因, en: Reason}, required: {kind: urgent}}
open: {by: [desk, steward], ask: [unit, fault], may_ask: [caller, phone, kind], to: registered}
acts: {return: {to: [previous, opener]}}
every: {1 day: {tell: [desk, owner]}}
anytime:
  cancel: {by: {role: desk, not: did open}, ask: reason, to: cancelled}
  look_up: {by: desk, collect: {into: calls, procedures: [job], same: [unit], status: any}}
states:
  registered:
    after: {2 h: {tell: [steward, caller]}}
    transitions:
      send: {by: {kind: {urgent: [desk, steward], normal: desk}}, may_ask: hand, to: working}
  working:
    parallel: [mending, pricing]
    done: {to: checking}
    states:
      mending:
        initial: offered
        states:
          offered:
            entry: {assign: engineer}
            after: {4 h: {to: offered, tell: desk}}
            transitions: {begin: {by: assignee, to: under_way}}
          under_way:
            transitions:
              stop: {by: assignee, to: offered}
              divide: {by: assignee, ask: quote, start: {procedure: part, each: quote, with: {what: row.item}}}
              mended: {by: assignee, when: "all(children('part'), child.status == 'closed')", to: mending_over}
          mending_over: {final: true}
      pricing:
        initial: unpriced
        states:
          unpriced:
            transitions:
              price:
                by: [desk, engineer]
                ask: quote
                sign: {count: 2, of: [desk, engineer], ordered: true}
                to: priced
          priced:
            transitions:
              agree: {by: {role: desk, not: did price}, when: fee >= 0, to: pricing_over}
              doubt: {by: desk, to: unpriced}
          pricing_over: {final: true}
  checking:
    at: {until + 1 day: {to: closed}}
    transitions:
      hold: {by: desk, ask: until, signal: {children: hurry}}
      again: {by: [desk, opener], to: registered}
      confirm: {by: {role: desk, not: [did mended, did open], not_named_in: hand}, to: closed}
  closed: {final: true, outcome: repaired}
  cancelled: {final: true, outcome: cancelled}
"""
PART = """
procedure: part
title: {zh: 分项, en: Part}
prefix: FX
subject: "{{ what }}"
roles: [engineer]
takes: [hurry]
fields:
  what: {type: text, title: {zh: 事项, en: What}}
  note: {type: text, title: {zh: 说明, en: Note}}
open: {by: engineer, ask: what, to: slow}
states:
  slow:
    after: {1 day: {to: fast}}
    on_event: {hurry: {to: fast}}
    transitions: {finish: {by: engineer, may_ask: note, to: over}}
  fast:
    after: {3 days: {to: given_up}}
    transitions: {finish: {by: engineer, ask: note, to: over}}
  over: {final: true, outcome: over}
  given_up: {final: true, outcome: given_up}
"""
PEOPLE: dict[str, list[Any]] = {
    "wang": ["desk"], "zhao": ["desk", "engineer"], "li": ["engineer"],
    "sun": [("steward", "3")], "wu": [("steward", "5")],
}  # fmt: skip
UNITS = ("3-2-1202", "5-1-0301")
DRAWN = {
    "unit": UNITS, "caller": [{"name": "密先生", "phone": "13800001202"}, {"name": "密女士"}],
    "phone": ["13800001203"], "fault": ["密漏水", "密停电"], "kind": ["urgent", "normal"],
    "quote": [[{"item": "密管", "cost": "80.00"}], [{"item": "密线", "cost": "3.50"}, {"item": "密灯"}]],
    "until": ["2026-11-24", "2026-12-01"], "hand": ["li", "zhao"],
    "reason": ["密因"], "what": ["密事"], "note": ["密注"],
}  # fmt: skip


class Walk:
    """One walk: a seed, a desk, and what may come next."""

    def __init__(self, desk: Desk, seed: int) -> None:
        self.desk, self.drawn = desk, random.Random(seed)
        self.accepted = self.refused = 0

    def go(self, steps: int) -> None:
        acts = [self.open, *[self.do] * 10, self.act, self.act, self.wait]
        for _ in range(steps):
            try:
                self.drawn.choice(acts)()
                self.accepted += 1
            except SopError:
                self.refused += 1

    def person(self) -> str:
        return self.drawn.choice([*PEOPLE, "boss"])

    def about(self) -> dict[str, Any]:
        """Now and then somebody stands in, types for another, or claims a time."""
        other = self.person()
        choices: list[dict[str, Any]] = [
            {},
            {},
            {},
            {},
            {},
            {"standing_for": other},
            {"typist": other, "heard": "radio"},
        ]
        choices.append({"at": self.desk.clock.now() - timedelta(hours=1)})
        return self.drawn.choice(choices)

    def fields(self, program: Program, names: tuple[str, ...], certainly: tuple[str, ...]) -> dict[str, Any]:
        wanted = [name for name in names if name in certainly or self.drawn.random() < 0.5]
        return {name: self.drawn.choice(DRAWN[name]) for name in wanted if name in DRAWN}

    def open(self) -> None:
        fields: dict[str, Any] = {"unit": self.drawn.choice(UNITS), "fault": self.drawn.choice(DRAWN["fault"])}
        extra: dict[str, Any] = self.drawn.choice([{}, {"kind": "urgent"}, {"caller": DRAWN["caller"][1]}])
        person = self.drawn.choice(["wang", "zhao", "sun", "wu"])
        self.desk.command("open", "", person, procedure="job", fields=fields | extra, **self.about())

    def ticket(self) -> tuple[Ticket, Program]:
        with self.desk.reading() as reading:
            ids = [id for id in reading.ticket_ids() if id != SITE]
            open_ones = [id for id in ids if (head := reading.head(id)) and head.status == "open"]
            ticket = reading.ticket(self.drawn.choice(open_ones or ids or [""]))
            if ticket is None:
                raise NotFound(msg("there is no ticket {ticket}", ticket="-"))
            return ticket, self.desk.engine.program(reading, ticket)

    def do(self) -> None:
        ticket, program = self.ticket()
        offers = [
            each for each in program.chart.offers(ticket.active) if each[0].id != ROOT or self.drawn.random() < 0.1
        ]
        if not offers:
            return
        state, offer = self.drawn.choice(offers)
        signing = bool(ticket.signatures.get(f"{state.id}.{offer.trigger}"))
        fields = {} if signing else self.fields(program, (*offer.ask, *offer.may_ask), offer.ask)
        trigger = self.drawn.choice(["", f"{state.id}."]) + offer.trigger
        dry_run = self.drawn.random() < 0.1
        people = self.drawn.sample([*PEOPLE, "boss"], len(PEOPLE) + 1)
        for person in people[:-1]:
            try:
                self.desk.command(
                    "do", ticket.id, person, trigger=trigger, fields=fields, dry_run=dry_run, **self.about()
                )
            except NotYou:
                self.refused += 1
            else:
                return
        self.desk.command("do", ticket.id, people[-1], trigger=trigger, fields=fields)

    def act(self) -> None:
        ticket, program = self.ticket()
        name = self.drawn.choice(["claim", "assign", "hand_over", "note", "edit", "return", "withdraw"])
        more: dict[str, Any] = {"reason": "密由"}
        if name == "note":
            more = {"note": "密注"}
        elif name == "edit":
            more["fields"] = self.fields(program, tuple(program.fields), ())
        elif name in {"assign", "hand_over"}:
            more["to"] = self.person()
        elif name == "return":
            more["to"] = self.drawn.choice(["previous", "opener"])
        elif name == "withdraw" and self.withdraw(ticket.id):
            return
        if name in {"claim", "assign"}:
            more = {**more, "region": self.drawn.choice([*ticket.tasks, "ticket"])}
        self.desk.command(name, ticket.id, self.drawn.choice([ticket.owner, self.person()]), **more)

    def withdraw(self, id: str) -> bool:
        """Let whoever did the last step take it back; whether it was somebody's."""
        last = self.desk.records(id)[-1]
        person = last["for"] or last["actor"]
        if person == "timer" or last["cause"]:
            return False
        self.desk.command("withdraw", id, person, reason="密由")
        return True

    def wait(self) -> None:
        self.desk.clock.advance(timedelta(minutes=self.drawn.choice([1, 30, 60, 120, 60 * 24])))
        if self.drawn.random() < 0.6:
            self.desk.advance(hours=0)


@pytest.fixture(scope="module", params=SEEDS)
def walked(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    desk = Desk(tmp_path_factory.mktemp("walk"), PEOPLE)
    away = {"from": "2026-11-23T00:00:00.000Z", "to": "2027-01-01T00:00:00.000Z"}
    desk.site("deputy", **{"for": "wang", "by": "zhao", **away})
    for text in (PART, JOB):
        desk.publish(text)
    with desk.store.writing() as transaction:
        transaction.put_units([{"id": unit, "contact": {"name": "密先生", "phone": "13800001202"}} for unit in UNITS])
    walk = Walk(desk, request.param)
    walk.go(STEPS)
    assert walk.accepted > STEPS // 4
    yield desk
    desk.store.close()


def tables(desk: Desk) -> dict[str, list[Any]]:
    names = ("ticket", "task", "timer", "person", "holding", "login", "version")
    connection = driver_module("auto").connect(desk.settings.store_path)
    try:
        return {name: sorted(map(_plain, connection.execute(f"SELECT * FROM {name}"))) for name in names}
    finally:
        connection.close()


def _plain(row: tuple[Any, ...]) -> str:
    """A row as text, in which the order of keys says nothing."""
    cells = [json.loads(cell) if isinstance(cell, str) and cell.startswith("{") else cell for cell in row]
    return json.dumps(cells, sort_keys=True, ensure_ascii=False)


def all_records(desk: Desk) -> dict[str, list[dict[str, Any]]]:
    with desk.reading() as reading:
        return {id: [json.loads(step.data) for step in reading.steps(id)] for id in reading.ticket_ids()}


def test_a_walk_leaves_a_record_that_proves_itself(walked: Desk) -> None:
    report = walked.replay()
    assert report.clean, [(m.ticket, m.number, str(m.what), m.recorded, m.decided) for m in report.mismatches]
    with walked.reading() as reading:
        verified: Report = summed(verify_all(reading, Programs(), walked.settings.zone_info))
    assert verified.clean, verified.mismatches

    for id, records in all_records(walked).items():
        for record in records:
            canonical.check(record, id)
        for name in ("effective", "recorded"):
            moments = [record[name] for record in records]
            assert moments == sorted(moments), (id, name)
        assert [record["number"] for record in records] == list(range(1, len(records) + 1))

    with walked.reading() as reading:
        data = b"".join(step.data for id in reading.ticket_ids() for step in reading.steps(id))
    assert SECRET.encode() not in data
    assert DIGITS.encode() not in data


def test_a_walk_leaves_tables_that_the_record_makes_again(walked: Desk) -> None:
    before = tables(walked)
    rebuild(walked.engine)
    assert tables(walked) == before


def test_one_owner_and_tasks_of_active_regions_only(walked: Desk) -> None:
    for id, records in all_records(walked).items():
        if id == SITE:
            continue
        owner = ""
        for record in records:
            for event in record["events"]:
                owner = event["owner"] if event["kind"] in {"opened", "owned"} else owner
                owner = event["put"].get("owner", owner) if event["kind"] == "withdrawn" else owner
            assert owner, (id, record["number"])
        ticket = walked.ticket(id)
        assert ticket.owner == owner
        assert set(ticket.tasks) <= {"ticket", *ticket.active}
        states = {key.partition("/")[0] for key in ticket.timers}
        assert states <= {"ticket", *ticket.active}
        assert ticket.status == "open" or not ticket.timers


def test_a_walk_replays_when_all_its_values_were_erased(walked: Desk) -> None:
    with walked.store.writing() as transaction:
        for id in transaction.ticket_ids():
            for number, slot in transaction.sealed(id) if id != SITE else ():
                transaction.erase(id, number, slot)
    rebuild(walked.engine)
    Walk(walked, 99).go(STEPS // 3)
    report = walked.replay()
    assert report.clean, [(m.ticket, m.number, str(m.what), m.recorded, m.decided) for m in report.mismatches]
