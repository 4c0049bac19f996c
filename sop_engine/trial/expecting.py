"""What a line of a scenario expects, each word of it looked at by one function."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from sop_engine import canonical
from sop_engine.acts import ENDS
from sop_engine.language.grammar.shapes import listed
from sop_engine.messages import Message, msg, say
from sop_engine.procedure import Procedure
from sop_engine.ticket.levels import OPEN
from sop_engine.ticket.records import Ticket
from sop_engine.trial import acts, names
from sop_engine.trial.playing import CODES, Departs, Happened, Play
from sop_engine.trial.schema import RefusedWords, StepWords
from sop_engine.trial.script import Line


def look(play: Play, line: Line, happened: Happened) -> None:
    """Compare what happened with what a line says. Raises `Departs` at the first difference."""
    _refusal(play, line, happened)
    for word, check in _CHECKS.items():
        if getattr(line.words, word) != StepWords.model_fields[word].default:
            check(play, line, happened)


def _refusal(play: Play, line: Line, happened: Happened) -> None:
    wanted, refusal = line.words.refused, happened.refusal
    if refusal is None:
        if wanted is not None:
            raise Departs("refused", _wanted(wanted), msg("accepted"))
        return
    why = play.with_names(refusal.message)
    found = msg("refused: {name} ({why})", name=refusal.name, why=why)
    if wanted is None:
        raise Departs(line.action, msg("accepted"), found)
    if isinstance(wanted, RefusedWords):
        _kept_out(play, line, wanted, happened, found)
    elif refusal.name != _kind(wanted):
        raise Departs("refused", _wanted(wanted), found)
    said = [say(why, language) for language in ("en", "zh")]
    for text in listed(line.words.words):
        if not any(text in each for each in said):
            raise Departs("words", msg("a refusal that says `{text}`", text=text), why)


def _kind(wanted: str | int) -> str:
    return CODES.get(wanted, str(wanted)) if isinstance(wanted, int) else wanted


def _wanted(wanted: str | int | RefusedWords) -> Message:
    """What a scenario expects of a refusal, in words."""
    match wanted:
        case RefusedWords(did=str(trigger)):
            return msg("refused to whoever did {trigger}, and for no other reason", trigger=trigger)
        case RefusedWords(named_in=str(field)):
            return msg("refused to whoever is named in {field}, and for no other reason", field=field)
        case RefusedWords(signed=True):
            return msg("refused to whoever has signed, and for no other reason")
        case RefusedWords():
            return msg("refused by a rule of separation of duty alone")
        case _:
            return msg("refused: {name}", name=_kind(wanted))


def _kept_out(play: Play, line: Line, wanted: RefusedWords, happened: Happened, found: Message) -> None:
    """The rule that a line names refused it, and nothing else did."""
    procedure = play.procedure_of(play.ticket_of(line))
    named = {("signed", "")} if wanted.signed else set()
    if wanted.did is not None:
        named.add(("did", names.deed(procedure, wanted.did)))
    if wanted.named_in is not None:
        named.add(("named_in", names.field(procedure, wanted.named_in).id))
    there = {(rule.kind, "" if rule.kind == "signed" else rule.name) for rule in happened.kept_out_by}
    if there and named <= there:
        return
    if happened.refusal is not None and happened.refusal.name == "not_you" and not happened.kept_out_by:
        found = msg("{refused}; without any one rule of separation it would be refused too", refused=found)
    raise Departs("refused", _wanted(wanted), found)


# --- where the ticket stands -----------------------------------------------------------------------------------------


def _state(play: Play, line: Line, happened: Happened) -> None:
    ticket = play.ticket_of(line)
    program = play.program_of(ticket)
    wanted = {names.state(program.procedure, each) for each in listed(line.words.state)}
    leaves = list(program.chart.leaves(ticket.active))
    if wanted - {*ticket.active} or not all(_above(program, leaf) & wanted for leaf in leaves):
        raise Departs("state", _listed(_titled(program.procedure, wanted)), _listed(_titled(program.procedure, leaves)))


def _above(program: Any, leaf: str) -> set[str]:
    """A leaf with everything that it lies in."""
    found = set()
    while leaf in program.states:
        found.add(leaf)
        leaf = program.states[leaf].parent
    return found


def _titled(procedure: Procedure, states: Iterable[str]) -> tuple[Message, ...]:
    return tuple(msg("{title} ({id})", title=procedure.state(each).title or each, id=each) for each in sorted(states))


def _outcome(play: Play, line: Line, happened: Happened) -> None:
    ticket = play.ticket_of(line)
    outcomes = {**ENDS, **{each.id: each.title for each in play.procedure_of(ticket).outcomes}}
    wanted = names.find(str(line.words.outcome), outcomes, msg("outcome"))
    if ticket.outcome != wanted:
        raise Departs(
            "outcome", msg("closed: {outcome}", outcome=wanted), msg("{found}", found=ticket.outcome or ticket.status)
        )


def _fields(play: Play, line: Line, happened: Happened) -> None:
    ticket = play.ticket_of(line)
    procedure = play.procedure_of(ticket)
    for word, given in line.words.fields.items():
        field = names.field(procedure, word)
        wanted = names.value(field, given, play.context())
        if ticket.fields.get(field.id) != wanted:
            raise Departs(
                "fields",
                msg("{field}: {value}", field=field.title, value=_plain(wanted)),
                msg("{field}: {value}", field=field.title, value=_plain(ticket.fields.get(field.id))),
            )


def _plain(value: Any) -> str | Message:
    return msg("nothing") if value is None else str(value)


def _assignee(play: Play, line: Line, happened: Happened) -> None:
    tasks = play.ticket_of(line).tasks
    found = {task["assignee"] for task in tasks.values() if "assignee" in task}
    if play.ids[str(line.words.assignee)] not in found:
        raise Departs("assignee", msg("{name}", name=line.words.assignee), _people(play, found))


def _owner(play: Play, line: Line, happened: Happened) -> None:
    owner = play.ticket_of(line).owner
    if owner != play.ids[str(line.words.owner)]:
        raise Departs("owner", msg("{name}", name=line.words.owner), _people(play, {owner}))


def _due(play: Play, line: Line, happened: Happened) -> None:
    ticket = play.ticket_of(line)
    for word, text in line.words.due.items():
        keys = names.timers(play.procedure_of(ticket), word)
        set_ = [ticket.timers[key]["due"] for key in sorted(keys & ticket.timers.keys())]
        found = [play.shown(canonical.instant_of(each)) for each in set_]
        if found != ([] if text == "never" else [text]):
            raise Departs(
                "due",
                msg("{timer} due at {at}", timer=word, at=text),
                _listed(found) if found else msg("it is not set"),
            )


# --- promises --------------------------------------------------------------------------------------------------------


def _promised(play: Play, line: Line, happened: Happened) -> None:
    ticket = play.ticket_of(line)
    for word, text in line.words.promised.items():
        entry = ticket.goals.get(names.goal(play.procedure_of(ticket), word), {})
        open_, due = entry.get("status") in OPEN, entry.get("due")
        found = play.shown(canonical.instant_of(due)) if open_ and due is not None else "never"
        if found != text:
            raise Departs(
                "promised",
                msg("{promise} promised by {at}", promise=word, at=text),
                msg("by {at}", at=found) if found != "never" else _standing(entry),
            )


def _paused(play: Play, line: Line, happened: Happened) -> None:
    ticket = play.ticket_of(line)
    for word in listed(line.words.paused):
        entry = ticket.goals.get(names.goal(play.procedure_of(ticket), word), {})
        if entry.get("status") != "paused":
            raise Departs("paused", msg("the time of {promise} stands still", promise=word), _standing(entry))


def _standing(entry: Mapping[str, Any]) -> Message:
    """How a promise stands, in a word."""
    return _STANDING[entry.get("status", "")]


def _kept(play: Play, line: Line, happened: Happened) -> None:
    _became(play, line, happened, "kept", "goal_met", msg("kept: {promises}", promises=line.words.kept))


def _missed(play: Play, line: Line, happened: Happened) -> None:
    _became(play, line, happened, "missed", "goal_breached", msg("missed: {promises}", promises=line.words.missed))


def _given_up(play: Play, line: Line, happened: Happened) -> None:
    wanted = msg("given up: {promises}", promises=line.words.given_up)
    _became(play, line, happened, "given_up", "goal_dropped", wanted)


def _became(play: Play, line: Line, happened: Happened, word: str, kind: str, wanted: Message) -> None:
    """Each promise that a line names came to this end in its step."""
    ticket = play.ticket_of(line)
    procedure = play.procedure_of(ticket)
    ended = [event["goal"] for event in happened.events(kind, ticket.id)]
    for each in listed(getattr(line.words, word)):
        if names.goal(procedure, each) not in ended:
            raise Departs(word, wanted, _listed(dict.fromkeys(ended)) if ended else msg("nothing"))


# --- what happened ---------------------------------------------------------------------------------------------------


def _told(play: Play, line: Line, happened: Happened) -> None:
    ticket = play.ticket_of(line)
    procedure, events = play.procedure_of(ticket), happened.events("told")
    wanted = line.words.told
    if not isinstance(wanted, dict):
        _same_people(play, ticket, "told", wanted, [each for event in events for each in event["to"]], msg("told"))
        return
    for word, people in wanted.items():
        notice = names.notice(procedure, word)
        found = [each for event in events if event["notice"] == notice for each in event["to"]]
        _same_people(play, ticket, "told", people, found, msg("told by {notice}", notice=word))


def _fired(play: Play, line: Line, happened: Happened) -> None:
    ticket = play.ticket_of(line)
    procedure = play.procedure_of(ticket)
    wanted = line.words.fired
    for word in wanted if isinstance(wanted, dict) else listed(wanted):
        keys = names.timers(procedure, word)
        records = [record for id, record in happened.records if id == ticket.id and _fires(record) in keys]
        if not records:
            all_fired = tuple(event["timer"] for event in happened.events("timer_fired"))
            raise Departs(
                "fired", msg("{timer} fires", timer=word), _listed(all_fired) if all_fired else msg("nothing fired")
            )
        if isinstance(wanted, dict):
            told = [
                each
                for record in records
                for event in record["events"]
                if event["kind"] == "told"
                for each in event["to"]
            ]
            _same_people(play, ticket, "fired", wanted[word], told, msg("told by {timer}", timer=word))


def _fires(record: dict[str, Any]) -> str | None:
    return next((event["timer"] for event in record["events"] if event["kind"] == "timer_fired"), None)


def _same_people(play: Play, ticket: Ticket, word: str, wanted: Any, found: Iterable[str], how: Message) -> None:
    """Exactly these people; outsiders are called by the field in which they stand."""
    expected = {_person(play, ticket, each) for each in listed(wanted)}
    if expected != set(found):
        raise Departs(word, msg("{how}: {people}", how=how, people=_people(play, expected)), _people(play, set(found)))


def _person(play: Play, ticket: Ticket, word: str) -> str:
    if word in play.ids:
        return play.ids[word]
    try:
        return f"field:{names.field(play.procedure_of(ticket), word).id}"
    except names.NotNamed:
        known = {id: {"und": player.name} for id, player in play.stage.players.items()}
        return names.find(word, known, msg("person"))


def _people(play: Play, ids: Iterable[str]) -> Message:
    people = tuple(sorted(play.named(each) for each in ids))
    return msg("{people}", people=people) if people else msg("nobody")


def _printed(play: Play, line: Line, happened: Happened) -> None:
    procedure = play.procedure_of(play.ticket_of(line))
    wanted = sorted(names.form(procedure, each) for each in listed(line.words.printed))
    _same("printed", wanted, [event["form"] for event in happened.events("printed")])


def _linked(play: Play, line: Line, happened: Happened) -> None:
    titles = {**acts.LINKED, "split_into": {"zh": "拆出"}, "split_from": {"zh": "拆自"}}
    wanted = {
        play.labelled(label): names.find(how, titles, msg("link")) for label, how in (line.words.linked or {}).items()
    }
    found = {each["id"]: str(each["as"]) for each in play.ticket_of(line).links}
    if found != wanted:
        raise Departs("linked", _links(wanted), _links(found))


def _links(links: Mapping[str, str]) -> Message:
    if not links:
        return msg("no links")
    return msg("{links}", links=tuple(f"{how} {ticket}" for ticket, how in sorted(links.items())))


def _attached(play: Play, line: Line, happened: Happened) -> None:
    found = [str(each["name"]) for each in play.ticket_of(line).acts.get("files", ())]
    _same("attached", sorted(listed(line.words.attached)), sorted(found))


def _started(play: Play, line: Line, happened: Happened) -> None:
    found = [event["procedure"] for event in happened.events("child_started")]
    _same("started", sorted(listed(line.words.started)), found)


def _same(word: str, wanted: list[str], found: list[str]) -> None:
    if wanted != sorted(found):
        raise Departs(word, _listed(wanted), _listed(sorted(found)) if found else msg("nothing"))


def _listed(items: Iterable[Any]) -> Message:
    return msg("{items}", items=tuple(items))


_STANDING: Final[dict[str, Message]] = {
    "": msg("it has not begun"),
    "waiting": msg("it is not known yet by when"),
    "running": msg("its time runs"),
    "paused": msg("its time stands still"),
    "met": msg("it is kept"),
    "late": msg("it is done, but late"),
    "dropped": msg("it counts no more"),
}
_CHECKS: Final[dict[str, Callable[[Play, Line, Happened], None]]] = {
    "state": _state,
    "outcome": _outcome,
    "fields": _fields,
    "assignee": _assignee,
    "owner": _owner,
    "due": _due,
    "promised": _promised,
    "paused": _paused,
    "kept": _kept,
    "missed": _missed,
    "given_up": _given_up,
    "told": _told,
    "fired": _fired,
    "printed": _printed,
    "linked": _linked,
    "attached": _attached,
    "started": _started,
}
