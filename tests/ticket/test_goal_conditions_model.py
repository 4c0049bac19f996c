"""Whatever is done to a ticket, promises by conditions stand as a plain reading of the values says."""

import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.ticket.test_goal_conditions import Bench

GOALS = """\
goals:
  edges: {start: {charge: owed}, stop: did hold, reset: {hold_for: parts}, within: 400 days}
  levels: {start: registered, stop: {charge: paid}, pause: [waiting, {hold_for: owner}], within: 400 days}
  inside: {start: {hold_for: owner}, while: working, stop: {charge: paid}, within: 400 days}
"""
STEPS = st.one_of(
    st.sampled_from(["begin", "back", "hold", "go_on", "visit"]).map(lambda trigger: ("do", trigger)),
    st.sampled_from(["unknown", "owed", "paid"]).map(lambda value: ("charge", value)),
    st.sampled_from(["nobody", "owner", "parts"]).map(lambda value: ("hold_for", value)),
)
WAYS = {
    ("registered", "begin"): "working",
    ("working", "back"): "registered",
    ("working", "hold"): "waiting",
    ("waiting", "go_on"): "working",
}


@dataclass
class Model:
    """The same ticket, thought through by hand. `runs` says how each promise stands, `cycles` how often it began,
    `resets` how often one began anew."""

    state: str = "registered"
    charge: str = "unknown"
    hold_for: str = "nobody"
    runs: dict[str, str] = field(default_factory=dict)
    cycles: dict[str, int] = field(default_factory=dict)
    resets: int = 0
    held: dict[str, bool] = field(default_factory=dict)

    def step(self, kind: str, what: str) -> None:
        entered, done = "", ""
        if kind == "charge":
            self.charge = what
        elif kind == "hold_for":
            self.hold_for = what
        else:
            done = what
            entered = WAYS.get((self.state, what), "")
            self.state = entered or self.state
        self.settle(entered, done)

    def rises(self, name: str, holds: bool) -> bool:
        before, self.held[name] = self.held.get(name, False), holds
        return holds and not before

    def settle(self, entered: str, done: str) -> None:
        paid, owner, working = self.charge == "paid", self.hold_for == "owner", self.state == "working"
        owed, parts = self.rises("owed", self.charge == "owed"), self.rises("parts", self.hold_for == "parts")
        self.one("edges", starts=owed, stops=done == "hold" and entered == "waiting" and not owed, anew=parts)
        self.one("levels", starts=entered == "registered" and not paid, stops=paid)
        inside = self.rises("inside", owner and working)
        self.one("inside", starts=inside and not paid, stops=paid, lives=working)
        if self.runs.get("levels") in ("running", "paused"):
            self.runs["levels"] = "paused" if self.state == "waiting" or owner else "running"

    def one(self, name: str, starts: bool, stops: bool, anew: bool = False, lives: bool = True) -> None:
        open_ = self.runs.get(name) in ("running", "paused")
        if open_ and stops:
            self.runs[name] = "met"
        elif open_ and not lives:
            self.runs[name] = "dropped"
        elif open_:
            self.resets += anew
        elif not open_ and starts:
            self.runs[name] = "running"
            self.cycles[name] = self.cycles.get(name, 0) + 1


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(STEPS, min_size=3, max_size=14))
def test_promises_stand_as_a_plain_reading_of_the_values_says(steps: list[tuple[str, str]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        bench, model = Bench(Path(folder)), Model()
        wx = bench.opened_with(GOALS)
        model.settle("registered", "open")
        for kind, what in steps:
            if kind == "do" and what != "visit" and (model.state, what) not in WAYS:
                continue
            if kind == "do":
                bench.do(wx, what)
            elif kind == "charge":
                bench.do(wx, "settle", charge=what)
            else:
                bench.edit(wx, hold_for=what)
            model.step(kind, what)
            stand = bench.desk.ticket(wx).goals
            assert {name: entry["status"] for name, entry in stand.items()} == model.runs
            assert {name: entry["cycle"] for name, entry in stand.items()} == model.cycles
            assert len(bench.desk.events(wx, "goal_reset")) == model.resets
        assert not bench.differences()
