"""`sop actor skill` and `skills`: what people have learnt, and until when their licences are good."""

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

from sop_engine.console.call import Call
from sop_engine.console.given import line_of
from sop_engine.console.keeper.people import tell_person
from sop_engine.console.output import Column
from sop_engine.console.parameters import argument, option
from sop_engine.console.tickets import by_title, newest_versions, normal_form
from sop_engine.engine.people.identity import find_person
from sop_engine.errors import NotUnderstood
from sop_engine.messages import Message, Text, msg
from sop_engine.ticket.near import near
from sop_engine.ticket.records import SITE
from sop_engine.ticket.site.qualifying import is_skill_id, no_skill_id
from sop_engine.values import ValueProblem
from sop_engine.values.moments import read_date

if TYPE_CHECKING:
    from sop_engine.console.opened import Opened


def skill(
    call: Call,
    name: Annotated[str, argument(msg("whom, by id or name"), "NAME")],
    skill: Annotated[str, argument(msg("a skill, by id or title: electrical, 电工"), "SKILL")],
    until: Annotated[
        str | None, option("--until", help=msg("the last day on which his licence counts: 2027-06-30"), metavar="DATE")
    ] = None,
    licence: Annotated[
        str | None, option("--licence", help=msg("the licence's number; administrators see it"), metavar="NUMBER")
    ] = None,
    remove: Annotated[bool, option("--remove", help=msg("take it away"))] = False,
) -> None:
    """Enter what somebody has learnt or has a licence for, renew it, or take it away. What is not said stays."""
    if remove and (until is not None or licence is not None):
        raise NotUnderstood(
            msg("--remove takes a skill away, so there is no --until or --licence"),
            fix=msg("for example: sop actor skill 李强 electrical --remove"),
        )
    with call.open() as opened:
        with opened.reading() as reading:
            actor = find_person(reading, name).id
        given: dict[str, Any] = {"actor": actor, "skill": known_skill(opened, skill)}
        if remove:
            given["remove"] = True
        if until is not None:
            given["until"] = day_said(opened, until).isoformat()
        if licence is not None:
            given["licence"] = line_of(licence, msg("licence"))
        opened.act(opened.command("skill", SITE, given))
        tell_person(opened, actor)
        if not call.dry_run:
            from sop_engine.console.keeper.skill_findings import tell_unskilled

            tell_unskilled(opened, actor)


def skills(call: Call) -> None:
    """List what people have learnt, what runs out first above."""
    with call.open() as opened:
        opened.require_known()
        held = listed(opened)
        if call.json:
            call.output.json(held)
            return
        columns = [Column(head) for head in (msg("name"), msg("skill"), msg("until"), msg("licence"), msg("status"))]
        rows = [
            [
                opened.named(each["actor"]),
                titled(opened, each["skill"]),
                each["until"] or "",
                each.get("licence") or "",
                "" if each["counts"] else msg("has run out"),
            ]
            for each in held
        ]
        if rows or not call.output.on_terminal():
            call.output.table(columns, rows)
        else:
            call.output.tell(msg("nobody has a skill on record"), msg("enter one: sop actor skill NAME SKILL"))


def listed(opened: "Opened") -> list[dict[str, Any]]:
    """Everybody's skills, what runs out first in front; numbers of licences for administrators only."""
    from sop_engine.engine.answers.skills import licences

    today = opened.now.astimezone(opened.zone).date().isoformat()
    with opened.reading() as reading:
        site = reading.ticket(SITE)
        asking = reading.person(opened.person)
        people: Mapping[str, Any] = site.fields["people"] if site is not None else {}
        shown = asking is not None and "admin" in asking.rights
        numbers = licences(reading, people) if shown else {}
    found = [
        {
            "actor": actor,
            "skill": skill,
            "until": entry["until"],
            "counts": entry["until"] is None or today <= entry["until"],
            **({"licence": numbers.get((actor, skill))} if shown else {}),
        }
        for actor, person in people.items()
        if person["active"]
        for skill, entry in person.get("skills", {}).items()
    ]
    return sorted(found, key=lambda each: (each["until"] or "9999", each["actor"], each["skill"]))


def known_skill(opened: "Opened", said: str) -> str:
    """A skill by id or title. One that no procedure asks for yet is taken as it stands, with a warning: people may be
    entered before the procedure that needs them is published."""
    name = line_of(said, msg("skill"))
    titles = skill_titles(opened)
    found = by_title(name, titles, "skill")
    if found is not None:
        return found
    known = sorted({id for id, _title in titles})
    if not is_skill_id(name):
        wrong, fix = no_skill_id(name)
        raise NotUnderstood(wrong, near=near(name, known), fix=fix)
    output, close = opened.call.output, near(name, known)
    output.tell(msg("warning: no published procedure asks for a skill `{skill}`; those that there are: {skills}",
                    skill=name, skills=tuple(known) or msg("none")))  # fmt: skip
    if close:
        output.tell(msg("did you mean: {names}?", names=tuple(f"`{each}`" for each in close)))
    return name


def skill_titles(opened: "Opened") -> list[tuple[str, Text]]:
    """The skills of all published procedures, with their titles."""
    with opened.reading() as reading:
        forms = [normal_form(reading, version.digest) for version in newest_versions(reading).values()]
    return [(each["id"], each.get("title", {})) for form in forms for each in form.get("skills", [])]


def titled(opened: "Opened", skill: str) -> Any:
    """A skill by the title that a published procedure has for it; by its id where none has."""
    return next((title for id, title in skill_titles(opened) if id == skill and title), skill)


def day_said(opened: "Opened", said: str, where: Message | str = "--until") -> date:
    """The last day of a licence, as it is said `where`. Raises `NotUnderstood`."""
    try:
        return read_date(said, opened.now.astimezone(opened.zone).date())
    except ValueProblem as problem:
        raise NotUnderstood(msg("{where}: {problem}", where=where, problem=problem.message)) from None
