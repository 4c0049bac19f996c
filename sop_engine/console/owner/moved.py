"""Open promises that a calendar or a version moves, as publishing tells of them."""

from typing import TYPE_CHECKING, Any

from sop_engine.console.output import Column
from sop_engine.messages import msg

if TYPE_CHECKING:
    from sop_engine.console.opened import Opened
    from sop_engine.engine.publishing.reckoning import Move


def move_json(opened: "Opened", move: "Move") -> dict[str, Any]:
    """A move as JSON has it."""
    return {"ticket": move.ticket, "goal": move.goal, "was": opened.local(move.was) if move.was else None,
            "due": opened.local(move.due) if move.due else None}  # fmt: skip


def tell_moved(opened: "Opened", moved: "list[Move]") -> None:
    """Say which open promises are due at another time now; a list where it is only looked at."""
    if not moved:
        return
    if opened.call.dry_run:
        columns = [
            Column(msg("number"), whole=True),
            Column(msg("promise")),
            Column(msg("was due")),
            Column(msg("due")),
        ]
        opened.call.output.table(
            columns, [[move.ticket, move.goal, _clock(opened, move.was), _clock(opened, move.due)] for move in moved]
        )
        opened.call.output.tell(msg("open promises that would move: {count}", count=len(moved)))
    else:
        opened.call.output.tell(msg("open promises that have moved: {count}; see: sop sla ls", count=len(moved)))


def _clock(opened: "Opened", instant: str | None) -> str:
    return opened.local(instant)[:16].replace("T", " ") if instant else ""
