"""What has gone out of a ticket: its notices, and the forms that were to be printed. A correction asks for it."""

from typing import Any

from sop_engine import canonical
from sop_engine.store.seam import Reads


def outgoing(reading: Reads, rest: str) -> dict[str, Any]:
    """The answer to `outgoing:TICKET#N`: letters up to step N that were sent or wait, without those of which an earlier
    correction said that they were wrong, and the forms that count as printed."""
    id, _, last = rest.rpartition("#")
    printed: list[list[Any]] = []
    known: set[tuple[Any, ...]] = set()
    for stored in reading.steps(id, 0, int(last)):
        for event in canonical.parse(stored.data)["events"]:
            match event["kind"]:
                case "printed":
                    printed.append([stored.number, event["form"]])
                case "print_voided":
                    printed = [each for each in printed if each[1] != event["form"]]
                case "corrected":
                    known |= {tuple(each) for each in event["wrongly"]}
    letters = [
        [each.number, each.notice, each.to, each.channel, each.sent]
        for each in reading.letters(ticket=id)
        if each.number <= int(last) and each.status in ("sent", "waiting")
    ]
    return {"letters": [each for each in letters if tuple(each) not in known], "printed": printed}
