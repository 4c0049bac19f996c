"""Who takes part in a procedure, as frozen records: roles, who may, who signs, whom a word reaches."""

from typing import Any, Literal

from sop_engine.lean import dataclass, field
from sop_engine.messages import Text

Tree = tuple[Any, ...]
"""A guard or expression: `("==", ("field", "urgency"), ("const", "text", "urgent"))`. See `guards`."""


@dataclass(frozen=True, slots=True)
class Role:
    """A post that takes part. With `scope` (a unit field) it is held for some units only: the steward of 3栋."""

    id: str
    title: Text = field(default_factory=dict)
    scope: str | None = None


@dataclass(frozen=True, slots=True)
class Not:
    """Separation of duty: nobody who did `did` (since `since` was last entered, or ever), nobody named in `field`."""

    did: str | None = None
    since: str | None = None
    field: str | None = None


@dataclass(frozen=True, slots=True)
class Who:
    """One of those who may. `name` is a role's id or a staff field's; other kinds need none."""

    kind: Literal["role", "assignee", "owner", "opener", "field", "anyone"]
    name: str = ""
    exclude: tuple[Not, ...] = ()
    when: Tree | None = None
    """counts only while this holds (`by` that depends on a field)"""
    on_shift: bool = False
    """of a role: only those of its holders who are on shift, as the roster says"""
    skill: str = ""
    """only whoever has this skill; the id of a choice field: those that its value names. Empty: no skill is asked"""


@dataclass(frozen=True, slots=True)
class Sign:
    """`count` different people must do the trigger; `of` says which roles (empty: as `by` says), `ordered` in turn."""

    count: int
    of: tuple[str, ...] = ()
    ordered: bool = False
    add: tuple[str, ...] = ()
    """the roles of which signers may be added on a ticket; empty: none may"""
    reject: str = ""
    """the event that is raised when a signer refuses; empty: the ticket stays where it is"""


@dataclass(frozen=True, slots=True)
class Recipient:
    """Whom a notice reaches: a role's holders (of this unit, where the role has a scope), or who stands in a field."""

    kind: Literal["role", "assignee", "owner", "opener", "field", "lead", "team"]
    """`lead`: who leads the team of whoever has the task, or that it is offered to; `team`: who is of the team that
    does what `name` says, a declared team or a choice field whose value names one"""
    name: str = ""
    on_shift: bool = False
    """of a role: its holders who are on shift, else whoever leads, else who stands in for one of them"""
