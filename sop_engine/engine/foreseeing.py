"""What a command will read, as far as it can be told before its ticket is known: for a store on another machine, which
is asked once. What is not foreseen is asked for when it is needed."""

from collections.abc import Iterable
from datetime import datetime

from sop_engine.store.programs import Programs
from sop_engine.store.seam import CALENDAR, Foreseen
from sop_engine.ticket.foresee import foresee, foresee_anywhere
from sop_engine.ticket.program import Program
from sop_engine.ticket.records import SITE, TIMER, Command


def foreseen(programs: Programs, command: Command, key: str | None, local: datetime) -> Foreseen:
    """What `command` will read. `programs` are those that were used before; `local` is now, on the site's clock."""
    asked: dict[str, list[str]] = {}
    for question in _questions(programs, command, local):
        kind, _, rest = question.partition(":")
        asked.setdefault(kind, []).append(rest)
    procedures = [*asked.get("version", []), *(CALENDAR + name for name in asked.get("calendar", []))]
    if command.name == "open" and isinstance(command.arguments.get("procedure"), str):
        procedures = [command.arguments["procedure"], *procedures]
    return Foreseen(
        tickets=[each for each in (command.ticket, SITE if command.standing_for else "") if each],
        key=key,
        logins=asked.get("login", []),
        people=asked.get("person", []) + ([command.standing_for] if command.standing_for else []),
        roles=[role.partition("@")[0] for role in asked.get("holders", [])],
        units=asked.get("unit", []),
        procedures=procedures,
        numbers=[_series(rest) for rest in asked.get("number", [])],
    )


def _questions(programs: Programs, command: Command, local: datetime) -> Iterable[str]:
    program = _likely(programs, command)
    if program is not None:
        return [*foresee(program, None, command, local), *foresee_anywhere(program, command)]
    if command.actor == TIMER or command.cause is not None:
        return []
    return [f"login:{command.login}", f"person:{command.actor}"]


def _likely(programs: Programs, command: Command) -> Program | None:
    """The program that the command's ticket is most likely pinned to: the last used of its prefix or procedure."""
    if command.ticket == SITE:
        return programs.last("")
    if command.name == "open":
        return programs.last(str(command.arguments.get("procedure")))
    return programs.last_with_prefix(command.ticket.rsplit("-", 2)[0])


def _series(rest: str) -> tuple[str, str]:
    """`WX-20261123#1` -> prefix and day."""
    prefix, _, day = rest.partition("#")[0].rpartition("-")
    return prefix, day
