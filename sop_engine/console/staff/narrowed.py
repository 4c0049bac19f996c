"""What a list of tickets is asked for: the options of `sop ls`, as they were typed, and as the store understands them.

What was typed is what is kept of a saved view, so that `--due 2h` means two hours from when it is looked at, and
`--mine` whoever looks.
"""

from collections.abc import Iterator, Mapping
from dataclasses import fields, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from sop_engine import canonical
from sop_engine.console.spans import read_span
from sop_engine.console.staff.filters import Mine, unit_named
from sop_engine.console.staff.filters import mine as mine_of
from sop_engine.console.team_names import team_named, teams_in
from sop_engine.console.tickets import by_title, find_procedure, folded, newest_versions, normal_form
from sop_engine.engine.people.identity import find_person
from sop_engine.errors import NotUnderstood
from sop_engine.lean import dataclass
from sop_engine.messages import Message, Text, msg
from sop_engine.store.seam import Head, Query, Reads
from sop_engine.ticket.near import near
from sop_engine.values import ValueProblem, title_key
from sop_engine.values.moments import read_instant
from sop_engine.values.words import terms_of

if TYPE_CHECKING:
    from sop_engine.console.opened import Opened

STATUSES: Final = ("open", "suspended", "closed")
SORTS: Final[Mapping[str, tuple[str, ...]]] = {
    "left": ("剩余", "time"),
    "opened": ("登记", "受理", "oldest"),
    "newest": ("最新", "最新登记"),
    "unit": ("房号",),
    "urged": ("催单", "催单次数"),
    "changed": ("最近变动", "变动"),
}
"""an order -> other words for it"""


@dataclass(frozen=True, slots=True)
class Narrowed:
    """What was typed. What is None or False was not."""

    all: bool = False
    closed: bool = False
    suspended: bool = False
    mine: bool = False
    unclaimed: bool = False
    copied: bool = False
    overdue: bool = False
    status: str | None = None
    procedure: str | None = None
    state: str | None = None
    unit: str | None = None
    owner: str | None = None
    team: str | None = None
    due: str | None = None
    since: str | None = None
    text: str | None = None
    sort: str | None = None
    columns: str | None = None
    limit: int | None = None

    def said(self) -> dict[str, Any]:
        """What was typed, by option."""
        pairs = ((each.name, getattr(self, each.name)) for each in fields(self))
        return {name: value for name, value in pairs if value is not None and value is not False}

    def over(self, view: "Narrowed") -> "Narrowed":
        """A view, with what was typed besides in place of what it says. Which tickets by status is one thing, whatever
        option says it."""
        said = self.said()
        if any(name in said for name in _WHICH):
            view = replace(view, all=False, closed=False, suspended=False, status=None)
        return replace(view, **said)


_WHICH: Final = ("all", "closed", "suspended", "status")


def narrowed_of(said: Mapping[str, Any]) -> Narrowed:
    """What `Narrowed.said` gave; what this release does not know of it is left out."""
    known = {each.name for each in fields(Narrowed)}
    return Narrowed(**{name: value for name, value in said.items() if name in known})


@dataclass(frozen=True, slots=True)
class Asked:
    """What the store is asked, and whose tickets alone are wanted of what it gives."""

    query: Query
    whose: Mine | None = None

    @property
    def is_exact(self) -> bool:
        """Whether all that the store gives is wanted: nobody's roles are for some units only, and no skill or
        team keeps him from what is offered to his role."""
        if self.whose is None:
            return True
        return self.whose.all_alike and all(None in scopes for scopes in self.whose.roles.values())

    def has(self, head: Head) -> bool:
        """Whether a ticket that the store gives is wanted."""
        return self.whose is None or self.whose.has(head)


def asked(opened: "Opened", reading: Reads, narrowed: Narrowed) -> Asked:
    """What somebody means by what he typed. Raises `NotUnderstood` and `NotFound`."""
    status = _status(narrowed)
    whose = mine_of(reading, opened.person, opened.today) if narrowed.mine else None
    query = Query(
        status={"all": None, "closed": "closed"}.get(status, "open"),
        suspended={"open": False, "suspended": True}.get(status),
        procedures=(find_procedure(reading, narrowed.procedure).procedure,) if narrowed.procedure is not None else (),
        states=states_named(reading, narrowed.state) if narrowed.state is not None else (),
        unit=unit_named(reading, narrowed.unit) if narrowed.unit is not None else None,
        owner=find_person(reading, folded(narrowed.owner)).id if narrowed.owner is not None else None,
        mine=opened.person if narrowed.mine else None,
        roles=tuple(whose.roles) if whose is not None else (),
        unclaimed=narrowed.unclaimed,
        copied=opened.person if narrowed.copied else None,
        team=_team(reading, narrowed.team) if narrowed.team is not None else (),
        left_by=_by(opened, narrowed),
        opened_since=_since(opened, narrowed.since) if narrowed.since is not None else None,
        words=_words(narrowed.text) if narrowed.text is not None else (),
        order=_order(narrowed),
    )
    return Asked(query, whose)


def _team(reading: Reads, said: str) -> tuple[str, ...]:
    """A team and its people, its lead among them. Raises `NotFound`."""
    team = team_named(reading, said)
    entry = teams_in(reading)[team]
    return (team, *sorted({*entry["people"], entry["lead"]} - {None}))


def _status(narrowed: Narrowed) -> str:
    """`open`, `suspended`, `closed`, `all`, or `unfinished`: open or suspended. Raises `NotUnderstood` where two are
    said."""
    status = "unfinished"
    if narrowed.status is not None:
        status = _STATUS_WORDS.get(folded(narrowed.status), folded(narrowed.status))
        if status not in STATUSES:
            raise NotUnderstood(
                msg("there is no status {status}; there are {statuses}", status=narrowed.status, statuses=STATUSES),
                near=near(status, STATUSES),
            )
    chosen = [f"--{name}" for name in _WHICH if getattr(narrowed, name)]
    if len(chosen) > 1:
        raise NotUnderstood(msg("{options} exclude each other; one can be asked for", options=tuple(chosen)))
    return next((name for name in ("all", "closed", "suspended") if getattr(narrowed, name)), status)


_STATUS_WORDS: Final = {
    "未办结": "open", "办理中": "open", "挂单": "suspended", "已挂单": "suspended", "暂停": "suspended",
    "已关单": "closed", "关单": "closed", "已结案": "closed", "办结": "closed", "已办结": "closed",
}  # fmt: skip


def _by(opened: "Opened", narrowed: Narrowed) -> str | None:
    """By when nothing is left of what is wanted."""
    if narrowed.due is None:
        return canonical.instant_text(opened.now) if narrowed.overdue else None
    span = timedelta(0) if narrowed.overdue else read_span(folded(narrowed.due))
    try:
        return canonical.instant_text(opened.now + span)
    except OverflowError:
        raise NotUnderstood(msg("--due: {span} is longer than any calendar", span=narrowed.due[:40])) from None


def _since(opened: "Opened", said: str) -> str:
    """The instant since when: a span back from now, or a day or time. Raises `NotUnderstood`."""
    text = folded(said)
    try:
        return canonical.instant_text(opened.now - read_span(text))
    except (NotUnderstood, OverflowError):
        pass
    for each in (text, f"{text} 00:00"):
        try:
            return canonical.instant_text(read_instant(each, opened.now, opened.zone))
        except ValueProblem:
            continue
    raise NotUnderstood(
        msg("--since: {text} is neither a span nor a day", text=said[:40]),
        fix=msg("write it like 2h, 3d, 昨天, 11-20 or 2026-11-20 14:00"),
    )


def _words(said: str) -> Any:
    try:
        terms = terms_of(said)
    except ValueProblem as problem:
        raise NotUnderstood(problem.message) from None
    if not terms:
        raise NotUnderstood(msg("--text: there is no word in this to look for"))
    return terms


def _order(narrowed: Narrowed) -> str:
    """What is late or waits for somebody comes by what is left; all else as it was opened."""
    if narrowed.sort is None:
        urgent = narrowed.mine or narrowed.unclaimed or narrowed.overdue or narrowed.due is not None
        return "left" if urgent else "opened"
    name = folded(narrowed.sort).casefold()
    for order, words in SORTS.items():
        if name == order or name in words:
            return order
    raise NotUnderstood(
        msg("there is no order {name}; there are {orders}", name=narrowed.sort[:40], orders=tuple(SORTS)),
        near=near(name, SORTS),
    )


def states_named(reading: Reads, said: str) -> tuple[str, ...]:
    """The states that `said` names in any procedure: by id, or by title. Raises `NotUnderstood`."""
    pairs: list[tuple[str, Text]] = []
    for version in newest_versions(reading).values():
        pairs += [(each["id"], each.get("title", {})) for each in normal_form(reading, version.digest)["states"]]
    known = {id for id, _title in pairs}
    name = folded(said)
    if name in known:
        return (name,)
    key = title_key(name)
    found = tuple(sorted({id for id, title in pairs for each in title.values() if title_key(each) == key}))
    if found:
        return found
    one = by_title(said, pairs, "state")
    if one is None:
        raise NotUnderstood(
            msg("no procedure has a state {state}", state=said[:60]),
            near=near(name, [*known, *(each for _id, title in pairs for each in title.values())]),
        )
    return (one,)


# --- in words --------------------------------------------------------------------------------------------------------


def words_of(narrowed: Narrowed) -> Iterator[str]:
    """What was typed, as options: `--unit 3-2-1202`."""
    for name, value in narrowed.said().items():
        if value is True:
            yield f"--{name}"
        else:
            text = str(value)
            yield f"--{name} '{text}'" if " " in text else f"--{name} {text}"


def without(narrowed: Narrowed) -> Iterator[tuple[str, Narrowed]]:
    """Each option that narrows, with what is asked for without it; closed ones too, where only open ones are."""
    if not any(getattr(narrowed, name) for name in _WHICH):
        yield "--all", replace(narrowed, all=True)
    for name in _NARROWING:
        if getattr(narrowed, name) not in (None, False):
            yield f"--{name}", narrowed_of({key: value for key, value in narrowed.said().items() if key != name})


_NARROWING: Final = (
    "closed", "suspended", "mine", "unclaimed", "copied", "overdue", "status", "procedure", "state", "unit", "owner",
    "team", "due", "since", "text",
)  # fmt: skip


def nothing_found(narrowed: Narrowed) -> Message:
    """That nothing fits, with what was looked for."""
    shown = tuple(words_of(replace(narrowed, sort=None, columns=None, limit=None)))
    if not shown:
        return msg("nothing is open")
    if narrowed == Narrowed(mine=True, sort=narrowed.sort, columns=narrowed.columns, limit=narrowed.limit):
        return msg("nothing is waiting for you")
    return msg("no ticket fits: {options}", options=" ".join(shown))
