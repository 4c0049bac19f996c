"""A check's page, read from its docstring: code, title, text, an example that fails and one that passes."""

import re
import textwrap
from dataclasses import dataclass
from typing import Final

from sop_engine.language.checks import CALENDAR_CHECKS, CHECKS, SITE_CHECKS, Check
from sop_engine.language.checks.members import Calendars, People, SiteCheck
from sop_engine.worktime import Calendar, Shift
from sop_engine.worktime.calendars import Hours

EXAMPLE: Final = """\
procedure: example
title: Example
prefix: EX
roles: [desk]
fields:
  note: {type: text}
open: {by: desk, ask: note, to: received}
states:
  received: {transitions: {finish: {by: desk, to: closed}}}
  closed: {final: true, outcome: done}
"""
"""The procedure over which a page's examples are laid: what they say at the top level stands in the place of what it
says."""


EXAMPLE_FRAGMENT: Final = """\
fragment: remind
title: Remind, and give up
blanks:
  whom: {kind: role, about: whom to remind}
  after: {kind: duration, about: how long to wait, default: 2 days}
fields:
  why: {type: text}
after: {$after: {tell: $whom}}
transitions: {give_up: {by: $whom, ask: why, to: closed}}
"""
"""The fragment that pages may use."""

EXAMPLE_PEOPLE: Final[People] = {"wang": frozenset({"desk", "manager"}), "li": frozenset({"desk"})}
"""The people of the site in which the procedures of an example stand."""

_WEEKDAY: Final[Hours] = (Shift(510, 1050),)
EXAMPLE_CALENDARS: Final[Calendars] = {
    "front-desk": Calendar("front-desk", "Asia/Shanghai", (_WEEKDAY,) * 7),
    "office": Calendar("office", "Asia/Shanghai", (*(_WEEKDAY,) * 5, (), ())),
    "china": Calendar("china", "Asia/Shanghai", ((),) * 7),
}
"""The calendars of that site."""


class ExampleFragments:
    """Where it stands."""

    def read(self, name: str) -> bytes | None:
        return EXAMPLE_FRAGMENT.encode() if name == "remind" else None

    def names(self) -> tuple[str, ...]:
        return ("remind",)


EXAMPLE_CALENDAR: Final = """\
calendar: example
title: Example
zone: Asia/Shanghai
week: {mon-fri: 08:30-17:30}
"""
"""The calendar over which examples of calendars are laid."""

EXAMPLE_HOLIDAYS: Final = """\
calendar: holidays
title: Holidays
zone: Asia/Shanghai
holidays: [{name: New Year, on: 2026-01-01}]
"""
"""The calendar that they may extend."""


class ExampleCalendars:
    """Where it stands."""

    def read(self, name: str) -> bytes | None:
        return EXAMPLE_HOLIDAYS.encode() if name == "holidays" else None

    def names(self) -> tuple[str, ...]:
        return ("holidays",)


@dataclass(frozen=True, slots=True)
class Page:
    """What a check's docstring says."""

    code: str
    title: str
    text: str
    fails: str
    passes: str


def page(check: Check | SiteCheck) -> Page:
    """The page of a check."""
    lines = (check.__doc__ or "").split("\n")
    code, _colon, title = lines[0].partition(": ")
    body = textwrap.dedent("\n".join(lines[1:]))
    text, _, examples = body.partition("\nFails:\n")
    fails, _, passes = examples.partition("\nPasses:\n")
    return Page(code, title.rstrip("."), text.strip(), _block(fails), _block(passes))


def _block(text: str) -> str:
    return textwrap.dedent(text).strip("\n") + "\n" if text.strip() else ""


def pages() -> dict[str, Page]:
    """Code -> page, in the order of the checks."""
    every = dict.fromkeys((*CHECKS, *CALENDAR_CHECKS))
    return {found.code: found for found in (*map(page, every), *map(page, SITE_CHECKS))}


def laid_over(example: str, base: str = EXAMPLE) -> str:
    """A whole file: the base, with the parts that the example has in place of its own."""
    parts = _parts(base) | _parts(example)
    return "".join(parts.values())


def files(example: str) -> list[str]:
    """The files of an example of several procedures, which stand one after the other with `---` between. Beside them
    the site has `other`, which is the same small procedure, where the example does not say it itself."""
    found = [laid_over(part) for part in example.split("---\n")]
    return found if len(found) > 1 else [*found, laid_over("procedure: other\n")]


def _parts(text: str) -> dict[str, str]:
    """The top-level entries of a file as text, by their first word."""
    found: dict[str, str] = {}
    for line in text.splitlines(keepends=True):
        if word := re.match(r"[^\s:：]+", line):
            name = word.group()
            found[name] = line
        else:
            found[name] += line
    return found
