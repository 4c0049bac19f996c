"""The transitions of a procedure as arrows with words: what every kind of diagram draws."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from sop_engine.acts import Join
from sop_engine.documents.diagram.way import Place
from sop_engine.documents.names import Names
from sop_engine.documents.plain_text import joined, one_line, phrase
from sop_engine.documents.time_text import every_text
from sop_engine.documents.transition_text import (
    effect_text,
    guard_text,
    people_and_rules,
    sign_text,
    timer_text,
)
from sop_engine.messages import Text
from sop_engine.procedure import ROOT, Effect, Offer, Procedure, Raise, Signal, Start, State, Timer, Transition
from sop_engine.worktime import duration_text

Kind = Literal["person", "timer", "always", "done", "event"]
CLOCK: Final = "◷"
"""stands before whatever a timer does"""

_WORDS: Final[dict[str, Text]] = {
    "then": {"zh": "{when}：{done}", "en": "{when}: {done}"},
    "always": {"zh": "自动", "en": "by itself"},
    "done": {"zh": "各项办完", "en": "all done"},
    "event": {"zh": "事件 {event}", "en": "event {event}"},
    "any_event": {"zh": "任何事件", "en": "any event"},
    "after": {"zh": "满 {duration}", "en": "after {duration}"},
    "history": {"zh": "“{state}”离开前的那一步", "en": "where “{state}” was left"},
    "nothing": {"zh": "不作处理", "en": "nothing"},
    "otherwise": {"zh": "否则", "en": "otherwise"},
    "on_entry": {"zh": "进入时{effect}", "en": "on entering: {effect}"},
    "on_exit": {"zh": "离开时{effect}", "en": "on leaving: {effect}"},
    "arrived": {"zh": "另一单到“{state}”", "en": "the other comes to “{state}”"},
    "calendar": {"zh": "{clock} {when}自动开单", "en": "{clock} opened {when}"},
}


@dataclass(frozen=True, slots=True)
class Arrow:
    """One alternative as a diagram shows it, with its words: from a state to states, or to none (nothing is left)."""

    kind: Kind
    place: Place
    targets: tuple[str, ...]
    title: str
    who: str = ""
    rules: tuple[str, ...] = ()
    """separation of duty and signatures, each in words"""
    guard: str = ""
    effects: tuple[str, ...] = ()
    """children that it starts, events that it raises or signals, each in words"""

    @property
    def source(self) -> str:
        return self.place[0]

    @property
    def group(self) -> tuple[str, str, str]:
        """What it shares with the other alternatives of its trigger, timer or event."""
        return self.place[:3]

    @property
    def bracketed_guard(self) -> str:
        return f"[{self.guard}]" if self.guard else ""

    @property
    def stays(self) -> bool:
        """Whether nothing else is entered: it has no target, or leads back to the state itself."""
        return set(self.targets) <= {self.source}

    @property
    def said(self) -> str:
        """Title, people, rules, guard and effects in one line."""
        people = " · ".join(part for part in (self.title, self.who, *self.rules) if part)
        return " ".join(part for part in (people, self.bracketed_guard, *self.effects) if part)


def opening(procedure: Procedure, names: Names) -> Iterator[Arrow]:
    """How a ticket begins: the alternatives of `open`, each with where it leads."""
    offer = procedure.open
    for arrow in _offered(ROOT, "open", offer, names):
        yield arrow if arrow.targets else _leading(arrow, procedure.states[0].initial)


def calendar(procedure: Procedure, names: Names) -> tuple[str, ...]:
    """When the calendar opens tickets, each occasion in words."""
    return tuple(
        phrase(_WORDS["calendar"], names.language, clock=CLOCK, when=every_text(each.every, names.language))
        for each in procedure.schedules
    )


def arrows(procedure: Procedure, names: Names) -> Iterator[Arrow]:
    """Every transition after the opening, in document order; then the ways of a ticket that goes with another."""
    for state in procedure.states:
        for offer in state.offers:
            yield from _offered(state.id, "offer", offer, names)
        for timer in state.timers:
            yield from _timed(state, timer, names)
        for handler in state.handlers:
            key = "any_event" if handler.event == "*" else "event"
            title = phrase(_WORDS[key], names.language, event=one_line(handler.event))
            yield from _alternatives(
                "event", (state.id, "handler", handler.event), handler.alternatives, names, title=title
            )
        for kind, transitions in (("always", state.always), ("done", state.done)):
            title = phrase(_WORDS[kind], names.language)
            yield from _alternatives(
                "always" if kind == "always" else "done", (state.id, kind, ""), transitions, names, title=title
            )
    if procedure.acts.join is not None:
        yield from _joining(procedure.acts.join, names)


def _joining(rules: Join, names: Names) -> Iterator[Arrow]:
    """Into the state where a ticket waits for another, and out of it; no transition leads there."""
    yield Arrow("person", (ROOT, "act", "join", 0), (rules.state,), names.trigger("join"))
    ways = [rules.then, rules.others] if rules.others else [rules.then]
    arrived = phrase(_WORDS["arrived"], names.language, state=names.state(rules.then))
    for rank, target in enumerate(ways):
        yield Arrow("event", (rules.state, "act", "then", rank), (target,), arrived)
    yield Arrow("person", (rules.state, "act", "part", 0), (rules.alone,), names.trigger("part"))


def leading_on(arrows: Iterable[Arrow]) -> Iterator[Arrow]:
    """What a brief picture shows: the arrows that lead to another state, each with its title and no more words."""
    return (replace(each, who="", rules=(), guard="", effects=()) for each in arrows if not each.stays)


def state_text(state: State, names: Names) -> str:
    """What a state is called; of a history what it leads back to."""
    if state.kind != "history":
        return names.state(state.id)
    box = names.title(names.procedure.title) if state.parent == ROOT else names.state(state.parent)
    return phrase(_WORDS["history"], names.language, state=box)


def doings(state: State, names: Names) -> Iterator[str]:
    """What entering and leaving a state starts or signals, each in words."""
    for key, effects in (("on_entry", state.entry), ("on_exit", state.exit)):
        for effect in _outward(effects, names):
            yield phrase(_WORDS[key], names.language, effect=effect)


def _offered(source: str, by: str, offer: Offer, names: Names) -> Iterator[Arrow]:
    who, rules = people_and_rules(offer.by, names)
    if offer.sign is not None:
        rules = (*rules, sign_text(offer.sign, names))
    yield from _alternatives(
        "person", (source, by, offer.trigger), offer.alternatives, names,
        title=names.offer(offer), who=who, rules=rules,
    )  # fmt: skip


def _timed(state: State, timer: Timer, names: Names) -> Iterator[Arrow]:
    if timer.after is not None:
        when = phrase(_WORDS["after"], names.language, duration=duration_text(timer.after, names.language))
    else:
        when = timer_text(timer, names)
    when = f"{CLOCK} {when}"
    for arrow, each in zip(
        _alternatives("timer", (state.id, "timer", timer.id), timer.alternatives, names, title=when),
        timer.alternatives,
        strict=True,
    ):
        yield arrow if each.target else _acting(arrow, each, names)


def _acting(arrow: Arrow, alternative: Transition, names: Names) -> Arrow:
    """A timer that moves nothing, with what it does instead."""
    done = joined([effect_text(each, names) for each in alternative.effects], names.language)
    done = done or phrase(_WORDS["nothing"], names.language)
    title = phrase(_WORDS["then"], names.language, when=arrow.title, done=done)
    return Arrow(arrow.kind, arrow.place, (), title, guard=arrow.guard)


def _alternatives(
    kind: Kind,
    group: tuple[str, str, str],
    alternatives: Sequence[Transition],
    names: Names,
    *,
    title: str,
    who: str = "",
    rules: tuple[str, ...] = (),
) -> Iterator[Arrow]:
    for rank, each in enumerate(alternatives):
        guard = guard_text(each.when, names)
        if rank and not guard:
            guard = phrase(_WORDS["otherwise"], names.language)
        yield Arrow(kind, (*group, rank), each.target, title, who, rules, guard, _outward(each.effects, names))


def _outward(effects: Sequence[Effect], names: Names) -> tuple[str, ...]:
    """What reaches beyond the ticket's own state: children, signals, events."""
    said = []
    for each in effects:
        if isinstance(each, Start):
            said.append(f"+ {effect_text(each, names)}")
        elif isinstance(each, Signal | Raise):
            said.append(f"» {effect_text(each, names)}")
    return tuple(said)


def _leading(arrow: Arrow, targets: tuple[str, ...]) -> Arrow:
    return Arrow(arrow.kind, arrow.place, targets, arrow.title, arrow.who, arrow.rules, arrow.guard, arrow.effects)
