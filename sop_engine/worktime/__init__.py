"""Time on the clock, in the calendar and at work: durations, recurrences, calendars, and when something is due. All of
it is pure; the zone is an argument or the calendar's, instants are aware and come back in UTC."""

from sop_engine.worktime.accounts import Account, accounts
from sop_engine.worktime.allowances import END_OF_WORKDAY, Allowance, allowance_text, parse_allowance
from sop_engine.worktime.arithmetic import add, at_wall_time, move_date, on_day, subtract
from sop_engine.worktime.calendars import Calendar, Shift
from sop_engine.worktime.dues import Due, Pause, Reckoner, due
from sop_engine.worktime.durations import Duration, NotADuration, Unit, duration_text, parse_duration
from sop_engine.worktime.recurrence import Every, next_occurrence, occurrences

__all__ = [
    "END_OF_WORKDAY",
    "Account",
    "Allowance",
    "Calendar",
    "Due",
    "Duration",
    "Every",
    "NotADuration",
    "Pause",
    "Reckoner",
    "Shift",
    "Unit",
    "accounts",
    "add",
    "allowance_text",
    "at_wall_time",
    "due",
    "duration_text",
    "move_date",
    "next_occurrence",
    "occurrences",
    "on_day",
    "parse_allowance",
    "parse_duration",
    "subtract",
]
