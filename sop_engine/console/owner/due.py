"""`sop calendar due`: when something would be due, one case or many, and why then."""

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, Final

from sop_engine.console.call import Call
from sop_engine.console.failures import Around, failure_json
from sop_engine.console.given import read_json
from sop_engine.console.names import span
from sop_engine.console.owner.accounts import account_lines, weekday
from sop_engine.console.owner.calendar_names import Calendars, calendars_folder, whole
from sop_engine.console.parameters import argument, option
from sop_engine.engine.publishing.calendars import compile_written_out
from sop_engine.errors import NotUnderstood, SopError
from sop_engine.messages import Message, msg
from sop_engine.ticket.near import near
from sop_engine.values import ValueProblem
from sop_engine.values.moments import read_date, read_instant
from sop_engine.worktime import Calendar, Due, NotADuration, Pause, Reckoner, accounts, allowance_text, parse_allowance
from sop_engine.worktime.allowances import Allowance, is_in_figures
from sop_engine.worktime.dues import Roll

MOST_CASES: Final = 100_000
"""of `--from-file`"""
_LARGEST: Final = 64 * 1024 * 1024
"""characters that they have together"""
_KEPT: Final = 32
"""calendars that are written out, at once: a list of cases may have one in each"""


def due(
    call: Call,
    calendar: Annotated[str | None, argument(msg("a calendar, or a file"), "CALENDAR")] = None,
    allowance: Annotated[str | None, argument(msg("how long: 4 h, 1 workday, 3 months"), "ALLOWANCE")] = None,
    start: Annotated[str | None, option("--start", help=msg("when it begins (default: now)"), metavar="TIME")] = None,
    before: Annotated[
        str | None, option("--before", help=msg("count back from this date or time"), metavar="TIME")
    ] = None,
    roll: Annotated[
        str | None,
        option("--roll", help=msg("where a date before is no workday: previous or next"), metavar="WAY"),
    ] = None,
    pause: Annotated[
        list[str] | None,
        option("--pause", help=msg("does not count: FROM/TO, or FROM/ for a pause that lasts"), metavar="FROM/TO"),
    ] = None,
    from_file: Annotated[
        str | None, option("--from-file", help=msg("a JSON list of cases; - is standard input"), metavar="FILE")
    ] = None,
) -> int:
    """Say when something would be due, and why then."""
    if from_file is not None:
        return _due_of_cases(call, read_json(from_file, _LARGEST))
    if calendar is None or allowance is None:
        raise NotUnderstood(
            msg("a calendar and an allowance are needed"), fix=msg('write it so: sop calendar due office "1 workday"')
        )
    case: dict[str, Any] = {
        "calendar": calendar,
        "allowance": allowance,
        "pauses": [_pause(each) for each in pause or []],
    }
    case |= {"anchor": before} if before is not None else {"start": start or "now"}
    case |= {"roll": roll} if roll is not None else {}
    reckoned = _Cases(call).reckon(case)
    if call.json:
        call.output.json(reckoned.json(counted=True))
        return 0
    reckoned.tell(call)
    return 0


def _pause(text: str) -> dict[str, str | None]:
    begins, slash, ends = text.partition("/")
    if not slash:
        raise NotUnderstood(
            msg("`{text}` is no pause", text=text[:60]),
            fix=msg(
                "write it so: --pause '2026-11-23 11:00/2026-11-23 14:00', or with nothing after the / while it lasts"
            ),
        )
    return {"from": begins, "to": ends or None}


def _due_of_cases(call: Call, cases: Any) -> int:
    """Answer every case, in order; exit code 8 where some could not be understood."""
    if not isinstance(cases, list) or len(cases) > MOST_CASES:
        raise NotUnderstood(msg("a list of at most {most} cases is wanted", most=MOST_CASES))
    reckoner = _Cases(call)
    answers: list[dict[str, Any]] = []
    failed = 0
    for number, case in enumerate(cases):
        try:
            answers.append(reckoner.reckon(case).json())
        except SopError as error:
            failed += 1
            answers.append(failure_json(error, Around(), call.language))
            answers[-1]["error"]["where"] = f"[{number}]"
    call.output.json(answers)
    return 8 if failed else 0


class _Reckoned:
    """A case with its answer."""

    def __init__(self, calendar: Calendar, start: datetime | None, pauses: list[Pause], result: Due) -> None:
        self.calendar = calendar
        self.start = start
        self.pauses = pauses
        self.due = result

    def json(self, counted: bool = False) -> dict[str, Any]:
        found: dict[str, Any] = {
            "kind": self.due.kind,
            "due": None if self.due.at is None else self._local(self.due.at),
            "remaining_seconds": int(self.due.remaining.total_seconds()) if self.due.kind == "paused" else None,
            "provisional": self.due.provisional,
        }
        if counted and self.start is not None and self.due.at is not None:
            found["counted"] = [
                {"from": self._local(opens), "to": self._local(closes)}
                for each in accounts(self.calendar, self.start, self.due.at, self.pauses)
                for opens, closes in each.worked
            ]
        return found

    def tell(self, call: Call) -> None:
        pairs: list[tuple[Any, Any]] = []
        match self.due.kind:
            case "due":
                assert self.due.at is not None
                local = self.due.at.astimezone(self.calendar.tz)
                pairs.append(
                    (
                        msg("due"),
                        msg("{when} {weekday}", when=f"{local:%Y-%m-%d %H:%M}", weekday=weekday(local.weekday())),
                    )
                )
            case "paused":
                pairs.append((msg("paused"), msg("{span} remain", span=span(self.due.remaining))))
            case "unreachable":
                pairs.append(
                    (msg("never due"), msg("this calendar does not open often enough, within a hundred years"))
                )
        if self.due.provisional:
            pairs.append((msg("provisional"), self._known()))
        pairs.append((msg("calendar"), self.calendar.title))
        call.output.pairs(pairs)
        if self.start is not None and self.due.at is not None:
            told = accounts(self.calendar, self.start, self.due.at, self.pauses)
            for line in account_lines(told, self.calendar, call.language):
                call.output.line(line)

    def _known(self) -> Message:
        first, last = self.calendar.known_from, self.calendar.known_through
        if first is None:
            return msg("holidays are known through {day} only", day=str(last))
        if last is None:
            return msg("holidays are known from {day} on only", day=str(first))
        return msg("holidays are known from {first} to {last} only", first=str(first), last=str(last))

    def _local(self, instant: datetime) -> str:
        return instant.astimezone(self.calendar.tz).isoformat(
            timespec="milliseconds" if instant.microsecond else "seconds"
        )


class _Cases:
    """Cases read and reckoned; a calendar is made ready once."""

    _KNOWN = frozenset({"calendar", "start", "anchor", "allowance", "pauses", "roll", "id"})

    def __init__(self, call: Call) -> None:
        self._call = call
        self._calendars = Calendars(call)
        self._named: dict[str, Reckoner] = {}
        self._written: dict[str, Reckoner] = {}

    def reckon(self, case: Any) -> _Reckoned:
        if not isinstance(case, Mapping):
            raise NotUnderstood(msg("a case is a map with calendar, allowance, and start or anchor"))
        for word in case:
            if word not in self._KNOWN:
                raise NotUnderstood(
                    msg("a case has no `{word}`", word=str(word)[:40]), near=near(str(word), self._KNOWN)
                )
        reckoner = self._reckoner(case.get("calendar"))
        if "allowance" not in case:
            raise NotUnderstood(msg("a case has an `allowance`, such as 4 h or 1 workday"))
        allowance = _allowance(case["allowance"])
        pauses = self._pauses(case.get("pauses") or [], reckoner.calendar)
        anchor, start = case.get("anchor"), case.get("start")
        if (anchor is None) == (start is None):
            raise NotUnderstood(msg("a case has a start or an anchor, and not both"))
        try:
            if anchor is not None:
                if pauses:
                    raise NotUnderstood(msg("what is counted back from an anchor has no pauses"))
                when = self._anchor(anchor, reckoner.calendar)
                return _Reckoned(reckoner.calendar, None, [], reckoner.before(when, allowance, _roll(case.get("roll"))))
            if case.get("roll"):
                raise NotUnderstood(msg("only what is counted back from an anchor is rolled to a workday"))
            begin = self._instant(start, reckoner.calendar)
            return _Reckoned(reckoner.calendar, begin, pauses, reckoner.due(begin, allowance, pauses))
        except (OverflowError, ValueError):
            raise NotUnderstood(msg("that leads out of the years that a calendar has")) from None

    def _reckoner(self, said: Any) -> Reckoner:
        if isinstance(said, Mapping):
            return self._written_out(said)
        if not isinstance(said, str):
            raise NotUnderstood(msg("`calendar` is a name, or a calendar that is written out"))
        if said not in self._named:
            self._named[said] = Reckoner(self._calendars.named(said))
        return self._named[said]

    def _written_out(self, said: Mapping[str, Any]) -> Reckoner:
        """The calendar of a map; one that comes again is not read again."""
        text = json.dumps(said, sort_keys=True, default=str)
        found = self._written.get(text)
        if found is None:
            if len(self._written) == _KEPT:
                del self._written[next(iter(self._written))]
            compiled = compile_written_out(said, calendars_folder(self._call))
            found = self._written[text] = Reckoner(whole(compiled, "<calendar>"))
        return found

    def _pauses(self, said: Any, calendar: Calendar) -> list[Pause]:
        pauses: list[Pause] = []
        for each in said if isinstance(said, list) else [said]:
            if not isinstance(each, Mapping) or "from" not in each or set(each) - {"from", "to"}:
                raise NotUnderstood(msg("a pause is a map with `from`, and `to`, which is null while it lasts"))
            begins = self._instant(each["from"], calendar)
            ends = None if each.get("to") is None else self._instant(each["to"], calendar)
            if ends is not None and ends < begins:
                raise NotUnderstood(msg("a pause ends before it begins: {begin} to {end}", begin=str(each["from"])[:40],
                                        end=str(each["to"])[:40]))  # fmt: skip
            pauses.append((begins, ends))
        return pauses

    def _instant(self, said: Any, calendar: Calendar) -> datetime:
        try:
            return read_instant(_text(said), self._calendars.now, calendar.tz)
        except ValueProblem as problem:
            raise NotUnderstood(problem.message) from None

    def _anchor(self, said: Any, calendar: Calendar) -> datetime | date:
        try:
            return read_date(_text(said), self._calendars.now.astimezone(calendar.tz).date())
        except ValueProblem:
            return self._instant(said, calendar)


def _allowance(said: Any) -> Allowance:
    text = _text(said)
    try:
        found = parse_allowance(text)
    except NotADuration as problem:
        raise NotUnderstood(problem.message) from None
    if not is_in_figures(text):
        raise NotUnderstood(
            msg("the number of `{text}` is not written in figures", text=text[:30]),
            fix=msg("write `{written}`", written=allowance_text(found, "zh")),
        )
    return found


def _text(said: Any) -> str:
    if not isinstance(said, str):
        raise NotUnderstood(
            msg("`{value}` is no text", value="null" if said is None else str(said)[:40]),
            fix=msg('times and allowances are texts: "2026-11-23 10:00", "1 workday"'),
        )
    return said


def _roll(said: Any) -> Roll:
    if said in (None, "", "none"):
        return ""
    if said in ("previous", "next"):
        return "previous" if said == "previous" else "next"
    raise NotUnderstood(msg("`roll` is previous or next, not `{text}`", text=str(said)[:20]))
