"""Faults as people and machines read them. Formatting never detects."""

import json
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, Literal

from sop_engine.diagnostics import Diagnostic, Span
from sop_engine.language.source.reading import LINE_BREAK
from sop_engine.messages import Message, msg, say

Format = Literal["text", "json", "github", "sarif"]
LONGEST_LINE: Final = 160
"""Columns of a source line that are shown; of a longer one the part around the fault."""
SEVERITY: Final = {"error": msg("error"), "warning": msg("warning")}


def render(
    faults: Sequence[Diagnostic],
    text: bytes,
    language: str = "en",
    form: Format = "text",
    fragments: Mapping[str, bytes] | None = None,
) -> str:
    """The faults of one file, whose bytes are `text`, in `language` (`zh` or `en`); `fragments` are the texts of those
    that it uses, by what faults call their files. Empty where there are none, except for `json` (`[]`) and `sarif`.
    Ends with a line break."""
    match form:
        case "json":
            return json.dumps([as_json(fault, language) for fault in faults], ensure_ascii=False, indent=2) + "\n"
        case "github":
            return "".join(_github(fault, language) for fault in faults)
        case "sarif":
            return json.dumps(_sarif(faults, language), ensure_ascii=False, indent=2) + "\n"
    texts = _Texts(text, fragments or {})
    return "\n".join(_text(fault, texts, language) for fault in faults)


class _Texts:
    """The lines of a file and of its fragments, split when first asked for."""

    def __init__(self, text: bytes, fragments: Mapping[str, bytes]) -> None:
        self._text = text
        self._fragments = fragments
        self._lines: dict[str, list[str]] = {}

    def lines(self, file: str) -> list[str]:
        key = file if file in self._fragments else ""
        if key not in self._lines:
            text = self._fragments.get(key, self._text)
            self._lines[key] = LINE_BREAK.split(text.decode("utf-8-sig", errors="replace"))
        return self._lines[key]


# --- for people ------------------------------------------------------------------------------------------------------


def _text(fault: Diagnostic, texts: _Texts, language: str) -> str:
    place = f"{fault.span.file}:{fault.span.line}:{fault.span.column}"
    out = [f"{place}: {say(SEVERITY[fault.severity], language)}[{fault.code}]: {say(fault.title, language)}"]
    for index, (file, marks) in enumerate(_by_file(fault, language)):
        first = marks[0][0]
        out += [f"{file}:{first.line}:{first.column}:"] if index else []
        out += _excerpt(marks, texts.lines(file))
    out.append("")
    if fault.why is not None:
        out += [*_wrapped(say(fault.why, language)), ""]
    if fault.near:
        or_ = say(msg(" or "), language)
        out.append(say(msg("did you mean: {near}?", near=or_.join(f"`{each}`" for each in fault.near)), language))
    if fault.fix is not None:
        out.append(say(msg("fix: {fix}.", fix=fault.fix), language))
    out.append(say(msg("more: sop flow explain {code}", code=fault.code), language))
    return "\n".join(_printable(line) for line in out) + "\n"


Mark = tuple[Span, str, str]


def _by_file(fault: Diagnostic, language: str) -> Iterable[tuple[str, list[Mark]]]:
    """The places concerned, the fault's own marked with `^`, others with `-` and a few words; its own file first."""
    found: dict[str, list[Mark]] = {fault.span.file: [(fault.span, "^", "")]}
    for note in fault.notes:
        found.setdefault(note.span.file, []).append((note.span, "-", say(note.label, language)))
    return found.items()


def _excerpt(marks: list[Mark], lines: list[str]) -> list[str]:
    """The lines concerned of one file, in order."""
    marks = sorted((mark for mark in marks if 1 <= mark[0].line <= len(lines)), key=lambda mark: mark[0])
    if not marks:
        return []
    width = len(str(max(span.line for span, _sign, _label in marks)))
    margin = f"{' ' * width} |"
    out, shown = [margin], 0
    for span, sign, label in marks:
        line = lines[span.line - 1]
        start, end = span.column - 1, span.end_column - 1 if span.end_line == span.line else len(line)
        line, start, end = _cut(line, start, max(end, start + 1))
        if span.line != shown:
            out.append(f"{span.line:>{width}} | {line}".rstrip())
            shown = span.line
        under = f"{margin} {' ' * columns(line[:start])}{sign * max(columns(line[start:end]), 1)} {label}"
        out.append(under.rstrip())
    return out


def _cut(line: str, start: int, end: int) -> tuple[str, int, int]:
    """The part of a long line around the fault."""
    line = line.replace("\t", " ")
    if columns(line) <= LONGEST_LINE:
        return line, start, end
    first = max(0, min(start - 40, len(line) - 100))
    lead = "..." if first else ""
    part = line[first : first + 100]
    tail = "..." if first + 100 < len(line) else ""
    return f"{lead}{part}{tail}", start - first + len(lead), min(end - first, 100) + len(lead)


def columns(text: str) -> int:
    """How many columns of a terminal a text takes: two for a Chinese character, none for what combines."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(mark) else 2 if unicodedata.east_asian_width(mark) in "WF" else 1 for mark in text
    )


def _wrapped(text: str, width: int = 108) -> list[str]:
    """A paragraph in lines; Chinese breaks anywhere, other words at blanks."""
    out, line = [], ""
    for word in _words(text):
        if line and columns(line) + columns(word.rstrip()) > width:
            out.append(line.rstrip())
            line = ""
        line += word
    return [*out, line.rstrip()] if line.strip() else out


def _words(text: str) -> Iterable[str]:
    word = ""
    for mark in text:
        wide = unicodedata.east_asian_width(mark) in "WF"
        if wide and word and mark not in "，。、；：）！？":
            yield word
            word = ""
        word += mark
        if mark == " ":
            yield word
            word = ""
    if word:
        yield word


def _printable(text: str) -> str:
    """Without control characters: a file's text must not steer anybody's terminal."""
    return "".join(
        mark if mark == " " or unicodedata.category(mark)[0] != "C" else "\N{REPLACEMENT CHARACTER}" for mark in text
    )


# --- for machines ----------------------------------------------------------------------------------------------------


def as_json(fault: Diagnostic, language: str) -> dict[str, Any]:
    """One fault as plain JSON: code, severity, place, title, why, notes, near, fix."""
    return {
        "code": fault.code,
        "severity": fault.severity,
        **_place(fault.span),
        "title": say(fault.title, language),
        "why": _said(fault.why, language),
        "notes": [{**_place(note.span), "label": say(note.label, language)} for note in fault.notes],
        "near": list(fault.near),
        "fix": _said(fault.fix, language),
    }


def _said(message: Message | None, language: str) -> str | None:
    return None if message is None else say(message, language)


def _place(span: Span) -> dict[str, Any]:
    return {
        "file": span.file, "line": span.line, "column": span.column,
        "end_line": span.end_line, "end_column": span.end_column,
    }  # fmt: skip


def _github(fault: Diagnostic, language: str) -> str:
    """A workflow command, which GitHub shows beside the line."""
    body = "\n".join(part for part in (_said(fault.why, language), _said(fault.fix, language)) if part)
    title = f"{fault.code}: {say(fault.title, language)}"
    span = fault.span
    place = f"file={_property(span.file)},line={span.line},col={span.column},endLine={span.end_line}"
    if span.end_line == span.line:
        place += f",endColumn={span.end_column}"
    return f"::{fault.severity} {place},title={_property(title)}::{_data(body or title)}\n"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _sarif(faults: Sequence[Diagnostic], language: str) -> dict[str, Any]:
    """SARIF 2.1.0 (OASIS), columns counted in Unicode code points."""
    codes = sorted({fault.code for fault in faults})
    results = [
        {
            "ruleId": fault.code,
            "level": fault.severity,
            "message": {"text": "\n".join(filter(None, (say(fault.title, language), _said(fault.why, language),
                                                        _said(fault.fix, language))))},
            "locations": [_location(fault.span)],
            "relatedLocations": [
                {**_location(note.span), "message": {"text": say(note.label, language)}} for note in fault.notes
            ],
        }
        for fault in faults
    ]  # fmt: skip
    driver = {"name": "sop-engine", "rules": [{"id": code} for code in codes]}
    return {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}],
    }


def _location(span: Span) -> dict[str, Any]:
    region = {
        "startLine": span.line, "startColumn": span.column, "endLine": span.end_line, "endColumn": span.end_column,
    }  # fmt: skip
    return {"physicalLocation": {"artifactLocation": {"uri": span.file}, "region": region}}
