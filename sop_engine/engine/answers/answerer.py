"""Answers to what `decide` asks, out of the store, inside the transaction that decides."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sop_engine import canonical, procedure
from sop_engine.acts import VOID
from sop_engine.engine import outages
from sop_engine.engine.answers import units
from sop_engine.engine.answers.duty import where_he_stands, who_is_on
from sop_engine.engine.answers.skills import who_has
from sop_engine.engine.answers.teams import leads_of, team_doing, the_team
from sop_engine.store.programs import Programs
from sop_engine.store.seam import CALENDAR, Head, Query, Reads, Writes
from sop_engine.ticket.questions import TAKEN, TURN, CalendarAnswer
from sop_engine.ticket.records import SITE
from sop_engine.worktime.zones import zone_named


class Answerer:
    """Answers the questions of `ticket.questions` out of one transaction. It only reads: it cannot draw a number."""

    def __init__(self, transaction: Reads, zone: str, now: datetime, programs: Programs) -> None:
        self._transaction = transaction
        self._programs = programs
        self._zone = zone
        self._now = now

    def answer(self, question: str, beside: Mapping[str, Any] | None = None) -> Any:
        """The answer to one question. `beside` holds the values of the
        asking ticket's fields that the question names."""
        if question in {"zone", "units"}:
            return self._zone if question == "zone" else [unit["id"] for unit in self._transaction.units()]
        kind, _, rest = question.partition(":")
        if kind == "collect":
            return self._collect(canonical.parse(rest), beside or {})
        method = getattr(self, f"_{kind}")
        return method(rest)

    def _person(self, actor: str) -> Any:
        person = self._transaction.person(actor)
        if person is None:
            return None
        return {"active": person.active, "rights": list(person.rights), "roles": [list(role) for role in person.roles]}

    def _login(self, name: str) -> Any:
        login = self._transaction.login(name)
        return None if login is None else {"actor": login.actor, "people": list(login.people)}

    def _standing(self, pair: str) -> bool:
        actor, _, other = pair.partition(":")
        person, away = self._transaction.person(actor), self._transaction.person(other)
        if person is None or away is None or not away.active:
            return False
        if {"admin", "stand_in"} & set(person.rights):
            return True
        site = self._transaction.ticket(SITE)
        deputies = site.fields.get("deputies", []) if site else []
        now = canonical.instant_text(self._now)
        return any(
            each["by"] == actor and each["for"] == other and each["from"] <= now < each["to"] for each in deputies
        )

    def _holders(self, rest: str) -> list[str]:
        role, _, unit = rest.partition("@")
        return self._transaction.holders(role, unit or None)

    def _loads(self, rest: str) -> dict[str, int]:
        return {actor: self._transaction.load_of(actor) for actor in rest.split(",")}

    def _taken(self, rest: str) -> dict[str, str | None]:
        return {actor: self._transaction.meta(TAKEN + actor) for actor in rest.split(",")}

    def _turn(self, role: str) -> str | None:
        return self._transaction.meta(TURN + role)

    def _on_shift(self, rest: str) -> Any:
        return who_is_on(self._transaction, self._programs, zone_named(self._zone), rest)

    def _shift(self, rest: str) -> Any:
        return where_he_stands(self._transaction, self._programs, zone_named(self._zone), rest)

    def _skilled(self, rest: str) -> Any:
        return who_has(self._transaction, rest)

    def _team(self, id: str) -> Any:
        return the_team(self._transaction, id)

    def _team_for(self, name: str) -> str | None:
        return team_doing(self._transaction, name)

    def _firm(self, id: str) -> Any:
        from sop_engine.engine.answers.firms import the_firm  # most sites have none

        return the_firm(self._transaction, id)

    def _leads(self, person: str) -> list[str]:
        return leads_of(self._transaction, person)

    def _version(self, name: str) -> Any:
        version = self._transaction.newest(name)
        if version is None:
            return None
        return {"digest": version.digest, "prefix": self._normal_form(version.digest)["prefix"]}

    def _outage(self, at: str) -> Any:
        return outages.outage_at(self._transaction, at)

    def _reserved(self, id: str) -> Any:
        site = self._transaction.ticket(SITE)
        return site.fields.get("reserved", {}).get(id) if site else None

    def _schedule(self, rest: str) -> Any:
        name, _, id = rest.partition("/")
        version = self._transaction.newest(name)
        if version is None:
            return None
        return next((each for each in self._normal_form(version.digest).get("schedules", []) if each["id"] == id), None)

    def _calendar(self, name: str) -> CalendarAnswer | None:
        version = self._transaction.newest(CALENDAR + name)
        if version is None:
            return None
        return CalendarAnswer(version.digest, self._programs.calendar(self._transaction, version.digest))

    def _normal_form(self, digest: str) -> Any:
        data = self._transaction.blob(digest)
        assert data is not None, f"normal form {digest} of a published version is kept for ever"
        return canonical.parse(data)

    def _undo(self, rest: str) -> Any:
        from sop_engine.engine import undoing  # a withdrawal alone asks this

        return undoing.undo(self._transaction, self._programs, rest)

    def _kept(self, rest: str) -> Any:
        from sop_engine.engine import undoing

        return undoing.kept(self._transaction, rest)

    def _outgoing(self, rest: str) -> Any:
        from sop_engine.engine.outgoing import outgoing  # a correction alone asks this

        return outgoing(self._transaction, rest)

    def _tickets(self, rest: str) -> list[dict[str, Any]]:
        found = []
        for id in rest.split(","):
            head = self._transaction.head(id)
            if head is not None:
                found.append(
                    {
                        "id": id,
                        "outcome": head.outcome,
                        "procedure": head.procedure,
                        "state": list(head.state),
                        "status": head.status,
                    }
                )
        return found

    def _unit(self, id: str) -> bool:
        return self._transaction.unit(id) is not None or not self._transaction.units()

    def _contact(self, unit: str) -> Any:
        entry = self._transaction.unit(unit)
        return entry.get("contact") if entry else None

    def _at_home(self, unit: str) -> list[str]:
        return units.at_home(self._transaction, unit)

    def _lately(self, unit: str) -> list[str]:
        return units.lately(self._transaction, self._programs, unit, self._zone, self._now)

    def _incoming(self, rest: str) -> Any:
        sealed = self._transaction.sealed(SITE, int(rest)).get((int(rest), "in"))
        return None if sealed is None or sealed.salt is None else sealed.value

    def _collect(self, query: dict[str, Any], same: Mapping[str, Any]) -> list[dict[str, Any]]:
        if any(same.get(name) is None for name in query["same"]):
            return []  # what is unset is equal to nothing
        handed_over = "until" in query
        if handed_over and query["until"] is None:
            return []
        found: list[tuple[str, Head]] = []
        wanted = self._wanted(query, same)
        while len(found) < procedure.LARGEST_ROWS and (heads := self._transaction.heads(wanted)):
            for head in heads:
                why = self._why(head, query) if handed_over else ""
                if (why or not handed_over) and self._fits(head, query, same):
                    found.append((why, head))
            wanted = replace(wanted, after=heads[-1].id)
        if handed_over:
            from sop_engine.engine.handed_over import rank

            found.sort(key=lambda each: rank(*each))
        return [_row(why, head, query["columns"]) for why, head in found[: procedure.LARGEST_ROWS]]

    def _why(self, head: Head, query: dict[str, Any]) -> str:
        """Why a shift hands a ticket over to the next; empty: it does not."""
        if head.id == SITE or head.status == "closed":
            return ""
        from sop_engine.engine import handed_over  # handing a shift over alone asks this

        program = self._programs.of(self._transaction, head.digest)
        return handed_over.why(self._transaction, head, program, query["since"], query["until"], self._now, self.answer)

    def _wanted(self, query: dict[str, Any], same: Mapping[str, Any]) -> Query:
        return Query(
            status=None if query["status"] == "any" else query["status"],
            procedures=query["procedures"],
            states=query["states"],
            unit=same.get("unit"),
            limit=procedure.LARGEST_ROWS,
        )

    def _fits(self, head: Head, query: dict[str, Any], same: Mapping[str, Any]) -> bool:
        if head.id in {query["without"], SITE} or head.outcome == VOID:
            return False
        if not query["same"]:
            return True
        ticket = self._transaction.ticket(head.id)
        return ticket is not None and all(ticket.fields.get(name) == same[name] for name in query["same"])


class DrawingAnswerer(Answerer):
    """Answers in a writing transaction, in which numbers are drawn, too."""

    def __init__(self, transaction: Writes, zone: str, now: datetime, programs: Programs) -> None:
        super().__init__(transaction, zone, now, programs)
        self._writes = transaction

    def _number(self, rest: str) -> int:
        prefix, _, day = rest.partition("#")[0].rpartition("-")
        return self._writes.draw(prefix, day)


def _row(why: str, head: Head, columns: Sequence[str]) -> dict[str, Any]:
    known: dict[str, Any] = {
        "id": head.id,
        "opened": head.opened,
        "owner": head.owner,
        "procedure": head.procedure,
        "state": ",".join(head.state),
        "subject": head.subject,
    }
    if not known.keys() >= set(columns):
        known |= _more(why, head)
    return {name: known[name] for name in columns if name in known}


def _more(why: str, head: Head) -> dict[str, Any]:
    """What is seldom asked for: whose task it is (of several, the first), when something is due next, why it is handed
    over. What there is not has no entry."""
    from sop_engine.engine.handed_over import by_when

    assignee = next((task["assignee"] for task in head.tasks.values() if "assignee" in task), None)
    found = {"assignee": assignee, "by_when": by_when(head), "why": why or None}
    return {name: value for name, value in found.items() if value is not None}
