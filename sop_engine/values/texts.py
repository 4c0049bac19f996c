"""Text as people type and paste it.

The law. A value that is no free text is *folded* before it is read: full-width characters become ASCII, every kind of
dash a hyphen, invisible format characters (marks of direction, zero-width spaces) go. Free text keeps its characters
in Unicode form NFC, its line breaks as `\\n` and its tabs; marks of direction and byte-order marks are dropped, because
they reorder a line on a terminal. Any other control character, and half a surrogate pair, is refused by name. Only free
text may be long.
"""

import re
import unicodedata
from typing import Final

from sop_engine.messages import Message, msg
from sop_engine.values.problems import Problem, ValueProblem

LONGEST_TEXT: Final = 65536
"""bytes of a text in UTF-8, and of anything that is typed"""

LONGEST_SHORT: Final = 200
"""characters of what is read as a number, a date, a name"""

# patterns are texts, which `re` compiles at first use and keeps: most commands read no value from a keyboard
_BREAKS: Final = "\r\n|[\r\x0b\x0c\x85\u2028\u2029]"
_DROPPED: Final = "[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\u200b\u2060]"
_REFUSED: Final = "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]"
_DASHES: Final = dict.fromkeys(map(ord, "‐‑‒–—―−﹣－─ｰー"), "-")
_FOLDED: Final = {**_DASHES, **dict.fromkeys(map(ord, "～〜∼"), "~"), ord("，"): ",", ord("、"): ",", ord("。"): "."}
_CLEAN_ASCII: Final = r"[\n\t -~]*"


def bounded(text: str) -> str:
    """`text`, if it is short enough to be looked at. Raises `ValueProblem`."""
    if len(text) > LONGEST_TEXT or len(text.encode("utf-8", "surrogatepass")) > LONGEST_TEXT:
        raise ValueProblem(too_long())
    return text


def short(text: str) -> str:
    """`text` that is to be read as one number, date, name or the like. Raises `ValueProblem` where it is a story."""
    if len(text) > LONGEST_SHORT:
        raise ValueProblem(msg("this is too long; at most {most} characters are read", most=LONGEST_SHORT))
    return text


def too_long() -> Message:
    return msg("this is too long; at most {most} KiB are kept", most=LONGEST_TEXT // 1024)


def fold(text: str) -> str:
    """`text` with full-width characters as ASCII, dashes as hyphens, runs of space as one, and no format characters.
    Raises `ValueProblem` where it is longer than anything that is folded."""
    if short(text).isascii():
        return " ".join(text.split())
    folded = unicodedata.normalize("NFKC", text.translate(_FOLDED)).translate(_DASHES)
    kept = "".join(each for each in folded if unicodedata.category(each) != "Cf")
    return " ".join(kept.split())


def clean(text: str) -> str:
    """Free text as it is kept: NFC, breaks as `\\n`, no marks of direction, no space around. Raises `ValueProblem`."""
    kept = unicodedata.normalize("NFC", re.sub(_DROPPED, "", re.sub(_BREAKS, "\n", bounded(text)))).strip()
    problem = check_text(kept)
    if problem is not None:
        raise ValueProblem(problem.message)
    return kept


def clean_line(text: str) -> str:
    """A text of one line as it is kept: a name, the title of a file. Raises `ValueProblem`."""
    return " ".join(clean(text).split())


def check_text(text: object, lines: bool = True) -> Problem | None:
    """What is wrong with a text that is to be kept as it stands; `lines`: it may have more than one."""
    if not isinstance(text, str):
        return Problem(msg("this is no text"))
    if len(text) > LONGEST_TEXT:
        return Problem(too_long())
    if text.isascii() and re.fullmatch(_CLEAN_ASCII, text):
        return None if lines or "\n" not in text else Problem(msg("this must stand on one line"))
    if found := re.search(_REFUSED, text) or re.search(_DROPPED, text):
        return Problem(msg("the character {code} cannot be kept; write it without", code=f"U+{ord(found[0]):04X}"))
    if len(text.encode()) > LONGEST_TEXT:
        return Problem(too_long())
    if not unicodedata.is_normalized("NFC", text):
        return Problem(msg("this text is not in Unicode form NFC"))
    return None if lines or "\n" not in text else Problem(msg("this must stand on one line"))


def title_key(text: str) -> str:
    """What two spellings of one title have in common: folded, without case and space."""
    return fold(text).casefold().replace(" ", "")
