"""The grammar of a calendar's file: what may stand in it, for reading it, for editors and for the reference."""

from typing import Literal

from pydantic import Field

from sop_engine.language.grammar.shapes import OneOrMore, Sources, Title, Words

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Hours = OneOrMore[str]
"""`08:30-12:00`, several of them, or `closed`"""


class HolidayWords(Words):
    """Days without work, and the days that make up for them."""

    name: Title = Field(description="what the holiday is called")
    on: str | None = Field(None, description="its day, `2026-04-05`, where it is a single one")
    from_: str | None = Field(None, alias="from", description="its first day")
    to: str | None = Field(None, description="its last day, which is free too")
    make_up: OneOrMore[str] = Field([], description="days off that are worked instead")


class LongHolidayWords(Words):
    """Hours on the days of long holidays."""

    over: int = Field(description="of holidays of more days than this", ge=1, le=60)
    hours: Hours = Field(description="the hours on each of their days")


class CalendarWords(Words):
    """A calendar."""

    calendar: str = Field(description="its id, in kebab-case, as its file is called")
    title: Title = Field(description="what people call it")
    source: Sources = Field([], description="where it is written, or `ours`")
    extends: str | None = Field(None, description="a calendar whose words hold here too, where this one says nothing")
    zone: str | None = Field(None, description="the time zone in which its clock runs: `Asia/Shanghai`")
    week: dict[str, Hours] | None = Field(
        None,
        description="hours by day: `mon`, `mon-fri`, `sat sun` or `every day`; days that are not named are closed. "
        "A file without `week` has holidays for others to extend, and no hours",
    )
    holidays: list[HolidayWords] = Field([], description="days without work; those of what it extends count too")
    make_up_like: Weekday | None = Field(
        None, description="the weekday whose hours make-up workdays have; without it the first with hours"
    )
    long_holidays: LongHolidayWords | None = Field(None, description="duty in long holidays")
    dates: dict[str, Hours] = Field(
        {}, description="hours of a single day; they go before holidays, which go before the week"
    )
    known_from: str | None = Field(None, description="the first day for which holidays are known")
    known_through: str | None = Field(
        None, description="the last day for which holidays are known; what is due later is provisional"
    )
