"""What the events of acts of staff change in a ticket: entries of `Ticket.acts`, for the most part."""

from collections.abc import Callable
from typing import Any, Final

from sop_engine.ticket.records import Event, Ticket

LONGEST_TRAIL: Final = 20
"""moves that a ticket remembers after its first, so that it can go back"""


def _shift_noted(ticket: Ticket, event: Event, *_: Any) -> None:
    entry = {"ends": event["ends"], "person": event["person"], "warned": False}
    ticket.acts["shifts"] = {**ticket.acts.get("shifts", {}), event["region"]: entry}


def _shift_warned(ticket: Ticket, event: Event, *_: Any) -> None:
    shifts = ticket.acts["shifts"]
    ticket.acts["shifts"] = {**shifts, event["region"]: {**shifts[event["region"]], "warned": True}}


def _shift_forgotten(ticket: Ticket, event: Event, *_: Any) -> None:
    ticket.acts["shifts"] = {name: each for name, each in ticket.acts["shifts"].items() if name != event["region"]}
    if not ticket.acts["shifts"]:
        del ticket.acts["shifts"]


def _urged(ticket: Ticket, event: Event, *_: Any) -> None:
    sides = ticket.acts.get("urged", {})
    ticket.acts["urged"] = {**sides, event["side"]: {"last": event["at"], "times": event["times"]}}


def _copied(ticket: Ticket, event: Event, *_: Any) -> None:
    new = {person: {"at": event["at"], "by": event["by"], "read": None} for person in event["to"]}
    ticket.acts["copies"] = {**ticket.acts.get("copies", {}), **new}


def _read(ticket: Ticket, event: Event, *_: Any) -> None:
    copies = ticket.acts["copies"]
    ticket.acts["copies"] = {**copies, event["by"]: {**copies[event["by"]], "read": event["at"]}}


def _watched(ticket: Ticket, event: Event, *_: Any) -> None:
    ticket.acts["watchers"] = sorted({*ticket.acts.get("watchers", ()), event["by"]})


def _unwatched(ticket: Ticket, event: Event, *_: Any) -> None:
    ticket.acts["watchers"] = [each for each in ticket.acts["watchers"] if each != event["by"]]
    if not ticket.acts["watchers"]:
        del ticket.acts["watchers"]


def _suspended(ticket: Ticket, event: Event, number: int, *_: Any) -> None:
    ticket.status = "suspended"
    since = {name: event[name] for name in ("at", "by", "until")}
    ticket.acts["suspended"] = {**since, "step": number, "waiting": []}
    ticket.acts["suspensions"] = ticket.acts.get("suspensions", 0) + 1


def _deferred(ticket: Ticket, event: Event, *_: Any) -> None:
    suspended = ticket.acts["suspended"]
    ticket.acts["suspended"] = {**suspended, "waiting": [*suspended["waiting"], event["event"]]}


def _resumed(ticket: Ticket, *_: Any) -> None:
    ticket.status = "open"
    del ticket.acts["suspended"]


def _given_back(ticket: Ticket, event: Event, *_: Any) -> None:
    ticket.acts["given_back"] = {key: event[key] for key in ("at", "because", "by", "times") if key in event}


def _lent(name: str) -> Callable[..., None]:
    """Remember what an event says of the task of a region, under a name of `Ticket.acts`."""

    def put(ticket: Ticket, event: Event, *_: Any) -> None:
        entry = {key: value for key, value in event.items() if key not in {"kind", "region"}}
        ticket.acts[name] = {**ticket.acts.get(name, {}), event["region"]: entry}

    return put


def _over(name: str) -> Callable[..., None]:
    """Forget it again."""

    def drop(ticket: Ticket, event: Event, *_: Any) -> None:
        left = {region: entry for region, entry in ticket.acts[name].items() if region != event["region"]}
        ticket.acts[name] = left
        if not left:
            del ticket.acts[name]

    return drop


def _went(ticket: Ticket, event: Event, number: int, *_: Any) -> None:
    moves: list[Event] = [*ticket.acts.get("trail", ()), {**_without_kind(event), "step": number}]
    ticket.acts["trail"] = [*moves[:1], *moves[1:][-LONGEST_TRAIL:]]


def _returned(ticket: Ticket, event: Event, *_: Any) -> None:
    ticket.acts["trail"] = [each for each in ticket.acts.get("trail", ()) if each["step"] not in event["undone"]]


def _withdrawn(ticket: Ticket, event: Event, *_: Any) -> None:
    for member, value in event["put"].items():
        setattr(ticket, member, value)


def _without_kind(event: Event) -> Event:
    return {name: value for name, value in event.items() if name != "kind"}


def _backfilled(ticket: Ticket, event: Event, *_: Any) -> None:
    ticket.acts["backfilled"] = event["paper"]


def _attached(ticket: Ticket, event: Event, number: int, *_: Any) -> None:
    new = [{**each, "step": number} for each in event["files"]]
    ticket.acts["files"] = [*ticket.acts.get("files", ()), *new]


def _ended(ticket: Ticket, event: Event, number: int, *_: Any) -> None:
    about = {name: value for name, value in event.items() if name != "kind"}
    ticket.acts["ended"] = {**about, "how": event["kind"], "step": number}


def _reopened(ticket: Ticket, *_: Any) -> None:
    ticket.status, ticket.outcome = "open", None
    ticket.acts.pop("ended", None)
    ticket.acts.pop("closed", None)
    ticket.acts["reopened"] = ticket.acts.get("reopened", 0) + 1


def _joined(ticket: Ticket, event: Event, *_: Any) -> None:
    ticket.acts["with"] = {"at": event["at"], "by": event["by"], "ticket": event["to"]}
    ticket.acts.pop("trail", None)


def _parted(ticket: Ticket, *_: Any) -> None:
    del ticket.acts["with"]


def _gained(ticket: Ticket, event: Event, number: int, *_: Any) -> None:
    ticket.acts["others"] = [*ticket.acts.get("others", ()), {"step": number, "ticket": event["ticket"]}]


def _lost(ticket: Ticket, event: Event, *_: Any) -> None:
    ticket.acts["others"] = [each for each in ticket.acts["others"] if each["ticket"] not in event["tickets"]]
    if not ticket.acts["others"]:
        del ticket.acts["others"]


def _moving(ticket: Ticket, event: Event, *_: Any) -> None:
    ticket.acts["moved"] = _without_kind(event)


def _move_answered(ticket: Ticket, event: Event, number: int, *_: Any) -> None:
    ticket.acts["moved"] = {**ticket.acts["moved"], **_without_kind(event), "step": number}


def _move_off(ticket: Ticket, *_: Any) -> None:
    before = ticket.acts.pop("moved").get("before")
    if before is not None:
        ticket.acts["moved"] = before


OF_ACTS: Final[dict[str, Callable[..., None]]] = {
    "shift_noted": _shift_noted,
    "shift_warned": _shift_warned,
    "shift_forgotten": _shift_forgotten,
    "urged": _urged,
    "copied": _copied,
    "read": _read,
    "watched": _watched,
    "unwatched": _unwatched,
    "suspended": _suspended,
    "deferred": _deferred,
    "backfilled": _backfilled,
    "attached": _attached,
    "resumed": _resumed,
    "given_back": _given_back,
    "transfer_offered": _lent("offered"),
    "transfer_ended": _over("offered"),
    "delegated": _lent("delegated"),
    "delegation_ended": _over("delegated"),
    "went": _went,
    "returned": _returned,
    "withdrawn": _withdrawn,
    "reopened": _reopened,
    "voided": _ended,
    "forced": _ended,
    "merged": _ended,
    "joined": _joined,
    "parted": _parted,
    "gained": _gained,
    "lost": _lost,
    "moving": _moving,
    "move_answered": _move_answered,
    "move_off": _move_off,
}
"""Event -> what it changes; see the table of `ticket.evolve`."""
