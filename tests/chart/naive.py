"""A second interpreter, for comparison: slow, and written from the definitions of SCXML 3.13, not its pseudo-code.

Of the chart only the tree is kept. A configuration is a frozenset of ids; which transitions are enabled, what is
left and what is entered is worked out from it by saying what the sets are, not by walking the tree.

    exit set      of a transition with a target: the active proper descendants of its domain
    domain        the source where the transition is internal, the source compound and all targets inside; else the
                  innermost compound proper ancestor of source and targets (the root for the root's own)
    entry set     the smallest set that holds the targets and, below the domain, the parent of each member, a chosen or
                  initial child of each compound member, and every child of each parallel member
"""

from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any

from sop_engine.chart import Asked, Begun, Configuration, Fired, Host, Looked, Occurrence, Sent, Signalled
from sop_engine.procedure import Offer, Procedure, State, Timer, Transition

Chosen = tuple[State, Transition, Occurrence | None]


class Endless(Exception):
    """More microsteps than allowed."""


class Naive:
    def __init__(self, procedure: Procedure, limit: int) -> None:
        self.all = {state.id: state for state in procedure.states}
        self.ids = [state.id for state in procedure.states]
        self.limit = limit
        self.uplines: dict[str, list[str]] = {"ticket": []}
        for each in procedure.states[1:]:
            self.uplines[each.id] = [each.parent, *self.uplines[each.parent]]
        self.downs = {state: {other for other in self.ids if state in self.uplines[other]} for state in self.ids}

    # --- the tree ---

    def above(self, state: str) -> list[str]:
        return self.uplines[state]

    def below(self, state: str) -> set[str]:
        return self.downs[state]

    def sort(self, states: Any) -> list[str]:
        wanted = set(states)
        return [state for state in self.ids if state in wanted]

    def is_leaf(self, state: str) -> bool:
        return self.all[state].kind in ("atomic", "final")

    def real_children(self, state: str) -> list[str]:
        return [child for child in self.all[state].children if self.all[child].kind != "history"]

    # --- a whole run ---

    def run(self, before: Configuration, occurrence: Occurrence, host: Host) -> Configuration | None:
        active, memory = frozenset(before.active), dict(before.history)
        if any(self.all[state].kind == "final" and self.all[state].parent == "ticket" for state in active):
            return None
        chosen = self.chosen_for(occurrence, active, memory, host)
        if not chosen:
            return None
        queue: list[str] = []
        for _ in range(self.limit):
            if chosen:
                active, memory, raised, ended = self.microstep(chosen, active, memory, host)
                queue += raised
                if ended:
                    return Configuration(self.sort(active), memory)
            chosen = self.enabled_in_all(self.eventless(host), active, memory)
            while not chosen and queue:
                chosen = self.enabled_in_all(self.named(queue.pop(0), host), active, memory)
            if not chosen:
                return Configuration(self.sort(active), memory)
        raise Endless

    def chosen_for(self, occurrence: Occurrence, active: Any, memory: Any, host: Host) -> list[Chosen]:
        if isinstance(occurrence, Begun):
            return [(self.all["ticket"], occurrence.transition, occurrence)]
        if isinstance(occurrence, Signalled):
            return self.enabled_in_all(self.named(occurrence.event, host), active, memory)
        if isinstance(occurrence, Looked):
            return self.enabled_in_all(self.eventless(host), active, memory)
        if isinstance(occurrence, Sent):
            return [(self.all[source], Transition(target=target), occurrence) for source, target in occurrence.arcs]
        state = self.all[occurrence.source]
        if state.id not in active | {"ticket"}:
            return []
        groups: list[Offer | Timer] = [
            *[each for each in state.offers if isinstance(occurrence, Asked) and each.trigger == occurrence.trigger],
            *[each for each in state.timers if isinstance(occurrence, Fired) and each.id == occurrence.timer],
        ]
        holding = [t for group in groups for t in group.alternatives if t.when is None or host.holds(t.when)]
        return [(state, t, occurrence) for t in holding[:1]]

    # --- which transitions ---

    def eventless(self, host: Host) -> Callable[[State], Iterator[Chosen]]:
        def candidates(state: State) -> Iterator[Chosen]:
            return ((state, t, None) for t in state.always if t.when is None or host.holds(t.when))

        return candidates

    def named(self, event: str, host: Host) -> Callable[[State], Iterator[Chosen]]:
        words = event.split(".")

        def matches(descriptor: str) -> bool:
            wanted = [word for word in descriptor.split(".") if word not in ("*", "")]
            return words[: len(wanted)] == wanted

        def candidates(state: State) -> Iterator[Chosen]:
            completion = state.done if event == "done.state." + state.id else ()
            listed: list[tuple[Transition, Occurrence | None]] = [(t, None) for t in completion]
            for handler in state.handlers:
                if any(map(matches, handler.event.split())):
                    listed += [(t, Signalled(event)) for t in handler.alternatives]
            return ((state, t, why) for t, why in listed if t.when is None or host.holds(t.when))

        return candidates

    def enabled_in_all(self, candidates: Callable[[State], Iterator[Chosen]], active: Any, memory: Any) -> list[Chosen]:
        """The optimally enabled transitions of all active leaves, without those that others pre-empt."""
        kept: list[Chosen] = []
        for leaf in self.sort(state for state in active if self.is_leaf(state)):
            outward = chain.from_iterable(candidates(self.all[state]) for state in [leaf, *self.above(leaf)])
            best = next(outward, None)
            if best is None or any(best[0] is other[0] and best[1] is other[1] for other in kept):
                continue
            mine = self.exit_set(best, active, memory)
            rivals = [other for other in kept if mine & self.exit_set(other, active, memory)]
            if all(other[0].id in self.above(best[0].id) for other in rivals):
                kept = [other for other in kept if other not in rivals] + [best]
        return kept

    # --- what they leave and enter ---

    def resolved(self, targets: Any, memory: Any) -> list[str]:
        """Targets, each history state replaced by what it remembers or where it goes by default."""
        out: list[str] = []
        for target in targets:
            state = self.all[target]
            if state.kind == "history":
                out += memory.get(target) or self.resolved(state.initial, memory)
            else:
                out.append(target)
        return out

    def targets(self, chosen: Chosen, memory: Any) -> list[str]:
        root = self.all["ticket"]
        begins = isinstance(chosen[2], Begun) and not chosen[1].target
        if begins:
            return self.resolved(self.real_children("ticket") if root.kind == "parallel" else root.initial, memory)
        return self.resolved(chosen[1].target, memory)

    def domain(self, chosen: Chosen, memory: Any) -> str:
        source, transition, _ = chosen
        targets = self.targets(chosen, memory)
        inside = set(targets) <= self.below(source.id)
        if transition.internal and source.kind == "compound" and inside:
            return source.id
        holders = [
            state
            for state in self.ids
            if (state == "ticket" or self.all[state].kind == "compound") and {source.id, *targets} <= self.below(state)
        ]
        return max(holders, key=lambda state: len(self.above(state)), default="ticket")

    def exit_set(self, chosen: Chosen, active: Any, memory: Any) -> set[str]:
        return set(active) & self.below(self.domain(chosen, memory)) if self.targets(chosen, memory) else set()

    def entry_set(self, chosen: Chosen, memory: Any) -> set[str]:
        inside = self.below(self.domain(chosen, memory))
        entered = set(self.targets(chosen, memory))
        while True:
            more = {self.all[state].parent for state in entered} & inside
            for state in entered:
                if self.all[state].kind == "parallel":
                    more |= set(self.real_children(state))
                if self.all[state].kind == "compound" and not (entered & self.below(state)):
                    more |= set(self.resolved(self.all[state].initial, memory))
            if more <= entered:
                return entered
            # Parents first: a region that a later round would fill by default may be filled by a target meanwhile.
            entered |= ({self.all[state].parent for state in entered} & inside) - entered or more

    def microstep(self, chosen: list[Chosen], active: Any, memory: Any, host: Host) -> Any:
        left = set().union(*(self.exit_set(each, active, memory) for each in chosen))
        raised: list[str] = []
        memory = dict(memory)
        for state in reversed(self.sort(left)):
            for name in self.all[state].children:
                if self.all[name].kind == "history":
                    memory[name] = self.sort(self.worth_remembering(self.all[name], active))
                    host.remembered(self.all[name], memory[name])
        now = set(active)
        for state in reversed(self.sort(left)):
            raised += host.exited(self.all[state])
            now.remove(state)
            host.moved(self.sort(now))
        for each in chosen:
            raised += host.taken(*each)
        ended = False
        entering = [self.entry_set(each, memory) for each in chosen if self.targets(each, memory)]
        for state in self.sort(set().union(*entering)):
            now.add(state)
            host.moved(self.sort(now))
            raised += host.entered(self.all[state])
            if self.all[state].kind == "final":
                if self.all[state].parent == "ticket":
                    host.finished(self.all[state])
                    ended = True
                else:
                    raised += self.completions(state, now)
        return frozenset(now), memory, raised, ended

    def worth_remembering(self, history: State, active: Any) -> set[str]:
        if history.deep:
            return {state for state in self.below(history.parent) & set(active) if self.is_leaf(state)}
        return {state for state in active if self.all[state].parent == history.parent}

    def completions(self, final: str, now: set[str]) -> list[str]:
        parent, *further = self.above(final)
        events = ["done.state." + parent]
        for state in further:
            if self.all[state].kind != "parallel" or not self.complete(state, now):
                break
            events.append("done.state." + state)
        return events

    def complete(self, state: str, now: set[str]) -> bool:
        children = self.real_children(state)
        if self.all[state].kind == "parallel":
            return all(self.complete(child, now) for child in children)
        return any(self.all[child].kind == "final" and child in now for child in children)
