"""Playing a scenario: each line is a real command or a pause, and its expectations are looked at when it is over."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sop_engine import values, worktime
from sop_engine.diagnostics import Span
from sop_engine.errors import BY_NAME, NotUnderstood, SopError
from sop_engine.messages import Message, msg
from sop_engine.procedure import Procedure
from sop_engine.ticket.program import Program
from sop_engine.ticket.records import SITE, Ticket
from sop_engine.trial import acts, names
from sop_engine.trial.places import case_path, promise_shown, taken_path
from sop_engine.trial.schema import RefusedWords
from sop_engine.trial.script import Line, Script
from sop_engine.trial.separation import Rule, keeping_out
from sop_engine.trial.stage import Stage
from sop_engine.values.moments import read_instant

CODES = {kind.code: name for name, kind in BY_NAME.items()}


class Departs(Exception):
    """A scenario departs from what it says: `word` of its step expected one thing, and another was found."""

    def __init__(self, word: str, expected: Message, found: Message) -> None:
        super().__init__(word)
        self.word, self.expected, self.found = word, expected, found


@dataclass(slots=True)
class Happened:
    """What a line came to: the steps that it made in any ticket (ticket, record), and its refusal. `kept_out_by` are
    the rules of separation of duty without which it would not have been refused."""

    records: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    refusal: SopError | None = None
    kept_out_by: tuple[Rule, ...] = ()

    def events(self, kind: str, of: str | None = None) -> list[dict[str, Any]]:
        """All events of one kind, in order; with `of` those of one ticket."""
        return [
            event
            for ticket, record in self.records
            for event in record["events"]
            if event["kind"] == kind and of in (None, ticket)
        ]


class Play:
    """One scenario on its stage."""

    def __init__(self, stage: Stage, script: Script) -> None:
        self.stage = stage
        self.script = script
        self.story: list[Message] = []
        self.taken: set[tuple[str, str]] = set()
        self.kept_apart: set[tuple[str, str]] = set()
        self.promises: set[tuple[str, str]] = set()
        self.unnamed: list[Span] = []
        self.steps = 0
        self._labels: dict[str, str] = {}
        self._current = ""
        self._seen: dict[str, int] = {}
        self._entries: dict[tuple[str, str], dict[str, Any]] = {}
        """(ticket, promise) -> how it stands, as far as its record has been read"""
        self.ids = {player.name: player.id for player in stage.players.values()}

    # --- lines ---

    def do(self, line: Line) -> Happened:
        """Play one line; gives what came of it. Raises `Departs` or `NotNamed` where the line itself makes no sense."""
        happened = self._done(line)
        self._tell(line, happened)
        return happened

    def _done(self, line: Line) -> Happened:
        words = line.words
        happened = Happened()
        try:
            if line.action in ("wait", "until"):
                self.stage.move_to(self._later(line))
            else:
                self._act(line)
        except SopError as error:
            happened.refusal = error
            if error.name == "not_you" and words.do is not None:
                happened.kept_out_by = self._kept_out_by(line)
        happened.records = self._news()
        for ticket, record in happened.records:
            self._note_shown(ticket, record)
        self.steps += len(happened.records)
        return happened

    def _later(self, line: Line) -> datetime:
        now, zone = self.stage.clock.now(), self.script.zone
        if line.words.wait is not None:
            return worktime.add(now, worktime.parse_duration(line.words.wait), zone)
        try:
            instant = read_instant(str(line.words.until), now, zone)
        except values.ValueProblem as problem:
            raise Departs("until", msg("an instant such as 14:00 or 明天 09:30"), problem.message) from None
        if instant < now:
            raise Departs("until", msg("a later instant"), msg("{at}, which is over", at=self.shown(instant)))
        return instant

    def _act(self, line: Line) -> None:
        words = line.words
        actor = self.ids[str(words.by)]
        about = self._about(line)
        if words.open is not None:
            name, usual = (words.procedure, {}) if words.procedure is not None else (
                self.script.procedure, self.script.opening
            )  # fmt: skip
            program = self.stage.program_of_newest(name)
            fields = self._fields(program.procedure, {**usual, **words.open})
            earlier = {"rework_of": self.labelled(words.rework_of)} if words.rework_of is not None else {}
            done = self.stage.act("open", "", actor, {"procedure": name, "fields": fields, **earlier}, **about)
            self._current = done.step.ticket
            self._labels[words.label or self._current] = self._current
            return
        ticket = self.ticket_of(line)
        name, arguments = self._command(line, ticket)
        before = set(self.stage.tickets())
        self.stage.act(name, ticket.id, actor, arguments, **about)
        if words.label is not None:
            started = [each for each in self.stage.tickets() if each not in before]
            if not started:
                raise Departs("label", msg("a ticket that this starts"), msg("none was started"))
            self._labels[words.label] = started[-1]

    def _about(self, line: Line) -> dict[str, Any]:
        """Who types it, and whom he stands in for."""
        words, about = line.words, dict[str, Any]()
        if words.typed_by is not None:
            about = {"typist": self.ids[words.typed_by], "heard": words.heard or "phone"}
        if words.stands_in_for is not None:
            about["standing_for"] = self.ids[words.stands_in_for]
        return about

    def _command(self, line: Line, ticket: Ticket) -> tuple[str, dict[str, Any]]:
        """The engine's command for a line, with its arguments."""
        words, procedure = line.words, self.procedure_of(ticket)
        reason = {"reason": words.reason} if words.reason is not None else {}
        match line.action:
            case "do":
                arguments: dict[str, Any] = {
                    "trigger": names.trigger(procedure, str(words.do), ticket.active),
                    "fields": self._fields(procedure, words.with_),
                }
                if words.assign is not None:
                    arguments["assignee"] = self.ids[words.assign]
                if words.team is not None:
                    arguments["team"] = words.team
                return "do", arguments
            case "act":
                verb = acts.verb(str(words.act))
                around = acts.Around(
                    self.ids, self._labels, procedure, ticket.active, self.stage.clock.now(), self.script.zone
                )
                return verb, acts.arguments(verb, {**words.with_, **reason}, around)
            case "claim":
                return "claim", {}
            case "give_to":
                return "assign", {"to": self.ids[str(words.give_to)], **reason}
            case "hand_over":
                return "hand_over", {"to": self.ids[str(words.hand_over)], **reason}
            case "edit":
                return "edit", {"fields": self._fields(procedure, words.edit or {}), **reason}
            case _:
                return "note", {"note": words.note}

    def _fields(self, procedure: Procedure, given: Mapping[str, Any]) -> dict[str, Any]:
        found = {}
        for word, item in given.items():
            field = names.field(procedure, word)
            if item is None:
                continue
            try:
                found[field.id] = names.value(field, item, self.context())
            except names.NotAValue as problem:
                raise NotUnderstood(problem.message) from None
        return found

    # --- what expectations ask ---

    def context(self) -> values.Context:
        """How values are read now."""
        staff = {id: player.name for id, player in self.stage.players.items()}
        return values.Context(self.script.zone, self.stage.clock.now(), staff, "zh", firms=self.stage.firms)

    def ticket_of(self, line: Line) -> Ticket:
        """The ticket that a line speaks of: a label, the newest of a procedure, or the one opened last."""
        word = line.words.ticket
        if word is None:
            if not self._current:
                raise Departs("", msg("a ticket"), msg("none has been opened"))
            return self.stage.ticket(self._current)
        if word in self._labels:
            return self.stage.ticket(self._labels[word])
        found = [each for each in map(self.stage.ticket, self.stage.tickets()) if each.procedure == word]
        if not found:
            raise Departs(
                "ticket", msg("a ticket `{word}`", word=word), msg("no label, and no ticket of such a procedure")
            )
        return found[-1]

    def labelled(self, word: str) -> str:
        """The number of the ticket that a label calls. Raises `NotNamed`."""
        return self._labels[names.find(word, {each: {} for each in self._labels}, msg("ticket"))]

    def program_of(self, ticket: Ticket) -> Program:
        return self.stage.program_of(ticket)

    def procedure_of(self, ticket: Ticket) -> Procedure:
        return self.program_of(ticket).procedure

    def shown(self, instant: datetime) -> str:
        """An instant as people of the stage see it."""
        return f"{instant.astimezone(self.script.zone):%Y-%m-%d %H:%M}"

    def named(self, id: str) -> str:
        """A person's name by id; others as they are."""
        player = self.stage.players.get(id)
        return player.name if player is not None else id

    def with_names(self, message: Message) -> Message:
        """A message with people called by name."""
        return Message(message.template, {key: self._with_names(each) for key, each in message.values.items()})

    def _with_names(self, value: Any) -> Any:
        match value:
            case Message():
                return self.with_names(value)
            case str():
                return self.named(value)
            case tuple():
                return tuple(self._with_names(each) for each in value)
        return value

    # --- noting ---

    def _news(self) -> list[tuple[str, dict[str, Any]]]:
        """The steps made since the last line, in the order of their effect."""
        found = []
        for ticket in self.stage.tickets():
            for record in self.stage.records(ticket, self._seen.get(ticket, 0)):
                found.append((ticket, record))
                self._seen[ticket] = record["number"]
        return sorted(found, key=lambda each: (each[1]["recorded"], each[1]["effective"]))

    def _note_shown(self, ticket: str, record: Mapping[str, Any]) -> None:
        if ticket == SITE:
            return
        program = self.program_of(self.stage.ticket(ticket))
        procedure = program.procedure.id
        for event in record["events"]:
            if event["kind"] == "took":
                self.taken.add((procedure, taken_path(event)))
            elif event["kind"].startswith("goal_"):
                goal = program.goals[event["goal"]]
                entry = self._entries.setdefault((ticket, goal.id), {})
                entry.update(event.get("put", {}))
                shown = (promise_shown(goal, event), case_path(program.procedure, goal, entry))
                self.promises |= {(procedure, path) for path in shown if path is not None}

    def _kept_out_by(self, line: Line) -> tuple[Rule, ...]:
        """Which rules of separation of duty stood in the way of a refused line, each of them alone."""
        ticket = self.ticket_of(line)
        program = self.program_of(ticket)
        name, arguments = self._command(line, ticket)
        command = self.stage.command(name, ticket.id, self.ids[str(line.words.by)], arguments, **self._about(line))
        prefix, _, trigger = str(arguments["trigger"]).rpartition(".")
        sources = program.chart.source_of(ticket.active, trigger, prefix or None)
        found = tuple(rule for source in sources for rule in keeping_out(self.stage, ticket, source, command))
        self.kept_apart |= {(program.procedure.id, rule.path) for rule in found}
        if found and not isinstance(line.words.refused, RefusedWords):
            self.unnamed.append(line.cursor.span)
        return found

    def _tell(self, line: Line, happened: Happened) -> None:
        """Add a line to the story."""
        at = self.shown(self.stage.clock.now())
        words = line.words
        if line.action in ("wait", "until"):
            fired = tuple(event["timer"] for event in happened.events("timer_fired"))
            self.story.append(
                msg("{at}  time passes; fired: {timers}", at=at, timers=fired)
                if fired
                else msg("{at}  time passes", at=at)
            )
            return
        what = words.do or words.act or line.action
        if happened.refusal is not None:
            why = self.with_names(happened.refusal.message)
            self.story.append(msg("{at}  {who}: {what}, refused: {why}", at=at, who=words.by, what=what, why=why))
            return
        ticket = self.ticket_of(line)
        leaves = tuple(self.program_of(ticket).chart.leaves(ticket.active))
        self.story.append(msg("{at}  {who}: {what} -> {state}", at=at, who=words.by, what=what, state=leaves))
