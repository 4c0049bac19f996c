"""Checks of words and how they are spelled: known words, shapes, ids, titles, sources, times."""

import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, Final

from sop_engine.diagnostics import Diagnostic
from sop_engine.language.checks.telling import error, warning
from sop_engine.language.draft import Draft
from sop_engine.language.meant import VALUES, meant
from sop_engine.language.near import near
from sop_engine.language.times import written
from sop_engine.messages import Message, msg
from sop_engine.procedure import ROOT
from sop_engine.worktime.allowances import parse_allowance
from sop_engine.worktime.durations import LONGEST_YEARS, NotADuration, parse_duration

KEBAB: Final = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*\Z")
SNAKE: Final = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*\Z")
PREFIX: Final = re.compile(r"[A-Z][A-Z0-9]{0,7}\Z")
RESERVED: Final = frozenset(
    {"and", "or", "not", "in", "is", "if", "else", "true", "false", "none", "row", "child", "children", "ticket"}
)
"""Words of expressions; a field of that name could not be named there."""
MEANT: Final = frozenset({("state", ROOT), ("state", "previous"), ("state", "opener"), ("goal", "all")})
"""Ids that say something else where they are named: of `acts: return`, and of `suspend: pauses`."""
PEOPLE: Final = frozenset({"assignee", "owner", "opener", "anyone", "doer", "nobody"})


def unknown_words(draft: Draft) -> Iterator[Diagnostic]:
    """SOP101: a word that the language does not know.

    A word nobody knows would be passed over in silence, and the promise behind it with it.

    Fails:

        states:
          received: {transitons: {finish: {by: desk, to: closed}}}
          closed: {final: true, outcome: done}

    Passes:

        states:
          received: {transitions: {finish: {by: desk, to: closed}}}
          closed: {final: true, outcome: done}
    """
    for fact in draft.of("unknown_word"):
        name, known = fact.values["name"], fact.values["known"]
        guesses = meant(name, known) or near(name, known)
        yield error(
            "SOP101",
            fact.span,
            msg("`{name}` is no word of the language here", name=name[:40]),
            msg("These words may stand here: {known}.", known=_quoted(known)),
            msg("write `{word}`", word=guesses[0]) if guesses else msg("take it away, or use one of these words"),
            guesses,
        )


def _quoted(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"`{name}`" for name in names)


def misshapen(draft: Draft) -> Iterator[Diagnostic]:
    """SOP123: something of another form than the word takes.

    A list where one word is meant, text where a number is meant, or a word that is none of those that can stand here.

    Fails:

        fields:
          note: {type: txt}

    Passes:

        fields:
          note: {type: text}
    """
    for fact in draft.of("misshapen"):
        title, fix = _form(fact.values)
        text, choices = fact.values.get("text", ""), fact.values.get("choices", ())
        guesses = meant(text, choices, VALUES) or near(text, choices)
        yield error("SOP123", fact.span, title, None, fix, guesses)


GIVEN: Final = {
    "nothing": msg("nothing"), "truth": msg("true or false"), "number": msg("a number"), "text": msg("a text"),
    "list": msg("a list"), "map": msg("a map"),
}  # fmt: skip


def _form(values: Any) -> tuple[Message, Message]:
    """What is wrong with a form, and how to mend it."""
    if values["reason"] == "no_fragment":
        return msg("a fragment is a map, and this is none"), msg("begin with `fragment: its-name`")
    word, given = values.get("word", ""), GIVEN.get(values.get("given", ""), msg("this"))
    if not word and given is GIVEN.get(values.get("given", "")):
        return msg("a procedure is a map, and this is {given}", given=given), msg("begin with `procedure: its-name`")
    if values.get("given") == "nothing":
        return msg("`{word}` is empty", word=word), msg("write something, or take the word away")
    match values["reason"]:
        case "literal_error":
            known = _quoted(values["choices"])
            return msg("`{text}` cannot stand here", text=values["text"]), msg("write one of {known}", known=known)
        case "string_type" if values["given"] in ("number", "truth"):
            text = values["text"] or "true"
            return msg("`{word}` is a text, and this is {given}", word=word, given=given), msg(
                'put it in quotation marks: `"{text}"`', text=text
            )
        case "string_type":
            return msg("`{word}` is a text, and this is {given}", word=word, given=given), msg("write one text")
        case "int_type" | "int_parsing":
            return msg("`{word}` is a whole number, and this is {given}", word=word, given=given), msg("write a number")
        case "bool_type":
            return msg("`{word}` is true or false, and this is {given}", word=word, given=given), msg(
                "write `true`, or leave the word out"
            )
        case "list_type":
            return msg("`{word}` is a list, and this is {given}", word=word, given=given), msg("write `[a, b]`")
        case "dict_type" | "model_type" | "model_attributes_type":
            return msg("`{word}` is a map, and this is {given}", word=word, given=given), msg("write `word: value`")
        case "string_too_short" | "too_short":
            return msg("`{word}` is empty", word=word), msg("write something, or take the word away")
        case "greater_than_equal":
            return msg("`{word}` is at least {least}", word=word, least=values["least"]), msg("write a larger number")
        case "less_than_equal":
            return msg("`{word}` is at most {most}", word=word, most=values["most"]), msg("write a smaller number")
    return msg("`{word}` cannot be {given}", word=word, given=given), msg(
        "see what can stand here: sop flow explain SOP123"
    )


def missing(draft: Draft) -> Iterator[Diagnostic]:
    """SOP124: a word is missing that must stand here.

    Fails:

        open: {ask: note, to: received}

    Passes:

        open: {by: desk, ask: note, to: received}
    """
    for fact in draft.of("missing"):
        name, under = fact.values["name"], fact.values["under"]
        if name == "title" and not under:
            continue
        where = (
            msg("`{under}` has no `{name}`", under=under, name=name)
            if under
            else msg("there is no `{name}`", name=name)
        )
        yield error("SOP124", fact.span, where, None, msg("write `{name}:` here", name=name))


def titles(draft: Draft) -> Iterator[Diagnostic]:
    """SOP117: a title is missing.

    A procedure has a title. Once a file gives titles to some of its states, triggers, fields, roles, choices or
    outcomes, all of that kind have one, and a title written for one language is written for the other too: else staff
    meet a bare id among words.

    Fails:

        fields:
          note: {type: text, title: {zh: 备注}}

    Passes:

        fields:
          note: {type: text, title: {zh: 备注, en: Note}}
    """
    for fact in draft.of("missing"):
        if fact.values["name"] == "title" and not fact.values["under"]:
            yield error(
                "SOP117", fact.span, msg("the procedure has no title"), msg("Every list and paper shows it."),
                msg("write `title: ...` below `procedure:`"),
            )  # fmt: skip
    for fact in draft.of("half_titled"):
        name, other = fact.values["name"], "en" if fact.values["language"] == "zh" else "zh"
        yield warning(
            "SOP117", fact.span, msg("`{name}` has no title in `{language}`", name=name, language=other),
            msg("Whoever reads that language meets the title of the other one."),
            msg("add `{language}: ...`, or write one text for all languages", language=other),
        )  # fmt: skip
    for kind, untitled in draft.untitled.items():
        if kind == "timer" or len(untitled) >= _how_many(draft, kind):
            continue
        for name, span in untitled:
            yield warning(
                "SOP117", span, msg("`{name}` has no title", name=name),
                msg("Others of its kind have one; beside them staff would meet a bare id."),
                msg("write `title: ...` here, or add it under `words:`")
                if kind in ("state", "trigger", "outcome", "goal")
                else msg("write its title here"),
            )  # fmt: skip


def _how_many(draft: Draft, kind: str) -> int:
    """How many elements of a kind there are; where all go without titles, that is a style and no omission."""
    procedure = draft.procedure
    if procedure is None:
        return 0
    match kind:
        case "trigger":
            return sum(len(state.offers) for state in procedure.states)
        case "state":
            return sum(state.kind != "history" and state.id != ROOT for state in procedure.states)
    return len(draft.declared.get(kind, {}))


def ids(draft: Draft) -> Iterator[Diagnostic]:
    """SOP118: an id is not spelled as ids are.

    Ids are English and never translated; they stand in commands, in records and in other files. Procedures, roles,
    forms and notices are written in kebab-case (`team-lead`); fields, states, triggers, choices, outcomes and events in
    snake_case (`on_site`), because they stand in expressions. Chinese belongs into titles.

    Fails:

        roles: [frontDesk, desk]
        open: {by: [frontDesk, desk], ask: note, to: received}

    Passes:

        roles: [front-desk, desk]
        open: {by: [front-desk, desk], ask: note, to: received}
    """
    if draft.procedure is None:
        return
    named = [("procedure", draft.procedure.id, (draft.cursor / "procedure").span)]
    for kind, known in draft.declared.items():
        named += [(kind, name, span) for name, span in known.items()]
    for kind, name, span in named:
        kebab = kind in ("procedure", "role", "form", "notice", "schedule")
        if not (KEBAB if kebab else SNAKE).match(name) or len(name) > 60:
            style, example = ("kebab-case", "team-lead") if kebab else ("snake_case", "on_site")
            suggestion = _suggested(name, "-" if kebab else "_")
            yield error(
                "SOP118", span, msg("the id `{name}` is not in {style}", name=name[:40], style=style),
                msg("Ids stand in commands, records and other files, so they are plain and stay as they are."),
                msg("write `{name}`", name=suggestion) if suggestion
                else msg("write it in small English letters, such as `{example}`; Chinese belongs into its title",
                         example=example),
            )  # fmt: skip
        elif (kind == "field" and name in RESERVED) or (kind == "role" and name in PEOPLE) or (kind, name) in MEANT:
            yield error(
                "SOP118", span, msg("`{name}` has a meaning of its own", name=name),
                msg("An expression or a `by` that names it would mean something else."),
                msg("choose another id"),
            )  # fmt: skip


def _suggested(name: str, joint: str) -> str:
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)
    found = joint.join(re.findall(r"[a-z0-9]+", words.lower()))
    return found if name.isascii() and found and found[0].isalpha() else ""


def prefix(draft: Draft) -> Iterator[Diagnostic]:
    """SOP119: a prefix is one to eight capital letters or digits, a letter first.

    It begins the number of every ticket (`WX-20261121-007`) and is read aloud on the phone.

    Fails:

        prefix: 报修

    Passes:

        prefix: BX
    """
    if draft.procedure is not None and not PREFIX.match(draft.procedure.prefix):
        given = draft.procedure.prefix
        yield error(
            "SOP119", (draft.cursor / "prefix").span,
            msg("`{prefix}` cannot begin a ticket's number", prefix=given[:20]),
            msg("It is read aloud on the phone and typed: one to eight capital letters or digits, a letter first."),
            msg("write `prefix: {prefix}`", prefix=given.upper()) if PREFIX.match(given.upper())
            else msg("write two capital letters, such as `WX`"),
        )  # fmt: skip


def sources(draft: Draft) -> Iterator[Diagnostic]:
    """SOP120: a source says nothing that can be looked up.

    A source is the manual's key and the clause (`M1 6.3.1`, `M4 1 note 2`), or `ours` for what no manual says.

    Fails:

        source: the handbook

    Passes:

        source: [M1 6.3.1, ours]
    """
    for fact in draft.of("source"):
        yield error(
            "SOP120", fact.span, msg("this source cannot be looked up"),
            msg("An auditor asks for the clause behind a rule and must find it."),
            msg("write the manual's key and the clause, such as `M1 6.3.1`, or `ours`"),
        )  # fmt: skip


def durations(draft: Draft) -> Iterator[Diagnostic]:
    """SOP121: a duration that cannot be counted.

    A whole number and a unit: `30 min`, `2 h`, `3 days`, `2 weeks`, `3 months`, `1 year`, or in Chinese `30 分钟`,
    `2 小时`, `3 天`, `2 周`, `3 个月`, `1 年`. None is longer than 100 years.

    Fails:

        states:
          received: {after: {1.5d: {to: closed}}}
          closed: {final: true, outcome: done}

    Passes:

        states:
          received: {after: {36 h: {to: closed}}}
          closed: {final: true, outcome: done}
    """
    for fact in draft.of("duration"):
        why, fix = _of_a_duration(fact.values["text"])
        yield error("SOP121", fact.span, msg("`{text}` is no duration", text=fact.values["text"][:40]), why, fix)


def _of_a_duration(text: str) -> tuple[Message, Message]:
    """Why a text is no duration of the language, and what to write. People type them in more ways than it reads: it
    has one spelling for each, so that whoever looks for `30 min` finds it."""
    try:
        meant = parse_duration(text)
    except NotADuration:
        meant = None
    if meant is not None and meant.count:
        return msg("It is written in figures, a whole number and one unit."), msg("write `{text}`", text=written(meant))
    with suppress(NotADuration):
        if not parse_allowance(text).counts_clock:
            return (
                msg("What stands here runs on the clock, day and night."),
                msg("write so many hours or days: `24 h`, `1 day`; workdays are for promises, under `goals:`"),
            )
    return (
        msg("A duration is a whole number above zero and a unit, and no longer than {most} years.", most=LONGEST_YEARS),
        msg("write it like `30 min`, `2 h`, `3 days`, `2 weeks`, `3 months`, `1 year`, or `30 分钟`, `3 天`"),
    )


def moments(draft: Draft) -> Iterator[Diagnostic]:
    """SOP132: a timer's time that no calendar knows.

    `at` names a field, with an offset or a time of day: `hold_until`, `hold_until 09:00`, `window.end + 15 min`,
    `move_in - 15 days 09:00`. `every` is a duration, or days and a time: `4 h`, `day 17:30`, `mon thu 09:00`,
    `day 1 15 09:00` (of the month), `last day 18:00`, `02-29 09:00` (of the year).

    Fails:

        states:
          received: {every: {daily: {tell: desk}}, transitions: {finish: {by: desk, to: closed}}}
          closed: {final: true, outcome: done}

    Passes:

        states:
          received: {every: {day 17:30: {tell: desk}}, transitions: {finish: {by: desk, to: closed}}}
          closed: {final: true, outcome: done}
    """
    for fact in draft.of("recurrence"):
        yield error(
            "SOP132", fact.span, msg("`{text}` says no times", text=fact.values["text"][:40]), None,
            msg("write it like `4 h`, `day 17:30`, `mon thu 09:00`, `last day 18:00`, `02-29 09:00`"),
        )  # fmt: skip
    for fact in draft.of("schedule_every"):
        yield error(
            "SOP132", fact.span,
            msg("`{text}` is no date of the calendar", text=fact.values["text"][:40]), None,
            msg("write it like `day 17:30`, `mon 09:00`, `last day 18:00`, `02-29 09:00`"),
        )  # fmt: skip
    for fact in draft.of("moment"):
        yield error(
            "SOP132", fact.span, msg("`{text}` says no time", text=fact.values["text"][:40]), None,
            msg("write it like `hold_until`, `hold_until 09:00`, `window.end + 15 min`"),
        )  # fmt: skip
    for fact in draft.of("moment_of"):
        name, kind = fact.values["name"], fact.values["type"]
        fix = msg("name a field of type `date`, `datetime` or `interval`")
        if kind == "interval":
            fix = msg("write `{name}.start` or `{name}.end`, without a time of day", name=name)
        elif kind == "datetime":
            fix = msg("leave the time of day away: the field has its own")
        title = msg("`{name}` of type `{type}` has no such time", name=name, type=kind)
        yield error("SOP132", fact.span, title, None, fix)
    for fact in draft.of("times_of"):
        yield error(
            "SOP132", fact.span, msg("`times` counts the turns of an `every`"), None, msg("take it away")
        )  # fmt: skip
