"""From the words of `goals:` to the records of promises. What cannot be understood becomes facts for the checks; what
could not be read is left out, so that nothing else is found fault with because of it.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from sop_engine.goals import DueAt, Goal, Mark, Rung, Warning, Within
from sop_engine.language import times
from sop_engine.language.analysis.lengths import surely_at_least
from sop_engine.language.grammar.goal_schema import GoalWords, ReachedWords, RungWords
from sop_engine.language.grammar.shapes import listed
from sop_engine.language.records import moments, people
from sop_engine.language.records.building import Builder
from sop_engine.language.records.moves import has_moment
from sop_engine.language.source.tree import Cursor
from sop_engine.procedure import Recipient, Tree
from sop_engine.worktime import END_OF_WORKDAY, Allowance, NotADuration, allowance_text, parse_allowance
from sop_engine.worktime.allowances import is_in_figures

DUE: Final = re.compile(r"([a-z][a-z0-9_]*(?:\.[a-z]+)?)(?:\s*([+-])\s*(.+))?\Z")
PERCENT: Final = re.compile(r"([1-9][0-9]?)\s?%\Z")
BEFORE: Final = re.compile(r"(.+?)\s*(?:\bbefore|前)\Z")
HOURS: Final = re.compile(r"([0-9:]+)\s*(?:-|–|—|~|to|至)\s*([0-9:]+)\Z")
REMINDED: Final = Allowance(30, "min")
"""How long before it is due a `remind` without `warn` reaches somebody."""
USUAL: Final = (Recipient("assignee"), Recipient("owner"))
"""Whom a bare `warn` reaches."""


def goals(builder: Builder, cursor: Cursor) -> tuple[Goal, ...]:
    """The promises of a procedure, in document order."""
    return tuple(_Reader(builder, name, words, cursor / name).goal() for name, words in builder.document.goals.items())


def calendar(builder: Builder, top: Cursor) -> str:
    """The calendar of all goals that say no other; empty where there is none."""
    if builder.document.calendar is None:
        return ""
    builder.place("calendar", top / "calendar")
    return builder.document.calendar


class _Reader:
    """The words of one goal, read."""

    def __init__(self, builder: Builder, name: str, words: GoalWords, cursor: Cursor) -> None:
        self.builder = builder
        self.name = name
        self.words = words
        self.cursor = cursor
        self.at = f"goals.{name}"

    def goal(self) -> Goal:
        builder, words, cursor = self.builder, self.words, self.cursor
        builder.declare("goal", self.name, cursor, self.at)
        builder.allow(words.allow, cursor, self.at)
        if words.calendar is not None:
            builder.place(f"{self.at}.calendar", cursor / "calendar")
        self._belongs()
        inside = self._states(words.while_, "while")
        start = self._marks(words.start, "start")
        if not words.start:
            start = tuple(Mark("entered", state) for state in inside)
        due = self._due()
        paused, paused_when = moments.pauses(builder, words.pause, cursor / "pause", self.at)
        end_of_workday = words.due is not None and _is_end_of_workday(words.due)
        within = (Within(END_OF_WORKDAY),) if end_of_workday else self._within()
        every = self._allowance(words.every, cursor / "every") if words.every is not None else None
        goal = Goal(
            id=self.name,
            title=builder.title("goal", self.name, words.title, cursor),
            start=start,
            stop=self._marks(words.stop, "stop"),
            within_states=inside,
            pause=paused,
            pause_when=paused_when,
            reset=self._marks(words.reset, "reset"),
            when=builder.guard(words.when, cursor / "when", self.at),
            within=within,
            due=due,
            moved=builder.guard(words.moved, cursor / "moved", self.at),
            every=every,
            at_least=self._allowance(words.at_least, cursor / "at_least") if words.at_least is not None else None,
            calendar=words.calendar if isinstance(words.calendar, str) else "",
            warnings=self._warnings([every] if every is not None else [each.allowance for each in within]),
            ladder=self._ladder(),
            quiet=self._quiet(),
            changed=words.changed,
            again=words.again,
            firm=self._firm(),
            source=builder.sources(words.source, cursor),
        )
        if not goal.calendar and not builder.document.calendar and not _all_say_theirs(goal):
            builder.draft.fact("goal_calendar", cursor.name, name=self.name)
        return goal

    def _belongs(self) -> None:
        """Exactly one of `within`, `due` and `every` says by when, and each has words of its own."""
        words, fact = self.words, self.builder.draft.fact
        said = [word for word in ("within", "due", "every") if getattr(words, word) is not None]
        if not said:
            fact("goal_no_time", self.cursor.name, name=self.name)
        elif isinstance(words.within, dict) and not any(words.within.values()):
            fact("goal_no_time", (self.cursor / "within").name, name=self.name)
        elif len(said) > 1:
            fact("goal_two_times", (self.cursor / said[1]).name, (self.cursor / said[0]).name, words=tuple(said))
        from_field = words.due is not None and not _is_end_of_workday(words.due)
        strangers = {
            "moved": words.moved is not None and not from_field and "due",
            "quiet": words.quiet is not None and words.every is None and "every",
            "remind": bool(words.remind) and words.every is None and "every",
            "at_least": words.at_least is not None and words.every is not None and "within",
            "firm": words.firm is not None and (words.within is None or from_field) and "within",
            "calendar": isinstance(words.calendar, dict) and words.within is None and "within",
        }
        for word, owner in strangers.items():
            if owner and said:
                fact("goal_word", (self.cursor / word).name, word=word, owner=owner)
        if words.pause and from_field:
            fact("goal_pause", (self.cursor / "pause").name, name=self.name)
        if words.remind and isinstance(words.warn, dict):
            fact("goal_reminded", (self.cursor / "remind").name)

    # --- when it begins and ends ---

    def _marks(self, given: Any, word: str) -> tuple[Mark, ...]:
        return moments.marks(self.builder, given, self.cursor / word, self.at, word)

    def _states(self, given: str | list[str], word: str) -> tuple[str, ...]:
        names = tuple(listed(given))
        for name, here in zip(names, (self.cursor / word).each(), strict=False):
            self.builder.use("state", name, here, self.at, word)
        return names

    # --- by when ---

    def _allowance(
        self, text: str, cursor: Cursor, part: tuple[int, int] | None = None, zero: bool = False
    ) -> Allowance | None:
        """An allowance; None where it is none. `part` is where it stands in a longer text; with `zero` no time at all
        is one, too."""
        fact, span = self.builder.draft.fact, cursor.part(*part) if part is not None else cursor.span
        try:
            found = parse_allowance(text)
        except NotADuration as fault:
            fact("goal_time", span, text=text, why=fault.message, reason="unread")
            return None
        if not is_in_figures(text):
            fact("goal_time", span, text=text, reason="numerals", written=allowance_text(found, "zh"))
            return None
        if not found.count and found != END_OF_WORKDAY and not zero:
            fact("goal_time", span, text=text, reason="zero")
            return None
        return found

    def _within(self) -> tuple[Within, ...]:
        """The cases of `within`, each with the calendar that `calendar` chooses for it."""
        given, here = self.words.within, self.cursor / "within"
        found: list[Within] = []
        for index, words in enumerate(given if isinstance(given, list) else ()):
            item = here / index
            self.builder.place(f"{self.at}.within.{index}", item)
            allowance = self._allowance(words.within, item / "within")
            when = self.builder.guard(words.when, item / "when", self.at)
            if found and found[-1].when is None:
                self.builder.draft.fact("goal_alternative", item.span)
            if allowance is not None:
                found.append(Within(allowance, words.calendar or "", when))
        if isinstance(given, str) and (allowance := self._allowance(given, here)) is not None:
            found.append(Within(allowance))
        if isinstance(given, dict):
            for text, when, place in self._chosen(given, here):
                if (allowance := self._allowance(text, place)) is not None:
                    found.append(Within(allowance, when=when))
        if not isinstance(self.words.calendar, dict):
            return tuple(found)
        chosen = [(name, when) for name, when, _place in self._chosen(self.words.calendar, self.cursor / "calendar")]
        return tuple(case for each in found for case in _on_calendars(each, chosen))

    def _chosen(self, given: Mapping[str, Mapping[str, str]], cursor: Cursor) -> list[tuple[str, Tree, Cursor]]:
        """`{urgency: {urgent: 5 min, normal: 15 min}}`: each word with its condition and its place."""
        found: list[tuple[str, Tree, Cursor]] = []
        for name, choices in given.items():
            self.builder.use("field", name, cursor.word(name), self.at, "chosen")
            field = self.builder.fields.get(name)
            for value, text in choices.items():
                here = cursor / name
                tree = self.builder.constant(value, field, here.word(value))
                found.append((text, ("==", ("field", name), tree), here / value))
        return found

    def _due(self) -> DueAt | None:
        """The field whose time it is, and the offset; None where there is none, or where an allowance stands there."""
        text = self.words.due
        if text is None or _is_end_of_workday(text):
            return None
        builder, here = self.builder, self.cursor / "due"
        found = DUE.match(text)
        path, sign, length = found.groups() if found is not None else ("", "", "")
        if found is None or (sign == "-" and _is_end_of_workday(length)):
            builder.draft.fact("goal_due", here.span, text=text, allowance=_is_allowance(text))
            return None
        name, _dot, part = path.partition(".")
        builder.use("field", name, here, self.at, "moment", here.part(0, len(name)))
        field = builder.fields.get(name)
        if field is not None and (field.many or not has_moment(field.type, part, False)):
            builder.draft.fact("goal_due_of", here.span, name=name, type=field.type)
        offset = self._allowance(length, here, found.span(3)) if length else None
        return DueAt(path, offset, sign == "-")

    def _firm(self) -> str:
        """The field of the firm whose promise it is."""
        if self.words.firm is None:
            return ""
        self.builder.use("field", self.words.firm, self.cursor / "firm", self.at, "firm")
        return self.words.firm

    def _quiet(self) -> tuple[str, str] | None:
        text = self.words.quiet
        if text is None:
            return None
        found = HOURS.match(unicodedata.normalize("NFKC", text).strip())
        if found is None or not times.CLOCK.match(found[1]) or not times.CLOCK.match(found[2]) or found[1] == found[2]:
            self.builder.draft.fact("goal_quiet", (self.cursor / "quiet").span, text=text)
            return None
        return found[1], found[2]

    # --- before and after it is due ---

    def _warnings(self, allowances: list[Allowance]) -> tuple[Warning, ...]:
        given, here = self.words.warn, self.cursor / "warn"
        reminded = self._recipients(self.words.remind, self.cursor / "remind")
        found: list[Warning] = []
        if given is None and reminded:
            found.append(Warning(reminded, before=REMINDED))
            self._longer("30 min before", REMINDED, allowances, self.cursor / "remind")
        if isinstance(given, dict):
            for text, reached in given.items():
                words, place = reached, here / text
                notice, urgent, on_shift = "", False, False
                if isinstance(words, ReachedWords):
                    urgent, on_shift = words.urgent, words.on_shift
                    notice, words, place = self._notice(words.notice, place), words.to, place / "to"
                to = people.on_shift(self.builder, self._recipients(words, place), on_shift, here / text)
                warnings = self._warning(text, here.word(text), to, notice, allowances)
                found += [replace(each, urgent=urgent) for each in warnings]
        else:
            for text, place in zip(listed(given), here.each(), strict=False):
                found += self._warning(text, place, reminded or USUAL, "", allowances)
        return tuple(found)

    def _warning(
        self, text: str, place: Cursor, to: tuple[Recipient, ...], notice: str, allowances: list[Allowance]
    ) -> list[Warning]:
        if percent := PERCENT.match(unicodedata.normalize("NFKC", text)):
            return [Warning(to, percent=int(percent[1]), notice=notice)]
        length = BEFORE.match(text)
        if length is None or _is_end_of_workday(length[1]):
            self.builder.draft.fact("goal_warn", place.span, text=text)
            return []
        before = self._allowance(length[1], place, length.span(1))
        if before is None:
            return []
        self._longer(text, before, allowances, place)
        return [Warning(to, before=before, notice=notice)]

    def _longer(self, text: str, before: Allowance, allowances: list[Allowance], place: Cursor) -> None:
        """A warning that would come as soon as the goal begins."""
        for each in allowances:
            if surely_at_least(before, each):
                self.builder.draft.fact("goal_warned_at_once", place.span, text=text)
                return

    def _ladder(self) -> tuple[Rung, ...]:
        here, draft = self.cursor / "escalate", self.builder.draft
        found: list[Rung] = []
        last: Cursor | None = None
        for text, given in self.words.escalate.items():
            key, place = here.word(text), here / text
            after = self._allowance(text, key, zero=True)
            words = given if isinstance(given, RungWords) else RungWords.model_validate({"tell": given})
            to = self._recipients(words.tell, place / "tell" if isinstance(given, RungWords) else place)
            to = people.on_shift(self.builder, to, words.on_shift, place, words.hand_to is not None)
            if words.hand_to is not None:
                self.builder.use("role", words.hand_to, place / "hand_to", self.at, "assign")
            if words.raise_ is not None:
                self.builder.use("event", words.raise_, place / "raise", self.at, "raise")
            if not to and words.hand_to is None and words.raise_ is None:
                draft.fact("goal_rung", place.span)
            notice = self._notice(words.notice, place)
            if after is None:
                continue
            if self.words.every is not None and (after.count or after == END_OF_WORKDAY):
                draft.fact("goal_late_rung", key.span, text=text)
            if found and last is not None and surely_at_least(found[-1].after, after):
                draft.fact("goal_ladder", key.span, last.span, text=text)
            rung = Rung(after, to, words.hand_to or "", words.raise_ or "", notice, words.urgent, words.on_shift)
            found.append(rung)
            last = key
        return tuple(found)

    def _recipients(self, given: str | list[str], cursor: Cursor) -> tuple[Recipient, ...]:
        pairs = zip(listed(given), cursor.each(), strict=False)
        return tuple(people.recipient(self.builder, name, here, self.at) for name, here in pairs)

    def _notice(self, name: str | None, cursor: Cursor) -> str:
        if name is not None:
            self.builder.use("notice", name, cursor / "notice", self.at, "tell")
        return name or ""


def _on_calendars(case: Within, chosen: list[tuple[str, Tree]]) -> list[Within]:
    """One case of `within` on each calendar that may be chosen for it, and without a choice on the procedure's. Where
    both are chosen by the same field, only what is said of the same value goes together."""
    if case.calendar:
        return [case]
    found: list[Within] = []
    for name, when in chosen:
        if case.when == when:
            return [*found, Within(case.allowance, name, when)]
        if case.when is None:
            found.append(Within(case.allowance, name, when))
        elif case.when[:2] != when[:2]:
            found.append(Within(case.allowance, name, ("and", case.when, when)))
    return [*found, case]


def _is_allowance(text: str) -> bool:
    """Whether it says how much time, and not until when."""
    try:
        parse_allowance(text)
    except NotADuration:
        return False
    return True


def _is_end_of_workday(text: str) -> bool:
    return _is_allowance(text) and parse_allowance(text) == END_OF_WORKDAY


def _all_say_theirs(goal: Goal) -> bool:
    """Whether every case of a goal says its own calendar."""
    return bool(goal.within) and all(each.calendar for each in goal.within)
