"""`sop ls`: tickets as a list, in the order of a desk: number, unit, matter, state, whose, what is left."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Any

from sop_engine import canonical
from sop_engine.console.call import Call
from sop_engine.console.json_view import head_json
from sop_engine.console.names import span
from sop_engine.console.output import Column
from sop_engine.console.parameters import option
from sop_engine.console.tickets import by_title, find_procedure, folded, newest_versions, normal_form
from sop_engine.errors import NotUnderstood
from sop_engine.messages import Message, Text, msg
from sop_engine.store.seam import Head, Query, Reads
from sop_engine.ticket.near import near
from sop_engine.ticket.people import covers
from sop_engine.ticket.records import SITE
from sop_engine.values import ValueProblem, read_unit

if TYPE_CHECKING:
    from sop_engine.console.opened import Opened

_STATUSES = ("open", "suspended", "closed")
Titles = dict[tuple[str, str, str], Text]


def ls(
    call: Call,
    all: Annotated[bool, option("--all", help=msg("closed ones too"))] = False,
    mine: Annotated[bool, option("--mine", help=msg("yours: owner, assignee, or offered to your role"))] = False,
    state: Annotated[str | None, option("--state", help=msg("in this state, by id or title"), metavar="STATE")] = None,
    procedure: Annotated[
        str | None, option("--procedure", help=msg("of this procedure, by id or title"), metavar="NAME")
    ] = None,
    unit: Annotated[str | None, option("--unit", help=msg("of this unit"), metavar="UNIT")] = None,
    status: Annotated[str | None, option("--status", help=msg("open, suspended or closed"), metavar="STATUS")] = None,
    due: Annotated[bool, option("--due", help=msg("with a timer that is due"))] = False,
    limit: Annotated[int | None, option("--limit", help=msg("so many at most"), metavar="COUNT")] = None,
    after: Annotated[str | None, option("--after", help=msg("those after this ticket"), metavar="ID")] = None,
) -> None:
    """List tickets, newest last. Nothing fires; what is due is marked."""
    with call.open() as opened:
        person = opened.person
        now = canonical.instant_text(opened.now)
        with opened.reading() as reading:
            roles = _roles(reading, person) if mine else {}
            query = Query(
                status=_status(status) or (None if all else "open"),
                procedures=(find_procedure(reading, procedure).procedure,) if procedure else (),
                states=_states(reading, state) if state else (),
                unit=_unit(unit) if unit else None,
                mine=person if mine else None,
                roles=tuple(roles),
                due_before=now if due else None,
                after=after,
                limit=limit,
            )
            heads = [
                head for head in reading.heads(query) if head.id != SITE and (not mine or _is_mine(head, person, roles))
            ]
            titles = {} if call.json else _titles(reading, {head.digest for head in heads})
        if call.json:
            call.output.json([head_json(opened, head, now) for head in heads])
        else:
            _print(opened, heads, titles)
            if not heads and call.output.on_terminal():
                call.output.tell(msg("nothing is waiting for you") if mine else msg("there are no such tickets"))


def _print(opened: "Opened", heads: Iterable[Head], titles: Titles) -> None:
    columns = [
        Column(msg("number"), whole=True),
        Column(msg("unit"), whole=True),
        Column(msg("subject")),
        Column(msg("state")),
        Column(msg("owner")),
        Column(msg("assignee")),
        Column(msg("left")),
    ]
    opened.call.output.table(columns, [_row(opened, head, titles) for head in heads])


def _row(opened: "Opened", head: Head, titles: Titles) -> list[Any]:
    names = opened.names
    tasks = tuple(
        names.get(task["assignee"]) or task["assignee"] if "assignee" in task else _offered(head, task["role"], titles)
        for task in head.tasks.values()
    )
    states = tuple(titles.get((head.digest, "states", leaf)) or leaf for leaf in head.state)
    left: Any = ""
    if head.next_due is not None:
        time = canonical.instant_of(head.next_due) - opened.now
        left = msg("due {span} ago", span=span(time)) if time.total_seconds() <= 0 else span(time)
    return [head.id, head.unit or "", head.subject, states, names.get(head.owner) or head.owner, tasks, left]


def _offered(head: Head, role: str, titles: Titles) -> Message:
    """A task that a role may claim: the role in brackets."""
    return msg("({role})", role=titles.get((head.digest, "roles", role)) or role)


# --- what is looked for ----------------------------------------------------------------------------------------------


def _roles(reading: Reads, person: str) -> dict[str, list[str | None]]:
    """The roles that somebody holds, with where."""
    found: dict[str, list[str | None]] = {}
    known = reading.person(person)
    for role, scope in known.roles if known is not None else ():
        found.setdefault(role, []).append(scope)
    return found


def _is_mine(head: Head, person: str, roles: dict[str, list[str | None]]) -> bool:
    """What is offered to a role is mine only where I hold it for this unit."""
    if head.owner == person:
        return True
    for task in head.tasks.values():
        if task.get("assignee") == person:
            return True
        if "assignee" not in task and any(covers(scope, head.unit) for scope in roles.get(task.get("role", ""), ())):
            return True
    return False


def _status(said: str | None) -> str | None:
    if said is None or said in _STATUSES:
        return said
    raise NotUnderstood(
        msg("there is no status {status}; there are {statuses}", status=said, statuses=_STATUSES),
        near=near(said, _STATUSES),
    )


def _unit(said: str) -> str:
    try:
        return read_unit(said)
    except ValueProblem as problem:
        raise NotUnderstood(msg("--unit: {problem}", problem=problem.message)) from None


def _states(reading: Reads, said: str) -> tuple[str, ...]:
    """The states that `said` names in any procedure: by id, or by title."""
    pairs: list[tuple[str, Text]] = []
    for version in newest_versions(reading).values():
        pairs += [(each["id"], each.get("title", {})) for each in normal_form(reading, version.digest)["states"]]
    known = {id for id, _title in pairs}
    name = folded(said)
    if name in known:
        return (name,)
    key = name.casefold().replace(" ", "")
    found = tuple(
        sorted({id for id, title in pairs for each in title.values() if each.casefold().replace(" ", "") == key})
    )
    if found:
        return found
    one = by_title(said, pairs, "state")
    if one is None:
        raise NotUnderstood(msg("no procedure has a state {state}", state=said), near=near(name, known))
    return (one,)


def _titles(reading: Reads, digests: Iterable[str]) -> Titles:
    """(digest, `states` or `roles`, id) -> title, read without making the procedures ready to run."""
    titles: Titles = {}
    for digest in digests:
        form = normal_form(reading, digest)
        for kind in ("states", "roles"):
            for each in form.get(kind, ()):
                titles[digest, kind, each["id"]] = each.get("title", {})
    return titles
