"""A ticket's family: from the first of its parents down to all children, and what it is linked with."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sop_engine.console.output import Column
from sop_engine.console.staff.listing import Lines, Titles, left, states
from sop_engine.messages import msg
from sop_engine.store.seam import Head, Query, Reads

if TYPE_CHECKING:
    from sop_engine.console.opened import Opened

DEEPEST: Final = 20
"""generations that are shown; a chain of causes is no longer"""
MOST: Final = 1000
"""tickets that are shown"""


class Member(NamedTuple):
    """A ticket of a family, and how many generations it stands below the first."""

    depth: int
    head: Head


class Family(NamedTuple):
    """A ticket's relatives, parents before their children, and the tickets that it is linked with."""

    members: tuple[Member, ...]
    linked: tuple[Head, ...]
    is_cut: bool
    """whether there are more than can be shown"""


def family_of(reading: Reads, head: Head, links: Iterator[str]) -> Family:
    """The family of a ticket, out of one snapshot."""
    first = head
    for _generation in range(DEEPEST):
        parent = reading.head(first.parent) if first.parent is not None else None
        if parent is None:
            break
        first = parent
    members: list[Member] = []
    waiting = [Member(0, first)]
    while waiting and len(members) < MOST:
        member = waiting.pop()
        members.append(member)
        if member.depth < DEEPEST:
            children = reading.heads(Query(parent=member.head.id, limit=MOST))
            waiting += [Member(member.depth + 1, child) for child in reversed(children)]
    linked = tuple(each for link in links if (each := reading.head(link)) is not None)
    return Family(tuple(members), linked, bool(waiting))


def family_json(opened: "Opened", family: Family) -> dict[str, Any]:
    """A family as `show --tree --json` has it."""
    return {
        "tree": [{"depth": each.depth, **_plain(opened, each.head)} for each in family.members],
        "linked": [_plain(opened, head) for head in family.linked],
    }


def _plain(opened: "Opened", head: Head) -> dict[str, Any]:
    return {"id": head.id, "parent": head.parent, "procedure": head.procedure, "status": head.status,
            "state": head.state, "subject": opened.text_seen(head, head.subject)}  # fmt: skip


def print_family(opened: "Opened", family: Family, shown: str) -> None:
    """Print a family as a table; in a terminal children stand indented below their parents, `shown` with a star."""
    output, lines = opened.call.output, Lines(opened, Titles(opened))
    terminal = output.on_terminal()

    def row(head: Head, depth: int, relation: Any) -> list[Any]:
        mark = " *" if terminal and head.id == shown else ""
        number = f"{'  ' * depth}{head.id}{mark}" if terminal else head.id
        title = lines.titles.of(head.digest, "procedure", head.procedure)
        return [number, relation, title, states(lines, head), left(head, opened.now),
                opened.text_seen(head, head.subject)]  # fmt: skip

    rows = [row(each.head, each.depth, each.head.parent or "") for each in family.members]
    rows += [row(head, 0, msg("see also")) for head in family.linked]
    columns = [Column(msg("number"), whole=True), Column(msg("part of")), Column(msg("procedure")),
               Column(msg("state")), Column(msg("left")), Column(msg("subject"))]  # fmt: skip
    output.table(columns, rows)
    if family.is_cut:
        output.tell(msg("there are more than {count}; see them with: sop ls --all", count=len(family.members)))
