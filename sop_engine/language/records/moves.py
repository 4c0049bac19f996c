"""Transitions: offers, alternatives, effects, timers, handlers."""

from collections.abc import Sequence
from typing import Any, Final

from sop_engine.language import times
from sop_engine.language.grammar.schema import (
    EffectWords,
    GroupWords,
    OfferWords,
    StartWords,
    TimedWords,
    TimerWords,
    WayWords,
)
from sop_engine.language.grammar.shapes import listed
from sop_engine.language.records import people
from sop_engine.language.records.building import Builder
from sop_engine.language.source.tree import Cursor
from sop_engine.messages import Text
from sop_engine.procedure import (
    Collect,
    Duration,
    Effect,
    Every,
    Handler,
    Offer,
    Print,
    Raise,
    Set,
    Signal,
    Start,
    Timer,
    Transition,
)

HISTORIES = {"history": False, "deep_history": True}
"""What may follow a state's id in `to`, and whether it remembers inner states of all depths."""

COLLECTED: Final[dict[str, tuple[str, ...]]] = {
    "id": ("text",), "procedure": ("text",), "subject": ("text",), "state": ("text",), "why": ("text", "choice"),
    "owner": ("staff", "text"), "assignee": ("staff", "text"), "opened": ("datetime", "text"),
    "by_when": ("datetime", "text"),
}  # fmt: skip
"""What `collect` knows of a ticket, by the name of the column -> the types that can hold it."""

BROKEN: Final = Duration(1, "day")
"""Stands for a time that could not be read, so that what the timer does is looked at all the same."""


class Moves:
    """Builds transitions; `histories` gathers the history states that targets ask for: (parent, deep)."""

    def __init__(self, builder: Builder) -> None:
        self.builder = builder
        self.histories: set[tuple[str, bool]] = set()

    # --- alternatives ---

    def ways(
        self, words: GroupWords, cursor: Cursor, at: str, state: str, asked: tuple[str, ...] = (), first: int = 0
    ) -> tuple[Transition, ...]:
        """The guarded alternatives of one transition, in document order."""
        if words.either is None:
            return (self.way(words, (), cursor, f"{at}.{first}", state, asked),)
        if words.to or words.when is not None or words.internal:
            self.builder.draft.fact("beside_either", (cursor / "either").name)
        common = self.effects(words, cursor, at, state, asked)
        return tuple(
            self.way(way, common, cursor / "either" / index, f"{at}.{first + index}", state, asked)
            for index, way in enumerate(words.either)
        )

    def groups(self, given: Any, cursor: Cursor, at: str, state: str) -> tuple[Transition, ...]:
        """One transition, or a list of them: all alternatives in order."""
        found: list[Transition] = []
        for words, here in zip(listed(given), cursor.each(), strict=False):
            found += self.ways(words, here, at, state, first=len(found))
        return tuple(found)

    def way(
        self,
        words: WayWords,
        common: Sequence[Effect],
        cursor: Cursor,
        at: str,
        state: str,
        asked: tuple[str, ...],
    ) -> Transition:
        builder = self.builder
        builder.place(at, cursor)
        builder.allow(words.allow, cursor, at)
        targets = tuple(
            self.target(name, here, at) for name, here in zip(listed(words.to), (cursor / "to").each(), strict=False)
        )
        return Transition(
            when=builder.guard(words.when, cursor / "when", at, "when", state, asked),
            target=targets,
            internal=words.internal,
            effects=(*common, *self.effects(words, cursor, at, state, asked)),
            source=builder.sources(words.source, cursor),
        )

    def target(self, name: str, cursor: Cursor, at: str) -> str:
        base, dot, kind = name.partition(".")
        if dot and kind in HISTORIES:
            self.builder.use("state", base, cursor, at, "history", cursor.part(0, len(base)))
            self.histories.add((base, HISTORIES[kind]))
        else:
            self.builder.use("state", name, cursor, at, "to")
        return name

    # --- effects ---

    def effects(
        self, words: EffectWords, cursor: Cursor, at: str, state: str, asked: tuple[str, ...] = ()
    ) -> tuple[Effect, ...]:
        """Effects in the order of their taking place: values, then tasks and tickets, then papers and words."""
        builder = self.builder
        found: list[Effect] = []
        for name, value in words.set.items():
            here = cursor / "set" / name
            builder.use("field", name, (cursor / "set").word(name), at, "set")
            field = builder.fields.get(name)
            found.append(Set(name, builder.value(value, here, at, "set", state, asked, field)))
        if words.collect is not None:
            found.append(self.collect(words, cursor / "collect", at))
        if words.assign is not None:
            found.append(people.assign(builder, words.assign, cursor, at))
        found += self.starts(words, cursor / "start", at, state, asked)
        found += self.signals(words, cursor / "signal", at)
        for name, here in zip(listed(words.raise_), (cursor / "raise").each(), strict=False):
            builder.use("event", name, here, at, "raise")
            found.append(Raise(name))
        for name, here in zip(listed(words.print), (cursor / "print").each(), strict=False):
            builder.use("form", name, here, at, "print")
            found.append(Print(name))
        found += people.tells(builder, words.tell, cursor, at)
        return tuple(found)

    def collect(self, words: EffectWords, cursor: Cursor, at: str) -> Collect:
        given = words.collect
        assert given is not None
        self.builder.use("field", given.into, cursor / "into", at, "rows")
        for name, here in zip(listed(given.same), (cursor / "same").each(), strict=False):
            self.builder.use("field", name, here, at, "same")
        for word, path in (("since", given.since), ("until", given.until)):
            if path is not None:
                self.instant(path, cursor / word, at)
        self.columns(given.into, cursor / "into")
        if given.since is not None and given.until is None:
            self.builder.draft.fact("since_alone", (cursor / "since").span)
        return Collect(
            given.into,
            tuple(listed(given.procedures)),
            given.status,
            tuple(listed(given.states)),
            tuple(listed(given.same)),
            given.since or "",
            given.until or "",
        )

    def columns(self, name: str, cursor: Cursor) -> None:
        """The columns of the field that takes what is found: what is known of a ticket, in a type that can hold it."""
        field = self.builder.fields.get(name)
        if field is None or field.type != "rows":
            return
        for column in field.columns:
            types = COLLECTED.get(column.id)
            if types is not None and (column.type not in types or column.many):
                here = self.builder.draft.cursors.get(f"fields.{name}.columns.{column.id}", cursor)
                self.builder.draft.fact(
                    "collected_as", here.name, name=column.id, type=column.type, many=column.many, types=types
                )
        if not any(column.id in COLLECTED for column in field.columns):
            self.builder.draft.fact("collected_nothing", cursor.span, name=name)

    def instant(self, path: str, cursor: Cursor, at: str) -> None:
        """A field that holds an instant, or one end of an interval."""
        name, _dot, part = path.partition(".")
        self.builder.use("field", name, cursor, at, "instant", cursor.part(0, len(name)))
        field = self.builder.fields.get(name)
        ends = {"datetime": ("",), "interval": ("start", "end")}
        if field is not None and (field.many or part not in ends.get(field.type, ())):
            self.builder.draft.fact("no_instant", cursor.span, path=path, type=field.type)

    def starts(self, words: EffectWords, cursor: Cursor, at: str, state: str, asked: tuple[str, ...]) -> list[Start]:
        found: list[Start] = []
        many = isinstance(words.start, list)
        for index, given in enumerate(listed(words.start)):
            here = cursor / index if many else cursor
            if isinstance(given, str):
                found.append(Start(given))
            elif isinstance(given, StartWords):
                found.append(self.start(given.procedure, given.with_, given.each, here, "with", at, state, asked))
            else:
                found += [
                    self.start(procedure, values or {}, None, here, procedure, at, state, asked)
                    for procedure, values in given.items()
                ]
        return found

    def start(
        self,
        procedure: str,
        values: dict[str, Any],
        each: str | None,
        cursor: Cursor,
        under: str,
        at: str,
        state: str,
        asked: tuple[str, ...],
    ) -> Start:
        builder = self.builder
        if each is not None:
            builder.use("field", each, cursor / "each", at, "rows")
        trees = {}
        for name, value in values.items():
            tree = builder.value(value, cursor / under / name, at, "start", state, asked, row=each)
            if tree is not None:
                trees[name] = tree
        return Start(procedure, trees, each)

    def signals(self, words: EffectWords, cursor: Cursor, at: str) -> list[Signal]:
        given = words.signal
        if given is None:
            return []
        if given.parent is None and given.children is None:
            self.builder.draft.fact("signal_nobody", cursor.span)
        found = [Signal("parent", given.parent)] if given.parent is not None else []
        if given.children is not None:
            found.append(Signal("children", given.children, given.procedure or ""))
        return found

    # --- what people may do ---

    def offer(self, trigger: str, words: OfferWords, cursor: Cursor, at: str, state: str) -> Offer:
        builder = self.builder
        builder.place(at, cursor)
        builder.allow(words.allow if words.either is not None else {}, cursor, at)
        asks, may = tuple(listed(words.ask)), tuple(listed(words.may_ask))
        for name, here in zip(asks, (cursor / "ask").each(), strict=False):
            builder.use("field", name, here, at, "ask")
        for name, here in zip(may, (cursor / "may_ask").each(), strict=False):
            builder.use("field", name, here, at, "may_ask")
        surely = tuple(name for name in asks if name in builder.fields and builder.fields[name].required is None)
        return Offer(
            trigger=trigger,
            title=builder.title("trigger", trigger, words.title, cursor),
            by=people.by(builder, words, cursor, at),
            alternatives=self.ways(words, cursor, at, state, surely),
            ask=asks,
            may_ask=may,
            sign=people.sign(builder, words.sign, cursor, at),
            hint=builder.hint(words.hint),
            source=builder.sources(words.source, cursor) if words.either is not None else (),
        )

    def offers(self, given: dict[str, OfferWords], cursor: Cursor, state: str) -> tuple[Offer, ...]:
        found = []
        for trigger, words in given.items():
            at = f"states.{state}.offers.{trigger}"
            here = cursor / trigger
            self.builder.draft.declared.setdefault("trigger", {}).setdefault(trigger, here.name)
            found.append(self.offer(trigger, words, here, at, state))
        return tuple(found)

    # --- what happens by itself ---

    def handlers(self, words: TimedWords, cursor: Cursor, state: str) -> tuple[Handler, ...]:
        found = []
        for event, given in words.on_event.items():
            at = f"states.{state}.handlers.{event}"
            here = cursor / "on_event" / event
            self.builder.place(at, here)
            if event != "*":
                self.builder.use("event", event, (cursor / "on_event").word(event), at, "on_event")
            found.append(Handler(event, self.groups(given, here, at, state)))
        return tuple(found)

    def timers(self, words: TimedWords, cursor: Cursor, state: str) -> tuple[Timer, ...]:
        found: dict[str, Timer] = {}
        for kind, group in (("after", words.after), ("at", words.at), ("every", words.every)):
            for text, given in group.items():
                here = cursor / kind
                timer = self.timer(kind, text, listed(given), here / text, here.word(text), state)
                if timer.id in found:
                    self.builder.draft.fact("duplicate_timer", here.word(text).span, name=timer.id)
                found[timer.id] = timer
        return tuple(found.values())

    def timer(self, kind: str, text: str, given: list[TimerWords], cursor: Cursor, key: Cursor, state: str) -> Timer:
        builder = self.builder
        times_over = next((words.times for words in given if words.times is not None), None)
        spelled, title, parts = self._time(kind, text, key, state, times_over)
        if times_over is not None and kind != "every":
            builder.draft.fact("times_of", (cursor / "times").name)
        named = next((words.name for words in given if words.name is not None), None)
        name = named or times.identifier(kind, spelled)
        at = f"states.{state}.timers.{name}"
        builder.declare_timer(name, cursor, at)
        own = next((words.title for words in given if words.title is not None), None)
        titled = (
            builder.title("timer", name, own, cursor) if own is not None or name in builder.document.words else title
        )
        many = len(given) > 1
        alternatives = self.groups(given if many else given[0], cursor, at, state) if given else ()
        if not given:
            builder.draft.fact("misshapen", cursor.span, reason="too_short", word=text, least=1)
        source = builder.sources(given[0].source, cursor) if given and given[0].either is not None else ()
        return Timer(name, titled, alternatives, source=source, **parts)

    def _time(
        self, kind: str, text: str, key: Cursor, state: str, times_over: int | None
    ) -> tuple[str, Text, dict[str, Any]]:
        """How the language spells the time, its title, and its entries in the record."""
        builder = self.builder
        if kind == "after":
            length: Duration | None = builder.duration(text, key)
            if length is None:
                return f"unread {key.span.line} {key.span.column}", {}, {"after": BROKEN}
            return times.written(length), times.after_title(length), {"after": length}
        if kind == "at":
            when = times.moment(text)
            if when is None:
                builder.draft.fact("moment", key.span, text=text)
                return f"unread {key.span.line} {key.span.column}", {}, {"after": BROKEN}
            name = when.field.partition(".")[0]
            builder.use("field", name, key, f"states.{state}", "moment", key.part(0, len(name)))
            field = builder.fields.get(name)
            part = when.field.partition(".")[2]
            if (field is not None and not has_moment(field.type, part, bool(when.time))) or (field and field.many):
                builder.draft.fact("moment_of", key.span, name=name, type=field.type, part=part, time=when.time)
            title = times.at_title(when, field.title if field is not None else {"und": name})
            parts = {"at": when.field, "offset": when.offset, "before": when.before, "time": when.time}
            return times.moment_text(when), title, parts
        every: Every | None = times.recurrence(text)
        if every is None:
            builder.draft.fact("recurrence", key.span, text=text)
            return f"unread {key.span.line} {key.span.column}", {}, {"after": BROKEN}
        if times_over is not None:
            every = Every(every.each, every.on, every.at, times_over)
        return times.every_text(every), times.every_title(every), {"every": every}


def has_moment(type_: str, part: str, time: bool) -> bool:
    """Whether a field of this type has such a time: a date may be given a time of day, an interval needs a part."""
    if type_ == "interval":
        return part in ("start", "end") and not time
    return not part and (type_ == "date" or (type_ == "datetime" and not time))
