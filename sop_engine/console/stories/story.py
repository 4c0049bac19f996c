"""The record told as a story: who did what for whom, from where to where, why it was allowed, under which version and
clause. Pure: what is told comes from the records, the values beside them, and the procedure that they name.

    #2  2026-11-23 周一 08:31  王芳 (wang_fang): 派单 (dispatch); 待派单 (registered) -> 待接单 (dispatched)
        allowed as 前台 (desk); version 1; clause M4 1
        offered to 维修技工 (engineer)
"""

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from sop_engine import canonical
from sop_engine.console.names import apart, span
from sop_engine.console.stories.acts import LINKED, act_deed, act_event
from sop_engine.console.stories.clauses import clauses_of
from sop_engine.console.stories.hands import chosen_how, hand_deed, hand_event, offered_to
from sop_engine.console.stories.site import deed
from sop_engine.console.stories.undone import undone_event
from sop_engine.console.stories.words import Teller as Teller
from sop_engine.console.stories.words import Words
from sop_engine.console.views.promises import goal_event
from sop_engine.lean import dataclass
from sop_engine.messages import Message, msg, say
from sop_engine.procedure import ROOT
from sop_engine.ticket.levels import PREFIX
from sop_engine.ticket.program import Program
from sop_engine.ticket.records import DELEGATION, RESUME, SHIFT_END, SITE, TIMER, Sealed

LATE: Final = timedelta(minutes=5)
"""a timer that fires so much after its due time says so"""
_HEARD: Final[Mapping[str | None, Message]] = {"radio": msg("radio"), "phone": msg("phone"), "paper": msg("paper")}
_OURS: Final[Mapping[str, Message]] = {"ours": msg("our own rule")}
"""sources that are no manual's clause"""
_EVENTS: Final[Mapping[str, Message]] = {"joined": msg("another ticket has come to go with this one")}
"""what happens to a ticket by an event of ours; a procedure's own events have their names"""


@dataclass(frozen=True, slots=True)
class Chapter:
    """One step of a ticket, told. `from_` and `to` are ids of states; instants are texts as recorded."""

    number: int
    recorded: str
    effective: str
    occurred: str | None
    actor: str
    standing_for: str | None
    typist: str | None
    heard: str | None
    command: str
    name: str
    """of the trigger, timer or event"""
    from_: tuple[str, ...]
    to: tuple[str, ...]
    why: str | None
    """why it was allowed: `role:desk`, `assignee` ..."""
    version: int
    clauses: tuple[str, ...]
    did: str
    """what was done, in words"""
    reason: str
    """why it was allowed, in words"""
    written: tuple[str, ...]
    """the fields that were written"""
    lines: tuple[str, ...]
    """the step in words; the first line is its head"""

    def plain(self) -> dict[str, Any]:
        """The chapter as JSON."""
        raw = dataclasses.asdict(self)
        return {("from" if name == "from_" else "for" if name == "standing_for" else name): raw[name] for name in raw}


def tell(
    record: Mapping[str, Any], beside: Mapping[str, Sealed], program: Program, version: int, teller: Teller
) -> Chapter:
    """One step as a chapter. `beside` are the values that lie beside it, by slot."""
    return _Telling(record, beside, program, version, teller).chapter()


def lines(chapters: Iterable[Chapter]) -> list[str]:
    """The chapters in words: a head line each, and its details below, indented."""
    told: list[str] = []
    for chapter in chapters:
        head, *rest = chapter.lines
        told.append(head)
        told += [f"    {line}" for line in rest]
    return told


class _Telling(Words):
    """Tells one step."""

    def __init__(
        self, record: Mapping[str, Any], beside: Mapping[str, Sealed], program: Program, version: int, teller: Teller
    ) -> None:
        super().__init__(beside, program, teller)
        self.record = record
        self.events: Sequence[Mapping[str, Any]] = record["events"]
        self.arguments: Mapping[str, Any] = record["command"]["arguments"]
        self.command: str = record["command"]["name"]
        self.version = version

    def chapter(self) -> Chapter:
        record, language = self.record, self.teller.language
        left, entered = self._moves()
        return Chapter(
            number=record["number"],
            recorded=record["recorded"],
            effective=record["effective"],
            occurred=record["occurred"],
            actor=record["actor"],
            standing_for=record["for"],
            typist=record["typist"],
            heard=record["heard"],
            command=self.command,
            name=self._name(),
            from_=left,
            to=entered,
            why=self.arguments.get("as"),
            version=self.version,
            clauses=clauses_of(self.events, self.program),
            did=say(self._deed(), language),
            reason=say(self._reason(self.arguments["as"]), language) if self.arguments.get("as") else "",
            written=tuple(each["field"] for each in self.events if each["kind"] == "written"),
            lines=tuple(say(line, language) for line in self._lines(left, entered)),
        )

    # --- what is told ---

    def _lines(self, left: tuple[str, ...], entered: tuple[str, ...]) -> Iterator[Any]:
        move: Any = ""
        if left or entered:
            move = msg("; {left} -> {entered}", left=self._states(left) or "*", entered=self._states(entered) or "*")
        yield msg("#{number}  {time}  {who}: {deed}{move}", number=self.record["number"], time=self._time(),
                  who=self._who(), deed=self._deed(), move=move)  # fmt: skip
        yield from self._about()
        for event in self.events:
            line = self._event(event)
            if line is not None:
                yield line

    def _time(self) -> Any:
        shown = self._instant(self.record["recorded"])
        if self._counts_late():
            return msg(
                "{time} (counts from {effective})", time=shown, effective=self._instant(self.record["effective"])
            )
        if self.record["occurred"]:
            return msg("{time} (said to have happened {occurred})", time=shown,
                       occurred=self._instant(self.record["occurred"]))  # fmt: skip
        return shown

    def _counts_late(self) -> bool:
        """Whether somebody's step counts from before it was recorded."""
        effective, recorded = (canonical.instant_of(self.record[name]) for name in ("effective", "recorded"))
        return recorded - effective > LATE and self.command != "fire"

    def _deed(self) -> Any:
        """What was done, without by whom."""
        arguments = self.arguments
        match self.command:
            case "open":
                return msg("opened it")
            case "do":
                return self._trigger(arguments["trigger"])
            case "fire":
                return self._fired(str(arguments["timer"]))
            case "signal":
                return _EVENTS.get(arguments["event"], str(arguments["event"]))
            case "look":
                return msg("saw where {child} stands now", child=arguments["child"])
            case "claim":
                return msg("took the task")
            case "hand_over":
                return msg("handed it over to {to}", to=self._person(arguments["to"]))
            case "note":
                return msg("noted: {text}", text=self._text(arguments["note"]))
            case "edit":
                return msg("corrected it")
            case "reckon":
                return msg("what is promised was reckoned anew")
            case "set_aside":
                return msg("{timer} could not fire and was set aside: {error}", timer=self._timer(arguments["timer"]),
                           error=arguments["error"])  # fmt: skip
            case "release":
                return msg("released {timer}", timer=self._timer(arguments["timer"]))
        if self.command == "attach":
            files = [{**each, "name": self._text(each["name"])} for each in arguments["files"]]
            arguments = {**arguments, "files": files}
        told = act_deed(self.command, arguments, self.events, self._person, self._role, self._instant)
        told = told or hand_deed(self.command, arguments, self.program, self._person, self._role)
        return told or deed(self.command, arguments, self._person, self._instant)

    def _fired(self, key: str) -> Any:
        due = next((each["due"] for each in self.events if each["kind"] == "timer_fired"), self.record["effective"])
        late = canonical.instant_of(self.record["recorded"]) - canonical.instant_of(due)
        if late > LATE:
            return msg("{timer}, due {due}, fired {span} late", timer=self._timer(key), due=self._instant(due),
                       span=span(late))  # fmt: skip
        return self._timer(key)

    def _who(self) -> Any:
        """Whose act it was: a person's, a timer's, another ticket's."""
        record = self.record
        if record["actor"] == TIMER:
            return msg("by itself")
        if record["cause"]:
            return record["cause"][0]
        who: Any = self._person(record["actor"])
        if record["for"]:
            who = msg("{who}, standing in for {other},", who=who, other=self._person(record["for"]))
        if record["typist"]:
            who = msg("{who} (entered by {typist}, heard by {heard})", who=who, typist=self._person(record["typist"]),
                      heard=_HEARD.get(record["heard"], record["heard"]))  # fmt: skip
        return who

    def _about(self) -> Iterator[Any]:
        """Why it was allowed, under which version, by which clause; a claimed time; reasons."""
        parts: list[Any] = []
        if self.arguments.get("as"):
            parts.append(msg("allowed as {reason}", reason=self._reason(self.arguments["as"])))
        if self.version:
            parts.append(msg("version {version}", version=self.version))
        if clauses := clauses_of(self.events, self.program):
            parts.append(msg("clause {clauses}", clauses=tuple(_OURS.get(each, each) for each in clauses)))
        if parts:
            yield apart(parts, self.teller.language)
        for person, how in self.record.get("proof", {}).items():
            yield (
                msg("{person} proved it with a PIN", person=self._person(person))
                if how == "pin"
                else msg("{person} was on at the terminal, by PIN", person=self._person(person))
            )
        if self.record["occurred"] and self._counts_late():
            yield msg("said to have happened {time}", time=self._instant(self.record["occurred"]))
        if "reason" in self.arguments and self.command != "do":
            yield msg("reason: {text}", text=self._text(self.arguments["reason"]))
        if "label" in self.arguments:
            yield msg("label: {text}", text=self._text(self.arguments["label"]))
        if "note" in self.arguments and self.command != "note":
            yield msg("note: {text}", text=self._text(self.arguments["note"]))

    def _event(self, event: Mapping[str, Any]) -> Message | None:
        """What an event adds to the story; None where the head line says it already, or nobody asks."""
        match event["kind"]:
            case "written" | "cleared" | "changed" if self.record["ticket"] == SITE:
                return None  # the head line says it in words
            case "published" | "calendar_published":
                return None  # so here
            case "written":
                return self._field_written(event)
            case "cleared":
                return self._field_cleared(event)
            case "assigned":
                return self._assigned(event)
            case "unassigned":
                return msg("the task is nobody's")
            case "signed":
                return msg("signed: {have} of {want}", have=event["have"], want=event["want"])
            case "signatures_voided":
                return msg("the signatures for {trigger} are void", trigger=self._trigger(event["offer"]))
            case kind if kind.startswith("goal_"):
                return goal_event(self.program, event, self._person, self._instant, self.teller.language)
            case "terms_taken":
                return msg("promised by the times of version {version} from now on", version=event["version"])
            case "timer_set" | "timer_cleared" if event["timer"].startswith((PREFIX, RESUME, DELEGATION, SHIFT_END)):
                return None  # the goal or the head line says it
            case "timer_set":
                return msg("{timer} is due {due}", timer=self._timer(event["timer"]), due=self._instant(event["due"]))
            case "told":
                people = tuple(self._person(each) for each in event["to"]) or msg("nobody")
                return msg("told {people}: {notice}", people=people, notice=self._told(event))
            case "printed":
                return msg("to be printed: {form}", form=self._form(event["form"]))
            case "child_started" | "started":
                return msg("started {ticket} ({procedure})", ticket=event["id"], procedure=event["procedure"])
            case "linked" if self.command == "open":
                return msg("{how} {ticket}", how=LINKED[event["as"]], ticket=event["to"])
            case "child_closed":
                return msg("{ticket} was closed: {outcome}", ticket=event["id"], outcome=event["outcome"])
            case "signalled" if event["to"]:
                return msg("signalled {event} to {tickets}", event=event["event"], tickets=tuple(event["to"]))
            case "not_taken":
                return msg("nothing here takes {event}", event=event["event"])
            case "closed":
                return msg("closed: {outcome}", outcome=self._outcome(event["outcome"]))
            case "skipped":
                return msg("{timer} was missed: nothing was started for it", timer=event["timer"])
        of_act = act_event(event, self._person, self._instant) or hand_event(event)
        return of_act or undone_event(event, self._person, self._form, self._standing, self._instant)

    def _moves(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The leaves that were left and those that were entered, without those only passed through."""
        left: list[str] = []
        entered: list[str] = []
        for event in self.events:
            if event["kind"] == "left" and self._is_leaf(event["state"]):
                if event["state"] in entered:
                    entered.remove(event["state"])
                else:
                    left.append(event["state"])
            elif event["kind"] == "entered" and self._is_leaf(event["state"]):
                entered.append(event["state"])
        return tuple(left), tuple(entered)

    def _name(self) -> str:
        return str(self.arguments.get("trigger") or self.arguments.get("timer") or self.arguments.get("event") or "")

    def _assigned(self, event: Mapping[str, Any]) -> Message:
        where: Any = "" if event["region"] == ROOT else msg(" ({region})", region=event["region"])
        if "how" in event:
            return chosen_how(event, self._person, where)
        if "assignee" in event:
            return msg("the task is {person}'s{where}", person=self._person(event["assignee"]), where=where)
        return offered_to(event, self._role(event["role"]), where)

    def _field_written(self, event: Mapping[str, Any]) -> Message:
        field, value = self._field_title(event["field"]), self._written(event)
        if "filled" in event:
            return msg("{field} = {value} (from {source})", field=field, value=value, source=self._source(event))
        return msg("{field} = {value}", field=field, value=value)

    def _field_cleared(self, event: Mapping[str, Any]) -> Message:
        field = self._field_title(event["field"])
        if "filled" in event:
            return msg("{field} was cleared: {source} gives none", field=field, source=self._source(event))
        return msg("{field} was cleared", field=field)

    def _source(self, event: Mapping[str, Any]) -> Any:
        """The title of the field from which a field was filled."""
        field = self.program.fields[event["field"]]
        return self._field_title((field.fill or "").partition(".")[0])
