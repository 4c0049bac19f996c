"""What a template sees: values as words, with their parts, and nothing that Python would let it reach."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from sop_engine.documents.plain_text import html, plain
from sop_engine.documents.template_fault import Meter
from sop_engine.lean import dataclass, field

_CHARACTERS_PER_STEP = 16


@dataclass(frozen=True, slots=True)
class Value:
    """One value as documents show it. `text` is said; `raw` is compared (a choice's id, a number, a truth; None where
    unset); `parts` are reached by a dot; `items` are gone through by a loop."""

    text: str = ""
    raw: Any = None
    parts: Mapping[str, "Value"] = field(default_factory=dict)
    items: tuple["Value", ...] | None = None
    any_part: bool = False
    """whether a part that is not there is empty, instead of a fault"""

    @property
    def given(self) -> bool:
        """Whether there is something to show; a truth counts as itself."""
        if isinstance(self.raw, bool):
            return self.raw
        return self.raw is not None and self.raw != "" and self.items != ()


def value_of(plain_value: Any) -> Value:
    """A Value of plain data: text, numbers, truths, mappings (parts) and lists (items)."""
    match plain_value:
        case Value():
            return plain_value
        case None:
            return Value()
        case bool() | int() | Decimal():
            return Value(str(plain_value), plain_value)
        case Mapping():
            parts = {str(name): value_of(each) for name, each in plain_value.items()}
            return Value(" ".join(each.text for each in parts.values() if each.text), True, parts)
        case list() | tuple():
            items = tuple(value_of(each) for each in plain_value)
            return Value(", ".join(each.text for each in items), True, items=items)
        case _:
            text = plain(str(plain_value))
            return Value(text, text)


class Shown:
    """A Value in a template at work: every use of it is counted. Comparing with something unset, or of another kind,
    is false, as in guards."""

    __slots__ = ("_meter", "value")

    def __init__(self, value: Value, meter: Meter) -> None:
        self.value = value
        self._meter = meter

    def part(self, name: str) -> "Shown | None":
        """The part called `name`, or None."""
        found = self.value.parts.get(name, Value() if self.value.any_part else None)
        return None if found is None else Shown(found, self._meter)

    def counted(self, weight: int) -> Iterator["Shown"]:
        """The items one after another; each costs `weight` steps."""
        for each in self.value.items or ():
            self._meter.spend(weight)
            yield Shown(each, self._meter)

    def __str__(self) -> str:
        self._meter.spend(1 + len(self.value.text) // _CHARACTERS_PER_STEP)
        return self.value.text

    def __html__(self) -> str:
        return html(str(self))

    def __bool__(self) -> bool:
        self._meter.spend(1)
        return self.value.given

    def __iter__(self) -> Iterator["Shown"]:
        return self.counted(1)

    def __contains__(self, other: object) -> bool:
        return any(each == other for each in self)

    def __eq__(self, other: object) -> bool:
        a, b = self._pair(other)
        return a is not None and bool(a == b)

    def __ne__(self, other: object) -> bool:
        a, b = self._pair(other)
        return a is not None and bool(a != b)

    def __lt__(self, other: object) -> bool:
        a, b = self._pair(other)
        return a is not None and bool(a < b)

    def __le__(self, other: object) -> bool:
        a, b = self._pair(other)
        return a is not None and bool(a <= b)

    def __gt__(self, other: object) -> bool:
        a, b = self._pair(other)
        return a is not None and bool(a > b)

    def __ge__(self, other: object) -> bool:
        a, b = self._pair(other)
        return a is not None and bool(a >= b)

    def __hash__(self) -> int:
        return hash(str(self.value.raw))

    def _pair(self, other: object) -> tuple[Any, Any]:
        """Both sides as things of one kind that can be compared, or (None, None)."""
        raw = other.value.raw if isinstance(other, Shown) else other
        self._meter.spend(1)
        a, b = _comparable(self.value.raw), _comparable(raw)
        return (a, b) if type(a) is type(b) else (None, None)


def _comparable(raw: Any) -> Any:
    if isinstance(raw, bool | str):
        return raw
    if isinstance(raw, int | float | Decimal):
        number = Decimal(str(raw))
        return None if number.is_nan() else number
    return None
