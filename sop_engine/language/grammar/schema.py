"""The grammar: which words may stand where. It is the one truth for reading a file, for the JSON Schema that editors
use, for `flow explain` and for the reference; a word's description is its entry there.
"""

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag

from sop_engine.language.grammar.act_schema import ActsWords
from sop_engine.language.grammar.goal_schema import GoalWords
from sop_engine.language.grammar.people_schema import By, Sign
from sop_engine.language.grammar.shapes import (
    BY_SHAPE,
    Allow,
    Bilingual,
    Expression,
    Guard,
    MapOrList,
    OneOrMore,
    Sources,
    Title,
    Titles,
    Value,
    Words,
    shape,
)

FieldTypeWord = Literal[
    "text", "integer", "decimal", "money", "boolean", "date", "time", "datetime", "interval", "phone", "choice",
    "person", "staff", "firm", "unit", "file", "photo", "checklist", "rows",
]  # fmt: skip


# --- roles and fields ------------------------------------------------------------------------------------------------


class RoleWords(Words):
    """A post that takes part."""

    title: Title | None = Field(None, description="what people call the post")
    scope: str | None = Field(None, description="a unit field: the post is held for some units only")
    allow: Allow = Field({}, description="warnings that are switched off here, each with its reason")


def role_shape(value: Any) -> str:
    """A map of languages is a title."""
    return "<title>" if isinstance(value, dict) and value and value.keys() <= {"zh", "en"} else shape(value)


Role = Annotated[
    Annotated[str, Tag("<word>")] | Annotated[Bilingual, Tag("<title>")] | Annotated[RoleWords, Tag("<map>")],
    Discriminator(role_shape),
]
Roles = Annotated[
    Annotated[str, Tag("<word>")]
    | Annotated[list[str], Tag("<list>")]
    | Annotated[dict[str, Role | None], Tag("<map>")],
    BY_SHAPE,
]


class FieldWords(Words):
    """Something that is written down."""

    type: FieldTypeWord = Field(description="what kind of value it holds")
    title: Title | None = Field(None, description="what staff see when they are asked")
    hint: Title | None = Field(None, description="a line of help under the question")
    many: bool = Field(False, description="holds a list of values")
    choices: Titles | None = Field(None, description="of a choice: its values, with their titles")
    items: Titles | None = Field(None, description="of a checklist: its lines, with their titles")
    columns: dict[str, "Column"] | None = Field(None, description="of rows: the columns, each a type or a whole field")
    min: int | str | None = Field(None, description="least value; fewest characters of a text, fewest items of a list")
    max: int | str | None = Field(None, description="greatest value; most characters of a text, most items of a list")
    default: Value | list[Value] | None = Field(None, description="the value of a new ticket")
    required: Guard | None = Field(
        None, description="where it is asked it must be given when this holds, and may be given otherwise"
    )
    fill: str | None = Field(None, description="taken from here when not given: `unit.contact`, `caller.phone`")
    computed: str | None = Field(None, description="an expression that gives its value; nobody is asked for it")
    scale: int = Field(2, ge=0, le=9, description="digits after the point; computed values are rounded half up")
    personal: str | None = Field(None, description="the class of personal data, such as `contact`")
    source: Sources = Field([], description="where it is written: `M1 6.3.1`, or `ours`")
    allow: Allow = Field({}, description="warnings that are switched off here, each with its reason")


Column = Annotated[
    Annotated[FieldTypeWord, Tag("<word>")] | Annotated[FieldWords, Tag("<map>")],
    BY_SHAPE,
]


# --- what happens ----------------------------------------------------------------------------------------------------


class AssignWords(Words):
    """To whom a task goes, and how he is found."""

    role: str | None = Field(None, description="a role; with `how`")
    how: Literal["claim", "named", "turns", "least_load"] | None = Field(
        None, description="who of a role: the first to claim, whoever is named, by turns, or who has least to do"
    )
    on_shift: bool = Field(False, description="of the role: nobody has it who is not on shift, as the roster says")
    skill: str | None = Field(
        None, description="of the role: nobody has it who lacks this skill, or those that this choice field names"
    )
    team: str | None = Field(
        None, description="of the role: offered to the team that does this, or what this choice field names"
    )
    field: str | None = Field(None, description="a staff or person field: whoever stands there")


Assigns = Annotated[
    Annotated[str, Tag("<word>")] | Annotated[AssignWords, Tag("<map>")],
    BY_SHAPE,
]


class TellWords(Words):
    """A notice to somebody."""

    to: OneOrMore[str] = Field(
        [], description="roles, fields, `assignee`, `owner`, `opener`, `lead` (of the team of whoever has it)"
    )
    team: str | None = Field(
        None, description="whoever is of the team that does this, or what this choice field names; beside `to`, too"
    )
    notice: str | None = Field(None, description="which notice; the built-in one says number, subject and state")
    urgent: bool = Field(False, description="it goes out in quiet hours too, and waits for no digest")
    on_shift: bool = Field(
        False, description="of roles: whoever is on shift; else who leads then, else who stands in for one of them"
    )


Tell = Annotated[
    Annotated[str, Tag("<word>")] | Annotated[TellWords, Tag("<map>")],
    BY_SHAPE,
]
Tells = Annotated[
    Annotated[str, Tag("<word>")] | Annotated[TellWords, Tag("<map>")] | Annotated[list[Tell], Tag("<list>")],
    BY_SHAPE,
]


class StartWords(Words):
    """Start a child ticket."""

    procedure: str = Field(description="the child's procedure")
    with_: dict[str, Expression] = Field({}, alias="with", description="values of the child's fields, as expressions")
    each: str | None = Field(None, description="a rows field: one child for each row (`row.item` in `with`)")


def start_shape(value: Any) -> str:
    if isinstance(value, dict) and not (value.keys() & {"procedure", "with", "each"}):
        return "<short>"
    return shape(value)


Start = Annotated[
    Annotated[str, Tag("<word>")]
    | Annotated[StartWords, Tag("<map>")]
    | Annotated[dict[str, dict[str, Expression] | None], Tag("<short>")],
    Discriminator(start_shape),
]
Starts = Annotated[
    Annotated[str, Tag("<word>")]
    | Annotated[StartWords, Tag("<map>")]
    | Annotated[dict[str, dict[str, Expression] | None], Tag("<short>")]
    | Annotated[list[Start], Tag("<list>")],
    Discriminator(start_shape),
]


class SignalWords(Words):
    """Raise an event in another ticket."""

    parent: str | None = Field(None, description="an event for the ticket that started this one")
    children: str | None = Field(None, description="an event for the open tickets that this one started")
    procedure: str | None = Field(None, description="with `children`: those of this procedure only")


class CollectWords(Words):
    """Freeze the tickets that a query finds as rows."""

    into: str = Field(description="the rows field that holds them")
    procedures: OneOrMore[str] = Field([], description="of these procedures; of all where it is left out")
    status: Literal["open", "closed", "any"] = Field("open", description="`open`, `closed` or `any`")
    states: OneOrMore[str] = Field([], description="in one of these states")
    same: OneOrMore[str] = Field([], description="fields that must be equal there and here, such as `unit`")
    since: str | None = Field(
        None,
        description="with `until`: when the shift began that is handed over: `shift.start`, `began`",
    )
    until: str | None = Field(
        None,
        description="only what a shift hands over to the one that ends then, as `sop handover` does: `next_ends`",
    )


class EffectWords(Words):
    """What happens beside the move from state to state."""

    set: dict[str, Expression] = Field({}, description="fields to write, each with an expression; `null` clears")
    raise_: OneOrMore[str] = Field([], alias="raise", description="events for this ticket's `on_event`")
    assign: Assigns | None = Field(
        None,
        description="gives the task to a role, `{role: ..., how: ...}`, `{field: ...}`, `owner`, `doer` or `nobody`",
    )
    tell: Tells | None = Field(None, description="whom a notice reaches")
    print: OneOrMore[str] = Field([], description="forms that are due to be printed")
    start: Starts | None = Field(None, description="child tickets to start: `{rework: {unit: unit}}`")
    signal: SignalWords | None = Field(None, description="an event for the parent or the children")
    collect: CollectWords | None = Field(None, description="tickets to freeze as rows of a field")


class WayWords(EffectWords):
    """One alternative."""

    when: Guard | None = Field(None, description="taken only when this holds")
    to: OneOrMore[str] = Field([], description="the state it leads to; without it nothing is left")
    internal: bool = Field(False, description="the state it starts from is not left and entered again")
    source: Sources = Field([], description="where it is written")
    allow: Allow = Field({}, description="warnings that are switched off here, each with its reason")


class GroupWords(WayWords):
    """A transition, or several alternatives of it."""

    either: list[WayWords] | None = Field(
        None, min_length=1, description="alternatives, tried from the top; what stands beside it belongs to each"
    )


class OfferWords(GroupWords):
    """What somebody may do in a state."""

    by: By = Field(description="who may")
    ask: OneOrMore[str] = Field([], description="fields that must be written down")
    may_ask: OneOrMore[str] = Field([], description="fields that may be written down")
    sign: Sign | None = Field(None, description="how many different people must do it")
    title: Title | None = Field(None, description="what staff see")
    hint: Title | None = Field(None, description="a line of help")


class TimerWords(GroupWords):
    """What happens by itself when a time has come."""

    name: str | None = Field(None, description="an id of its own; else it is made of its words: `after_3_days`")
    title: Title | None = Field(None, description="what people see")
    times: int | None = Field(None, ge=1, description="of `every`: how often at most")


Timers = dict[str, MapOrList[TimerWords]]


class TimedWords(Words):
    """What can be timed: a state, and the whole ticket."""

    after: Timers = Field({}, description="so long after it was entered: `{3 days: {to: closed}}`")
    at: Timers = Field({}, description="at a field's time: `{window.end + 15 min: {tell: desk}}`")
    every: Timers = Field({}, description="again and again: `{day 17:30: {tell: steward}}`")
    on_event: dict[str, MapOrList[GroupWords]] = Field({}, description="what an event does; `*` is any")


Filling = str | int | bool | None | Bilingual | list[str | TellWords]
Filled = dict[str, dict[str, Filling] | None]
Uses = Annotated[
    Annotated[str, Tag("<word>")]
    | Annotated[Filled, Tag("<map>")]
    | Annotated[
        list[Annotated[Annotated[str, Tag("<word>")] | Annotated[Filled, Tag("<map>")], BY_SHAPE]], Tag("<list>")
    ],
    BY_SHAPE,
]
"""Fragments, each with its blanks filled in; a bare word where nothing is to be filled in."""


class StateWords(TimedWords):
    """A situation that a ticket is in."""

    title: Title | None = Field(None, description="what it waits for, or what it is in")
    use: Uses = Field([], description="fragments that are put here, each with its blanks filled in")
    initial: str | None = Field(None, description="the inner state where it begins; the first where it is left out")
    states: dict[str, "StateWords | None"] = Field({}, description="inner states")
    parallel: list[str] | None = Field(None, description="the inner states that run side by side")
    final: bool = Field(False, description="nothing more happens here")
    outcome: str | None = Field(None, description="of a final state: how the ticket ended")
    transitions: dict[str, OfferWords] = Field({}, description="what people may do here")
    always: MapOrList[GroupWords] | None = Field(None, description="taken at once, without anybody, when it holds")
    done: MapOrList[GroupWords] | None = Field(None, description="taken when the inner states have come to their end")
    entry: EffectWords | None = Field(None, description="happens whenever it is entered")
    exit: EffectWords | None = Field(None, description="happens whenever it is left")
    source: Sources = Field([], description="where it is written")
    allow: Allow = Field({}, description="warnings that are switched off here, each with its reason")


# --- papers, starts, the whole ---------------------------------------------------------------------------------------


class NoticeWords(Words):
    """A message out."""

    title: Title | None = Field(None, description="what people call it")
    subject: Title | None = Field(None, description="its subject line; `{{ field }}` stands for a value")
    text: Title = Field(description="its text; `{{ field }}` stands for a value")
    personal: OneOrMore[str] = Field([], description="classes of personal data that its readers may see")
    allow: Allow = Field({}, description="warnings that are switched off here, each with its reason")


class FormWords(Words):
    """A printed document."""

    title: Title | None = Field(None, description="what people call it")
    template: Title = Field(description="a file under `templates/`, or one for each language")
    allow: Allow = Field({}, description="warnings that are switched off here, each with its reason")


class ScheduleWords(Words):
    """A start by the calendar."""

    every: str = Field(description="when: `day 17:30`, `last day 18:00`")
    each: Literal["units"] | None = Field(None, description="`units`: one ticket for each unit of the register")
    missed: Literal["all", "last", "none"] = Field("last", description="what to make up for when nothing ran then")
    with_: dict[str, Expression] = Field(
        {},
        alias="with",
        description="values of the new ticket's fields: constants; with `each: units`, `row` is the unit",
    )


class Document(TimedWords):
    """A procedure."""

    procedure: str = Field(description="its id, in kebab-case")
    title: Title = Field(description="what people call it")
    source: Sources = Field([], description="where it is written: `M4 1`")
    prefix: str = Field(description="what its tickets' numbers begin with: `WX`")
    subject: str = Field("", description="what lists show: text and `{{ field }}`")
    owner: str | None = Field(None, description="the role that owns tickets started by the calendar")
    backdate: str | None = Field(None, description="how far back a claimed time may lie: `2 h`")
    calendar: str | None = Field(None, description="counts the time of all goals that say no other")
    use: Uses = Field([], description="fragments that are put here, each with its blanks filled in")
    roles: Roles = Field([], description="who takes part: ids, or ids with titles")
    skills: Titles = Field([], description="what people must have learnt, or have a licence for: ids, with titles")
    teams: Titles = Field([], description="kinds of work for which a site may have a team: ids, with titles")
    fields: dict[str, FieldWords] = Field({}, description="what is written down")
    outcomes: Titles = Field([], description="how a ticket can end")
    words: dict[str, Title] = Field({}, description="titles of triggers, states, timers, goals and outcomes, said once")
    takes: OneOrMore[str] = Field([], description="events that other tickets may send")
    notices: dict[str, NoticeWords] = Field({}, description="messages out")
    forms: dict[str, FormWords] = Field({}, description="documents that are printed")
    starts: dict[str, ScheduleWords] = Field({}, description="starts by the calendar")
    open: OfferWords = Field(description="how a ticket begins: who, what is asked, where to")
    anytime: dict[str, OfferWords] = Field({}, description="what people may do in every open state")
    acts: ActsWords | None = Field(
        None, description="what staff may do beside the transitions: who, and within which limits"
    )
    goals: dict[str, GoalWords] = Field({}, description="what is promised, by when, and what happens when it is late")
    states: dict[str, StateWords | None] = Field(min_length=1, description="the situations a ticket is in")
    allow: Allow = Field({}, description="warnings that are switched off in the whole file, each with its reason")
