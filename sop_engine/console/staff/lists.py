"""`sop ls`: tickets as a list, in the order of a desk: number, unit, matter, state, whose, what is left."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Final

from sop_engine import canonical
from sop_engine.console.call import Call
from sop_engine.console.json_view import head_json
from sop_engine.console.names import short_span
from sop_engine.console.output import Column
from sop_engine.console.parameters import option
from sop_engine.console.staff.filters import Mine, at_most, unit_named
from sop_engine.console.staff.filters import mine as mine_of
from sop_engine.console.tickets import by_title, find_procedure, folded, newest_versions, normal_form
from sop_engine.errors import NotUnderstood
from sop_engine.messages import Message, Text, msg
from sop_engine.store.seam import NOT_NOW, Head, Query, Reads
from sop_engine.ticket.near import near
from sop_engine.ticket.records import SITE

if TYPE_CHECKING:
    from sop_engine.console.opened import Opened

_STATUSES: Final = {"open": "open", "suspended": "open", "closed": "closed"}
"""what can be asked for -> how the store has it: what is suspended is open there"""
USUAL: Final = 200
"""tickets that are listed in a terminal where nobody says how many"""
PAGE: Final = 500
"""tickets that are read at once"""


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
            whose = mine_of(reading, person) if mine else None
            query = Query(
                status=_STATUSES[_status(status)] if status else (None if all else "open"),
                suspended=_status(status) == "suspended" if status in ("open", "suspended") else None,
                procedures=(find_procedure(reading, procedure).procedure,) if procedure else (),
                states=_states(reading, state) if state else (),
                unit=unit_named(unit) if unit else None,
                mine=person if mine else None,
                roles=tuple(whose.roles) if whose is not None else (),
                due_before=now if due else None,
                after=after,
                limit=at_most(limit),
            )
        older = _older(opened, query) if call.output.on_terminal() and not call.json else 0
        heads = _heads(opened, replace(query, limit=USUAL, newest=True) if older else query, whose)
        if call.json:
            call.output.json_list(head_json(opened, head, now) for head in heads)
        elif not _print(opened, heads) and call.output.on_terminal():
            call.output.tell(msg("nothing is waiting for you") if mine else msg("there are no such tickets"))
        if older:
            call.output.tell(
                msg(
                    "{count} older ones are not shown: say which you look for, or see all of them in a pipe",
                    count=older,
                )
            )


def _older(opened: "Opened", query: Query) -> int:
    """How many tickets a terminal would be flooded with besides the newest ones, where nobody says how many."""
    if query.limit is not None or query.after is not None or query.mine is not None or query.due_before is not None:
        return 0
    with opened.reading() as reading:
        return max(0, reading.count_heads(query) - USUAL)


def _heads(opened: "Opened", query: Query, whose: Mine | None) -> Iterator[Head]:
    """The tickets that `query` asks for, read a page at a time: between two pages nothing is held open in the store, so
    that whoever reads slowly keeps nobody waiting."""
    left = query.limit
    # what is found by its tasks or timers is gathered and sorted anew for every page
    paged = query.mine is None and query.due_before is None and not query.newest
    while True:
        size = PAGE if left is None else min(left, PAGE)
        with opened.reading() as reading:
            heads = reading.heads(replace(query, limit=size) if paged else query)
        yield from (head for head in heads if head.id != SITE and (whose is None or whose.has(head)))
        left = None if left is None else left - len(heads)
        if not paged or len(heads) < size or left == 0:
            return
        query = replace(query, after=heads[-1].id)


def _print(opened: "Opened", heads: Iterable[Head]) -> int:
    columns = [
        Column(msg("number (TRAINING)") if opened.training else msg("number"), whole=True),
        Column(msg("unit"), whole=True),
        Column(msg("subject")),
        Column(msg("state")),
        Column(msg("owner")),
        Column(msg("assignee")),
        Column(msg("left")),
        Column(msg("urged")),
    ]
    titles = _Titles(opened)
    return opened.call.output.table(columns, (_row(opened, head, titles) for head in heads))


def _row(opened: "Opened", head: Head, titles: "_Titles") -> list[Any]:
    names = opened.names
    tasks = tuple(
        names.get(task["assignee"]) or task["assignee"] if "assignee" in task else _offered(head, task["role"], titles)
        for task in head.tasks.values()
    )
    states: Any = tuple(titles.of(head.digest, "states", leaf) for leaf in head.state)
    if head.suspended is not None:
        states = msg("suspended: {state}", state=states)
    owner = names.get(head.owner) or head.owner
    return [head.id, head.unit or "", head.subject, states, owner, tasks, _left(head, opened.now), head.urged or ""]


def _left(head: Head, now: datetime) -> Any:
    """What is left until the next promise is due; where nothing is promised, until the next timer fires. What is late,
    or has not fired yet, is said in words."""
    late = min((each for each in (head.missed, head.promised) if each is not None), default=NOT_NOW)
    if late != NOT_NOW and canonical.instant_of(late) <= now:
        return msg("{span} late", span=short_span(now - canonical.instant_of(late)))
    if head.next_due is not None and canonical.instant_of(head.next_due) <= now:
        return msg("due {span} ago", span=short_span(now - canonical.instant_of(head.next_due)))
    if head.promised == NOT_NOW:
        return msg("paused")
    following = head.promised or head.next_due
    return "" if following is None else short_span(canonical.instant_of(following) - now)


def _offered(head: Head, role: str, titles: "_Titles") -> Message:
    """A task that a role may claim: the role in brackets."""
    return msg("({role})", role=titles.of(head.digest, "roles", role))


# --- what is looked for ----------------------------------------------------------------------------------------------


def _status(said: str) -> str:
    if said in _STATUSES:
        return said
    raise NotUnderstood(
        msg("there is no status {status}; there are {statuses}", status=said, statuses=tuple(_STATUSES)),
        near=near(said, _STATUSES),
    )


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


class _Titles:
    """Titles of states and roles, read without making the procedures ready to run."""

    def __init__(self, opened: "Opened") -> None:
        self._opened = opened
        self._titles: dict[str, dict[tuple[str, str], Text]] = {}

    def of(self, digest: str, kind: str, id: str) -> Any:
        """The title of one of the `states` or `roles` of a version; its id where it has none."""
        if digest not in self._titles:
            with self._opened.reading() as reading:
                form = normal_form(reading, digest)
            self._titles[digest] = {
                (kind, each["id"]): each.get("title", {}) for kind in ("states", "roles") for each in form.get(kind, ())
            }
        return self._titles[digest].get((kind, id)) or id
