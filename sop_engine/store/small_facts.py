"""Small facts of a site, rows of `meta` that are no history, where somebody has changed them by hand: what the engine
writes anew by itself counts as not there, and stops nothing."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final, TypeVar

from sop_engine import canonical
from sop_engine.store.seam import Reads

Fact = TypeVar("Fact")
NONSENSE: Final = (ValueError, LookupError, TypeError, AttributeError)
"""what reading nonsense comes to"""


def read_fact(kept: str | None, make: Callable[[Any], Fact]) -> Fact | None:
    """What `make` makes of a fact's JSON; None where there is none, or it is nonsense."""
    if not kept:
        return None
    try:
        return make(canonical.parse(kept))
    except NONSENSE:
        return None


def last_sweep(reading: Reads) -> datetime | None:
    """When somebody last swept; None where nobody has, or what stands there is no instant."""
    kept = reading.meta("last_sweep")
    try:
        return None if kept is None else canonical.instant_of(kept)
    except NONSENSE:
        return None
