"""Did you mean: at most three near names, above a cutoff."""

import difflib
import itertools
from collections.abc import Iterable
from typing import Final

MOST: Final = 3
CUTOFF: Final = 0.6
CUTOFF_OF_SHORT: Final = 0.7
"""of words of at most five characters: in these two wrong letters are much"""
STRETCH: Final = 1.5
"""how much longer one of the two may be: whoever types `back` has not lost half of `backdate`"""
MOST_KNOWN: Final = 1000
"""Of more names only the first are looked at: comparing costs time."""
LONGEST: Final = 60
"""Longer words are not typing mistakes, and comparing them costs time."""


def near(name: str, known: Iterable[str]) -> tuple[str, ...]:
    """Up to three of the `known` names that `name` may have been meant for, the nearest first."""
    if len(name) > LONGEST:
        return ()
    known = itertools.islice(known, MOST_KNOWN)
    folded = name.lower().replace("-", "_")
    by_folded = {each.lower().replace("-", "_"): each for each in known if each != name}
    alike = [each for each in by_folded if max(len(each), len(folded)) <= STRETCH * min(len(each), len(folded))]
    found = difflib.get_close_matches(folded, alike, MOST, CUTOFF_OF_SHORT if len(folded) <= 5 else CUTOFF)
    return tuple(by_folded[each] for each in found)
