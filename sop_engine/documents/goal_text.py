"""Promises in words: from when to when, within what time, on which calendar, and what happens when it is late."""

from collections.abc import Iterator, Sequence
from typing import Final

from sop_engine.documents.expression_text import path_text
from sop_engine.documents.names import Names
from sop_engine.documents.plain_text import joined, one_line, phrase
from sop_engine.documents.transition_text import guard_text, recipients_text
from sop_engine.goals import Goal, Mark, Rung, Warning
from sop_engine.messages import Text
from sop_engine.parties import Recipient
from sop_engine.worktime import END_OF_WORKDAY, Allowance, allowance_text

_WORDS: Final[dict[str, Text]] = {
    "entered": {"zh": "进入“{state}”", "en": "“{state}” is entered"},
    "did": {"zh": "“{trigger}”办完", "en": "“{trigger}” is done"},
    "took": {"zh": "收到事件“{event}”", "en": "the event “{event}” comes"},
    "holds": {"zh": "满足“{guard}”", "en": "“{guard}” holds"},
    "or": {"zh": "或", "en": " or "},
    "from": {"zh": "从{start}起，到{stop}止", "en": "from when {start} until {stop}"},
    "within": {"zh": "{time}内", "en": "within {time}"},
    "by_then": {"zh": "最迟{time}", "en": "by {time}"},
    "case": {"zh": "{time}（当 {guard}）", "en": "{time} (if {guard})"},
    "on": {"zh": "{time}（按日历 {calendar}）", "en": "{time} (on the calendar {calendar})"},
    "by": {"zh": "不迟于 {field}", "en": "by {field}"},
    "by_after": {"zh": "不迟于 {field} 后 {time}", "en": "no later than {time} after {field}"},
    "by_before": {"zh": "不迟于 {field} 前 {time}", "en": "no later than {time} before {field}"},
    "every": {"zh": "每 {time} 一次", "en": "every {time}"},
    "least": {"zh": "至少留 {time}", "en": "never less than {time}"},
    "firm": {"zh": "由“{field}”承担，合同另有约定的按合同", "en": "of the firm in “{field}”, by its contract first"},
    "quiet": {"zh": "{begin} 至 {end} 不打扰", "en": "not between {begin} and {end}"},
    "while": {"zh": "只在“{states}”时计", "en": "counts only in “{states}”"},
    "pause": {"zh": "在“{states}”时停表", "en": "stands still in “{states}”"},
    "pause_when": {"zh": "满足“{guard}”期间停表", "en": "stands still while “{guard}” holds"},
    "reset": {"zh": "{moments}时重新起算", "en": "begins anew when {moments}"},
    "when": {"zh": "只当 {guard}", "en": "only if {guard}"},
    "moved": {"zh": "当 {guard} 时才随之改期", "en": "put off only if {guard}"},
    "calendar": {"zh": "按日历 {calendar}", "en": "on the calendar {calendar}"},
    "percent": {"zh": "用去 {percent}% 时提醒{to}", "en": "{to} told when {percent}% of it is used"},
    "before": {"zh": "提前 {time} 提醒{to}", "en": "{to} told {time} before"},
    "at_due": {"zh": "超时即{deed}", "en": "when it is late {deed}"},
    "after": {"zh": "超时 {time} 后{deed}", "en": "{time} late {deed}"},
    "told": {"zh": "通知{to}", "en": "{to} told"},
    "urgent": {"zh": "{deed}（紧急，不受免打扰限制）", "en": "{deed} (urgent: in quiet hours too)"},
    "handed": {"zh": "转交{role}", "en": "handed over to {role}"},
    "raised": {"zh": "发出事件 {event}", "en": "the event {event}"},
    "and": {"zh": "，", "en": ", "},
    "semicolon": {"zh": "；", "en": "; "},
}


def goal_text(goal: Goal, names: Names) -> str:
    """A promise as one sentence without its title: `within 15 min, from when “Registered” is entered until “Dispatch”
    is done; stands still in “Waiting”; when it is late Team lead told`. Owners' titles in it are not escaped."""
    return _word(names, "semicolon").join(_parts(goal, names))


def _parts(goal: Goal, names: Names) -> Iterator[str]:
    span = _word(names, "from", start=_marks(goal.start, names), stop=_marks(goal.stop, names))
    yield _word(names, "and").join([_time(goal, names), span])
    if goal.firm:
        yield _word(names, "firm", field=names.field(goal.firm))
    if goal.calendar:
        yield _word(names, "calendar", calendar=one_line(goal.calendar))
    if goal.when is not None:
        yield _word(names, "when", guard=guard_text(goal.when, names))
    for key, states in (("while", goal.within_states), ("pause", goal.pause)):
        if states:
            yield _word(names, key, states=joined([names.state(each) for each in states], names.language))
    yield from (_word(names, "pause_when", guard=guard_text(each, names)) for each in goal.pause_when)
    if goal.reset:
        yield _word(names, "reset", moments=_marks(goal.reset, names))
    if goal.moved is not None:
        yield _word(names, "moved", guard=guard_text(goal.moved, names))
    if goal.at_least is not None:
        yield _word(names, "least", time=_length(goal.at_least, names))
    if goal.quiet is not None:
        yield _word(names, "quiet", begin=goal.quiet[0], end=goal.quiet[1])
    yield from (_warning(each, names) for each in goal.warnings)
    yield from (_rung(each, names) for each in goal.ladder)


def _word(names: Names, key: str, **values: object) -> str:
    return phrase(_WORDS[key], names.language, **values)


def _length(allowance: Allowance, names: Names) -> str:
    return allowance_text(allowance, names.language)


def _marks(marks: Sequence[Mark], names: Names) -> str:
    return _word(names, "or").join(_mark(each, names) for each in marks)


def _mark(mark: Mark, names: Names) -> str:
    if mark.when is not None:
        return _word(names, "holds", guard=guard_text(mark.when, names))
    match mark.kind:
        case "entered":
            return _word(names, "entered", state=names.state(mark.name))
        case "took":
            return _word(names, "took", event=one_line(mark.name))
    return _word(names, "did", trigger=names.trigger(mark.name))


def _time(goal: Goal, names: Names) -> str:
    """By when: an allowance for each case, a field's time, or again and again."""
    if goal.due is not None:
        field = path_text(goal.due.field, names)
        if goal.due.offset is None:
            return _word(names, "by", field=field)
        key = "by_before" if goal.due.before else "by_after"
        return _word(names, key, field=field, time=_length(goal.due.offset, names))
    if goal.every is not None:
        return _word(names, "every", time=_length(goal.every, names))
    cases = []
    for each in goal.within:
        time = _length(each.allowance, names)
        if each.calendar:
            time = _word(names, "on", time=time, calendar=one_line(each.calendar))
        if each.when is not None:
            time = _word(names, "case", time=time, guard=guard_text(each.when, names))
        cases.append(time)
    only_ends = all(not each.allowance.count for each in goal.within)
    return _word(names, "by_then" if only_ends else "within", time=joined(cases, names.language))


def _warning(warning: Warning, names: Names) -> str:
    to = recipients_text(warning.to, names)
    if warning.before is not None:
        said = _word(names, "before", time=_length(warning.before, names), to=to)
    else:
        said = _word(names, "percent", percent=warning.percent, to=to)
    return _word(names, "urgent", deed=said) if warning.urgent else said


def _rung(rung: Rung, names: Names) -> str:
    deeds = []
    if rung.tell:
        told = _word(names, "told", to=recipients_text(rung.tell, names))
        deeds.append(_word(names, "urgent", deed=told) if rung.urgent else told)
    if rung.hand_to:
        role = Recipient("role", rung.hand_to, rung.on_shift)
        deeds.append(_word(names, "handed", role=recipients_text([role], names)))
    if rung.event:
        deeds.append(_word(names, "raised", event=one_line(rung.event)))
    deed = _word(names, "and").join(deeds)
    if rung.after.count or rung.after == END_OF_WORKDAY:
        return _word(names, "after", time=_length(rung.after, names), deed=deed)
    return _word(names, "at_due", deed=deed)
