"""What a benchmark gives: lines of a table, as text for a terminal and as Markdown."""

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Line:
    """One figure. `bound` is what is to be reached; without one the line only tells."""

    what: str
    value: float
    unit: str = ""
    at_least: float | None = None
    at_most: float | None = None
    detail: str = ""
    """the absolute figures behind it, on this machine, in this run"""

    @property
    def reached(self) -> bool | None:
        """Whether the bound is kept; None where there is none."""
        if self.at_least is not None:
            return self.value >= self.at_least
        return None if self.at_most is None else self.value <= self.at_most

    def cells(self) -> tuple[str, str, str, str]:
        """What, measured, to reach, and the figures behind it."""
        bound = ""
        if self.at_least is not None:
            bound = f">= {_short(self.at_least)}"
        elif self.at_most is not None:
            bound = f"<= {_short(self.at_most)}"
        marked = {True: "yes", False: "NO", None: ""}[self.reached]
        return self.what, f"{_short(self.value)} {self.unit}".strip(), f"{bound} {marked}".strip(), self.detail


@dataclass(frozen=True, slots=True)
class Table:
    """A benchmark's name, the sentence that says what is compared, and its lines."""

    name: str
    compared: str
    lines: Sequence[Line] = field(default_factory=tuple)
    notes: Sequence[str] = ()
    """sentences below the table: what was left out, and how to have it"""

    def text(self) -> str:
        """For a terminal."""
        rows = [("", "measured", "to reach", "")] + [line.cells() for line in self.lines]
        widths = [max(len(row[column]) for row in rows) for column in range(3)]
        lines = [f"{self.name}: {self.compared}"]
        for row in rows:
            lines.append("  " + "  ".join(cell.ljust(width) for cell, width in zip(row, [*widths, 0], strict=True)))
        lines += [f"  {note}" for note in self.notes]
        return "\n".join(line.rstrip() for line in lines)

    def markdown(self) -> str:
        """For `results.md`."""
        rows = [line.cells() for line in self.lines]
        body = "\n".join("| " + " | ".join(cell.replace("|", "/") for cell in row) + " |" for row in rows)
        below = "".join(f"\n{note}\n" for note in self.notes)
        return f"## {self.name}\n\n{self.compared}\n\n| | measured | to reach | |\n|---|---|---|---|\n{body}\n{below}"


def machine() -> str:
    """The machine in a sentence, without its name."""
    import sqlite3

    from sop_engine.store.drivers import driver_module

    driver = driver_module("auto")
    return (
        f"{os.cpu_count()} cores, {platform.machine()}, {platform.system()},"
        f" Python {platform.python_version()}, SQLite {driver.sqlite_version} by {driver.__name__.partition('.')[0]},"
        f" {sqlite3.sqlite_version} by the standard driver; load {os.getloadavg()[0]:.1f} when it began"
    )


def microseconds(seconds: float) -> str:
    """A time in a fitting unit."""
    if seconds >= 1:
        return f"{seconds:.2f} s"
    return f"{seconds * 1e3:.2f} ms" if seconds >= 1e-3 else f"{seconds * 1e6:.2f} µs"


def _short(number: float) -> str:
    return f"{number:.3f}".rstrip("0").rstrip(".") if number < 1 else f"{number:.4g}"
