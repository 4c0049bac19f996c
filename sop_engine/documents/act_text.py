"""What staff may do beside the transitions, as the manual tells it: only what is not as usual."""

from collections.abc import Iterator
from typing import Final

from sop_engine.documents.names import Names
from sop_engine.documents.plain_text import joined, phrase
from sop_engine.documents.transition_text import recipients_text, who_text
from sop_engine.messages import Text
from sop_engine.parties import Who
from sop_engine.procedure import Procedure
from sop_engine.worktime import duration_text

_TITLES: Final[dict[str, Text]] = {
    "urge": {"zh": "催办", "en": "Urge"},
    "copy": {"zh": "知会", "en": "Let know"},
    "watch": {"zh": "关注", "en": "Watch"},
    "suspend": {"zh": "挂单", "en": "Suspend"},
    "void": {"zh": "作废", "en": "Void"},
    "force_close": {"zh": "强制关单", "en": "Close by force"},
    "reopen": {"zh": "重开", "en": "Reopen"},
    "link": {"zh": "关联", "en": "Link"},
    "merge": {"zh": "并单", "en": "Merge"},
    "split": {"zh": "拆单", "en": "Split"},
}
_BY_RIGHT: Final = {"void", "force_close"}
"""acts for which the right counts, and the owner does not"""
_WORDS: Final[dict[str, Text]] = {
    "usual": {"zh": "负责人，或有 assign 权限的人", "en": "the owner, or whoever has the right assign"},
    "right": {"zh": "有 assign 权限的人", "en": "whoever has the right assign"},
    "own": {"zh": "登记人自己在登记后 {span} 内", "en": "whoever opened it, within {span} of opening it"},
    "to": {"zh": "关单后 {span} 内，回到“{state}”", "en": "within {span} of closing, to “{state}”"},
    "apart": {"zh": "同一方隔 {span} 才能再催", "en": "again after {span}"},
    "lead": {"zh": "客户第二次催时同时通知{people}", "en": "the customer's second urging reaches {people} too"},
    "at_most": {"zh": "最长 {span}", "en": "for {span} at most"},
    "times": {"zh": "最多 {count} 次", "en": "{count} times at most"},
    "pauses": {"zh": "期间停计：{goals}", "en": "meanwhile these stand still: {goals}"},
    "runs": {"zh": "期间各时限照常计时", "en": "meanwhile what is promised runs on"},
}


def act_texts(procedure: Procedure, names: Names) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Each act of which the procedure says something: its title, who may, and its limits."""
    acts, usual = procedure.acts, type(procedure.acts)()
    for name, title in _TITLES.items():
        act = getattr(acts, name)
        if act != getattr(usual, name):
            yield names.title(title), _who(name, act.by, names), tuple(_limits(procedure, name, names))


def _who(act: str, by: tuple[Who, ...], names: Names) -> str:
    usual = "right" if act in _BY_RIGHT else "usual"
    return who_text(by, names) if by else phrase(_WORDS[usual], names.language)


def _limits(procedure: Procedure, name: str, names: Names) -> Iterator[str]:
    language, acts = names.language, procedure.acts
    if name == "urge":
        yield phrase(_WORDS["apart"], language, span=duration_text(acts.urge.apart, language))
        if acts.urge.lead:
            yield phrase(_WORDS["lead"], language, people=recipients_text(acts.urge.lead, names))
    if name == "void":
        yield phrase(_WORDS["own"], language, span=duration_text(acts.void.own_within, language))
    if name == "reopen":
        span = duration_text(acts.reopen.within, language)
        yield phrase(_WORDS["to"], language, span=span, state=names.state(acts.reopen.to))
    if name == "suspend":
        yield phrase(_WORDS["at_most"], language, span=duration_text(acts.suspend.at_most, language))
        if acts.suspend.times is not None:
            yield phrase(_WORDS["times"], language, count=acts.suspend.times)
        titles = [names.title(goal.title, goal.id) for goal in procedure.goals if goal.id in acts.suspend.pauses]
        if titles:
            yield phrase(_WORDS["pauses"], language, goals=joined(titles, language))
        elif procedure.goals:
            yield phrase(_WORDS["runs"], language)
