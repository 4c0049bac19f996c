"""`sop find`: tickets by number, unit, telephone number, name, or any words that are written on them."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Final

from sop_engine import canonical, values
from sop_engine.console.call import Call
from sop_engine.console.moves import is_of_former, moves_of
from sop_engine.console.output import Column
from sop_engine.console.parameters import argument, option
from sop_engine.console.registered import as_registered
from sop_engine.console.staff.filters import at_most
from sop_engine.console.tickets import numbered
from sop_engine.console.views.as_json import head_json
from sop_engine.console.views.found import FoundView, MatchView
from sop_engine.errors import NotUnderstood
from sop_engine.lean import dataclass
from sop_engine.messages import msg, say, title_of
from sop_engine.procedure import Field
from sop_engine.store import indexing
from sop_engine.store.seam import Head, Reads
from sop_engine.store.search import Finding, Search
from sop_engine.ticket.program import Program
from sop_engine.ticket.records import Ticket
from sop_engine.values import ValueProblem
from sop_engine.values import words as wording

if TYPE_CHECKING:
    from sop_engine.console.opened import Opened

USUAL_LIMIT: Final = 20
MOST_NOTES: Final = 3
"""notes of one ticket that are shown, the newest"""
_EXCERPT: Final = 60
"""characters of a long text that are shown"""
_HIDDEN: Final = "＊＊＊"


@dataclass(frozen=True, slots=True)
class Match:
    """Where in a ticket something was found: in a field, or in what was written down with a step."""

    field: str | None
    step: int | None
    title: Any
    text: str


def find(
    call: Call,
    words: Annotated[list[str], argument(msg("a number, unit, telephone number, name, or words"), "WORDS")],
    all: Annotated[bool, option("--all", help=msg("all that are found"))] = False,
    limit: Annotated[
        int | None, option("--limit", help=msg("so many at most; 20 unless told"), metavar="COUNT")
    ] = None,
) -> None:
    """Find tickets: that number or unit first, then open ones, then closed; newest first. Every word must be there."""
    most = None if all else at_most(limit) or USUAL_LIMIT
    with call.open() as opened:
        opened.require_known()
        with opened.reading() as reading:
            personal = opened.searchable(reading)
            search = search_for(reading, " ".join(words), None if most is None else most + 1, personal)
            heads = reading.find(search)
            more = most is not None and len(heads) > most
            found = [_seen(opened, reading, head, search) for head in heads[:most]]
        if call.json:
            now = canonical.instant_text(opened.now)
            theirs = _of_former(opened, found)
            call.output.json_list(_view(opened, head, matches, now, head.id in theirs) for head, _, matches in found)
        elif not found:
            call.output.tell(msg("nothing was found"))
        else:
            _print(opened, found)
        if more:
            call.output.tell(msg("there are more than {count}; see them with --all", count=most))


def search_for(reading: Reads, said: str, limit: int | None, personal: Sequence[str] | None = None) -> Search:
    """What somebody means who types this; by personal data of the classes `personal` only (None: of all), since nobody
    is to find by what he does not see. Raises `NotUnderstood` where there is nothing in it to look for."""
    try:
        terms = wording.terms_of(said)
    except ValueProblem as problem:
        raise NotUnderstood(problem.message) from None
    if not terms:
        raise NotUnderstood(
            msg("there is no word in this to look for"), fix=msg("write a unit, a number, a name, or a word of a note")
        )
    numbers = [head.id for head in numbered(reading, wording.folded(said).replace(" ", ""))]
    unit = wording.unit_of(terms)
    if unit is not None and (known := as_registered(reading, unit)) != unit:
        terms = wording.terms_of(known)
    return Search(terms, numbers, wording.unit_of(terms), personal, limit=limit)


_Found = tuple[Head, tuple[str, ...], list[Match]]


def _seen(opened: "Opened", reading: Reads, head: Head, search: Search) -> _Found:
    """A ticket with its states by title, and where in it something was found."""
    ticket = reading.ticket(head.id)
    if ticket is None:
        return head, head.state, []
    number = [Match(None, None, msg("number"), head.id)] if _is_numbered(head, search) else []
    program, language = opened.site.engine.program(reading, ticket), opened.call.language
    states = tuple(title_of(program.states[leaf].title, language, leaf) for leaf in head.state)
    return (
        head,
        states,
        [*number, *_in_fields(opened, program, ticket, search), *_in_notes(opened, reading, head, search)],
    )


def _is_numbered(head: Head, search: Search) -> bool:
    return head.id in search.numbers


def _in_fields(opened: "Opened", program: Program, ticket: Ticket, search: Search) -> Iterator[Match]:
    seen = opened.fields_seen(ticket, program.procedure.fields)
    masked = search.personal is not None and values.NUMBERS not in search.personal
    for name in program.searched:
        field, value = program.fields[name], ticket.fields.get(name)
        if search.personal is not None and field.personal is not None and field.personal not in search.personal:
            continue
        found = indexing.free_of_numbers(field, value) if masked and field.personal is None else value
        if found is not None and _has(search, set(indexing.of_value(field, found))):
            yield Match(name, None, field.title or name, _shown(opened, field, seen[name], search))


def _shown(opened: "Opened", field: Field, value: Any, search: Search) -> str:
    """A value as a list may show it: personal data masked, since others look at a list too."""
    if field.personal is None:
        return _excerpt(opened.shown(field, value), search)
    if field.type not in {"person", "phone"}:
        return _HIDDEN
    return values.show(field, value, opened.call.language, opened.zone, masked=True)


def _in_notes(opened: "Opened", reading: Reads, head: Head, search: Search) -> Iterator[Match]:
    steps = {
        int(part.split(":")[1])
        for part, finding in reading.findings(head.id).items()
        if part.startswith("step:") and _may_find(search, finding) and _has(search, set(finding.words.split()))
    }
    for step in sorted(steps, reverse=True)[:MOST_NOTES]:
        beside = {slot: sealed for (_number, slot), sealed in reading.sealed(head.id, step).items()}
        text = opened.text_seen(head, " / ".join(indexing.texts_of(beside)))
        yield Match(None, step, msg("step {number}", number=step), _excerpt(text, search))


def _may_find(search: Search, finding: Finding) -> bool:
    return search.personal is None or finding.personal in ("", *search.personal)


def _has(search: Search, words: set[str]) -> bool:
    return any(wording.matches(term, words) for term in search.terms)


def _excerpt(text: str, search: Search) -> str:
    """So much of a text that what was found can be read in it."""
    line = " ".join(text.split())
    if len(line) <= _EXCERPT:
        return line
    plain = wording.folded(line)
    places = [plain.find(word.text) for term in search.terms for reading in term for word in reading]
    first = min((place for place in places if place >= 0), default=0) if len(plain) == len(line) else 0
    start = max(min(first - _EXCERPT // 3, len(line) - _EXCERPT), 0)
    end = start + _EXCERPT
    return ("…" if start else "") + line[start:end] + ("…" if end < len(line) else "")


# --- what is shown ---------------------------------------------------------------------------------------------------


def _print(opened: "Opened", found: Sequence[_Found]) -> None:
    columns = [
        Column(msg("number"), whole=True),
        Column(msg("unit"), whole=True),
        Column(msg("subject"), goes_on=True),
        Column(msg("state")),
        Column(msg("opened")),
        Column(msg("found in")),
    ]
    theirs = _of_former(opened, found)
    opened.call.output.table(columns, (_row(opened, *each, each[0].id in theirs) for each in found))


def _of_former(opened: "Opened", found: Sequence[_Found]) -> set[str]:
    """The numbers of the tickets that are of whoever lived in their unit before."""
    with opened.reading() as reading:
        moves = moves_of(reading)
        return {head.id for head, _states, _matches in found if is_of_former(reading, moves, head)}


def _row(opened: "Opened", head: Head, states: tuple[str, ...], matches: Sequence[Match], theirs: bool) -> list[Any]:
    language = opened.call.language
    opening = opened.local(head.opened)[:10]  # the day: the hour says little after a week
    places = tuple(f"{say(each.title, language)} {each.text}" for each in matches)
    state: Any = msg("{state} [lived there before]", state=states) if theirs else states
    return [head.id, head.unit or "", opened.text_seen(head, head.subject), state, opening, places]


def _view(opened: "Opened", head: Head, matches: Sequence[Match], now: str, theirs: bool) -> FoundView:
    language = opened.call.language
    places = [
        MatchView(field=each.field, step=each.step, title=say(each.title, language), text=each.text) for each in matches
    ]
    return FoundView(**head_json(opened, head, now), lived_there_before=theirs, matched=places)
