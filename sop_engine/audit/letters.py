"""The outbox against the record: whoever was told by a step has a letter, and nobody else. A letter that will not be
sent has a later one of its kind."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sop_engine.audit.findings import Mismatch
from sop_engine.messages import Message, msg
from sop_engine.store.seam import OutLetter, Reads
from sop_engine.ticket.kinds import kind_of


class Told(dict[tuple[int, int, str, str], str]):
    """Letters: (step number, place of the event in the step, notice, to whom) -> their kind; and what was recalled."""

    def __init__(self, *entries: Any) -> None:
        super().__init__(*entries)
        self.recalled: list[tuple[int, int, tuple[str, ...], bool]] = []
        """(number of the step that recalls, the step whose letters, or before which those to the recipients, or all)"""

    def add(self, other: "Told") -> None:
        """What another step told and recalled, too."""
        self.update(other)
        self.recalled += other.recalled

    def was_recalled(self, letter: OutLetter) -> bool:
        """Whether a later step recalled a letter."""
        return any(
            letter.number < by and (before or (letter.to in to if to else letter.number == number))
            for by, number, to, before in self.recalled
        )


def told_by(record: Mapping[str, Any]) -> Told:
    """The letters that a step wrote."""
    command, events = record["command"], record["events"]
    told = Told(
        {
            (record["number"], place, event["notice"], to): kind_of(
                command["name"], command["arguments"], events, place
            )
            for place, event in enumerate(events)
            if event["kind"] == "told"
            for to in event["to"]
        }
    )
    told.recalled = [
        (record["number"], event["number"], tuple(event["to"]), bool(event.get("before")))
        for event in events
        if event["kind"] == "recalled"
    ]
    return told


def compare_letters(reading: Reads, id: str, told: Told) -> Iterator[Mismatch]:
    """Letters of a ticket that are gone from the outbox, or that no step wrote, or not so. By which channel they went,
    when, and in which words is not in the record."""
    letters = reading.letters(ticket=id)
    found = {(each.number, each.position, each.notice, each.to): each.kind for each in letters}
    for number, _place, notice, to in sorted(told.keys() - found.keys()):
        what = msg("{notice} to {to} is gone from the outbox", notice=_named(notice), to=to)
        yield Mismatch(id, number, "letter", what)
    for number, _place, notice, to in sorted(found.keys() - told.keys()):
        what = msg("{notice} to {to} stands in the outbox, and no step wrote it", notice=_named(notice), to=to)
        yield Mismatch(id, number, "letter", what)
    for key in sorted(told.keys() & found.keys()):
        if told[key] != found[key]:
            what = msg("{notice} to {to} is of another kind in the outbox than its step made it",
                       notice=_named(key[2]), to=key[3])  # fmt: skip
            yield Mismatch(id, key[0], "letter", what)
    for letter in letters:
        if letter.status == "recalled" and not told.was_recalled(letter):
            what = msg("{notice} to {to} was recalled in the outbox, and by no step", notice=_named(letter.notice),
                       to=letter.to)  # fmt: skip
            yield Mismatch(id, letter.number, "letter", what)
    for letter in _lost(letters):
        what = msg("{notice} to {to} was superseded in the outbox, and no later one says the same",
                   notice=_named(letter.notice), to=letter.to)  # fmt: skip
        yield Mismatch(id, letter.number, "letter", what)


def _lost(letters: Sequence[OutLetter]) -> list[OutLetter]:
    """Superseded letters without a later one in their place. It may have been recalled since: then that is on record,
    and would have been so of these."""
    last: dict[tuple[str, ...], tuple[int, int]] = {}
    for each in letters:
        if each.kind and each.status != "superseded":
            last[_sort(each)] = max(last.get(_sort(each), (0, 0)), (each.number, each.position))
    superseded = [each for each in letters if each.status == "superseded"]
    return [each for each in superseded if last.get(_sort(each), (0, 0)) < (each.number, each.position)]


def _sort(letter: OutLetter) -> tuple[str, str, str]:
    return letter.kind, letter.notice, letter.to


def _named(notice: str) -> Message:
    """A notice by its id; a transition may also tell somebody without words of its own."""
    return msg("the notice {notice}", notice=notice) if notice else msg("the notice")
