"""The way that one ticket took, read from the events of its record."""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

Place = tuple[str, str, str, int]
"""Where a transition stands in the procedure, as the record names it: the state that bears it, what kind it is of
(`open`, `offer`, `timer`, `handler`, `always`, `done`), the name of the trigger, timer or event, and its rank among
the alternatives."""

_WORD: Final = re.compile(r"[\w.*-]{0,80}")
_MOST: Final = 4
"""numbers that an arrow shows before it only counts"""


@dataclass(frozen=True, slots=True)
class Way:
    """What a ticket's record says of its way. `ticket` is how the picture calls it."""

    ticket: str
    taken: Mapping[Place, tuple[int, ...]]
    """when each transition was taken: 1 is the ticket's first transition, 2 its second"""
    entered: Mapping[str, int]
    """how often each state was entered"""
    now: frozenset[str]
    """the states in which it is; of a closed ticket the final state in which it rests"""


def way_of(ticket: str, events: Iterable[Mapping[str, Any]]) -> Way:
    """The way that all of a ticket's events, in order, tell of."""
    taken: dict[Place, list[int]] = {}
    entered: dict[str, int] = {}
    now: set[str] = set()
    number = 0
    for event in events:
        match event["kind"]:
            case "took":
                number += 1
                place = (event["source"], event["by"], event["name"], event["alternative"])
                taken.setdefault(place, []).append(number)
            case "entered":
                entered[event["state"]] = entered.get(event["state"], 0) + 1
                now.add(event["state"])
            case "left":
                now.discard(event["state"])
            case "withdrawn":
                now = set(event["put"].get("active", now))
    return Way(ticket, {place: tuple(numbers) for place, numbers in taken.items()}, entered, frozenset(now))


def place_text(place: Place) -> str:
    """A place as an id without blanks: `on_site/offer/done/0`."""
    return f"{group_text(place[:3])}/{place[3]}"


def group_text(group: tuple[str, str, str]) -> str:
    """What the alternatives of a trigger, timer or event share of their places, as an id: `on_site/offer/done`. An
    event may have any name; one that is no word gives its digest."""
    source, by, name = group
    word = name if _WORD.fullmatch(name) else hashlib.sha256(name.encode(errors="replace")).hexdigest()[:12]
    return f"{source}/{by}/{word}"


def numbers_text(numbers: Sequence[int]) -> str:
    """Order numbers as an arrow shows them: `2, 7`, and `2, 7, 9 … 40 (×12)` where there are many."""
    if len(numbers) <= _MOST:
        return ", ".join(map(str, numbers))
    first = ", ".join(map(str, numbers[: _MOST - 1]))
    return f"{first} … {numbers[-1]} (×{len(numbers)})"
