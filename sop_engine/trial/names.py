"""What the words of a scenario name: triggers, states, timers, fields and papers, by id or by title."""

import difflib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from sop_engine import canonical, values
from sop_engine.language.near import near
from sop_engine.messages import Message, Text, msg
from sop_engine.procedure import Field, Procedure
from sop_engine.ticket.levels import PREFIX
from sop_engine.values import title_key

PICTURE: Final = {"photo": "image/jpeg", "file": "application/octet-stream"}

SHORT: Final = 4
"""characters"""


class NotNamed(ValueError):
    """A word of a scenario names nothing; `message` says what it looked for, and what comes near."""

    def __init__(self, message: Message) -> None:
        super().__init__(message)
        self.message = message


class NotAValue(NotNamed):
    """A field cannot hold what stands there."""


def find(word: str, known: Mapping[str, Text], what: Message) -> str:
    """The id that `word` names among `known` (id -> titles). Raises `NotNamed` for none, or for several."""
    if word in known:
        return word
    key = title_key(word)
    found = [name for name, titles in known.items() if key in map(title_key, titles.values())]
    if len(found) == 1:
        return found[0]
    if found:
        raise NotNamed(msg("{what} `{word}` could be any of {ids}", what=what, word=word, ids=tuple(found)))
    titled = [title for titles in known.values() for title in titles.values()]
    guesses = close(word, [*known, *titled])
    if guesses:
        raise NotNamed(msg("there is no {what} `{word}`; did you mean {near}?", what=what, word=word, near=guesses))
    raise NotNamed(msg("there is no {what} `{word}`", what=what, word=word))


def close(word: str, known: Iterable[str]) -> tuple[str, ...]:
    """What a word may have been meant for. A Chinese word is so short that one wrong character is half of it."""
    names = list(known)
    found = near(word, names)
    if found or word.isascii() or len(word) > SHORT:
        return found
    return tuple(difflib.get_close_matches(word, names, 3, 0.5))


def trigger(procedure: Procedure, word: str, active: Sequence[str]) -> str:
    """A trigger's id; `state.trigger` keeps its state. A title that several triggers bear means the one offered now."""
    source, dot, name = word.rpartition(".")
    if dot and any(state.id == source for state in procedure.states):
        return f"{source}.{trigger(procedure, name, active)}"
    offered = {offer.trigger: offer.title for state in procedure.states if state.id in active for offer in state.offers}
    try:
        return find(word, offered, msg("trigger"))
    except NotNamed:
        every = {offer.trigger: offer.title for state in procedure.states for offer in state.offers}
        return find(word, every, msg("trigger"))


def deed(procedure: Procedure, word: str) -> str:
    """The id of a trigger that somebody may have done, opening the ticket among them."""
    offers = [procedure.open, *(offer for state in procedure.states for offer in state.offers)]
    return find(word, {offer.trigger: offer.title for offer in offers}, msg("trigger"))


def state(procedure: Procedure, word: str) -> str:
    """A state's id."""
    return find(word, {each.id: each.title for each in procedure.states if each.kind != "history"}, msg("state"))


def field(procedure: Procedure, word: str) -> Field:
    """A field of the procedure."""
    name = find(word, {each.id: each.title for each in procedure.fields}, msg("field"))
    found = procedure.field(name)
    assert found is not None
    return found


def timers(procedure: Procedure, word: str) -> set[str]:
    """The keys (`state/timer`, `goal/promise`) of the timers that a word names: by id, title or key; of several states,
    all."""
    key = title_key(word)
    found = set()
    known: dict[str, Text] = {}
    for state in procedure.states:
        for timer in state.timers:
            known[timer.id] = timer.title
            if word in (timer.id, f"{state.id}/{timer.id}") or key in map(title_key, timer.title.values()):
                found.add(f"{state.id}/{timer.id}")
    for each in procedure.goals:
        known[each.id] = each.title
        if word in (each.id, PREFIX + each.id) or key in map(title_key, each.title.values()):
            found.add(PREFIX + each.id)
    if not found:
        find(word, known, msg("timer"))
    return found


def goal(procedure: Procedure, word: str) -> str:
    """A promise's id."""
    return find(word, {each.id: each.title for each in procedure.goals}, msg("promise"))


def notice(procedure: Procedure, word: str) -> str:
    """A notice's id; `standard` is the built-in one."""
    if word == "standard":
        return ""
    return find(word, {each.id: each.title for each in procedure.notices}, msg("notice"))


def form(procedure: Procedure, word: str) -> str:
    """A form's id."""
    return find(word, {each.id: each.title for each in procedure.forms}, msg("form"))


def value(field: Field, given: Any, context: values.Context) -> Any:
    """A value of a scenario in the record's form. A photo or file is named by any text: what it shows is made up.
    Raises `NotAValue` with what is wrong."""
    if given is None:
        return None
    if field.type in PICTURE:
        items = [_file(field, each) for each in (given if isinstance(given, list) else [given])]
        return items if field.many else items[0]
    try:
        return values.normalise(field, _as_typed(given), context)
    except values.ValueProblem as problem:
        raise NotAValue(msg("{field}: {problem}", field=field.title or field.id, problem=problem.message)) from None


def _as_typed(given: Any) -> Any:
    """A scalar as somebody would type it: YAML reads a bare 3 as a number and a bare true as a truth."""
    if isinstance(given, bool):
        return "yes" if given else "no"
    return str(given) if isinstance(given, int) else given


def _file(field: Field, name: Any) -> dict[str, Any]:
    return made_up_file(str(name), PICTURE[field.type])


def made_up_file(name: str, media: str = "application/octet-stream") -> dict[str, Any]:
    """What the record says of a file that is there by name only."""
    data = name.encode()
    return {"sha256": canonical.digest(data), "name": name, "size": len(data), "type": media}
