"""An open site as a command uses it: who asks, people by name, commands made and done."""

import functools
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from sop_engine import canonical, values
from sop_engine.clock import steady_seconds
from sop_engine.console.names import rows_with_names, shown_person
from sop_engine.engine.engine import Done, new_id
from sop_engine.engine.people.identity import Identity, Register, identify, system_login
from sop_engine.engine.sites.folder import Site
from sop_engine.errors import NotUnderstood, NotYou, SopError
from sop_engine.messages import msg
from sop_engine.procedure import Field
from sop_engine.store.seam import Head, Reads
from sop_engine.store.small_facts import last_sweep
from sop_engine.ticket.records import Command, Ticket
from sop_engine.values import Context, ValueProblem
from sop_engine.values.moments import read_instant

if TYPE_CHECKING:
    from sop_engine.console.call import Call
    from sop_engine.store.files import Arrival

LOOK_AGAIN_SECONDS: Final = 30.0
"""after so long, such as at a question, it is looked again whether whoever was on at a terminal still is"""
NOBODY_SWEEPS: Final = timedelta(hours=3)
"""after so long without a sweep every command says that nothing fires timers"""


class _Reading(threading.local):
    """The snapshot that a thread reads; the board acts in another than it draws in."""

    now: "Reads | None" = None


class Opened:
    """A site that is open for one call."""

    def __init__(self, call: "Call", site: Site) -> None:
        self.call = call
        self.site = site
        self.zone: ZoneInfo = site.settings.zone_info
        self.currency = site.settings.currency
        self.training = site.settings.training
        """whether nothing here is real"""
        self._reads = _Reading()
        self._by_record = False
        self.arrivals: list[Arrival] = []
        """files that were given for fields; they count when the command that names them is done"""
        self.secrets: list[str] | None = None
        """what is left of the lines of the file that `--pin-from` names"""
        self.signed: tuple[tuple[str, str], ...] = ()
        """who has proved, besides whoever asks, that what is signed for him is his; as `Command.proof`"""
        self.shared = False
        """whether the login is a terminal of several people, as soon as it is known who asks"""
        self._on: str | None = None
        """who asks because he is on at the terminal, and proves it in no other way"""
        self._looked = 0.0

    @contextmanager
    def reading(self) -> Iterator[Reads]:
        """One snapshot for as long as the outermost such block lasts: a thread has one transaction at a time."""
        reads = self._reads
        if reads.now is not None:
            yield reads.now
            return
        with self.site.store.reading() as reads.now:
            try:
                yield reads.now
            finally:
                reads.now = None

    # --- people ---

    @functools.cached_property
    def names(self) -> Mapping[str, str]:
        """Everybody's name by id; empty where the store knows none."""
        with self.reading() as reading:
            return {person.id: person.name for person in reading.people()}

    @functools.cached_property
    def staff(self) -> Mapping[str, str]:
        """Who is active, name by id."""
        with self.reading() as reading:
            return {person.id: person.name or person.id for person in reading.people() if person.active}

    @functools.cached_property
    def firm_titles(self) -> Mapping[str, str]:
        """The firms from outside, title by id; those that were taken off the list, too."""
        from sop_engine.console.firm_names import firms_in

        with self.reading() as reading:
            return {firm: entry["title"] for firm, entry in firms_in(reading).items()}

    @functools.cached_property
    def firms(self) -> Mapping[str, str]:
        """The firms from outside that work for the site, title by id."""
        from sop_engine.console.firm_names import firms_in

        with self.reading() as reading:
            return {firm: entry["title"] for firm, entry in firms_in(reading).items() if entry["active"]}

    @functools.cached_property
    def who(self) -> Identity:
        """Who asks. Raises `NotYou` and `NotUnderstood` as `identify` does."""
        call, login = self.call, system_login()
        with self._register() as register:
            known = register.login(login)
            self.shared = known is not None and bool(known.people)
            on = self.on_here(login) if self.shared else None
            self._on, self._looked = on if call.as_name is None else None, steady_seconds()
            who = identify(register, login, call.as_name, call.doer, call.heard, on)
        if who.unproven is None:
            return who
        from sop_engine.console.proving import proved

        return proved(self, who)

    def keep_on(self) -> None:
        """Note that whoever is on at a shared terminal goes on typing."""
        if self.shared:
            from sop_engine.engine.people import sessions

            sessions.touch(sessions.terminal_here(self.site.settings, system_login()), self.now)

    def require_on(self) -> None:
        """Raise `NotYou` where whoever asks was on at the terminal when the command began and is on no longer: he left
        a question open, and whoever answers it now may be another. Else it is noted that he goes on typing."""
        if self._on is None or steady_seconds() - self._looked < LOOK_AGAIN_SECONDS:
            return
        if self.on_here(system_login()) != self._on:
            raise NotYou(
                msg("nothing was done: {name} is on here no longer", name=self.named(self._on)),
                fix=msg("come on again, and give the command anew: sop on {id}", id=self._on),
            )
        self._looked = steady_seconds()

    def on_here(self, login: str) -> str | None:
        """Who is on at this terminal, as of now; it is noted that he has typed something."""
        from sop_engine.engine.people import sessions

        terminal, settings = sessions.terminal_here(self.site.settings, login), self.site.settings
        with self.reading() as reading:
            session = sessions.session_at(reading, terminal, self.now, settings.idle)
        if session is None:
            return None
        if session.over:
            sessions.forget(terminal)
            minutes, name = int(settings.idle.total_seconds() // 60), self.named(session.actor)
            said = msg("{name} was on here, and is no longer: his shift is over", name=name)
            if session.over == "idle":
                said = msg("{name} was on here, and is no longer: nothing was typed for {minutes} minutes", name=name,
                           minutes=minutes)  # fmt: skip
            self.call.output.tell(said)
            return None
        sessions.touch(terminal, self.now)
        return session.actor

    @contextmanager
    def _register(self) -> Iterator[Register]:
        with self.reading() as reading:
            if not self._by_record:
                yield reading
                return
            from sop_engine.engine.people.recorded import RecordedPeople

            yield RecordedPeople(reading)

    def judge_by_record(self) -> None:
        """Judge who asks by the site's history from here on, and not by the tables that are made of it."""
        self._by_record = True
        self.__dict__.pop("who", None)

    def require_known(self) -> None:
        """Raise `NotYou` for a login that belongs to nobody here: such a one sees nothing."""
        assert self.who

    def require_known_to_any(self) -> None:
        """As `require_known`, for whoever examines the store: he may be known to the tables, or to the record that they
        are to be compared with. Raises what the tables say where neither knows him."""
        try:
            self.require_known()
        except SopError:
            self.judge_by_record()
            with suppress(SopError):
                self.require_known()
                return
            raise

    def require_administrator(self) -> None:
        """Raise `NotYou` unless whoever asks administers the site."""
        with self._register() as register:
            person = register.person(self.person)
        if person is None or "admin" not in person.rights:
            raise NotYou(
                msg("{name} is no administrator of this site", name=self.named(self.person)),
                fix=msg("who is one: sop actor ls"),
            )

    @property
    def person(self) -> str:
        """Whose possibilities count: whom the actor stands in for, or himself."""
        return self.who.standing_for or self.who.actor

    @functools.cached_property
    def roles(self) -> frozenset[str]:
        """The roles that whoever asks holds, for whatever scope."""
        with self._register() as register:
            person = register.person(self.person)
        return frozenset(role for role, _scope in person.roles) if person is not None and person.active else frozenset()

    def hidden_from(self, ticket: Ticket | Head | None = None) -> frozenset[str | None]:
        """The classes of personal data of a ticket (None: of any) that whoever asks sees masked: none where the site
        says nothing of it; see `console.seeing`."""
        if not self.site.settings.personal:
            return frozenset()
        from sop_engine.console.seeing import hidden_from

        return hidden_from(self, ticket)

    def text_seen(self, ticket: Ticket | Head, text: str) -> str:
        """What somebody wrote on a ticket, a note, a reason, its subject, as whoever asks sees it: the one place where
        the numbers of persons in it are masked. Nothing of the kind is said without."""
        if not self.site.settings.personal or not text:
            return text
        from sop_engine.engine.people.personal import text_seen

        return text_seen(self.hidden_from(ticket), text)

    def fields_seen(self, ticket: Ticket, fields: Iterable[Field]) -> Mapping[str, Any]:
        """The recorded values of a ticket, the free texts among them as in `text_seen`."""
        if not self.site.settings.personal:
            return ticket.fields
        from sop_engine.engine.people.personal import fields_seen

        return fields_seen(self.hidden_from(ticket), fields, ticket.fields)

    def searchable(self, reading: Reads) -> tuple[str, ...] | None:
        """The classes of personal data by which whoever asks finds; None: by all."""
        if not self.site.settings.personal:
            return None
        from sop_engine.console.seeing import searchable

        return searchable(self, reading)

    def named(self, actor: str) -> str:
        """`王芳 (wang_fang)`."""
        return shown_person(actor, self.names)

    # --- time and values ---

    @property
    def now(self) -> datetime:
        return self.site.clock.now()

    @property
    def today(self) -> date:
        """The day on the site's clock."""
        return self.now.astimezone(self.zone).date()

    def context(self, field: Field) -> Context:
        """What reading a value of a field needs to know."""
        firms = self.firms if any(each.type == "firm" for each in (field, *field.columns)) else {}
        return Context(self.zone, self.now, self.staff, self.call.language, self.currency, firms)

    def shown(self, field: Field, value: Any) -> str:
        """A recorded value in the reader's words, on the site's clock and in its currency; it is whole."""
        if field.type == "firm":
            return self.firm_titles.get(value, str(value))
        if field.type == "rows":
            value = rows_with_names(field, value, self.names)
        return values.show(field, value, self.call.language, self.zone, currency=self.currency)

    def local(self, instant: str) -> str:
        """A recorded instant as RFC 3339 text with the offset of the site's zone."""
        return canonical.instant_of(instant).astimezone(self.zone).isoformat(timespec="milliseconds")

    # --- doing ---

    def command(self, name: str, ticket: str, arguments: Mapping[str, Any]) -> Command:
        """A command of whoever asks, at the time that he claims, if any."""
        who, call = self.who, self.call
        return Command(
            id=new_id(),
            name=name,
            ticket=ticket,
            actor=who.actor,
            login=who.login,
            arguments=arguments,
            typist=who.typist,
            heard=who.heard,
            standing_for=who.standing_for,
            at=self._claimed(),
            expect=call.expect,
            proof=tuple(sorted({**dict(who.proof), **dict(self.signed)}.items())),
        )

    def _claimed(self) -> datetime | None:
        if self.call.at is None:
            return None
        try:
            return read_instant(self.call.at, self.now, self.zone)
        except ValueProblem as problem:
            raise NotUnderstood(msg("--at: {problem}", problem=problem.message)) from None

    def act(self, command: Command, key: str | None = None) -> Done:
        """Do a command, or only try it with `--dry-run`; once only under `key`, or that of `--key`. Raises what refuses
        it."""
        self.require_on()
        with self.call.writing():
            call, keep = self.call, functools.partial(self.keep_files, command)
            return self.site.engine.act(command, key=key or call.key, dry_run=call.dry_run, before_commit=keep)

    def keep_files(self, command: Command) -> None:
        """Let the files count that a command names."""
        if not self.arrivals:
            return
        from sop_engine.store.files import references_in

        wanted = {each["sha256"] for each in references_in(dict(command.arguments))}
        for each in self.arrivals:
            if each.reference["sha256"] in wanted:
                each.keep()

    def discard_arrivals(self) -> None:
        """Take away the files that no command has named."""
        for each in self.arrivals:
            each.discard()

    # --- the sweep ---

    def warn_unswept(self) -> None:
        """Say on stderr when timers wait and nothing has swept for three hours; where nothing ever has, when the first
        of them is so late."""
        now = self.now
        with self.reading() as reading:
            due, swept = reading.next_due(), last_sweep(reading)
        if due is None:
            return
        # a sweep that is still to come tells nothing
        since = now - (swept if swept is not None and swept <= now else canonical.instant_of(due))
        if since > NOBODY_SWEEPS:
            self.call.output.tell(
                msg("warning: timers wait, and nothing has swept for {hours} hours; start it: sop worker run",
                    hours=int(since.total_seconds() // 3600))
            )  # fmt: skip
