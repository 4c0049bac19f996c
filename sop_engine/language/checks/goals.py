"""Checks of promises, one by one: what they say, and whether it can be read. Whether they can begin and be kept is in
`checks.promises`, what they are counted on in `checks.counting`.
"""

from collections.abc import Iterator

from sop_engine.diagnostics import Diagnostic, Note
from sop_engine.language.checks.telling import error, warning
from sop_engine.language.draft import Draft
from sop_engine.messages import Message, msg


def said_once(draft: Draft) -> Iterator[Diagnostic]:
    """SOP420: a promise does not say by when, or says it twice.

    Exactly one of `within` (so much time), `due` (the time of a field, or `end of workday`) and `every` (again and
    again) says by when. Some words belong to one of them: `moved` to `due`, `quiet` and `remind` to `every`, and a
    `calendar` that is chosen by a field to `within`; `at_least` to all but `every`. `end of workday` is an allowance,
    wherever it stands.

    Fails:

        calendar: front-desk
        goals: {finishing: {start: received, stop: did finish, within: 4 h, every: 2 h}}

    Passes:

        calendar: front-desk
        goals: {finishing: {start: received, stop: did finish, within: 4 h}}
    """
    for fact in draft.of("goal_no_time"):
        yield error(
            "SOP420", fact.span, msg("the promise `{name}` does not say by when", name=fact.values["name"]),
            msg("It could be neither kept nor broken."), msg("add `within: 4 h`, `due: FIELD` or `every: 4 h`"),
        )  # fmt: skip
    for fact in draft.of("goal_two_times"):
        first, second, *_rest = fact.values["words"]
        yield error(
            "SOP420", fact.span, msg("`{second}` stands beside `{first}`", first=first, second=second),
            msg("Which of the two times counts cannot be told."),
            msg("keep one of them; two promises are two entries under `goals:`"),
            notes=(Note(fact.other, msg("here the other one")),) if fact.other else (),
        )  # fmt: skip
    for fact in draft.of("goal_word"):
        word, owner = fact.values["word"], fact.values["owner"]
        yield error(
            "SOP420", fact.span, msg("`{word}` stands in a promise without `{owner}`", word=word, owner=owner),
            msg("There it means nothing, and whoever wrote it counts on it."),
            msg("take `{word}` away, or say by when with `{owner}`", word=word, owner=owner),
        )  # fmt: skip
    for fact in draft.of("goal_reminded"):
        yield error(
            "SOP420", fact.span, msg("`warn` says whom already"),
            msg("`remind` says whom a `warn` reaches that names nobody."), msg("take `remind` away"),
        )  # fmt: skip
    for fact in draft.of("goal_alternative"):
        yield error(
            "SOP420", fact.span, msg("this alternative is never looked at"),
            msg("The one before has no `when`, so it counts in all cases."), msg("write it last, or give it a `when`"),
        )  # fmt: skip


def times(draft: Draft) -> Iterator[Diagnostic]:
    """SOP421: a time in a promise that cannot be counted.

    Working time is `30 min`, `4 h`; time on the clock `24 h clock`; workdays `1 workday`, `7 workdays`,
    `end of workday`, `2 day lengths`; dates `3 days`, `2 weeks`, `3 months`, `1 year`, each also with `same time`. In
    Chinese: `30 分钟`, `4 小时`, `24 小时 自然时间`, `1 个工作日`, `当日下班前`, `3 天`. It is more than
    nothing. Its number is written in figures, because whoever is to change it looks for them. A warning is a time with
    `before`, or a share such as `80%`; quiet hours are `20:00-08:00`.

    Fails:

        calendar: front-desk
        goals: {finishing: {start: received, stop: did finish, within: 1.5d}}

    Passes:

        calendar: front-desk
        goals: {finishing: {start: received, stop: did finish, within: 1.5 h, warn: [80%, 10 min before]}}
    """
    fix = msg("write it like `30 min`, `4 h`, `24 h clock`, `1 workday`, `3 days`, or `10 分钟`, `1 个工作日`")
    for fact in draft.of("goal_time"):
        text = fact.values["text"][:30]
        title = msg("`{text}` is no time that can be promised", text=text) if text else msg("no time is written here")
        match fact.values["reason"]:
            case "numerals":
                written = fact.values["written"]
                yield error(
                    "SOP421", fact.span, msg("the number of `{text}` is not written in figures", text=text),
                    msg("Whoever looks for a promise to change it looks for figures."),
                    msg("write `{written}`", written=written),
                )  # fmt: skip
            case "zero":
                yield error(
                    "SOP421", fact.span, title, msg("Without any time it would be broken as soon as it begins."), fix
                )
            case _:
                yield error("SOP421", fact.span, title, fact.values["why"] if text else None, fix)
    for fact in draft.of("goal_warn"):
        yield error(
            "SOP421", fact.span, msg("`{text}` says no time before it is due", text=fact.values["text"][:30]), None,
            msg("write it like `10 min before`, or a share of the time: `80%`"),
        )  # fmt: skip
    for fact in draft.of("goal_quiet"):
        yield error(
            "SOP421", fact.span, msg("`{text}` says no quiet hours", text=fact.values["text"][:30]), None,
            msg("write from when to when: `20:00-08:00`"),
        )  # fmt: skip


def fields(draft: Draft) -> Iterator[Diagnostic]:
    """SOP422: `due` names no time of a field.

    It is a field of type `date`, `datetime` or `interval` (of this `.start` or `.end`), with so much time after or
    before it: `window.end`, `window.end + 15 min`, `deadline - 2 workdays`. A date stands for the end of work that day.

    Fails:

        calendar: front-desk
        goals: {finishing: {start: received, stop: did finish, due: note}}

    Passes:

        calendar: front-desk
        fields:
          note: {type: text}
          window: {type: interval}
        open: {by: desk, ask: [note, window], to: received}
        goals: {finishing: {start: received, stop: did finish, due: window.end + 15 min}}
    """
    for fact in draft.of("goal_due"):
        text = fact.values["text"][:30]
        yield error(
            "SOP422", fact.span, msg("`{text}` is no time of a field", text=text),
            msg("`due` says until when; so much time stands under `within`.") if fact.values["allowance"] else None,
            msg("write `within: {text}`", text=text) if fact.values["allowance"]
            else msg("write it like `window.end`, `window.end + 15 min`, `deadline - 2 workdays`"),
        )  # fmt: skip
    for fact in draft.of("goal_due_of"):
        name, kind = fact.values["name"], fact.values["type"]
        yield error(
            "SOP422", fact.span, msg("`{name}` of type `{type}` has no such time", name=name, type=kind), None,
            msg("write `{name}.start` or `{name}.end`", name=name) if kind == "interval"
            else msg("name a field of type `date`, `datetime` or `interval`"),
        )  # fmt: skip


def marks(draft: Draft) -> Iterator[Diagnostic]:
    """SOP423: a moment of a promise is said in another way.

    In `start`, `stop` and `reset` a bare name is a state that is entered, `did x` says that the trigger `x` is done
    (`did open` is the opening of the ticket), and `took x` that the ticket takes the event `x`. In `pause` a bare name
    is a state in which the ticket is. All else is a condition, as everywhere: `{charge: paid}`, `fee > 0`; of a field
    that is yes or no `{paid: true}`.

    Fails:

        calendar: front-desk
        goals: {finishing: {start: received, stop: finish, within: 4 h}}

    Passes:

        calendar: front-desk
        goals: {finishing: {start: did open, stop: [did finish, closed], within: 4 h}}
    """
    for fact in draft.of("goal_mark"):
        text = fact.values["text"][:30]
        yield error("SOP423", fact.span, *_otherwise(fact.values["reason"], text))


def _otherwise(reason: str, name: str) -> tuple[Message, Message | None, Message]:
    """What is said of a text that names no moment, why it matters, and what to write."""
    bare = msg("A bare name is a state.")
    match reason:
        case "trigger":
            why = msg("A bare name is a state that is entered.")
            return msg("`{name}` is a trigger, and no state", name=name), why, msg("write `did {name}`", name=name)
        case "flag":
            return msg("`{name}` is a field, and no state", name=name), bare, msg("write `{{{name}: true}}`", name=name)
        case "field":
            fix = msg("write a condition, such as `given({name})`", name=name)
            return msg("`{name}` is a field, and no state", name=name), bare, fix
        case "torn":
            why = msg("In square brackets a comma ends what stands before it.")
            fix = msg("put the whole condition in quotation marks")
            return msg("`{name}` is only a part of a condition", name=name), why, fix
        case "no_length":
            fix = msg("write a state that it leads to, or a condition such as `did('x')`")
            return msg("`{name}` is a moment, and a pause lasts", name=name), None, fix
        case "pause":
            fix = msg("write a state, or a condition such as `{{field: value}}`")
            return msg("`{name}` is neither a state nor a condition", name=name), None, fix
    fix = msg("write a state that is entered, `did TRIGGER`, `took EVENT`, or a condition such as `{{field: value}}`")
    return msg("`{name}` names no moment", name=name), None, fix


def clocks(draft: Draft) -> Iterator[Diagnostic]:
    """SOP431: a promise waits for a time by a condition.

    Its conditions are looked at whenever something happens to the ticket. Time passes without that, so `today()` and
    `now()` would come to hold at the next step, whenever that is: too late, and by chance. A timer comes at its time;
    it can lead to a state, set a field, or raise an event, and a promise may begin and end at each of them.

    Fails:

        calendar: front-desk
        fields:
          note: {type: text}
          begin: {type: date}
        open: {by: desk, ask: [note, begin], to: received}
        goals: {finishing: {start: begin <= today(), stop: did finish, within: 4 h}}

    Passes:

        calendar: front-desk
        fields:
          note: {type: text}
          begin: {type: date}
        open: {by: desk, ask: [note, begin], to: received}
        states:
          received:
            at: {begin 08:30: {raise: begun}}
            on_event: {begun: {tell: desk}}
            transitions: {finish: {by: desk, to: closed}}
          closed: {final: true, outcome: done}
        goals: {finishing: {start: took begun, stop: did finish, within: 4 h}}
    """
    for fact in draft.of("goal_clock"):
        yield error(
            "SOP431", fact.span, msg("a promise waits for a time by a condition"),
            msg("It is looked at when something happens to the ticket, and time passes without that."),
            msg("let a timer lead to a state, set a field or raise an event, and write that"),
        )  # fmt: skip


def pause_beside_due(draft: Draft) -> Iterator[Diagnostic]:
    """SOP427: a pause in a promise that is due at a field's time.

    The time that a field holds stays where it is, however long the ticket waits. What moves it is a new value of the
    field; `moved` says which changes may.

    Fails:

        calendar: front-desk
        fields:
          note: {type: text}
          until: {type: datetime}
        open: {by: desk, ask: [note, until], to: received}
        states:
          received: {transitions: {hold: {by: desk, to: waiting}, finish: {by: desk, to: closed}}}
          waiting: {transitions: {go_on: {by: desk, to: received}}}
          closed: {final: true, outcome: done}
        goals: {finishing: {start: did open, stop: did finish, due: until, pause: waiting}}

    Passes:

        calendar: front-desk
        states:
          received: {transitions: {hold: {by: desk, to: waiting}, finish: {by: desk, to: closed}}}
          waiting: {transitions: {go_on: {by: desk, to: received}}}
          closed: {final: true, outcome: done}
        goals: {finishing: {start: did open, stop: did finish, within: 4 h, pause: waiting}}
    """
    for fact in draft.of("goal_pause"):
        yield error(
            "SOP427", fact.span, msg("a pause does not move the time of a field"),
            msg("The promise would be silent while it is paused, and broken when it goes on."),
            msg("take `pause` away, and ask for the field anew where the time is put off"),
        )  # fmt: skip


def ladders(draft: Draft) -> Iterator[Diagnostic]:
    """SOP428: a ladder that does not rise, or a step of it that does nothing.

    The steps of `escalate` stand in the order in which they come, each later than the one before, counted from when it
    was due; the first may be `0 min`. Each tells somebody, hands the task over to a role, or raises an event. What is
    promised again and again (`every`) begins anew as soon as it is missed, and has the step `0 min` only.

    Fails:

        calendar: front-desk
        goals: {finishing: {start: received, stop: did finish, within: 4 h, escalate: {1 h: desk, 30 min: owner}}}

    Passes:

        calendar: front-desk
        goals: {finishing: {start: received, stop: did finish, within: 4 h, escalate: {0 min: desk, 30 min: owner}}}
    """
    for fact in draft.of("goal_ladder"):
        yield error(
            "SOP428", fact.span, msg("`{text}` is no later than the step before", text=fact.values["text"][:30]),
            msg("A step that stands after a later one would come late, or at once with it."),
            msg("write the steps in the order in which they come"),
            notes=(Note(fact.other, msg("the rung before")),) if fact.other else (),
        )  # fmt: skip
    for fact in draft.of("goal_late_rung"):
        yield error(
            "SOP428", fact.span, msg("the step `{text}` never comes", text=fact.values["text"][:30]),
            msg("What is promised again and again begins anew as soon as it is missed."),
            msg("write it as `0 min`, or take it away"),
        )  # fmt: skip
    for fact in draft.of("goal_rung"):
        yield error(
            "SOP428", fact.span, msg("nothing happens at this step"), None,
            msg("add `tell:`, `hand_to:` or `raise:`, or take it away"),
        )  # fmt: skip


def calendars(draft: Draft) -> Iterator[Diagnostic]:
    """SOP429: a promise without a calendar.

    `calendar` at the top of the file counts the time of all promises that say no other. Time on the clock needs one,
    too: it has the zone, and the hours of the steps that follow.

    Fails:

        goals: {finishing: {start: received, stop: did finish, within: 4 h}}

    Passes:

        calendar: office
        goals: {finishing: {start: received, stop: did finish, within: 24 h clock, calendar: round-the-clock}}
    """
    for fact in draft.of("goal_calendar"):
        yield error(
            "SOP429", fact.span, msg("nothing says on which calendar `{name}` is counted", name=fact.values["name"]),
            msg("Whatever begins it would be refused: nobody can say when it is due."),
            msg("write `calendar: front-desk` at the top of the file, or in the promise"),
        )  # fmt: skip


def warned_at_once(draft: Draft) -> Iterator[Diagnostic]:
    """SOP430: a warning comes as soon as the promise begins.

    It stands longer before it is due than there is time, so it would reach somebody at the very start, each time, and
    soon nobody would read it. `remind` without `warn` comes 30 minutes before.

    Fails:

        calendar: front-desk
        goals: {finishing: {start: received, stop: did finish, within: 5 min, warn: 10 min before}}

    Passes:

        calendar: front-desk
        goals: {finishing: {start: received, stop: did finish, within: 5 min, warn: 80%}}
    """
    for fact in draft.of("goal_warned_at_once"):
        yield warning(
            "SOP430", fact.span,
            msg("`{text}` is when the promise begins, or sooner", text=fact.values["text"][:30]),
            msg("The word would reach somebody as soon as the promise begins."),
            msg("make it shorter, or write a share of the time: `80%`"),
        )  # fmt: skip
