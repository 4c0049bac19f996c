"""`sop roster show` and `swap`: who works when, and two people who swap their shifts of a day."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Annotated, Any

from sop_engine.console.call import Call
from sop_engine.console.output import Column
from sop_engine.console.parameters import argument, option
from sop_engine.console.rostered import (
    WEEK,
    cell,
    day_named,
    day_views,
    days_of_month,
    month_named,
    persons_in,
)
from sop_engine.engine.people.identity import find_person
from sop_engine.errors import NotUnderstood
from sop_engine.messages import msg
from sop_engine.ticket.records import SITE
from sop_engine.ticket.site.rostering import waiting_swaps
from sop_engine.worktime.rosters import Roster

if TYPE_CHECKING:
    from sop_engine.console.opened import Opened


def show(
    call: Call,
    week: Annotated[
        str | None, option("--week", help=msg("the week of this day; otherwise this week"), metavar="DATE")
    ] = None,
    month: Annotated[str | None, option("--month", help=msg("a whole month: 2026-12"), metavar="MONTH")] = None,
    person: Annotated[str | None, option("--person", help=msg("one person only"), metavar="NAME")] = None,
) -> None:
    """Show who works when, who leads, and which swaps wait for an answer."""
    from sop_engine.engine.rosters.loading import standing_roster

    if week is not None and month is not None:
        raise NotUnderstood(msg("--week and --month are two things; give one"))
    with call.open() as opened:
        opened.require_known()
        today = opened.now.astimezone(opened.zone).date()
        days = _days(week, month, today)
        with opened.reading() as reading:
            only = None if person is None else find_person(reading, person).id
            roster = standing_roster(opened.site.engine, reading)
            site = reading.ticket(SITE)
        swaps = waiting_swaps(site.fields if site is not None else {}, str(today))
        persons = [] if roster is None else [each for each in persons_in(roster, days) if only in (None, each)]
        if call.json:
            shown = [] if roster is None else day_views(opened, roster, days, persons)
            call.output.json({"from": str(days[0]), "to": str(days[-1]), "days": shown, "swaps": swaps})
            return
        if roster is None:
            call.output.tell(msg("no roster was loaded yet; everybody counts as on shift"),
                             msg("fix: {fix}", fix=msg("sop roster import FILE")))  # fmt: skip
            return
        _tell(opened, roster, days, persons)
        for each in swaps:
            call.output.tell(
                msg("{by} would like {one} and {other} to swap {day}; whoever agrees: sop roster swap {a} {b} {day}",
                    by=opened.named(each["by"]), one=opened.named(each["one"]), other=opened.named(each["other"]),
                    day=each["date"], a=each["one"], b=each["other"])
            )  # fmt: skip


def _days(week: str | None, month: str | None, today: date) -> list[date]:
    if month is not None:
        return days_of_month(date(*month_named(month), 1))
    day = today if week is None else day_named(week, today, "--week")
    monday = day - timedelta(days=day.weekday())
    return [monday + timedelta(days=ahead) for ahead in range(WEEK)]


def _tell(opened: "Opened", roster: Roster, days: Sequence[date], persons: Sequence[str]) -> None:
    """A table of weeks on a terminal; in a pipe a line for each person and day."""
    call = opened.call
    if not persons:
        call.output.tell(msg("the roster says nothing of {first} to {last}", first=str(days[0]), last=str(days[-1])))
        return
    if not call.output.on_terminal():
        for view in day_views(opened, roster, days, persons):
            for each in view["people"]:
                row = [view["date"], each["person"], opened.names.get(each["person"], ""), each["shift"]]
                call.output.table((), [[*row, each["starts"] or "", each["ends"] or ""]])
        return
    for begin in range(0, len(days), WEEK):
        some = days[begin : begin + WEEK]
        heads = [Column(msg("name")), *(Column(msg("{day}", day=f"{each:%m-%d}"), whole=True) for each in some)]
        rows: list[list[Any]] = [
            [opened.names.get(each) or each, *(cell(roster, each, day) for day in some)] for each in persons
        ]
        leads = [tuple(opened.names.get(who) or who for who in roster.leads(day)) for day in some]
        if any(leads):
            rows.append([msg("leads"), *leads])
        if begin:
            call.output.line("")
        call.output.table(heads, rows)


def swap(
    call: Call,
    one: Annotated[str, argument(msg("one of the two, by id or name"), "ONE")],
    other: Annotated[str, argument(msg("the other"), "OTHER")],
    day: Annotated[str, argument(msg("the day: 2026-12-03, 12-3 or 明天"), "DATE")],
    withdraw: Annotated[bool, option("--withdraw", help=msg("take a proposal back, or decline it"))] = False,
) -> None:
    """Let two people swap their shifts of a day: one proposes it, the other agrees with the same command. An
    administrator's word stands for both."""
    from sop_engine.console.doing import explaining
    from sop_engine.engine.rosters.loading import swap_shifts
    from sop_engine.engine.rosters.reckoning import look_again

    with call.open() as opened:
        today = opened.now.astimezone(opened.zone).date()
        when = day_named(day, today, "DATE")
        with opened.reading() as reading:
            people = [find_person(reading, each) for each in (one, other)]
        if people[0].id == people[1].id:
            raise NotUnderstood(msg("a swap is between two people"))
        shared = {role for role, _scope in people[0].roles} & {role for role, _scope in people[1].roles}
        if not shared:
            raise NotUnderstood(
                msg("{one} and {other} hold no role in common: neither could do the other's work",
                    one=opened.named(people[0].id), other=opened.named(people[1].id))
            )  # fmt: skip
        with explaining(opened, None), call.writing():
            done = swap_shifts(
                opened.site.engine, people[0].id, people[1].id, when, opened.who, withdraw, call.dry_run, call.key
            )
            changed = any(event.get("field") == "roster" for event in done.step.events)
            if changed and not call.dry_run:
                look_again(opened.site.engine, opened.who)
        if call.json:
            state = "withdrawn" if withdraw else "swapped" if changed else "proposed"
            call.output.json({"date": str(when), "one": people[0].id, "other": people[1].id, "state": state,
                              "dry_run": call.dry_run})  # fmt: skip
            return
        if call.dry_run:
            call.output.tell(msg("dry run: nothing of this was kept"))
        names = {"one": opened.named(people[0].id), "other": opened.named(people[1].id), "day": str(when)}
        if withdraw:
            call.output.tell(msg("{one} and {other} do not swap {day}", **names))
        elif changed:
            call.output.tell(msg("{one} and {other} have swapped their shifts of {day}", **names))
        else:
            again = msg("sop roster swap {one} {other} {day}", one=people[0].id, other=people[1].id, day=str(when))
            call.output.tell(
                msg("proposed that {one} and {other} swap {day}; it counts when the other agrees", **names),
                msg("fix: {fix}", fix=again),
            )
