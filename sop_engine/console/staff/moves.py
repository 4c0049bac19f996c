"""`sop unit move`, `cancel-move`, `show`: a unit is sold, or let to somebody else; what is open asks with whom it goes
on."""

import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Final

from sop_engine import canonical
from sop_engine.console.call import Call
from sop_engine.console.doing import explaining
from sop_engine.console.given import line_of
from sop_engine.console.moves import beside, goes_on_with, moves_of
from sop_engine.console.output import Column
from sop_engine.console.parameters import argument, option
from sop_engine.console.registered import as_registered
from sop_engine.console.tickets import by_title, find_ticket, folded
from sop_engine.errors import NotFound, NotUnderstood
from sop_engine.messages import Message, Text, msg, say, title_of
from sop_engine.store.seam import Head, Query, Reads
from sop_engine.ticket.former import last_of
from sop_engine.ticket.near import near
from sop_engine.ticket.records import SITE
from sop_engine.ticket.site.moving import to_come
from sop_engine.values import ValueProblem, mask, mask_name, read_phone, read_unit
from sop_engine.values.moments import read_date

if TYPE_CHECKING:
    from sop_engine.console.opened import Opened

ANSWERS: Final[Mapping[str, Text]] = {
    "new": {"zh": "新住户", "en": "new"},
    "old": {"zh": "原住户", "en": "old"},
    "close": {"zh": "关单", "en": "close"},
}
"""with whom a ticket goes on, or that it ends, as it may be said"""
_KINDS: Final[Mapping[str, Text]] = {"sale": {"zh": "过户", "en": "sale"}, "lease": {"zh": "租赁", "en": "lease"}}
KIND_WORDS: Final[Mapping[str | None, Message]] = {
    "sale": msg("sold"), "lease": msg("let"), None: msg("changes hands"),
}  # fmt: skip

_Unit = Annotated[str, argument(msg("the unit: 3-2-1202, or 3栋2单元1202"), "UNIT")]
_Reason = Annotated[str | None, option("--reason", help=msg("why"), metavar="TEXT")]


def move(
    call: Call,
    unit: _Unit,
    in_: Annotated[str | None, option("--in", help=msg("who moves in"), metavar="NAME")] = None,
    phone: Annotated[str | None, option("--phone", help=msg("his number"), metavar="NUMBER")] = None,
    out: Annotated[
        str | None, option("--out", help=msg("who moves out: refused where the register has another"), metavar="NAME")
    ] = None,
    empty: Annotated[bool, option("--empty", help=msg("nobody moves in yet"))] = False,
    on: Annotated[
        str | None, option("--on", help=msg("from which day; today where it is left out"), metavar="DATE")
    ] = None,
    kind: Annotated[str | None, option("--kind", help=msg("sale or lease"), metavar="KIND")] = None,
    tickets: Annotated[
        str | None,
        option("--tickets", help=msg("what becomes of all its open tickets: new, old or close"), metavar="ANSWER"),
    ] = None,
    ticket: Annotated[
        list[str] | None, option("--ticket", help=msg("and of single ones: 7=old"), metavar="ID=ANSWER")
    ] = None,
    reason: _Reason = None,
) -> None:
    """A unit is sold, or has another tenant: from that day on whoever moves out is told nothing more, and each open
    ticket goes on with him, with the new one, or is closed. What is not answered is asked for until it is."""
    if empty == (in_ is not None):
        raise NotUnderstood(
            msg("who moves in is missing") if not empty else msg("either somebody moves in, or nobody does"),
            fix=msg("name him with --in NAME --phone NUMBER; or nobody, with --empty"),
        )
    with call.open() as opened:
        opened.require_known()
        with opened.reading() as reading:
            unit = _unit(reading, unit)
            _require_out(reading, unit, out)
            arguments: dict[str, Any] = {"unit": unit, "on": _day(opened, on)}
            heads = reading.heads(Query(status="open", unit=unit))
            answers = {find_ticket(reading, id).id: _word(said) for id, said in map(_pair, ticket or ())}
        if in_ is not None:
            arguments["in"] = _contact(in_, phone)
        if kind is not None:
            arguments["kind"] = by_title(kind, _KINDS, "kind") or folded(kind)
        rest = None if tickets is None else _word(tickets)
        if rest is None and call.asks:
            answers |= _ask(opened, [head for head in heads if head.id not in answers])
        if (answers or rest is not None) and reason is None and call.asks:
            reason = _asked(opened, msg("why? It stands on record with each answer"))
        arguments |= {"answers": answers} if answers else {}
        arguments |= {"rest": rest} if rest is not None else {}
        arguments |= {"reason": reason} if reason else {}
        with explaining(opened, None):
            done = opened.act(opened.command("move_unit", SITE, arguments))
        _tell_moved(opened, unit, arguments["on"], done)


def cancel_move(call: Call, unit: _Unit, reason: _Reason = None) -> None:
    """Call off a change of hands that is to come: nothing has happened to the unit's tickets."""
    with call.open() as opened:
        opened.require_known()
        with opened.reading() as reading:
            unit = _unit(reading, unit)
        arguments = {"unit": unit, **({} if reason is None else {"reason": reason})}
        with explaining(opened, None):
            opened.act(opened.command("cancel_move", SITE, arguments))
        if call.json:
            call.output.json({"unit": unit})
            return
        _tell_dry(opened)
        call.output.tell(msg("{unit} does not change hands after all", unit=unit))


def show(call: Call, unit: _Unit) -> None:
    """Show a unit: whom to call, when it changes hands or did, and what is open, with whose it is."""
    with call.open() as opened:
        opened.require_known()
        with opened.reading() as reading:
            unit = _unit(reading, unit)
            if reading.unit(unit) is None:
                raise NotFound(
                    msg("the register knows no unit {unit}", unit=unit),
                    near=near(unit, [each["id"] for each in reading.units()]),
                    fix=msg("enter it: sop unit add {unit}", unit=unit),
                )
            found = _view(opened, reading, unit)
        if call.json:
            call.output.json(found)
            return
        contact = found["contact"]
        pairs: list[tuple[Any, Any]] = [(msg("unit"), unit)]
        if contact is not None:
            pairs.append((msg("contact"), " ".join(each for each in (contact["name"], contact["phone"]) if each)))
        for each in found["moves"]:
            said = KIND_WORDS[each["kind"]]
            line = msg("on {on}: {said}; entered by {name}", on=each["on"], said=said, name=opened.named(each["by"]))
            pairs.append((msg("changed hands") if each["counts"] else msg("changes hands"), line))
        call.output.pairs(pairs)
        _print_open(opened, unit)


# --- what was said ---------------------------------------------------------------------------------------------------


def _unit(reading: Reads, said: str) -> str:
    try:
        return as_registered(reading, read_unit(said))
    except ValueProblem as problem:
        raise NotUnderstood(problem.message) from None


def _require_out(reading: Reads, unit: str, out: str | None) -> None:
    """Refuse where whoever is said to move out is not whom the register has: it may be the wrong unit."""
    if out is None:
        return
    known = (reading.unit(unit) or {}).get("contact") or {}
    if folded(known.get("name", "")) != folded(out):
        raise NotUnderstood(
            msg("the register has another contact for {unit}: {name}", unit=unit,
                name=mask_name(known["name"]) if known.get("name") else "-"),
            fix=msg("look whether it is the right unit: sop unit show {unit}; or leave --out away", unit=unit),
        )  # fmt: skip


def _day(opened: "Opened", said: str | None) -> str:
    today = opened.now.astimezone(opened.zone).date()
    try:
        return (today if said is None else read_date(said, today)).isoformat()
    except ValueProblem as problem:
        raise NotUnderstood(msg("--on: {problem}", problem=problem.message)) from None


def _contact(name: str, phone: str | None) -> dict[str, str]:
    said = line_of(name, msg("contact"))
    if not said:
        raise NotUnderstood(msg("who moves in is missing"), fix=msg("name him with --in NAME --phone NUMBER"))
    try:
        return {"name": said, **({} if not phone else {"phone": read_phone(phone)})}
    except ValueProblem as problem:
        raise NotUnderstood(msg("--phone: {problem}", problem=problem.message)) from None


def _pair(said: str) -> tuple[str, str]:
    id, equals, word = folded(said).partition("=")
    if not equals or not id.strip() or not word.strip():
        raise NotUnderstood(
            msg("`{said}` does not say what becomes of which ticket", said=said[:60]), fix=msg("write it so: 7=old")
        )
    return id.strip(), word.strip()


def _word(said: str) -> str:
    return by_title(said, ANSWERS, "answer") or folded(said)


# --- asking ----------------------------------------------------------------------------------------------------------


def _ask(opened: "Opened", heads: Sequence[Head]) -> dict[str, str]:
    """Ask what becomes of each ticket; what is left empty is decided later."""
    found: dict[str, str] = {}
    for head in heads:
        question = msg("{ticket} {subject}: goes on with new, with old, or close? Enter: decide later", ticket=head.id,
                       subject=opened.text_seen(head, head.subject))  # fmt: skip
        while said := _asked(opened, question):
            word = _word(said)
            if word in ANSWERS:
                found[head.id] = word
                break
            opened.call.output.tell(msg("write {words}, or nothing", words=tuple(ANSWERS)))
    return found


def _asked(opened: "Opened", question: Message) -> str:
    opened.call.output.tell(question)
    sys.stderr.write("> ")
    sys.stderr.flush()
    return sys.stdin.readline().strip()


# --- telling ---------------------------------------------------------------------------------------------------------


def _tell_dry(opened: "Opened") -> None:
    if opened.call.dry_run:
        opened.call.output.tell(msg("dry run: nothing of this was kept"))


def _tell_moved(opened: "Opened", unit: str, on: str, done: Any) -> None:
    call, becomes = opened.call, [_became(step) for step in done.followed if step.ticket != SITE]
    later = any(event["kind"] == "timer_set" for event in done.step.events)
    with opened.reading() as reading:
        heads = {id: reading.head(id) for id, _answer in becomes}
        others = [] if call.dry_run else beside(opened, reading, unit, done.step.number)
    if call.json:
        answers = [{"ticket": id, "with": answer} for id, answer in becomes]
        call.output.json({"unit": unit, "on": on, "to_come": later, "tickets": answers,
                          "beside": [head.id for head in others]})  # fmt: skip
        return
    _tell_dry(opened)
    said = msg("{unit} has changed hands; whoever lived there is told nothing more", unit=unit)
    if later:
        said = msg("{unit} changes hands on {on}; until then everything stays as it is", unit=unit, on=on)
    call.output.tell(said)
    rows = []
    for id, answer in becomes:
        head = heads[id]
        subject = "" if head is None else opened.text_seen(head, head.subject)
        rows.append([id, subject, _BECOMES[answer]])
    columns = [Column(msg("number"), whole=True), Column(msg("subject")), Column(msg("what becomes of it"))]
    if rows:
        call.output.table(columns, rows)
    if any(answer is None for _id, answer in becomes):
        call.output.tell(msg("say with whom the others go on: sop moved ID new|old --reason TEXT"))
    _tell_beside(opened, others)


_BECOMES: Final[Mapping[str | None, Message]] = {
    "new": msg("it goes on with the new one"),
    "old": msg("it goes on with whoever moves out"),
    "stays": msg("it stays with whoever moves out: we keep what is his"),
    "close": msg("it is closed"),
    None: msg("to be decided"),
}


def _became(step: Any) -> tuple[str, str | None]:
    """What a step of one of the tickets says of it."""
    if step.after.status == "closed":
        return step.ticket, "close"
    entry = step.after.acts.get("moved", {})
    return step.ticket, "stays" if entry.get("with") == "old" and entry["by"] is None else entry.get("with")


def _tell_beside(opened: "Opened", others: Sequence[Head]) -> None:
    for head in others:
        opened.call.output.tell(
            msg("elsewhere open with his number: {ticket} ({procedure})", ticket=head.id, procedure=head.procedure)
        )


def _print_open(opened: "Opened", unit: str) -> None:
    """The unit's open tickets, with whose they are; and what else is open of whoever moved out."""
    language = opened.call.language
    with opened.reading() as reading:
        moves = moves_of(reading)
        rows = []
        for head in reading.heads(Query(status="open", unit=unit)):
            program = opened.site.engine.programs.of(reading, head.digest)
            states = tuple(title_of(program.states[leaf].title, language, leaf) for leaf in head.state)
            rows.append([head.id, opened.text_seen(head, head.subject), states, goes_on_with(reading, moves, head)])
        others = [head for number, each in moves.items() if each["unit"] == unit
                  for head in beside(opened, reading, unit, int(number))]  # fmt: skip
    columns = [
        Column(msg("number"), whole=True), Column(msg("subject")), Column(msg("state")), Column(msg("goes on with")),
    ]  # fmt: skip
    if rows:
        opened.call.output.table(columns, rows)
    else:
        opened.call.output.tell(msg("nothing is open for {unit}", unit=unit))
    _tell_beside(opened, others)


def _view(opened: "Opened", reading: Reads, unit: str) -> dict[str, Any]:
    """A unit as JSON; its contact's number is masked, as in the list."""
    moves, now = moves_of(reading), canonical.instant_text(opened.now)
    contact = (reading.unit(unit) or {}).get("contact")
    coming, last = to_come(moves, unit), last_of(moves, unit)
    known = [each for each in (last, None if coming is None else moves[coming]) if each is not None]
    return {
        "id": unit,
        "contact": None if contact is None else {"name": contact.get("name", ""),
                                                 "phone": mask(contact.get("phone", ""))},
        "moves": [
            {"on": each["on"], "from": opened.local(each["from"]), "by": each["by"], "kind": each.get("kind"),
             "counts": each["from"] <= now}
            for each in known
        ],
        "open": [
            {"ticket": head.id, "goes_on_with": say(goes_on_with(reading, moves, head), "en")}
            for head in reading.heads(Query(status="open", unit=unit))
        ],
        "beside": [
            head.id for number, each in moves.items() if each["unit"] == unit
            for head in beside(opened, reading, unit, int(number))
        ],
    }  # fmt: skip
