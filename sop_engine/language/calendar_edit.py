"""A year's holidays put into a calendar's file, without touching what else stands there.

The law. Entries that say the same days stay as they are written; those of the year that say others go, and the new ones
come in their place, or after those of the years before. A comment behind an entry moves to the one that takes its
place. The text that comes of it is read again, and is given only where it says what was meant: nothing is guessed.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from sop_engine import canonical
from sop_engine.diagnostics import Span
from sop_engine.errors import NotUnderstood
from sop_engine.language.calendars import Holiday, own_holidays
from sop_engine.language.source import reading
from sop_engine.language.source.tree import INTEGER, WORDS, Mapping, Node, Scalar
from sop_engine.language.source.tree import Sequence as List
from sop_engine.messages import Text, msg
from sop_engine.worktime.notices import Entry

_PLAIN: Final = re.compile(r"[^\W\d_][\w' -]*[\w]|[^\W\d_]", re.UNICODE)
"""text that needs no quotes"""
_COMMENT: Final = re.compile(r"\s*(#.*)\Z")


@dataclass(slots=True)
class _Text:
    """A file as lines, with the breaks between them, and a mark at its beginning where it has one."""

    lines: list[str]
    breaks: list[str]
    mark: bytes

    @classmethod
    def of(cls, data: bytes) -> "_Text":
        text = data.decode("utf-8-sig")
        mark = b"\xef\xbb\xbf" if data.startswith(b"\xef\xbb\xbf") else b""
        return cls(reading.LINE_BREAK.split(text), [*reading.LINE_BREAK.findall(text), ""], mark)

    def replace(self, first: int, last: int, lines: Sequence[str]) -> None:
        """Put `lines` in the place of those from number `first` (1-based) to before `last`."""
        usual = self.breaks[0] or "\n"
        if lines and first > len(self.lines):
            self.breaks[-1] = self.breaks[-1] or usual  # the last line had no end
        self.lines[first - 1 : last - 1] = lines
        self.breaks[first - 1 : last - 1] = [usual] * len(lines)

    def bytes(self) -> bytes:
        text = "".join(line + end for line, end in zip(self.lines, self.breaks, strict=True))
        return self.mark + text.encode()


def entries(data: bytes, file: str) -> list[Entry]:
    """The holidays that stand in a calendar's file itself. It has no errors."""
    return [_entry(each) for each in own_holidays(data, file)]


def _entry(holiday: Holiday) -> Entry:
    return Entry(holiday.name, holiday.first, holiday.last, tuple(day for day, _span in holiday.make_up))


def with_year(data: bytes, file: str, year: int, wanted: Sequence[Entry], known: dict[str, date]) -> bytes:
    """The file's text with the holidays of `year` (by their last days) that are `wanted`, and the words `known_from`
    and `known_through` as they stand in `known`. Raises `NotUnderstood` where it is written so that this cannot be done
    line by line, with the lines to be written by hand."""
    before = own_holidays(data, file)
    said = {each.days for each in wanted}
    kept = [each for each in before if each.last.year != year or _entry(each).days in said]
    standing = {_entry(each).days for each in kept}
    new = [each for each in wanted if each.days not in standing]
    gone = [each for each in before if each not in kept]
    edited = _with_entries(data, file, before, gone, new) if gone or new else data
    for word, day in known.items():
        edited = _with_word(edited, file, word, str(day))
    expected = sorted([_entry(each).days for each in kept] + [each.days for each in new])
    if sorted(_entry(each).days for each in own_holidays(edited, file)) != expected or any(
        _word(edited, file, word) != str(day) for word, day in known.items()
    ):
        raise NotUnderstood(
            msg(
                "{file} is written so that its holidays cannot be exchanged line by line; nothing was changed",
                file=file,
            ),
            where=file,
            fix=msg("write these by hand: {lines}", lines=tuple(line_of(each) for each in new)),
        )
    return edited


def _with_entries(
    data: bytes, file: str, before: Sequence[Holiday], gone: Sequence[Holiday], new: Sequence[Entry]
) -> bytes:
    text, tree = _Text.of(data), _tree(data, file)
    found = tree.items.get("holidays")
    if found is None:
        return _appended(text, [f"  - {line_of(each)}" for each in new])
    _key, node = found
    if not isinstance(node, List):
        return data  # written in a way that is told by whoever looks at what came of it
    if text.lines[node.span.line - 1][node.span.column - 1 : node.span.column] == "[":
        return _written_anew(text, node, before, gone, new)
    comments = _comments(text, gone)
    lines = [_line(text, node, each, comments) for each in new]
    lines += [f"{_indent(text, node)}{comment}" for _entry, comment in comments]
    at = _place(gone, before, new)
    if not gone and at > node.span.line and _has_blank(text, node):
        lines = ["", *lines]
    # from the end on, so that the numbers of lines before stay what they are
    for line_from, line_to in sorted(((each.span.line, _end(each)) for each in gone), reverse=True):
        text.replace(line_from, line_to, [])
        at -= (line_to - line_from) if line_from < at else 0
    text.replace(at, at, lines)
    return text.bytes()


def _place(gone: Sequence[Holiday], before: Sequence[Holiday], new: Sequence[Entry]) -> int:
    """The number of the line before which new entries go."""
    if gone:
        return min(each.span.line for each in gone)
    first = min(each.first for each in new)
    earlier = [each for each in before if each.last < first]
    return max(map(_end, earlier)) if earlier else min(each.span.line for each in before)


def _end(holiday: Holiday) -> int:
    """The number of the line after an entry."""
    return holiday.span.end_line + 1


def _line(text: _Text, node: Node, entry: Entry, comments: list[tuple[Holiday, str]]) -> str:
    """An entry as a line; the comment of the one whose place it takes goes with it, and is taken from `comments`."""
    taken = [each for each in comments if each[0].first <= entry.last and entry.first <= each[0].last][:1]
    for each in taken:
        comments.remove(each)
    behind = "".join(f"  {comment}" for _entry, comment in taken)
    return f"{_indent(text, node)}- {line_of(entry)}{behind}"


def _comments(text: _Text, gone: Sequence[Holiday]) -> list[tuple[Holiday, str]]:
    """The comments that stand in entries that go and behind them, line by line."""
    found = []
    for each in gone:
        inside = [line.strip() for line in text.lines[each.span.line : each.span.end_line - 1]]
        found += [(each, line) for line in inside if line.startswith("#")]
        behind = text.lines[each.span.end_line - 1][each.span.end_column - 1 :]
        found += [(each, comment[1]) for comment in (_COMMENT.match(behind),) if comment]
    return found


def _indent(text: _Text, node: Node) -> str:
    line = text.lines[node.span.line - 1]
    return line[: len(line) - len(line.lstrip())]


def _has_blank(text: _Text, node: Node) -> bool:
    return any(not line.strip() for line in text.lines[node.span.line - 1 : node.span.end_line])


def _written_anew(
    text: _Text, node: List, before: Sequence[Holiday], gone: Sequence[Holiday], new: Sequence[Entry]
) -> bytes:
    """A list that stood in brackets, as one line for each entry; what stays is copied as it is written."""
    whole = [(each.first, _cut(text, each)) for each in before if each not in gone]
    whole += [(each.first, line_of(each)) for each in new]
    head = text.lines[node.span.line - 1][: node.span.column - 1].rstrip()
    tail = text.lines[node.span.end_line - 1][node.span.end_column - 1 :]
    lines = [head + tail, *(f"  - {line}" for _first, line in sorted(whole))]
    text.replace(node.span.line, node.span.end_line + 1, lines)
    return text.bytes()


def _cut(text: _Text, holiday: Holiday) -> str:
    span = holiday.span
    lines = text.lines[span.line - 1 : span.end_line]
    lines[-1] = lines[-1][: span.end_column - 1]
    lines[0] = lines[0][span.column - 1 :]
    return " ".join(line.strip() for line in lines)


def _appended(text: _Text, lines: Sequence[str]) -> bytes:
    end = len(text.lines) if text.lines[-1] == "" else len(text.lines) + 1
    text.replace(end, end, ["holidays:", *lines])
    return text.bytes()


# --- words -----------------------------------------------------------------------------------------------------------


def _with_word(data: bytes, file: str, word: str, said: str) -> bytes:
    """The text with a word of the top level that says `said`."""
    text, found = _Text.of(data), _tree(data, file).items
    if word in found:
        _key, node = found[word]
        line = text.lines[node.span.line - 1]
        text.lines[node.span.line - 1] = line[: node.span.column - 1] + said + line[node.span.end_column - 1 :]
        return text.bytes()
    if "holidays" in found:
        at = found["holidays"][0].span.line
        text.replace(at, at, [f"{word}: {said}"])
    return text.bytes()


def _word(data: bytes, file: str, word: str) -> str | None:
    found = _tree(data, file).items.get(word)
    return found[1].text if found is not None and isinstance(found[1], Scalar) else None


def _tree(data: bytes, file: str) -> Mapping:
    tree = reading.read(data, file).tree
    return tree if isinstance(tree, Mapping) else Mapping({}, Span(file, 1, 1, 1, 1))


def line_of(entry: Entry) -> str:
    """An entry as it is written: `{name: {zh: 国庆节, en: National Day}, from: ..., to: ..., make_up: ...}`."""
    parts = [f"name: {_name(entry.name)}"]
    parts += [f"on: {entry.first}"] if entry.first == entry.last else [f"from: {entry.first}", f"to: {entry.last}"]
    days = [str(day) for day in sorted(entry.make_up)]
    if days:
        parts.append(f"make_up: {days[0] if len(days) == 1 else '[' + ', '.join(days) + ']'}")
    return "{" + ", ".join(parts) + "}"


def _name(name: Text) -> str:
    if set(name) == {"und"}:
        return _quoted(name["und"])
    return "{" + ", ".join(f"{language}: {_quoted(text)}" for language, text in name.items()) + "}"


def _quoted(text: str) -> str:
    if _PLAIN.fullmatch(text) and text.casefold() not in WORDS and not INTEGER.match(text):
        return text
    return canonical.to_bytes(text).decode()
