"""Checks of calendars: their hours, their dates, what they extend, and how far ahead their holidays are known."""

from collections.abc import Iterator
from typing import Final

from sop_engine.diagnostics import Diagnostic, Note
from sop_engine.language.checks.telling import error, warning
from sop_engine.language.draft import Draft
from sop_engine.language.near import near
from sop_engine.messages import msg
from sop_engine.worktime.zones import known_zones

_CHINA: Final = frozenset(
    {"Asia/Beijing", "Asia/Peking", "Beijing", "China", "CST", "CST-8", "北京时间", "东八区"}
    | {"UTC+8", "UTC+08:00", "GMT+8", "GMT+08:00", "+8", "+08:00"}
)
"""what people write for its one zone"""


def hours(draft: Draft) -> Iterator[Diagnostic]:
    """SOP401: hours that cannot be read.

    Hours are written `08:30-12:00`, several of a day in a list or with a comma between. A shift whose end is not after
    its beginning crosses midnight: `22:00-06:00`. A day without work is `closed`.

    Fails:

        week: {mon-fri: 8h30-12h}

    Passes:

        week: {mon-fri: "08:30-12:00, 13:30-17:30", sat: closed}
    """
    for fact in draft.of("hours_text"):
        yield error(
            "SOP401",
            fact.span,
            msg("`{text}` says no hours", text=fact.values["text"][:30]),
            msg("Working time would be missing, and every promise on this calendar would be due later."),
            msg("write `08:30-12:00`, or `closed`"),
        )


def days(draft: Draft) -> Iterator[Diagnostic]:
    """SOP402: a day of the week that cannot be read, or that is said twice.

    Days are `mon`, `tue`, `wed`, `thu`, `fri`, `sat`, `sun`; `mon-fri` is all from one to the other, `sat sun` both,
    `every day` all seven. Each day is said once.

    Fails:

        week: {workdays: 08:30-17:30}

    Passes:

        week: {mon-fri: 08:30-17:30, sat sun: 09:00-12:00}
    """
    for fact in draft.of("day_text"):
        yield error(
            "SOP402",
            fact.span,
            msg("`{text}` names no days of the week", text=fact.values["text"][:30]),
            msg("The hours that stand here would belong to no day."),
            msg("write `mon`, `mon-fri`, `sat sun` or `every day`"),
        )
    for fact in draft.of("day_twice"):
        yield error(
            "SOP402",
            fact.span,
            msg("`{day}` is said twice", day=fact.values["day"]),
            msg("Which of the two hours hold cannot be told."),
            msg("name each day once"),
            notes=(Note(fact.other, msg("here the first time")),) if fact.other else (),
        )


def dates(draft: Draft) -> Iterator[Diagnostic]:
    """SOP403: a date that cannot be read, or a holiday that does not say its days.

    Dates are written `2026-10-01`. A holiday has a single day, `on`, or a first and a last one, `from` and `to`, both
    free.

    Fails:

        holidays: [{name: National Day, from: 1 October, to: 2026-10-07}]

    Passes:

        holidays: [{name: National Day, from: 2026-10-01, to: 2026-10-07, make_up: [2026-09-20, 2026-10-10]}]
    """
    for fact in draft.of("date_text"):
        yield error(
            "SOP403",
            fact.span,
            msg("`{text}` is no date", text=str(fact.values["text"])[:30]),
            None,
            msg("write year, month and day: `2026-10-01`"),
        )
    for fact in draft.of("holiday_span"):
        yield error(
            "SOP403",
            fact.span,
            msg("this holiday does not say which days it has"),
            msg("A single day stands under `on`; several under `from` and `to`."),
            msg("write `on: 2026-04-05`, or `from: 2026-10-01, to: 2026-10-07`"),
        )
    for fact in draft.of("holiday_order"):
        yield error(
            "SOP403",
            fact.span,
            msg("this holiday ends on {last}, and begins on {first}", **fact.values),
            msg("A holiday is at least one day long, and at most a year."),
            msg("exchange `from` and `to`, or correct the year"),
        )


def overlaps(draft: Draft) -> Iterator[Diagnostic]:
    """SOP404: hours that overlap.

    Time that stands in two shifts counts once, so one of them may not be what was meant. A night shift also reaches
    into the hours of the next day.

    Fails:

        week: {mon-fri: ["08:30-12:00", "11:30-17:30"]}

    Passes:

        week: {mon-fri: ["08:30-12:00", "12:30-17:30"]}
    """
    for fact in draft.of("overlap"):
        first, second = fact.values.get("shifts") or fact.values["days"]
        title = (
            msg("`{first}` and `{second}` overlap", first=first, second=second)
            if "shifts" in fact.values
            else msg("the night of `{first}` reaches into the hours of `{second}`", first=first, second=second)
        )
        yield warning(
            "SOP404", fact.span, title, msg("What stands in both counts once: one of them may be too long."),
            msg("let the one end where the other begins"),
        )  # fmt: skip


def zones(draft: Draft) -> Iterator[Diagnostic]:
    """SOP405: a time zone that is not known, or none at all.

    A zone is named as in the IANA database: `Asia/Shanghai`, which is all of China. What is meant by `CST` or `+08:00`
    is several zones there. A calendar takes the zone of the one that it extends.

    Fails:

        zone: Asia/Shanghia

    Passes:

        zone: Asia/Shanghai
    """
    for fact in draft.of("zone"):
        name = fact.values["name"]
        guesses = ("Asia/Shanghai",) if name in _CHINA else near(name, sorted(known_zones()))
        yield error(
            "SOP405",
            fact.span,
            msg("there is no time zone `{name}`", name=name[:40]),
            msg("Hours on the wall clock mean nothing until it is known whose clock it is."),
            msg("write `{word}`", word=guesses[0] if guesses else "Asia/Shanghai"),
            guesses,
        )
    for fact in draft.of("no_zone"):
        yield error(
            "SOP405",
            fact.span,
            msg("this calendar has no time zone"),
            msg("Hours on the wall clock mean nothing until it is known whose clock it is."),
            msg("write `zone: Asia/Shanghai`"),
        )


def renamed(draft: Draft) -> Iterator[Diagnostic]:
    """SOP412: a time zone by an old name.

    Names in the IANA database change, and machines that leave the old ones out become more. One that does not know the
    zone of a published calendar can count nothing on it.

    Fails:

        zone: Asia/Chongqing

    Passes:

        zone: Asia/Shanghai
    """
    for fact in draft.of("zone_renamed"):
        name, present = fact.values["name"], fact.values["present"]
        yield warning(
            "SOP412",
            fact.span,
            msg("`{name}` is an old name of `{present}`", name=name, present=present),
            msg("A machine that leaves old names out could count nothing on this calendar."),
            msg("write `{word}`", word=present),
            (present,),
        )


def minutes(draft: Draft) -> Iterator[Diagnostic]:
    """SOP406: a calendar without a working minute.

    Nothing that is promised on it would ever be due. A file that only lists holidays, for others to extend, has no
    `week` at all.

    Fails:

        week: {every day: closed}

    Passes:

        week: {mon-fri: 08:30-17:30}
    """
    for fact in draft.of("no_minute"):
        yield error(
            "SOP406",
            fact.span,
            msg("this calendar has no working minute"),
            msg("Nothing that is promised on it would ever be due."),
            msg("write hours: `week: {{mon-fri: 08:30-17:30}}`; or take `week` away, if it only lists holidays"),
        )


def twice(draft: Draft) -> Iterator[Diagnostic]:
    """SOP407: a date that is said twice.

    A date belongs to one holiday, or makes up for one; not to two, and not both at once. A single day with hours of its
    own, under `dates`, may lie in a holiday: it goes before.

    Fails:

        holidays:
          - {name: Mid-Autumn, on: 2026-09-25}
          - {name: National Day, from: 2026-09-25, to: 2026-10-07}

    Passes:

        holidays:
          - {name: Mid-Autumn, from: 2026-09-25, to: 2026-09-27}
          - {name: National Day, from: 2026-10-01, to: 2026-10-07}
    """
    for fact in draft.of("date_twice"):
        yield error(
            "SOP407",
            fact.span,
            msg("{day} is said twice", day=fact.values["day"]),
            msg("Whether anybody works on that day cannot be told."),
            msg("leave it in one of the two places"),
            notes=(Note(fact.other, msg("here the first time")),) if fact.other else (),
        )


def extended(draft: Draft) -> Iterator[Diagnostic]:
    """SOP408: what a calendar extends is not there, or a file does not call itself as it is called.

    `extends` names a calendar, which is the file `NAME.yaml` beside this one, and which does not extend this one in
    turn. The file says the same name of itself.

    Fails:

        extends: chnia

    Passes:

        extends: holidays
    """
    for fact in draft.of("extends"):
        name, known = fact.values["name"], fact.values["known"]
        guesses = near(name, known)
        circle = fact.values["circle"]
        yield error(
            "SOP408",
            fact.span,
            msg("`{name}` extends this calendar in turn", name=name[:40])
            if circle
            else msg("there is no calendar `{name}` to extend", name=name[:40]),
            msg("Its holidays and hours would be missing here."),
            msg("write `{word}`", word=guesses[0])
            if guesses and not circle
            else msg("name a calendar that is there and does not lead back here, or take `extends` away"),
            guesses if not circle else (),
        )
    for fact in draft.of("calendar_name"):
        name, file = fact.values["name"], fact.values["file"]
        yield error(
            "SOP408",
            fact.span,
            msg("the file of the calendar `{file}` calls itself `{name}`", file=file[:20], name=name[:20]),
            msg("A procedure finds a calendar by the name of its file."),
            msg("write `calendar: {file}`, or give the file the other name", file=file),
        )


def ids(draft: Draft) -> Iterator[Diagnostic]:
    """SOP411: a calendar's id that is none.

    It is typed at the command line, and stands in procedures and in the record: small letters from a to z, digits, and
    hyphens between them. What people read is the title.

    Fails:

        calendar: Front Desk

    Passes:

        calendar: example
        title: {zh: 前台, en: Front desk}
    """
    for fact in draft.of("calendar_id"):
        yield error(
            "SOP411",
            fact.span,
            msg("`{name}` is no id of a calendar", name=fact.values["name"][:40]),
            msg("It stands in procedures and in the record, and is typed at the command line."),
            msg("write small letters, digits and hyphens: `front-desk`; and call the file the same"),
        )


def doubtful(draft: Draft) -> Iterator[Diagnostic]:
    """SOP409: words of a calendar that change nothing, or not what they seem to.

    A make-up workday is one on which the week would be free; hours in long holidays need holidays that are long enough;
    a single day outside `known_from` and `known_through` stands among days of which nothing else is known.

    Fails:

        holidays: [{name: National Day, from: 2026-10-01, to: 2026-10-07, make_up: 2026-10-09}]

    Passes:

        holidays: [{name: National Day, from: 2026-10-01, to: 2026-10-07, make_up: 2026-10-10}]
    """
    for fact in draft.of("make_up_workday"):
        yield warning(
            "SOP409",
            fact.span,
            msg("{day} is worked anyway", day=fact.values["day"]),
            msg("A make-up workday is one on which the week is free; this one makes up for nothing."),
            msg("correct the date, or take it away"),
        )
    for fact in draft.of("no_long_holiday"):
        yield warning(
            "SOP409",
            fact.span,
            msg("no holiday here has more than {over} days", over=fact.values["over"]),
            msg("These hours will never be worked."),
            msg("extend a calendar with holidays, or take `long_holidays` away"),
        )
    for fact in draft.of("date_unknown"):
        yield warning(
            "SOP409",
            fact.span,
            msg("{day} lies outside the days for which holidays are known", day=fact.values["day"]),
            msg("What is due near it is provisional all the same."),
            msg("move `known_from` or `known_through` when the year's notice is out"),
        )


def horizon(draft: Draft) -> Iterator[Diagnostic]:
    """SOP410: holidays are known for less than three months ahead.

    What is due after `known_through` is provisional: it is counted as if there were no holidays, and counted anew when
    the year's notice is loaded. That is right until the notice is out, and a fault afterwards. It is told by
    `sop calendar check` and `sop calendar publish`, which know what day it is; these examples are looked at on
    2026-11-22.

    Fails:

        known_through: 2026-12-31

    Passes:

        known_through: 2027-12-31
    """
    for fact in draft.of("horizon"):
        until = fact.values["until"]
        yield warning(
            "SOP410",
            fact.span,
            msg("holidays were known through {until}, which is past", until=until)
            if fact.values["past"]
            else msg("holidays are known through {until} only", until=until),
            msg("What is due later is provisional: it is counted as if there were no holidays then."),
            msg("load the notice of the year when it is out: `sop calendar import --help`"),
        )
