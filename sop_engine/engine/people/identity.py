"""Who is asking: the system's user, the actor whose act it is, the typist, and whom the actor stands in for."""

import os
import pwd
from typing import Protocol

from sop_engine.errors import NotUnderstood, NotYou
from sop_engine.lean import dataclass, field
from sop_engine.messages import msg
from sop_engine.store.seam import Login, Person
from sop_engine.ticket.near import near


class Register(Protocol):
    """Who there is: a transaction, by the tables, or `recorded.RecordedPeople`, by the record."""

    def login(self, login: str) -> Login | None: ...
    def person(self, actor: str) -> Person | None: ...
    def people(self) -> list[Person]: ...


@dataclass(frozen=True, slots=True)
class Identity:
    """As a Command holds it."""

    login: str
    actor: str
    typist: str | None = None
    heard: str | None = None
    standing_for: str | None = None
    proof: tuple[tuple[str, str], ...] = ()
    """as `Command.proof`"""
    unproven: str | None = field(default=None, compare=False)
    """who was named with `--as` at a terminal, and has proved nothing yet"""


HEARD = ("radio", "phone", "paper")
"""how a typist heard of what he enters for another"""


def system_login() -> str:
    """The system's user; by number where the system has no name for it. LOGNAME and the like are not asked: anybody can
    set them."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return f"uid{os.getuid()}"


def identify(
    reading: Register,
    login: str,
    as_name: str | None = None,
    doer: str | None = None,
    heard: str | None = None,
    on: str | None = None,
) -> Identity:
    """Who acts, from the login and what was said with `--as`, `--doer` and `--heard`.

    At a terminal it is whoever is `on`; `--as` names another of its people, who then acts himself. Any other `--as` is
    standing in, which `decide` allows or refuses. Raises `NotYou` for an unknown login, `NotUnderstood` for names that
    nobody bears.
    """
    known = reading.login(login)
    if known is None:
        raise NotYou(
            msg("the login {login} belongs to nobody here", login=login),
            fix=msg("an administrator adds it: sop actor login {login} NAME", login=login),
        )
    on = on if on in known.people else None
    keyboard, standing_for, unproven = on or known.actor, None, None
    if as_name is not None:
        wanted = find_person(reading, as_name).id
        if wanted in known.people:
            keyboard, unproven = wanted, wanted if wanted != on else None
        elif wanted == known.actor:
            keyboard = wanted
        else:
            standing_for = wanted
    if keyboard is None:
        raise NotUnderstood(
            msg("{login} is a terminal that several people use; say who you are", login=login),
            near=known.people,
            fix=msg("take it over: sop on {name}; or for one command: sop ... --as {name}",
                    name=known.people[0] if known.people else "NAME"),
        )  # fmt: skip
    proof = ((keyboard, "on"),) if keyboard == on else ()
    if doer is None:
        if heard is not None:
            raise NotUnderstood(msg("--heard says how you heard of another's work"), fix=msg("name him with --doer"))
        return Identity(login, keyboard, standing_for=standing_for, proof=proof, unproven=unproven)
    if heard is not None and heard not in HEARD:
        raise NotUnderstood(
            msg("nothing is heard by {heard}; by radio, phone or paper", heard=heard), near=near(heard, HEARD)
        )
    person = find_person(reading, doer).id
    if person == keyboard:
        return Identity(login, keyboard, standing_for=standing_for, proof=proof, unproven=unproven)
    if standing_for is not None:
        raise NotUnderstood(msg("--doer and standing in do not go together"), fix=msg("leave --as out"))
    return Identity(login, person, typist=keyboard, heard=heard or "phone", proof=proof, unproven=unproven)


def find_person(reading: Register, name: str) -> Person:
    """An actor by id or by name. Raises `NotUnderstood` where nobody, or more than one, bears it."""
    person = reading.person(name)
    if person is not None:
        return person
    folded = name.casefold().strip()
    people = reading.people()
    found = [each for each in people if folded and folded in {each.id.casefold(), each.name.casefold()}]
    if len(found) == 1:
        return found[0]
    if found:
        raise NotUnderstood(
            msg("{name} could be any of {people}", name=name, people=tuple(each.id for each in found)),
            near=[each.id for each in found],
        )
    raise NotUnderstood(
        msg("nobody here is {name}", name=name),
        near=near(name, [*(each.id for each in people), *(each.name for each in people if each.name)]),
        fix=msg("who there is: sop actor ls"),
    )
