"""What ties tickets together: links, a double that is merged into another, a part that is split off.

The law:

1. A tie stands on both tickets: what is done to one reaches the other in the same transaction. What reaches it (`tie`,
   `absorb`) asks nobody for leave; that was asked where it was done.
2. A link says how the one stands to the other, and the other way round there: `LINKS`. It moves nothing.
3. A merged ticket ends where it stands, as `acts.ending` has it. Its promises are neither kept nor missed, since the
   other's are in their place; one that was missed before stays missed. The other names it, so its caller stays known.
4. A ticket that is split off is a ticket of the same procedure like any other, by its newest version, with its own way
   and its own clocks. It begins with the fields that are carried over, and with those that are given.

`Ticket.links` holds `{id, as}`; the entry `absorbed` of `Ticket.acts` the tickets that were merged into this one.
"""

from collections.abc import Mapping
from typing import Any, Final

from sop_engine.acts import MERGED
from sop_engine.messages import Message, msg
from sop_engine.procedure import ROOT
from sop_engine.ticket import effects, people
from sop_engine.ticket.acts.allowing import allow, person_of
from sop_engine.ticket.acts.attention import holding
from sop_engine.ticket.acts.ending import end, require_childless
from sop_engine.ticket.acts.everyday import reason_of, require_open
from sop_engine.ticket.draft import Draft
from sop_engine.ticket.effects import Refused, tell_of
from sop_engine.ticket.former import of_whole
from sop_engine.ticket.near import near
from sop_engine.ticket.questions import among
from sop_engine.ticket.records import SITE, Refusal

RELATED: Final = "related"
LINKS: Final[Mapping[str, str]] = {
    RELATED: RELATED, "rework_of": "reworked_by", "reworked_by": "rework_of", "caused_by": "causes",
    "causes": "caused_by", "same_cause": "same_cause",
}  # fmt: skip
"""how one ticket may stand to another -> how the other stands to it"""
SPLIT: Final = ("split_into", "split_from")
"""so stand a ticket and what was split off from it"""


# --- links -----------------------------------------------------------------------------------------------------------


def link(draft: Draft) -> dict[str, Any]:
    """Say that two tickets belong together, and how. On closed tickets too."""
    leave = allow(draft, "link", draft.program.procedure.acts.link.by)
    other, how = other_of(draft, "to"), str(draft.command.arguments.get("how") or RELATED)
    if how not in LINKS:
        raise Refused(
            Refusal(
                "not_understood",
                msg("tickets are not linked as {word}; they are as one of {words}", word=how[:40], words=tuple(LINKS)),
                near=near(how, LINKS),
            )
        )
    if linked(draft, other["id"]) is not None:
        raise Refused(
            Refusal(
                "not_now",
                msg("{ticket} is linked to {other} already", ticket=draft.ticket.id, other=other["id"]),
                fix=msg("to say it otherwise: sop unlink {ticket} {other}", ticket=draft.ticket.id, other=other["id"]),
            )
        )
    draft.emit("linked", to=other["id"], **{"as": how})
    effects.follow(draft, "tie", other["id"], {"to": draft.ticket.id, "how": LINKS[how]})
    return {"as": leave, "how": how, "to": other["id"]}


def open_as_rework(draft: Draft) -> None:
    """Link a ticket that is being opened to the one whose work did not last, which the command names."""
    allow(draft, "link", draft.program.procedure.acts.link.by)
    other = other_of(draft, "rework_of")
    if other["procedure"] != draft.ticket.procedure:
        raise Refused(
            Refusal(
                "not_now",
                msg("{other} follows another procedure ({procedure}), so this is no rework of it", other=other["id"],
                    procedure=other["procedure"]),
                fix=msg("open it without --rework-of, and link it: sop link NUMBER {other}", other=other["id"]),
            )
        )  # fmt: skip
    draft.emit("linked", to=other["id"], **{"as": "rework_of"})
    effects.follow(draft, "tie", other["id"], {"to": draft.ticket.id, "how": LINKS["rework_of"]})


def unlink(draft: Draft) -> dict[str, Any]:
    """Take a link back. What was split stays linked: that is how it came about."""
    leave = allow(draft, "unlink", draft.program.procedure.acts.link.by)
    to = str(draft.command.arguments["to"])
    how = linked(draft, to)
    if how is None:
        known = tuple(each["id"] for each in draft.ticket.links)
        raise Refused(
            Refusal("not_now", msg("{ticket} is not linked to {other}", ticket=draft.ticket.id, other=to[:60]),
                    near=near(to, known))
        )  # fmt: skip
    if how in SPLIT:
        raise Refused(
            Refusal("not_now", msg("{ticket} and {other} were one ticket once, and stay linked",
                                   ticket=draft.ticket.id, other=to))
        )  # fmt: skip
    draft.emit("unlinked", to=to)
    effects.follow(draft, "tie", to, {"to": draft.ticket.id})
    return {"as": leave, "to": to}


def tie(draft: Draft) -> dict[str, Any]:
    """The other side of a link that was made, or taken back where no `how` is given."""
    arguments = dict(draft.command.arguments)
    if "how" in arguments:
        draft.emit("linked", to=arguments["to"], **{"as": arguments["how"]})
    elif linked(draft, arguments["to"]) is not None:
        draft.emit("unlinked", to=arguments["to"])
    return arguments


def linked(draft: Draft, other: str) -> str | None:
    """How a ticket is linked to another; None where it is not."""
    return next((each["as"] for each in draft.ticket.links if each["id"] == other), None)


# --- merging ---------------------------------------------------------------------------------------------------------


def merge(draft: Draft) -> dict[str, Any]:
    """Close a ticket that was opened for what another has already, with a reason; the other goes on for both."""
    require_open(draft)
    leave = allow(draft, "merge", draft.program.procedure.acts.merge.by)
    other = other_of(draft, "into")
    if other["status"] == "closed":
        raise Refused(_closed_already(other["id"], draft.ticket.id))
    if other["procedure"] != draft.ticket.procedure:
        raise Refused(
            Refusal(
                "not_now",
                msg("{other} follows another procedure ({procedure}), which has other things to do", other=other["id"],
                    procedure=other["procedure"]),
                fix=_only_link(draft.ticket.id, other["id"]),
            )
        )  # fmt: skip
    require_childless(draft, "merge")
    reason = reason_of(draft, required=True)
    end(draft, "merged", MERGED, into=other["id"])
    effects.follow(draft, "absorb", other["id"], {"ticket": draft.ticket.id})
    return {"as": leave, "into": other["id"], **reason}


def _closed_already(other: str, ticket: str) -> Refusal:
    return Refusal(
        "not_now",
        msg("{other} is closed, and cannot go on for {ticket}", other=other, ticket=ticket),
        fix=_only_link(ticket, other),
    )


def _only_link(ticket: str, other: str) -> Message:
    return msg("only say that they belong together: sop link {ticket} {other}", ticket=ticket, other=other)


def absorb(draft: Draft) -> dict[str, Any]:
    """Another ticket was merged into this one: whoever has the task hears of it."""
    arguments = dict(draft.command.arguments)
    if draft.ticket.status == "closed":  # by a timer that was due, and fired before this
        raise Refused(_closed_already(draft.ticket.id, arguments["ticket"]))
    draft.emit("absorbed", ticket=arguments["ticket"])
    own = {person_of(draft)}
    tell_of(draft, "absorbed", [each for each in holding(draft, list(draft.ticket.tasks)) if each not in own])
    return arguments


# --- splitting -------------------------------------------------------------------------------------------------------


def split(draft: Draft) -> dict[str, Any]:
    """Open a second ticket for a part of the matter, with a reason. Who does must be allowed to open such tickets."""
    require_open(draft)
    procedure, command = draft.program.procedure, draft.command
    leave = allow(draft, "split", procedure.acts.split.by)
    opening = people.may(draft, procedure.open, ROOT, command.actor, command.standing_for)
    if isinstance(opening, Message):
        raise Refused(
            Refusal(
                "not_you",
                msg("{name} may not `split` {ticket}, since it opens another: {why}", name=person_of(draft),
                    ticket=draft.ticket.id, why=opening),
            )
        )  # fmt: skip
    carry = list(dict.fromkeys(command.arguments.get("carry") or ()))
    fields = {**_carried(draft, carry), **(command.arguments.get("fields") or {})}
    reason = reason_of(draft, required=True)
    version = draft.facts.ask(f"version:{procedure.id}")
    [new] = draft.draw_numbers(version["prefix"], 1)
    draft.emit("linked", to=new, **{"as": SPLIT[0]})
    his = of_whole(draft.ticket, draft.effective)
    effects.follow(draft, "open", new, {"procedure": procedure.id, "fields": fields, **his})
    effects.follow(draft, "tie", new, {"to": draft.ticket.id, "how": SPLIT[1]})
    return {"as": leave, "carry": carry, **reason}


def _carried(draft: Draft, names: list[str]) -> dict[str, Any]:
    """The values of the fields that are carried over. Refuses one that opening does not ask for, or that has none."""
    opening, found = draft.program.procedure.open, dict[str, Any]()
    asked = (*opening.ask, *opening.may_ask)
    for name in names:
        value = draft.ticket.fields.get(name)
        if name not in asked:
            raise Refused(
                Refusal(
                    "not_understood",
                    msg("{field} cannot be carried over: opening does not ask for it; it asks for {fields}",
                        field=name[:60], fields=asked),
                    near=near(name, asked),
                )
            )  # fmt: skip
        if value is None:  # at replay one that was erased since is there as such
            title = draft.program.fields[name].title or name
            raise Refused(
                Refusal(
                    "not_now",
                    msg("{ticket} has no {field} to be carried over", ticket=draft.ticket.id, field=title),
                    fix=msg("give it with --field {name}=...", name=name),
                )
            )
        found[name] = value
    return found


# --- parts -----------------------------------------------------------------------------------------------------------


def other_of(draft: Draft, argument: str) -> dict[str, Any]:
    """The other ticket, as it stands. Refuses one that there is not, and the ticket itself."""
    id = str(draft.command.arguments.get(argument) or "")
    if id == draft.ticket.id:
        raise Refused(Refusal("not_understood", msg("{ticket} is the ticket itself", ticket=id)))
    known: list[dict[str, Any]] = draft.facts.ask(among([id])) if id and id != SITE and "," not in id else []
    if not known:
        raise Refused(
            Refusal("not_found", msg("there is no ticket {ticket}", ticket=id[:60] or "-"),
                    fix=msg("see what there is: sop ls --all"))
        )  # fmt: skip
    return known[0]
