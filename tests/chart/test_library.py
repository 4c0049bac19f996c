"""The `transitions` library: as oracle for flat charts, and as the answerer inside the chart."""

import sys
import threading
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from transitions import Machine

from sop_engine.chart import Asked, Chart, Configuration
from sop_engine.procedure import Tree

from .build import chart, state, to
from .driving import begin
from .recorder import Recorder

STATES = ("a", "b", "c", "d")
TRIGGERS = ("go", "back", "stay")
FACTS = ("dry", "paid")

Table = list[tuple[str, str, str, str | None]]
"""source, trigger, target, guard"""

rows = st.tuples(
    st.sampled_from(STATES), st.sampled_from(TRIGGERS), st.sampled_from(STATES), st.sampled_from((None, *FACTS))
)
moments = st.lists(st.tuples(st.sampled_from(TRIGGERS), st.frozensets(st.sampled_from(FACTS))), max_size=12)


class Moving:
    """A model that the library really moves; its guards read the facts of the moment."""

    state: str
    facts: frozenset[str] = frozenset()
    trigger: Any

    def dry(self) -> bool:
        return "dry" in self.facts

    def paid(self) -> bool:
        return "paid" in self.facts


def as_chart(table: Table) -> Chart:
    def alternatives(source: str, trigger: str) -> Any:
        return [
            to(target, when=("fact", guard) if guard else None)
            for at, name, target, guard in table
            if (at, name) == (source, trigger)
        ]

    return chart(*(state(name, ask={t: alternatives(name, t) for t in TRIGGERS}) for name in STATES))


@settings(max_examples=150, deadline=None)
@given(table=st.lists(rows, max_size=12), moments=moments)
def test_a_flat_chart_goes_where_the_library_goes(table: Table, moments: list[tuple[str, frozenset[str]]]) -> None:
    # Given the same table as a machine of the library's and as a chart
    model = Moving()
    entries = [{"trigger": t, "source": s, "dest": d, "conditions": g} for s, t, d, g in table]
    Machine(model, list(STATES), initial="a", transitions=entries, auto_transitions=False, ignore_invalid_triggers=True)
    subject = as_chart(table)
    configuration = begin(subject)

    # When the same things happen to both
    for trigger, model.facts in moments:
        moved = any(trigger == t for _, t, _, _ in table) and model.trigger(trigger)
        after = subject.run(configuration, Asked(configuration.active[0], trigger), Recorder(model.facts))

        # Then they go the same way, or both stay
        assert (after is not None) is bool(moved)
        configuration = after or configuration
        assert configuration.active == [model.state]


def test_names_that_mean_something_to_the_library_mean_nothing_to_a_chart() -> None:
    # Given triggers and states named like the library's own methods, attributes and wildcards
    names = ["state", "trigger", "may_trigger", "is_a", "on_enter_a", "to_a", "add_model", "initial"]
    for name in names:
        subject = chart(state(name, ask={name: to("other")}), state("other"))

        # When one is asked, Then it is an ordinary trigger
        after = subject.run(begin(subject), Asked(name, name), Recorder())
        assert after is not None
        assert after.active == ["other"]


class Curious(Recorder):
    """Runs the same chart inside a guard."""

    def __init__(self, subject: Chart) -> None:
        super().__init__()
        self.subject = subject

    def holds(self, guard: Tree) -> bool:
        inner = self.subject.run(Configuration(["b"]), Asked("b", "go"), Recorder())
        assert inner is not None
        return inner.active == ["c"]


def test_a_guard_may_run_the_same_chart() -> None:
    subject = chart(
        state("a", ask={"go": [to("d", when=("not", ("fact", "x"))), to("b")]}),
        state("b", ask={"go": to("c")}),
        state("c"),
        state("d"),
    )
    after = subject.run(begin(subject), Asked("a", "go"), Curious(subject))
    assert after is not None
    assert after.active == ["d"]


def test_threads_share_one_chart() -> None:
    # Given sixteen states, each with its own way, and guards that let other threads in
    count, rounds = 16, 60
    subject = chart(*(state(f"s{i}", ask={"go": to(f"s{(i + 1) % count}", when=("fact", "x"))}) for i in range(count)))
    wrong: list[tuple[int, Configuration | None]] = []

    class Slow(Recorder):
        def holds(self, guard: Tree) -> bool:
            threading.Event().wait(0.00001)
            return True

    def work(start: int) -> None:
        for i in range(start, start + rounds):
            after = subject.run(Configuration([f"s{i % count}"]), Asked(f"s{i % count}", "go"), Slow())
            if after != Configuration([f"s{(i + 1) % count}"]):
                wrong.append((i, after))

    # When threads that change places all the time ask at once
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    threads = [threading.Thread(target=work, args=(start,)) for start in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sys.setswitchinterval(interval)

    # Then each is answered for its own state
    assert wrong == []
