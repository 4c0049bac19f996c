"""The stage: an engine over a store in memory, with people, units, published procedures, and a clock that is moved."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from sop_engine import canonical
from sop_engine.audit.findings import Mismatch
from sop_engine.audit.replay import replay_all
from sop_engine.clock import SimulatedClock
from sop_engine.engine.engine import Done, Engine
from sop_engine.engine.sites.settings import Settings
from sop_engine.engine.timers import tick
from sop_engine.store.seam import Query
from sop_engine.store.sqlite import MEMORY, open_store
from sop_engine.ticket.program import Program
from sop_engine.ticket.records import SITE, Command, Ticket
from sop_engine.trial.firms import StagedFirm
from sop_engine.trial.repertoire import Piece, Repertoire

LOGIN: Final = "stage"
KEEPER: Final = "stage_keeper"
"""the administrator, who holds no role and plays no part"""


@dataclass(frozen=True, slots=True)
class Player:
    """Somebody who takes part: actor id, name, roles with their scopes, skills with the last day of each licence."""

    id: str
    name: str
    roles: tuple[tuple[str, str | None], ...]
    skills: tuple[tuple[str, str | None], ...] = ()


class Entropy:
    """Salts that are the same in every run."""

    def __init__(self) -> None:
        self._count = 0

    def __call__(self) -> bytes:
        self._count += 1
        return hashlib.sha256(b"stage %d" % self._count).digest()


class Stage:
    """A site that exists in memory only. Close it after use."""

    def __init__(
        self,
        start: datetime,
        zone: str,
        players: Sequence[Player],
        units: Mapping[str, Mapping[str, str]],
        repertoire: Repertoire,
        teams: Mapping[str, tuple[str | None, Sequence[str]]] | None = None,
        firms: Sequence[StagedFirm] = (),
    ) -> None:
        self.clock = SimulatedClock(start)
        self.settings = Settings(Path(), "Stage", "stage", zone, demo=True)
        self.store = open_store(MEMORY, create=True)
        self.engine = Engine(self.store, self.clock, self.settings, Entropy())
        self.engine.programs = self.programs = repertoire.programs
        self.players = {player.id: player for player in players}
        self._commands = 0
        self._site("begin", actor=KEEPER, name=KEEPER, roles=[], rights=["admin"])
        for player in players:
            roles = [list(role) for role in player.roles]
            self._site("add_person", actor=player.id, name=player.name, roles=roles)
            for skill, until in player.skills:
                self._site("skill", actor=player.id, skill=skill, until=until)
        ids = {player.name: player.id for player in players}
        for team, (lead, people) in (teams or {}).items():
            led = None if lead is None else ids[lead]
            self._site("add_team", team=team, title=team, lead=led, join=[ids[each] for each in people])
        self._site("login", login=LOGIN, actor=KEEPER, people=sorted(self.players))
        self.firms = {firm.id: firm.title for firm in firms}
        for firm in firms:
            self._site("add_firm", **firm.arguments())
            for person, name in firm.people:
                self._site("firm_person", firm=firm.id, name=name)
                self.players[person] = Player(person, name, ())
        with self.store.writing() as transaction:
            transaction.put_units([{"id": unit, "contact": dict(contact)} for unit, contact in units.items()])
        for name, data in repertoire.calendars.items():
            self._publish_calendar(name, data)
        for piece in repertoire.pieces.values():
            self._publish(piece)

    def close(self) -> None:
        self.store.close()

    # --- setting up ---

    def _site(self, command: str, /, **arguments: Any) -> None:
        self.engine.act(Command(self._next_id(), command, SITE, KEEPER, LOGIN, arguments))

    def _publish(self, piece: Piece) -> None:
        with self.store.writing() as transaction:
            for blob in piece.blobs:
                transaction.put_blob(blob)
        self._site(
            "publish",
            procedure=piece.procedure.id,
            digest=piece.digest,
            text=piece.digest,
            places=piece.digest,
            schedules=piece.schedules,
        )

    def _publish_calendar(self, name: str, data: bytes) -> None:
        digest = canonical.digest(data)
        with self.store.writing() as transaction:
            transaction.put_blob(data)
        self._site("publish_calendar", calendar=name, digest=digest, text=digest, places=digest)

    def _next_id(self) -> str:
        self._commands += 1
        return f"stage-{self._commands}"

    # --- acting ---

    def act(self, name: str, ticket: str, actor: str, arguments: Mapping[str, Any], **about: Any) -> Done:
        """A person's command at the stage's own terminal. Raises what its refusal names."""
        return self.engine.act(self.command(name, ticket, actor, arguments, **about))

    def command(self, name: str, ticket: str, actor: str, arguments: Mapping[str, Any], **about: Any) -> Command:
        """A person's command at the stage's own terminal."""
        return Command(self._next_id(), name, ticket, actor, LOGIN, arguments, **about)

    def move_to(self, instant: datetime) -> None:
        """Move the clock forward, firing each timer when the clock reaches it."""
        while True:
            with self.store.reading() as reading:
                due = reading.next_due()
            if due is None or canonical.instant_of(due) > instant:
                break
            self.clock.set(max(self.clock.now(), canonical.instant_of(due)))
            tick(self.engine)
        self.clock.set(instant)

    # --- looking ---

    def ticket(self, id: str) -> Ticket:
        """A ticket as it stands."""
        with self.store.reading() as reading:
            found = reading.ticket(id)
        assert found is not None, id
        return found

    def program_of(self, ticket: Ticket) -> Program:
        """The program under which a ticket runs."""
        with self.store.reading() as reading:
            return self.programs.of_ticket(reading, ticket)

    def program_of_newest(self, name: str) -> Program:
        """The program that a ticket of this procedure would be opened under."""
        with self.store.reading() as reading:
            version = reading.newest(name)
            assert version is not None, name
            return self.programs.of(reading, version.digest)

    def tickets(self) -> list[str]:
        """All tickets, in the order in which they were opened."""
        with self.store.reading() as reading:
            return [head.id for head in reading.heads(Query()) if head.id != SITE]

    def records(self, id: str, after: int = 0) -> Iterator[dict[str, Any]]:
        """The contents of a ticket's steps, in order."""
        with self.store.reading() as reading:
            stored = list(reading.steps(id, after))
        for step in stored:
            yield canonical.parse(step.data)

    def mismatches(self) -> list[Mismatch]:
        """Decide everything again from the record alone; gives the differences."""
        with self.store.reading() as reading:
            return [
                found
                for report in replay_all(reading, self.programs, self.settings.zone_info)
                for found in report.mismatches
            ]
