"""The titles of a procedure's parts in one language, each made harmless; an id where there is no title."""

from collections.abc import Iterator, Mapping
from typing import Final

from sop_engine.acts import ENDS
from sop_engine.documents.plain_text import one_line
from sop_engine.messages import Text, title_of
from sop_engine.procedure import Field, Offer, Procedure

_NONE: Final[Mapping[str, Procedure]] = {}
_OPEN: Final[Text] = {"zh": "登记", "en": "Register"}
_ACTS: Final[Mapping[str, Text]] = {
    "reopen": {"zh": "重开", "en": "Reopen"},
    "join": {"zh": "并入同一起因", "en": "Join another ticket"},
    "part": {"zh": "拆开单办", "en": "Part from the other"},
    "joined": {"zh": "有单并入", "en": "Another ticket joins"},
}
"""acts of staff that conditions and promises may name as they name triggers"""
"""no trigger of a procedure, but a promise may begin by it"""


def offers(procedure: Procedure) -> Iterator[Offer]:
    """Every offer in document order, the opening first."""
    yield procedure.open
    for state in procedure.states:
        yield from state.offers


STATUS: Final[Mapping[str, Text]] = {
    "open": {"zh": "办理中", "en": "open"},
    "suspended": {"zh": "已挂起", "en": "suspended"},
    "closed": {"zh": "已办结", "en": "closed"},
}
"""what may become of any ticket"""


class Names:
    """Looks titles up by id. Unknown ids come back as they are, so that a text can be made of any procedure; `others`
    are the procedures that it may start, by id, where they are known."""

    def __init__(self, procedure: Procedure, language: str, others: Mapping[str, Procedure] = _NONE) -> None:
        self.procedure = procedure
        self._others = others
        self.language = language
        self.fields: Mapping[str, Field] = {each.id: each for each in procedure.fields}
        self._states = {each.id: self.title(each.title, each.id) for each in procedure.states}
        self._roles = {each.id: self.title(each.title, each.id) for each in procedure.roles}
        self._skills = {each.id: self.title(each.title, each.id) for each in procedure.skills}
        self._teams = {each.id: self.title(each.title, each.id) for each in procedure.teams}
        self._outcomes = {id: self.title(title, id) for id, title in ENDS.items()}
        self._outcomes |= {each.id: self.title(each.title, each.id) for each in procedure.outcomes}
        self._notices = {each.id: self.title(each.title, each.id) for each in procedure.notices}
        self._forms = {each.id: self.title(each.title, each.id) for each in procedure.forms}
        self._triggers: dict[str, str] = {name: self.title(title) for name, title in _ACTS.items()}
        for offer in offers(procedure):
            self._triggers.setdefault(offer.trigger, self.offer(offer))

    def title(self, text: Text, otherwise: str = "") -> str:
        return one_line(title_of(text, self.language, otherwise)) or one_line(otherwise)

    def offer(self, offer: Offer) -> str:
        """An offer's title; the opening has one even where the owner wrote none."""
        untitled = offer.trigger == "open" and set(offer.title.values()) <= {"open"}
        return self.title(_OPEN if untitled else offer.title, offer.trigger)

    def state(self, id: str) -> str:
        return self._states.get(id, one_line(id))

    def role(self, id: str) -> str:
        return self._roles.get(id, one_line(id))

    def skill(self, id: str) -> str:
        """What is asked for: a skill by its title, or the field whose value names it."""
        return f"“{self._skills.get(id) or self.field(id)}”"

    def team(self, id: str) -> str:
        """What is named: a team by its title, or the field whose value names one."""
        return f"“{self._teams.get(id) or self.field(id)}”"

    def trigger(self, id: str) -> str:
        return self._triggers.get(id, one_line(id))

    def outcome(self, id: str) -> str:
        return self._outcomes.get(id, one_line(id))

    def notice(self, id: str) -> str:
        return self._notices.get(id, one_line(id))

    def form(self, id: str) -> str:
        return self._forms.get(id, one_line(id))

    def field(self, id: str) -> str:
        field = self.fields.get(id)
        return self.title(field.title, id) if field else one_line(id)

    def other(self, id: str) -> "Names | None":
        """The names of another procedure; None where it is not known."""
        found = self.procedure if id == self.procedure.id else self._others.get(id)
        return None if found is None else Names(found, self.language, self._others)

    def procedure_title(self, id: str) -> str:
        other = self.other(id)
        return one_line(id) if other is None else self.title(other.procedure.title, id)

    def status(self, id: str) -> str:
        return self.title(STATUS.get(id, {}), id)

    def choice(self, field: Field | None, id: str) -> str:
        """The title of one of a field's choices; the id for a value that is none of them."""
        for each in field.choices if field else ():
            if each.id == id:
                return self.title(each.title, id)
        return one_line(id)
