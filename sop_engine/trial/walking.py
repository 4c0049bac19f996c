"""Random walks over a procedure: any permitted actor, made-up values, time that jumps; never stuck, always replayed.

A walk is decided by its seed alone, so that what it finds can be found again.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, Final
from zoneinfo import ZoneInfo

from sop_engine import canonical
from sop_engine.errors import SopError
from sop_engine.messages import Message, msg
from sop_engine.procedure import ROOT, Offer
from sop_engine.store.programs import Programs
from sop_engine.ticket.program import Program
from sop_engine.ticket.records import Ticket
from sop_engine.trial.firms import StagedFirm
from sop_engine.trial.made_up import MadeUp, plain
from sop_engine.trial.papers import unwritten
from sop_engine.trial.repertoire import Repertoire
from sop_engine.trial.stage import Player, Stage
from sop_engine.trial.walking_acts import acts_of, chosen

START: Final = datetime(2026, 11, 23, 0, 30, tzinfo=UTC)
ZONE: Final = "Asia/Shanghai"
UNITS: Final = ("3-2-1202", "3-1-0803", "5-1-0301")
FIRMS: Final = (StagedFirm("first_firm", "First firm"), StagedFirm("other_firm", "Other firm"))
"""from outside, where a field names one"""
PATIENCE: Final = 400
"""acts and jumps after which a ticket that has come to no end counts as stuck"""


@dataclass(slots=True)
class Walk:
    """What a walk did, and what it found wrong; nothing, if all is well."""

    seed: int
    accepted: int = 0
    refused: int = 0
    closed: int = 0
    states: frozenset[str] = frozenset()
    """states of the procedure that some ticket was in"""
    problems: list[Message] = field(default_factory=list)


def walk(repertoire: Repertoire, seed: int, steps: int) -> Walk:
    """Walk `steps` acts and jumps at random over the first procedure of a repertoire, then bring every ticket to an end
    and replay everything. The same seed walks the same way."""
    walker = _Walker(repertoire, seed)
    try:
        for _ in range(steps):
            walker.step()
        walker.bring_to_an_end()
        walker.look_back()
    finally:
        walker.stage.close()
    return walker.done


def cast(roles: set[str], skills: set[str]) -> list[Player]:
    """Two people for each role, of whom the first has learnt everything, and one who holds them all: a small centre."""
    players, learnt = [], tuple((skill, None) for skill in sorted(skills))
    for rank, role in enumerate(sorted(roles)):
        both = [((1, learnt)), (2, ())]
        players += [Player(f"player_{rank}_{twin}", f"{twin} {role}", ((role, None),), own) for twin, own in both]
    return [*players, Player("player_all", "all", tuple((role, None) for role in sorted(roles)), learnt)]


class _Walker:
    def __init__(self, repertoire: Repertoire, seed: int) -> None:
        self.random = Random(seed)
        self.main = repertoire.main.procedure
        self.players = cast(repertoire.roles(), repertoire.skills())
        units = {unit: {"name": "周先生", "phone": "13800001202"} for unit in UNITS}
        named = (field for piece in repertoire.pieces.values() for field in piece.procedure.fields)
        firms = FIRMS if any(field.type == "firm" for field in named) else ()
        self.stage = Stage(START, ZONE, self.players, units, repertoire, firms=firms)
        self.programs: Programs = self.stage.programs
        self.made_up = MadeUp(self.random, ZoneInfo(ZONE), UNITS, [player.id for player in self.players],
                              [firm.id for firm in FIRMS])  # fmt: skip
        self.done = Walk(seed)

    # --- steps ---

    def step(self) -> None:
        """One thing at random: time jumps, a ticket is opened, or somebody does something."""
        chance = self.random.random()
        if chance < 0.2:
            self.jump()
            return
        tickets = self.open_tickets()
        if not tickets or chance < 0.23:
            self.open()
        elif chance < 0.3:
            self.staff_verb(self.random.choice(tickets))
        elif chance < 0.31:
            self.staff_verb(self.stage.ticket(self.random.choice(self.stage.tickets())))
        else:
            self.act(self.random.choice(tickets))

    def jump(self) -> None:
        """Time passes: minutes, hours, days, or just until the next timer is due."""
        now = self.stage.clock.now()
        with self.stage.store.reading() as reading:
            due = reading.next_due()
        lengths = [timedelta(minutes=self.random.randint(1, 59)), timedelta(hours=self.random.randint(1, 30))]
        lengths += [timedelta(days=self.random.randint(1, 9))]
        if due is not None:
            lengths.append(max(canonical.instant_of(due) - now, timedelta()))
        self.stage.move_to(now + self.random.choice(lengths))

    def open(self) -> None:
        program = self.stage.program_of_newest(self.main.id)
        for player in self.fitting(program, None, self.main.open):
            arguments = {"procedure": self.main.id, "fields": self.values(program, self.main.open)}
            if self.tried("open", "", player, arguments) != "not_you":
                return

    def act(self, ticket: Ticket, homeward: bool = False) -> None:
        """Somebody does one of what the ticket offers: rarely what ends it, unless the walk goes `homeward`. What is
        suspended goes on."""
        if ticket.status == "suspended":
            self.tried("resume", ticket.id, ticket.acts["suspended"]["by"], {})
            return
        program = self.program(ticket)
        offers = [(state.id, offer) for state, offer in program.chart.offers(ticket.active)]
        if not offers:
            self.jump()
            return
        weights = [1 if homeward else self.weight(program, source, offer) for source, offer in offers]
        source, offer = self.random.choices(offers, weights)[0]
        self.made_up.known = plain(ticket.fields)
        signed = bool(ticket.signatures.get(f"{source}.{offer.trigger}"))
        fields = {} if signed else self.values(program, offer)
        for player in self.fitting(program, ticket, offer):
            arguments = {"trigger": f"{source}.{offer.trigger}", "fields": fields}
            if self.tried("do", ticket.id, player, arguments) != "not_you":
                return

    def staff_verb(self, ticket: Ticket) -> None:
        """What staff do to any ticket: take its task, give it away, become its owner, correct it, write something
        down, and whatever else is possible beside the transitions."""
        program, now = self.program(ticket), self.stage.clock.now()
        player, other = (each.id for each in self.random.sample(self.players, 2))
        region = self.random.choice([*ticket.tasks, "ticket"])
        written = [each for each in program.procedure.fields if each.computed is None]
        self.made_up.known = plain(ticket.fields)
        corrected = self.random.sample(written, min(2, len(written)))
        choices: dict[str, dict[str, Any]] = {
            "claim": {"region": region},
            "assign": {"to": other, "region": region, "reason": "顶班"},
            "hand_over": {"to": other, "reason": "交班"},
            "note": {"note": "已与业主沟通"},
            "edit": {"fields": {each.id: self.made_up.value(each, now) for each in corrected}, "reason": "录错"},
        }
        choices |= acts_of(self.random, program, ticket, other, self.stage.tickets(), now)
        name = chosen(self.random, choices, ticket.status == "closed")
        task = ticket.tasks.get(region, {}).get("assignee", player)
        self.tried(name, ticket.id, self.random.choice([ticket.owner, task, player]), choices[name])

    def tried(self, name: str, ticket: str, player: str, arguments: dict[str, Any]) -> str:
        """What became of a command: `accepted`, or the name of its refusal."""
        try:
            self.stage.act(name, ticket, player, arguments)
        except SopError as refusal:
            self.done.refused += 1
            return refusal.name
        self.done.accepted += 1
        return "accepted"

    # --- choosing ---

    def weight(self, program: Program, source: str, offer: Offer) -> int:
        """Ways out and what can be done anytime are chosen rarely, so that walks come to deep states too."""
        targets = [target for each in offer.alternatives for target in each.target]
        ends = any(program.states[target].kind == "final" for target in targets)
        return 1 if ends or source == ROOT else 8

    def open_tickets(self) -> list[Ticket]:
        tickets = map(self.stage.ticket, self.stage.tickets())
        return [ticket for ticket in tickets if ticket.status != "closed"]

    def program(self, ticket: Ticket) -> Program:
        with self.stage.store.reading() as reading:
            return self.programs.of_ticket(reading, ticket)

    def fitting(self, program: Program, ticket: Ticket | None, offer: Offer) -> Iterator[str]:
        """The players who look as if they might do an offer, in random order; the engine decides whether they may."""
        names = set()
        for who in offer.by:
            task = ticket.tasks.get("ticket", {}) if ticket is not None else {}
            if who.kind == "assignee" and "assignee" in task:
                names.add(task["assignee"])
                continue
            role = task.get("role") if who.kind == "assignee" else who.name if who.kind == "role" else None
            names |= {each.id for each in self.players if role is None or (role, None) in each.roles}
        ordered = sorted(names)
        self.random.shuffle(ordered)
        yield from ordered

    def values(self, program: Program, offer: Offer) -> dict[str, Any]:
        now = self.stage.clock.now()
        wanted = [*offer.ask, *(name for name in offer.may_ask if self.random.random() < 0.5)]
        return {name: self.made_up.value(program.fields[name], now) for name in wanted}

    # --- afterwards ---

    def bring_to_an_end(self) -> None:
        """Every ticket still has some way to an end, those that are started on this way too: one that does not come to
        it in a long random while is stuck."""
        stuck: set[str] = set()
        while waiting := [ticket.id for ticket in self.open_tickets() if ticket.id not in stuck]:
            for id in waiting:
                self.go_home(id)
                ticket = self.stage.ticket(id)
                if ticket.status != "closed":
                    stuck.add(id)
                    found = msg("{ticket} is stuck in {states}", ticket=id, states=tuple(ticket.active))
                    self.done.problems.append(found)

    def go_home(self, id: str) -> None:
        """Do what comes by chance with a ticket until it is closed, or patience ends."""
        for rank in range(PATIENCE):
            ticket = self.stage.ticket(id)
            if ticket.status == "closed":
                return
            if rank % 5 == 4:
                self.jump()
            else:
                self.act(ticket, homeward=True)

    def look_back(self) -> None:
        """No timer was set aside, every paper can be written, and replay finds the same."""
        self.done.closed = len(self.stage.tickets()) - len(self.open_tickets())
        mine = [ticket for ticket in map(self.stage.ticket, self.stage.tickets()) if ticket.procedure == self.main.id]
        self.done.states = frozenset(state for ticket in mine for state in ticket.entered)
        with self.stage.store.reading() as reading:
            aside = reading.aside()
        for due, why in aside:
            found = msg("{timer} of {ticket} was set aside: {why}", timer=due.key, ticket=due.ticket, why=why)
            self.done.problems.append(found)
        self.done.problems += unwritten(self.stage)
        for mismatch in self.stage.mismatches():
            self.done.problems.append(
                msg("step {number} of {ticket}: {what}", number=mismatch.number, ticket=mismatch.ticket,
                    what=mismatch.what)
            )  # fmt: skip
