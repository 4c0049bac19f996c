"""What a shell offers while somebody types: commands, options, numbers of tickets, what they offer, people, fields.

The law. A shell asks with SOP_COMPLETE set to its name, and the words up to the cursor as arguments, the unfinished one
last; bash gives its line instead, as it is, because it cuts words at marks that ours contain. The answer is a line for
each candidate, with a tab before what it means. Nothing is said of faults: where nothing can be offered, nothing is.
What is not known to whoever asks is not offered either.
"""

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from sop_engine.console import tree
from sop_engine.console.text import one_line
from sop_engine.errors import SopError
from sop_engine.messages import say

if TYPE_CHECKING:
    from sop_engine.console.opened import Opened

SHELLS: Final = ("bash", "zsh", "fish")
ASKED: Final = "SOP_COMPLETE"
LINE: Final = "SOP_COMPLETE_LINE"
MOST: Final = 60
"""candidates of one kind"""
_BREAKS: Final = "=:@"
"""marks at which bash cuts words"""

Pair = tuple[str, str]
"""a candidate, and what it means"""

_ON_TICKETS: Final = frozenset(
    {"show", "do", "claim", "assign", "hand-over", "note", "edit", "urge", "copy", "read", "watch", "suspend", "resume",
     "print", "release", "sla explain", "audit log", "audit replay"}
)  # fmt: skip
_PROCEDURES: Final = frozenset(
    {"new", "flow show", "flow publish", "flow history", "flow diagram", "flow lint", "flow test"}
)
_FIRMS: Final = frozenset({"firm change", "firm remove", "firm person", "firm people"})
_PEOPLE_AFTER_TICKET: Final = frozenset({"assign", "hand-over"})
_OPTIONS: Final[Mapping[str, str]] = {
    "--as": "people", "--doer": "people", "--owner": "people", "--assignee": "people", "--person": "people",
    "--to": "people", "--procedure": "procedures", "--state": "states", "--unit": "units", "--field": "fields",
    "--firm": "firms",
}  # fmt: skip
_FIXED: Final[Mapping[str, tuple[str, ...]]] = {
    "--lang": ("zh", "en"),
    "--status": ("open", "suspended", "closed"),
    "--sort": ("left", "opened", "newest", "unit", "urged", "changed"),
    "--heard": ("radio", "phone", "paper"),
    "--from": ("customer", "staff"),
}


def answer(shell: str, arguments: Sequence[str]) -> None:
    """Print what can be written at the cursor."""
    line = os.environ.get(LINE)
    words = list(arguments) if line is None else words_of(line)[1:]
    unfinished = words.pop() if words else ""
    with suppress(SopError, OSError, ValueError):
        found = list(dict(candidates(words, unfinished)).items())[:MOST]
        cut = max((unfinished.rfind(mark) + 1 for mark in _BREAKS), default=0) if shell == "bash" else 0
        head = unfinished[:cut]
        for value, meaning in found:
            if value.startswith(head):
                sys.stdout.write(f"{value[cut:]}\t{one_line(meaning)}\n")


def words_of(line: str) -> list[str]:
    """The words of a line as a shell reads them, the unfinished one last: it may be empty, or lack its closing mark."""
    words, word, mark, begun, escaped = [], "", "", False, False
    for character in line:
        if escaped:
            word, escaped = word + character, False
        elif character == "\\" and mark != "'":
            escaped = begun = True
        elif mark:
            mark, word = ("", word) if character == mark else (mark, word + character)
        elif character in "'\"":
            mark, begun = character, True
        elif character.isspace():
            if begun:
                words.append(word)
            word, begun = "", False
        else:
            word, begun = word + character, True
    return [*words, word]


def candidates(words: Sequence[str], unfinished: str) -> Iterator[Pair]:
    """What may stand in place of the unfinished word after `words`."""
    from sop_engine.console.call import language_in

    language, typed = language_in(words, os.environ), words
    words = _without_leading(words)
    command, rest = _command(words)
    if command is None:
        names = [(verb, f"{words[0]} {verb}") for verb in tree.verbs(words[0])] if words else [
            *((verb, verb) for verb in tree.verbs()), *((group, "") for group in tree.groups())
        ]  # fmt: skip
        helps = ((name, tree.LEAVES[leaf].help if leaf else tree.GROUPS[name]) for name, leaf in names)
        yield from fitting(((name, say(help, language)) for name, help in helps), unfinished)
        return
    name, mark, value = unfinished.partition("=")
    if mark and name.startswith("--") and name != "--field":
        yield from ((f"{name}={each}", meaning) for each, meaning in _of_option(typed, command, rest, name, value))
    elif rest and rest[-1] in (*_OPTIONS, *_FIXED):
        yield from _of_option(typed, command, rest[:-1], rest[-1], unfinished)
    elif unfinished.startswith("-"):
        yield from fitting(_options(command, language), unfinished)
    else:
        yield from _argument(typed, command, _plain(rest), unfinished, language)


def fitting(pairs: Iterable[Pair], unfinished: str) -> Iterator[Pair]:
    """Those that begin so; where the meaning does, and is one word, that word."""
    wanted = unfinished.casefold()
    for value, meaning in pairs:
        if value.casefold().startswith(wanted):
            yield value, meaning
        elif meaning.casefold().startswith(wanted) and not any(each.isspace() for each in meaning):
            yield meaning, value


def _without_leading(words: Sequence[str]) -> list[str]:
    """The words from the command on: `--as NAME` and the like may stand before it."""
    left = list(words)
    while left and left[0].startswith("--"):
        left = left[1:] if "=" in left[0] or left[0] in {"--json", "--no-input"} else left[2:]
    return left


def _command(words: Sequence[str]) -> tuple[str | None, list[str]]:
    """The command that is typed already, and the words after it."""
    for length in (1, 2):
        name = " ".join(words[:length])
        if len(words) >= length and name in tree.LEAVES:
            return name, list(words[length:])
    return None, []


def _plain(rest: Sequence[str]) -> list[str]:
    """The arguments among words: no options, and not what the options with a value of ours take."""
    taken, skip = [], False
    for word in rest:
        if skip:
            skip = False
        elif word.startswith("-") and word != "-":
            skip = word in _OPTIONS or word in _FIXED
        else:
            taken.append(word)
    return taken


def _options(command: str, language: str) -> Iterator[Pair]:
    from sop_engine.console.commands import make_command
    from sop_engine.messages import Message

    for parameter in make_command(command, tree.LEAVES[command], language).params:
        if parameter.param_type_name == "option":
            yield parameter.opts[0], say(Message(parameter.help or ""), language)


def _of_option(words: Sequence[str], command: str, rest: Sequence[str], name: str, unfinished: str) -> Iterator[Pair]:
    if name in _FIXED:
        yield from fitting(((each, "") for each in _FIXED[name]), unfinished)
    elif name in _OPTIONS:
        arguments = _plain(rest)
        yield from _looked_up(words, lambda opened: _KINDS[_OPTIONS[name]](opened, command, arguments, unfinished))


def _argument(
    words: Sequence[str], command: str, given: Sequence[str], unfinished: str, language: str
) -> Iterator[Pair]:
    """What may stand as the next argument of a command."""
    if command in {"help", "completion"} and not given:
        yield from fitting(_pages(command, language), unfinished)
        return
    kind: str | None = None
    if command in _ON_TICKETS and not given:
        kind = "views" if unfinished.startswith("@") else "tickets"
    elif command == "do" and len(given) == 1:
        kind = "triggers"
    elif command in _PEOPLE_AFTER_TICKET and len(given) == 1:
        kind = "people"
    elif command in _PROCEDURES and not given:
        kind = "procedures"
    elif command == "new":
        kind = "fields" if "=" in unfinished else "words"
    elif command in _FIRMS and not given:
        kind = "firms"
    elif command in {"ls", "board", "view delete"} and not given:
        kind = "views"
    if kind is not None:
        look = _KINDS[kind]
        yield from _looked_up(words, lambda opened: look(opened, command, given, unfinished))


def _pages(command: str, language: str) -> Iterator[Pair]:
    """The pages of `sop help`, each with its title; or the shells."""
    if command == "completion":
        yield from ((each, "") for each in SHELLS)
        return
    from sop_engine.console.topics import TOPICS

    yield from ((topic, say(lines[0], language)) for topic, lines in TOPICS.items())


# --- what the site knows ---------------------------------------------------------------------------------------------


def _looked_up(words: Sequence[str], look: Callable[["Opened"], Iterable[Pair]]) -> list[Pair]:
    """What is found at the site that the words mean; nothing for whoever is not known there."""
    from sop_engine.console.call import Call, language_in

    common = {"lang": language_in(words, os.environ), "as_name": _value(words, "--as") or os.environ.get("SOP_AS"),
              "site": _value(words, "--site") or os.environ.get("SOP_SITE")}  # fmt: skip
    call = Call("doctor", {**common, "no_input": True})  # one that says nothing of the sweep
    with call.open() as opened:
        opened.require_known()
        return list(look(opened))


def _value(words: Sequence[str], name: str) -> str | None:
    for rank, word in enumerate(words):
        if word.startswith(f"{name}="):
            return word.partition("=")[2]
        if word == name and rank + 1 < len(words):
            return words[rank + 1]
    return None


def _tickets(opened: "Opened", _command: str, _given: Sequence[str], unfinished: str) -> Iterator[Pair]:
    """Open tickets by the beginning of their number, newest first; by its end where nothing begins so."""
    from sop_engine.console.tickets import folded
    from sop_engine.store.seam import Query

    wanted = folded(unfinished).casefold()
    with opened.reading() as reading:
        newest = reading.heads(Query(status="open", limit=1000, newest=True))[::-1]
        found = [head for head in newest if head.id.casefold().startswith(wanted)]
        if not found:
            found = [head for head in reading.resolve(wanted) if head.status != "closed" and head.id != "site"]
    yield from ((head.id, opened.text_seen(head, head.subject)) for head in found[:MOST])


def _triggers(opened: "Opened", _command: str, given: Sequence[str], unfinished: str) -> Iterator[Pair]:
    from sop_engine.console.tickets import find_ticket
    from sop_engine.console.views.looking import possible_now

    with opened.reading() as reading:
        ticket = reading.ticket(find_ticket(reading, given[0]).id)
        assert ticket is not None, "a head has its ticket"
        offers = possible_now(opened, reading, opened.site.engine.program(reading, ticket), ticket)
    pairs = []
    for each in offers:
        if each["allowed"]:
            name = f"{each['region']}.{each['trigger']}" if each["region"] else each["trigger"]
            pairs.append((name, say(each["title"] or name, opened.call.language)))
    yield from fitting(pairs, unfinished)


def _people(opened: "Opened", _command: str, _given: Sequence[str], unfinished: str) -> Iterator[Pair]:
    yield from fitting(opened.staff.items(), unfinished)


def _procedures(opened: "Opened", _command: str, _given: Sequence[str], unfinished: str) -> Iterator[Pair]:
    from sop_engine.console.tickets import newest_versions, title_of_version

    with opened.reading() as reading:
        pairs = [(id, say(title_of_version(reading, version), opened.call.language))
                 for id, version in sorted(newest_versions(reading).items())]  # fmt: skip
    yield from fitting(pairs, unfinished)


def _states(opened: "Opened", _command: str, _given: Sequence[str], unfinished: str) -> Iterator[Pair]:
    from sop_engine.console.tickets import newest_versions, normal_form

    with opened.reading() as reading:
        forms = [normal_form(reading, version.digest) for version in newest_versions(reading).values()]
    pairs = [(each["id"], say(each.get("title") or each["id"], opened.call.language))
             for form in forms for each in form["states"]]  # fmt: skip
    yield from fitting(sorted(pairs), unfinished)


def _units(opened: "Opened", _command: str, _given: Sequence[str], unfinished: str) -> Iterator[Pair]:
    with opened.reading() as reading:
        yield from fitting(((each["id"], "") for each in reading.units()), unfinished)


def _views(opened: "Opened", _command: str, _given: Sequence[str], unfinished: str) -> Iterator[Pair]:
    from sop_engine.console.staff.narrowed import words_of
    from sop_engine.console.staff.views import MARK, all_views

    with opened.reading() as reading:
        views = all_views(reading)
    yield from fitting(((MARK + each.name, " ".join(words_of(each.narrowed))) for each in views), unfinished)


def _firms(opened: "Opened", command: str, given: Sequence[str], unfinished: str) -> Iterator[Pair]:
    known = opened.firm_titles if command == "firm change" else opened.firms
    yield from fitting(known.items(), unfinished)


def _fields(opened: "Opened", command: str, given: Sequence[str], unfinished: str) -> Iterator[Pair]:
    """`name=` for each field of the ticket or procedure, and after it the choices that it has."""
    fields = _fields_of(opened, command, given)
    name, mark, value = unfinished.partition("=")
    language = opened.call.language
    if not mark:
        titles = ((f"{id}=", say(field.title or id, language)) for id, field in fields.items())
        yield from ((id, title) for id, title in titles if id.startswith(name) or title.startswith(name))
        return
    chosen = next((each for id, each in fields.items() if name in {id, say(each.title or id, language)}), None)
    if chosen is not None:
        if chosen.type == "staff":
            pairs: list[Pair] = list(opened.staff.items())
        elif chosen.type == "firm":
            pairs = list(opened.firms.items())
        else:
            pairs = [(each.id, say(each.title or each.id, language)) for each in chosen.choices]
        yield from ((f"{name}={each}", meaning) for each, meaning in fitting(pairs, value))


def _words(opened: "Opened", command: str, given: Sequence[str], unfinished: str) -> Iterator[Pair]:
    """What can be said of a new ticket without a field's name: choices by their title, and units once begun."""
    language = opened.call.language
    for field in _fields_of(opened, command, given).values():
        for title in (say(each.title or each.id, language) for each in field.choices):
            if title.casefold().startswith(unfinished.casefold()):
                yield title, say(field.title or field.id, language)
    if unfinished:
        yield from _units(opened, command, given, unfinished)


def _fields_of(opened: "Opened", command: str, given: Sequence[str]) -> Mapping[str, Any]:
    from sop_engine.console.tickets import find_procedure, find_ticket

    if not given:
        return {}
    with opened.reading() as reading:
        if command == "new":
            program = opened.site.engine.programs.of(reading, find_procedure(reading, given[0]).digest)
            opening = program.procedure.open
            return {name: program.fields[name] for name in (*opening.ask, *opening.may_ask)}
        ticket = reading.ticket(find_ticket(reading, given[0]).id)
        assert ticket is not None, "a head has its ticket"
        return opened.site.engine.program(reading, ticket).fields


_KINDS: Final[Mapping[str, Callable[["Opened", str, Sequence[str], str], Iterator[Pair]]]] = {
    "tickets": _tickets,
    "triggers": _triggers,
    "people": _people,
    "procedures": _procedures,
    "states": _states,
    "units": _units,
    "views": _views,
    "firms": _firms,
    "fields": _fields,
    "words": _words,
}
