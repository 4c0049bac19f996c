"""How a story calls things: people, states, triggers, timers, roles, values, times, in the reader's language; what he
may not see is masked, and what was erased says so."""

from collections.abc import Mapping, Sequence
from datetime import tzinfo
from typing import Any, Final

from sop_engine import canonical, values
from sop_engine.console.masking import masked_text
from sop_engine.console.names import rows_with_names, shown_person, titled
from sop_engine.console.stories.acts import NOTICES, RESUMES, SHIFT_ENDS
from sop_engine.console.stories.hands import HAND_NOTICES, RETURNS
from sop_engine.console.views.promises import goal_title
from sop_engine.engine.people.personal import field_seen, text_seen
from sop_engine.lean import dataclass, field
from sop_engine.messages import Message, msg, say
from sop_engine.ticket.former import CHANGES_HANDS
from sop_engine.ticket.levels import PREFIX
from sop_engine.ticket.possible import outcome_title
from sop_engine.ticket.program import Program
from sop_engine.ticket.records import DELEGATION, RESUME, SHIFT_END, Erased, Sealed

_REASONS: Final[Mapping[str, Message]] = {
    "assignee": msg("the assignee"), "owner": msg("the owner"), "opener": msg("who opened it"),
    "anyone": msg("anyone on the site"), "right": msg("the right `assign`"), "suspender": msg("who suspended it"),
    "delegate": msg("whom its holder has lent it to"), "signer": msg("an added signer"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Teller:
    """In which language, on which clock, by which names and in which currency a story is told."""

    language: str
    zone: tzinfo
    names: Mapping[str, str]
    currency: str
    hidden: frozenset[str | None] = frozenset()
    """the classes of personal data that the reader sees masked; `NUMBERS`: those in free texts"""
    firms: Mapping[str, str] = field(default_factory=dict)
    """the firms from outside by their titles"""


class Words:
    """The words of one step."""

    def __init__(self, beside: Mapping[str, Sealed], program: Program, teller: Teller) -> None:
        self.beside = beside
        self.program = program
        self.teller = teller

    def _is_leaf(self, state: str) -> bool:
        known = self.program.states.get(state)
        return known is not None and known.kind in {"atomic", "final"}

    def _states(self, states: Sequence[str]) -> tuple[str, ...]:
        return tuple(titled(each, self.program.states[each].title, self.teller.language) for each in states)

    def _standing(self, active: Sequence[str]) -> tuple[str, ...]:
        """The leaves of a configuration, by title."""
        return self._states([state for state in active if self._is_leaf(state)])

    def _person(self, actor: str) -> str:
        if actor.startswith("field:"):
            return say(self._field_title(actor.removeprefix("field:")), self.teller.language)
        return shown_person(actor, self.teller.names)

    def _trigger(self, wanted: str) -> str:
        name = wanted.rpartition(".")[2]
        for state in self.program.procedure.states:
            for offer in state.offers:
                if offer.trigger == name:
                    return titled(wanted, offer.title, self.teller.language)
        return wanted

    def _timer(self, key: str) -> str:
        if key.startswith(PREFIX):
            return goal_title(self.program, key.removeprefix(PREFIX), self.teller.language)
        if key == RESUME or key.startswith(DELEGATION):
            return say(RESUMES if key == RESUME else RETURNS, self.teller.language)
        if key.startswith(SHIFT_END):
            return say(SHIFT_ENDS, self.teller.language)
        if key.startswith(CHANGES_HANDS):
            return say(msg("a unit changes hands"), self.teller.language)
        known = self.program.timers.get(key)
        return titled(key, known[1].title if known is not None else {}, self.teller.language)

    def _reason(self, reason: str) -> Any:
        kind, _, name = reason.partition(":")
        if kind == "role":
            return self._role(name)
        if kind == "field":
            return self._field_title(name)
        return _REASONS.get(kind, reason)

    def _role(self, name: str) -> str:
        role = self.program.roles.get(name)
        return titled(name, role.title if role is not None else {}, self.teller.language)

    def _field_title(self, id: str) -> Any:
        field = self.program.fields.get(id)
        return field.title or id if field is not None else id

    def _written(self, event: Mapping[str, Any]) -> Any:
        value = self._opened(event) if "commitment" in event else event["value"]
        if isinstance(value, Erased):
            return msg("(erased)")
        field = self.program.fields.get(event["field"])
        if field is None:
            return canonical.to_bytes(value).decode()[:200]
        if field.personal in self.teller.hidden:
            return masked_text(field, value)
        value = field_seen(self.teller.hidden, field, value)
        if field.type == "staff":
            return tuple(self._person(each) for each in (value if isinstance(value, list) else [value]))
        teller = self.teller
        if field.type == "rows":
            value = rows_with_names(field, value, teller.names)
        if field.type == "firm":
            return teller.firms.get(value, value)
        return values.show(field, value, teller.language, teller.zone, currency=teller.currency).replace("\n", " ")

    def _text(self, sealed: Any) -> Any:
        value = self._opened(sealed) if isinstance(sealed, Mapping) else sealed
        if isinstance(value, Erased):
            return msg("(erased)")
        return text_seen(self.teller.hidden, str(value).replace("\n", " "))

    def _opened(self, sealed: Mapping[str, Any]) -> Any:
        """What lies beside the step for a commitment."""
        kept = self.beside.get(sealed["slot"])
        return Erased(sealed["commitment"]) if kept is None or kept.salt is None else kept.value

    def _told(self, event: Mapping[str, Any]) -> Any:
        if "act" in event:
            return {**NOTICES, **HAND_NOTICES}[event["act"]]
        if "goal" in event and not event["notice"]:
            return msg("which promise, and by when")
        return self._notice(event["notice"])

    def _notice(self, id: str) -> Any:
        if not id:
            return msg("number, subject and state")
        notice = next((each for each in self.program.procedure.notices if each.id == id), None)
        return titled(id, notice.title if notice is not None else {}, self.teller.language)

    def _form(self, id: str) -> str:
        form = next((each for each in self.program.procedure.forms if each.id == id), None)
        return titled(id, form.title if form is not None else {}, self.teller.language)

    def _outcome(self, outcome: str) -> str:
        title = outcome_title(self.program, outcome)
        return titled(outcome, title if isinstance(title, Mapping) else {}, self.teller.language)

    def _instant(self, text: str) -> str:
        return values.show_instant(canonical.instant_of(text), self.teller.language, self.teller.zone)
