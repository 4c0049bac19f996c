"""What every side has in common: how it is called, what the story gives it, and the row that keeps its state."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from benchmarks.workload import STORY
from sop_engine.store.drivers import connect, driver_module

End = tuple[str, str]
"""where a ticket came to, and the fee: for all sides the same"""
END: Final[End] = ("closed", "100.50")
AFTER_OPENING: Final[Sequence[tuple[str, Mapping[str, Any]]]] = tuple(
    (trigger, {name: Decimal(value) for name, value in fields.items()}) for trigger, _actor, fields in STORY[1:]
)
"""trigger and fields of the steps after the first, amounts as the decimals that every side computes with"""


def _nothing() -> None: ...


@dataclass(frozen=True, slots=True)
class Side:
    """One way of running the story of one ticket, from the phone call to closed."""

    name: str
    tell: Callable[[], End]
    """tells the story of a new ticket"""
    close: Callable[[], None] = _nothing


class Rows:
    """The least that makes a state durable: one row a ticket, written in a transaction of its own, WAL and
    `synchronous=FULL`, by the driver that we use."""

    def __init__(self, file: Path) -> None:
        file.touch()
        self._raw: Any = connect(driver_module("auto"), file)
        self._raw.execute("PRAGMA journal_mode = WAL").fetchone()
        self._raw.execute("PRAGMA synchronous = FULL")
        self._raw.execute("CREATE TABLE IF NOT EXISTS ticket (id INTEGER PRIMARY KEY, state BLOB NOT NULL)")

    def add(self, state: bytes | str) -> int:
        """Keep the state of a new ticket; gives its number."""
        return int(self._raw.execute("INSERT INTO ticket (state) VALUES (?)", (state,)).lastrowid)

    def put(self, id: int, state: bytes | str) -> None:
        """Keep another state in place of the one before."""
        self._raw.execute("UPDATE ticket SET state = ? WHERE id = ?", (state, id))

    def change(self, id: int, changed: Callable[[Any], bytes | str]) -> None:
        """Read, change and keep a state in one transaction, as a process must that has not seen the ticket before."""
        self._raw.execute("BEGIN IMMEDIATE")
        try:
            (before,) = self._raw.execute("SELECT state FROM ticket WHERE id = ?", (id,)).fetchone()
            self.put(id, changed(before))
        except BaseException:
            self._raw.execute("ROLLBACK")
            raise
        self._raw.execute("COMMIT")

    def get(self, id: int) -> Any:
        """The state as it was kept."""
        return self._raw.execute("SELECT state FROM ticket WHERE id = ?", (id,)).fetchone()[0]

    def close(self) -> None:
        """Close the file."""
        self._raw.close()
