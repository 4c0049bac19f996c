"""Versions of what is published, procedures and calendars alike: one of them by number, and all of them as a list."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sop_engine.console.output import Column
from sop_engine.errors import NotFound
from sop_engine.messages import msg
from sop_engine.store.seam import Version

if TYPE_CHECKING:
    from sop_engine.console.opened import Opened


def numbered(name: str, versions: Sequence[Version], number: int | None) -> Version:
    """The version of that number (None: the newest) among all versions of `name`, oldest first. Raises `NotFound`."""
    newest = versions[-1]
    found = newest if number is None else next((each for each in versions if each.number == number), None)
    if found is None:
        raise NotFound(
            msg("{name} has no version {version}; its newest is {newest}", name=name, version=number,
                newest=newest.number)
        )  # fmt: skip
    return found


def print_versions(opened: "Opened", what: str, name: str, versions: Sequence[Version]) -> None:
    """List versions; `what` is the entry of JSON in which the name stands."""
    if opened.call.json:
        opened.call.output.json(
            [
                {
                    what: name,
                    "version": each.number,
                    "digest": each.digest,
                    "published": opened.local(each.published),
                    "by": each.by,
                    "reason": each.reason,
                }
                for each in versions
            ]
        )
        return
    columns = [Column(msg("version")), Column(msg("published")), Column(msg("by")), Column(msg("digest"), whole=True),
               Column(msg("reason"))]  # fmt: skip
    rows: list[list[Any]] = [
        [str(each.number), opened.local(each.published)[:16].replace("T", " "), opened.named(each.by), each.digest[:12],
         each.reason]
        for each in versions
    ]  # fmt: skip
    opened.call.output.table(columns, rows)
