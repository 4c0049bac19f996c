"""Commands, steps and tickets.

The law. One row of history is one step: an accepted command and everything that followed from it in its run to
completion. A step's `events` say what happened; `evolve` makes the ticket after from the ticket before and the events,
and nothing else. Personal values and free texts stand beside the step with a salt, and in it as commitments only.
All instants are aware and UTC; in records they are texts (`canonical.instant_text`).
What every command makes anew is a tuple: a frozen dataclass takes more than twice as long to make.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final, Literal, NamedTuple, Protocol

from sop_engine import __version__, canonical
from sop_engine.messages import Message

FORMAT: Final = 1
"""of a step's bytes"""
RULES: Final = 1
"""Raised when `decide` comes to mean something else; replay reports a difference under other rules as such."""
GENESIS: Final = "0" * 64
"""what stands as the hash before the first step"""
SITE: Final = "site"
"""the ticket id of the site's own history"""
TIMER: Final = "timer"
"""the actor of a timer's command"""
GOAL: Final = "goal/"
"""what the keys of goals' timers begin with"""
RESUME: Final = "resume"
"""the key of the timer that ends a suspension; those of states have a stroke in them"""
DELEGATION: Final = "delegation:"
"""what the keys of the timers begin with at which a delegated task comes back; its region follows"""

SHIFT_END: Final = "shift-end/"
"""what the keys of the timers begin with that end a shift; a region follows"""

NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})
Event = dict[str, Any]
Status = Literal["open", "suspended", "closed"]


@dataclass(frozen=True, slots=True)
class Command:
    """What somebody, a timer or another ticket asks. `id` is unique; `ticket` is empty for `open`, which draws one.

    `actor` is whose act it is, `login` the system's user at the keyboard, `typist` who enters it where that is
    another person (`heard`: radio, phone, paper), `standing_for` whom the actor stands in for. `at` is a claimed time.
    """

    id: str
    name: str
    ticket: str
    actor: str
    login: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    typist: str | None = None
    heard: str | None = None
    standing_for: str | None = None
    at: datetime | None = None
    expect: int | None = None
    cause: tuple[str, int] | None = None
    proof: tuple[tuple[str, str], ...] = ()
    """(person, how) of those who proved who they are: `pin` with this command, `on` when they took the terminal over"""


class Sealed(NamedTuple):
    """A value that stands beside its step: erased when `salt` and `value` are None."""

    commitment: str
    salt: str | None
    value: Any = None


@dataclass(frozen=True, slots=True)
class Erased:
    """Stands at replay for a value that was lawfully erased: its commitment is all that is left."""

    commitment: str


class Sealer(Protocol):
    """Makes the commitment of a value in a slot of the step: with new salts live, with the kept ones at replay."""

    def seal(self, slot: str, value: Any) -> Sealed: ...
    def wrote(self, slot: str) -> bool:
        """Whether the step has a value in a slot: asked at replay, of values that were erased. Live it has."""


class NewSeals:
    """The live sealer: salts are drawn from one step's `entropy` (32 random bytes) and nothing else."""

    def __init__(self, entropy: bytes) -> None:
        self._entropy = entropy

    def seal(self, slot: str, value: Any) -> Sealed:
        salt = canonical.salt(self._entropy, slot)
        return Sealed(canonical.commitment(salt, value), salt, value)

    def wrote(self, slot: str) -> bool:
        return True


class Given(NamedTuple):
    """All that `decide` may know besides procedure, ticket and command: the time, salts, and answers from outside."""

    recorded: datetime
    effective: datetime
    sealer: Sealer
    answers: Mapping[str, Any] = NOTHING
    """question -> answer; see `ticket.questions` for what can be asked"""
    results: Sequence[Any] | None = None
    """at replay: the recorded results of guards and expressions that read a committed value, in order"""
    simulated: bool = False
    training: bool = False
    """the site is one for practising: nothing in it is real"""
    engine: str = __version__
    """who decides; at replay, who decided: it says nothing of what"""


@dataclass(frozen=True, slots=True)
class Missing:
    """Decide cannot say before these questions are answered. The engine answers them and asks again."""

    questions: tuple[str, ...]
    beside: Mapping[str, Any] = field(default_factory=dict)
    """values of fields that an answer needs; they are no part of the question, since that stands in the record"""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a command is not accepted. `kind` names the error class in `errors` (`not_now`, `not_you` ...)."""

    kind: str
    message: Message
    possible: tuple[Any, ...] = ()
    needs: tuple[Any, ...] = ()
    near: tuple[str, ...] = ()
    fix: Message | None = None
    guards: tuple[Any, ...] = ()
    """the guard trees that failed"""


@dataclass(slots=True)
class Ticket:
    """A ticket as it stands: the projection of its steps. Commands work on it, so a step's cost is the same after
    ten steps and after ten thousand. All members are plain JSON values (instants as texts).

    `fields` holds values as the record has them; of a committed field the plain value (None when it was erased), and
    `commits` its commitment, which is what the state's hash covers.
    """

    id: str
    procedure: str
    digest: str
    number: int = 0
    """of its last step"""
    head: str = GENESIS
    """hash of its last step"""
    status: Status = "open"
    outcome: str | None = None
    active: list[str] = field(default_factory=list)
    """the configuration in document order, compound states included, the root not"""
    history: dict[str, list[str]] = field(default_factory=dict)
    fields: dict[str, Any] = field(default_factory=dict)
    commits: dict[str, str] = field(default_factory=dict)
    filled: list[str] = field(default_factory=list)
    """fields whose value nobody gave: it was filled in from another field"""
    owner: str = ""
    opener: str = ""
    tasks: dict[str, dict[str, str]] = field(default_factory=dict)
    """region -> {"assignee": actor} or {"role": role}; region `ticket` where nothing is parallel"""
    goals: dict[str, dict[str, Any]] = field(default_factory=dict)
    """goal -> how it stands; see `ticket.goals`"""
    held: dict[str, list[str]] = field(default_factory=dict)
    """goal -> which of its conditions held after the last step; see `ticket.conditions`"""
    terms: str = ""
    """digest of the newer version whose times count for its goals; empty: its own. See `ticket.terms`"""
    timers: dict[str, dict[str, Any]] = field(default_factory=dict)
    """key `state/timer` -> {"due": instant, "kind": ..., "left": times left, "aside": error}"""
    did: dict[str, dict[str, Any]] = field(default_factory=dict)
    """trigger -> {"times": n, "by": {person: number of his last such step}}: who did it, and whom he stood in for"""
    entered: dict[str, int] = field(default_factory=dict)
    """state -> number of the step that last entered it"""
    signatures: dict[str, list[list[str]]] = field(default_factory=dict)
    """`state.trigger` -> the signatures so far, in order: who signed, and whom he stood in for"""
    children: list[dict[str, str]] = field(default_factory=list)
    """[{"id", "procedure"}] in order of starting"""
    parent: str | None = None
    links: list[dict[str, str]] = field(default_factory=list)
    """[{"id", "as"}] in order; see `ticket.acts.ties`"""
    acts: dict[str, Any] = field(default_factory=dict)
    """what staff did to it beside its transitions; see the modules of this room that name an entry of `Ticket.acts`"""
    opened: str = ""
    recorded: str = ""
    """of the last step"""
    effective: str = ""

    def state(self) -> dict[str, Any]:
        """What the state's hash covers: everything but head and number, committed values as commitments only."""
        commits = self.commits
        acts = {"acts": self.acts} if self.acts else {}  # so that what nobody touched hashes as it did before
        fields = {name: value for name, value in self.fields.items() if name not in commits} if commits else self.fields
        return {
            "active": self.active, "children": self.children, "commits": commits, "did": self.did,
            "digest": self.digest, "entered": self.entered, "fields": fields, "filled": self.filled,
            "goals": self.goals, "held": self.held, "history": self.history, "id": self.id, "links": self.links,
            "opened": self.opened, "opener": self.opener, "outcome": self.outcome, "owner": self.owner,
            "parent": self.parent, "procedure": self.procedure, "signatures": self.signatures, "status": self.status,
            "tasks": self.tasks, "terms": self.terms, "timers": self.timers,
            **acts,
        }  # fmt: skip

    def waits(self, timer: str) -> bool:
        """Whether a timer waits until the ticket is resumed: all do but those of goals, and the one that resumes it."""
        return self.status == "suspended" and timer != RESUME and not timer.startswith(GOAL)

    def state_hash(self) -> str:
        """SHA-256 of the canonical bytes of `state()`."""
        return canonical.digest(canonical.to_bytes(self.state()))


@dataclass(frozen=True, slots=True)
class Letter:
    """An outbox row: a notice that leaves the system. Recipients are actors' ids, or `field:caller` for outsiders."""

    position: int
    """the event's index in its step, with `to` the delivery's key"""
    notice: str
    to: str
    kind: str = ""
    """as `kinds.kind_of` says"""


class Step(NamedTuple):
    """One accepted command: its record, and what lies beside it."""

    ticket: str
    number: int
    data: bytes
    """the record's canonical bytes"""
    hash: str
    """SHA-256 of `data`"""
    events: Sequence[Event]
    values: Mapping[str, Sealed] = NOTHING
    """slot -> sealed value; a field's slot is `field:ID`"""
    letters: tuple[Letter, ...] = ()
    after: Ticket | None = None
    """the ticket that `evolve` makes of it"""
    consequences: tuple[Command, ...] = ()
    """commands that must be accepted in the same transaction: children to open, signals"""
