"""The seam: all that the engine, the audit and the console ask of a store.

The law. `writing()` is one transaction: it waits fairly for its turn, commits when its block ends, and rolls back when
the block raises; nothing is acknowledged before the commit. `reading()` is one snapshot and takes no lock. Every verb
below is a verb of such a transaction (`Reads` in both, `Writes` in `writing()` only).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Final, NamedTuple, Protocol

from sop_engine.errors import Overtaken
from sop_engine.lean import dataclass, field
from sop_engine.messages import msg
from sop_engine.store.search import Finding, Search
from sop_engine.ticket.records import NOTHING, Sealed, Step, Ticket
from sop_engine.values.words import Term

LATEST: Final = "9999-12-31T23:59:59.999Z"
"""every due time comes before it"""
NOT_NOW: Final = "~"
"""of a promise that is paused, or never due: as a text it comes after every instant"""


class Head(NamedTuple):
    """A ticket's line in a list, and what queries look at. Instants are texts, as in the record. A tuple, because every
    command makes one, and a frozen dataclass takes more than twice as long to make."""

    id: str
    procedure: str
    digest: str
    version: int
    number: int
    hash: str
    status: str
    outcome: str | None
    state: tuple[str, ...]
    """ids of the active leaves"""
    subject: str
    unit: str | None
    owner: str
    tasks: dict[str, dict[str, str]]
    """as in `Ticket.tasks`; and more, for lists: see `projections`"""
    opened: str
    recorded: str
    effective: str
    next_due: str | None
    """when its next timer fires"""
    parent: str | None = None
    promised: str | None = None
    """when the first of its open promises is due; `NOT_NOW` where none of them can be due as things stand"""
    missed: str | None = None
    """the first due time that was missed by a promise that is open still"""
    urged: int = 0
    """how often it was urged"""
    suspended: str | None = None
    """until when it is suspended"""


class StoredStep(NamedTuple):
    """A step as it lies in the store. A tuple, because audits read millions."""

    ticket: str
    number: int
    data: bytes
    hash: str


@dataclass(frozen=True, slots=True)
class Standing:
    """What the tables say of one ticket, for the audit: its row as it reads and as it is written, its id backwards, its
    line in lists as `codec.head_row` writes it, its rows in the indexes of tasks, region -> (assignee, role), and
    timers, key -> (due, error that set it aside)."""

    row: Ticket | None
    text: str | None
    tail: str | None
    line: tuple[Any, ...]
    tasks: dict[str, tuple[str | None, str | None]]
    timers: dict[str, tuple[str, str | None]]


CALENDAR: Final = "calendar:"
"""before the name of a calendar, where it stands as what was published"""


@dataclass(frozen=True, slots=True)
class Version:
    """A published version of a procedure, or of a calendar."""

    procedure: str
    """its id; of a calendar `calendar:NAME`"""
    number: int
    digest: str
    """of the normal form"""
    text: str
    """digest of the YAML text (a blob)"""
    places: str
    """digest of the source map (a blob)"""
    published: str
    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class Due:
    """A timer whose time has come."""

    due: str
    ticket: str
    key: str


@dataclass(frozen=True, slots=True)
class OutLetter:
    """A notice on its way out."""

    id: int
    ticket: str
    number: int
    position: int
    notice: str
    to: str
    channel: str
    status: str
    """waiting | sent | dead | superseded | recalled"""
    attempts: int
    next_at: str
    error: str | None = None
    rendered: dict[str, Any] | None = None
    kind: str = ""
    """as `ticket.kinds` says; empty: it is never superseded"""
    bundle: str | None = None
    """when it goes together with others to the same person; None: by itself"""
    sent: str | None = None
    """when it had gone"""


LONGEST_HOLD_SECONDS: Final = 600.0
"""a letter that seems to be held for longer is held by nobody: the machine was started anew, or the store moved"""


class NewLetter(NamedTuple):
    """A notice that a step puts into the outbox. An empty `channel` is chosen before it is sent."""

    position: int
    notice: str
    to: str
    channel: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Query:
    """What `heads` looks for; every condition that is given must hold. Newest last; with `promised_by` or `missed` in
    the order in which the first promise of each is due, then by id."""

    status: str | None = None
    """`open` or `closed`; a ticket that is suspended is open here"""
    suspended: bool | None = None
    procedures: Sequence[str] = ()
    states: Sequence[str] = ()
    unit: str | None = None
    owner: str | None = None
    mine: str | None = None
    """an actor: owner or assignee"""
    roles: Sequence[str] = ()
    """with `mine`: also what is offered to one of these roles"""
    parent: str | None = None
    due_before: str | None = None
    promised_by: str | None = None
    """with an open promise that is due then or earlier; `NOT_NOW`: with any"""
    missed: bool = False
    """with a promise that was missed and is open still"""
    promised_after: str | None = None
    """whose first promise is due later than this; with `after` then or later"""
    after: str | None = None
    """paging: ids after this one in (opened, id) order; with `promised_after` in (promised, id) order after both, so
    that a ticket whose promises have moved meanwhile does not move the page"""
    limit: int | None = None
    newest: bool = False
    """with a limit: the last of them, and not the first"""
    unclaimed: bool = False
    """with a task that is offered to a role and taken by nobody"""
    left_by: str | None = None
    """with nothing left then: a promise was missed or is due by then; where none is promised, a timer"""
    opened_since: str | None = None
    words: Sequence[Term] = ()
    """each must hold somewhere in what is written on the ticket"""
    copied: str | None = None
    """an actor who was let know"""
    team: Sequence[str] = ()  # a team, then its people: a task that one of them has, or that it is offered
    order: str = "opened"
    """one of `narrowing.ORDERS`"""


@dataclass(frozen=True, slots=True)
class Person:
    """An actor as permissions see him. `roles` are (role, scope); scope None means everywhere."""

    id: str
    active: bool
    roles: tuple[tuple[str, str | None], ...]
    rights: tuple[str, ...] = ()
    """`admin` (people, publishing), `stand_in` (act as anybody, on record)"""
    name: str = ""
    contact: dict[str, str] = field(default_factory=dict)
    """channel -> address (`mail`, `phone`)"""
    language: str | None = None


class Login(NamedTuple):
    """A system user: he is `actor`, or a terminal at which `people` act with `--as`."""

    login: str
    actor: str | None
    people: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What a command will surely or very likely read, so that a store on another machine is asked once. A wrong guess
    costs a look-up and nothing else."""

    tickets: Sequence[str] = ()
    key: str | None = None
    """an idempotency key"""
    logins: Sequence[str] = ()
    people: Sequence[str] = ()
    roles: Sequence[str] = ()
    """whose holders are asked for"""
    units: Sequence[str] = ()
    procedures: Sequence[str] = ()
    """whose newest versions are asked for"""
    numbers: Sequence[tuple[str, str]] = ()
    """(prefix, day) of numbers that are drawn"""


class Missed(Overtaken):
    """Another's step came between reading and writing; nothing was kept. Whoever is told decides anew, in a transaction
    `after` this one, which queues for what was missed; after a few times it is an `Overtaken` like any other."""

    def __init__(
        self, tickets: Sequence[str] = (), numbers: Sequence[tuple[str, str]] = (), waited_seconds: float = 0.0
    ) -> None:
        super().__init__(
            msg("somebody else's step came first, again and again; nothing of this was kept"),
            where=tickets[0] if tickets else None,
            fix=msg("look how things stand, and give the command again"),
        )
        self.tickets = tuple(tickets)
        """ids of the tickets at which it may have happened"""
        self.numbers = tuple(numbers)
        """(prefix, day) of the numbers at which it may have happened"""
        self.waited_seconds = waited_seconds
        """how long it was waited for others before"""

    def with_more(self, other: "Missed") -> "Missed":
        """Both together."""
        waited_seconds = self.waited_seconds + other.waited_seconds
        return Missed([*self.tickets, *other.tickets], [*self.numbers, *other.numbers], waited_seconds)


class Reads(Protocol):
    """Verbs of any transaction."""

    def ticket(self, id: str) -> Ticket | None: ...
    def head(self, id: str) -> Head | None: ...
    def heads(self, query: Query) -> list[Head]: ...
    def count_heads(self, query: Query, most: int | None = None) -> int:
        """How many `heads` would give without its limit, and without reading them; with `most` it counts no further."""

    def find(self, search: Search) -> list[Head]:
        """Tickets of that number, of that unit, then others; of each open ones first, newest first."""

    def findings(self, ticket: str) -> dict[str, Finding]:
        """part -> the words by which a ticket is found; parts are `fields`, `fields:CLASS`, `step:NUMBER` and
        `step:NUMBER:CLASS`."""

    def resolve(self, suffix: str) -> list[Head]:
        """Tickets whose id is, or else ends in, `suffix` (case-folded); exact first."""

    def standing(self, id: str) -> Standing | None:
        """What the tables say of one ticket, for the audit; anything else reads `ticket` and `head`."""

    def steps(self, ticket: str, after: int = 0, until: int | None = None) -> Iterator[StoredStep]: ...
    def sealed(self, ticket: str, number: int | None = None) -> dict[tuple[int, str], Sealed]:
        """(step number, slot) -> value, of one step or of all."""

    def ticket_ids(self, after: str = "", limit: int = 1000) -> list[str]:
        """Ids in order, `site` included: for audits that walk over everything."""

    def steps_between(self, after: str, through: str | None) -> Iterator[StoredStep]:
        """The steps of all tickets whose id comes after `after` and not after `through` (None: to the last), in order
        of id and number."""

    def sealed_between(self, after: str, through: str | None) -> dict[str, dict[int, dict[str, Sealed]]]:
        """ticket -> step number -> slot -> value, for the tickets of `steps_between`."""

    def standings(self, after: str, through: str | None) -> dict[str, Standing]:
        """ticket -> what the tables say of it, for the tickets of `steps_between`, and any that has a row, a task or a
        timer but no step."""

    def drawn(self) -> dict[tuple[str, str], int]:
        """(prefix, day) -> the last number that `draw` gave."""

    def blob(self, digest: str) -> bytes | None: ...
    def blobs(self) -> Iterator[tuple[str, bytes]]:
        """(digest, content) of everything that is kept by its digest."""

    def newest(self, procedure: str) -> Version | None: ...
    def versions(self, procedure: str | None = None) -> list[Version]:
        """The versions of one procedure, or of all; calendars' are not among those of all."""

    def calendars(self) -> list[Version]:
        """The versions of all calendars, by name and number."""

    def version_of(self, digest: str) -> Version | None:
        """The first version that had this digest: a later one may bring an old text back, and what is said of a ticket
        must not change with that."""

    def person(self, actor: str) -> Person | None: ...
    def people(self) -> list[Person]: ...
    def login(self, login: str) -> Login | None: ...
    def logins(self) -> list[Login]: ...
    def holdings(self) -> list[tuple[str, str]]:
        """(actor, role) of every role that is held, also where there is no such actor: for audits."""

    def holders(self, role: str, unit: str | None = None) -> list[str]:
        """Active actors who hold `role` for `unit` (a scope covers the units that begin with it), in id order."""

    def load_of(self, actor: str) -> int:
        """How many open tasks somebody has in hand."""

    def unit(self, id: str) -> dict[str, Any] | None:
        """The register's entry: {"id", "contact": {"name", "phone"}}."""

    def units(self) -> list[dict[str, Any]]: ...
    def due(self, before: str, limit: int) -> list[Due]:
        """Timers due at or before `before`, earliest first, set-aside ones left out."""

    def aside(self) -> list[tuple[Due, str]]:
        """Timers that were set aside, with their error."""

    def next_due(self) -> str | None: ...
    def overdue(self, before: str) -> int:
        """How many timers are due at or before `before`, set-aside ones left out."""

    def by_key(self, key: str) -> tuple[str, int, Sealed] | None:
        """What the idempotency key did: ticket, step number, and the request's commitment with its salt."""

    def letters(self, status: str | None = None, ticket: str | None = None) -> list[OutLetter]: ...
    def refusals(self, ticket: str | None = None, limit: int = 100) -> list[dict[str, Any]]:
        """Refused commands, newest first: {"at", "ticket", "actor", "login", "command", "why"}; `why` is the text that
        was logged: JSON of `messages.kept`."""

    def meta(self, name: str) -> str | None:
        """Small facts of the site that are no history: id, last sweep, simulated now."""

    def metas(self, prefix: str) -> dict[str, str]:
        """name -> value of those whose names begin so."""


class Writes(Reads, Protocol):
    """Verbs of a writing transaction."""

    def load(self, foreseen: Callable[[], Foreseen]) -> None:
        """Read what is foreseen, at once; the verbs that ask for it are then answered from here. Changes nothing else:
        what is not loaded is read when it is asked for. A store that gains nothing by it does not even ask what."""

    def take_due(self, before: str, limit: int) -> list[Due]:
        """As `due`, for whoever fires them now: until this transaction ends no other one is given timers of the same
        tickets, and theirs are left out here."""

    def append(self, step: Step, head: Head, findings: Mapping[str, Finding] = NOTHING) -> None:
        """Add a step, its values and letters, and put the ticket's projection (row, tasks, timers) to `step.after`, and
        of the words by which it is found the parts that are given.
        Raises `Overtaken` when the ticket's last step is not `step.number - 1`."""

    def project(self, after: Ticket | None, head: Head, findings: Mapping[str, Finding] = NOTHING) -> None:
        """Put a ticket's projection in place of what is there, without a step: after `db rebuild`, or an erasure. Of
        the words by which it is found the given parts are put in place; after an erasure `fields` must be given."""

    def erase(self, ticket: str, number: int, slot: str) -> bool:
        """Erase a value that lies beside a step, with its salt; the commitment stays. Idempotency keys of the step lose
        their salt too, since their request may hold the value. False: there was none to erase.
        The projection may hold the value too: `project` it anew. Nobody finds by the value, nor by any other field
        until then."""

    def forget_timer(self, ticket: str, key: str) -> None:
        """Take a row away from the index of timers that no ticket has."""

    def draw(self, prefix: str, day: str) -> int:
        """The next number of this prefix and day (`20261121`), from 1."""

    def keep_key(self, key: str, ticket: str, number: int, request: Sealed) -> None:
        """Keep what an idempotency key did. Of the request only commitment and salt are kept. Raises `Overtaken` when
        the key is there already."""

    def put_blob(self, data: bytes) -> str: ...
    def put_version(self, version: Version) -> None: ...
    def put_person(self, person: Person) -> None: ...
    def put_login(self, login: Login | None, name: str) -> None:
        """Map the system user `name`; None takes the mapping away."""

    def put_units(self, units: Sequence[dict[str, Any]]) -> None: ...
    def log_refusal(self, at: str, ticket: str, actor: str, login: str, command: dict[str, Any], why: str) -> None: ...
    def take_letters(self, now: str, beyond: str, limit: int, seconds: float) -> list[OutLetter]:
        """Waiting letters whose time has come, or is after `beyond`, which only a clock that was ahead can have meant.
        Nobody else is given them for so many seconds, `LONGEST_HOLD_SECONDS` at most: by a clock that all who use the
        store share, whatever their own clocks say."""

    def letter_sent(self, id: int, at: str, rendered: dict[str, Any]) -> None: ...
    def letter_failed(self, id: int, error: str, next_at: str | None) -> None:
        """One more attempt failed; `next_at` None: it is dead. One that was superseded meanwhile stays so."""

    def letters_wait(self, ids: Sequence[int], until: str) -> None:
        """Letters that are not tried now, nor taken by anybody, before `until`; that is no attempt."""

    def add_letters(self, ticket: str, number: int, letters: Sequence[NewLetter], now: str) -> None:
        """The letters of a step, each once. Those of the same ticket, kind, notice and recipient that were there before
        and are still waiting, by whatever channel, are superseded: they will not be sent."""

    def letter_goes(self, id: int, was: str, channels: Sequence[tuple[str, str | None]], next_at: str) -> None:
        """Let a waiting letter that `was` to go by one channel go by these (at least one) instead, each (channel,
        bundle): one row each, and none twice. Nothing where it does not wait any more, or goes another way already."""

    def recall_letters(self, ticket: str, number: int, to: Sequence[str] = (), before: bool = False) -> None:
        """Letters that have not gone out will not be sent, nor tried again: those of a step; or, where recipients are
        named, those to them of every step before it; or, with `before`, all of every step before it."""

    def put_meta(self, name: str, value: str) -> None: ...
    def swap_meta(self, name: str, was: str | None, value: str) -> None:
        """As `put_meta`, where it is still what it `was` when it was read (None: it was not there). Raises `Missed`."""

    def forget_meta(self, name: str) -> None: ...
    def forget_projections(self) -> None:
        """Delete all that `db rebuild` makes anew: ticket rows, tasks, timers, words, people, logins, versions."""


class Store(Protocol):
    """A site's store. Open it with `store.opening.open_at`, or one in a file with `store.open_store(path)`."""

    @property
    def name(self) -> str:
        """Where it is, as it may be shown."""

    def writing(self, wait_seconds: float = 30.0, after: Missed | None = None) -> AbstractContextManager[Writes]: ...
    def reading(self) -> AbstractContextManager[Reads]: ...
    def close(self) -> None: ...
