"""A procedure as frozen records: what `language` makes of a file, and what running a ticket needs."""

import typing
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, Final, Literal

from sop_engine.acts import USUAL as USUAL_ACTS
from sop_engine.acts import Acts as Acts
from sop_engine.goals import Goal as Goal
from sop_engine.lean import dataclass, field
from sop_engine.messages import Text
from sop_engine.parties import Not as Not
from sop_engine.parties import Recipient as Recipient
from sop_engine.parties import Role as Role
from sop_engine.parties import Sign as Sign
from sop_engine.parties import Tree as Tree
from sop_engine.parties import Who as Who
from sop_engine.worktime.durations import Duration as Duration
from sop_engine.worktime.durations import Unit as Unit
from sop_engine.worktime.recurrence import Every as Every

FORMAT: Final = 1

FieldType = Literal[
    "text", "integer", "decimal", "money", "boolean", "date", "time", "datetime", "interval", "phone", "choice",
    "person", "staff", "firm", "unit", "file", "photo", "checklist", "rows",
]  # fmt: skip
LARGEST_ROWS: Final = 1000
"""rows that a field may have, and that a query collects"""
ROOT: Final = "ticket"
"""The id of the state that is the whole ticket; no state of a procedure may bear it."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a choice, or one line of a checklist."""

    id: str
    title: Text


@dataclass(frozen=True, slots=True)
class Field:
    """Something that is written down. `many` makes a list of values (choices, photos, staff ...)."""

    id: str
    type: FieldType
    title: Text
    hint: Text = field(default_factory=dict)
    many: bool = False
    choices: tuple[Choice, ...] = ()
    """of a choice; of a checklist its lines"""
    columns: tuple["Field", ...] = ()
    """of rows"""
    min: str | int | None = None
    """least value (a decimal or date as text, an integer as such); fewest characters of a text, items of a list"""
    max: str | int | None = None
    default: Any = None
    """as the record holds it"""
    required: Tree | None = None
    """where it is asked it must be given when this holds (on the new values), and may be given otherwise"""
    fill: str | None = None
    """taken from another field when not given: `unit.contact`, `caller.phone`"""
    computed: Tree | None = None
    scale: int = 2
    """digits after the point of a decimal or money; computed ones are rounded half up"""
    personal: str | None = None
    """the class of personal data; such a value stands in the record as a salted commitment only"""
    source: tuple[str, ...] = ()

    @property
    def committed(self) -> bool:
        """Whether the record holds only a salted commitment: personal values, and every free text."""
        return self.personal is not None or self.type in {"text", "person", "phone", "rows", "checklist"}


# --- what happens --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Set:
    """Write a computed value into a field; `value` None clears it."""

    kind: ClassVar[str] = "set"
    field: str
    value: Tree | None = None


@dataclass(frozen=True, slots=True)
class Raise:
    """Raise an internal event."""

    kind: ClassVar[str] = "raise"
    event: str


@dataclass(frozen=True, slots=True)
class Assign:
    """Give the region's task to a role (offered: the first to claim has it), to the person in a staff field, to the
    ticket's owner, to whoever does this (`doer`), or to nobody."""

    kind: ClassVar[str] = "assign"
    to: Literal["role", "field", "owner", "doer", "nobody"]
    name: str = ""
    how: Literal["claim", "named", "turns", "least_load"] = "claim"
    """of a role: the first to claim has it; somebody must be named; whose turn it is; who has the fewest open tasks"""
    on_shift: bool = False
    """of a role: nobody has it who is not on shift"""
    skill: str = ""
    """of a role: nobody has it who lacks this skill; the id of a choice field: those that its value names"""
    team: str = ""
    """of a role: offered to whichever team of the site does this; the id of a choice field: what its value names"""


@dataclass(frozen=True, slots=True)
class Tell:
    """Send a notice; an empty `notice` is the built-in one: number, subject, state."""

    kind: ClassVar[str] = "tell"
    to: tuple[Recipient, ...]
    notice: str = ""
    urgent: bool = False
    """it goes out in quiet hours too, and waits for no digest"""


@dataclass(frozen=True, slots=True)
class Print:
    """A form is due to be printed."""

    kind: ClassVar[str] = "print"
    form: str


@dataclass(frozen=True, slots=True)
class Start:
    """Start a child ticket, or one for each row of `each`; `values` are expressions (`row.item` reads the row)."""

    kind: ClassVar[str] = "start"
    procedure: str
    values: Mapping[str, Tree] = field(default_factory=dict)
    each: str | None = None


@dataclass(frozen=True, slots=True)
class Signal:
    """Raise an event in the parent or in the open children (of one procedure, or all)."""

    kind: ClassVar[str] = "signal"
    to: Literal["parent", "children"]
    event: str
    procedure: str = ""


@dataclass(frozen=True, slots=True)
class Collect:
    """Freeze the tickets that a query finds as rows of a field: columns named like the heads' entries (`id`,
    `procedure`, `subject`, `state`, `owner`, `opened`, `assignee`, `by_when`)."""

    kind: ClassVar[str] = "collect"
    field: str
    procedures: tuple[str, ...] = ()
    """empty: all"""
    status: Literal["open", "closed", "any"] = "open"
    states: tuple[str, ...] = ()
    same: tuple[str, ...] = ()
    """fields that must be equal there and here (`unit`)"""
    since: str = ""
    """a date-time field, or an end of an interval: when the shift began that is handed over"""
    until: str = ""
    """likewise: when the next shift ends. With it only what a shift hands over is found; column `why`"""


Effect = Set | Raise | Assign | Tell | Print | Start | Signal | Collect
EFFECTS: Final[dict[str, type]] = {kind.kind: kind for kind in typing.get_args(Effect)}


@dataclass(frozen=True, slots=True)
class Transition:
    """One alternative: taken when `when` holds. No target: nothing is left. `internal`: the source is not left."""

    when: Tree | None = None
    target: tuple[str, ...] = ()
    internal: bool = False
    effects: tuple[Effect, ...] = ()
    source: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Offer:
    """A trigger of a state: who may, what is asked, and its guarded alternatives in document order."""

    trigger: str
    title: Text
    by: tuple[Who, ...]
    alternatives: tuple[Transition, ...]
    ask: tuple[str, ...] = ()
    may_ask: tuple[str, ...] = ()
    sign: Sign | None = None
    hint: Text = field(default_factory=dict)
    source: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Handler:
    """What a state does at an internal event or a signal (`event`, or `*` for any)."""

    event: str
    alternatives: tuple[Transition, ...]


# --- time ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Timer:
    """Fires `after` the state is entered, `at` a field's time (with an offset), or `every` so often."""

    id: str
    title: Text
    alternatives: tuple[Transition, ...]
    after: Duration | None = None
    at: str | None = None
    """a date, date-time or interval field: `hold_until`, `window.start`, `window.end`; a date means 00:00 there"""
    offset: Duration | None = None
    before: bool = False
    """the offset counts backwards"""
    time: str = ""
    """HH:MM on the day of a date field"""
    every: Every | None = None
    source: tuple[str, ...] = ()


# --- the whole -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class State:
    """A state of the chart. The root, `ticket`, carries what counts in every open state (`anytime`)."""

    id: str
    title: Text
    kind: Literal["atomic", "compound", "parallel", "final", "history"] = "atomic"
    parent: str = ROOT
    children: tuple[str, ...] = ()
    """in document order, history states included"""
    initial: tuple[str, ...] = ()
    """of a compound state: where it begins; of a history state: where it goes when there is none yet"""
    deep: bool = False
    """of a history state"""
    outcome: str | None = None
    """of a final state of the whole ticket"""
    offers: tuple[Offer, ...] = ()
    always: tuple[Transition, ...] = ()
    handlers: tuple[Handler, ...] = ()
    done: tuple[Transition, ...] = ()
    """taken when a compound state's final child is entered, or all regions of a parallel one are final"""
    timers: tuple[Timer, ...] = ()
    entry: tuple[Effect, ...] = ()
    exit: tuple[Effect, ...] = ()
    source: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Notice:
    """A message out. `templates` maps a language to `[subject, body]` digests of Jinja texts kept by digest."""

    id: str
    title: Text
    templates: Mapping[str, tuple[str, str]]
    fields: tuple[str, ...] = ()
    """the fields its texts use"""
    personal: tuple[str, ...] = ()
    """the classes of personal data that its readers may see"""


@dataclass(frozen=True, slots=True)
class Form:
    """A printed document: an HTML template in each language and the layouts it includes, all by digest."""

    id: str
    title: Text
    templates: Mapping[str, str]
    """language -> digest"""
    includes: Mapping[str, str] = field(default_factory=dict)
    """template name -> digest"""
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Schedule:
    """A calendar start: at each occasion of `every` a ticket begins, or one for each row of `each` (`units`)."""

    id: str
    every: Every
    values: Mapping[str, Tree] = field(default_factory=dict)
    each: Literal["", "units"] = ""
    missed: Literal["all", "last", "none"] = "last"


@dataclass(frozen=True, slots=True)
class Procedure:
    """One SOP, as published. `states[0]` is the root; parents stand before their children, in document order."""

    id: str
    title: Text
    prefix: str
    states: tuple[State, ...]
    open: Offer
    """trigger `open`; its alternatives' targets say where a new ticket begins"""
    fields: tuple[Field, ...] = ()
    roles: tuple[Role, ...] = ()
    subject: tuple[str, ...] = ()
    """texts and field paths in turn: `("报修 ", "unit", " ", "fault")` begins with a text, possibly empty"""
    owner: str | None = None
    """the role that owns a ticket started by the calendar"""
    notices: tuple[Notice, ...] = ()
    forms: tuple[Form, ...] = ()
    schedules: tuple[Schedule, ...] = ()
    calendar: str = ""
    """which calendar counts for its goals, where they do not say another"""
    goals: tuple[Goal, ...] = ()
    acts: Acts = USUAL_ACTS
    """what staff may do beside the transitions"""
    outcomes: tuple[Choice, ...] = ()
    skills: tuple[Choice, ...] = ()
    """what people must have learnt for a part of the work, or have a licence for"""
    teams: tuple[Choice, ...] = ()
    """kinds of work for which a site may have a team; the site says which of its teams does which"""
    events: tuple[str, ...] = ()
    """the signals that it takes from outside"""
    backdate: Duration | None = None
    """how far back a claimed time (`--at`) may move the clock of a ticket"""
    source: tuple[str, ...] = ()
    format: int = FORMAT

    def field(self, name: str) -> Field | None:
        return next((each for each in self.fields if each.id == name), None)

    def state(self, name: str) -> State:
        return next(each for each in self.states if each.id == name)

    def walk(self) -> Iterator[tuple[State, Transition]]:
        """Every transition with the state that bears it: offers, handlers, timers, eventless ones, completions."""
        for state in self.states:
            groups: list[Offer | Handler | Timer] = [*state.offers, *state.handlers, *state.timers]
            for group in groups:
                for transition in group.alternatives:
                    yield state, transition
            for transition in (*state.always, *state.done):
                yield state, transition
