"""Allowances compared: whether one is surely at least as long as another, whatever the calendar is.

Working time is never shorter on the clock than what is counted, and may be any longer; days and more end at a close, so
they are known to a day only. Where nothing is sure, the answer is no.
"""

import math
from typing import Final

from sop_engine.worktime import END_OF_WORKDAY, Allowance

DAY: Final = 24 * 60
SHIFT: Final = 3 * 60
"""minutes that a change of the clocks may take from a stretch of days, or give to it"""
KINDS: Final = {
    "min": ("length", 1), "h": ("length", 60), "day": ("day", 1), "week": ("day", 7), "month": ("month", 1),
    "year": ("month", 12), "workday": ("workday", 1), "day_length": ("day_length", 1),
}  # fmt: skip
"""unit -> what it is compared in, and how many of that it is"""


def surely_at_least(one: Allowance, other: Allowance) -> bool:
    """Whether `one`, from the same start, surely ends no sooner than `other`."""
    if not other.count and other != END_OF_WORKDAY:
        return True
    kind, factor = KINDS[one.unit]
    other_kind, other_factor = KINDS[other.unit]
    if (kind, one.ending) == (other_kind, other.ending):
        return one.count * factor >= other.count * other_factor
    return _least(one) >= _most(other)


def _least(allowance: Allowance) -> float:
    """The fewest minutes that it takes on the clock."""
    kind, factor = KINDS[allowance.unit]
    count = allowance.count * factor
    match kind:
        case "length":
            return count
        case "day" | "workday":
            return max(count - 1, 0) * DAY - SHIFT
        case "month":
            return (count * 28 - 1) * DAY - SHIFT
    return 0


def _most(allowance: Allowance) -> float:
    """The most minutes that it takes on the clock; without a bound where working time is counted."""
    kind, factor = KINDS[allowance.unit]
    count = allowance.count * factor
    if kind == "length" and allowance.ending == "clock":
        return count
    match kind:
        case "day":
            return (count + 2) * DAY + SHIFT
        case "month":
            return (count * 31 + 2) * DAY + SHIFT
    return math.inf
