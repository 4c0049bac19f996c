"""What a form asks, and how what is typed finds what can be picked. Pure: nothing here draws or reads the store.

| kind | what is typed | what is given |
|---|---|---|
| `text` | the value | one text |
| `one` | a part of an option's id, title or pinyin; or an arrow key | the id of the option |
| `several` | the same, and Enter marks | the ids of those that are marked |
| `checks` | the same, and Enter says yes, no, nothing in turn | `id=yes` for each that is answered |
| `lines` | a value, and Enter adds it | one text a line |
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from sop_engine.values import fold
from sop_engine.values.pinyin import spellings

MOST_OPTIONS: Final = 50
"""options that are shown at once; more are found by typing"""
Kind = Literal["text", "one", "several", "checks", "lines"]
Values = Mapping[str, tuple[str, ...]]
"""what was given, by the name of the question; what was left empty is absent"""


@dataclass(frozen=True, slots=True)
class Option:
    """Something that can be picked."""

    id: str
    title: str
    words: tuple[str, ...]
    """what finds it, without capitals"""

    @property
    def shown(self) -> str:
        """`王芳 (wang_fang)`, or the title alone where the id says no more."""
        return self.title if self.title == self.id else f"{self.title} ({self.id})"


def option(id: str, title: str, others: Iterable[str] = ()) -> Option:
    """An option that is found by its id, its title, `others` it is known by, and the pinyin of them all."""
    names = dict.fromkeys((id, title, *others))
    found = dict.fromkeys(fold(word).casefold() for name in names for word in (name, *spellings(name)))
    return Option(id, title, tuple(found))


@dataclass(frozen=True, slots=True)
class Question:
    """One thing that a form asks."""

    name: str
    title: str
    required: bool = False
    kind: Kind = "text"
    options: tuple[Option, ...] = ()
    hint: str = ""
    """what can be written"""
    kept: str = ""
    """what stands where nothing is written"""


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that can be done with a ticket, as it stood at step `number`."""

    ticket: str
    number: int
    act: str
    """the name of the command"""
    title: str
    trigger: str = ""
    """of `do`: which, with its state where the bare name is not enough"""
    questions: tuple[Question, ...] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """What came of it."""

    done: bool
    lines: tuple[str, ...]
    number: int
    """the ticket's last step by now"""


def matching(options: Sequence[Option], typed: str) -> list[Option]:
    """The options that what is typed may mean, best first: those that are called so, that begin with it, that have it
    somewhere. All of them where nothing is typed."""
    wanted = fold(typed).casefold().strip()
    if not wanted:
        return list(options)
    ranked = [(rank, each) for each in options if (rank := _rank(each, wanted)) is not None]
    return [each for _rank, each in sorted(ranked, key=lambda pair: pair[0])]


def _rank(each: Option, wanted: str) -> int | None:
    if wanted in each.words:
        return 0
    if any(word.startswith(wanted) for word in each.words):
        return 1
    return 2 if any(wanted in word for word in each.words) else None
