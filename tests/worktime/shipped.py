"""The starter library's calendars, for tests of time."""

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from sop_engine.language.calendars import compile_calendar
from sop_engine.worktime import Calendar

FOLDER = Path(__file__).parents[2] / "calendars"
SHANGHAI = ZoneInfo("Asia/Shanghai")


class Shipped:
    """The folder as a source."""

    def read(self, name: str) -> bytes | None:
        path = FOLDER / f"{name}.yaml"
        return path.read_bytes() if path.is_file() else None

    def names(self) -> tuple[str, ...]:
        return tuple(sorted(path.stem for path in FOLDER.glob("*.yaml")))


def calendar(name: str) -> Calendar:
    text = Shipped().read(name)
    assert text is not None
    compiled = compile_calendar(text, f"{name}.yaml", Shipped())
    assert compiled.calendar is not None, compiled.diagnostics
    return compiled.calendar


def at(text: str) -> datetime:
    """An instant as the wall clock in Shanghai shows it: `2026-11-23 09:00`."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)
