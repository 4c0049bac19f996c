"""Programs out of the store: normal forms by digest, each compiled once; calendars and rosters likewise."""

from collections.abc import Iterable
from datetime import tzinfo
from typing import Any

from sop_engine import canonical, normal_form
from sop_engine.errors import SetUp
from sop_engine.messages import msg
from sop_engine.store.seam import Reads
from sop_engine.ticket.program import Program
from sop_engine.ticket.records import Ticket
from sop_engine.ticket.site.state import site_program
from sop_engine.ticket.terms import with_terms
from sop_engine.worktime import Calendar, Reckoner
from sop_engine.worktime.calendars import from_json
from sop_engine.worktime.rosters import FORMAT as ROSTER_FORMAT
from sop_engine.worktime.rosters import Month, Roster, book_of, month_of


class Programs:
    """A cache of compiled programs. The empty digest is the site's own history."""

    def __init__(self) -> None:
        self._programs: dict[str, Program] = {"": site_program()}
        self._numbers: dict[str, int] = {"": 0}
        self._calendars: dict[str, Reckoner] = {}
        self._with_terms: dict[tuple[str, str], Program] = {}
        self._books: dict[str, tuple[dict[str, tuple[str, str]], dict[str, str]]] = {}
        self._months: dict[str, Month] = {}

    def of(self, reading: Reads, digest: str) -> Program:
        """The program of a normal form. Raises `SetUp` where the store has lost it, or this release cannot read it."""
        program = self._programs.get(digest)
        if program is None:
            data = reading.blob(digest)
            if data is None:
                raise SetUp(msg("the store has lost the normal form {digest}", digest=digest))
            if canonical.digest(data) != digest:
                raise SetUp(
                    msg("the normal form {digest} in the store was changed: it has another digest now", digest=digest),
                    fix=msg("take it from a backup: sop db restore"),
                )
            try:
                program = self._programs[digest] = Program(normal_form.load(data), digest)
            except normal_form.UnknownFormat as error:
                raise SetUp(
                    msg("a procedure was published by a later release: {error}", error=str(error)),
                    fix=msg("install that release"),
                ) from None
            except (AssertionError, AttributeError, LookupError, RecursionError, TypeError, ValueError) as error:
                # no release has written such bytes, so there is no saying what in them is wrong
                raise SetUp(
                    msg("the normal form {digest} in the store is none", digest=digest),
                    fix=msg("take it from a backup: sop db restore"),
                ) from error
        return program

    def keep(self, program: Program) -> None:
        """Know a program that no store has yet: what is about to be published."""
        self._programs.setdefault(program.digest, program)

    def of_ticket(self, reading: Reads, ticket: Ticket, terms: str | None = None) -> Program:
        """The program that a ticket is pinned to, with the times of `terms` (default: those that it has taken)."""
        terms = ticket.terms if terms is None else terms
        own = self.of(reading, ticket.digest)
        if not terms:
            return own
        found = self._with_terms.get((ticket.digest, terms))
        if found is None:
            procedure = with_terms(own.procedure, self.of(reading, terms).procedure)
            found = self._with_terms[ticket.digest, terms] = Program(procedure, ticket.digest)
        return found

    def last(self, procedure: str) -> Program | None:
        """The program of a procedure that was compiled last; that of the site for the empty name."""
        named = (each for each in reversed(self._programs.values()) if each.digest and each.procedure.id == procedure)
        return next(named, None) if procedure else self._programs[""]

    def last_with_prefix(self, prefix: str) -> Program | None:
        """The program compiled last whose tickets' numbers begin with `prefix`."""
        with_it = (each for each in reversed(self._programs.values()) if each.procedure.prefix == prefix)
        return next(with_it, None)

    def calendar(self, reading: Reads, digest: str) -> Reckoner:
        """A published calendar, made ready. Raises `SetUp` where the store has lost or changed it, or this machine does
        not know its zone."""
        reckoner = self._calendars.get(digest)
        if reckoner is None:
            reckoner = self._calendars[digest] = Reckoner(read_calendar(reading, digest))
        return reckoner

    def roster(self, reading: Reads, digest: str, zone: tzinfo, months: Iterable[str] | None = None) -> Roster:
        """A roster that was loaded, with what it says of these months, or of all. Raises `SetUp` where the store has
        lost or changed it."""
        if digest not in self._books:
            self._books[digest] = book_of(_read_roster(reading, digest))
        hours, digests = self._books[digest]
        wanted = {month: digests[month] for month in (digests if months is None else months) if month in digests}
        for each in wanted.values():
            if each not in self._months:
                self._months[each] = month_of(_read_roster(reading, each))
        return Roster(hours, {month: self._months[each] for month, each in wanted.items()}, zone)

    def number_of(self, reading: Reads, digest: str) -> int:
        """The number of the version with a digest (0: none has it); versions never change, so it is asked once."""
        if digest not in self._numbers:
            version = reading.version_of(digest)
            if version is None:
                return 0
            self._numbers[digest] = version.number
        return self._numbers[digest]


def read_calendar(reading: Reads, digest: str) -> Calendar:
    """A published calendar, as it says. Raises `SetUp` where the store has lost or changed it."""
    data = reading.blob(digest)
    if data is None or canonical.digest(data) != digest:
        raise SetUp(
            msg("the store has lost the calendar {digest}, or it was changed", digest=digest),
            fix=msg("take it from a backup: sop db restore"),
        )
    try:
        return from_json(canonical.parse(data))
    except ValueError:
        raise SetUp(
            msg("the calendar {digest} was published by a later release, which this one cannot read", digest=digest),
            fix=msg("install that release"),
        ) from None


def _read_roster(reading: Reads, digest: str) -> dict[str, Any]:
    data = reading.blob(digest)
    if data is None or canonical.digest(data) != digest:
        raise SetUp(
            msg("the store has lost the roster {digest}, or it was changed", digest=digest),
            fix=msg("take it from a backup: sop db restore"),
        )
    found: dict[str, Any] = canonical.parse(data)
    if found.get("format") != ROSTER_FORMAT:
        raise SetUp(
            msg("the roster {digest} was loaded by a later release, which this one cannot read", digest=digest),
            fix=msg("install that release"),
        )
    return found
