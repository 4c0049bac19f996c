"""A procedure's tree with its fragments put where `use` names them, before the schema looks at it.

The law. Every word keeps its place, in the fragment's file or the procedure's, so that faults and the source map point
to where it was written; and nothing that comes later can tell the result from a procedure written out by hand. What
is said (titles, texts, fields of one type) the procedure says with the last word; what happens (states, transitions,
times) may stand once only. A fragment with a fault, or one whose blanks are not filled, is put nowhere.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Final

from sop_engine.diagnostics import Span
from sop_engine.language import fragments
from sop_engine.language.blanks import Budget, Filler, TooMuch, fits
from sop_engine.language.facts import Fact
from sop_engine.language.fragments import DECLARED, FragmentSource, Loaded, Template
from sop_engine.language.near import near
from sop_engine.language.source.reading import MOST_DEPTH, MOST_NODES
from sop_engine.language.source.tree import Mapping, Node, Scalar, Sequence, plain

MOST_NESTED: Final = 5
"""How deep fragments may use fragments."""
GATHERED: Final = frozenset({"transitions", "anytime", "states", "after", "at", "every", "on_event"})
"""Words under which both a procedure and a fragment may have entries."""


@dataclass(slots=True)
class Expansion:
    """What came of it. `whole` says that every `use` was put in place. `texts` are the fragments' texts by what faults
    call their files, `names` their names likewise, `used` the places that use them."""

    tree: Node
    facts: list[Fact] = field(default_factory=list)
    read: list[Fact] = field(default_factory=list)
    spoilt: list[Span] = field(default_factory=list)
    whole: bool = True
    texts: dict[str, bytes] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    used: dict[str, list[Span]] = field(default_factory=dict)


def expand(tree: Node, file: str, source: FragmentSource) -> Expansion:
    """Put every fragment that `tree` uses in its place. Never raises for what the files hold."""
    result = Expansion(tree)
    if isinstance(tree, Mapping):
        expander = _Expander(file, source, result)
        try:
            result.tree = expander.procedure(tree)
        except TooMuch:
            result.facts.append(Fact("too_many", expander.at, {"most": MOST_NODES}))
        if result.used and _depth(result.tree) > MOST_DEPTH:
            result.facts.append(Fact("too_deep", expander.at, {"most": MOST_DEPTH}))
        result.whole = result.whole and not result.facts
    return result


def standing_alone(name: str, file: str, text: bytes, source: FragmentSource) -> Expansion:
    """What can be found out about a fragment without a procedure: its own faults, and those of what it uses."""
    result = Expansion(Mapping({}, Span(file, 1, 1, 1, 2)))
    waiting: list[tuple[str, str, bytes, tuple[str, ...]]] = [(name, file, text, ())]
    seen = {name}
    while waiting:
        current, here, data, ring = waiting.pop(0)
        found = fragments.load(current, here, data)
        if not ring:
            result.facts, result.read, result.spoilt = found.facts, found.read, found.spoilt
        for key in _named_in(found.template.rest) if found.template is not None else ():
            inner = source.read(key.text)
            if key.text in (*ring, current):
                result.facts.append(Fact("fragment_in_itself", key.span, {"ring": (*ring, current, key.text)}))
            elif inner is None:
                result.facts.append(Fact("no_fragment", key.span, {"name": key.text, "known": source.names()}))
            elif key.text not in seen:
                seen.add(key.text)
                beside = str(PurePosixPath(file).parent / f"{key.text}{fragments.SUFFIX}")
                result.texts[beside] = inner
                result.used.setdefault(beside, []).append(key.span)
                waiting.append((key.text, beside, inner, (*ring, current)))
    return result


def _named_in(place: Mapping) -> Iterator[Scalar]:
    """The fragments that a place and the states in it use."""
    if "use" in place.items:
        yield from (key for key, _given in uses(place.items["use"][1]) or ())
    states = place.items["states"][1] if "states" in place.items else None
    for _key, state in states.items.values() if isinstance(states, Mapping) else ():
        if isinstance(state, Mapping):
            yield from _named_in(state)


def _depth(node: Node) -> int:
    match node:
        case Mapping():
            return 1 + max((_depth(value) for _key, value in node.items.values()), default=0)
        case Sequence():
            return 1 + max(map(_depth, node.items), default=0)
    return 1


def uses(node: Node) -> list[tuple[Scalar, Mapping]] | None:
    """Each fragment that `use` names, with what its blanks are filled with; None where it is of another form, which
    the schema then says."""
    found: list[tuple[Scalar, Mapping]] = []
    for each in node.items if isinstance(node, Sequence) else (node,):
        if isinstance(each, Scalar) and isinstance(each.value, str):
            found.append((each, Mapping({}, each.span)))
        elif isinstance(each, Mapping):
            for key, value in each.items.values():
                if isinstance(value, Scalar) and value.value is None:
                    value = Mapping({}, key.span)
                if not isinstance(value, Mapping):
                    return None
                found.append((key, value))
        else:
            return None
    return found


class _Expander:
    """Walks the states of one procedure, in document order."""

    def __init__(self, file: str, source: FragmentSource, result: Expansion) -> None:
        self.file = file
        self.source = source
        self.result = result
        self.budget = Budget()
        self.loaded: dict[str, Template | None] = {}
        self.declared: list[tuple[str, Node]] = []
        self.at = Span(file, 1, 1, 1, 2)
        """the `use` that is being followed"""

    def fact(self, kind: str, span: Span, other: Span | None = None, /, **values: object) -> None:
        self.result.facts.append(Fact(kind, span, values, other))

    # --- places ---

    def procedure(self, tree: Mapping) -> Mapping:
        items = self.place(tree, (), top=True).items
        for word, node in self.declared:
            self.declare(items, word, node)
        return Mapping(items, tree.span)

    def place(self, here: Mapping, ring: tuple[str, ...], top: bool = False) -> Mapping:
        """A state, or the whole procedure, with what it uses put in."""
        items = dict(here.items)
        wanted = uses(items["use"][1]) if "use" in items else []
        if wanted is not None:
            items.pop("use", None)
        else:
            self.result.whole = False
        if "states" in items:
            key, states = items["states"]
            items["states"] = (key, self.inner(states, ring))
        for name, given in wanted or ():
            body = self.body(name, given, ring)
            if body is not None:
                self.merge(items, body, top)
        return Mapping(items, here.span)

    def inner(self, states: Node, ring: tuple[str, ...]) -> Node:
        if not isinstance(states, Mapping):
            return states
        found = {}
        for name, (key, state) in states.items.items():
            found[name] = (key, self.place(state, ring) if isinstance(state, Mapping) else state)
        return Mapping(found, states.span)

    def merge(self, items: dict[str, tuple[Scalar, Node]], body: Mapping, top: bool) -> None:
        """What a fragment brings, beside what stands in its place already."""
        for written, (key, value) in body.items.items():
            word = "anytime" if top and written == "transitions" else written
            own = items.get(word)
            if own is None:
                items[word] = (Scalar(word, key.span), value)
            elif word in GATHERED and isinstance(own[1], Mapping) and isinstance(value, Mapping):
                items[word] = (own[0], self.gathered(own[1], value))
            elif word == "allow" and isinstance(own[1], Mapping) and isinstance(value, Mapping):
                items[word] = (own[0], Mapping({**value.items, **own[1].items}, own[1].span))
            else:
                self.fact("duplicate", key.span, own[0].span, name=word)

    def gathered(self, own: Mapping, brought: Mapping) -> Mapping:
        items = dict(own.items)
        for name, (key, value) in brought.items.items():
            if name in items:
                self.fact("duplicate", key.span, items[name][0].span, name=name)
            else:
                items[name] = (key, value)
        return Mapping(items, own.span)

    # --- one use ---

    def body(self, name: Scalar, given: Mapping, ring: tuple[str, ...]) -> Mapping | None:
        """What a fragment puts in its place, blanks filled; None where that cannot be done, which facts say."""
        self.at = name.span
        if name.text in ring:
            self.fact("fragment_in_itself", name.span, ring=(*ring[ring.index(name.text) :], name.text))
            return None
        if len(ring) >= MOST_NESTED:
            self.fact("fragments_nested", name.span, most=MOST_NESTED)
            return None
        template = self.template(name)
        filling = self.filling(template, name, given) if template is not None else None
        if template is None or filling is None:
            self.result.whole = False
            return None
        filler = Filler(filling, self.budget)
        filled = filler.fill(template.rest)
        self.result.facts += filler.facts
        assert isinstance(filled, Mapping), "a fragment's rest is a map, and filling keeps it one"
        self.declared += [(word, filled.items[word][1]) for word in DECLARED if word in filled.items]
        rest = {word: item for word, item in filled.items.items() if word not in DECLARED}
        return self.place(Mapping(rest, filled.span), (*ring, template.name))

    def template(self, name: Scalar) -> Template | None:
        """The fragment of this name, read once."""
        file = fragments.file_of(name.text, self.file)
        if name.text not in self.loaded:
            text = self.source.read(name.text)
            if text is None:
                self.fact("no_fragment", name.span, name=name.text, known=self.source.names())
                return None
            self.result.texts[file] = text
            self.result.names[file] = name.text
            found: Loaded = fragments.load(name.text, file, text)
            self.result.facts += found.facts
            self.result.read += found.read
            self.result.spoilt += found.spoilt
            self.loaded[name.text] = found.template
        self.result.used.setdefault(file, []).append(name.span)
        return self.loaded[name.text]

    def filling(self, template: Template, name: Scalar, given: Mapping) -> dict[str, Node] | None:
        """What stands for each blank; None where one is missing or cannot be filled so."""
        facts = len(self.result.facts)
        misspelt: set[str] = set()
        for word, (key, value) in given.items.items():
            blank = template.blanks.get(word)
            if blank is None:
                misspelt.update(near(word, template.blanks))
                self.fact("blank_unknown", key.span, name=word, fragment=template.name, known=tuple(template.blanks))
            elif not fits(blank.kind, value):
                span = value.span if value.span.line == value.span.end_line else key.span
                self.fact("blank_kind", span, name=word, kind=blank.kind, about=blank.about)
        filling = {}
        for word, blank in template.blanks.items():
            if word in given.items:
                filling[word] = given.items[word][1]
            elif blank.default is not None:
                filling[word] = blank.default
            elif word not in misspelt:
                self.fact("blank_missing", name.span, name=word, fragment=template.name, about=blank.about)
        return filling if len(self.result.facts) == facts else None

    # --- what goes to the top ---

    def declare(self, items: dict[str, tuple[Scalar, Node]], word: str, brought: Node) -> None:
        """The procedure has the last word; two fragments that differ leave it to the procedure."""
        here = self.at
        theirs = _as_map(brought)
        own = items.get(word)
        ours = _as_map(own[1]) if own is not None else Mapping({}, here)
        if theirs is None or ours is None:
            # of another form: the schema says so, at the one or the other
            items[word] = own if own is not None and ours is None else (Scalar(word, brought.span), brought)
            self.result.whole = self.result.whole and own is None
            return
        for first, second in _twice(brought):
            self.fact("duplicate", second.span, first.span, name=second.text)
        for first, second in _twice(own[1]) if own is not None else ():
            self.fact("duplicate", second.span, first.span, name=second.text)
        found = dict(ours.items)
        for name, (key, value) in theirs.items.items():
            if name not in found:
                found[name] = (key, value)
            elif word == "fields" and _type(found[name][1]) != _type(value):
                self.fact("retyped", found[name][0].span, key.span, name=name, type=_type(value))
            elif key.span.file != self.file != found[name][0].span.file and plain(found[name][1]) != plain(value):
                self.fact("two_fragments", key.span, found[name][0].span, name=name, word=word)
        items[word] = (own[0] if own is not None else Scalar(word, brought.span), Mapping(found, ours.span))


def _as_map(node: Node) -> Mapping | None:
    """Ids with what is said of them, where they are listed bare too; None for what is neither."""
    if isinstance(node, Mapping):
        return node
    listed = node.items if isinstance(node, Sequence) else (node,)
    if not all(isinstance(each, Scalar) and isinstance(each.value, str) for each in listed):
        return None
    found: dict[str, tuple[Scalar, Node]] = {}
    for each in listed:
        if isinstance(each, Scalar):
            found.setdefault(each.text, (each, Scalar("", each.span)))
    return Mapping(found, node.span)


def _twice(node: Node) -> Iterator[tuple[Scalar, Scalar]]:
    """Ids that a list has twice: a map of them would lose the second."""
    seen: dict[str, Scalar] = {}
    for each in node.items if isinstance(node, Sequence) else ():
        if isinstance(each, Scalar):
            if each.text in seen:
                yield seen[each.text], each
            seen.setdefault(each.text, each)


def _type(node: Node) -> str:
    """The type of a field, as it is written."""
    if isinstance(node, Mapping) and "type" in node.items and isinstance(node.items["type"][1], Scalar):
        return node.items["type"][1].text
    return ""
