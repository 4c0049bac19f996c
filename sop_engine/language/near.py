"""Did you mean: at most three near names, above a cutoff."""

import difflib
import itertools
from collections.abc import Iterable
from typing import Final

MOST: Final = 3
CUTOFF: Final = 0.6
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
    found = difflib.get_close_matches(folded, by_folded, MOST, CUTOFF)
    return tuple(by_folded[each] for each in found)
