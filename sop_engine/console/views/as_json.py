"""Tickets as JSON: an interface, described in `docs/json.md`. One model for each shape; values by id, instants RFC 3339
with the offset of the site's zone, money and decimals as text, titles in the reader's language.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NotRequired, TypedDict

from sop_engine.console.failures import spoken
from sop_engine.console.masking import masked_json
from sop_engine.console.views.acts import (
    CopyView,
    EndedView,
    FileView,
    MovedView,
    SuspendedView,
    UrgedView,
    WithView,
    copies_view,
    ended_view,
    files_view,
    moved_view,
    suspended_view,
    urged_view,
    with_view,
)
from sop_engine.console.views.promises import GoalView, goal_views
from sop_engine.messages import say
from sop_engine.procedure import ROOT, Field, Timer
from sop_engine.store.seam import NOT_NOW
from sop_engine.ticket.levels import PREFIX
from sop_engine.ticket.program import Program
from sop_engine.ticket.records import DELEGATION, RESUME, SHIFT_END, Erased, Ticket

if TYPE_CHECKING:
    from sop_engine.console.opened import Opened
    from sop_engine.console.views.looking import Look
    from sop_engine.store.seam import Head


class TaskView(TypedDict):
    """A task: an active state that offers somebody a transition."""

    region: str
    """`ticket` where nothing is parallel"""
    state: str | None
    """in a list null where several run side by side"""
    assignee: str | None
    role: str | None
    """to which it is, or was, offered"""
    offered: dict[str, str] | None
    """to whom its holder offers it on: {person} or {role}"""
    lent: str | None
    """who may act for its holder"""
    team: str | None
    """the team that it was given to, by id"""


class TimerView(TypedDict):
    """A timer that runs."""

    name: str
    """`state/timer`"""
    due: str
    kind: str
    """after | at | every | goal | resume | delegation | shift"""
    provisional: bool
    """whether the due time rests on a calendar that does not reach so far"""
    aside: str | None
    """why it was set aside, if it was"""


class ChildView(TypedDict):
    """A ticket that this one started."""

    id: str
    procedure: str
    status: str
    state: tuple[str, ...]


class LinkView(TypedDict):
    """A ticket that this one is linked to."""

    id: str
    how: str
    """related | rework_of | reworked_by | caused_by | causes | split_into | split_from"""


class NeedView(TypedDict):
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


class PossibleView(TypedDict):
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


class TicketView(TypedDict):
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
    goals: list[GoalView]
    timers: list[TimerView]
    children: list[ChildView]
    parent: str | None
    links: list[LinkView]
    absorbed: list[str]
    """tickets that were merged into it"""
    goes_with: WithView | None
    """the ticket with which it goes: the same cause, and one job"""
    others: list[str]
    """tickets that go with it"""
    urged: UrgedView
    files: list[FileView]
    """that were attached, besides those of its fields"""
    copies: list[CopyView]
    watchers: list[str]
    """who is told of each change of state"""
    suspended: SuspendedView | None
    ended: EndedView | None
    """how it ended otherwise than by its procedure"""
    moved: MovedView | None
    """its unit changes hands, or has"""
    reopened: int
    """how often it was reopened"""
    possible: list[PossibleView]
    outcome: str | None
    number: int
    """of its last step; what `--expect` compares"""
    opened: str
    opener: str
    effective: str
    """from when its last step counts"""
    training: NotRequired[bool]
    """true on a site for practising; else it is not there"""


class HeadView(TypedDict):
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
    promised: str | None
    """when the first of its open promises is due; null where none is open, or all are paused"""
    missed: str | None
    """the first due time that was missed by a promise that is open still"""
    parent: str | None
    urged: int
    """how often it was urged"""
    suspended: str | None
    """until when it is suspended"""
    number: int
    opened: str
    training: NotRequired[bool]
    """as in a ticket"""


def ticket_json(opened: "Opened", seen: "Look") -> TicketView:
    """A ticket as `show --json` prints it."""
    ticket, head, program = seen.ticket, seen.head, seen.program
    view = TicketView(
        id=ticket.id,
        procedure=ticket.procedure,
        version=head.version,
        status=ticket.status,
        state=head.state,
        path=list(ticket.active),
        subject=opened.text_seen(ticket, head.subject),
        owner=ticket.owner,
        tasks=_tasks(program, ticket, head.tasks),
        fields=_fields(opened, program, ticket),
        goals=goal_views(opened, program, ticket.goals),
        timers=timers(opened, program, ticket),
        children=[
            ChildView(id=each.id, procedure=each.procedure, status=each.status, state=each.state)
            for each in seen.children
        ],
        parent=ticket.parent,
        links=[LinkView(id=each["id"], how=each["as"]) for each in ticket.links],
        absorbed=list(ticket.acts.get("absorbed", ())),
        goes_with=with_view(opened, ticket),
        others=[each["ticket"] for each in ticket.acts.get("others", ())],
        urged=urged_view(opened, ticket),
        files=files_view(opened, seen),
        copies=copies_view(opened, ticket),
        watchers=list(ticket.acts.get("watchers", ())),
        suspended=suspended_view(opened, seen),
        ended=ended_view(opened, seen),
        moved=moved_view(opened, ticket),
        reopened=ticket.acts.get("reopened", 0),
        possible=[possible_view(opened, each) for each in seen.possible],
        outcome=ticket.outcome,
        number=ticket.number,
        opened=opened.local(ticket.opened),
        opener=ticket.opener,
        effective=opened.local(ticket.effective),
    )
    if opened.training:
        view["training"] = True
    return view


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
    elif need["type"] == "firm":
        choices = [{"id": firm, "title": title} for firm, title in opened.firms.items()]
    return NeedView(
        name=need["name"],
        type=need["type"],
        title=said["title"] or need["name"],
        required=need["required"],
        many=need["many"],
        min=need["min"],
        max=need["max"],
        choices=choices,
        example=said["example"],
    )


def head_json(opened: "Opened", head: "Head", now: str) -> HeadView:
    """A ticket's line as `ls --json` prints it; `now` as the record writes instants."""
    tasks = [task_view(region, _state_of(head, region), task) for region, task in head.tasks.items()]
    view = HeadView(
        id=head.id,
        procedure=head.procedure,
        version=head.version,
        status=head.status,
        outcome=head.outcome,
        state=head.state,
        subject=opened.text_seen(head, head.subject),
        unit=head.unit,
        owner=head.owner,
        tasks=tasks,
        next_due=opened.local(head.next_due) if head.next_due else None,
        overdue=head.next_due is not None and head.next_due <= now,
        promised=opened.local(head.promised) if head.promised not in (None, NOT_NOW) else None,
        missed=opened.local(head.missed) if head.missed else None,
        parent=head.parent,
        urged=head.urged,
        suspended=opened.local(head.suspended) if head.suspended else None,
        number=head.number,
        opened=opened.local(head.opened),
    )
    if opened.training:
        view["training"] = True
    return view


def _state_of(head: "Head", region: str) -> str | None:
    """A line in a list knows the leaves, and not which region each is in."""
    return head.state[0] if region == ROOT and head.state else None


# --- parts -----------------------------------------------------------------------------------------------------------


def task_view(region: str, state: str | None, task: Mapping[str, str]) -> TaskView:
    """A task as a line in lists has it."""
    names = ("person", "offered"), ("role", "offered_to"), ("team", "offered_team")
    offered = {name: task[key] for name, key in names if key in task}
    return TaskView(
        region=region,
        state=state,
        assignee=task.get("assignee"),
        role=task.get("role"),
        offered=offered or None,
        lent=task.get("lent"),
        team=task.get("team"),
    )


def _tasks(program: Program, ticket: Ticket, tasks: Mapping[str, Mapping[str, str]]) -> list[TaskView]:
    if ticket.status == "closed":
        return []
    found = []
    seen: set[str] = set()
    for leaf in program.chart.leaves(ticket.active):
        region = program.region(leaf)
        if region not in seen and program.states[leaf].kind != "final":
            seen.add(region)
            found.append(task_view(region, leaf, tasks.get(region, {})))
    return found


def timers(opened: "Opened", program: Program, ticket: Ticket) -> list[TimerView]:
    """The timers that run, earliest first."""
    ordered = sorted(ticket.timers.items(), key=lambda item: (item[1]["due"], item[0]))
    return [
        TimerView(
            name=key,
            due=opened.local(timer["due"]),
            kind=_kind(program, key),
            provisional=_is_provisional(ticket, key),
            aside=timer.get("aside"),
        )
        for key, timer in ordered
    ]


def _kind(program: Program, key: str) -> str:
    if key.startswith(PREFIX):
        return "goal"
    if key == RESUME:
        return RESUME
    if key.startswith(DELEGATION):
        return "delegation"
    if key.startswith(SHIFT_END):
        return "shift"
    return kind_of(program.timers[key][1]) if key in program.timers else "every"


def _is_provisional(ticket: Ticket, key: str) -> bool:
    return key.startswith(PREFIX) and bool(ticket.goals[key.removeprefix(PREFIX)]["provisional"])


def kind_of(timer: Timer) -> str:
    """How a timer comes to be due."""
    return "after" if timer.after is not None else "every" if timer.every is not None else "at"


def _fields(opened: "Opened", program: Program, ticket: Ticket) -> dict[str, Any]:
    shown, hidden = {}, opened.hidden_from(ticket)
    values = opened.fields_seen(ticket, program.procedure.fields)
    for field in program.procedure.fields:
        if field.id in values:
            value = values[field.id]
            if field.personal in hidden:
                shown[field.id] = None if isinstance(value, Erased) else masked_json(field, value)
                continue
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
