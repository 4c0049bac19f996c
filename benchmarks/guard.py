"""A guard against a plain Python lambda that says the same.

Ours: the closure that a guard becomes when a normal form is loaded (`guards.condition`), asked with the environment
that commands use; an unset field makes it false. Other: a lambda over a dict of the same values, which knows that all
of them are set. Peer: jinja2's sandbox, `compile_expression` of the same text, called with the same dict.
Each side is asked many times in a row, because one answer takes less than a clock can tell. Most guards in procedures
are of the first three shapes.
"""

from collections.abc import Callable
from decimal import Decimal
from functools import partial
from statistics import geometric_mean
from typing import Any, Final

from benchmarks.pairs import PROCESSOR, Pair, interleaved
from benchmarks.table import Line, Table
from sop_engine import guards
from sop_engine.procedure import Choice, Field, Tree

CALLS: Final = {"tiny": 10, "quick": 20_000, "usual": 100_000, "large": 1_000_000}
_ROUNDS: Final = 15

FIELDS: Final = {
    "urgency": Field("urgency", "choice", {}, choices=(Choice("urgent", {}), Choice("normal", {}))),
    "charge": Field("charge", "choice", {}, choices=(Choice("free", {}), Choice("paid", {}))),
    "fee": Field("fee", "money", {}),
    "rating": Field("rating", "integer", {}),
}
VALUES: Final[dict[str, Any]] = {"urgency": "urgent", "charge": "paid", "fee": Decimal("100.50"), "rating": 4}

Plain = Callable[[dict[str, Any]], bool]
_HUNDRED: Final = Decimal(100)
_URGENT: Final = ("==", ("field", "urgency"), ("const", "text", "urgent"))
_PAID: Final = ("==", ("field", "charge"), ("const", "text", "paid"))
_CHARGED: Final = ("in", ("field", "charge"), ("list", ("const", "text", "paid"), ("const", "text", "free")))
_DEAR: Final = (">", ("field", "fee"), ("const", "integer", 100))
_RATED: Final = (">=", ("field", "rating"), ("const", "integer", 3))
GUARDS: Final[tuple[tuple[str, Tree, Plain], ...]] = (
    ("urgency == 'urgent'", _URGENT, lambda v: v["urgency"] == "urgent"),
    (
        "urgency == 'urgent' and charge == 'paid'",
        ("and", _URGENT, _PAID),
        lambda v: v["urgency"] == "urgent" and v["charge"] == "paid",
    ),
    ("charge in ['paid', 'free']", _CHARGED, lambda v: v["charge"] in ("paid", "free")),
    ("fee > 100", _DEAR, lambda v: v["fee"] > _HUNDRED),
    (
        "charge == 'paid' and fee > 100 and rating >= 3",
        ("and", _PAID, _DEAR, _RATED),
        lambda v: v["charge"] == "paid" and v["fee"] > _HUNDRED and v["rating"] >= 3,
    ),
)
"""as an owner writes it, as the normal form has it, and as a programmer would"""


class World:
    """What a guard may ask, as far as these ask it: the draft of a step has its values in an attribute too."""

    def __init__(self, values: dict[str, Any]) -> None:
        self.values = values


def run(size: str) -> Table:
    """Ratios of speed to a lambda, guard by guard and over all; the sandbox's over all."""
    calls, lines, ours, sandboxed = CALLS[size], [], [], []
    for text, tree, plain in GUARDS:
        pair = _timed(guards.condition(tree, FIELDS), World(VALUES), plain, calls)
        ours.append(pair.speed)
        lines.append(Line(f"`{text}`", pair.speed, "of a lambda", detail=_detail(pair, calls)))
        sandboxed.append(_timed(_sandboxed(text), VALUES, plain, max(calls // 20, 2)).speed)
    over_all = [
        Line("a guard (geometric mean)", geometric_mean(ours), "of a lambda", 0.3),
        Line("jinja2's sandbox (geometric mean)", geometric_mean(sandboxed), "of a lambda"),
    ]
    return Table("guard", "a guard, of a plain Python lambda over a dict", over_all + lines)


def _timed(guard: Callable[[Any], Any], world: Any, plain: Plain, calls: int) -> Pair:
    assert guard(world) == plain(VALUES), "both sides must say the same"
    return interleaved(partial(_many, guard, world, calls), partial(_many, plain, VALUES, calls), _ROUNDS, PROCESSOR)


def _many(guard: Callable[[Any], Any], world: Any, calls: int) -> None:
    for _ in range(calls):
        guard(world)


def _sandboxed(text: str) -> Callable[[Any], Any]:
    from jinja2.sandbox import SandboxedEnvironment

    expression: Callable[..., Any] = SandboxedEnvironment().compile_expression(text)
    return lambda values: bool(expression(values))


def _detail(pair: Pair, calls: int) -> str:
    return f"{pair.ours_seconds / calls * 1e9:.0f} ns; lambda {pair.other_seconds / calls * 1e9:.0f} ns"
