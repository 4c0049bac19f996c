"""Fragments: what many procedures have in common, written once in a file of its own.

`load` reads one file, alone. What a fragment declares (`Declared`) goes to the top of the procedure that uses it; all
else goes to the place where `use` stands. `expansion.expand` puts it there.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Final, Protocol

from sop_engine.diagnostics import Span
from sop_engine.language.blanks import Blank, fits, named
from sop_engine.language.facts import Fact
from sop_engine.language.grammar.fragment_schema import Declared, Fragment, Head
from sop_engine.language.near import near
from sop_engine.language.records.building import written
from sop_engine.language.source import punctuation, reading
from sop_engine.language.source.tree import Cursor, Scalar
from sop_engine.language.source.tree import Mapping as Map
from sop_engine.language.source.validating import validate_as, words

FOLDER: Final = "fragments"
SUFFIX: Final = ".fragment.yaml"
HEAD: Final = frozenset(words(Head))
DECLARED: Final = tuple(words(Declared))


class FragmentSource(Protocol):
    """Where a procedure's fragments are."""

    def read(self, name: str) -> bytes | None:
        """The text of the fragment of this name, such as `revisit`; None where there is none."""

    def names(self) -> tuple[str, ...]:
        """The names of all that there are."""


@dataclass(frozen=True, slots=True)
class Template:
    """A fragment that can be put somewhere: its rest is what goes there, with its blanks still open."""

    name: str
    file: str
    blanks: Mapping[str, Blank]
    rest: Map


@dataclass(slots=True)
class Loaded:
    """What came of a fragment's file. `template` is None where it has faults. `spoilt` are the parts that are torn,
    `read` the facts of reading it, `facts` all."""

    template: Template | None = None
    facts: list[Fact] = field(default_factory=list)
    read: list[Fact] = field(default_factory=list)
    spoilt: list[Span] = field(default_factory=list)


def file_of(name: str, beside: str) -> str:
    """What faults call a fragment's file: in the folder `fragments` beside the procedure's file."""
    return str(PurePosixPath(beside.replace("\\", "/")).parent / FOLDER / f"{name}{SUFFIX}")


def load(name: str, file: str, text: bytes) -> Loaded:
    """Read a fragment's text. Never raises for what it holds."""
    found = reading.read(text, file)
    loaded = Loaded(None, list(found.facts), list(found.facts), list(found.spoilt))
    if found.tree is None:
        return loaded
    for fact in punctuation.full_width(Cursor(found.tree)):
        loaded.facts.append(fact)
        loaded.spoilt.append(fact.values.get("map", fact.span))
    if not isinstance(found.tree, Map):
        loaded.facts.append(Fact("misshapen", found.tree.span, {"reason": "no_fragment"}))
        return loaded
    head = Map({word: item for word, item in found.tree.items.items() if word in HEAD}, found.tree.span)
    rest = Map({word: item for word, item in found.tree.items.items() if word not in HEAD}, found.tree.span)
    blanks = _blanks(name, Cursor(head), loaded)
    loaded.facts += _unknown_words(rest)
    if blanks is not None:
        loaded.facts += _blanks_named(rest, blanks, Cursor(head) / "blanks")
    if blanks is not None and not loaded.facts:
        loaded.template = Template(name, file, blanks, rest)
    return loaded


def _blanks(name: str, head: Cursor, loaded: Loaded) -> dict[str, Blank] | None:
    """The blanks that the head declares; None where it does not fit the schema."""
    document, facts = validate_as(Head, head)
    loaded.facts += facts
    if document is None:
        return None
    if document.fragment != name:
        loaded.facts.append(Fact("fragment_name", (head / "fragment").span, {"name": document.fragment, "file": name}))
    found = {}
    for word, blank in document.blanks.items():
        here = head / "blanks" / word
        given = (here / "default").node if "default" in blank.model_fields_set else None
        empty = isinstance(given, Scalar) and given.value is None
        if given is not None and not empty and not fits(blank.kind, given):
            values = {"name": word, "kind": blank.kind}
            loaded.facts.append(Fact("blank_kind", (here / "default").span, values, (here / "kind").span))
        found[word] = Blank(word, blank.kind, written(blank.about) or {}, given)
    return found


def _unknown_words(rest: Map) -> Iterator[Fact]:
    known = tuple(words(Fragment))
    for word, (key, _value) in rest.items.items():
        if word not in known:
            yield Fact("unknown_word", key.span, {"name": word, "known": known})


def _blanks_named(rest: Map, blanks: Mapping[str, Blank], declared: Cursor) -> Iterator[Fact]:
    """Blanks that are named and not declared, and the other way round."""
    meant: set[str] = set()
    for name, scalar, start, end in named(rest):
        meant |= {name, *near(name, blanks)} if name not in blanks else {name}
        if name not in blanks:
            yield Fact("unknown_blank", scalar.part(start, end), {"name": name, "known": tuple(blanks)})
    for name in blanks:
        if name not in meant:
            yield Fact("unused_blank", (declared / name).name, {"name": name})
