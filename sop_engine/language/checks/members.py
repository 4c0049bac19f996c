"""The procedures of a site, as the checks see them that look at all of them together."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from sop_engine.diagnostics import Diagnostic, Span
from sop_engine.procedure import Effect, Procedure, Start, Transition
from sop_engine.worktime import Calendar

People = Mapping[str, frozenset[str]]
"""who is active on the site -> the roles that he holds, for whatever part of it"""
Calendars = Mapping[str, Calendar]
"""the calendars of the site by their names"""


@dataclass(frozen=True, slots=True)
class Member:
    """One procedure of a site. Of one without `places` (it is published, and its file is not looked at) nothing is
    told; the others count on it."""

    procedure: Procedure
    file: str = ""
    places: Mapping[str, list[int]] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    """element path -> the file in which it stands, where that is another one"""

    def span(self, at: str) -> Span:
        """The first character of an element's place."""
        line, column, *_end = self.places[at]
        return Span(self.files.get(at, self.file), line, column, line, column + 1)


@dataclass(frozen=True, slots=True)
class Site:
    """All procedures of a site by their ids, and its people and calendars where they are known."""

    members: Mapping[str, Member]
    people: People = field(default_factory=dict)
    calendars: Calendars | None = None

    def starts(self) -> dict[str, set[str]]:
        """Procedure -> those that start tickets of it."""
        found: dict[str, set[str]] = {}
        for name, member in self.members.items():
            for _at, effect in effects_of(member.procedure):
                if isinstance(effect, Start):
                    found.setdefault(effect.procedure, set()).add(name)
        return found


SiteCheck = Callable[[Site], Iterator[Diagnostic]]


def ways_of(procedure: Procedure) -> Iterator[tuple[str, Transition]]:
    """Every transition of a procedure with its path."""
    groups: list[tuple[str, tuple[Transition, ...]]] = [("open", procedure.open.alternatives)]
    for state in procedure.states:
        at = f"states.{state.id}"
        groups += [(f"{at}.offers.{each.trigger}", each.alternatives) for each in state.offers]
        groups += [(f"{at}.handlers.{each.event}", each.alternatives) for each in state.handlers]
        groups += [(f"{at}.timers.{each.id}", each.alternatives) for each in state.timers]
        groups += [(f"{at}.always", state.always), (f"{at}.done", state.done)]
    for at, ways in groups:
        yield from ((f"{at}.{index}", way) for index, way in enumerate(ways))


def effects_of(procedure: Procedure) -> Iterator[tuple[str, Effect]]:
    """Every effect of a procedure with the path of the element that bears it."""
    for state in procedure.states:
        yield from ((f"states.{state.id}", effect) for effect in (*state.entry, *state.exit))
    for at, way in ways_of(procedure):
        yield from ((at, effect) for effect in way.effects)
