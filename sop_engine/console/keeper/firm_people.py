"""`sop firm person` and `people`: who of a firm from outside may act, through whoever types for him."""

from typing import TYPE_CHECKING, Annotated, Any

from sop_engine.console.call import Call
from sop_engine.console.firm_names import firm_named, firms_in
from sop_engine.console.given import line_of
from sop_engine.console.keeper.firms import day_given, person_json, phone_given
from sop_engine.console.names import apart
from sop_engine.console.output import Column
from sop_engine.console.parameters import argument, option
from sop_engine.engine.answers.firms import people_of, sealed_of
from sop_engine.errors import NotUnderstood
from sop_engine.messages import msg
from sop_engine.store.seam import Reads
from sop_engine.ticket.records import SITE

if TYPE_CHECKING:
    from sop_engine.console.opened import Opened


def person(
    call: Call,
    firm: Annotated[str, argument(msg("the firm, by id or title"), "FIRM")],
    name: Annotated[str, argument(msg("whom: his name; or his id, where two have one name"), "NAME")],
    phone: Annotated[
        str | None, option("--phone", help=msg("under which number he is reached"), metavar="NUMBER")
    ] = None,
    permit: Annotated[
        str | None, option("--permit", help=msg("the number of his permit; administrators see it"), metavar="NUMBER")
    ] = None,
    permit_until: Annotated[
        str | None, option("--permit-until", help=msg("the last day on which his permit counts"), metavar="DATE")
    ] = None,
    new_name: Annotated[str | None, option("--name", help=msg("another name"), metavar="NAME")] = None,
    remove: Annotated[bool, option("--remove", help=msg("he works for the firm no more"))] = False,
) -> None:
    """Enter one of a firm's people, or change what is known of him. He gets no login: what he does is typed for him
    (sop do ... --doer NAME), or booked from paper (sop slip)."""
    if remove and any(each is not None for each in (phone, permit, permit_until, new_name)):
        raise NotUnderstood(
            msg("--remove takes somebody off, so there is nothing else to say of him"),
            fix=msg("for example: sop firm person tianyi_lift 张工 --remove"),
        )
    with call.open() as opened:
        with opened.reading() as reading:
            id = firm_named(reading, firm)
            known = _of_name(reading, id, name)
        given: dict[str, Any] = {"firm": id, **({"person": known} if known is not None else {})}
        if known is None and remove:
            raise NotUnderstood(
                msg("{name} is not of the firm {firm}", name=name[:60], firm=opened.firm_titles[id]),
                fix=msg("who is: sop firm people {firm}", firm=id),
            )
        if known is None or new_name is not None:
            given["name"] = line_of(name if new_name is None else new_name, msg("name"))
        given |= {"contact": {"phone": phone_given(phone)}} if phone is not None else {}
        given |= {"permit": line_of(permit, msg("permit"))} if permit is not None else {}
        if permit_until is not None:
            given["permit_until"] = day_given(opened, "permit-until", permit_until)
        given |= {"remove": True} if remove else {}
        done = opened.act(opened.command("firm_person", SITE, given))
        _tell(opened, id, _entered(done.step.data))


def people(
    call: Call,
    firm: Annotated[str | None, argument(msg("the firm, by id or title; all where it is left out"), "FIRM")] = None,
) -> None:
    """List the people of firms: how each is reached, and until when his permit counts."""
    with call.open() as opened:
        opened.require_known()
        with opened.reading() as reading:
            only = None if firm is None else firm_named(reading, firm)
            found = _listed(opened, reading, only)
        if call.json:
            call.output.json(found)
            return
        heads = (msg("id"), msg("name"), msg("firm"), msg("phone"), msg("permit until"), msg("status"))
        today = opened.now.astimezone(opened.zone).date().isoformat()
        rows = [
            [
                each["id"], each["name"], opened.firm_titles[each["firm"]], each["phone"] or "",
                each["permit_until"] or "",
                msg("has run out") if each["permit_until"] and each["permit_until"] < today else "",
            ]
            for each in found
        ]  # fmt: skip
        if rows or not call.output.on_terminal():
            call.output.table([Column(head, whole=head is heads[0]) for head in heads], rows)
        else:
            call.output.tell(msg("nobody of a firm is entered"), msg("enter one: sop firm person FIRM NAME"))


def _listed(opened: "Opened", reading: Reads, only: str | None) -> list[dict[str, Any]]:
    """Those who work for firms; numbers of permits for administrators only."""
    site, asking = reading.ticket(SITE), reading.person(opened.person)
    entries = {
        (firm, person): entry
        for firm in firms_in(reading)
        if site is not None and only in (None, firm)
        for person, entry in people_of(site.fields, firm).items()
        if entry["active"]
    }
    sees = asking is not None and "admin" in asking.rights
    permits = {entry["permit"]: person for (_firm, person), entry in entries.items() if sees and "permit" in entry}
    numbers = sealed_of(reading, permits)
    return [
        {
            "firm": firm,
            **person_json(opened, reading, person, entry),
            **({"permit": numbers.get(person)} if sees else {}),
        }
        for (firm, person), entry in entries.items()
    ]


def _of_name(reading: Reads, firm: str, said: str) -> str | None:
    """One of a firm's people by id or name; None where nobody is called so. Raises `NotUnderstood` where several are;
    one who works for it goes before one who has left."""
    site = reading.ticket(SITE)
    people = people_of(site.fields, firm) if site is not None else {}
    key = said.casefold().strip()
    if key in people:
        return key
    known = {person: reading.person(person) for person in people}
    named = [person for person, each in known.items() if each is not None and each.name.casefold() == key]
    working = [person for person in named if people[person]["active"]] or named
    if len(working) > 1:
        raise NotUnderstood(msg("{name} could be any of {people}", name=said[:60], people=tuple(working)), near=working)
    return working[0] if working else None


def _entered(data: bytes) -> str:
    import json

    arguments = json.loads(data)["command"]["arguments"]
    return str(arguments.get("person") or arguments["entered"])


def _tell(opened: "Opened", firm: str, person: str) -> None:
    """Say how one of a firm's people stands now."""
    output = opened.call.output
    if opened.call.dry_run:
        output.tell(msg("this would be done; nothing was kept"))
        return
    with opened.reading() as reading:
        site = reading.ticket(SITE)
        assert site is not None, "a site has its own history"
        found = person_json(opened, reading, person, site.fields["people"][person])
    if opened.call.json:
        output.json({"firm": firm, **found})
        return
    about: list[Any] = [opened.firm_titles[firm]]
    about += [found["phone"]] if found["phone"] else []
    about += [msg("permit until {day}", day=found["permit_until"])] if found["permit_until"] else []
    about += [] if found["active"] else [msg("has left")]
    output.tell(msg("{name} ({id}): {about}", name=found["name"], id=person, about=apart(about, opened.call.language)))
    if found["active"]:
        output.tell(msg("what he does is typed for him: sop do ID TRIGGER --doer {name} --heard phone", name=person))
