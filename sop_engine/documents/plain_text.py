"""User text made harmless: no control characters, no marks that turn the direction of a line, escaped for its place."""

import re
from typing import Final

from sop_engine.messages import Text, title_of

_NEVER: Final = re.compile(
    "[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u0600-\u0605\u061c\u06dd\u070f\u180e\u200b\u200e\u200f"
    "\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff\U000e0000-\U000e007f]"
)
"""Controls except tab and line feed, marks that reorder a line or cannot be seen, and what XML has no place for"""
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_BREAKS: Final = re.compile("\r\n?|[\u0085\u2028\u2029\u000b\u000c]")
_MARKDOWN: Final = re.compile(r"([\\`*_{}\[\]<>#|~$&!])")
_MARKDOWN_START: Final = re.compile(r"^(\s*)([-+=>]|\d+[.)])(?=\s|$|[-=])")


def plain(text: str) -> str:
    """`text` with line feeds as its only line breaks and without characters that steer a terminal or turn a line."""
    return _SURROGATE.sub("\ufffd", _NEVER.sub("", _BREAKS.sub("\n", text)))


def one_line(text: str) -> str:
    """`text` made harmless and put on one line: every run of white space is one space."""
    return " ".join(plain(text).split())


def html(text: str) -> str:
    """`text` made harmless, for the content of an HTML element or a quoted attribute."""
    safe = plain(text)
    for mark, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;"), ("'", "&#39;")):
        safe = safe.replace(mark, entity)
    return safe


def markdown(text: str) -> str:
    """`text` on one line, with every character escaped that Markdown would take for markup."""
    return _MARKDOWN_START.sub(r"\1\\\2", _MARKDOWN.sub(r"\\\1", one_line(text)))


def phrase(text: Text, language: str, **values: object) -> str:
    """A document's fixed words in `language` with `values` put into their places."""
    return title_of(text, language).format(**values)


def joined(parts: list[str], language: str) -> str:
    """The parts as a list in words: `甲、乙` or `a, b`."""
    return ("、" if language == "zh" else ", ").join(parts)
