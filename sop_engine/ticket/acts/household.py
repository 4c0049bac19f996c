"""What a change of hands of its unit, a sale or a new tenant, means for an open ticket.

The law:

1. The ticket keeps its unit, and whoever stands in it, as they were. From the instant of the change on nobody outside
   who stood in it then is told anything (`former`), and what was to go to him and still waits is recalled.
2. Until somebody says with whom it goes on it asks for that. It goes on with the old one: he is told as before. It goes
   on with the new one: the fields that are filled from the unit's contact hold him, and forms that show them are void
   and due again; whoever else stood in it is told nothing until his field is written anew. Or it is closed.
3. The answer may be given before the change; it takes effect with it.
4. While something of the old one is in our hands (`acts: moving: stays`), it goes on with him only, and does so by
   itself: he must hear that he has to fetch it, and the new one must not get it.
5. What is closed is told too where it may be opened again, or where something has still to go out: it would go to
   whoever lived there.
6. What goes on with somebody who left in an earlier change is not asked about again.
"""

from typing import Any, Final

from sop_engine.acts import FORCED
from sop_engine.messages import msg
from sop_engine.procedure import Field
from sop_engine.ticket.acts import ending
from sop_engine.ticket.acts.allowing import allow, person_of
from sop_engine.ticket.acts.correcting import ADDRESSES, print_again
from sop_engine.ticket.acts.everyday import reason_of, require_open
from sop_engine.ticket.draft import Draft
from sop_engine.ticket.effects import Refused
from sop_engine.ticket.filling import fill
from sop_engine.ticket.former import NEW, OLD, mark
from sop_engine.ticket.near import near
from sop_engine.ticket.records import Refusal

ANSWERS: Final = (NEW, OLD)
CLOSE: Final = "close"
"""what may be said of a ticket in the line that enters a change of hands, besides `ANSWERS`"""


def flat_moves(draft: Draft) -> dict[str, Any]:
    """The site says that the unit changes hands, or has changed hands now. With an answer for this ticket it is asked
    no more; where the answer is for `rest`, what stays with the old one anyway stays."""
    arguments, ticket = draft.command.arguments, draft.ticket
    said = {name: arguments[name] for name in ("unit", "on", "from", "site")}
    former = ticket.acts.get("moved")
    if former is not None and _is_others(draft, former, said):
        return said
    same = former if former is not None and former["site"] == said["site"] else None
    kept = same is not None and same["by"] is not None  # what it does by itself is looked at anew
    answered = {name: same[name] if same is not None and kept else None for name in ("with", "by", "step")}
    now = said["from"] <= draft.effective
    before = {"before": _without_before(former)} if former is not None and same is None and not now else {}
    draft.emit("moving", **said, **answered, closed=_closed(draft), **before)
    given = _first_answer(draft)
    if given.get("with") != CLOSE:
        _let_it_stay(draft)
    if now and given.get("with") != CLOSE:
        _take_effect(draft)
    return {**said, **given}


def as_its_whole(draft: Draft) -> None:
    """A ticket is opened out of one of which nobody has said with whom it goes on: what it was given there is his too.
    What it fills in by itself is not."""
    arguments = draft.command.arguments
    given = arguments.get("fields") or {}
    closed = {name: each for name, each in _closed(draft).items() if name in given}
    draft.emit("moving", **arguments["moved"], **{"with": None}, by=None, step=None, closed=closed)


def flat_stays(draft: Draft) -> dict[str, Any]:
    """The change that was to come is off."""
    site, entry = draft.command.arguments["site"], draft.ticket.acts.get("moved")
    if entry is not None and entry["site"] == site and entry["from"] > draft.effective:
        draft.emit("move_off")
    return {"unit": draft.command.arguments["unit"], "site": site}


def answer(draft: Draft) -> dict[str, Any]:
    """Say with whom the ticket goes on, with the reason."""
    require_open(draft)
    entry, wanted = draft.ticket.acts.get("moved"), str(draft.command.arguments.get("with", ""))
    if wanted not in ANSWERS:
        raise Refused(
            Refusal(
                "not_understood",
                msg("a ticket goes on with `new` or `old`, and not with {word}", word=wanted[:60]),
                near=near(wanted, ANSWERS),
            )
        )
    if entry is None:
        raise Refused(
            Refusal(
                "not_now",
                msg("nobody has moved out of {ticket}'s unit, as far as the register knows", ticket=draft.ticket.id),
                fix=msg("enter it: sop unit move UNIT --in NAME --phone NUMBER --on DATE"),
            )
        )
    now = entry["from"] <= draft.effective
    _require_change(draft, entry, wanted, now)
    leave = allow(draft, "moved", draft.program.procedure.acts.moving.by)
    if wanted == NEW:
        _require_new(draft, entry, now)
    reason = reason_of(draft, required=True)
    draft.emit("move_answered", **{"with": wanted}, by=person_of(draft))
    if now and wanted == NEW:
        _give_to_new(draft, entry["unit"])
    return {"as": leave, "with": wanted, **reason}


# --- what hinders ----------------------------------------------------------------------------------------------------


def _is_others(draft: Draft, former: dict[str, Any], said: dict[str, Any]) -> bool:
    """Whether the ticket goes on with somebody who left in an earlier change."""
    return bool(former["with"] == OLD and former["from"] <= draft.effective and former["site"] != said["site"])


def _require_change(draft: Draft, entry: dict[str, Any], wanted: str, now: bool) -> None:
    """Refuse an answer that was given already, and one that would take the ticket back from the new one."""
    ticket = draft.ticket.id
    if entry["with"] == wanted:
        said = msg("{ticket} goes on with the new one already", ticket=ticket)
        if wanted == OLD:
            said = msg("{ticket} goes on with whoever moves out already", ticket=ticket)
        raise Refused(Refusal("not_now", said))
    if now and entry["with"] == NEW:
        raise Refused(
            Refusal(
                "not_now",
                msg(
                    "{ticket} has gone over to the new one: who stood in it before stands there no more", ticket=ticket
                ),
                fix=msg("correct its fields: sop edit {ticket} --reason TEXT", ticket=ticket),
            )
        )


def _require_new(draft: Draft, entry: dict[str, Any], now: bool) -> None:
    """Refuse to let the new one have what is the old one's, or nobody have a ticket."""
    ticket = draft.ticket.id
    if _stays(draft):
        raise Refused(
            Refusal(
                "not_now",
                msg("{ticket} cannot go on with the new one: something of whoever moves out is in our hands",
                    ticket=ticket),
                fix=msg("settle it with him: sop show {ticket}", ticket=ticket),
            )
        )  # fmt: skip
    unit = entry["unit"]
    contact = draft.facts.ask(f"contact:{unit}" if now else f"incoming:{entry['site']}")
    if contact is None:
        raise Refused(
            Refusal(
                "not_now",
                msg("nobody is known who moves into {unit}", unit=unit),
                fix=msg("enter him: sop unit add {unit} --contact NAME --phone NUMBER", unit=unit),
            )
        )


def _stays(draft: Draft) -> bool:
    stays = draft.program.procedure.acts.moving.stays
    return stays is not None and draft.holds(stays)


# --- what is done ----------------------------------------------------------------------------------------------------


def _closed(draft: Draft) -> dict[str, str]:
    """The address fields that hold somebody, with the mark of what they hold."""
    fields = draft.program.fields
    return {name: mark(draft.ticket, name) for name in draft.ticket.fields if fields[name].type in ADDRESSES}


def _first_answer(draft: Draft) -> dict[str, Any]:
    """The answer that came in the same line as the change."""
    arguments = draft.command.arguments
    wanted, rest = arguments.get("with"), bool(arguments.get("rest"))
    if wanted is None or (rest and wanted != OLD and _stays(draft)):
        return {}
    rules, entry = draft.program.procedure.acts, draft.ticket.acts["moved"]
    if wanted == CLOSE:
        leave = allow(draft, "close --force", rules.force_close.by, owner=False)
        ending.require_childless(draft, "close --force")
    else:
        leave = allow(draft, "moved", rules.moving.by)
        if wanted == NEW:
            _require_new(draft, entry, entry["from"] <= draft.effective)
    reason = reason_of(draft, required=True)
    if wanted == CLOSE:
        ending.end(draft, "forced", FORCED)
    else:
        draft.emit("move_answered", **{"with": wanted}, by=person_of(draft))
    return {"as": leave, "with": wanted, **({"rest": True} if rest else {}), **reason}


def _let_it_stay(draft: Draft) -> None:
    """While something of the old one is in our hands, the ticket goes on with him by itself."""
    if draft.ticket.acts["moved"]["with"] != OLD and _stays(draft):
        draft.emit("move_answered", **{"with": OLD}, by=None)


def _take_effect(draft: Draft) -> None:
    """The unit has changed hands: let the ticket go on with whom it was said, and take back what waits for the old
    one."""
    entry, closed = draft.ticket.acts["moved"], draft.ticket.status == "closed"
    if entry["with"] == OLD:
        return
    if entry["closed"]:
        draft.emit("recalled", number=draft.number, to=sorted(f"field:{name}" for name in entry["closed"]))
    if entry["with"] == NEW and not closed:
        _give_to_new(draft, entry["unit"])


def _give_to_new(draft: Draft, unit: str) -> None:
    """Let the fields that are filled from the unit's contact hold the new one."""
    ticket = draft.ticket
    fields = [field for field in _of_contact(draft, unit) if field.id in ticket.fields]
    if not fields:
        return
    for field in fields:
        draft.write(field, None)
    fill(draft, fields)
    changed = {field.id for field in fields}
    shown = [form.id for form in draft.program.procedure.forms if changed & set(form.fields)]
    if shown:
        out = draft.facts.ask(f"outgoing:{ticket.id}#{ticket.number}")
        print_again(draft, shown, out["printed"])


def _of_contact(draft: Draft, unit: str) -> list[Field]:
    """The fields that are filled from the unit's contact, or from one that is."""
    program, found = draft.program, list[Field]()
    roots = {f"{name}.contact" for name in program.units if draft.ticket.fields.get(name) == unit}
    for _round in program.filled:
        names = {field.id for field in found}
        found = [
            field for field in program.filled
            if field.fill in roots or (field.fill is not None and field.fill.partition(".")[0] in names)
        ]  # fmt: skip
    return found


def _without_before(entry: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in entry.items() if name != "before"}
