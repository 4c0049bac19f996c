"""Firms from outside on a stage: as a scenario file says them, and as the stage's site knows them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sop_engine.diagnostics import Diagnostic
from sop_engine.language.checks.telling import error
from sop_engine.language.grammar.shapes import listed
from sop_engine.language.source.tree import Cursor
from sop_engine.messages import msg
from sop_engine.ticket.site.contracting import is_firm_id, no_firm_id
from sop_engine.trial.schema import FirmWords
from sop_engine.worktime import NotADuration, parse_allowance


@dataclass(frozen=True, slots=True)
class StagedFirm:
    """A firm: id, title, its people by id and name, what its contract promises, the last day of the contract."""

    id: str
    title: str
    people: tuple[tuple[str, str], ...] = ()
    promises: tuple[tuple[str, tuple[Any, ...]], ...] = ()
    until: str | None = None

    def arguments(self) -> dict[str, Any]:
        """Of the command that enters it."""
        contract = {"contract": {"until": self.until}} if self.until is not None else {}
        promises = {goal: list(allowance) for goal, allowance in self.promises}
        return {"firm": self.id, "title": self.title, "promises": promises, **contract}


def staged(firms: Mapping[str, FirmWords]) -> tuple[StagedFirm, ...]:
    """The firms of a scenario file that has no faults. Ids of people are as `sop firm person` gives them."""
    return tuple(
        StagedFirm(
            firm,
            words.title or firm,
            tuple((f"{firm}.{rank}", name) for rank, name in enumerate(listed(words.people), 1)),
            tuple((goal, _allowance(time)) for goal, time in words.promises.items()),
            words.until,
        )
        for firm, words in firms.items()
    )


def _allowance(text: str) -> tuple[Any, ...]:
    found = parse_allowance(text)
    return found.count, found.unit, found.ending


def faults(firms: Mapping[str, FirmWords], above: Cursor) -> Iterator[Diagnostic]:
    """A firm's id is one, its promises are times, and its contract's last day a day."""
    for firm, words in firms.items():
        here = above / firm
        if not is_firm_id(firm):
            title, fix = no_firm_id(firm)
            yield error("SOP301", here.name, title, None, fix)
        for goal, time in words.promises.items():
            try:
                parse_allowance(time)
            except NotADuration as problem:
                yield error("SOP301", (here / "promises" / goal).span, problem.message)
        try:
            date.fromisoformat(words.until or "2026-11-30")
        except ValueError:
            title = msg("`{text}` is no day such as 2027-06-30", text=(words.until or "")[:40])
            yield error("SOP301", (here / "until").span, title)
