"""Units as the register writes them. A room on the eighth floor is 803 at the door and 0803 in the developer's list;
whoever rings says the one while the other is registered."""

from typing import Any, Final

from sop_engine.procedure import Field
from sop_engine.store.seam import Reads

_LONGEST_ROOM: Final = 4
"""digits to which a room's number is filled with noughts, or from which they are taken"""


def as_registered(reading: Reads, unit: str) -> str:
    """The unit as it stands in the register, where that has it with more or fewer noughts before its room; else as it
    was given."""
    head, dash, room = unit.rpartition("-")
    bare = room.lstrip("0")
    if not dash or not bare.isdecimal() or reading.unit(unit) is not None:
        return unit
    spelled = [f"{head}-{bare.zfill(digits)}" for digits in range(len(bare), _LONGEST_ROOM + 1)]
    known = [each for each in spelled if reading.unit(each) is not None]
    return known[0] if len(known) == 1 else unit


def units_as_registered(reading: Reads, field: Field, value: Any) -> Any:
    """The value of a field, its units as they stand in the register."""
    if field.type != "unit":
        return value
    if isinstance(value, str):
        return as_registered(reading, value)
    return list(dict.fromkeys(as_registered(reading, each) for each in value))
