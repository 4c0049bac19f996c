"""What a keyboard and a one-line map do to YAML: full-width marks, and text that should have stood in quotes.

`broken` explains why the parser stopped; `torn` finds one-line maps that parse, but not as they were meant;
`full_width` finds the Chinese marks where the language wants ASCII ones.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from sop_engine.diagnostics import Span
from sop_engine.language.facts import Fact
from sop_engine.language.source.tree import Cursor, Node, Scalar
from sop_engine.language.source.tree import Mapping as Map
from sop_engine.language.source.tree import Sequence as List

ASCII_OF: Final = {
    "：": ":", "，": ",", "“": '"', "”": '"', "‘": "'", "’": "'", "（": "(", "）": ")", "｛": "{", "｝": "}",
    "［": "[", "］": "]", "【": "[", "】": "]", "＝": "=", "＜": "<", "＞": ">", "！": "!", "；": ";", "、": ",",
    "。": ".", "－": "-", "＋": "+", "＊": "*", "／": "/", "　": " ", "≥": ">=", "≤": "<=", "≠": "!=",
}  # fmt: skip
KEY_WITH_FULL_COLON: Final = re.compile(r"^\s*(?:- )?[\w.-]+\s*(：)")
IN_A_LINE: Final = re.compile(
    r"[\w)\]}'\"]\s*([，、])\s*[\w-]+\s*[:：]|[\[{,]\s*[\w-]+\s*(：)|^\s*(?:- )?[\w.-]+:\s*([“｛［【])"
)
WORDS_JOINED: Final = re.compile(r"[\w. -]+(?:\s*[：，、；]\s*[\w. -]+)+\Z", re.ASCII)
KEY_TORN: Final = re.compile(r"[A-Za-z_][\w-]*\s*(：)", re.ASCII)
"""a key in a one-line map that swallowed its value: `{zh：例子}`"""
FREE_TEXT: Final = frozenset({"title", "hint", "text", "zh", "en", "allow", "words", "outcomes", "default"})
"""Words under which people write prose."""


def broken(error: Any, lines: list[str], file: str) -> Iterator[Fact]:
    """Why the parser stopped at `error`, in our own terms: at least one fact, with its place."""
    mark = error.problem_mark or error.context_mark
    line, column = mark.line + 1, mark.column + 1
    if mark.line >= len(lines) or (column > len(lines[mark.line]) and error.context_mark is not None and column == 1):
        line, column = error.context_mark.line + 1, error.context_mark.column + 1
    text = lines[line - 1] if line <= len(lines) else ""
    end = min(column + 1, len(text) + 1) if column <= len(text) else column + 1
    here = Span(file, line, column, line, max(end, column + 1))
    problem = str(error.problem)
    if "'\\t'" in problem:
        yield from _tabs(lines, file)
        return
    if found := list(_full_width_lines(lines, line, file)):
        yield from found
        return
    context = error.context_mark
    one_line = context is None or context.line == mark.line or "flow" not in str(error.context)
    if one_line and (quoting := _quoting(text, column, problem, here)) is not None:
        yield quoting
        return
    other = None
    if context is not None and (context.line + 1, context.column + 1) != (line, column):
        other = Span(file, context.line + 1, context.column + 1, context.line + 1, context.column + 2)
    yield Fact("broken", here, {"reason": _reason(problem, str(error.context))}, other)


def _tabs(lines: list[str], file: str) -> Iterator[Fact]:
    for number, line in enumerate(lines, 1):
        if (at := line.find("\t")) >= 0 and not line.lstrip().startswith("#"):
            yield Fact("tab", Span(file, number, at + 1, number, at + 2))


def _full_width_lines(lines: list[str], until: int, file: str) -> Iterator[Fact]:
    """Full-width marks on the line where the parser stopped, or on the two before it."""
    for number in range(max(1, until - 2), min(until, len(lines)) + 1):
        line = lines[number - 1].split(" #")[0]
        for pattern in (KEY_WITH_FULL_COLON, IN_A_LINE):
            for found in pattern.finditer(line):
                group = next(index for index, text in enumerate(found.groups(), 1) if text)
                span = Span(file, number, found.start(group) + 1, number, found.end(group) + 1)
                yield Fact("full_width", span, {"mark": found.group(group), "ascii": ASCII_OF[found.group(group)]})


def _quoting(text: str, column: int, problem: str, here: Span) -> Fact | None:
    """Text that should have stood in quotes, by the line and the place where the parser stopped."""
    if (at := text.find("{{")) >= 0 and not re.search(r"""['"][^'"]*\{\{""", text):
        return Fact("braces", Span(here.file, here.line, at + 1, here.line, at + 3))
    if "got '?'" in problem:
        word = re.search(r"[\w-]*\Z", text[: column - 1])
        start = word.start() + 1 if word else column
        return Fact(
            "question_mark",
            Span(here.file, here.line, start, here.line, column + 1),
            {"name": text[start - 1 : column - 1]},
        )
    got = re.search(r"(?:got|found) '(.+)'\Z", problem)
    mark = text[column - 1 : column]
    mark = mark if mark in tuple(",:?[]{}@`%|>*&!#") else ","
    if got and got.group(1) in ("[", "{", "<scalar>", ":", "(", "<anchor>", "<alias>", "<tag>", "?"):
        return Fact("unquoted", here, {"mark": mark})
    if "cannot start any token" in problem or problem.startswith("expected ' ', but found"):
        return Fact("unquoted", here, {"mark": mark})
    if problem == "mapping values are not allowed here" and re.match(r"\s*(- )?[\w-]+:\s+\S", text[: column - 1]):
        return Fact("unquoted", here, {"mark": ":"})
    return None


def _reason(problem: str, context: str) -> str:
    """Which of the ways of breaking it is; the checks say each in words."""
    for words, reason in (
        ("could not find expected ':'", "no_colon"),
        ("mapping values are not allowed", "indent"),
        ("but found '<block", "indent"),
        ("but found '}'", "closed_twice"),
        ("but found ']'", "closed_twice"),
        ("expected ',' or '}'", "unclosed_brace"),
        ("expected ',' or ']'", "unclosed_bracket"),
        ("sequence entries are not allowed", "dash"),
        ("escape", "escape"),
    ):
        if words in problem:
            return reason
    return "unclosed_quote" if "quoted scalar" in context else "other"


def torn(items: Mapping[str, tuple[Scalar, Node]]) -> Iterator[Fact]:
    """In a one-line map: a text that a comma tore apart, seen by its open bracket or quotation mark."""
    for _key, value in items.values():
        if isinstance(value, Scalar) and not value.quoted and _open(value.text):
            yield Fact("unquoted", value.span, {"mark": ","})


def _open(text: str) -> bool:
    """Whether a bracket or quotation mark in the text is not closed; an apostrophe inside a word is none."""
    marks = re.sub(r"(?<=\w)'(?=\w)", "", text)
    return marks.count("(") > marks.count(")") or marks.count("'") % 2 == 1 or marks.count('"') % 2 == 1


def full_width(cursor: Cursor, prose: bool = False) -> Iterator[Fact]:
    """Full-width marks in unquoted words of a tree, prose left out."""
    match cursor.node:
        case Scalar():
            yield from _in_scalar(cursor.node, prose)
        case List():
            for item in cursor.each():
                yield from full_width(item, prose)
        case Map():
            for name, (key, _value) in cursor.node.items.items():
                for fact in _in_key(key):
                    yield Fact(fact.kind, fact.span, {**fact.values, "map": cursor.node.span})
                yield from full_width(cursor / name, prose or name in FREE_TEXT)


def _in_key(key: Scalar) -> Iterator[Fact]:
    torn = None if key.quoted else KEY_TORN.match(key.text)
    if torn is None:
        yield from _in_scalar(key, prose=False)
        return
    yield Fact("full_width", key.part(torn.start(1), torn.end(1)), {"mark": "：", "ascii": ":"})


def _in_scalar(scalar: Scalar, prose: bool) -> Iterator[Fact]:
    text = scalar.text
    if scalar.quoted or text.isascii():
        return
    if len(text) > 1 and text[0] in "“”" and text[-1] in "“”":
        yield Fact("full_width", scalar.part(0, 1), {"mark": text[0], "ascii": '"'})
    elif not prose and WORDS_JOINED.match(text):
        at = next(index for index, mark in enumerate(text) if mark in "：，、；")
        yield Fact("full_width", scalar.part(at, at + 1), {"mark": text[at], "ascii": ASCII_OF[text[at]]})
