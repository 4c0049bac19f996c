"""`sop firm`: firms from outside that work for the centre, with their papers, their promises and their people."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

from sop_engine.console.call import Call
from sop_engine.console.firm_names import firm_named, firms_in
from sop_engine.console.given import line_of
from sop_engine.console.keeper.firm_promises import goal_titles, promise_text, promises_said
from sop_engine.console.names import apart
from sop_engine.console.output import Column
from sop_engine.console.parameters import argument, option
from sop_engine.engine.answers.firms import PAPERS, people_of, sealed_of
from sop_engine.errors import NotUnderstood
from sop_engine.messages import Message, msg
from sop_engine.store.seam import Reads
from sop_engine.ticket.records import SITE
from sop_engine.ticket.site.contracting import is_firm_id, no_firm_id
from sop_engine.values import ValueProblem, mask
from sop_engine.values.moments import read_date
from sop_engine.values.people import read_phone
from sop_engine.worktime import allowance_text, parse_allowance

if TYPE_CHECKING:
    from sop_engine.console.opened import Opened

_Firm = Annotated[str, argument(msg("the firm, by id or title"), "FIRM")]
_Does = Annotated[str | None, option("--does", help=msg("what it does: 电梯维保"), metavar="TEXT")]
_Phone = Annotated[str | None, option("--phone", help=msg("under which number it is reached"), metavar="NUMBER")]
_Contract = Annotated[str | None, option("--contract", help=msg("the contract's number"), metavar="NUMBER")]
_ContractUntil = Annotated[
    str | None, option("--contract-until", help=msg("the last day on which the contract counts"), metavar="DATE")
]
_Permit = Annotated[str | None, option("--permit", help=msg("the number of its permit"), metavar="NUMBER")]
_PermitUntil = Annotated[
    str | None, option("--permit-until", help=msg("the last day on which the permit counts"), metavar="DATE")
]
_Promise = Annotated[
    list[str] | None,
    option(
        "--promise",
        help=msg("what its contract promises: rescue=30 min clock; with nothing after = the promise is taken out"),
        metavar="PROMISE=TIME",
    ),
]


def ls(
    call: Call,
    every: Annotated[bool, option("--all", help=msg("those that were taken off the list, too"))] = False,
) -> None:
    """List the firms from outside: what each does, how it is reached, until when its papers count."""
    with call.open() as opened:
        opened.require_known()
        found = [each for each in listed(opened) if every or each["active"]]
        if call.json:
            call.output.json(found)
            return
        heads = (msg("id"), msg("title"), msg("does"), msg("phone"), msg("contract until"), msg("permit until"),
                 msg("people"), msg("status"))  # fmt: skip
        rows = [
            [
                each["id"], each["title"], each["does"], each["phone"] or "",
                *((each[paper] or {}).get("until") or "" for paper in PAPERS),
                str(sum(one["active"] for one in each["people"])), _status(each),
            ]
            for each in found
        ]  # fmt: skip
        if rows or not call.output.on_terminal():
            call.output.table([Column(head, whole=head is heads[0]) for head in heads], rows)
        else:
            call.output.tell(msg("there are no firms"), msg("enter one: sop firm add ID TITLE --does TEXT"))


def add(
    call: Call,
    firm: Annotated[str, argument(msg("an id: small letters, digits and _"), "ID")],
    title: Annotated[str, argument(msg("what people call it: 天一电梯"), "TITLE")],
    does: _Does = None,
    phone: _Phone = None,
    contract: _Contract = None,
    contract_until: _ContractUntil = None,
    permit: _Permit = None,
    permit_until: _PermitUntil = None,
    promise: _Promise = None,
) -> None:
    """Enter a firm from outside that works for the centre."""
    if not is_firm_id(firm):
        said, fix = no_firm_id(firm)
        raise NotUnderstood(said, fix=fix)
    with call.open() as opened:
        papers = {"contract": (contract, contract_until), "permit": (permit, permit_until)}
        given = {"firm": firm, "title": line_of(title, msg("title")), **given_of(opened, does, phone, papers, promise)}
        opened.act(opened.command("add_firm", SITE, given))
        _tell(opened, firm)


def change(
    call: Call,
    firm: _Firm,
    title: Annotated[str | None, option("--title", help=msg("another title"), metavar="TITLE")] = None,
    does: _Does = None,
    phone: _Phone = None,
    contract: _Contract = None,
    contract_until: _ContractUntil = None,
    permit: _Permit = None,
    permit_until: _PermitUntil = None,
    promise: _Promise = None,
    active: Annotated[bool, option("--active", help=msg("it works for the centre again"))] = False,
) -> None:
    """Change what is known of a firm: a contract that was renewed, another telephone. What is not said stays."""
    with call.open() as opened:
        with opened.reading() as reading:
            id = firm_named(reading, firm)
        papers = {"contract": (contract, contract_until), "permit": (permit, permit_until)}
        given = given_of(opened, does, phone, papers, promise)
        given |= {"title": line_of(title, msg("title"))} if title is not None else {}
        given |= {"active": True} if active else {}
        if not given:
            raise NotUnderstood(msg("nothing to change was named"), fix=msg("see: sop firm change --help"))
        opened.act(opened.command("change_firm", SITE, {"firm": id, **given}))
        _tell(opened, id)


def remove(call: Call, firm: _Firm) -> None:
    """Take a firm off the list: it is named on no new ticket, and its people act no more. Old tickets keep it."""
    with call.open() as opened:
        with opened.reading() as reading:
            id = firm_named(reading, firm)
        opened.act(opened.command("remove_firm", SITE, {"firm": id}))
        _tell(opened, id)


# --- what is shown ---------------------------------------------------------------------------------------------------


def listed(opened: "Opened") -> list[dict[str, Any]]:
    """Every firm with its people, by title; telephones are masked for whoever does not see those of persons."""
    with opened.reading() as reading:
        site = reading.ticket(SITE)
        firms = firms_in(reading)
        phones = sealed_of(reading, {entry["phone"]: firm for firm, entry in firms.items() if "phone" in entry})
        found = []
        for firm, entry in sorted(firms.items(), key=lambda each: (each[1]["title"], each[0])):
            people = people_of(site.fields, firm) if site is not None else {}
            found.append(
                {
                    "id": firm,
                    "title": entry["title"],
                    "does": entry["does"],
                    "active": entry["active"],
                    "phone": shown_phone(opened, phones.get(firm)),
                    **{paper: entry[paper] for paper in PAPERS},
                    "counts": _counts(opened, entry),
                    "promises": [
                        {"goal": goal, "within": promise_text(said, "en")} for goal, said in entry["promises"].items()
                    ],
                    "people": [person_json(opened, reading, person, each) for person, each in people.items()],
                }
            )
    return found


def person_json(opened: "Opened", reading: Reads, person: str, entry: Mapping[str, Any]) -> dict[str, Any]:
    """One of a firm's people, without the number of his permit."""
    known = reading.person(person)
    contact = known.contact if known is not None else {}
    return {
        "id": person,
        "name": known.name if known is not None else "",
        "phone": shown_phone(opened, contact.get("phone")),
        "permit_until": entry.get("permit_until"),
        "active": entry["active"],
    }


def shown_phone(opened: "Opened", phone: str | None) -> str | None:
    """A telephone as whoever asks sees it: one of a person, of the class `contact`."""
    return mask(phone) if phone and "contact" in opened.hidden_from() else phone


def phone_given(said: str) -> str:
    """A telephone number of an option. Raises `NotUnderstood`."""
    try:
        return read_phone(said)
    except ValueProblem as problem:
        raise NotUnderstood(msg("--{word}: {problem}", word="phone", problem=problem.message)) from None


def day_given(opened: "Opened", word: str, said: str) -> str:
    """A day of an option, as the record has it. Raises `NotUnderstood`."""
    try:
        return read_date(said, opened.now.astimezone(opened.zone).date()).isoformat()
    except ValueProblem as problem:
        raise NotUnderstood(msg("--{word}: {problem}", word=word, problem=problem.message)) from None


# --- parts -----------------------------------------------------------------------------------------------------------


def given_of(
    opened: "Opened",
    does: str | None,
    phone: str | None,
    papers: Mapping[str, tuple[str | None, str | None]],
    promises: Sequence[str] | None,
) -> dict[str, Any]:
    """What was said of a firm, as its command has it."""
    given: dict[str, Any] = {}
    if does is not None:
        given["does"] = line_of(does, msg("does"))
    if phone is not None:
        given["phone"] = phone_given(phone)
    for paper, (number, until) in papers.items():
        said = {"number": line_of(number, msg("number"))} if number is not None else {}
        said |= {"until": day_given(opened, f"{paper}-until", until)} if until is not None else {}
        given |= {paper: said} if said else {}
    if promises:
        given["promises"] = promises_said(opened, promises)
    return given


def _counts(opened: "Opened", entry: Mapping[str, Any]) -> bool:
    today = opened.now.astimezone(opened.zone).date().isoformat()
    lasts = [(entry[paper] or {}).get("until") for paper in PAPERS]
    return bool(entry["active"]) and all(last is None or today <= last for last in lasts)


def _status(each: Mapping[str, Any]) -> Message | str:
    if not each["active"]:
        return msg("taken off the list")
    return "" if each["counts"] else msg("has run out")


def _tell(opened: "Opened", firm: str) -> None:
    """Say how a firm stands now."""
    output = opened.call.output
    if opened.call.dry_run:
        output.tell(msg("this would be done; nothing was kept"))
        return
    [found] = [each for each in listed(opened) if each["id"] == firm]
    if opened.call.json:
        output.json(found)
        return
    about: list[Any] = [found["does"]] if found["does"] else []
    titles = {"contract": msg("contract"), "permit": msg("permit")}
    about += [
        msg("{paper} until {day}", paper=titles[paper], day=found[paper]["until"])
        for paper in PAPERS
        if found[paper] and found[paper].get("until")
    ]
    titles_of = goal_titles(opened)
    about += [
        msg(
            "promises {goal}: {time}",
            goal=titles_of.get(each["goal"], each["goal"]),
            time=allowance_text(parse_allowance(each["within"]), opened.call.language),
        )
        for each in found["promises"]
    ]
    about += [msg("taken off the list")] if not found["active"] else []
    output.tell(msg("{title} ({id}): {about}", title=found["title"], id=firm,
                    about=apart(about, opened.call.language) if about else msg("no papers on record")))  # fmt: skip
