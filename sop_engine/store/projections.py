"""What is made of the record for looking things up: heads of tickets; people, logins and versions of the site."""

import functools
from collections.abc import Iterator, Mapping
from typing import Any, Final, Protocol
from zoneinfo import ZoneInfo

from sop_engine import canonical, values
from sop_engine.store.seam import CALENDAR, NOT_NOW, Head, Login, Person, Version
from sop_engine.ticket import skills
from sop_engine.ticket.levels import OPEN
from sop_engine.ticket.possible import subject
from sop_engine.ticket.program import Program
from sop_engine.ticket.questions import RESERVED, TAKEN, TURN
from sop_engine.ticket.records import SITE, Erased, Sealed, Step, Ticket


class SiteTables(Protocol):
    """What a step of the site's history is projected into: a writing transaction, or whoever wants to know."""

    def person(self, actor: str) -> Person | None: ...
    def put_person(self, person: Person) -> None: ...
    def put_login(self, login: Login | None, name: str) -> None: ...
    def put_version(self, version: Version) -> None: ...
    def put_meta(self, name: str, value: str) -> None: ...
    def swap_meta(self, name: str, was: str | None, value: str) -> None: ...


def head_of(program: Program, ticket: Ticket, version: int, zone: ZoneInfo) -> Head:
    """A ticket's line in a list. Titles in its subject are in the site's first language: they are data there."""
    if ticket.id == SITE:
        leaves: tuple[str, ...] = ()
        unit = None
    else:
        leaves = tuple(program.chart.leaves(ticket.active))
        unit = next((ticket.fields[name] for name in program.units if name in ticket.fields), None)
    show = functools.partial(_shown, zone)
    promised, missed = _promises(ticket.goals) if ticket.goals else (None, None)
    urged = ticket.acts.get("urged") if ticket.acts else None
    return Head(
        id=ticket.id,
        procedure=ticket.procedure,
        digest=ticket.digest,
        version=version,
        number=ticket.number,
        hash=ticket.head,
        status=ticket.status,
        outcome=ticket.outcome,
        state=leaves,
        subject=subject(program, ticket.fields, show),
        unit=unit if isinstance(unit, str) else None,
        owner=ticket.owner,
        tasks=_tasks(program, ticket),
        opened=ticket.opened,
        recorded=ticket.recorded,
        effective=ticket.effective,
        next_due=_next_due(ticket) if ticket.timers else None,
        parent=ticket.parent,
        promised=promised,
        missed=missed,
        urged=sum(side["times"] for side in urged.values()) if urged else 0,
        suspended=ticket.acts["suspended"]["until"] if ticket.status == "suspended" else None,
    )


def _next_due(ticket: Ticket) -> str | None:
    """When the first timer fires that neither was set aside nor waits until the ticket is resumed."""
    timers = ticket.timers.items()
    return min((timer["due"] for key, timer in timers if "aside" not in timer and not ticket.waits(key)), default=None)


def _tasks(program: Program, ticket: Ticket) -> dict[str, dict[str, str]]:
    """The tasks, with to whom one is offered on (`offered`, or a role: `offered_to`, of which only `offered_team`) or
    lent (`lent`), and the skills that one asks for as the ticket stands (`asks`, with blanks between)."""
    if not ticket.acts and not program.skills:
        return ticket.tasks
    offered, lent = ticket.acts.get("offered", {}), ticket.acts.get("delegated", {})
    found = {}
    for region, task in ticket.tasks.items():
        entry, lending = offered.get(region, {}), lent.get(region, {})
        more = {"offered": entry.get("to"), "offered_to": entry.get("role"), "offered_team": entry.get("team"),
                "lent": lending.get("to")}  # fmt: skip
        if "assignee" not in task or "role" in entry:
            more["asks"] = " ".join(skills.named(program, ticket.fields, task.get("skill", "")))
        found[region] = {**task, **{name: value for name, value in more.items() if value}}
    return found


def _promises(goals: Mapping[str, Mapping[str, Any]]) -> tuple[str | None, str | None]:
    """When the first open goal is due, and the first due time that was missed by one that is open still."""
    entries = [entry for entry in goals.values() if entry["status"] in OPEN]
    if not entries:
        return None, None
    missed = min((entry["breached"] for entry in entries if entry["breached"]), default=None)
    return min(map(_due, entries)), missed


def _due(entry: Mapping[str, Any]) -> str:
    # what was missed before it was paused keeps the time at which it was due, but its clock stands still like any other
    return str(entry["due"] or NOT_NOW) if entry["status"] == "running" else NOT_NOW


def _shown(zone: ZoneInfo, field: Any, value: Any) -> str:
    return "" if isinstance(value, Erased) else values.show(field, value, "zh", zone)


def project_step(transaction: SiteTables, step: Step) -> None:
    """Keep what a step says beside its ticket: whatever only one step may take; of the site's history, people, logins
    and versions. Raises `Missed` where what the step took is another's meanwhile."""
    if any(each in step.data for each in _ONCE):
        for name, was, value in sorted(_takes(step, canonical.parse(step.data))):
            transaction.swap_meta(name, was, value)
    if step.ticket == SITE:
        project_site(transaction, step.data, step.values)


_ONCE: Final = tuple(f'"{each}'.encode() for each in (RESERVED, TAKEN, TURN, "void_number"))
"""of which a step's bytes speak that may have taken something once"""


def _takes(step: Step, record: Mapping[str, Any]) -> Iterator[tuple[str, str | None, str]]:
    """What only one of several that are decided at once may take: the name under which the store keeps it, what it was
    when `decide` asked, and what it is now. A turn; room under a limit; a number that was reserved."""
    facts, place = record["facts"], f"{step.ticket}#{step.number}"
    given = [each for each in step.events if each["kind"] == "assigned" and "assignee" in each]
    for role, person in {each["role"]: each["assignee"] for each in given if "how" in each}.items():
        yield TURN + role, facts[TURN + role], person
    was = {person: last for fact in facts if fact.startswith(TAKEN) for person, last in facts[fact].items()}
    for person in {each["assignee"] for each in given} & was.keys():
        yield TAKEN + person, was[person], place
    if record["command"]["name"] == "void_number":
        yield RESERVED + record["command"]["arguments"]["number"], None, place
    for fact in facts:
        if fact.startswith(RESERVED):
            yield fact, None, place


def project_site(transaction: SiteTables, data: bytes, beside: Mapping[str, Sealed]) -> None:
    """Bring people, logins and versions up to date with one step of the site's history."""
    record = canonical.parse(data)
    for event in record["events"]:
        match event:
            case {"kind": "changed", "field": "people", "put": put}:
                for actor, entry in put.items():
                    transaction.put_person(_person(transaction, actor, entry, beside))
            case {"kind": "changed", "field": "logins", "put": put, "gone": gone}:
                for name, entry in put.items():
                    transaction.put_login(Login(name, entry["actor"], tuple(entry["people"])), name)
                for name in gone:
                    transaction.put_login(None, name)
            case {"kind": "published" | "calendar_published"}:
                transaction.put_version(version_of(record, event, beside))
            case {"kind": "clock_accepted", "through": through}:
                transaction.put_meta("clock_accepted_through", through)


def version_of(record: Mapping[str, Any], event: Mapping[str, Any], beside: Mapping[str, Sealed]) -> Version:
    """The version, of a procedure or a calendar, that an event of the site's history published."""
    arguments = record["command"]["arguments"]
    return Version(
        procedure=CALENDAR + event["name"] if event["kind"] == "calendar_published" else event["procedure"],
        number=event["number"],
        digest=event["digest"],
        text=arguments["text"],
        places=arguments["places"],
        published=record["recorded"],
        by=record["actor"],
        reason=_text(arguments.get("reason"), beside),
    )


def _text(sealed: Mapping[str, str] | None, beside: Mapping[str, Sealed]) -> str:
    """A free text of a step; empty where there is none, or it was erased."""
    kept = beside.get(sealed["slot"]) if sealed else None
    return str(kept.value or "") if kept else ""


def _person(transaction: SiteTables, actor: str, entry: dict[str, Any], beside: Mapping[str, Sealed]) -> Person:
    """A person as permissions see him; what the step does not say anew stays as it is."""
    before = transaction.person(actor)
    name, contact = beside.get(f"person:{actor}:name"), beside.get(f"person:{actor}:contact")
    return Person(
        id=actor,
        active=entry["active"],
        roles=tuple((role, scope) for role, scope in entry["roles"]),
        rights=tuple(entry["rights"]),
        name=(name.value or "") if name else (before.name if before else ""),
        contact=(contact.value or {}) if contact else (before.contact if before else {}),
        language=entry["language"],
    )
