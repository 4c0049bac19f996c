"""Firms from outside by what staff call them: id, title, or the pinyin of the title."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sop_engine.console.tickets import folded
from sop_engine.errors import NotFound, NotUnderstood
from sop_engine.messages import msg
from sop_engine.store.seam import Reads
from sop_engine.ticket.near import near
from sop_engine.ticket.records import SITE
from sop_engine.values import ValueProblem
from sop_engine.values.pinyin import spellings
from sop_engine.values.texts import title_key

if TYPE_CHECKING:
    from sop_engine.console.opened import Opened


def firms_in(reading: Reads) -> Mapping[str, Any]:
    """All firms as the site's state has them, by id; those that were taken off the list, too."""
    site = reading.ticket(SITE)
    found: Mapping[str, Any] = site.fields.get("firms", {}) if site is not None else {}
    return found


def firm_named(reading: Reads, said: str) -> str:
    """A firm by id, title or pinyin; one of the list goes before one that was taken off it. Raises `NotFound` where
    there is none of that name, `NotUnderstood` where there are several."""
    firms = firms_in(reading)
    found = _found(firms, said)
    if len(found) == 1:
        return found[0]
    if found:
        raise NotUnderstood(
            msg("{name} could be any of {choices}", name=said[:60], choices=tuple(found)),
            near=found,
            fix=msg("write the id of the firm"),
        )
    raise NotFound(
        msg("there is no firm {firm}", firm=said[:60]),
        near=near(said, [*firms, *(entry["title"] for entry in firms.values())]),
        fix=msg("see which there are: sop firm ls"),
    )


def firm_given(opened: "Opened", said: str) -> str:
    """A firm as the value of a field: as `firm_named`, but what is none is a `ValueProblem`, as of any value."""
    try:
        with opened.reading() as reading:
            return firm_named(reading, said)
    except NotFound as fault:
        if fault.near:
            raise ValueProblem(
                msg("there is no firm {firm}; did you mean: {names}? all of them: sop firm ls", firm=said[:60],
                    names=fault.near)
            ) from None  # fmt: skip
    except NotUnderstood as fault:
        raise ValueProblem(msg("{message}; write the id", message=fault.message)) from None
    raise ValueProblem(msg("there is no firm {firm}; see which there are: sop firm ls", firm=said[:60]))


def _found(firms: Mapping[str, Any], said: str) -> list[str]:
    name = folded(said)
    if name in firms:
        return [name]
    key = title_key(name)
    for working in (True, False):
        there = {firm: entry["title"] for firm, entry in firms.items() if entry["active"] == working}
        found = [firm for firm, title in there.items() if key in (title_key(firm), title_key(title))]
        found = found or [firm for firm, title in there.items() if key in spellings(title)]
        if found:
            return found
    return []
