"""Ends of shifts reckoned anew when a roster was loaded or shifts were swapped: each ticket a command and a commit of
its own. It may be interrupted: a shift's end asks the roster itself when its time has come."""

from collections.abc import Iterator

from sop_engine.engine.engine import Engine, new_id
from sop_engine.engine.people.identity import Identity
from sop_engine.errors import NotNow
from sop_engine.store.seam import Query
from sop_engine.ticket.records import SITE, Command

PAGE = 200
"""tickets that are looked at in one snapshot"""


def look_again(engine: Engine, who: Identity) -> list[str]:
    """Let every open ticket whose procedure has a rule for the end of shifts ask the roster anew; gives those of which
    that moved anything."""
    moved = []
    for id in list(_concerned(engine)):
        command = Command(new_id(), "look_at_roster", id, who.actor, who.login, {}, typist=who.typist,
                          heard=who.heard, standing_for=who.standing_for)  # fmt: skip
        try:
            engine.act(command)
        except NotNow:
            continue
        moved.append(id)
    return moved


def _concerned(engine: Engine) -> Iterator[str]:
    after: str | None = None
    while True:
        with engine.store.reading() as reading:
            heads = reading.heads(Query(status="open", after=after, limit=PAGE))
            ruled = [head.id for head in heads if head.id != SITE
                     and engine.programs.of(reading, head.digest).procedure.acts.shift_end is not None]  # fmt: skip
            tickets = [reading.ticket(id) for id in ruled]
        yield from (each.id for each in tickets if each is not None and each.acts.get("shifts"))
        if not heads:
            return
        after = heads[-1].id
