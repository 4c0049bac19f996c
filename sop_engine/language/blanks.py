"""A fragment is what many procedures have in common, written once: a file `NAME.fragment.yaml` in the folder
`fragments` beside the procedures. What it leaves open are its blanks, and whoever uses it fills them in. `$name` in it
stands for its blank `name`.

- Where it is the whole of what stands there, what was given takes its place and keeps the place in the file where it
  was given: a fault in it is shown there. A list that is given for one item of a list is spread among the items.
- Within a longer text, and in a word before a colon, its letters are replaced, and the place is the fragment's. A text
  that names a blank which was given a list becomes a list of texts, one for each.

A `$` that no small letter follows is a `$`.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from sop_engine.language import times
from sop_engine.language.facts import Fact
from sop_engine.language.source.reading import MOST_NODES
from sop_engine.language.source.tree import Mapping as Map
from sop_engine.language.source.tree import Node, Scalar, Sequence, scalars
from sop_engine.messages import Text
from sop_engine.worktime import NotADuration, parse_allowance

PLACE: Final = re.compile(r"\$([a-z][a-z0-9_]*)")
IDS: Final = {
    "state": re.compile(r"[a-z][a-z0-9_]*(\.(deep_)?history)?\Z"),
    "trigger": re.compile(r"[a-z][a-z0-9_]*\Z"),
    "field": re.compile(r"[a-z][a-z0-9_]*\Z"),
    "role": re.compile(r"[a-z][a-z0-9-]*\Z"),
    "paper": re.compile(r"[a-z][a-z0-9-]*\Z"),
    "who": re.compile(r"[a-z][a-z0-9_-]*\Z"),
    "name": re.compile(r"[a-z][a-z0-9_-]*\Z"),
}
MOST_CHARACTERS: Final = 1 << 20
"""Of all texts whose blanks were filled, together."""


@dataclass(frozen=True, slots=True)
class Blank:
    """One blank of a fragment: what may fill it, what it is for, and what stands there when nothing is given."""

    name: str
    kind: str
    about: Text
    default: Node | None = None


def fits(kind: str, given: Node) -> bool:
    """Whether a blank of this kind can be filled with this."""
    if kind in IDS and kind != "name":
        return all(isinstance(each, Scalar) and bool(IDS[kind].match(each.text)) for each in _each(given))
    match kind, given:
        case "name", Scalar():
            return bool(IDS["name"].match(given.text))
        case "duration", Scalar():
            return times.duration(given.text) is not None
        case "allowance", Scalar():
            return _is_allowance(given.text)
        case "number", Scalar():
            return isinstance(given.value, int) and not isinstance(given.value, bool)
        case "source", _:
            return all(isinstance(each, Scalar) and isinstance(each.value, str) for each in _each(given))
        case "text", Map():
            return bool(given.items) and given.items.keys() <= {"zh", "en"}
        case "text", Scalar():
            return isinstance(given.value, str)
        case "tell", _:
            return all(_told(each) for each in _each(given))
    return False


def _is_allowance(text: str) -> bool:
    try:
        return bool(parse_allowance(text))
    except NotADuration:
        return False


def _each(given: Node) -> tuple[Node, ...]:
    return given.items if isinstance(given, Sequence) else (given,)


def _told(given: Node) -> bool:
    """Whether `tell` takes this: a word, or `{to: ..., notice: ..., urgent: ...}`, with a `team` in place of `to`."""
    if isinstance(given, Map):
        words = given.items.keys()
        return not words.isdisjoint({"to", "team"}) and words <= {"to", "team", "notice", "urgent", "on_shift"}
    return isinstance(given, Scalar) and bool(IDS["who"].match(given.text))


def named(node: Node) -> Iterator[tuple[str, Scalar, int, int]]:
    """Every blank that a tree names: its name, the text that names it, and the characters from and to."""
    for scalar in scalars(node):
        for found in PLACE.finditer(scalar.text):
            yield found.group(1), scalar, found.start(), found.end()


class TooMuch(Exception):
    """Filling blanks would make more than a procedure can hold."""


class Budget:
    """How many words and values, and characters of filled texts, may still be made."""

    def __init__(self) -> None:
        self.left = MOST_NODES
        self.characters = MOST_CHARACTERS

    def spend(self, nodes: int, characters: int = 0) -> None:
        """Raises `TooMuch` when it is spent."""
        self.left -= nodes
        self.characters -= characters
        if self.left < 0 or self.characters < 0:
            raise TooMuch


class Filler:
    """Makes a fragment's tree with its blanks filled. What cannot be filled becomes a fact."""

    def __init__(self, given: Mapping[str, Node], budget: Budget) -> None:
        self.given = given
        self.sizes = {name: _size(node) for name, node in given.items()}
        self.budget = budget
        self.facts: list[Fact] = []

    def fill(self, node: Node) -> Node:
        """The same tree, filled. Raises `TooMuch`."""
        self.budget.spend(1)
        match node:
            case Scalar():
                return self._scalar(node)
            case Sequence():
                items: list[Node] = []
                for item in node.items:
                    filled = self.fill(item)
                    spread = isinstance(item, Scalar) and isinstance(filled, Sequence)
                    items += filled.items if spread and isinstance(filled, Sequence) else [filled]
                return Sequence(tuple(items), node.span)
            case Map():
                return self._map(node)

    def _map(self, node: Map) -> Map:
        items: dict[str, tuple[Scalar, Node]] = {}
        for key, value in node.items.values():
            self.budget.spend(1)
            words = self._texts(key)
            if len(words) != 1:
                self._unfit(key)
                continue
            word = Scalar(words[0], key.span, key.quoted)
            if word.text in items:
                self.facts.append(Fact("duplicate", key.span, {"name": word.text}, items[word.text][0].span))
            else:
                items[word.text] = (word, self.fill(value))
        return Map(items, node.span)

    def _scalar(self, scalar: Scalar) -> Node:
        if (whole := PLACE.fullmatch(scalar.text)) is not None and whole.group(1) in self.given:
            self.budget.spend(self.sizes[whole.group(1)])
            return self.given[whole.group(1)]
        if not PLACE.search(scalar.text):
            return scalar
        listed = any(isinstance(self.given.get(name), Sequence) for name in PLACE.findall(scalar.text))
        filled = [Scalar(text, scalar.span, scalar.quoted) for text in self._texts(scalar)]
        return Sequence(tuple(filled), scalar.span) if listed or len(filled) != 1 else filled[0]

    def _texts(self, scalar: Scalar) -> list[str]:
        """A text with its blanks replaced: several, where one is filled with a list."""
        texts, position = [""], 0
        for found in PLACE.finditer(scalar.text):
            before, position = scalar.text[position : found.start()], found.end()
            pieces = []
            for each in _each(self.given.get(found.group(1), Scalar(found.group(), scalar.span))):
                if isinstance(each, Scalar):
                    pieces.append("" if each.value is None else each.text)
                else:
                    self._unfit(scalar)
            longest = sum(map(len, texts)) + len(before) + max(map(len, pieces), default=0)
            self.budget.spend(len(texts) * len(pieces), longest * max(len(pieces), 1))
            texts = [text + before + piece for text in texts for piece in pieces]
        return [text + scalar.text[position:] for text in texts]

    def _unfit(self, scalar: Scalar) -> None:
        self.facts.append(Fact("blank_in_text", scalar.span, {"text": scalar.text[:40]}))


def _size(node: Node) -> int:
    match node:
        case Scalar():
            return 1
        case Sequence():
            return 1 + sum(map(_size, node.items))
        case Map():
            return 1 + sum(1 + _size(value) for _key, value in node.items.values())
