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
from sop_engine.ticket import people, running
from sop_engine.ticket.acts import everyday, hands
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
        self.replays()
        rebuild(self.bench.engine)
        self.bench.look()
        for id in self.bench.known:  # and what is erased leaves the proof standing
            erase_values(self.bench, id)
        rebuild(self.bench.engine)
        self.replays()
        self.bench.store.close()
        self.folder.cleanup()

    def replays(self) -> None:
        """Every step is decided again as it was recorded; of the site itself this bench keeps no texts."""
        report = self.bench.replay()
        assert not [each for each in report.mismatches if each.ticket != SITE], report.mismatches

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
            self.bench.open("works", by, what="又漏了", unit="1-1-101")

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

    def task(self, choice: int, claimed: bool) -> tuple[int, str]:
        """A ticket's place and the region of a task that somebody has, or that is offered; else any."""
        found = [
            (place, region)
            for place, id in enumerate(sorted(self.bench.known, reverse=True))
            for region, task in self.bench.known[id].tasks.items()
            if ("assignee" in task) == claimed
        ]
        return found[choice % len(found)] if found else (choice, "water")

    @rule(choice=st.integers(0, 30), by=NAMES)
    def claims(self, choice: int, by: str) -> None:
        which, region = self.task(choice, claimed=False)
        self.act("claim", which, by, region=region)

    claims_again = claims

    @rule(choice=st.integers(0, 30), by=NAMES, other=NAMES, name=st.sampled_from(["assign", "give_back"]), sure=TEN)
    def gives(self, choice: int, by: str, other: str, name: str, sure: int) -> None:
        which, region = self.task(choice, claimed=True)
        by = self.some(which).tasks.get(region, {}).get("assignee", by) if sure else by
        self.act(name, which, by, region=region, **({"to": other} if name == "assign" else {"reason": "x"}))

    @rule(choice=st.integers(0, 30), by=NAMES, other=NAMES, name=st.sampled_from(["transfer", "delegate"]), sure=TEN,
          minutes=LATER, answer=st.sampled_from(["", *ANSWERS]))  # fmt: skip
    def passes_on(
        self, choice: int, by: str, other: str, name: str, sure: int, minutes: int, answer: str
    ) -> None:  # fmt: skip
        which, region = self.task(choice, claimed=True)
        by = self.some(which).tasks.get(region, {}).get("assignee", by) if sure else by
        to = {"role": "lead"} if name == "transfer" and sure > 7 else {"to": other}
        until = {"until": after_now(self.bench, minutes)} if name == "delegate" and minutes % 2 else {}
        if self.act(name, which, by, region=region, **to, **until) and answer:
            self.bench.look()
            self.act(answer, which, by if answer == "take_back" else other, reason="x")

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

    @rule(which=WHICH, by=NAMES, word=st.sampled_from(["new", "old", "now", "tomorrow", "off"]))
    def moves(self, which: int, by: str, word: str) -> None:
        about: dict[str, Any] = {"unit": "1-1-101", "reason": "过户"}
        if word in ("new", "old"):
            self.act("moved", which, by, reason="过户", **{"with": word})
            return
        with suppress(*REFUSED):
            if word == "off":
                self.bench.site("cancel_move", **about)
            else:
                day = self.bench.clock.now() + timedelta(days=word == "tomorrow")
                self.bench.site("move_unit", on=f"{day:%Y-%m-%d}", **{"in": {"name": "张三"}}, **about)

    @rule(which=WHICH, by=NAMES, name=st.sampled_from(["void", "close", "reopen"]))
    def ends(self, which: int, by: str, name: str) -> None:
        if name == "reopen":
            which = self.one_with(which, lambda ticket: ticket.status == "closed" and "closed" in ticket.acts)
        self.act(name, which, by, reason="x", **({"force": True} if name == "close" else {}))

    @rule(which=WHICH, by=NAMES, other=WHICH,
          name=st.sampled_from(["link", "unlink", "merge", "split", "join", "join", "part"]))  # fmt: skip
    def ties(self, which: int, by: str, other: int, name: str) -> None:
        if name == "part":
            which = self.one_with(which, lambda ticket: "with" in ticket.acts)
        if name == "join":
            opened = [place for place, id in enumerate(sorted(self.bench.known, reverse=True))
                      if id.startswith("GC") and self.bench.known[id].status == "open"]  # fmt: skip
            which, other = (opened[each % len(opened)] if opened else each for each in (which, other))
        to = self.other(other)
        given: dict[str, dict[str, Any]] = {"merge": {"into": to}, "split": {"carry": ["what"]}, "part": {}}
        self.act(name, which, by, reason="x", **given.get(name, {"to": to}))

    # --- one cause ---------------------------------------------------------------------------------------------------

    @precondition(lambda self: len(self.bench.known) < 6)
    @rule(by=st.sampled_from(["wang", "xu"]), other=WHICH)
    def opens_with_another(self, by: str, other: int) -> None:
        with suppress(*REFUSED):
            self.bench.command("open", "", by, procedure="works", fields={"what": "也漏"}, join=self.other(other))


def erase_values(bench: Bench, id: str) -> None:
    """Erase everything that lies beside the steps of a ticket."""
    with bench.reading() as reading:
        slots = sorted(reading.sealed(id))
    with bench.store.writing() as transaction:
        for number, slot in slots:
            transaction.erase(id, number, slot)


def after_now(bench: Bench, minutes: int) -> str:
    """An instant so long after now."""
    return canonical.instant_text(bench.clock.now() + timedelta(minutes=minutes))


def test_whatever_staff_does_the_laws_hold() -> None:
    about = settings(max_examples=8, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck))
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
    given = everyday.reason_of

    def late(draft: Any, required: bool) -> Any:
        draft.emit("timer_set", timer="cutting/after_3_h", due=after(hours=30))
        return given(draft, required)

    monkeypatch.setattr(everyday, "reason_of", late)
    assert staff.act("assign", 0, "he", region="water", to="li")
    with pytest.raises(AssertionError, match="a clock was moved"):
        staff.laws()


def test_what_is_closed_and_still_has_a_timer_is_found(staff: Staff, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "close", lambda draft, outcome: draft.emit("closed", outcome=outcome))
    assert staff.act("close", 0, "he", force=True, reason="x")
    with pytest.raises(AssertionError, match="it is closed, and has"):
        staff.laws()
