"""`sop actor pin`: the PIN by which somebody is known at a shared terminal."""

from typing import TYPE_CHECKING, Annotated

from sop_engine import canonical
from sop_engine.console.call import Call
from sop_engine.console.doing import explaining
from sop_engine.console.parameters import argument, option
from sop_engine.console.proving import check, read_secret
from sop_engine.engine.engine import new_id
from sop_engine.engine.people import pins
from sop_engine.engine.people.identity import find_person, system_login
from sop_engine.engine.refusing import as_error
from sop_engine.errors import NotUnderstood, NotYou
from sop_engine.messages import msg
from sop_engine.ticket.records import SITE, Command
from sop_engine.ticket.site.terminals import no_code
from sop_engine.values import show_instant

if TYPE_CHECKING:
    from sop_engine.console.opened import Opened
    from sop_engine.store.seam import Person


def pin(
    call: Call,
    name: Annotated[
        str | None, argument(msg("who you are, by id or name; at your own login it can be left out"), "NAME")
    ] = None,
    code: Annotated[
        bool, option("--code", help=msg("give somebody a code for a first PIN or a new one, as an administrator"))
    ] = False,
    clear: Annotated[bool, option("--clear", help=msg("take a forgotten PIN away, as an administrator"))] = False,
) -> None:
    """Set your PIN: at a shared terminal after giving the one that you have, or the code that an administrator gave you
    for the first. It is asked for twice and shown nowhere. With `--pin-from` a line each is read instead: the present
    PIN or the code, if it is asked for, then the new one."""
    if code and clear:
        raise NotUnderstood(msg("a code takes an old PIN away by itself"), fix=msg("leave --clear out"))
    with call.open() as opened:
        login = system_login()
        with opened.reading() as reading:
            known = reading.login(login)
            said = name or opened.who.actor or (known.actor if known is not None else None)
            if said is None:
                raise NotUnderstood(msg("whose PIN?"), fix=msg("say who you are: sop actor pin NAME"))
            person = find_person(reading, said)
        if code:
            _give_code(opened, person)
            return
        if clear:
            with explaining(opened, None):
                _clear(opened, person)
        else:
            if known is None or person.id not in {known.actor, *known.people}:
                raise NotYou(
                    msg("only {name} sets his PIN, at his own login or a terminal that he uses",
                        name=opened.named(person.id)),
                    fix=msg("forgotten? an administrator gives a code for a new one: sop actor pin {id} --code",
                            id=person.id),
                )  # fmt: skip
            _set(opened, person, login, alone=known.actor == person.id and not known.people)
        _tell(opened, person.id, clear)


def _set(opened: "Opened", person: "Person", login: str, alone: bool) -> None:
    """`alone`: the login is his and nobody else's, which is proof enough."""
    named = opened.named(person.id)
    with opened.reading() as reading:
        present = not alone and pins.has_pin(reading, person.id)
        coded = not alone and pins.has_code(reading, person.id, opened.now)
    if present:
        check(opened, person.id, pins.read_pin(read_secret(opened, msg("present PIN of {name}: ", name=named))))
    elif coded:
        check(opened, person.id, pins.read_pin(read_secret(opened, msg("code of {name}: ", name=named))), code=True)
    elif not alone and not opened.site.clock.simulated:
        with explaining(opened, None):
            raise as_error(no_code(person.id))
    new = pins.read_new_pin(read_secret(opened, msg("new PIN of {name}: ", name=named)))
    if opened.call.pin_from is None:
        again = pins.read_pin(read_secret(opened, msg("once more: ")))
        if again != new:
            raise NotUnderstood(msg("the two differ; nothing was changed"), fix=msg("give the command again"))
    command = Command(new_id(), "set_pin", SITE, person.id, login, {"actor": person.id})
    with explaining(opened, None), opened.call.writing():
        pins.set_pin(opened.site.engine, command, new, opened.call.dry_run)


def _give_code(opened: "Opened", person: "Person") -> None:
    command = opened.command("pin_code", SITE, {"actor": person.id})
    with explaining(opened, None), opened.call.writing():
        code, through = pins.give_code(opened.site.engine, command, opened.call.dry_run)
    output, kept = opened.call.output, None if opened.call.dry_run else code
    if opened.call.json:
        output.json({"actor": person.id, "code": kept, "until": opened.local(through)})
        return
    if kept is None:
        output.tell(msg("dry run: nothing of this was kept"))
        return
    until = show_instant(canonical.instant_of(through), opened.call.language, opened.zone)
    output.line(kept)
    output.tell(
        msg("the code of {name}, shown once, holds until {until}", name=opened.named(person.id), until=until),
        msg("with it he sets his own PIN: sop actor pin {id}", id=person.id),
    )


def _clear(opened: "Opened", person: "Person") -> None:
    command = opened.command("set_pin", SITE, {"actor": person.id, "cleared": True})
    with opened.call.writing():
        pins.set_pin(opened.site.engine, command, None, opened.call.dry_run)


def _tell(opened: "Opened", person: str, cleared: bool) -> None:
    output = opened.call.output
    if opened.call.json:
        output.json({"actor": person, "pin": not cleared})
        return
    if opened.call.dry_run:
        output.tell(msg("dry run: nothing of this was kept"))
    said = msg("{name} has no PIN any more") if cleared else msg("{name} has a PIN; take a terminal over: sop on {id}")
    output.tell(type(said)(said.template, {"name": opened.named(person), "id": person}))
