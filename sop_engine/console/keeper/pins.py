"""`sop actor pin`: the PIN by which somebody is known at a shared terminal."""

from typing import TYPE_CHECKING, Annotated

from sop_engine.console.call import Call
from sop_engine.console.doing import explaining
from sop_engine.console.parameters import argument, option
from sop_engine.console.proving import check, read_secret
from sop_engine.engine import pins
from sop_engine.engine.engine import new_id
from sop_engine.engine.identity import find_person, system_login
from sop_engine.errors import NotUnderstood, NotYou
from sop_engine.messages import msg
from sop_engine.ticket.records import SITE, Command

if TYPE_CHECKING:
    from sop_engine.console.opened import Opened
    from sop_engine.store.seam import Person


def pin(
    call: Call,
    name: Annotated[
        str | None, argument(msg("who you are, by id or name; at your own login it can be left out"), "NAME")
    ] = None,
    clear: Annotated[bool, option("--clear", help=msg("take a forgotten PIN away, as an administrator"))] = False,
) -> None:
    """Set your PIN; at a terminal where you have one already, after giving it. It is asked for twice and shown nowhere.
    With `--pin-from` a line each is read instead: the present PIN, if it is asked for, then the new one."""
    with call.open() as opened:
        login = system_login()
        with opened.reading() as reading:
            known = reading.login(login)
            said = name or opened.who.actor or (known.actor if known is not None else None)
            if said is None:
                raise NotUnderstood(msg("whose PIN?"), fix=msg("say who you are: sop actor pin NAME"))
            person = find_person(reading, said)
        if clear:
            with explaining(opened, None):
                _clear(opened, person)
        else:
            at_own = known is not None and known.actor == person.id
            if not at_own and (known is None or person.id not in known.people):
                raise NotYou(
                    msg("only {name} sets his PIN, at his own login or a terminal that he uses",
                        name=opened.named(person.id)),
                    fix=msg("forgotten? an administrator takes it away: sop actor pin {id} --clear", id=person.id),
                )  # fmt: skip
            _set(opened, person, login, at_own)
        _tell(opened, person.id, clear)


def _set(opened: "Opened", person: "Person", login: str, at_own: bool) -> None:
    with opened.reading() as reading:
        present = not at_own and pins.has_pin(reading, person.id)
    if present:
        given = read_secret(opened, msg("present PIN of {name}: ", name=opened.named(person.id)))
        check(opened, person.id, pins.read_pin(given))
    new = pins.read_new_pin(read_secret(opened, msg("new PIN of {name}: ", name=opened.named(person.id))))
    if opened.call.pin_from is None:
        again = pins.read_pin(read_secret(opened, msg("once more: ")))
        if again != new:
            raise NotUnderstood(msg("the two differ; nothing was changed"), fix=msg("give the command again"))
    command = Command(new_id(), "set_pin", SITE, person.id, login, {"actor": person.id})
    with explaining(opened, None), opened.call.writing():
        pins.set_pin(opened.site.engine, command, new, opened.call.dry_run)


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
