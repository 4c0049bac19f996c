"""Lengths of time as people type them for a command: `2h`, `30 分钟`, `2d`."""

from datetime import timedelta
from typing import Final

from sop_engine.errors import NotUnderstood
from sop_engine.messages import msg
from sop_engine.worktime import NotADuration, parse_duration

_SECONDS: Final = {"min": 60, "h": 3600, "day": 86400, "week": 7 * 86400}


def read_span(text: str) -> timedelta:
    """The time that `text` says, elapsed: a day is 24 hours, and `m` a minute. Raises `NotUnderstood`, also for months
    and years, which are not all as long."""
    stripped = text.strip()
    if stripped[-1:].lower() == "m" and stripped[:-1].strip().isdecimal():
        stripped += "in"
    fix = msg("write it like 30min, 2h, 2d or 1w")
    try:
        duration = parse_duration(stripped)
    except NotADuration as problem:
        raise NotUnderstood(msg("`{text}` is no span of time", text=text[:60]), fix=fix) from problem
    seconds = _SECONDS.get(duration.unit)
    if seconds is None:
        raise NotUnderstood(msg("a span of time is in minutes, hours, days or weeks"), fix=fix)
    return timedelta(seconds=seconds * duration.count)
