"""What a withdrawal asks of the record: a ticket's last step, and how the ticket stood before it."""

from collections.abc import Mapping
from typing import Any

from sop_engine import canonical
from sop_engine.store.programs import Programs
from sop_engine.store.seam import Reads
from sop_engine.ticket.acts.withdrawing import QUIET
from sop_engine.ticket.evolve import blank, evolve
from sop_engine.ticket.records import Ticket

OUTSIDE = "field:"
"""what the address of somebody who is not one of us begins with"""


def undo(reading: Reads, programs: Programs, rest: str) -> dict[str, Any] | None:
    """The answer to `undo:TICKET#N`; None where the ticket has no such steps."""
    id, _, last = rest.rpartition("#")
    records = [(canonical.parse(stored.data), stored.hash) for stored in reading.steps(id, 0, int(last))]
    loud = [place for place, (record, _hash) in enumerate(records) if record["command"]["name"] not in QUIET]
    if not loud or len(records) != int(last):
        return None
    record, after = records[loud[-1]][0], [each for each, _hash in records[loud[-1] + 1 :]]
    before: Ticket | None = None
    for each, hash in records[: loud[-1]]:
        program = programs.of(reading, each["procedure"])
        before = evolve(before or blank(id, program.procedure.id, each["procedure"]), each, {}, hash, program.order)
    # in the order of the record, in which a replay finds it
    stood = {} if before is None else canonical.parse(canonical.to_bytes(before.state()))
    looked = [] if before is None or before.parent is None else _looked(reading, before.parent, [id, record["number"]])
    letters = [each for each in reading.letters("sent", id) if each.number == record["number"]]
    return {
        "number": record["number"],
        "command": record["command"]["name"],
        "trigger": record["command"]["arguments"].get("trigger"),
        "actor": record["actor"],
        "for": record["for"],
        "caused": record["cause"][0] if record["cause"] else None,
        "effective": record["effective"],
        "after": [[each["for"] or each["actor"], each["command"]["name"]] for each in after],
        "reached": sorted({*(each for event in record["events"] for each in _reached(event)), *looked}),
        "sent": sorted([each.to, each.sent or ""] for each in letters if each.to.startswith(OUTSIDE)),
        "told": sorted({each.to for each in letters if not each.to.startswith(OUTSIDE)}),
        "tells": any(event["kind"] == "told" and event["to"] for event in record["events"]),
        "before": stood,
    }


def _reached(event: Mapping[str, Any]) -> list[str]:
    """The other tickets that an event reaches."""
    match event["kind"]:
        case "child_started":
            return [event["id"]]
        case "signalled" | "shared":
            return list(event["to"])
        case "lost":
            return list(event["tickets"])
        case "parted":
            return [event["from"]]
    return []


def _looked(reading: Reads, parent: str, cause: list[Any]) -> list[str]:
    """The parent, where a step of it says that it has gone on with what that step of its child did."""
    found = any(canonical.parse(stored.data)["cause"] == cause for stored in reading.steps(parent))
    return [parent] if found else []


def kept(reading: Reads, rest: str) -> Any:
    """The answer to `kept:TICKET#N/FIELD`: the value that lies beside the last step before N which wrote the field;
    None where it was erased since."""
    place, _, field = rest.rpartition("/")
    id, _, number = place.rpartition("#")
    found: tuple[int, str] | None = None
    for stored in reading.steps(id, 0, int(number) - 1):
        for event in canonical.parse(stored.data)["events"]:
            if event["kind"] == "written" and event["field"] == field and "slot" in event:
                found = stored.number, event["slot"]
    if found is None:
        return None
    sealed = reading.sealed(id, found[0]).get(found)
    return None if sealed is None or sealed.salt is None else sealed.value
