"""What `doctor` says of skills: licences that run out, skills that procedures ask for and nobody has, and open work
that nobody can take or that somebody has who may not do it any more."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

from sop_engine import canonical
from sop_engine.engine.answers.duty import who_is_on
from sop_engine.engine.answers.skills import having
from sop_engine.messages import Message, msg
from sop_engine.store.seam import Head, Query, Reads
from sop_engine.ticket import skills
from sop_engine.ticket.asks_skills import needed
from sop_engine.ticket.questions import on_shift
from sop_engine.ticket.records import SITE

if TYPE_CHECKING:
    from sop_engine.console.opened import Opened
    from sop_engine.ticket.program import Program

Finding = tuple[str, Message, Message]
AHEAD: Final = timedelta(days=30)
"""so long before a licence runs out it is told"""
_NAMED: Final = 5
"""how many tickets are named in one line"""


def look_at_skills(opened: "Opened") -> list[Finding]:
    """What is to be said of skills, on the site's day."""
    with opened.reading() as reading:
        look = _Look(opened, reading)
        return [*look.running_out(), *look.missing(), *look.waiting(), *look.unskilled()]


def tell_unskilled(opened: "Opened", person: str) -> None:
    """Say what somebody has in hand that asks for a skill which he has not, or has no more."""
    with opened.reading() as reading:
        found = list(_Look(opened, reading).unskilled(person))
    for _kind, what, fix in found:
        opened.call.output.tell(msg("warning: {what}", what=what), msg("  mend it: {fix}", fix=fix))


class _Look:
    """One look at the people and the open tickets of a site."""

    def __init__(self, opened: "Opened", reading: Reads) -> None:
        self._opened, self._reading = opened, reading
        self._today: date = opened.now.astimezone(opened.zone).date()
        site = reading.ticket(SITE)
        self._people: dict[str, Any] = site.fields["people"] if site is not None else {}

    def running_out(self) -> Iterator[Finding]:
        """Licences of people who work here that have run out, or will within `AHEAD`."""
        for actor, person in sorted(self._people.items()):
            for skill, entry in sorted(person.get("skills", {}).items()) if person["active"] else ():
                if entry["until"] is None or date.fromisoformat(entry["until"]) > self._today + AHEAD:
                    continue
                name, values = self._opened.named(actor), {"skill": skill, "day": entry["until"]}
                what = msg("{name}'s licence for {skill} runs out: {day} is its last day", name=name, **values)
                if entry["until"] < self._today.isoformat():
                    what = msg("{name}'s licence for {skill} ran out: {day} was its last day", name=name, **values)
                fix = msg("when it is renewed: sop actor skill {actor} {skill} --until DATE", actor=actor, skill=skill)
                yield "warning", what, fix

    def missing(self) -> Iterator[Finding]:
        """Skills that the newest versions ask for, and that nobody has who holds the role."""
        wanted: dict[tuple[str, str], list[str]] = {}
        for version in sorted(self._reading.versions(), key=lambda each: (each.procedure, each.number)):
            program = self._opened.site.engine.programs.of(self._reading, version.digest)
            for each in needed(program.procedure):
                wanted.setdefault(each, []).append(version.procedure)
        for (role, skill), procedures in sorted(wanted.items()):
            able = [each for each in self._have(skill) if not role or self._holds(each, role)]
            if able:
                continue
            names = tuple(dict.fromkeys(procedures))
            what = msg("nobody has the skill {skill}, which {procedures} need", skill=skill, procedures=names)
            if role and self._have(skill):
                what = msg("nobody who holds the role {role} has the skill {skill}, which {procedures} need",
                           role=role, skill=skill, procedures=names)  # fmt: skip
            yield "warning", what, msg("sop actor skill NAME {skill}", skill=skill)

    def waiting(self) -> Iterator[Finding]:
        """Open tasks that are offered, and nobody can take: nobody of the role has what is asked, or nobody who has it
        is on shift."""
        nobody: dict[tuple[str, tuple[str, ...]], list[str]] = {}
        off: dict[tuple[str, tuple[str, ...]], list[str]] = {}
        for head, program, task, asked in self._tasks():
            if "assignee" in task or not asked or "role" not in task:
                continue
            role = task["role"]
            able = self._all_of(asked, self._reading.holders(role, head.unit))
            if not able:
                nobody.setdefault((role, asked), []).append(head.id)
            elif role in program.on_shift and not self._all_of(asked, self._on_shift(role, head)):
                off.setdefault((role, asked), []).append(head.id)
        for (role, asked), tickets in sorted(nobody.items()):
            what = msg("open tasks ask for {skills}, and nobody of {role} has it ({count}): {tickets}", skills=asked,
                       role=role, count=len(tickets), tickets=_some(tickets))  # fmt: skip
            yield "warning", what, msg("sop actor skill NAME {skill}", skill=asked[0])
        for (role, asked), tickets in sorted(off.items()):
            what = msg("open tasks ask for {skills}, and nobody of {role} who has it is on shift ({count}): {tickets}",
                       skills=asked, role=role, count=len(tickets), tickets=_some(tickets))  # fmt: skip
            yield "warning", what, msg("call somebody in: sop assign {ticket} NAME --reason TEXT", ticket=tickets[0])

    def unskilled(self, person: str | None = None) -> Iterator[Finding]:
        """Tasks that somebody (or `person`) has in hand, and whose skill he has not, or has no more."""
        found: dict[tuple[str, tuple[str, ...]], list[str]] = {}
        for head, _program, task, asked in self._tasks():
            has = task.get("assignee")
            if has is not None and person in (None, has) and not self._all_of(asked, [has]):
                found.setdefault((has, asked), []).append(head.id)
        for (has, asked), tickets in sorted(found.items()):
            what = msg("{name} has tasks in hand that ask for {skills}, which he does not have ({count}): {tickets}",
                       name=self._opened.named(has), skills=asked, count=len(tickets),
                       tickets=_some(tickets))  # fmt: skip
            yield "warning", what, msg("give each to somebody who has it: sop assign {ticket} NAME", ticket=tickets[0])

    # --- parts ---

    def _tasks(self) -> Iterator[tuple[Head, "Program", dict[str, str], tuple[str, ...]]]:
        """The open tasks that may ask for a skill, with what they ask for as their tickets stand."""
        for head in self._reading.heads(Query(status="open")):
            ticket = self._reading.ticket(head.id) if any("skill" in task for task in head.tasks.values()) else None
            if ticket is None or head.id == SITE:
                continue
            program = self._opened.site.engine.programs.of_ticket(self._reading, ticket)
            for task in ticket.tasks.values():
                yield head, program, task, skills.named(program, ticket.fields, task.get("skill", ""))

    def _have(self, skill: str) -> list[str]:
        able: list[str] = having(self._people, skill, self._today.isoformat())["have"]
        return able

    def _all_of(self, asked: tuple[str, ...], people: list[str]) -> list[str]:
        return [each for each in people if all(each in self._have(skill) for skill in asked)]

    def _holds(self, person: str, role: str) -> bool:
        return any(held == role for held, _scope in self._people[person]["roles"])

    def _on_shift(self, role: str, head: Head) -> list[str]:
        question = on_shift(role, head.unit, canonical.instant_text(self._opened.now)).partition(":")[2]
        programs, zone = self._opened.site.engine.programs, self._opened.zone
        on: list[str] = who_is_on(self._reading, programs, zone, question)["on"]
        return on


def _some(tickets: list[str]) -> tuple[str, ...]:
    return (*tickets[:_NAMED], *(["..."] if len(tickets) > _NAMED else []))
