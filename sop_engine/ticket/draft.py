"""A step in the making: what `decide` has changed so far, and what guards may ask.

Every change goes out as an event and comes back through `evolve.apply`, so the draft cannot hold anything that replay
would not find in the record.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from sop_engine import canonical, values
from sop_engine.procedure import Field, Tree
from sop_engine.ticket.evolve import apply
from sop_engine.ticket.program import Program
from sop_engine.ticket.questions import Facts, number
from sop_engine.ticket.records import Command, Erased, Event, Given, Letter, Sealed, Ticket


class Draft:
    """The working state of one step. It is also the environment (`guards.Env`) of its guards and expressions."""

    def __init__(self, program: Program, ticket: Ticket, command: Command, given: Given) -> None:
        self.program = program
        self.ticket = ticket
        self.command = command
        self.given = given
        self.number = ticket.number + 1
        self.facts = Facts(given.answers)
        self.events: list[Event] = []
        self.sealed: dict[str, Sealed] = {}
        self.letters: list[Letter] = []
        self.consequences: list[Command] = []
        self.results: list[Any] = []
        self.signers: list[str] = []
        """who has signed, and whom they stood in for, where this step is the last of several signatures"""
        self.values: dict[str, Any] = {}
        """decoded values of the fields, as guards read them"""
        self._written = ticket.number == 0
        """whether a field was written since computed fields were brought up to date"""
        self._drawn: dict[str, int] = {}
        self._effective = canonical.instant_text(given.effective)
        for name, value in ticket.fields.items():
            if value is not None and name in program.fields and not isinstance(value, Erased):
                self.values[name] = values.decode(program.fields[name], value)

    # --- events ---

    def emit(self, kind: str, **entries: Any) -> None:
        """Say that something happened, and let the ticket change accordingly."""
        event: Event = {"kind": kind, **entries}
        self.events.append(event)
        apply(self.ticket, event, self.number, self.sealed, self.program.order)

    def seal(self, slot: str, value: Any) -> dict[str, Any]:
        """Put a personal value or free text beside the step; gives what stands for it in the record."""
        name, count = slot, 1
        while name in self.sealed:
            count += 1
            name = f"{slot}:{count}"
        sealed = self.given.sealer.seal(name, value)
        self.sealed[name] = sealed
        return {"commitment": sealed.commitment, "slot": name}

    def write(self, field: Field, value: Any, again: bool = False) -> None:
        """Write a value (in the record's form) into a field, or clear it with None. Nothing happens where it stays the
        same, unless it is written `again` because somebody gave it."""
        if value is None:
            if field.id in self.ticket.fields:
                self._written = True
                self.values.pop(field.id, None)
                self.emit("cleared", field=field.id)
            return
        if not again and field.id in self.ticket.fields and self.ticket.fields[field.id] == value:
            return
        self._written = True
        if field.committed:
            self.emit("written", field=field.id, **self.seal(f"field:{field.id}", value))
        else:
            self.emit("written", field=field.id, value=value)
        if isinstance(value, Erased):
            self.values.pop(field.id, None)
        else:
            self.values[field.id] = values.decode(field, value)

    def compute(self) -> None:
        """Bring the computed fields up to date, in the order in which they are declared."""
        if self.program.computed_of_fields and not self._written:
            return
        self._written = False
        for field in self.program.computed:
            assert field.computed is not None
            value = self.evaluate(field.computed, field)
            self.write(field, value)

    # --- guards and expressions ---

    def holds(self, guard: Tree) -> bool:
        """Whether a guard holds now. What read a committed value is recorded, so that replay can do without it."""
        if not self.program.reads_committed(guard):
            return self.program.holds(guard, self)
        recorded = self._recorded_result()
        if recorded is not None and self._blind(guard):
            self.results.append(recorded)
            return bool(recorded)
        result = self.program.holds(guard, self)
        self.results.append(result)
        return result

    def evaluate(self, expression: Tree, field: Field) -> Any:
        """The value of an expression in the record's form of `field`, or None where it is unset."""
        committed = self.program.reads_committed(expression)
        if committed and self._recorded_result() is not None and self._blind(expression):
            result = self._recorded_result()
            self.results.append(result)
            return result if not field.committed else Erased("")
        value = self.program.value(expression, self)
        encoded = None if value is None else values.encode(field, value)
        if committed:
            self.results.append(encoded if not field.committed else encoded is not None)
        return encoded

    def expression(self, tree: Tree, row: Mapping[str, Any] | None = None) -> Any:
        """The value of an expression as plain JSON, for a child's field; `row` is what `row.x` reads."""
        if row is not None and tree[0] == "row":
            value = row.get(tree[1])
        elif tree[0] == "field" and len(tree) == 2:
            return self.ticket.fields.get(tree[1])
        else:
            value = self.program.value(tree, self)
        return None if value is None else values.plain(value)

    def _recorded_result(self) -> Any:
        recorded = self.given.results
        return recorded[len(self.results)] if recorded is not None and len(self.results) < len(recorded) else None

    def _blind(self, tree: Tree) -> bool:
        """Whether a tree reads a value that was erased."""
        from sop_engine.guards import reads

        fields = self.ticket.fields
        return any(isinstance(fields.get(name), Erased) for name in reads(tree))

    # --- what guards may ask (guards.Env) ---

    @property
    def now(self) -> datetime:
        return self.given.effective

    @property
    def zone(self) -> tzinfo:
        return ZoneInfo(self.facts.ask("zone"))

    def in_state(self, state: str) -> bool:
        return state in self.ticket.active

    def did(self, trigger: str) -> bool:
        return trigger in self.ticket.did

    def times(self, trigger: str) -> int:
        entry = self.ticket.did.get(trigger)
        return 0 if entry is None else int(entry["times"])

    def children(self, procedure: str) -> Sequence[Mapping[str, Any]]:
        """The children (of one procedure, or all) as they stand now."""
        wanted = [child for child in self.ticket.children if procedure in ("", child["procedure"])]
        starting = {command.ticket for command in self.consequences if command.name == "open"}
        ids = [child["id"] for child in wanted if child["id"] not in starting]
        known: list[Mapping[str, Any]] = self.facts.ask("tickets:" + ",".join(ids)) if ids else []
        fresh: dict[str, Any] = {"outcome": None, "state": [], "status": "open"}
        return [*known, *({**child, **fresh} for child in wanted if child["id"] in starting)]

    # --- numbers ---

    def draw_number(self, prefix: str) -> str:
        """A new ticket's id: `WX-20261121-007`, the day in the site's zone."""
        local = self.given.effective.astimezone(self.zone)
        count = self._drawn[prefix] = self._drawn.get(prefix, 0) + 1
        drawn: int = self.facts.ask(number(prefix, local, count))
        return f"{prefix}-{local:%Y%m%d}-{drawn:03d}"

    @property
    def effective(self) -> str:
        """The step's effective instant, as the record has it."""
        return self._effective
