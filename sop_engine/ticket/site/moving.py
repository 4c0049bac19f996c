"""Units that change hands, in the site's history: sold, or let to somebody else.

Who moves in lies beside the step. From the beginning of the day on which it counts, or at once where that is past, the
register of units has him as the contact; every open ticket of the unit is told so, in the same transaction, and when
the change is entered (`ticket.acts.household`). Until its day a change can be called off.

The field `moves` of the site: number of the step that entered a change -> `{"unit", "on", "from", "by", "counts",
"kind"}`; of each unit the last one that `counts`, and the one for whose day the timer `move:NUMBER` waits.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from sop_engine import canonical
from sop_engine.messages import msg
from sop_engine.ticket.acts.everyday import reason_of
from sop_engine.ticket.acts.household import CLOSE
from sop_engine.ticket.draft import Draft
from sop_engine.ticket.effects import Refused, follow
from sop_engine.ticket.former import CHANGES_HANDS, MOVES, NEW, OLD
from sop_engine.ticket.near import near
from sop_engine.ticket.people import has_right
from sop_engine.ticket.records import Refusal
from sop_engine.worktime import at_wall_time

KINDS: Final = ("sale", "lease")
FARTHEST: Final = timedelta(days=366)
"""a change is entered so long before its day, or after it, and no longer"""
SAID: Final = (NEW, OLD, CLOSE)
"""what may be said of the unit's tickets when the change is entered"""
NAMES: Final = frozenset({"move_unit", "cancel_move"})


def is_free(draft: Draft) -> bool:
    """Whether the command is one of these and its actor may give tasks (`assign`): then he need not administer the
    site."""
    command = draft.command
    return command.name in NAMES and has_right(draft, command.standing_for or command.actor, "assign")


def _move(draft: Draft) -> dict[str, Any]:
    """Enter that a unit changes hands on a day, with whom its tickets go on where that is known."""
    arguments = draft.command.arguments
    unit, on, kind = str(arguments["unit"]), str(arguments["on"]), arguments.get("kind")
    if not draft.facts.ask(f"unit:{unit}"):
        raise Refused(
            Refusal(
                "not_found",
                msg("the register knows no unit {unit}", unit=unit),
                fix=msg("enter it: sop unit add {unit}", unit=unit),
            )
        )
    if kind is not None and kind not in KINDS:
        raise Refused(
            Refusal(
                "not_understood",
                msg("a unit changes hands by {kinds}, and not by {word}", kinds=KINDS, word=str(kind)[:60]),
                near=near(str(kind), KINDS),
            )
        )
    begins = _beginning(draft, on)
    if (coming := to_come(_moves(draft), unit)) is not None:
        raise Refused(
            Refusal(
                "not_now",
                msg("{unit} changes hands on {on} already", unit=unit, on=_moves(draft)[coming]["on"]),
                fix=msg("call that off first: sop unit cancel-move {unit} --reason TEXT", unit=unit),
            )
        )
    draft.facts.ask(f"contact:{unit}")  # who moves out, so that what else is his is found
    contact = arguments.get("in")
    recorded: dict[str, Any] = {"unit": unit, "on": on}
    if contact is not None:
        recorded["in"] = draft.seal("in", contact)
    later = begins > draft.given.effective
    since = canonical.instant_text(max(begins, draft.given.effective))
    entry: dict[str, Any] = {"unit": unit, "on": on, "from": since, "by": _person(draft), "counts": False}
    entry |= {"kind": kind} if kind is not None else {}
    number = str(draft.number)
    _keep(draft, {number: entry})
    if later:
        draft.emit("timer_set", timer=CHANGES_HANDS + number, due=since)
    else:
        _change(draft, number, contact)
    answers = _tell_tickets(draft, number)
    return {**recorded, **({"kind": kind} if kind else {}), **answers, **reason_of(draft, required=False)}


def _cancel(draft: Draft) -> dict[str, Any]:
    """Call off a change of hands that is to come, with the reason."""
    unit = str(draft.command.arguments["unit"])
    number = to_come(_moves(draft), unit)
    if number is None:
        raise Refused(
            Refusal(
                "not_now",
                msg("{unit} is not about to change hands", unit=unit),
                fix=msg("how it stands: sop unit show {unit}", unit=unit),
            )
        )
    reason = reason_of(draft, required=True)
    draft.emit("timer_cleared", timer=CHANGES_HANDS + number)
    draft.emit("changed", field=MOVES, put={}, gone=[number])
    for ticket in (*draft.facts.ask(f"at_home:{unit}"), *draft.facts.ask(f"lately:{unit}")):
        follow(draft, "flat_stays", ticket, {"unit": unit, "site": int(number)})
    return {"unit": unit, **reason}


def fire(draft: Draft, key: str, due: str) -> dict[str, Any]:
    """The day has come on which a unit changes hands."""
    number = key.removeprefix(CHANGES_HANDS)
    draft.emit("timer_fired", timer=key, due=due)
    _change(draft, number, draft.facts.ask(f"incoming:{number}"))
    _tell_tickets(draft, number)
    return {"timer": key, "unit": _moves(draft)[number]["unit"]}


def to_come(moves: Mapping[str, Any], unit: str) -> str | None:
    """The number of a unit's change that is to come; None: there is none."""
    return next((number for number, each in moves.items() if each["unit"] == unit and not each["counts"]), None)


# --- parts -----------------------------------------------------------------------------------------------------------


def _beginning(draft: Draft, on: str) -> datetime:
    """The instant at which a day begins on the site's clock."""
    try:
        day = date.fromisoformat(on)
    except ValueError:
        raise Refused(Refusal("not_understood", msg("{on} is no date", on=on[:60]))) from None
    today = draft.given.recorded.astimezone(draft.zone).date()
    if abs(day - today) > FARTHEST:
        raise Refused(
            Refusal(
                "not_understood",
                msg("a change of hands is entered at most {days} days before or after its day", days=FARTHEST.days),
            )
        )
    return at_wall_time(datetime.combine(day, time()), draft.zone)


def _change(draft: Draft, number: str, contact: Any) -> None:
    """Let the register have another contact for a unit from now on; None: nobody."""
    moves = _moves(draft)
    unit = moves[number]["unit"]
    sealed = {} if contact is None else draft.seal("unit", contact)
    draft.emit("unit_changed", unit=unit, **sealed)
    _keep(draft, {number: {**moves[number], "counts": True}},
          [each for each, entry in moves.items() if entry["unit"] == unit and entry["counts"]])  # fmt: skip


def _tell_tickets(draft: Draft, number: str) -> dict[str, Any]:
    """Tell the unit's open tickets, with the answers that were given for them; gives the answers for the record."""
    entry = _moves(draft)[number]
    unit = entry["unit"]
    arguments = draft.command.arguments
    open_now: list[str] = draft.facts.ask(f"at_home:{unit}")
    named, rest = dict(arguments.get("answers") or {}), arguments.get("rest")
    for ticket in named:
        if ticket not in open_now:
            raise Refused(
                Refusal(
                    "not_found",
                    msg("{ticket} is no open ticket of {unit}", ticket=ticket, unit=unit),
                    possible=tuple(open_now),
                )
            )
    for word in (*named.values(), *([rest] if rest is not None else [])):
        if word not in SAID:
            raise Refused(
                Refusal(
                    "not_understood",
                    msg("a ticket goes on with `new` or `old`, or is to `close`, and not {word}", word=str(word)[:60]),
                    near=near(str(word), SAID),
                )
            )
    site = {"unit": unit, "on": entry["on"], "from": entry["from"], "site": int(number)}
    reason = {"reason": arguments["reason"]} if arguments.get("reason") is not None else {}
    for ticket in open_now:
        answer: dict[str, Any] = {}
        if ticket in named:
            answer = {"with": named[ticket], **reason}
        elif rest is not None:
            answer = {"with": rest, "rest": True, **reason}
        follow(draft, "flat_moves", ticket, {**site, **answer})
    for ticket in draft.facts.ask(f"lately:{unit}"):
        follow(draft, "flat_moves", ticket, site)
    return {**({"answers": named} if named else {}), **({"rest": rest} if rest is not None else {})}


def _person(draft: Draft) -> str:
    return draft.command.standing_for or draft.command.actor


def _moves(draft: Draft) -> dict[str, Any]:
    found: dict[str, Any] = draft.ticket.fields.get(MOVES, {})
    return found


def _keep(draft: Draft, put: dict[str, Any], gone: Sequence[str] = ()) -> None:
    """Write what has changed of the changes of hands."""
    if draft.ticket.fields.get(MOVES) is None:
        draft.emit("written", field=MOVES, value=put)
    else:
        draft.emit("changed", field=MOVES, put=put, gone=sorted(gone))


COMMANDS: Final[Mapping[str, Callable[[Draft], dict[str, Any]]]] = {"move_unit": _move, "cancel_move": _cancel}
"""Each does its work on the draft and gives the command's arguments as the record holds them."""
