"""Did you mean: names near to a misspelled one."""

import difflib
from collections.abc import Iterable


def near(word: str, names: Iterable[str], most: int = 3) -> tuple[str, ...]:
    """At most `most` of `names` that are close to `word`, nearest first; none where nothing is close."""
    folded = {name.casefold(): name for name in names}
    return tuple(folded[each] for each in difflib.get_close_matches(word.casefold(), folded, most, 0.6))
