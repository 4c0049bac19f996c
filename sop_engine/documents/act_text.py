"""What staff may do beside the transitions, as the manual tells it: only what is not as usual."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from sop_engine.acts import Join
from sop_engine.documents.names import Names
from sop_engine.documents.plain_text import joined, phrase
from sop_engine.documents.transition_text import guard_text, recipients_text, who_text
from sop_engine.messages import Text
from sop_engine.parties import Recipient, Who
from sop_engine.procedure import Procedure
from sop_engine.worktime import duration_text

_TITLES: Final[dict[str, Text]] = {
    "urge": {"zh": "催办", "en": "Urge"},
    "copy": {"zh": "知会", "en": "Let know"},
    "watch": {"zh": "关注", "en": "Watch"},
    "suspend": {"zh": "挂单", "en": "Suspend"},
    "claim": {"zh": "抢单", "en": "Claim"},
    "give_back": {"zh": "退单", "en": "Give back"},
    "transfer": {"zh": "转单", "en": "Transfer"},
    "delegate": {"zh": "委托代办", "en": "Delegate"},
    "back": {"zh": "回退", "en": "Return"},
    "withdraw": {"zh": "撤回", "en": "Withdraw"},
    "void": {"zh": "作废", "en": "Void"},
    "force_close": {"zh": "强制关单", "en": "Close by force"},
    "reopen": {"zh": "重开", "en": "Reopen"},
    "link": {"zh": "关联", "en": "Link"},
    "merge": {"zh": "并单", "en": "Merge"},
    "split": {"zh": "拆单", "en": "Split"},
    "join": {"zh": "并入同一起因", "en": "Join another ticket"},
}
_LANGUAGE: Final = {"back": "return"}
"""an act -> its word in the language, where that is another"""
_PLACES: Final = ("previous", "opener")
"""where a ticket may go back to, besides states, which may be called like any word here"""
_BY_RIGHT: Final = {"void", "force_close"}
"""acts for which the right counts, and the owner does not"""
_WORDS: Final[dict[str, Text]] = {
    "forbidden": {"zh": "任何人都不可", "en": "nobody: the procedure forbids it"},
    "usual": {"zh": "负责人，或有 assign 权限的人", "en": "the owner, or whoever has the right assign"},
    "right": {"zh": "有 assign 权限的人", "en": "whoever has the right assign"},
    "own": {"zh": "登记人自己在登记后 {span} 内", "en": "whoever opened it, within {span} of opening it"},
    "again": {"zh": "关单后 {span} 内，回到“{state}”", "en": "within {span} of closing, to “{state}”"},
    "apart": {"zh": "同一方隔 {span} 才能再催", "en": "again after {span}"},
    "lead": {"zh": "客户第二次催时同时通知{people}", "en": "the customer's second urging reaches {people} too"},
    "at_most": {"zh": "最长 {span}", "en": "for {span} at most"},
    "times": {"zh": "最多 {count} 次", "en": "{count} times at most"},
    "pauses": {"zh": "期间停计：{goals}", "en": "meanwhile these stand still: {goals}"},
    "claimers": {"zh": "担任该岗位的人", "en": "whoever holds the role"},
    "limit": {"zh": "手上未完任务不到 {count} 项才能抢", "en": "with fewer than {count} open tasks in hand"},
    "reasons": {"zh": "原因：{reasons}", "en": "because of: {reasons}"},
    "told": {"zh": "通知{people}", "en": "told: {people}"},
    "lead_back": {"zh": "第二次退单同时通知{people}", "en": "the second one of a ticket reaches {people} too"},
    "roles": {"zh": "还可交给{people}", "en": "to {people} too"},
    "there": {
        "zh": "能在所离状态办理的人、负责人，或有 assign 权限的人",
        "en": "whoever can act in the state that is left, the owner, or whoever has the right assign",
    },
    "doer": {"zh": "办理该步的人，且之后无人办理", "en": "whoever did the step, until somebody acts on it"},
    "to": {"zh": "退到：{places}", "en": "back to: {places}"},
    "from": {"zh": "只能从这些状态退回：{states}", "en": "only out of: {states}"},
    "previous": {"zh": "上一步", "en": "the step before"},
    "opener": {"zh": "登记处（登记人）", "en": "where it was opened"},
    "within": {"zh": "办理后 {span} 内", "en": "within {span} of the step"},
    "never": {"zh": "不可撤回：{triggers}", "en": "not taken back: {triggers}"},
    "shift_end": {"zh": "下班时仍在手的任务", "en": "Tasks in hand when a shift ends"},
    "handover": {"zh": "交班前必须办完", "en": "To be done before a shift is handed over"},
    "moving": {"zh": "房屋过户、退租时随谁办理", "en": "With whom it goes on when the unit changes hands"},
    "stays": {
        "zh": "有原住户的东西在我方手中时，只随原住户办理：{guard}",
        "en": "only with whoever moves out, since something of his is in our hands, while {guard}",
    },
    "warned": {"zh": "提前 {span} 提醒本人和接手人", "en": "both are told {span} before"},
    "waits": {"zh": "随主单办理，期间为“{state}”", "en": "it waits in “{state}”, and the other's work is for both"},
    "then": {
        "zh": "主单到“{state}”时，各单各自进入",
        "en": "each goes on by itself as soon as the other comes to “{state}”",
    },
    "only": {
        "zh": "其中前 {count} 单，其余进入“{state}”",
        "en": "the first {count} of them; the rest go on to “{state}”",
    },
    "alone": {
        "zh": "拆开或主单另行结束时，回到“{state}”单独办理",
        "en": "parted, or where the other ends otherwise: “{state}”",
    },
    "near": {"zh": "登记时提示 {span} 内{near}的单", "en": "offered when opening: {near}, within {span}"},
    "unit": {"zh": "同一房号", "en": "the same unit"},
    "riser": {"zh": "同一单元", "en": "the same riser"},
    "building": {"zh": "同一楼栋", "en": "the same building"},
    "shares": {"zh": "随主单更新：{fields}", "en": "has from the other: {fields}"},
    "tells": {
        "zh": "主单发给客户的这些通知，各单客户也收到：{notices}",
        "en": "its own people get these notices of the other too: {notices}",
    },
    "while": {"zh": "只在：{guard}", "en": "only while {guard}"},
    "runs": {"zh": "期间各时限照常计时", "en": "meanwhile what is promised runs on"},
}


def act_texts(procedure: Procedure, names: Names) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Each act of which the procedure says something: its title, who may, and its limits."""
    acts, usual = procedure.acts, type(procedure.acts)()
    for name, title in _TITLES.items():
        if _LANGUAGE.get(name, name) in acts.never:
            yield names.title(title), phrase(_WORDS["forbidden"], names.language), ()
            continue
        act = getattr(acts, name)
        if act != getattr(usual, name):
            own = {"claim": "claimers", "withdraw": "doer"}.get(name)
            who = phrase(_WORDS[own], names.language) if own is not None else _who(name, act.by, names)
            yield names.title(title), who, tuple(_limits(procedure, name, names))
    if acts.important is not None:
        yield phrase(_WORDS["handover"], names.language), guard_text(acts.important, names), ()
    if (moving := acts.moving) != usual.moving:
        guard = guard_text(moving.stays, names) if moving.stays is not None else ""
        limits = (phrase(_WORDS["stays"], names.language, guard=guard),) if guard else ()
        yield phrase(_WORDS["moving"], names.language), _who("moving", moving.by, names), limits
    if (end := acts.shift_end) is not None:
        to = recipients_text([replace(each, on_shift=each.kind == "role") for each in end.to], names)
        warned = phrase(_WORDS["warned"], names.language, span=duration_text(end.warn, names.language))
        only = [phrase(_WORDS["while"], names.language, guard=guard_text(end.when, names))] if end.when else []
        yield phrase(_WORDS["shift_end"], names.language), to, (warned, *only)


def _who(act: str, by: tuple[Who, ...], names: Names) -> str:
    usual = "right" if act in _BY_RIGHT else "there" if act == "back" else "usual"
    return who_text(by, names) if by else phrase(_WORDS[usual], names.language)


def _limits(procedure: Procedure, name: str, names: Names) -> Iterator[str]:
    language, acts = names.language, procedure.acts
    if name == "urge":
        yield phrase(_WORDS["apart"], language, span=duration_text(acts.urge.apart, language))
        if acts.urge.lead:
            yield phrase(_WORDS["lead"], language, people=recipients_text(acts.urge.lead, names))
    if name == "claim" and acts.claim.limit is not None:
        yield phrase(_WORDS["limit"], language, count=acts.claim.limit)
    if name == "give_back":
        yield from _giving_back(procedure, names)
    if name in ("transfer", "delegate") and (roles := getattr(acts, name).to):
        people = recipients_text(tuple(Recipient("role", role) for role in roles), names)
        yield phrase(_WORDS["roles"], language, people=people)
    if name == "void":
        yield phrase(_WORDS["own"], language, span=duration_text(acts.void.own_within, language))
    if name == "reopen":
        span = duration_text(acts.reopen.within, language)
        yield phrase(_WORDS["again"], language, span=span, state=names.state(acts.reopen.to))
    if name == "suspend":
        yield phrase(_WORDS["at_most"], language, span=duration_text(acts.suspend.at_most, language))
        if acts.suspend.times is not None:
            yield phrase(_WORDS["times"], language, count=acts.suspend.times)
        titles = [names.title(goal.title, goal.id) for goal in procedure.goals if goal.id in acts.suspend.pauses]
        if titles:
            yield phrase(_WORDS["pauses"], language, goals=joined(titles, language))
        elif procedure.goals:
            yield phrase(_WORDS["runs"], language)
    if name == "join" and acts.join is not None:
        yield from _joining(acts.join, names)
    yield from _limits_of_going_back(procedure, name, names)


def _joining(rules: Join, names: Names) -> Iterator[str]:
    language = names.language
    yield phrase(_WORDS["waits"], language, state=names.state(rules.state))
    yield phrase(_WORDS["then"], language, state=names.state(rules.then))
    if rules.at_most is not None:
        yield phrase(_WORDS["only"], language, count=rules.at_most, state=names.state(rules.others))
    yield phrase(_WORDS["alone"], language, state=names.state(rules.alone))
    near = phrase(_WORDS[rules.near], language)
    yield phrase(_WORDS["near"], language, span=duration_text(rules.within, language), near=near)
    if rules.shares:
        yield phrase(_WORDS["shares"], language, fields=joined([names.field(each) for each in rules.shares], language))
    if rules.tells:
        yield phrase(_WORDS["tells"], language, notices=joined([names.notice(each) for each in rules.tells], language))


def _giving_back(procedure: Procedure, names: Names) -> Iterator[str]:
    language, rules = names.language, procedure.acts.give_back
    if rules.reasons:
        reasons = joined([names.title(each.title, each.id) for each in rules.reasons], language)
        yield phrase(_WORDS["reasons"], language, reasons=reasons)
    yield phrase(_WORDS["told"], language, people=recipients_text(rules.tell, names))
    if rules.lead:
        yield phrase(_WORDS["lead_back"], language, people=recipients_text(rules.lead, names))


def _limits_of_going_back(procedure: Procedure, name: str, names: Names) -> Iterator[str]:
    language, back, withdraw = names.language, procedure.acts.back, procedure.acts.withdraw
    if name == "back" and back is not None:
        places = [phrase(_WORDS[each], language) if each in _PLACES else names.state(each) for each in back.to]
        yield phrase(_WORDS["to"], language, places=joined(places, language))
        if back.leaving:
            states = joined([names.state(each) for each in back.leaving], language)
            yield phrase(_WORDS["from"], language, states=states)
    if name == "withdraw":
        if withdraw.within is not None:
            yield phrase(_WORDS["within"], language, span=duration_text(withdraw.within, language))
        if withdraw.never:
            triggers = [names.trigger(each) for each in withdraw.never]
            yield phrase(_WORDS["never"], language, triggers=joined(triggers, language))
