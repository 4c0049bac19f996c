"""What staff do beside the transitions, as a scenario says it: `{by: 王芳, act: suspend, with: {until: 明天 09:00}}`.

An act is called by its verb or in Chinese, and what it needs stands under `with`, as it would be typed.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, Any, Final

from sop_engine import canonical, values
from sop_engine.language.grammar.shapes import listed
from sop_engine.messages import Text, msg
from sop_engine.trial import names
from sop_engine.values.moments import read_until

if TYPE_CHECKING:
    from sop_engine.procedure import Procedure


@dataclass(frozen=True, slots=True)
class Around:
    """What the words of an act may name: the people, the procedure, and the time."""

    people: Mapping[str, str]
    """name -> id"""
    tickets: Mapping[str, str]
    """label -> number"""
    procedure: "Procedure"
    active: Sequence[str]
    now: datetime
    zone: tzinfo


Reading = Callable[[Around, Any], Mapping[str, Any]]
"""From what is written to entries of the command's arguments. Raises `names.NotNamed`."""


def arguments(verb: str, given: Mapping[str, Any], around: Around) -> dict[str, Any]:
    """The arguments of an act's command. Raises `names.NotNamed` for a word that the act does not take, or that names
    nothing."""
    found: dict[str, Any] = {}
    taken = ACTS[verb].takes
    for word, value in given.items():
        found |= taken[names.find(word, {each: {} for each in taken}, msg("word of the act"))](around, value)
    return found


def verb(word: str) -> str:
    """The command that `word` calls. Raises `names.NotNamed`."""
    return names.find(word, {name: act.title for name, act in ACTS.items()}, msg("act"))


# --- readings --------------------------------------------------------------------------------------------------------


def _text(entry: str) -> Reading:
    return lambda around, value: {entry: str(value)}


def _flag(entry: str) -> Reading:
    return lambda around, value: {entry: True} if value else {}


def _instant(entry: str) -> Reading:
    def read(around: Around, value: Any) -> Mapping[str, Any]:
        try:
            return {entry: canonical.instant_text(read_until(str(value), around.now, around.zone))}
        except values.ValueProblem as problem:
            raise names.NotNamed(problem.message) from None

    return read


def _person(around: Around, word: str) -> str:
    return around.people[names.find(word, {each: {} for each in around.people}, msg("person"))]


def _people_and_roles(around: Around, value: Any) -> Mapping[str, Any]:
    """Persons by name go before roles by title."""
    roles = {role.id: role.title for role in around.procedure.roles}
    words = [str(each) for each in listed(value)]
    persons = [_person(around, each) for each in words if each in around.people]
    named = [names.find(each, roles, msg("person or role")) for each in words if each not in around.people]
    return {"to": persons, **({"roles": named} if named else {})}


def _side(around: Around, value: Any) -> Mapping[str, Any]:
    sides: Mapping[str, Text] = {"customer": {"zh": "客户"}, "staff": {"zh": "内部"}}
    return {"from": names.find(str(value), sides, msg("side"))}


def _one(around: Around, value: Any) -> Mapping[str, Any]:
    """A person by name; else a role by title."""
    found = _people_and_roles(around, value)
    return {"to": found["to"][0]} if found["to"] else {"role": found["roles"][0]}


def _to_person(entry: str) -> Reading:
    return lambda around, value: {entry: _person(around, str(value))}


def _place(around: Around, value: Any) -> Mapping[str, Any]:
    """Where a ticket goes back to."""
    return {"to": str(value) if value in ("previous", "opener") else names.state(around.procedure, str(value))}


def _ticket(entry: str) -> Reading:
    def read(around: Around, value: Any) -> Mapping[str, Any]:
        return {entry: around.tickets[names.find(str(value), {each: {} for each in around.tickets}, msg("ticket"))]}

    return read


def _how(around: Around, value: Any) -> Mapping[str, Any]:
    """How one ticket stands to the other."""
    return {"how": names.find(str(value), LINKED, msg("link"))}


def _carried(around: Around, value: Any) -> Mapping[str, Any]:
    """The fields that a ticket takes along which is split off."""
    return {"carry": [names.field(around.procedure, str(each)).id for each in listed(value)]}


def _fields(around: Around, value: Any) -> Mapping[str, Any]:
    """Fields of the ticket that is split off."""
    if not isinstance(value, Mapping):
        raise names.NotNamed(msg("what is not a map of fields: {value}", value=str(value)))
    context = values.Context(around.zone, around.now, {id: name for name, id in around.people.items()}, "zh")
    found = {}
    for word, item in value.items():
        field = names.field(around.procedure, str(word))
        try:
            found[field.id] = names.value(field, item, context)
        except names.NotAValue as problem:
            raise names.NotNamed(problem.message) from None
    return {"fields": found}


def _files(around: Around, value: Any) -> Mapping[str, Any]:
    """Files by name; made up, as photos that fields ask for are."""
    return {"files": [names.made_up_file(str(each)) for each in listed(value)]}


def _trigger(around: Around, value: Any) -> Mapping[str, Any]:
    return {"trigger": names.trigger(around.procedure, str(value), around.active)}


def _because(around: Around, value: Any) -> Mapping[str, Any]:
    """Why a task is given back: one of the procedure's reasons, or words of one's own where it names none."""
    reasons = {each.id: each.title for each in around.procedure.acts.give_back.reasons}
    if not reasons:
        return {"reason": str(value)}
    return {"because": names.find(str(value), reasons, msg("reason"))}


# --- the acts --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Act:
    """An act's title in Chinese beside its verb, and what stands under `with`."""

    title: Text
    takes: Mapping[str, Reading]


LINKED: Final[Mapping[str, Text]] = {
    "related": {"zh": "相关"},
    "rework_of": {"zh": "返工"},
    "reworked_by": {"zh": "被返工"},
    "caused_by": {"zh": "起因"},
    "causes": {"zh": "引起"},
}
"""how one ticket may stand to another, with its title in Chinese"""
_REASON: Final[Mapping[str, Reading]] = {"reason": _text("reason")}
ACTS: Final[Mapping[str, Act]] = {
    "urge": Act({"zh": "催办"}, {"from": _side, "note": _text("note")}),
    "copy": Act({"zh": "知会"}, {"to": _people_and_roles}),
    "read": Act({"zh": "已阅"}, {}),
    "watch": Act({"zh": "关注"}, {"stop": _flag("stop")}),
    "suspend": Act({"zh": "挂单"}, {"until": _instant("until"), **_REASON}),
    "resume": Act({"zh": "恢复办理"}, _REASON),
    "give_back": Act({"zh": "退单"}, {"reason": _because, "note": _text("reason")}),
    "transfer": Act({"zh": "转单"}, {"to": _one, **_REASON}),
    "take_over": Act({"zh": "接手"}, {}),
    "turn_down": Act({"zh": "拒接"}, _REASON),
    "take_back": Act({"zh": "收回"}, _REASON),
    "delegate": Act({"zh": "委托代办"}, {"to": _to_person("to"), "until": _instant("until"), **_REASON}),
    "return": Act({"zh": "回退"}, {"to": _place, **_REASON}),
    "withdraw": Act({"zh": "撤回"}, _REASON),
    "signer": Act(
        {"zh": "加签"}, {"trigger": _trigger, "person": _to_person("person"), "remove": _flag("remove"), **_REASON}
    ),
    "reject": Act({"zh": "拒签"}, {"trigger": _trigger, **_REASON}),
    "void": Act({"zh": "作废"}, _REASON),
    "close": Act({"zh": "强制关单"}, {"force": _flag("force"), "outcome": _text("outcome"), **_REASON}),
    "reopen": Act({"zh": "重开"}, _REASON),
    "merge": Act({"zh": "并单"}, {"into": _ticket("into"), **_REASON}),
    "join": Act({"zh": "并入同一起因"}, {"to": _ticket("to"), **_REASON}),
    "part": Act({"zh": "拆开单办"}, _REASON),
    "link": Act({"zh": "关联"}, {"to": _ticket("to"), "as": _how}),
    "unlink": Act({"zh": "取消关联"}, {"to": _ticket("to")}),
    "split": Act({"zh": "拆单"}, {"carry": _carried, "fields": _fields, **_REASON}),
    "attach": Act({"zh": "附件"}, {"files": _files, "label": _text("label")}),
}
"""Verb -> the act. A verb is the command's name."""
