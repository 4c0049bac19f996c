"""The site's commands about firms from outside that work for the centre, and about their people.

The field `firms` of the site's state holds firm -> an entry; it is not there before the first.

| key | what |
|---|---|
| `title`, `does` | what the firm is called, and what it does: 电梯维保 |
| `active` | whether it works for the centre; one that was taken off the list keeps its entry, since old tickets name it |
| `contract`, `permit` | `{"number", "until"}`, the last day on which each counts; null where none is on record |
| `promises` | goal -> `[count, unit, ending]`, the allowance that its contract says for that promise |
| `phone` | the commitment of its telephone, where there is one: it may be that of a man |

A firm's people stand among the site's people, so that they have names, and separation of duty counts them. What such a
one holds is the role `of_firm` with his firm for its scope, and nothing else ever: no other role, no right, no login. He
acts through whoever types for him. His permit is `permit` (a commitment: its number is often that of an identity card)
and `permit_until`.
"""  # noqa: E501  a table's row is one line

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any, Final

from sop_engine.messages import Message, msg
from sop_engine.ticket.draft import Draft
from sop_engine.ticket.firms import OF_FIRM, firm_of, outsider
from sop_engine.ticket.near import near
from sop_engine.ticket.records import Refusal
from sop_engine.ticket.refusing import Refused
from sop_engine.ticket.site.posts import is_post
from sop_engine.ticket.site.state import people_of, put

FIRM: Final = r"[a-z][a-z0-9_]{0,39}"
"""a firm's id"""
LONGEST_LINE: Final = 60
"""characters of a title, of what a firm does, of a number"""
MOST_PROMISES: Final = 50
_PAPERS: Final = ("contract", "permit")


def firms_of(draft: Draft) -> dict[str, Any]:
    """All firms, by id."""
    found: dict[str, Any] = draft.ticket.fields.get("firms", {})
    return found


def is_firm_id(firm: str) -> bool:
    """Whether a text can be a firm's id."""
    return re.fullmatch(FIRM, firm) is not None


def no_firm_id(firm: str) -> tuple[Message, Message]:
    """That a text cannot be a firm's id, and how one is written."""
    return (
        msg("`{firm}` cannot be a firm's id: small letters, digits and _, a letter first", firm=firm[:60]),
        msg("for example: sop firm add tianyi_lift 天一电梯 --does 电梯维保"),
    )


def require_own(draft: Draft, persons: Iterable[Any]) -> None:
    """Refuse where one of these people of the site is of a firm: he has no login, and no post here."""
    for person in persons:
        entry = people_of(draft).get(person)
        if entry is not None and firm_of(entry) is not None:
            raise Refused(outsider(str(person)))


def require_no_firm_role(roles: Iterable[Any]) -> None:
    """Refuse to let anybody be made one of a firm's people otherwise than as such."""
    if any(role == OF_FIRM for role, _scope in roles):
        raise Refused(
            Refusal(
                "not_understood",
                msg("`{role}` is no role to be given: it says of which firm somebody is", role=OF_FIRM),
                fix=msg("enter a firm's people so: sop firm person FIRM NAME --phone NUMBER"),
            )
        )


# --- commands --------------------------------------------------------------------------------------------------------


def _add(draft: Draft) -> dict[str, Any]:
    arguments = draft.command.arguments
    firm = str(arguments["firm"])
    if not is_firm_id(firm):
        said, fix = no_firm_id(firm)
        raise Refused(Refusal("not_understood", said, fix=fix))
    if firm in firms_of(draft):
        raise Refused(
            Refusal("not_now", msg("there is a firm {firm} already", firm=firm), fix=msg("see: sop firm change --help"))
        )
    entry: dict[str, Any] = {"title": "", "does": "", "active": True, "contract": None, "permit": None, "promises": {}}
    return _written(draft, firm, entry, {"title": "", **arguments})


def _change(draft: Draft) -> dict[str, Any]:
    """Give a firm another title, telephone or paper, another promise (null takes one away), or let it work again."""
    firm = _known(draft, str(draft.command.arguments["firm"]))
    return _written(draft, firm, dict(firms_of(draft)[firm]), draft.command.arguments)


def _written(draft: Draft, firm: str, entry: dict[str, Any], arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Write what the arguments say of a firm into its entry; what they do not say stays."""
    recorded: dict[str, Any] = {"firm": firm}
    if "title" in arguments:
        entry["title"] = recorded["title"] = _line(arguments["title"], msg("a firm's title"))
    if arguments.get("does") is not None:
        entry["does"] = recorded["does"] = _line(arguments["does"], msg("what a firm does"))
    for paper in _PAPERS:
        said = arguments.get(paper)
        if said is not None:
            held = {**(entry[paper] or {"number": None, "until": None}), **_paper(said)}
            entry[paper] = recorded[paper] = held
    if arguments.get("promises"):
        entry["promises"] = _promises(entry["promises"], arguments["promises"])
        recorded["promises"] = dict(arguments["promises"])
    if arguments.get("phone"):
        sealed = draft.seal(f"firm:{firm}:phone", arguments["phone"])
        entry["phone"], recorded["phone"] = sealed["commitment"], sealed
    if arguments.get("active"):
        entry["active"] = recorded["active"] = True
    put(draft, "firms", {**firms_of(draft), firm: entry})
    return recorded


def _remove(draft: Draft) -> dict[str, Any]:
    """A firm works for the centre no more: it is named on no new ticket, and its people act no more."""
    firm = _known(draft, str(draft.command.arguments["firm"]))
    if not firms_of(draft)[firm]["active"]:
        raise Refused(Refusal("not_now", msg("the firm {firm} was taken off the list already", firm=firm)))
    everybody = people_of(draft)
    gone = [person for person, entry in everybody.items() if firm_of(entry) == firm and entry["active"]]
    put(draft, "firms", {**firms_of(draft), firm: {**firms_of(draft)[firm], "active": False}})
    if gone:
        put(draft, "people", {**everybody, **{each: {**everybody[each], "active": False} for each in gone}})
    return {"firm": firm, "people": sorted(gone)}


def _person(draft: Draft) -> dict[str, Any]:
    """Enter one of a firm's people, change what is known of him (`person`), or take him off (`remove`)."""
    arguments = draft.command.arguments
    firm, everybody = _known(draft, str(arguments["firm"])), people_of(draft)
    person = arguments.get("person")
    if person is None:
        _require_working(draft, firm)
        if is_post(str(arguments.get("name") or "")) or not arguments.get("name"):
            raise Refused(
                Refusal("not_understood", msg("name the man himself, not his post: nobody could tell later who it was"))
            )
        person = f"{firm}.{1 + sum(firm_of(each) == firm for each in everybody.values())}"
        entry: dict[str, Any] = {"active": True, "roles": [[OF_FIRM, firm]], "rights": [], "language": None}
    elif person not in everybody or firm_of(everybody[person]) != firm:
        own = [each for each, known in everybody.items() if firm_of(known) == firm]
        raise Refused(
            Refusal("not_found", msg("{name} is not of the firm {firm}", name=person, firm=_title(draft, firm)),
                    near=near(str(person), own))
        )  # fmt: skip
    else:
        entry = dict(everybody[person])
    # who is new is recorded under another word: at replay the command must mean the same as it did
    recorded: dict[str, Any] = {"firm": firm, "entered" if arguments.get("person") is None else "person": person}
    if arguments.get("remove"):
        if not entry["active"]:
            raise Refused(Refusal("not_now", msg("{name} has left already", name=person)))
        entry["active"], recorded["remove"] = False, True
    elif not entry["active"]:
        _require_working(draft, firm)
        entry["active"] = recorded["active"] = True  # whoever is named again works here again
    for part in ("name", "contact", "permit"):
        if arguments.get(part):
            sealed = draft.seal(f"person:{person}:{part}", arguments[part])
            entry[part], recorded[part] = sealed["commitment"], sealed
    if arguments.get("permit_until") is not None:
        entry["permit_until"] = recorded["permit_until"] = _day(arguments["permit_until"])
    put(draft, "people", {**everybody, person: entry})
    return recorded


# --- parts -----------------------------------------------------------------------------------------------------------


def _known(draft: Draft, firm: str) -> str:
    known = firms_of(draft)
    if firm not in known:
        raise Refused(
            Refusal("not_found", msg("there is no firm {firm}", firm=firm[:60]), near=near(firm, known),
                    fix=msg("see which there are: sop firm ls"))
        )  # fmt: skip
    return firm


def _require_working(draft: Draft, firm: str) -> None:
    if not firms_of(draft)[firm]["active"]:
        raise Refused(
            Refusal(
                "not_now",
                msg("the firm {firm} was taken off the list", firm=_title(draft, firm)),
                fix=msg("put it back on first: sop firm change {firm} --active", firm=firm),
            )
        )


def _title(draft: Draft, firm: str) -> str:
    return str(firms_of(draft)[firm]["title"])


def _line(said: Any, what: Message) -> str:
    line = str(said or "").strip()
    if not line or len(line) > LONGEST_LINE or not line.isprintable():
        raise Refused(
            Refusal(
                "not_understood", msg("{what} is one line of at most {most} characters", what=what, most=LONGEST_LINE)
            )
        )
    return line


def _paper(said: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if said.get("number") is not None:
        found["number"] = _line(said["number"], msg("a number"))
    if said.get("until") is not None:
        found["until"] = _day(said["until"])
    return found


def _promises(former: Mapping[str, Any], said: Mapping[str, Any]) -> dict[str, Any]:
    found = {**former, **said}
    if len(found) > MOST_PROMISES:
        raise Refused(Refusal("not_understood", msg("a firm has at most {most} promises", most=MOST_PROMISES)))
    return {goal: list(allowance) for goal, allowance in sorted(found.items()) if allowance is not None}


def _day(said: Any) -> str:
    try:
        return date.fromisoformat(str(said)).isoformat()
    except ValueError:
        raise Refused(
            Refusal("not_understood", msg("`{text}` is no day such as 2027-06-30", text=str(said)[:40]))
        ) from None


COMMANDS: Final[Mapping[str, Callable[[Draft], dict[str, Any]]]] = {
    "add_firm": _add,
    "change_firm": _change,
    "remove_firm": _remove,
    "firm_person": _person,
}
"""Each does its work on the draft and gives the command's arguments as the record holds them."""
