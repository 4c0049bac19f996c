"""`sop ls`: tickets as a list, in the order of a desk: number, unit, matter, state, whose, what is left."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain, islice
from typing import TYPE_CHECKING, Annotated, Final

from sop_engine import canonical
from sop_engine.console.call import Call
from sop_engine.console.parameters import argument, option
from sop_engine.console.staff.deputised import in_place_of_others
from sop_engine.console.staff.filters import at_most
from sop_engine.console.staff.listing import columns_named, print_list
from sop_engine.console.staff.narrowed import Asked, Narrowed, asked, nothing_found, without
from sop_engine.console.staff.views import MARK, is_view, save, view_named
from sop_engine.console.views.as_json import head_json
from sop_engine.errors import NotUnderstood
from sop_engine.messages import msg
from sop_engine.store.seam import Head, Reads
from sop_engine.ticket.records import SITE

if TYPE_CHECKING:
    from sop_engine.console.opened import Opened

USUAL: Final = 200
"""tickets that are listed in a terminal where nobody says how many"""
COUNTED: Final = 2000
"""tickets that are counted at most, to say how many are not listed"""
PAGE: Final = 500
"""tickets that are read at once"""
_Flag = bool
_Said = str | None


def ls(
    call: Call,
    view: Annotated[str | None, argument(msg("a saved view: @name"), "@VIEW")] = None,
    all: Annotated[_Flag, option("--all", help=msg("closed ones too"))] = False,
    closed: Annotated[_Flag, option("--closed", help=msg("closed ones only"))] = False,
    suspended: Annotated[_Flag, option("--suspended", help=msg("suspended ones only"))] = False,
    mine: Annotated[_Flag, option("--mine", help=msg("yours: owner, assignee, or offered to your role"))] = False,
    unclaimed: Annotated[_Flag, option("--unclaimed", help=msg("offered to a role, and taken by nobody"))] = False,
    copied: Annotated[_Flag, option("--copied", help=msg("of which you were let know"))] = False,
    overdue: Annotated[_Flag, option("--overdue", help=msg("late: nothing is left of a promise"))] = False,
    due: Annotated[_Said, option("--due", help=msg("late, or so within this time: 2h, 1 天"), metavar="SPAN")] = None,
    state: Annotated[_Said, option("--state", help=msg("in this state, by id or title"), metavar="STATE")] = None,
    procedure: Annotated[
        _Said, option("--procedure", help=msg("of this procedure, by id or title"), metavar="NAME")
    ] = None,
    unit: Annotated[_Said, option("--unit", help=msg("of this unit"), metavar="UNIT")] = None,
    owner: Annotated[_Said, option("--owner", help=msg("of this owner, by id or name"), metavar="NAME")] = None,
    team: Annotated[
        _Said, option("--team", help=msg("in the hands of this team, or offered to it"), metavar="TEAM")
    ] = None,
    since: Annotated[_Said, option("--since", help=msg("opened since then: 2h, 昨天, 11-20"), metavar="TIME")] = None,
    text: Annotated[_Said, option("--text", help=msg("with these words written on it"), metavar="WORDS")] = None,
    status: Annotated[_Said, option("--status", help=msg("open, suspended or closed"), metavar="STATUS")] = None,
    columns: Annotated[
        _Said, option("--columns", help=msg("these columns, with commas between"), metavar="NAMES")
    ] = None,
    sort: Annotated[
        _Said,
        option("--sort", help=msg("in this order: left, opened, newest, unit, urged or changed"), metavar="ORDER"),
    ] = None,
    limit: Annotated[int | None, option("--limit", help=msg("so many at most"), metavar="COUNT")] = None,
    after: Annotated[_Said, option("--after", help=msg("those after this ticket"), metavar="ID")] = None,
    quiet: Annotated[_Flag, option("--quiet", "-q", help=msg("the numbers only, a line each"))] = False,
    save_as: Annotated[
        _Said,
        option(
            "--save",
            help=msg(
                "keep these options as a view under this name; without it the same list is shown, and nothing is kept"
            ),
            metavar="NAME",
        ),
    ] = None,
) -> None:
    """List tickets: what is late or waits for you by what is left of it, all else newest last. Nothing fires."""
    typed = Narrowed(
        all=all, closed=closed, suspended=suspended, mine=mine, unclaimed=unclaimed, copied=copied, overdue=overdue,
        status=status, procedure=procedure, state=state, unit=unit, owner=owner, due=due, since=since, text=text,
        team=team, sort=sort, columns=columns, limit=at_most(limit),
    )  # fmt: skip
    with call.open() as opened:
        opened.require_known()
        with opened.reading() as reading:
            narrowed = typed if view is None else typed.over(view_named(reading, _view(view)).narrowed)
            wanted = asked(opened, reading, narrowed)
            if after is not None:
                wanted = replace(wanted, query=replace(_paged(wanted).query, after=after))
        names = columns_named(narrowed.columns)
        if save_as is not None:
            kept = save(opened, save_as, narrowed)
            call.output.tell(msg("saved; see it with: sop ls {name}", name=MARK + kept.name))
        _list(opened, narrowed, wanted, names, quiet)


def _view(said: str) -> str:
    if is_view(said):
        return said
    raise NotUnderstood(
        msg("`sop ls` cannot use: {words}", words=said[:60]),
        fix=msg("for a saved view write @{name}; for words on a ticket: sop find {name}", name=said[:60]),
    )


def _paged(wanted: Asked) -> Asked:
    """What is asked, where a list may begin after some ticket: in the order in which they were opened only."""
    if wanted.query.order == "opened":
        return wanted
    raise NotUnderstood(
        msg("--after goes on in the order in which tickets were opened, and this list has another"),
        fix=msg("add: --sort opened"),
    )


def _list(opened: "Opened", narrowed: Narrowed, wanted: Asked, names: tuple[str, ...], quiet: bool) -> None:
    output = opened.call.output
    terminal = output.on_terminal() and not opened.call.json
    most = USUAL if terminal and narrowed.limit is None and wanted.query.after is None else narrowed.limit
    newest = most is not None and narrowed.limit is None and wanted.query.order == "opened"
    heads = found(opened, wanted, most, newest)
    if narrowed.mine:
        heads = islice(chain(heads, in_place_of_others(opened, wanted, found)), most)
    if opened.call.json:
        now = canonical.instant_text(opened.now)
        output.json_list(head_json(opened, head, now) for head in heads)
        return
    if quiet:
        for head in heads:
            output.line(head.id)
        return
    count = print_list(opened, heads, names)
    if narrowed.mine:
        from sop_engine.console.staff.swaps import swaps_asked_of  # a list of other tickets asks nobody

        output.tell(*swaps_asked_of(opened, opened.person))
    if not count:
        output.tell(nothing_found(narrowed), *_elsewhere(opened, narrowed))
    if most is not None and narrowed.limit is None and count == most:
        _tell_more(opened, wanted, count)


def found(opened: "Opened", wanted: Asked, limit: int | None = None, newest: bool = False) -> Iterator[Head]:
    """The tickets that are wanted, `limit` at most, or with `newest` the last of them. Read a page at a time where that
    can be: between two pages nothing is held open in the store, so that whoever reads slowly keeps nobody waiting."""
    query, left = wanted.query, limit
    # what is found by other tables is gathered and sorted anew for every page
    paged = query.order == "opened" and query.mine is None and not query.unclaimed and query.left_by is None
    paged = paged and not query.words and not query.team and not newest
    if not paged:
        with opened.reading() as reading:
            yield from _first(reading, wanted, limit, newest)
        return
    while True:
        size = PAGE if left is None else min(left, PAGE)
        with opened.reading() as reading:
            heads = reading.heads(replace(query, limit=size))
        yield from (head for head in heads if head.id != SITE)
        left = None if left is None else left - len(heads)
        if len(heads) < size or left == 0:
            return
        query = replace(query, after=heads[-1].id)


def _first(reading: Reads, wanted: Asked, limit: int | None, newest: bool) -> list[Head]:
    """The first of what is wanted, or with `newest` the last. Where not all that the store gives is wanted, it is asked
    for more and more of it."""
    size = limit
    while True:
        heads = reading.heads(replace(wanted.query, limit=size, newest=newest and size is not None))
        mine = [head for head in heads if wanted.has(head)]
        if limit is None or size is None or len(mine) >= limit or len(heads) < size:
            return mine if limit is None else mine[-limit:] if newest else mine[:limit]
        size *= 8


def _tell_more(opened: "Opened", wanted: Asked, shown: int) -> None:
    """Say how many tickets a terminal was not flooded with; of very many that they are more than so many."""
    with opened.reading() as reading:
        if wanted.is_exact:
            count = reading.count_heads(wanted.query, COUNTED)
        else:
            count = len(_first(reading, wanted, COUNTED, newest=False))
    more = count - shown
    if count >= COUNTED:
        opened.call.output.tell(
            msg("more than {count} others are not shown: say which you look for, or see all of them in a pipe",
                count=more)
        )  # fmt: skip
    elif more > 0:
        opened.call.output.tell(
            msg("{count} more are not shown: say which you look for, or see all of them in a pipe", count=more)
        )


def _elsewhere(opened: "Opened", narrowed: Narrowed) -> list[object]:
    """Where there are tickets, when none fits: for each option how many there are without it."""
    counts = []
    with opened.reading() as reading:
        for option_name, wider in without(narrowed):
            count = reading.count_heads(asked(opened, reading, wider).query)
            if count:
                counts.append(msg("with {option}: {count}", option=option_name, count=count) if option_name == "--all"
                              else msg("without {option}: {count}", option=option_name, count=count))  # fmt: skip
    return [msg("there are {counts}", counts=tuple(counts))] if counts else []
