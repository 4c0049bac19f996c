"""Run to completion: the algorithm of W3C SCXML, appendix D, to be read side by side with it.

Source: https://www.w3.org/TR/scxml/#AlgorithmforSCXMLInterpretation. The procedures have the names they have there, in
snake_case. What differs, and why:

- `interpret` and `main_event_loop` become `run`: one outside occurrence, one macrostep. There is no data model, no
  invoke, no external queue; datamodel and executable content are the host's.
- A person's command (`Asked`) and a timer (`Fired`) name one source state. Only its own alternatives are looked at:
  never its ancestors', never another region's. Signals and internal events are searched as in SCXML.
- `Looked` begins with the eventless transitions: something that guards read has changed, and no event says so.
- `Sent` takes transitions that are made for the occasion: somebody sends a ticket back to where it was.
- `Begun` enters the chart by the transition of the procedure's `open`, whose targets may lie anywhere; SCXML has the
  `initial` attribute of its root for that.
- The root may bear transitions (what counts in every open state), which `<scxml>` may not. A root transition with a
  target leaves all states inside; the root itself is neither entered nor left and is never in the configuration.
- `done` transitions of a state are transitions for the event `done.state.ID`, first in document order.
- Where the regions of a parallel state complete it and it is itself a region of a parallel state, that one may be
  complete as well. The text of SCXML 3.4 says so; its pseudo-code looks only two levels up from the final state.
- `compute_entry_set` goes down from the effective targets, not from the targets. They differ where a history state is
  the target: the pseudo-code then also enters what lies between the remembered states and the history's parent, even
  where the source shares some of that and it was never left. The definition of the entry set in 3.13 does not.
- The final state of the whole ticket is where the ticket rests: nothing is exited at the end.
- A chart that does not come to rest is a fault after `limit` microsteps; SCXML lets it run for ever.
- Whoever listens is told of the configuration (`moved`) whenever it changes: when an exit action runs its state is
  still active, when an entry action runs its state is active and those inside it are not yet.
"""

from collections import deque
from collections.abc import Iterable, Sequence
from typing import Final

from sop_engine.chart.choice import Arc, Choice, Enabled
from sop_engine.chart.host import (
    Asked,
    Begun,
    ChartFault,
    Configuration,
    Fired,
    Host,
    Looked,
    Occurrence,
    Sent,
    Signalled,
)
from sop_engine.chart.outline import Outline
from sop_engine.procedure import ROOT, Transition

LIMIT: Final = 1000


class Interpreter:
    """One macrostep over a copy of a configuration."""

    def __init__(
        self, outline: Outline, choice: Choice, configuration: Configuration, host: Host, limit: int = LIMIT
    ) -> None:
        self.outline = outline
        self.choice = choice
        self.host = host
        self.configuration = set(configuration.active)
        self.history_value = dict(configuration.history)
        self.internal_queue: deque[str] = deque()
        self.running = not outline.is_finished(configuration.active)
        self.microsteps = 0
        self.limit = limit

    def result(self) -> Configuration:
        """The configuration as it stands now."""
        return Configuration(
            self.outline.in_entry_order(self.configuration),
            {history: list(states) for history, states in self.history_value.items()},
        )

    # --- the macrostep ----------------------------------------------------------------------------------------------

    def run(self, occurrence: Occurrence) -> bool:
        """Answer the occurrence and everything that follows from it. False: nothing was taken."""
        if not self.running:
            return False
        enabled_transitions = self.select(occurrence)
        if not enabled_transitions:
            return False
        self.microstep(enabled_transitions)
        while self.running:
            enabled_transitions = self.select_eventless_transitions()
            if not enabled_transitions:
                if not self.internal_queue:
                    break
                enabled_transitions = self.select_transitions(self.internal_queue.popleft())
            if enabled_transitions:
                self.microstep(enabled_transitions)
        return True

    def select(self, occurrence: Occurrence) -> list[Enabled]:
        """The transitions that an outside occurrence enables."""
        match occurrence:
            case Looked():
                return self.select_eventless_transitions()
            case Begun(transition):
                return [Enabled(Arc(self.outline.states[ROOT], transition, domain=ROOT), occurrence)]
            case Sent(arcs):
                states = self.outline.states
                made = [Arc(states[source], Transition(target=target), domain=None) for source, target in arcs]
                return [Enabled(arc, occurrence) for arc in made]
            case Asked(source, trigger):
                arc = self.choice.asked(source, trigger, self.host) if self.is_active(source) else None
            case Fired(source, timer):
                arc = self.choice.fired(source, timer, self.host) if self.is_active(source) else None
            case Signalled(event):
                return self.select_transitions(event)
        return [] if arc is None else [Enabled(arc, occurrence)]

    def is_active(self, state: str) -> bool:
        return state in self.configuration or (state == ROOT and bool(self.configuration))

    def select_eventless_transitions(self) -> list[Enabled]:
        if self.choice.has_always.isdisjoint(self.configuration) and ROOT not in self.choice.has_always:
            return []
        enabled_transitions: dict[Arc, Enabled] = {}
        looked_at: dict[str, Arc | None] = {}
        for state in self.outline.leaves(self.configuration):
            for s in self.outline.path[state]:
                if s not in looked_at:
                    looked_at[s] = self.choice.eventless(s, self.host)
                arc = looked_at[s]
                if arc is not None:
                    enabled_transitions[arc] = Enabled(arc, None)
                    break
        return self.remove_conflicting_transitions(list(enabled_transitions.values()))

    def select_transitions(self, event: str) -> list[Enabled]:
        enabled_transitions: dict[Arc, Enabled] = {}
        looked_at: dict[str, Enabled | None] = {}
        for state in self.outline.leaves(self.configuration):
            for s in self.outline.path[state]:
                if s not in looked_at:
                    looked_at[s] = self.name_match_and_condition_match(s, event)
                enabled = looked_at[s]
                if enabled is not None:
                    enabled_transitions[enabled.arc] = enabled
                    break
        return self.remove_conflicting_transitions(list(enabled_transitions.values()))

    def name_match_and_condition_match(self, state: str, event: str) -> Enabled | None:
        """The transition that `state` itself has for an event, its own completion first."""
        if event == f"done.state.{state}":
            arc = self.choice.completed(state, self.host)
            if arc is not None:
                return Enabled(arc, None)
        arc = self.choice.handled(state, event, self.host)
        return None if arc is None else Enabled(arc, Signalled(event))

    def remove_conflicting_transitions(self, enabled_transitions: list[Enabled]) -> list[Enabled]:
        if len(enabled_transitions) < 2:
            return enabled_transitions
        filtered_transitions: list[Enabled] = []
        for t1 in enabled_transitions:
            t1_preempted = False
            transitions_to_remove: list[Enabled] = []
            for t2 in filtered_transitions:
                if not self.compute_exit_set([t1]).isdisjoint(self.compute_exit_set([t2])):
                    if self.outline.is_descendant(t1.arc.source.id, t2.arc.source.id):
                        transitions_to_remove.append(t2)
                    else:
                        t1_preempted = True
                        break
            if not t1_preempted:
                filtered_transitions = [t for t in filtered_transitions if t not in transitions_to_remove]
                filtered_transitions.append(t1)
        return filtered_transitions

    # --- the microstep ----------------------------------------------------------------------------------------------

    def microstep(self, enabled_transitions: list[Enabled]) -> None:
        self.microsteps += 1
        if self.microsteps > self.limit:
            active = ", ".join(self.outline.leaves(self.configuration))
            raise ChartFault(f"more than {self.limit} microsteps, the last in: {active}")
        self.exit_states(enabled_transitions)
        self.execute_transition_content(enabled_transitions)
        self.enter_states(enabled_transitions)

    def exit_states(self, enabled_transitions: list[Enabled]) -> None:
        states_to_exit = self.outline.in_exit_order(self.compute_exit_set(enabled_transitions))
        for s in states_to_exit:
            for h in self.outline.histories[s]:
                self.history_value[h] = self.remember(h, s)
                self.host.remembered(self.outline.states[h], self.history_value[h])
        for s in states_to_exit:
            self.internal_queue.extend(self.host.exited(self.outline.states[s]))
            self.configuration.discard(s)
            self.moved()

    def remember(self, history: str, parent: str) -> list[str]:
        """What a history state keeps when its parent is left: the active atomic descendants, or children."""
        if self.outline.states[history].deep:
            return self.outline.in_entry_order(
                s0
                for s0 in self.configuration
                if self.outline.is_atomic_state(s0) and self.outline.is_descendant(s0, parent)
            )
        return [s0 for s0 in self.outline.children[parent] if s0 in self.configuration]

    def compute_exit_set(self, transitions: Iterable[Enabled]) -> set[str]:
        states_to_exit: set[str] = set()
        for t in transitions:
            if t.arc.transition.target:
                states_to_exit |= self.configuration & self.outline.descendants[self.get_transition_domain(t.arc)]
        return states_to_exit

    def execute_transition_content(self, enabled_transitions: list[Enabled]) -> None:
        for t in enabled_transitions:
            self.internal_queue.extend(self.host.taken(t.arc.source, t.arc.transition, t.occurrence))

    def enter_states(self, enabled_transitions: list[Enabled]) -> None:
        for s in self.states_in_entry_order(enabled_transitions):
            self.configuration.add(s)
            self.moved()
            self.internal_queue.extend(self.host.entered(self.outline.states[s]))
            if self.outline.is_final_state(s):
                self.enter_final_state(s)

    def states_in_entry_order(self, enabled_transitions: list[Enabled]) -> Sequence[str]:
        """What is entered, in order. Where nothing is remembered, one transition alone always enters the same."""
        if self.outline.remembers or len(enabled_transitions) > 1:
            return self.outline.in_entry_order(self.compute_entry_set(enabled_transitions))
        arc = enabled_transitions[0].arc
        known = self.choice.entered.get(arc)
        if known is None:
            known = tuple(self.outline.in_entry_order(self.compute_entry_set(enabled_transitions)))
            if not isinstance(enabled_transitions[0].occurrence, Begun | Sent):  # their arcs are made for the occasion
                self.choice.entered[arc] = known
        return known

    def enter_final_state(self, s: str) -> None:
        """End the run, or say that the parent is complete, and every parallel state that thereby is complete too."""
        parent = self.outline.states[s].parent
        if parent == ROOT:
            self.running = False
            self.host.finished(self.outline.states[s])
            return
        self.internal_queue.append(f"done.state.{parent}")
        for grandparent in self.outline.ancestors[parent]:
            if not (self.outline.is_parallel_state(grandparent) and self.is_in_final_state(grandparent)):
                return
            self.internal_queue.append(f"done.state.{grandparent}")

    def moved(self) -> None:
        """Tell the host where the ticket is."""
        self.host.moved(self.outline.in_entry_order(self.configuration))

    def compute_entry_set(self, transitions: Iterable[Enabled]) -> set[str]:
        states_to_enter: set[str] = set()
        for t in transitions:
            if not t.arc.transition.target and not isinstance(t.occurrence, Begun):
                continue
            targets = self.get_effective_target_states(self.targets(t.arc))
            for s in targets:
                self.add_descendant_states_to_enter(s, states_to_enter)
            ancestor = self.get_transition_domain(t.arc)
            for s in targets:
                self.add_ancestor_states_to_enter(s, ancestor, states_to_enter)
        return states_to_enter

    def targets(self, arc: Arc) -> tuple[str, ...]:
        """The arc's targets; only the transition that begins a ticket may leave them to the root's initial."""
        return arc.transition.target or self.initial(ROOT)

    def initial(self, state: str) -> tuple[str, ...]:
        """Where a compound state begins; all children of a parallel root."""
        if self.outline.is_parallel_state(state):
            return self.outline.children[state]
        return self.outline.states[state].initial

    def add_descendant_states_to_enter(self, state: str, states_to_enter: set[str]) -> None:
        if self.outline.is_history_state(state):
            parent = self.outline.states[state].parent
            remembered = self.history_value.get(state) or self.outline.states[state].initial
            for s in remembered:
                self.add_descendant_states_to_enter(s, states_to_enter)
            for s in remembered:
                self.add_ancestor_states_to_enter(s, parent, states_to_enter)
            return
        states_to_enter.add(state)
        if self.outline.is_compound_state(state):
            for s in self.initial(state):
                self.add_descendant_states_to_enter(s, states_to_enter)
            for s in self.initial(state):
                self.add_ancestor_states_to_enter(s, state, states_to_enter)
        elif self.outline.is_parallel_state(state):
            self.add_missing_regions(state, states_to_enter)

    def add_ancestor_states_to_enter(self, state: str, ancestor: str, states_to_enter: set[str]) -> None:
        for anc in self.outline.get_proper_ancestors(state, ancestor):
            states_to_enter.add(anc)
            if self.outline.is_parallel_state(anc):
                self.add_missing_regions(anc, states_to_enter)

    def add_missing_regions(self, parallel: str, states_to_enter: set[str]) -> None:
        """Every region of a parallel state is entered: by default where nothing inside it is entered anyway."""
        for child in self.outline.children[parallel]:
            if not any(self.outline.is_descendant(s, child) for s in states_to_enter):
                self.add_descendant_states_to_enter(child, states_to_enter)

    # --- what the rest is made of -----------------------------------------------------------------------------------

    def is_in_final_state(self, s: str) -> bool:
        if self.outline.is_compound_state(s):
            return any(
                self.outline.is_final_state(child) and child in self.configuration for child in self.outline.children[s]
            )
        if self.outline.is_parallel_state(s):
            return all(self.is_in_final_state(child) for child in self.outline.children[s])
        return False

    def get_transition_domain(self, t: Arc) -> str:
        """The state inside which everything that `t` leaves and enters lies."""
        if t.domain is not None:
            return t.domain
        tstates = self.get_effective_target_states(self.targets(t))
        return self.outline.get_transition_domain(t.source.id, t.transition.internal, tstates)

    def get_effective_target_states(self, targets: Iterable[str]) -> list[str]:
        """The targets, with history states replaced by what they remember, or else where they go by default."""
        effective: dict[str, None] = {}
        for s in targets:
            if self.outline.is_history_state(s):
                if self.history_value.get(s):
                    effective.update(dict.fromkeys(self.history_value[s]))
                else:
                    effective.update(dict.fromkeys(self.get_effective_target_states(self.outline.states[s].initial)))
            else:
                effective[s] = None
        return list(effective)
