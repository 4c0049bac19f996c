"""Units that change hands, in the site's history: sold, or let to somebody else.

Who moves in lies beside the step. From the beginning of the day on which it counts, or at once where that is past, the
register of units has him as the contact; every open ticket of the unit is told so, in the same transaction, and when
the change is entered (`ticket.household`). Until its day a change can be called off.

The field `moves` of the site: unit -> `{"last", "next"}`, each there or not: the last change that counts, and the one
that is to come: `{"on", "from", "by", "step", "kind"}`. The timer `move:UNIT` waits for its day.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from sop_engine import canonical
from sop_engine.messages import msg
from sop_engine.ticket.acts import reason_of
from sop_engine.ticket.draft import Draft
from sop_engine.ticket.effects import Refused, follow
from sop_engine.ticket.former import NEW, OLD
from sop_engine.ticket.household import CLOSE
from sop_engine.ticket.near import near
from sop_engine.ticket.people import has_right
from sop_engine.ticket.records import Refusal
from sop_engine.worktime import at_wall_time

KINDS: Final = ("sale", "lease")
TIMER_OF: Final = "move:"
"""before the unit, in the key of the timer that waits for the day"""
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
    if "next" in _moves(draft).get(unit, {}):
        raise Refused(
            Refusal(
                "not_now",
                msg("{unit} changes hands on {on} already", unit=unit, on=_moves(draft)[unit]["next"]["on"]),
                fix=msg("call that off first: sop unit cancel-move {unit} --reason TEXT", unit=unit),
            )
        )
    contact = arguments.get("in")
    recorded: dict[str, Any] = {"unit": unit, "on": on}
    if contact is not None:
        recorded["in"] = draft.seal(f"move:{unit}", contact)
    to_come = begins > draft.given.effective
    since = canonical.instant_text(max(begins, draft.given.effective))
    entry = {"on": on, "from": since, "by": _person(draft), "step": draft.number, **({"kind": kind} if kind else {})}
    if to_come:
        draft.emit("timer_set", timer=TIMER_OF + unit, due=since)
        _keep(draft, unit, {**_moves(draft).get(unit, {}), "next": entry})
    else:
        _change(draft, unit, entry, contact)
    answers = _tell_tickets(draft, unit, entry)
    return {**recorded, **({"kind": kind} if kind else {}), **answers, **reason_of(draft, required=False)}


def _cancel(draft: Draft) -> dict[str, Any]:
    """Call off a change of hands that is to come, with the reason."""
    unit = str(draft.command.arguments["unit"])
    known = _moves(draft).get(unit, {})
    if "next" not in known:
        raise Refused(
            Refusal(
                "not_now",
                msg("{unit} is not about to change hands", unit=unit),
                fix=msg("how it stands: sop unit show {unit}", unit=unit),
            )
        )
    reason = reason_of(draft, required=True)
    draft.emit("timer_cleared", timer=TIMER_OF + unit)
    _keep(draft, unit, {name: entry for name, entry in known.items() if name != "next"})
    for ticket in draft.facts.ask(f"at_home:{unit}"):
        follow(draft, "flat_stays", ticket, {"unit": unit, "site": known["next"]["step"]})
    return {"unit": unit, **reason}


def fire(draft: Draft, key: str, due: str) -> dict[str, Any]:
    """The day has come on which a unit changes hands."""
    unit = key.removeprefix(TIMER_OF)
    draft.emit("timer_fired", timer=key, due=due)
    entry = _moves(draft)[unit]["next"]
    _change(draft, unit, entry, draft.facts.ask(f"incoming:{unit}#{entry['step']}"))
    _tell_tickets(draft, unit, entry)
    return {"timer": key}


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


def _change(draft: Draft, unit: str, entry: Mapping[str, Any], contact: Any) -> None:
    """Let the register have another contact for a unit from now on; None: nobody."""
    sealed = {} if contact is None else draft.seal(f"unit:{unit}", contact)
    draft.emit("unit_changed", unit=unit, **sealed)
    _keep(draft, unit, {"last": dict(entry)})


def _tell_tickets(draft: Draft, unit: str, entry: Mapping[str, Any]) -> dict[str, Any]:
    """Tell the unit's open tickets, with the answers that were given for them; gives the answers for the record."""
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
    site = {"unit": unit, "on": entry["on"], "from": entry["from"], "site": entry["step"]}
    reason = {"reason": arguments["reason"]} if arguments.get("reason") is not None else {}
    for ticket in open_now:
        answer: dict[str, Any] = {}
        if ticket in named:
            answer = {"with": named[ticket], **reason}
        elif rest is not None:
            answer = {"with": rest, "rest": True, **reason}
        follow(draft, "flat_moves", ticket, {**site, **answer})
    return {**({"answers": named} if named else {}), **({"rest": rest} if rest is not None else {})}


def _person(draft: Draft) -> str:
    return draft.command.standing_for or draft.command.actor


def _moves(draft: Draft) -> dict[str, Any]:
    found: dict[str, Any] = draft.ticket.fields.get("moves", {})
    return found


def _keep(draft: Draft, unit: str, entry: dict[str, Any]) -> None:
    """Write what is known of a unit's changes of hands; nothing where that is nothing."""
    if draft.ticket.fields.get("moves") is None:
        draft.emit("written", field="moves", value={unit: entry})
    else:
        draft.emit("changed", field="moves", put={unit: entry} if entry else {}, gone=[] if entry else [unit])


COMMANDS: Final[Mapping[str, Callable[[Draft], dict[str, Any]]]] = {"move_unit": _move, "cancel_move": _cancel}
"""Each does its work on the draft and gives the command's arguments as the record holds them."""
