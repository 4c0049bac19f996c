"""What is to be done in the place of whoever is away: a deputy finds it in his own list."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from sop_engine import canonical
from sop_engine.console.staff.filters import mine
from sop_engine.console.staff.narrowed import Asked
from sop_engine.engine.people.deputies import stood_in_for
from sop_engine.messages import msg
from sop_engine.store.seam import Head

if TYPE_CHECKING:
    from sop_engine.console.opened import Opened


def in_place_of_others(
    opened: "Opened", wanted: Asked, found: Callable[["Opened", Asked], Iterator[Head]]
) -> Iterator[Head]:
    """The tickets of those for whom whoever asks stands in now, which are not his own; and a line that says with what
    they are done. `wanted` are his own."""
    with opened.reading() as reading:
        away = stood_in_for(reading, opened.person, canonical.instant_text(opened.now))
        others = [mine(reading, each, opened.today) for each in away]
        own = mine(reading, opened.person, opened.today)
    seen: set[str] = set()
    for whose in others:
        query = replace(wanted.query, mine=whose.person, roles=tuple(whose.roles))
        listed = [head for head in found(opened, Asked(query, whose)) if head.id not in seen and not own.has(head)]
        seen.update(head.id for head in listed)
        if listed:
            opened.call.output.tell(
                msg("in the place of {name}, with --as {id}: {tickets}", name=opened.named(whose.person),
                    id=whose.person, tickets=tuple(head.id for head in listed))
            )  # fmt: skip
        yield from listed
