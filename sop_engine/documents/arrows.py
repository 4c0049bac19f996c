"""The transitions of a procedure as arrows with words: what every kind of diagram draws."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from sop_engine.documents.names import Names
from sop_engine.documents.plain_text import joined, one_line, phrase
from sop_engine.documents.transition_text import effect_text, guard_text, sign_text, timer_text, who_text
from sop_engine.messages import Text
from sop_engine.procedure import Procedure, State, Timer, Transition

Kind = Literal["person", "timer", "itself", "event"]

_WORDS: Final[dict[str, Text]] = {
    "then": {"zh": "{when}：{done}", "en": "{when}: {done}"},
    "done": {"zh": "各项办完", "en": "all done"},
    "itself": {"zh": "自动", "en": "by itself"},
    "event": {"zh": "事件 {event}", "en": "event {event}"},
    "any_event": {"zh": "任何事件", "en": "any event"},
}


@dataclass(frozen=True, slots=True)
class Arrow:
    """One alternative as a diagram shows it, with its words: from a state to a state, or to none (nothing is left)."""

    kind: Kind
    source: str
    target: str | None
    title: str
    who: str = ""
    guard: str = ""

    @property
    def bracketed_guard(self) -> str:
        return f"[{self.guard}]" if self.guard else ""

    @property
    def stays(self) -> bool:
        """Whether nothing else is entered: it has no target, or leads back to the state itself."""
        return self.target is None or self.target == self.source


def arrows(procedure: Procedure, names: Names) -> Iterator[Arrow]:
    """Every transition in document order; one with several targets gives one arrow for each."""
    for state in procedure.states:
        for offer in state.offers:
            who = who_text(offer.by, names)
            if offer.sign is not None:
                who = f"{who} · {sign_text(offer.sign, names)}" if who else sign_text(offer.sign, names)
            title = names.offer(offer)
            yield from _alternatives("person", state, offer.alternatives, title, names, who)
        for timer in state.timers:
            for each in timer.alternatives:
                yield from _alternatives("timer", state, (each,), _timer_title(timer, each, names), names)
        for handler in state.handlers:
            key = "any_event" if handler.event == "*" else "event"
            event = phrase(_WORDS[key], names.language, event=one_line(handler.event))
            yield from _alternatives("event", state, handler.alternatives, event, names)
        itself, done = (phrase(_WORDS[key], names.language) for key in ("itself", "done"))
        yield from _alternatives("itself", state, state.always, itself, names)
        yield from _alternatives("itself", state, state.done, done, names)


def _alternatives(
    kind: Kind, state: State, alternatives: Sequence[Transition], title: str, names: Names, who: str = ""
) -> Iterator[Arrow]:
    for each in alternatives:
        guard = guard_text(each.when, names)
        for target in each.target or (None,):
            yield Arrow(kind, state.id, target, title, who, guard)


def _timer_title(timer: Timer, alternative: Transition, names: Names) -> str:
    """When a timer fires; where it moves nothing, also what it does."""
    done = (
        "" if alternative.target else joined([effect_text(each, names) for each in alternative.effects], names.language)
    )
    when = timer_text(timer, names)
    return phrase(_WORDS["then"], names.language, when=when, done=done) if done else when
