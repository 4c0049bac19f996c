"""Tickets as JSON: an interface, described in `docs/json.md`. One model for each shape; values by id, instants RFC 3339
with the offset of the site's zone, money and decimals as text, titles in the reader's language.
"""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sop_engine.console.failures import spoken
from sop_engine.messages import say
from sop_engine.procedure import ROOT, Field, Timer
from sop_engine.ticket.program import Program
from sop_engine.ticket.records import Erased, Ticket

if TYPE_CHECKING:
    from sop_engine.console.looking import Look
    from sop_engine.console.opened import Opened
    from sop_engine.store.seam import Head


@dataclass(frozen=True, slots=True)
class TaskView:
    """A task: an active state that offers somebody a transition."""

    region: str
    """`ticket` where nothing is parallel"""
    state: str
    assignee: str | None
    role: str | None
    """to which it is, or was, offered"""


@dataclass(frozen=True, slots=True)
class TimerView:
    """A timer that runs."""

    name: str
    """`state/timer`"""
    due: str
    kind: str
    """after | at | every"""
    provisional: bool
    """whether the due time rests on a calendar that does not reach so far"""
    aside: str | None
    """why it was set aside, if it was"""


@dataclass(frozen=True, slots=True)
class ChildView:
    """A ticket that this one started."""

    id: str
    procedure: str
    status: str
    state: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NeedView:
    """A field that a trigger asks."""

    name: str
    type: str
    title: str
    required: bool
    many: bool
    min: str | int | None
    max: str | int | None
    choices: list[dict[str, str]]
    """[{id, title}]; of a staff field everybody who is active"""
    example: Any


@dataclass(frozen=True, slots=True)
class PossibleView:
    """Something that can be done now."""

    trigger: str
    region: str | None
    """to be put before the trigger, with a full stop, where the bare trigger is not enough"""
    title: str
    allowed: bool
    """by who asks and by state; conditions on what is asked are decided when it is done"""
    why_not: str | None
    who: list[str]
    """who may, by id; empty where anybody may"""
    needs: list[NeedView]
    signatures: dict[str, int] | None
    """{have, want}"""


@dataclass(frozen=True, slots=True)
class TicketView:
    """A ticket."""

    id: str
    procedure: str
    version: int
    status: str
    """open | suspended | closed"""
    state: tuple[str, ...]
    """the active leaves"""
    path: list[str]
    """all active states, outer ones first"""
    subject: str
    owner: str
    tasks: list[TaskView]
    fields: dict[str, Any]
    goals: list[dict[str, Any]]
    timers: list[TimerView]
    children: list[ChildView]
    parent: str | None
    links: list[str]
    possible: list[PossibleView]
    outcome: str | None
    number: int
    """of its last step; what `--expect` compares"""
    opened: str
    opener: str
    effective: str
    """from when its last step counts"""


@dataclass(frozen=True, slots=True)
class HeadView:
    """A ticket's line in a list."""

    id: str
    procedure: str
    version: int
    status: str
    outcome: str | None
    state: tuple[str, ...]
    subject: str
    unit: str | None
    owner: str
    tasks: list[TaskView]
    next_due: str | None
    overdue: bool
    """whether the next timer is due and has not fired yet"""
    parent: str | None
    number: int
    opened: str


def plain(view: Any) -> Any:
    """A view as plain JSON."""
    return dataclasses.asdict(view)


def ticket_json(opened: "Opened", seen: "Look") -> dict[str, Any]:
    """A ticket as `show --json` prints it."""
    ticket, head, program = seen.ticket, seen.head, seen.program
    view = TicketView(
        id=ticket.id,
        procedure=ticket.procedure,
        version=head.version,
        status=ticket.status,
        state=head.state,
        path=list(ticket.active),
        subject=head.subject,
        owner=ticket.owner,
        tasks=_tasks(program, ticket),
        fields=_fields(opened, program, ticket),
        goals=[],
        timers=timers(opened, program, ticket),
        children=[ChildView(each.id, each.procedure, each.status, each.state) for each in seen.children],
        parent=ticket.parent,
        links=list(ticket.links),
        possible=[possible_view(opened, each) for each in seen.possible],
        outcome=ticket.outcome,
        number=ticket.number,
        opened=opened.local(ticket.opened),
        opener=ticket.opener,
        effective=opened.local(ticket.effective),
    )
    return plain(view)  # type: ignore[no-any-return]


def possible_view(opened: "Opened", each: Mapping[str, Any]) -> PossibleView:
    """One entry of `possible`."""
    language = opened.call.language
    return PossibleView(
        trigger=each["trigger"],
        region=each["region"],
        title=say(each["title"] or each["trigger"], language),
        allowed=each["allowed"],
        why_not=None if each["why_not"] is None else say(each["why_not"], language),
        who=list(each["who"]),
        needs=[need_view(opened, need) for need in each["needs"]],
        signatures=each["signatures"],
    )


def need_view(opened: "Opened", need: Mapping[str, Any]) -> NeedView:
    """A field that is asked."""
    said = spoken(dict(need), opened.call.language)
    choices = said["choices"]
    if need["type"] == "staff":
        choices = [{"id": actor, "title": name} for actor, name in opened.staff.items()]
    said["title"] = said["title"] or need["name"]
    return NeedView(**{**said, "choices": choices})


def head_json(opened: "Opened", head: "Head", now: str) -> dict[str, Any]:
    """A ticket's line as `ls --json` prints it; `now` as the record writes instants."""
    leaf = head.state[0] if head.state else ""
    tasks = [
        TaskView(region, leaf if region == ROOT else "", task.get("assignee"), task.get("role"))
        for region, task in head.tasks.items()
    ]
    view = HeadView(
        id=head.id,
        procedure=head.procedure,
        version=head.version,
        status=head.status,
        outcome=head.outcome,
        state=head.state,
        subject=head.subject,
        unit=head.unit,
        owner=head.owner,
        tasks=tasks,
        next_due=opened.local(head.next_due) if head.next_due else None,
        overdue=head.next_due is not None and head.next_due <= now,
        parent=head.parent,
        number=head.number,
        opened=opened.local(head.opened),
    )
    return plain(view)  # type: ignore[no-any-return]


# --- parts -----------------------------------------------------------------------------------------------------------


def _tasks(program: Program, ticket: Ticket) -> list[TaskView]:
    if ticket.status == "closed":
        return []
    found = []
    seen: set[str] = set()
    for leaf in program.chart.leaves(ticket.active):
        region = program.region(leaf)
        if region not in seen and program.states[leaf].kind != "final":
            seen.add(region)
            task = ticket.tasks.get(region, {})
            found.append(TaskView(region, leaf, task.get("assignee"), task.get("role")))
    return found


def timers(opened: "Opened", program: Program, ticket: Ticket) -> list[TimerView]:
    """The timers that run, earliest first."""
    ordered = sorted(ticket.timers.items(), key=lambda item: (item[1]["due"], item[0]))
    return [
        TimerView(
            name=key,
            due=opened.local(timer["due"]),
            kind=kind_of(program.timers[key][1]) if key in program.timers else "every",
            provisional=False,
            aside=timer.get("aside"),
        )
        for key, timer in ordered
    ]


def kind_of(timer: Timer) -> str:
    """How a timer comes to be due."""
    return "after" if timer.after is not None else "every" if timer.every is not None else "at"


def _fields(opened: "Opened", program: Program, ticket: Ticket) -> dict[str, Any]:
    shown = {}
    for field in program.procedure.fields:
        if field.id in ticket.fields:
            value = ticket.fields[field.id]
            shown[field.id] = None if isinstance(value, Erased) else value_json(opened, field, value)
    return shown


def value_json(opened: "Opened", field: Field, value: Any) -> Any:
    """A recorded value, its instants in the site's zone."""
    if value is None:
        return None
    if field.type == "rows":
        columns = {column.id: column for column in field.columns}
        return [{name: value_json(opened, columns[name], cell) for name, cell in row.items()} for row in value]
    if field.many:
        return [_local(opened, field, each) for each in value]
    return _local(opened, field, value)


def _local(opened: "Opened", field: Field, value: Any) -> Any:
    if field.type == "datetime":
        return opened.local(value)
    if field.type == "interval":
        return {part: opened.local(value[part]) for part in ("start", "end")}
    return value
