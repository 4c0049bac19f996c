"""Did you mean: names near to a misspelled one."""

import difflib
from collections.abc import Iterable
from typing import Final

_LONGEST: Final = 60
"""characters of a word or title that are compared; no title is longer, and what somebody pastes may be"""


def near(word: str, names: Iterable[str], most: int = 3) -> tuple[str, ...]:
    """At most `most` of `names` that are close to `word`, nearest first; none where nothing is close. A Chinese word
    is also close to a title in which half of its characters stand together: a wrong character is half a word."""
    folded = {name.casefold()[:_LONGEST]: name for name in names}
    wanted = word.casefold()[:_LONGEST]
    found = difflib.get_close_matches(wanted, folded, most, 0.6)
    if not found and len(wanted) > 1 and not wanted.isascii():
        scores = {each: _likeness(wanted, each) for each in folded if not each.isascii()}
        close = [each for each, score in scores.items() if score >= 0.5]
        found = sorted(close, key=lambda each: (-scores[each], len(each)))[:most]
    return tuple(folded[each] for each in found)


def _likeness(word: str, title: str) -> float:
    """How much of `word` stands in that piece of `title`, as long as itself, that is most like it: from 0 to 1."""
    matcher = difflib.SequenceMatcher(autojunk=False)
    matcher.set_seq2(word)
    best = 0.0
    for start in range(max(len(title) - len(word), 0) + 1):
        matcher.set_seq1(title[start : start + len(word)])
        best = max(best, matcher.ratio())
    return best
