"""The outbox against the record: whoever was told by a step has a letter, and nobody else."""

from collections.abc import Iterator, Mapping
from typing import Any

from sop_engine.audit.findings import Mismatch
from sop_engine.messages import Message, msg
from sop_engine.store.seam import Reads


class Told(set[tuple[int, int, str, str]]):
    """Letters: (step number, place of the event in the step, notice, to whom)."""


def told_by(record: Mapping[str, Any]) -> Told:
    """The letters that a step wrote."""
    return Told(
        (record["number"], place, event["notice"], to)
        for place, event in enumerate(record["events"])
        if event["kind"] == "told"
        for to in event["to"]
    )


def compare_letters(reading: Reads, id: str, told: Told) -> Iterator[Mismatch]:
    """Letters of a ticket that are gone from the outbox, or that no step wrote. By which channel they went, when, and
    in which words is not in the record."""
    found = {(each.number, each.position, each.notice, each.to) for each in reading.letters(ticket=id)}
    for number, _place, notice, to in sorted(told - found):
        what = msg("{notice} to {to} is gone from the outbox", notice=_named(notice), to=to)
        yield Mismatch(id, number, "letter", what)
    for number, _place, notice, to in sorted(found - told):
        what = msg("{notice} to {to} stands in the outbox, and no step wrote it", notice=_named(notice), to=to)
        yield Mismatch(id, number, "letter", what)


def _named(notice: str) -> Message:
    """A notice by its id; a transition may also tell somebody without words of its own."""
    return msg("the notice {notice}", notice=notice) if notice else msg("the notice")
