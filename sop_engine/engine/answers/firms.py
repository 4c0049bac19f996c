"""Answers about firms from outside, out of the site's state. See `ticket.firms`."""

from collections.abc import Mapping
from typing import Any, Final

from sop_engine.store.seam import Reads
from sop_engine.ticket.firms import firm_of
from sop_engine.ticket.records import SITE

PAPERS: Final = ("contract", "permit")
"""what a firm has that runs out"""


def the_firm(reading: Reads, id: str) -> dict[str, Any] | None:
    """A firm with its papers, its promises and those of its people who work for it; None where there is none."""
    site = reading.ticket(SITE)
    fields: Mapping[str, Any] = site.fields if site is not None else {"people": {}}
    entry = fields.get("firms", {}).get(id)
    if entry is None:
        return None
    return {
        "title": entry["title"],
        "active": entry["active"],
        **{paper: (entry[paper] or {}).get("until") for paper in PAPERS},
        "promises": entry["promises"],
        "people": {
            person: known.get("permit_until") for person, known in people_of(fields, id).items() if known["active"]
        },
    }


def people_of(fields: Mapping[str, Any], firm: str) -> dict[str, Mapping[str, Any]]:
    """A firm's people as the site's state has them, in the order in which they were entered; who has left, too."""
    found = {person: entry for person, entry in fields["people"].items() if firm_of(entry) == firm}
    return dict(sorted(found.items(), key=lambda each: (len(each[0]), each[0])))


def sealed_of(reading: Reads, commitments: Mapping[str, Any]) -> dict[Any, Any]:
    """What lies beside the site's steps under these commitments, by what each stands for; what was erased is left
    out."""
    kept = reading.sealed(SITE).values() if commitments else ()
    return {
        commitments[each.commitment]: each.value
        for each in kept
        if each.commitment in commitments and each.value is not None
    }
