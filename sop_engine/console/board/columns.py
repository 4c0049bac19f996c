"""How wide the columns of the queue are. Pure.

The law. The number and what is left are whole on every terminal, since by them one finds a ticket and knows whether it
is late. The others have what room there is; where there is too little for one, it is left out as a whole, the assignee
first: what stands there is on the page below.
"""

from collections.abc import Sequence
from typing import Final

from sop_engine.console.output import said_once
from sop_engine.console.text import width

AROUND: Final = 2
"""cells of air that a column has beside what it holds"""
_NUMBER, _UNIT, _SUBJECT, _STATE, _ASSIGNEE, _LEFT = range(6)
_RANKED: Final = (_NUMBER, _LEFT, _SUBJECT, _STATE, _UNIT, _ASSIGNEE)
"""which is kept before which"""
_WHOLE: Final = (_NUMBER, _LEFT)
_LEAST: Final = {_SUBJECT: 9, _STATE: 8, _UNIT: 8, _ASSIGNEE: 4}
"""cells without which a column tells nothing"""
_READABLE: Final = {_STATE: 12, _SUBJECT: 16}
"""cells that these have before others have all that they want"""
_GOES_ON: Final = [place == _SUBJECT for place in range(6)]
"""a subject that begins with the unit need not say it again"""


def fitting(
    heads: Sequence[str], rows: Sequence[Sequence[str]], room: int
) -> tuple[dict[int, int], Sequence[Sequence[str]]]:
    """The columns that fit into `room` cells, by their place, and how wide each is without the air around it; and the
    rows as they are shown so."""
    wanted = _widths(heads, rows)
    if sum(wanted) + AROUND * len(wanted) <= room:
        return dict(enumerate(wanted)), rows
    least = {place: max(_LEAST.get(place, wanted[place]), width(heads[place])) for place in range(len(heads))}
    given: dict[int, int] = {}
    for place in _RANKED:
        needed = min(wanted[place], least[place])
        said = place in _WHOLE or not rows or any(cells[place] for cells in rows)
        if place in _WHOLE or (said and needed + AROUND <= room):
            given[place] = needed
            room -= needed + AROUND
    if _UNIT in given:
        rows = [said_once(cells, _GOES_ON) for cells in rows]
        wanted = _widths(heads, rows)
    for order, stop in (((_UNIT, _ASSIGNEE, _STATE, _SUBJECT), _READABLE), ((_SUBJECT, _STATE), {})):
        for place in (each for each in order if each in given):
            more = max(min(stop.get(place, wanted[place]), wanted[place], given[place] + room) - given[place], 0)
            given[place] += more
            room -= more
    return dict(sorted(given.items())), rows


def _widths(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[int]:
    return [max([width(head), *(width(cells[place]) for cells in rows)]) for place, head in enumerate(heads)]
