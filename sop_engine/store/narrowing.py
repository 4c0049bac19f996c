"""What lists are narrowed by besides what a ticket's own line says, and the orders that they have.

The law. Each condition names the index that answers it, as everywhere in `statements`. There are two ways to a list of
which some are wanted: what is looked up elsewhere (somebody's tasks, a state) is gathered and then sorted, which costs
what is found; or tickets are gone through in the order of the list until there are enough, each looked at by itself,
which is fast where many fit. So it is counted first how many could be gathered, up to `MANY` (`fewest`).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from sop_engine.store import search
from sop_engine.store.seam import Query
from sop_engine.values.words import Term as Words

LEFT: Final = "CASE WHEN missed < coalesce(promised, '~') THEN missed ELSE coalesce(promised, next_due, '~~') END"
"""as lists say what is left: what was missed first, then the first promise, else the next timer; what is paused last.
Open tickets have an index of it"""
ORDERS: Final[Mapping[str, str]] = {
    "opened": "opened, id",
    "newest": "opened DESC, id DESC",
    "left": f"{LEFT}, id",
    "unit": "CASE WHEN unit IS NULL THEN 1 ELSE 0 END, unit, id",
    "urged": "urged DESC, id",
    "changed": "recorded DESC, id",
}
"""name of an order -> how it is written"""


class InWords(NamedTuple):
    """How a store finds the parts of tickets in which a term holds."""

    source: str
    match: Callable[[Words], str]


IN_A_FILE: Final = InWords(search.IN_A_FILE, search.in_a_file)


MANY: Final = 5000
"""tickets that are gathered and sorted faster than those are found that come first"""
ALONG: Final = "along"
"""nothing is gathered: tickets are gone through in their order"""
COPIED: Final = "copied>"
"""before whoever was let know, where it stands among tasks so that it is found"""
_IN_ORDER: Final = ("opened", "newest", "left")
_OFFERED: Final = "SELECT ticket FROM task INDEXED BY task_offered WHERE site = ? AND assignee IS NULL AND role > ''"
_STATES: Final = """
state IN (WITH RECURSIVE known(leaves) AS (
  SELECT min(state) FROM ticket INDEXED BY ticket_state WHERE site = ? AND status = 'open'
  UNION ALL
  SELECT (SELECT min(state) FROM ticket INDEXED BY ticket_state
          WHERE site = ? AND status = 'open' AND state > known.leaves) FROM known WHERE known.leaves IS NOT NULL
) SELECT leaves FROM known WHERE {found})"""
"""of the states that open tickets are in together, of which there are few, those that are looked for"""

Term = tuple[str, list[Any]]
"""a condition, and its values"""


def conditions(site: str, query: Query, in_words: InWords, few: str) -> Iterator[Term]:
    """The terms of a statement, each with its values; `few` is what is gathered."""
    if query.unclaimed and few == "unclaimed":
        yield f"id IN ({_OFFERED})", [site]
    elif query.unclaimed:
        yield _of_its_tasks("assignee IS NULL AND role > ''"), [site]
    if query.left_by is not None:
        yield f"{LEFT} <= ?", [query.left_by]
    if query.opened_since is not None:
        yield "opened >= ?", [query.opened_since]
    if query.copied is not None:
        told = "SELECT ticket FROM task INDEXED BY task_assignee WHERE site = ? AND assignee = ?"
        yield f"id IN ({told})", [site, COPIED + query.copied]
    for term in query.words:
        yield f"id IN ({in_words.source})", [site, in_words.match(term)]


def mine(site: str, query: Query, gathered: bool) -> Term:
    """What somebody owns, what he is to do, and what is offered to one of his roles and taken by nobody."""
    if gathered:
        text, values = _together(_sources_of_mine(site, query), " UNION ")
        return f"id IN ({text})", values
    offered = f" OR (assignee IS NULL AND role IN ({_marks(query.roles)}))" if query.roles else ""
    term = _of_its_tasks(f"(assignee = ?{offered})")
    return f"(owner = ? OR {term})", [query.mine, site, query.mine, *query.roles]


def _sources_of_mine(site: str, query: Query) -> Iterator[Term]:
    if query.status is not None:
        owned = "SELECT id FROM ticket INDEXED BY ticket_owner WHERE site = ? AND owner = ? AND status = ?"
        yield owned, [site, query.mine, query.status]
    else:
        yield "SELECT id FROM ticket INDEXED BY ticket_owner WHERE site = ? AND owner = ?", [site, query.mine]
    yield "SELECT ticket FROM task INDEXED BY task_assignee WHERE site = ? AND assignee = ?", [site, query.mine]
    if query.roles:
        offered = f"site = ? AND role IN ({_marks(query.roles)}) AND assignee IS NULL"
        yield f"SELECT ticket FROM task INDEXED BY task_offered WHERE {offered}", [site, *query.roles]


def _together(terms: Iterable[Term], how: str) -> Term:
    texts, values = zip(*terms, strict=True)
    return how.join(texts), [value for each in values for value in each]


def _of_its_tasks(condition: str) -> str:
    """That a ticket has such a task, looked up by the ticket."""
    found = "task INDEXED BY sqlite_autoindex_task_1 WHERE task.site = ? AND task.ticket = ticket.id"
    return f"EXISTS (SELECT 1 FROM {found} AND {condition})"


def in_states(site: str, states: Sequence[str], gathered: bool) -> Term:
    """That a ticket is in one of these states; `state` holds them all as a list."""
    name = "leaves" if gathered else "state"
    found = "(" + " OR ".join([f"instr({name}, ?) > 0"] * len(states)) + ")"
    values = [f'"{each}"' for each in states]
    return (_STATES.format(found=found), [site, site, *values]) if gathered else (found, values)


def is_by_left(query: Query) -> bool:
    """Whether open tickets are wanted by what is left."""
    return query.status == "open" and query.order == "left" and not query.newest


def sources(site: str, query: Query, by_state: bool) -> dict[str, Term]:
    """What could be gathered for a list of which only some are wanted: name -> the statement that finds it. Nothing
    where the list has no index of its order, or something else leaves few anyway. `by_state`: there is an index."""
    is_left = is_by_left(query)
    elsewhere = query.words or (query.unit, query.parent, query.copied, query.due_before) != (None,) * 4
    if elsewhere or query.suspended or not (query.newest or query.order in _IN_ORDER):
        return {}
    found: dict[str, Term] = {}
    if query.mine is not None:
        found["mine"] = _together(_sources_of_mine(site, query), " UNION ALL ")
    if query.unclaimed:
        found["unclaimed"] = _OFFERED, [site]
    if query.states and query.status == "open" and by_state:
        term, values = in_states(site, query.states, gathered=True)
        text = f"SELECT 1 FROM ticket INDEXED BY ticket_state WHERE site = ? AND status = 'open' AND {term}"
        found["states"] = text, [site, *values]
    if is_left and query.owner is not None:
        text = "SELECT 1 FROM ticket INDEXED BY ticket_owner WHERE site = ? AND owner = ? AND status = 'open'"
        found["owner"] = text, [site, query.owner]
    if is_left and len(query.procedures) == 1:
        text = "SELECT 1 FROM ticket INDEXED BY ticket_procedure WHERE site = ? AND procedure = ? AND status = 'open'"
        found["procedures"] = text, [site, query.procedures[0]]
    return found


def fewest(run: Callable[[str, Sequence[Any]], Any], site: str, query: Query, by_state: bool) -> str | None:
    """What of a query there is little of, so that it is gathered; `ALONG` where there is much of everything, and None
    where there is no choice. `run` executes a statement."""
    found = sources(site, query, by_state)
    for name, (text, values) in found.items():
        counting = f"\nSELECT count(*) FROM (SELECT 1 FROM ({text}) AS gathered LIMIT {MANY}) AS counted"
        if run(counting, values).fetchone()[0] < MANY:
            return name
    return ALONG if found else None


def to_count(query: Query, few: str | None) -> str | None:
    """What is gathered where tickets are only counted, and there is an index by state, which alone can count them."""
    alone = query.states and query.status == "open" and query.mine is None and not query.unclaimed
    return "states" if alone else few


def _marks(values: Sequence[Any]) -> str:
    return ", ".join("?" * len(values))
