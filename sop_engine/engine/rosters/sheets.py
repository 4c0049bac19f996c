"""A roster's sheet as centres write it, read: rows are people, columns days, cells 早/晚/夜/行政/休; or a duty list
(值班表), a day in each row. Faults are values with their cell; all are found, and with any nothing counts.

| row of a roster | what |
|---|---|
| before the head | a title, which may say the month |
| the head | a column for names (姓名), and one for each day: `3`, `12-3`, `12月3日`, `2026-12-03` |
| under the head, no name | days of the week; not read |
| 带班, 带班领导 | who leads on each day |
| 备注 and the like | not read |
| any other | a person |
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from sop_engine.errors import NotUnderstood
from sop_engine.messages import Message, msg
from sop_engine.sheets import column_letters
from sop_engine.store.seam import Person
from sop_engine.ticket.near import near
from sop_engine.values import ValueProblem
from sop_engine.values.moments import read_date

WORDS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("早", "早班", "e", "early"), "early"),
    **dict.fromkeys(("晚", "晚班", "中", "中班", "l", "late"), "late"),
    **dict.fromkeys(("夜", "夜班", "大夜", "n", "night"), "night"),
    **dict.fromkeys(("行政", "行政班", "行", "常", "常白", "白", "白班", "o", "office"), "office"),
    **dict.fromkeys(("休", "休息", "轮休", "公休", "调休", "年假", "病假", "事假", "假", "r", "rest", "off"), "rest"),
}
"""what stands in a cell -> the shift. Kinds of leave are all rest: why somebody is away is nobody's business here."""
_NAMES: Final = {"姓名", "人员", "员工", "名字", "name", "person"}
_DAYS: Final = {"日期", "date", "day"}
_LEADS: Final = {"带班", "带班领导", "带班人", "值班领导", "值班经理", "带班经理", "lead", "duty manager"}
_UNREAD: Final = ("备注", "说明", "注", "制表", "审核", "审批", "合计", "星期", "电话", "节日", "序号", "岗位", "部门",
                  "工号", "note", "weekday", "phone", "post", "no.")  # fmt: skip
_WEEKDAY: Final = re.compile(r"(周|星期)?[一二三四五六日天]|mon|tue|wed|thu|fri|sat|sun")
_MONTH: Final = re.compile(r"(20\d\d)\s*[年./-]\s*(\d{1,2})(?:\s*月|(?![\d./-]))")
_NUMBER: Final = re.compile(r"(\d{1,2})(?:日|号)?")
_BESIDE: Final = re.compile(r"\s*[(（]?(周|星期)[一二三四五六日天][)）]?$")
_BETWEEN: Final = re.compile(r"[、,，;；/\s]+")
Rows = list[list[str]]
"""each cell as text, line breaks in it as spaces"""
_LOOKED_AT: Final = 12
"""rows among which the head must be"""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in a cell, or in a whole row where `column` is None. Both count from 0."""

    row: int
    column: int | None
    what: Message

    def said(self) -> Message:
        """With its place, as the spreadsheet names it."""
        if self.column is None:
            return msg("row {row}: {what}", row=self.row + 1, what=self.what)
        return msg("{cell}: {what}", cell=f"{column_letters(self.column)}{self.row + 1}", what=self.what)


@dataclass(slots=True)
class Said:
    """What a file says. `None` for a shift: the cell is blank, and nothing is said of that day any more."""

    shifts: dict[tuple[str, date], str | None] = field(default_factory=dict)
    leads: dict[date, tuple[str, ...]] = field(default_factory=dict)
    duty: dict[date, tuple[str, ...]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)


def read_roster(
    rows: Rows, people: Sequence[Person], today: date, month: tuple[int, int] | None, words: Mapping[str, str]
) -> Said:
    """What a file says of whom. `month` is that of columns which say a day only; `words` are the site's own, beside
    `WORDS`. Raises `NotUnderstood` where it is neither a roster nor a duty list."""
    reader = _Reader(rows, people, today, month, words)
    for rank, row in enumerate(rows[:_LOOKED_AT]):
        heads = [_folded(cell) for cell in row]
        if any(head in _DAYS for head in heads):
            reader.duty_list(rank, heads)
            return reader.said
        days = sum(_is_day(cell) for cell in row)
        if days >= 3 or (days and any(head in _NAMES for head in heads)):
            reader.roster(rank, row)
            return reader.said
    raise NotUnderstood(
        msg("no row of this file is the head of a roster"),
        fix=msg("a roster has a column for names and one for each day; a duty list a column for dates: 姓名,1,2,3 or"
                " 日期,带班领导,值班人员"),
    )  # fmt: skip


def _folded(cell: str) -> str:
    return unicodedata.normalize("NFKC", cell).strip().strip(":：").casefold()


def _is_day(cell: str) -> bool:
    text = _BESIDE.sub("", _folded(cell))
    if _NUMBER.fullmatch(text):
        return True
    try:
        return bool(text) and any(each.isdigit() for each in text) and bool(read_date(text, date(2026, 1, 1)))
    except ValueProblem:
        return False


class _Reader:
    """One file while it is read."""

    def __init__(
        self,
        rows: Rows,
        people: Sequence[Person],
        today: date,
        month: tuple[int, int] | None,
        words: Mapping[str, str],
    ) -> None:
        self.said = Said()
        self._rows, self._today, self._month = rows, today, month
        self._words = {**WORDS, **{_folded(word): kind for word, kind in words.items()}}
        self._people: dict[str, list[Person]] = {}
        for each in people:
            for name in {each.id.casefold(), _folded(each.name)} - {""}:
                self._people.setdefault(name, []).append(each)

    # --- a roster ---

    def roster(self, head: int, row: Sequence[str]) -> None:
        """Rows are people, columns days."""
        month = self._month or self._month_above(head)
        days = dict(self._columns(head, row, month))
        named = next((rank for rank, cell in enumerate(row) if _folded(cell) in _NAMES), None)
        column = named if named is not None else next(iter(set(range(len(row))) - set(days)), 0)
        seen: dict[str, int] = {}
        for number, cells in enumerate(self._rows[head + 1 :], head + 1):
            name = cells[column] if column < len(cells) else ""
            about = [(day, rank, cells[rank] if rank < len(cells) else "") for rank, day in days.items()]
            if not name:
                self._unnamed(number, about)
            elif _folded(name) in _LEADS:
                for day, rank, cell in about:
                    if cell:
                        self.said.leads[day] = tuple(self._named(number, rank, cell))
            elif not _folded(name).startswith(_UNREAD):
                self._person_row(number, column, name, about, seen)

    def _month_above(self, head: int) -> tuple[int, int] | None:
        """The month that a title says, above the head or in it."""
        for row in self._rows[: head + 1]:
            for cell in row:
                found = _MONTH.search(unicodedata.normalize("NFKC", cell))
                if found is not None and 1 <= int(found[2]) <= 12 and not _is_day(cell):
                    return int(found[1]), int(found[2])
        return None

    def _columns(self, head: int, row: Sequence[str], month: tuple[int, int] | None) -> Iterator[tuple[int, date]]:
        """The columns that are days, each with its date."""
        known: dict[date, int] = {}
        for rank, cell in enumerate(row):
            if not _is_day(cell):
                continue
            day = self._day(head, rank, cell, month)
            if day is None:
                continue
            if day in known:
                first = f"{column_letters(known[day])}{head + 1}"
                self._fault(head, rank, msg("{day} stands in {cell} already", day=str(day), cell=first))
                continue
            known[day] = rank
            yield rank, day

    def _day(self, row: int, column: int, cell: str, month: tuple[int, int] | None) -> date | None:
        """The date that a cell says; None, and a fault, where there is no such day."""
        text = _BESIDE.sub("", _folded(cell))
        found = _NUMBER.fullmatch(text)
        try:
            if found is None:
                return read_date(text, date(*month, 15) if month is not None else self._today)
            if month is None:
                raise NotUnderstood(
                    msg("the columns say days without their month"),
                    fix=msg("say it with --month 2026-12, or in a title above: 2026年12月排班表"),
                )
            return date(*month, int(found[1]))
        except (ValueProblem, ValueError):
            self._fault(row, column, msg("there is no day {day}", day=cell[:40]))
            return None

    def _unnamed(self, number: int, about: Sequence[tuple[date, int, str]]) -> None:
        """A row without a name: days of the week, or nothing, or somebody whom nobody has named."""
        cells = [_folded(cell) for _day, _rank, cell in about if cell]
        if cells and not all(_WEEKDAY.fullmatch(cell) for cell in cells):
            self.said.faults.append(Fault(number, None, msg("it has shifts and no name")))

    def _person_row(
        self, number: int, column: int, name: str, about: Sequence[tuple[date, int, str]], seen: dict[str, int]
    ) -> None:
        found = list(self._named(number, column, name, whole=True))
        person = found[0] if found else None
        if person in seen:
            self._fault(number, column, msg("{name} stands in row {row} already", name=name, row=seen[person] + 1))
        elif person is not None:
            seen[person] = number
        for day, rank, cell in about:
            kind = self._words.get(_folded(cell))
            if kind is None and cell:
                self._fault(number, rank, self._no_shift(day, cell))
            elif person is not None:
                self.said.shifts[person, day] = kind

    def _no_shift(self, day: date, cell: str) -> Message:
        close = near(_folded(cell), self._words)
        if close:
            return msg("`{cell}` on {day} is no shift; did you mean {near}?", cell=cell[:20], day=str(day),
                       near=close[0])  # fmt: skip
        return msg("`{cell}` on {day} is no shift; write 早, 晚, 夜, 行政 or 休, or say in sop.toml what it means",
                   cell=cell[:20], day=str(day))  # fmt: skip

    # --- a duty list ---

    def duty_list(self, head: int, heads: Sequence[str]) -> None:
        """A day in each row: who leads, and who is on duty, in as many columns as it has."""
        month = self._month or self._month_above(head)
        column = next(rank for rank, each in enumerate(heads) if each in _DAYS)
        leads = [rank for rank, each in enumerate(heads) if each in _LEADS]
        duty = [rank for rank, each in enumerate(heads)
                if each and rank not in leads and rank != column and not each.startswith(_UNREAD)]  # fmt: skip
        for number, cells in enumerate(self._rows[head + 1 :], head + 1):
            said = cells[column] if column < len(cells) else ""
            if not any(cells) or _folded(said).startswith(_UNREAD):
                continue
            if not _is_day(said):
                self._fault(number, column, msg("`{cell}` is no date", cell=said[:40]))
                continue
            day = self._day(number, column, said, month)
            if day is None:
                continue
            if day in self.said.duty:
                self._fault(number, column, msg("{day} stands in the list twice", day=str(day)))
            for into, columns in ((self.said.leads, leads), (self.said.duty, duty)):
                found = [name for rank in columns if rank < len(cells) and cells[rank]
                         for name in self._named(number, rank, cells[rank])]  # fmt: skip
                into[day] = tuple(dict.fromkeys(found))

    # --- people ---

    def _named(self, row: int, column: int, cell: str, whole: bool = False) -> Iterator[str]:
        """Whom a cell names, by id or name; `whole`: it is one name. Faults for those whom nobody knows."""
        for name in [cell] if whole else [each for each in _BETWEEN.split(cell) if each]:
            found = self._people.get(_folded(name), [])
            working = [each for each in found if each.active]
            if len(working) == 1:
                yield working[0].id
            elif len(working) > 1:
                ids = tuple(each.id for each in working)
                self._fault(row, column, msg("several people are called {name}; write one of {ids}", name=name,
                                             ids=ids))  # fmt: skip
            elif found:
                self._fault(row, column, msg("{name} does not work here any more", name=name))
            else:
                close = near(_folded(name), self._people)
                self._fault(row, column, msg("nobody here is called {name}; did you mean {near}?", name=name[:40],
                                             near=close[0])
                            if close else msg("nobody here is called {name}", name=name[:40]))  # fmt: skip

    def _fault(self, row: int, column: int, what: Message) -> None:
        self.said.faults.append(Fault(row, column, what))
