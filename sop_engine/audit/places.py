"""From a step to the line of the YAML that allowed it."""

from collections.abc import Mapping
from typing import Any

from sop_engine import canonical
from sop_engine.store.seam import Reads


def place_of(reading: Reads, record: Mapping[str, Any]) -> str | None:
    """`repair.sop.yaml:61:9` of the transition that a step took or asked for, by its version's text, or
    `fragments/revisit.fragment.yaml:12:5` by that of a fragment; None where it has no place in a procedure."""
    version = reading.version_of(record["procedure"])
    data = reading.blob(version.places) if version else None
    if data is None:
        return None
    kept = canonical.parse(data)
    for key in element_keys(record):
        span = kept["places"].get(key)
        if span is not None:
            file = kept.get("files", {}).get(key, kept["file"])
            return f"{file}:{span[0]}:{span[1]}"
    return None


def element_keys(record: Mapping[str, Any]) -> list[str]:
    """The elements of the procedure that a step stands on, the most exact first."""
    keys = []
    for event in record["events"]:
        if event["kind"] == "took" and event["by"] in {"offer", "timer"}:
            keys.append(f"states.{event['source']}.{event['by']}s.{event['name']}.{event['alternative']}")
            keys.append(f"states.{event['source']}.{event['by']}s.{event['name']}")
    arguments = record["command"]["arguments"]
    match record["command"]["name"]:
        case "do":
            keys.append(f"states.{arguments['source']}.offers.{arguments['trigger'].rpartition('.')[2]}")
        case "fire":
            state, _, timer = arguments["timer"].partition("/")
            keys.append(f"states.{state}.timers.{timer}")
        case "open":
            keys.append("open")
    return keys
