"""`sop on` and `sop off`: one desk with several people."""

from typing import TYPE_CHECKING, Annotated

from sop_engine import canonical
from sop_engine.console.call import Call
from sop_engine.console.parameters import argument
from sop_engine.console.proving import ask, no_pin
from sop_engine.console.staff.swaps import swaps_asked_of
from sop_engine.engine.engine import new_id
from sop_engine.engine.people import pins, sessions
from sop_engine.engine.people.identity import find_person, system_login
from sop_engine.errors import NotNow, NotUnderstood, NotYou
from sop_engine.messages import msg
from sop_engine.store.attempts import attempt
from sop_engine.store.seam import Writes
from sop_engine.ticket.records import SITE, Command
from sop_engine.values import show_instant

if TYPE_CHECKING:
    from sop_engine.console.opened import Opened


def on(
    call: Call,
    name: Annotated[str, argument(msg("who you are, by id or name"), "NAME")],
) -> None:
    """Take over the terminal: until `sop off` everything that is typed here is yours."""
    with call.open() as opened:
        if call.as_name is not None or call.doer is not None:
            raise NotUnderstood(msg("`sop on` says who you are by itself"), fix=msg("leave --as and SOP_AS out"))
        login = system_login()
        with opened.reading() as reading:
            person = find_person(reading, name)
            known = reading.login(login)
        if known is None or person.id not in known.people:
            raise NotYou(
                msg("{name} is none of those who use the login {login}", name=opened.named(person.id), login=login),
                near=known.people if known is not None else (),
                fix=msg("an administrator lists who does: sop actor login {login} --terminal NAME ...", login=login),
            )
        if not person.active:
            raise NotYou(msg("{name} is not active here", name=opened.named(person.id)))
        if not ask(opened, person.id):
            raise no_pin(opened, person.id)
        until = _shift_ends(opened, person.id)
        _take_over(opened, login, person.id, until)
        if call.json:
            ends = None if until is None else opened.local(until)
            call.output.json({"on": person.id, "login": login, "idle_minutes": _idle(opened), "shift_ends": ends})
            return
        if call.dry_run:
            call.output.tell(msg("dry run: nothing of this was kept"))
        _tell_on(opened, person.id, until)


def off(call: Call) -> None:
    """Leave the terminal; whoever types next says who he is."""
    with call.open() as opened:
        login = system_login()
        terminal = sessions.terminal_here(opened.site.settings, login)
        with opened.reading() as reading:
            session = sessions.session_at(reading, terminal, opened.now, opened.site.settings.idle)
        if session is None:
            raise NotNow(msg("nobody is on at this terminal"), fix=msg("take it over: sop on NAME"))
        if not call.dry_run:

            def work(transaction: Writes) -> None:
                sessions.end(transaction, terminal)
                command = Command(new_id(), "go_off", SITE, session.actor, login, {"actor": session.actor})
                pins.step_of_site(opened.site.engine, transaction, command)

            with call.writing():
                attempt(opened.site.store, work)
            sessions.forget(terminal)
        if call.json:
            call.output.json({"off": session.actor, "login": login})
            return
        if call.dry_run:
            call.output.tell(msg("dry run: nothing of this was kept"))
        call.output.tell(msg("{name} is off; the terminal is nobody's", name=opened.named(session.actor)))


def _shift_ends(opened: "Opened", person: str) -> str | None:
    """When the shift ends that somebody is on; None where the roster knows of none."""
    from sop_engine.engine.answers.duty import where_he_stands

    now = canonical.instant_text(opened.now)
    with opened.reading() as reading:
        found = where_he_stands(reading, opened.site.engine.programs, opened.zone, f"{now}/{person}")
    return found["ends"] if found["roster"] is not None and found["on"] else None


def _tell_on(opened: "Opened", person: str, until: str | None) -> None:
    name, minutes = opened.named(person), _idle(opened)
    if until is None:
        said = msg("{name} is on here until `sop off`, or until nothing was typed for {minutes} minutes", name=name,
                   minutes=minutes)  # fmt: skip
    else:
        ends = show_instant(canonical.instant_of(until), opened.call.language, opened.zone)
        said = msg("{name} is on here until `sop off`, until his shift ends ({ends}), or until nothing was typed for"
                   " {minutes} minutes", name=name, ends=ends, minutes=minutes)  # fmt: skip
    opened.call.output.tell(said, *swaps_asked_of(opened, person))


def _take_over(opened: "Opened", login: str, person: str, until: str | None) -> None:
    """Put him on, on record; in a dry run nothing of it stays."""
    if opened.call.dry_run:
        return
    terminal = sessions.terminal_here(opened.site.settings, login)
    command = Command(new_id(), "come_on", SITE, person, login, {"actor": person}, proof=((person, "pin"),))

    def work(transaction: Writes) -> str:
        token = sessions.begin(transaction, terminal, person, opened.now, until)
        pins.step_of_site(opened.site.engine, transaction, command)
        return token

    with opened.call.writing():
        token = attempt(opened.site.store, work)
        sessions.keep(terminal, token, opened.now)


def _idle(opened: "Opened") -> int:
    return int(opened.site.settings.idle.total_seconds() // 60)
