"""Time on the clock and in the calendar: durations, recurrences, and dates made into instants. All of it is pure; the
zone is an argument, instants are aware and come back in UTC."""

from sop_engine.worktime.arithmetic import add, at_wall_time, move_date, on_day, subtract
from sop_engine.worktime.durations import Duration, NotADuration, Unit, duration_text, parse_duration
from sop_engine.worktime.recurrence import Every, next_occurrence, occurrences

__all__ = [
    "Duration",
    "Every",
    "NotADuration",
    "Unit",
    "add",
    "at_wall_time",
    "duration_text",
    "move_date",
    "next_occurrence",
    "occurrences",
    "on_day",
    "parse_duration",
    "subtract",
]
