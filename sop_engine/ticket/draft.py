"""A step in the making: what `decide` has changed so far, and what guards may ask.

Every change goes out as an event and comes back through `evolve.apply`, so the draft cannot hold anything that replay
would not find in the record.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Any, Final

from sop_engine import canonical, values
from sop_engine.procedure import Field, Tree
from sop_engine.ticket.evolve import apply
from sop_engine.ticket.program import Program
from sop_engine.ticket.questions import Facts, among, number
from sop_engine.ticket.records import Command, Erased, Event, Given, Letter, Sealed, Ticket
from sop_engine.worktime.zones import zone_named

KEPT: Final = {"kept": True}
"""the recorded result of an expression that could not be told, since a value that it reads had been erased"""


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
        self.entering: Sequence[str] = ()
        """the states that are being entered, or to which the transition leads that is being taken"""
        self.delegation: tuple[str, str] | None = None
        """the region whose task its holder has lent to whoever acts, and the holder"""
        self.before: dict[str, Any] = {}
        """what the fields held that this step has written or cleared"""
        self.taken: dict[str, int] = {}
        """the internal events and signals that the ticket took in this step, each with the place of the last"""
        self.touched: set[str] = set()
        """the fields written or cleared since what is filled from them was brought up to date"""
        self.values: dict[str, Any] = {}
        """decoded values of the fields, as guards read them"""
        self.turn = 0
        """where a timer fires: how many have fired before it at once, each set by the one before and due already"""
        self.returned_since: str | None = None
        """where this step sends the ticket back: since when what it goes back to was left"""
        self.watchers: tuple[str, ...] = tuple(ticket.acts.get("watchers", ()))
        """who watched before the step: of what closes a ticket they are told too"""
        self.assignees = [task.get("assignee") for task in ticket.tasks.values()]
        """who had the ticket's tasks before the step"""
        self._written = ticket.number == 0
        """whether a field was written since computed fields were brought up to date"""
        self._drawn: dict[str, int] = {}
        self._effective = canonical.instant_text(given.effective)
        decoders = program.decoders
        for name, value in ticket.fields.items():
            if value is not None and name in decoders and not isinstance(value, Erased):
                self.values[name] = decoders[name](value)

    # --- events ---

    def emit(self, kind: str, **entries: Any) -> None:
        """Say that something happened, and let the ticket change accordingly."""
        event: Event = {"kind": kind, **entries}
        if self.turn and kind == "timer_set" and entries["due"] <= self._effective:
            event["turn"] = self.turn
        self.events.append(event)
        apply(self.ticket, event, self.number, self.sealed, self.program.order)

    def seal(self, slot: str, value: Any) -> dict[str, Any]:
        """Put a personal value or free text beside the step; gives what stands for it in the record."""
        name = self._free(slot)
        sealed = self.given.sealer.seal(name, value)
        self.sealed[name] = sealed
        return {"commitment": sealed.commitment, "slot": name}

    def _free(self, slot: str) -> str:
        """The name under which the next value of a slot stands beside the step."""
        name, count = slot, 1
        while name in self.sealed:
            count += 1
            name = f"{slot}:{count}"
        return name

    def write(self, field: Field, value: Any, again: bool = False, filled: bool = False) -> None:
        """Write a value (in the record's form) into a field, or clear it with None. Nothing happens where it stays the
        same, unless it is written `again` because somebody gave it. `filled`: it comes from the field's `fill`."""
        entries = {"filled": True} if filled else {}
        if value is None:
            if field.id in self.ticket.fields:
                self._written = True
                self.touched.add(field.id)
                self.before.setdefault(field.id, self.ticket.fields[field.id])
                self.values.pop(field.id, None)
                self.emit("cleared", field=field.id, **entries)
            return
        if not again and field.id in self.ticket.fields and self.ticket.fields[field.id] == value:
            return
        unknown = isinstance(value, Erased) or isinstance(self.ticket.fields.get(field.id), Erased)
        if unknown and not self.given.sealer.wrote(self._free(f"field:{field.id}")):
            return  # the same value was computed or filled in again, and the step did not write it
        self._written = True
        self.touched.add(field.id)
        self.before.setdefault(field.id, self.ticket.fields.get(field.id))
        if field.committed:
            self.emit("written", field=field.id, **self.seal(f"field:{field.id}", value), **entries)
        else:
            self.emit("written", field=field.id, value=value, **entries)
        if isinstance(value, Erased):
            self.values.pop(field.id, None)
        else:
            self.values[field.id] = self.program.decoders[field.id](value)

    def compute(self) -> None:
        """Bring the computed fields up to date, in the order in which they are declared."""
        if self.program.computed_of_fields and not self._written:
            return
        self._written = False
        for field in self.program.computed:
            assert field.computed is not None
            self.write_result(field, field.computed)

    # --- guards and expressions ---

    def holds(self, guard: Tree, before: bool | None = None) -> bool:
        """Whether a guard holds now. What read a committed value is recorded, so that replay can do without it. Where
        that value was erased, nobody can tell any more: it is what it was `before`, where that is known."""
        result = self.program.holds(guard, self)
        committed = self.program.committed_in(guard)
        if committed:
            if self._blind(committed):
                result = bool(self.recorded_result(result if before is None else before))
            self.results.append(result)
        return result

    def told(self, guard: Tree) -> bool | None:
        """Whether a guard holds now, recorded as `holds` does; None where it reads a value that was erased: whoever
        asks keeps to what he knew before."""
        committed = self.program.committed_in(guard)
        if not committed or not self._blind(committed):
            return self.holds(guard)
        recorded = self.recorded_result(KEPT)
        self.results.append(recorded)
        return None if recorded == KEPT else bool(recorded)

    def write_result(self, field: Field, expression: Tree) -> None:
        """Write the value of an expression into a field. It keeps the value that it has where the expression reads one
        that was erased: nobody can tell any more what it would be."""
        committed = self.program.committed_in(expression)
        if not committed:
            self.write(field, self._encoded(field, expression))
        elif not self._blind(committed):
            value = self._encoded(field, expression)
            self.results.append(value if not field.committed else value is not None)
            self.write(field, value)
        else:
            recorded = self.recorded_result(KEPT)
            self.results.append(recorded)
            if recorded != KEPT:
                self.write(field, recorded if not field.committed else Erased("") if recorded else None)

    def _encoded(self, field: Field, expression: Tree) -> Any:
        value = self.program.value(expression, self)
        return None if value is None else values.encode(field, value)

    def rows(self, field: str) -> Sequence[Mapping[str, Any]]:
        """The rows of a field. How many there are is recorded, so that replay knows it of rows that were erased."""
        found = list(self.values.get(field) or [])
        if self._blind([field]):
            found = [{}] * int(self.recorded_result(len(found)))
        self.results.append(len(found))
        return found

    def expression(self, tree: Tree, row: Mapping[str, Any] | None = None) -> Any:
        """The value of an expression as plain JSON, for a child's field; `row` is what `row.x` reads."""
        if row is not None and tree[0] == "row":
            value = row.get(tree[1])
        elif tree[0] == "field" and len(tree) == 2:
            return self.ticket.fields.get(tree[1])
        else:
            value = self.program.value(tree, self)
        return None if value is None else values.plain(value)

    def recorded_result(self, otherwise: Any) -> Any:
        """At replay what was recorded of the next result; `otherwise` live."""
        recorded = self.given.results
        return recorded[len(self.results)] if recorded is not None and len(self.results) < len(recorded) else otherwise

    def _blind(self, committed: Iterable[str]) -> bool:
        """Whether one of these fields was erased: in the ticket's row nothing is left of it but its commitment."""
        fields, commits = self.ticket.fields, self.ticket.commits
        return any(name in commits and isinstance(fields.get(name), Erased | None) for name in committed)

    # --- what guards may ask (guards.Env) ---

    @property
    def now(self) -> datetime:
        return self.given.effective

    @property
    def zone(self) -> tzinfo:
        return zone_named(self.facts.ask("zone"))

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
        known: list[Mapping[str, Any]] = self.facts.ask(among(ids)) if ids else []
        begun = {child["id"] for child in known}
        fresh: dict[str, Any] = {"outcome": None, "state": [], "status": "open"}
        return [*known, *({**child, **fresh} for child in wanted if child["id"] not in begun)]

    # --- numbers ---

    def draw_numbers(self, prefix: str, count: int) -> list[str]:
        """New tickets' ids: `WX-20261121-007`, the day in the site's zone."""
        local = self.given.effective.astimezone(self.zone)
        before = self._drawn.get(prefix, 0)
        self._drawn[prefix] = before + count
        drawn = self.facts.ask_all([number(prefix, local, before + rank) for rank in range(1, count + 1)])
        return [f"{prefix}-{local:%Y%m%d}-{each:03d}" for each in drawn]

    @property
    def effective(self) -> str:
        """The step's effective instant, as the record has it."""
        return self._effective
