"""Bytes to a tree, or facts about what keeps them from being one.

The law. Nothing is built before it is bounded: bytes first, then, event by event, depth, nodes and what aliases stand
for. PyYAML gives the events only (its pure Python parser; its C parser can be made to exhaust the process's stack);
the tree is composed here. No exception and no wording of the parser leaves this file.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import yaml

from sop_engine.diagnostics import Span
from sop_engine.language.facts import Fact
from sop_engine.language.source import punctuation
from sop_engine.language.source.tree import Mapping, Node, Scalar, Sequence

MOST_BYTES: Final = 1 << 20
MOST_DEPTH: Final = 40
MOST_NODES: Final = 50_000
"""What aliases stand for counts each time."""

LINE_BREAK: Final = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
UNPRINTABLE: Final = re.compile("[^\t\n\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(slots=True)
class Reading:
    """What came of reading. `tree` is None where the text is no YAML, or too much of it. Later faults that lie within
    a `spoilt` span are consequences of a fact already reported and are left out."""

    lines: list[str] = field(default_factory=list)
    tree: Node | None = None
    facts: list[Fact] = field(default_factory=list)
    spoilt: list[Span] = field(default_factory=list)


def read(data: bytes, file: str) -> Reading:
    """Read a procedure's bytes. Never raises for what the bytes hold."""
    reading = Reading()
    start = Span(file, 1, 1, 1, 2)
    if len(data) > MOST_BYTES:
        reading.facts.append(Fact("too_large", start, {"size": len(data), "most": MOST_BYTES}))
        return reading
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8-sig")
        reading.lines = LINE_BREAK.split(before)
        line, column = len(reading.lines), len(reading.lines[-1]) + 1
        reading.facts.append(Fact("not_utf8", Span(file, line, column, line, column + 1)))
        return reading
    reading.lines = LINE_BREAK.split(text)
    strange = [
        Fact(
            "unprintable", Span(file, number, found.start() + 1, number, found.end() + 1), {"code": ord(found.group())}
        )
        for number, line in enumerate(reading.lines, 1)
        for found in UNPRINTABLE.finditer(line)
    ]
    if strange:
        reading.facts.extend(strange[:20])
        return reading
    composer = _Composer(file, reading)
    try:
        reading.tree = composer.document(yaml.parse(text, Loader=yaml.SafeLoader))
    except _Stop:
        pass
    except yaml.MarkedYAMLError as error:
        reading.facts.extend(punctuation.broken(error, reading.lines, file))
    if reading.tree is None and not reading.facts:
        reading.facts.append(Fact("empty", start))
    return reading


class _Stop(Exception):
    """A bound was reached; the fact is recorded."""


class _Composer:
    """Builds nodes from events, within bounds."""

    def __init__(self, file: str, reading: Reading) -> None:
        self.file = file
        self.reading = reading
        self.anchors: dict[str, tuple[Node, int]] = {}
        self.nodes = 0

    def fact(self, kind: str, span: Span, other: Span | None = None, **values: Any) -> None:
        self.reading.facts.append(Fact(kind, span, values, other))

    def span(self, event: Any, end: Any = None) -> Span:
        first, last = event.start_mark, (end or event).end_mark
        return Span(self.file, first.line + 1, first.column + 1, last.line + 1, last.column + 1)

    def document(self, events: Iterator[Any]) -> Node | None:
        tree: Node | None = None
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                if tree is not None:
                    self.fact("documents", self.span(event))
                    raise _Stop
                first = next(events)
                # an empty document is one empty scalar without a place of its own
                tree = self.node(first, events, 0)
        if isinstance(tree, Scalar) and not tree.text:
            return None
        return tree

    def node(self, event: Any, events: Iterator[Any], depth: int) -> Node:
        self.count(1, event)
        if isinstance(event, yaml.AliasEvent):
            return self.alias(event)
        if depth > MOST_DEPTH:
            self.fact("too_deep", self.span(event), most=MOST_DEPTH)
            raise _Stop
        before = self.nodes
        if event.tag is not None and event.tag != "!":
            self.fact("tagged", self.span(event), tag=event.tag)
        node: Node
        if isinstance(event, yaml.ScalarEvent):
            node = self.scalar(event)
        elif isinstance(event, yaml.SequenceStartEvent):
            node = self.sequence(event, events, depth)
        else:
            node = self.mapping(event, events, depth)
        if event.anchor is not None:
            self.anchors[event.anchor] = (node, self.nodes - before + 1)
        return node

    def count(self, nodes: int, event: Any) -> None:
        self.nodes += nodes
        if self.nodes > MOST_NODES:
            self.fact("too_many", self.span(event), most=MOST_NODES)
            raise _Stop

    def alias(self, event: Any) -> Node:
        if event.anchor not in self.anchors:
            span = self.span(event)
            self.fact("unknown_alias", span, name=event.anchor)
            self.reading.spoilt.append(span)
            return Scalar("", span)
        node, size = self.anchors[event.anchor]
        self.count(size, event)
        return node

    def scalar(self, event: Any) -> Scalar:
        text = unicodedata.normalize("NFC", event.value)
        span = self.span(event)
        if event.style in ("|", ">"):
            span = Span(span.file, span.line, span.column, span.line, span.column + 1)
        scalar = Scalar(text, span, event.style or "")
        if found := UNPRINTABLE.search(text):
            # written as an escape: "\0", or half of a surrogate pair
            self.fact("unprintable", span, code=ord(found.group()))
        return scalar

    def sequence(self, event: Any, events: Iterator[Any], depth: int) -> Sequence:
        items: list[Node] = []
        for inner in events:
            if isinstance(inner, yaml.SequenceEndEvent):
                return Sequence(tuple(items), self.whole(event, inner, items[-1] if items else None))
            items.append(self.node(inner, events, depth + 1))
        raise _Stop

    def mapping(self, event: Any, events: Iterator[Any], depth: int) -> Mapping:
        items: dict[str, tuple[Scalar, Node]] = {}
        last: Node | None = None
        facts = len(self.reading.facts)
        for inner in events:
            if isinstance(inner, yaml.MappingEndEvent):
                break
            key = self.node(inner, events, depth + 1)
            last = self.node(next(events), events, depth + 1)
            if not isinstance(key, Scalar):
                here = self.span(event)
                braces = Span(here.file, here.line, here.column, here.line, here.column + 2)
                if isinstance(key, Mapping):
                    self.fact("braces", braces)
                else:
                    self.fact("key_not_text", key.span)
                self.reading.spoilt.append(key.span)
            elif key.text == "<<" and not key.quoted:
                self.fact("merge", key.span)
                self.reading.spoilt.append(key.span)
            elif key.text in items:
                self.fact("duplicate", key.span, items[key.text][0].span, name=key.text)
            else:
                items[key.text] = (key, last)
        span = self.whole(event, inner, last)
        if event.flow_style:
            self.reading.facts.extend(punctuation.torn(items))
        if len(self.reading.facts) > facts and event.flow_style:
            self.reading.spoilt.append(span)
        return Mapping(items, span)

    def whole(self, event: Any, end: Any, last: Node | None) -> Span:
        """From the first character to the last; PyYAML lets a block run on to the start of what follows it."""
        if event.flow_style or last is None:
            return self.span(event, end)
        first = event.start_mark
        return Span(self.file, first.line + 1, first.column + 1, last.span.end_line, last.span.end_column)
