"""All acts of staff by chance, in any order, on tickets with regions, signatures, children and separation of duty:
whatever was accepted, the laws of `acts_bench` hold after each step, and a replay comes to the same."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from sop_engine import canonical, errors
from sop_engine.engine.rebuild import rebuild
from sop_engine.messages import Message
from sop_engine.ticket import acts, hands, people, running
from sop_engine.ticket.records import SITE, Ticket
from tests.ticket.acts import after
from tests.ticket.acts_bench import PEOPLE, Bench

NAMES = st.sampled_from(sorted(PEOPLE))
WHICH = st.integers(0, 5)
TEN = st.integers(0, 9)
LATER = st.integers(1, 600)
ANSWERS = ("take_over", "turn_down", "take_back")
REFUSED = (errors.NotUnderstood, errors.NotFound, errors.NotNow, errors.NotYou)


@pytest.fixture(autouse=True)
def _over_every_store() -> None:
    """In memory: how tickets are kept is looked at elsewhere."""


class Staff(RuleBasedStateMachine):
    """Everybody does something; what is refused changes nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.bench = Bench(Path(self.folder.name))
        for person in ("wang", "xu"):
            id = self.bench.open("works", person, what="漏水")
            self.bench.do(id, "measure", person)
        self.bench.look()

    def teardown(self) -> None:
        report = self.bench.replay()
        assert not [each for each in report.mismatches if each.ticket != SITE], report.mismatches
        rebuild(self.bench.engine)
        self.bench.look()
        self.bench.store.close()
        self.folder.cleanup()

    # --- parts -------------------------------------------------------------------------------------------------------

    def act(self, name: str, which: int, by: str, /, **arguments: Any) -> bool:
        """Do something to one of the tickets; whether it was accepted."""
        ids = sorted(self.bench.known, reverse=True)
        if not ids:
            return False
        id = ids[which % len(ids)]
        before = self.bench.ticket(id).state()
        try:
            self.bench.command(name, id, by, **arguments)
        except REFUSED as refused:
            assert isinstance(refused.message, Message)
            if not [step for step in self.bench.records(id) if step["number"] > self.bench.known[id].number]:
                assert self.bench.ticket(id).state() == before
            return False
        return True

    def likely(self, ticket: Ticket) -> list[str]:
        """Whoever has to do with a ticket: one of them may do most things."""
        lent = [each["to"] for each in ticket.acts.get("delegated", {}).values()]
        return [*lent, *(task["assignee"] for task in ticket.tasks.values() if "assignee" in task), ticket.owner]

    def other(self, which: int) -> str:
        ids = sorted(self.bench.known, reverse=True)
        return ids[which % len(ids)]

    def one_with(self, which: int, fits: Callable[[Ticket], Any]) -> int:
        """The place of a ticket that fits; `which` where none does."""
        ids = sorted(self.bench.known, reverse=True)
        return next((place for place, id in enumerate(ids) if fits(self.bench.known[id])), which)

    def some(self, which: int) -> Ticket:
        return self.bench.known[self.other(which)]

    @invariant()
    def laws(self) -> None:
        self.bench.look()
        self.bench.look_at_those_who_left()

    # --- the way -----------------------------------------------------------------------------------------------------

    @precondition(lambda self: len(self.bench.known) < 6)
    @rule(by=NAMES)
    def opens(self, by: str) -> None:
        with suppress(*REFUSED):
            self.bench.open("works", by, what="又漏了")

    @rule(
        which=WHICH, by=NAMES, choice=st.integers(0, 30), amount=st.integers(0, 9), other=NAMES, how=st.integers(0, 9)
    )
    def does(self, which: int, by: str, choice: int, amount: int, other: str, how: int) -> None:
        ticket = self.some(which)
        with self.bench.reading() as reading:
            chart = self.bench.programs.of(reading, ticket.digest).chart
        offers = chart.offers(ticket.active)
        if not offers:
            return
        state, offer = offers[choice % len(offers)]
        asked = {"amount": amount, "by_when": after(minutes=amount * 60)}
        fields = {name: asked[name] for name in (*offer.ask, *offer.may_ask) if name in asked}
        if ticket.signatures.get(f"{state.id}.{offer.trigger}"):
            fields = {}
        about: dict[str, Any] = {}
        if how == 0:
            about["standing_for"] = other
        elif how == 1:
            about |= {"typist": other, "heard": "phone"}
        trigger = f"{state.id}.{offer.trigger}"
        for each in dict.fromkeys([by, *self.likely(ticket), *PEOPLE]):
            if self.act("do", which, each, trigger=trigger, fields=fields, **about) or how == 9:
                break

    does_more = does
    does_again = does
    does_still_more = does

    @rule(minutes=LATER)
    def waits(self, minutes: int) -> None:
        self.bench.advance(minutes=minutes)

    @rule(minutes=LATER)
    def nobody_sweeps(self, minutes: int) -> None:
        self.bench.clock.advance(timedelta(minutes=minutes))

    @rule(which=WHICH, by=NAMES, amount=st.integers(0, 9))
    def edits(self, which: int, by: str, amount: int) -> None:
        self.act("edit", which, by, fields={"amount": amount, "by_when": after(minutes=amount * 99)}, reason="x")

    # --- hands -------------------------------------------------------------------------------------------------------

    @rule(which=WHICH, by=NAMES, region=st.sampled_from(["water", "power", "papers", "ticket"]), other=NAMES,
          name=st.sampled_from(["claim", "assign", "transfer", "delegate", "give_back"]), role=st.booleans(),
          minutes=LATER, sure=st.booleans(), at_once=st.sampled_from(["", *ANSWERS]))  # fmt: skip
    def passes_on(
        self,
        which: int,
        by: str,
        region: str,
        other: str,
        name: str,
        role: bool,
        minutes: int,
        sure: bool,
        at_once: str,
    ) -> None:
        if sure:
            which = self.one_with(which, lambda ticket: "assignee" in ticket.tasks.get(region, {}))
        task = self.some(which).tasks.get(region, {})
        by = task.get("assignee", by) if sure else by
        more: dict[str, Any] = {} if name in {"claim", "give_back"} else {"to": other}
        if name == "transfer" and role:
            more = {"role": "lead"}
        if name == "delegate" and role:
            more["until"] = after_now(self.bench, minutes)
        if name == "give_back":
            more["reason"] = "x"
        if self.act(name, which, by, region=region, **more) and at_once and name in {"transfer", "delegate"}:
            self.bench.look()
            self.act(at_once, which, by if at_once == "take_back" else other, reason="x")

    passes_on_again = passes_on

    @rule(which=WHICH, by=NAMES, name=st.sampled_from(ANSWERS), sure=st.booleans())
    def answers(self, which: int, by: str, name: str, sure: bool) -> None:
        which = self.one_with(which, lambda ticket: {"offered", "delegated"} & ticket.acts.keys())
        acts = self.some(which).acts
        for entry in (*acts.get("offered", {}).values(), *acts.get("delegated", {}).values()):
            by = str(entry.get("from" if name == "take_back" else "to", by)) if sure else by
        self.act(name, which, by, reason="x")

    @rule(which=WHICH, by=NAMES, other=NAMES)
    def hands_over(self, which: int, by: str, other: str) -> None:
        self.act("hand_over", which, by, to=other)

    @rule(person=NAMES, heir=NAMES, really=st.integers(0, 3))
    def leaves(self, person: str, heir: str, really: int) -> None:
        if person == heir or really:
            return
        with suppress(*REFUSED):
            self.bench.leave(person, heir)
        self.come_back(person)

    def come_back(self, person: str) -> None:
        """He thinks better of it, so that there is somebody left to act."""
        self.bench.look()
        self.bench.look_at_those_who_left()
        self.bench.site("change_person", actor=person, active=True)
        self.bench.site("login", login="tester", actor="boss", people=sorted(PEOPLE))

    # --- attention, rest ---------------------------------------------------------------------------------------------

    @rule(which=WHICH, by=NAMES, other=NAMES, name=st.sampled_from(["urge", "copy", "read", "watch", "note"]))
    def attends(self, which: int, by: str, other: str, name: str) -> None:
        given: dict[str, dict[str, Any]] = {
            "copy": {"to": [other]},
            "urge": {"from": "customer"},
            "note": {"note": "x"},
        }
        self.act(name, which, by, **given.get(name, {}))

    @rule(which=WHICH, by=NAMES, minutes=LATER)
    def suspends(self, which: int, by: str, minutes: int) -> None:
        self.act("suspend", which, by, until=after_now(self.bench, minutes), reason="x")

    @rule(which=WHICH, by=NAMES)
    def resumes(self, which: int, by: str) -> None:
        which = self.one_with(which, lambda ticket: ticket.status == "suspended")
        self.act("resume", which, by)

    # --- back --------------------------------------------------------------------------------------------------------

    @rule(which=WHICH, by=NAMES, to=st.sampled_from(["previous", "opener", "surveying"]),
          region=st.sampled_from([None, "water", "power", "papers"]))  # fmt: skip
    def returns(self, which: int, by: str, to: str, region: str | None) -> None:
        self.act("return", which, by, to=to, reason="x", **({"region": region} if region else {}))

    @rule(which=WHICH, by=NAMES, sure=st.booleans())
    def withdraws(self, which: int, by: str, sure: bool) -> None:
        last = self.bench.records(self.other(which))[-1]
        self.act("withdraw", which, (last["for"] or last["actor"]) if sure else by, reason="x")

    # --- signers -----------------------------------------------------------------------------------------------------

    @rule(which=WHICH, by=NAMES, person=NAMES, remove=st.booleans())
    def changes_signers(self, which: int, by: str, person: str, remove: bool) -> None:
        which = self.one_with(which, lambda ticket: "agreeing" in ticket.active)
        self.act("signer", which, by, trigger="agree", person=person, **({"remove": True} if remove else {}))

    @rule(which=WHICH, by=NAMES, other=NAMES, first=st.booleans())
    def rejects(self, which: int, by: str, other: str, first: bool) -> None:
        if first:
            which = self.one_with(which, lambda ticket: "agreeing" in ticket.active)
            self.act("do", which, other, trigger="agree", fields={})
            self.bench.look()
        which = self.one_with(which, lambda ticket: ticket.signatures)
        self.act("reject", which, by, trigger="agree", reason="x")

    # --- ends and ties -----------------------------------------------------------------------------------------------

    @rule(which=WHICH, by=NAMES, name=st.sampled_from(["void", "close", "reopen"]))
    def ends(self, which: int, by: str, name: str) -> None:
        if name == "reopen":
            which = self.one_with(which, lambda ticket: ticket.status == "closed" and "closed" in ticket.acts)
        self.act(name, which, by, reason="x", **({"force": True} if name == "close" else {}))

    @rule(which=WHICH, by=NAMES, other=WHICH, name=st.sampled_from(["link", "unlink", "merge", "split"]))
    def ties(self, which: int, by: str, other: int, name: str) -> None:
        to = self.other(other)
        given: dict[str, dict[str, Any]] = {
            "link": {"to": to}, "unlink": {"to": to}, "merge": {"into": to}, "split": {"carry": ["what"]},
        }  # fmt: skip
        self.act(name, which, by, reason="x", **given[name])

    # --- one cause ---------------------------------------------------------------------------------------------------

    @rule(which=WHICH, by=st.sampled_from(["wang", "xu", "he"]), other=WHICH)
    def joins(self, which: int, by: str, other: int) -> None:
        self.act("join", which, by, to=self.other(other), reason="x")

    joins_again = joins

    @precondition(lambda self: len(self.bench.known) < 6)
    @rule(by=st.sampled_from(["wang", "xu"]), other=WHICH)
    def opens_with_another(self, by: str, other: int) -> None:
        with suppress(*REFUSED):
            self.bench.command("open", "", by, procedure="works", fields={"what": "也漏"}, join=self.other(other))

    @rule(which=WHICH, by=NAMES)
    def parts(self, which: int, by: str) -> None:
        self.act("part", self.one_with(which, lambda ticket: "with" in ticket.acts), by, reason="x")


def after_now(bench: Bench, minutes: int) -> str:
    """An instant so long after now."""
    return canonical.instant_text(bench.clock.now() + timedelta(minutes=minutes))


def test_whatever_staff_does_the_laws_hold() -> None:
    about = settings(max_examples=10, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(Staff, settings=about)


# --- the laws can fail ------------------------------------------------------------------------------------------------


@pytest.fixture
def staff() -> Iterator[Staff]:
    machine = Staff()
    yield machine
    machine.bench.store.close()
    machine.folder.cleanup()


def test_somebody_who_approves_his_own_is_found(staff: Staff, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(people, "excluded", lambda *_: None)
    assert staff.act("do", 0, "xu", trigger="submit", fields={"amount": 1})
    assert staff.act("do", 0, "xu", trigger="agree", fields={})
    with pytest.raises(AssertionError, match=r"xu.* did `submit` in step 3"):
        staff.laws()


def test_what_stays_lent_is_found(staff: Staff, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hands, "settle", lambda _: None)
    assert staff.act("claim", 0, "li", region="water")
    assert staff.act("delegate", 0, "li", region="water", to="zhao")
    assert staff.act("assign", 0, "he", region="water", to="qian")
    with pytest.raises(AssertionError, match=r"delegated by .* and qian has it"):
        staff.laws()


def test_a_clock_that_somebody_moves_is_found(staff: Staff, monkeypatch: pytest.MonkeyPatch) -> None:
    given = acts.reason_of

    def late(draft: Any, required: bool) -> Any:
        draft.emit("timer_set", timer="cutting/after_3_h", due=after(hours=30))
        return given(draft, required)

    monkeypatch.setattr(acts, "reason_of", late)
    assert staff.act("assign", 0, "he", region="water", to="li")
    with pytest.raises(AssertionError, match="a clock was moved"):
        staff.laws()


def test_what_is_closed_and_still_has_a_timer_is_found(staff: Staff, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "close", lambda draft, outcome: draft.emit("closed", outcome=outcome))
    assert staff.act("close", 0, "he", force=True, reason="x")
    with pytest.raises(AssertionError, match="it is closed, and has"):
        staff.laws()
