"""Loading rosters, and swapping shifts: what a file says becomes the newest roster of the site.

A file speaks for its own days and people: whoever does not stand in it keeps what was said of him, so that each team
can hand in a sheet of its own. A duty list speaks for its days. Months that ended two years ago are left out of a new
roster; they stay in the old ones, which are kept for ever.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from sop_engine import canonical
from sop_engine.engine.engine import Done, Engine, new_id
from sop_engine.engine.people.identity import Identity
from sop_engine.engine.rosters.hours import hours_of
from sop_engine.engine.rosters.sheets import Fault, Said, read_roster
from sop_engine.errors import NotNow
from sop_engine.messages import msg
from sop_engine.sheets import MOST_BYTES, read_rows
from sop_engine.store.files import read_named
from sop_engine.store.seam import Reads
from sop_engine.ticket.records import SITE, Command
from sop_engine.worktime.rosters import KINDS, NOTHING_SAID, Month, Roster, book_json, month_json

KEPT_MONTHS: Final = 24
_MOST_DAYS: Final = 31


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of a person's day; empty: nothing is said. For who leads, and duty lists, `person` is empty."""

    day: date
    person: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Planned:
    """What loading a file would come to. With faults nothing is made."""

    faults: tuple[Fault, ...] = ()
    base: str = ""
    digest: str = ""
    texts: Mapping[str, bytes] = field(default_factory=dict)
    changes: tuple[Change, ...] = ()
    leads: tuple[Change, ...] = ()
    """who leads, ids between commas"""
    duty: tuple[Change, ...] = ()
    days: tuple[date, ...] = ()
    """the days that the file speaks of"""


def standing_digest(reading: Reads) -> str:
    """The digest of the newest roster; empty where none was loaded."""
    site = reading.ticket(SITE)
    return str(site.fields.get("roster", {}).get("digest", "")) if site is not None else ""


def standing_roster(engine: Engine, reading: Reads) -> Roster | None:
    """The newest roster, whole; None where none was loaded."""
    digest = standing_digest(reading)
    return engine.programs.roster(reading, digest, engine.settings.zone_info) if digest else None


def plan_load(engine: Engine, path: Path, month: tuple[int, int] | None) -> Planned:
    """Read a file against the people and the newest roster of the site. Raises `NotFound`, `NotUnderstood`, `SetUp`."""
    hours = hours_of(engine.settings)
    rows = [[" ".join(cell.split()) for cell in row] for row in read_rows(read_named(path, MOST_BYTES), str(path))]
    today = engine.clock.now().astimezone(engine.settings.zone_info).date()
    with engine.store.reading() as reading:
        said = read_roster(rows, reading.people(), today, month, hours.words)
        base = standing_digest(reading)
        before = standing_roster(engine, reading)
    if said.faults:
        ordered = sorted(said.faults, key=lambda each: (each.row, -1 if each.column is None else each.column))
        return Planned(faults=tuple(ordered))
    standing = before or Roster(hours.hours, {}, engine.settings.zone_info)
    after = Roster(hours.hours, _merged(standing.months, said, today), engine.settings.zone_info)
    return _planned(base, standing, after, said)


def carry_out(
    engine: Engine, planned: Planned, who: Identity, reason: str | None, dry_run: bool, key: str | None = None
) -> Done:
    """Make a plan's roster the newest. Raises what refuses it."""
    arguments = {"base": planned.base, "digest": planned.digest, **({"reason": reason} if reason else {})}
    return _done(engine, planned, "load_roster", arguments, who, dry_run, key)


def swap_shifts(
    engine: Engine,
    one: str,
    other: str,
    day: date,
    who: Identity,
    withdraw: bool = False,
    dry_run: bool = False,
    key: str | None = None,
) -> Done:
    """Propose, agree to, or take back that two people swap their shifts of a day. Raises what refuses it."""
    about = {"one": one, "other": other, "date": str(day), **({"withdraw": True} if withdraw else {})}
    if withdraw:
        return _done(engine, Planned(), "swap", about, who, dry_run, key)
    with engine.store.reading() as reading:
        before = _asked_before(reading, key, about)
        base, standing = standing_digest(reading), standing_roster(engine, reading)
    if before is not None:
        return _done(engine, Planned(), "swap", before, who, dry_run, key)
    if standing is None:
        raise NotNow(msg("no roster was loaded yet"), fix=msg("load one: sop roster import FILE"))
    kinds = {person: standing.kind(person, day) for person in (one, other)}
    for person, kind in kinds.items():
        if not kind:
            raise NotNow(
                msg("the roster says nothing of {name} on {day}", name=person, day=str(day)),
                fix=msg("see it: sop roster show --week {day}", day=str(day)),
            )
    if kinds[one] == kinds[other]:
        raise NotNow(msg("{name} and {other} have the same shift on {day}", name=one, other=other, day=str(day)))
    said = Said(shifts={(one, day): kinds[other], (other, day): kinds[one]})
    after = Roster(standing.hours, _merged(standing.months, said, day), standing.zone)
    planned = _planned(base, standing, after, said)
    return _done(engine, planned, "swap", {**about, "base": base, "digest": planned.digest}, who, dry_run, key)


def _asked_before(reading: Reads, key: str | None, about: Mapping[str, object]) -> Mapping[str, object] | None:
    """What a swap asked when its idempotency key was used first: the roster was another then. None where the key is
    new, or was another request's."""
    known = reading.by_key(key) if key is not None else None
    stored = None if known is None else next(reading.steps(known[0], known[1] - 1, known[1]), None)
    if stored is None:
        return None
    recorded: dict[str, object] = canonical.parse(stored.data)["command"]["arguments"]
    asked = {name: value for name, value in recorded.items() if name != "proposed"}
    return asked if about == {name: asked.get(name) for name in about} else None


def _done(
    engine: Engine,
    planned: Planned,
    name: str,
    arguments: Mapping[str, object],
    who: Identity,
    dry_run: bool,
    key: str | None,
) -> Done:
    if not dry_run and planned.texts:
        with engine.store.writing() as transaction:
            for text in planned.texts.values():
                transaction.put_blob(text)
    command = Command(new_id(), name, SITE, who.actor, who.login, arguments, typist=who.typist, heard=who.heard,
                      standing_for=who.standing_for)  # fmt: skip
    return engine.act(command, key=key, dry_run=dry_run)


# --- what becomes of it ----------------------------------------------------------------------------------------------


def _merged(months: Mapping[str, Month], said: Said, today: date) -> dict[str, Month]:
    """The months with what a file says in place of what they said of the same people and days."""
    people = {name: {each: list(letters) for each, letters in month.people.items()} for name, month in months.items()}
    for (person, day), kind in said.shifts.items():
        of_month = people.setdefault(f"{day:%Y-%m}", {})
        letters = of_month.setdefault(person, [NOTHING_SAID] * _days_in(day))
        letters[day.day - 1] = KINDS[kind] if kind is not None else NOTHING_SAID
    leads = {name: dict(month.leads) for name, month in months.items()}
    duty = {name: dict(month.duty) for name, month in months.items()}
    for into, listed in ((leads, said.leads), (duty, said.duty)):
        for day, who in listed.items():
            into.setdefault(f"{day:%Y-%m}", {})[str(day)] = who
    oldest = f"{date(today.year - KEPT_MONTHS // 12, today.month, 1):%Y-%m}"
    return {
        name: Month(
            {person: "".join(letters) for person, letters in people.get(name, {}).items()},
            {day: who for day, who in leads.get(name, {}).items() if who},
            {day: who for day, who in duty.get(name, {}).items() if who},
        )
        for name in sorted({*people, *leads, *duty})
        if name >= oldest
    }


def _days_in(day: date) -> int:
    first = day.replace(day=1)
    return ((first + timedelta(days=_MOST_DAYS)).replace(day=1) - first).days


def _planned(base: str, before: Roster, after: Roster, said: Said) -> Planned:
    texts: dict[str, bytes] = {}
    digests: dict[str, str] = {}
    for name, month in after.months.items():
        text = canonical.to_bytes(month_json(month))
        digests[name] = canonical.digest(text)
        texts[digests[name]] = text
    book = canonical.to_bytes(book_json(after.hours, digests))
    digest = canonical.digest(book)
    texts[digest] = book
    changes = [
        Change(day, person, before.kind(person, day), after.kind(person, day))
        for person, day in sorted(said.shifts, key=lambda each: (each[1], each[0]))
    ]
    leads = [Change(day, "", ",".join(before.leads(day)), ",".join(after.leads(day))) for day in sorted(said.leads)]
    duty = [Change(day, "", _on_duty(before, day), _on_duty(after, day)) for day in sorted(said.duty)]
    return Planned(
        base=base,
        digest=digest,
        texts=texts,
        changes=_real(changes),
        leads=_real(leads),
        duty=_real(duty),
        days=tuple(sorted({day for _person, day in said.shifts} | set(said.leads) | set(said.duty))),
    )


def _on_duty(roster: Roster, day: date) -> str:
    return ",".join(each for each in roster.duty(day) if each not in roster.leads(day))


def _real(changes: list[Change]) -> tuple[Change, ...]:
    return tuple(each for each in changes if each.before != each.after)
