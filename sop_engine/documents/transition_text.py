"""Who may, what follows and when, in words: shared by the manual page and the diagrams."""

from collections.abc import Sequence
from typing import Final

from sop_engine.documents.expression_text import condition_text, path_text
from sop_engine.documents.names import Names
from sop_engine.documents.plain_text import joined, one_line, phrase
from sop_engine.documents.time_text import every_text
from sop_engine.messages import Text
from sop_engine.procedure import (
    Assign,
    Collect,
    Effect,
    Not,
    Print,
    Procedure,
    Raise,
    Recipient,
    Set,
    Sign,
    Signal,
    Start,
    Tell,
    Timer,
    Tree,
    Who,
)
from sop_engine.worktime import duration_text

_WORDS: Final[dict[str, Text]] = {
    "assignee": {"zh": "经办人", "en": "assignee"},
    "owner": {"zh": "负责人", "en": "owner of the ticket"},
    "opener": {"zh": "登记人", "en": "whoever opened it"},
    "lead": {"zh": "班组长", "en": "lead of the team"},
    "anyone": {"zh": "任何人", "en": "anyone"},
    "team": {"zh": "{team}全体", "en": "everybody of {team}"},
    "team_of": {"zh": "{team}对应的班组", "en": "everybody of the team for {team}"},
    "by_team": {"zh": "{deed}，先派{team}", "en": "{deed}, to the team {team} first"},
    "by_team_of": {"zh": "{deed}，先派{team}对应的班组", "en": "{deed}, to the team for {team} first"},
    "not_did": {"zh": "不得是做“{trigger}”的人", "en": "not who did “{trigger}”"},
    "not_did_since": {
        "zh": "不得是进入“{state}”后做“{trigger}”的人",
        "en": "not who did “{trigger}” since “{state}”",
    },
    "not_field": {"zh": "不得是“{field}”中的人", "en": "nobody named in “{field}”"},
    "exclusion": {"zh": "{who}（{rules}）", "en": "{who} ({rules})"},
    "who_when": {"zh": "{who}（当 {guard}）", "en": "{who} (when {guard})"},
    "sign": {"zh": "{n} 人签字", "en": "{n} people sign"},
    "sign_of": {"zh": "{n} 人签字：{of}", "en": "{n} people sign: {of}"},
    "sign_add": {"zh": "可加签：{roles}", "en": "may be added: {roles}"},
    "sign_reject": {"zh": "拒签时：{event}", "en": "when refused: {event}"},
    "sign_ordered": {"zh": "{n} 人依次签字：{of}", "en": "{n} people sign in this order: {of}"},
    "set": {"zh": "记“{field}”为 {value}", "en": "“{field}” becomes {value}"},
    "clear": {"zh": "清空“{field}”", "en": "“{field}” is emptied"},
    "raise": {"zh": "引发事件 {event}", "en": "event {event} is raised"},
    "assign_role": {"zh": "交 {name} 办理", "en": "given to: {name}"},
    "assign_named": {"zh": "交 {name} 中指定的人办理", "en": "given to: {name}, one of them by name"},
    "assign_turns": {"zh": "按轮次交 {name} 办理", "en": "given to: {name}, by turns"},
    "assign_least_load": {"zh": "交 {name} 中在手任务最少的人办理", "en": "given to: {name}, whoever has least to do"},
    "assign_field": {"zh": "交“{name}”中的人办理", "en": "given to the person in “{name}”"},
    "assign_owner": {"zh": "交负责人办理", "en": "given to the owner of the ticket"},
    "assign_doer": {"zh": "由操作人自己办理", "en": "kept by whoever does this"},
    "assign_nobody": {"zh": "不再有经办人", "en": "given back: no assignee"},
    "tell": {"zh": "通知 {to}", "en": "told: {to}"},
    "urgent": {"zh": "{deed}（紧急，不受免打扰限制）", "en": "{deed} (urgent: in quiet hours too)"},
    "tell_notice": {"zh": "以《{notice}》通知 {to}", "en": "told by “{notice}”: {to}"},
    "print": {"zh": "打印《{form}》", "en": "printed: {form}"},
    "start": {"zh": "另开子单（{procedure}）", "en": "a child ticket is opened ({procedure})"},
    "start_each": {
        "zh": "按“{rows}”逐行另开子单（{procedure}）",
        "en": "a child ticket for each row of “{rows}” ({procedure})",
    },
    "signal_parent": {"zh": "告知上级单：{event}", "en": "the parent ticket is signalled: {event}"},
    "signal_children": {"zh": "告知子单：{event}", "en": "the child tickets are signalled: {event}"},
    "collect": {"zh": "把{which}汇入“{field}”", "en": "{which} are gathered in “{field}”"},
    "collect_open": {"zh": "未办结的工单", "en": "open tickets"},
    "collect_closed": {"zh": "已办结的工单", "en": "closed tickets"},
    "collect_handed_over": {"zh": "本班移交的工单", "en": "tickets that the shift hands over"},
    "collect_any": {"zh": "工单", "en": "tickets"},
    "on_shift": {"zh": "当班的{role}", "en": "{role} on shift"},
    "of_firm": {"zh": "“{field}”的人员", "en": "somebody of the firm in “{field}”"},
    "skill": {"zh": "{who}（具备{skill}技能）", "en": "{who} with the skill {skill}"},
    "skill_of": {"zh": "{who}（具备{skill}所需的技能）", "en": "{who} with the skill that {skill} calls for"},
    "after": {"zh": "进入后满 {duration}", "en": "{duration} after it begins"},
    "at": {"zh": "到“{field}”时", "en": "at “{field}”"},
    "at_time": {"zh": "到“{field}”当天 {time}", "en": "at {time} on “{field}”"},
    "at_before": {"zh": "“{field}”之前 {duration}", "en": "{duration} before “{field}”"},
    "at_after": {"zh": "“{field}”之后 {duration}", "en": "{duration} after “{field}”"},
}


def who_text(by: Sequence[Who], names: Names) -> str:
    """Who may, in words, with whom separation of duty keeps out: `前台（不得是做“完工”的人）`."""
    shared = {(each.exclude, each.when is None) for each in by}
    if len(by) > 1 and len(shared) == 1 and by[0].exclude and by[0].when is None:
        people = joined(
            [_person(each.kind, each.name, names, each.on_shift, each.skill) for each in by], names.language
        )
        return _excluded(people, by[0].exclude, names)
    return joined([_one_who(each, names) for each in by], names.language)


def people_and_rules(by: Sequence[Who], names: Names) -> tuple[str, tuple[str, ...]]:
    """Who may, and whom separation of duty keeps out: `前台、夜班值守` and `不得是做“完工”的人`. Steps that keep
    out whoever did them, ever or since the same state, are one rule. Where the rules are not the same for all they
    stand with each, and there are none beside."""
    if len({each.exclude for each in by}) != 1:
        return who_text(by, names), ()
    people = joined(
        [_conditioned(_person(each.kind, each.name, names, each.on_shift, each.skill), each, names) for each in by],
        names.language,
    )
    return people, tuple(_rules(by[0].exclude, names))


def _rules(exclude: Sequence[Not], names: Names) -> list[str]:
    """Whom separation of duty keeps out, those who did one of several steps in one rule."""
    steps: dict[str | None, list[str]] = {}
    for rule in exclude:
        if rule.did is not None:
            steps.setdefault(rule.since, []).append(names.trigger(rule.did))
    together = "”、“" if names.language == "zh" else "”, “"
    did = [_did(together.join(triggers), since, names) for since, triggers in steps.items()]
    fields = [each.field for each in exclude if each.field is not None]
    return [*did, *(phrase(_WORDS["not_field"], names.language, field=names.field(each)) for each in fields)]


def _one_who(who: Who, names: Names) -> str:
    text = _person(who.kind, who.name, names, who.on_shift, who.skill)
    if who.exclude:
        text = _excluded(text, who.exclude, names)
    return _conditioned(text, who, names)


def _conditioned(text: str, who: Who, names: Names) -> str:
    if who.when is None:
        return text
    guard = condition_text(who.when, names)
    return phrase(_WORDS["who_when"], names.language, who=text, guard=guard)


def _excluded(people: str, exclude: Sequence[Not], names: Names) -> str:
    rules = joined(_rules(exclude, names), names.language)
    return phrase(_WORDS["exclusion"], names.language, who=people, rules=rules)


def _person(kind: str, name: str, names: Names, on_shift: bool = False, skill: str = "") -> str:
    if skill:
        key = "skill" if skill in {each.id for each in names.procedure.skills} else "skill_of"
        who = _person(kind, name, names, on_shift)
        return phrase(_WORDS[key], names.language, who=who, skill=names.skill(skill))
    if on_shift:
        return phrase(_WORDS["on_shift"], names.language, role=names.role(name))
    if kind == "role":
        return names.role(name)
    if kind == "team":
        return phrase(_WORDS[_team_word(name, names)], names.language, team=names.team(name))
    declared = names.fields.get(name) if kind == "field" else None
    if declared is not None and declared.type == "firm":
        return phrase(_WORDS["of_firm"], names.language, field=names.field(name))
    return names.field(name) if kind == "field" else phrase(_WORDS[kind], names.language)


def _team_word(name: str, names: Names) -> str:
    return "team" if name in {each.id for each in names.procedure.teams} else "team_of"


def _did(triggers: str, since: str | None, names: Names) -> str:
    """Nobody who did these, ever or since a state was entered."""
    if since is not None:
        return phrase(_WORDS["not_did_since"], names.language, trigger=triggers, state=names.state(since))
    return phrase(_WORDS["not_did"], names.language, trigger=triggers)


def sign_text(sign: Sign, names: Names) -> str:
    """How many people must sign, and who: `2 人签字：前台、安管员`."""
    of = joined([names.role(each) for each in sign.of], names.language)
    key = "sign" if not of else "sign_ordered" if sign.ordered else "sign_of"
    said = [phrase(_WORDS[key], names.language, n=sign.count, of=of)]
    if sign.add:
        roles = joined([names.role(each) for each in sign.add], names.language)
        said.append(phrase(_WORDS["sign_add"], names.language, roles=roles))
    if sign.reject:
        said.append(phrase(_WORDS["sign_reject"], names.language, event=one_line(sign.reject)))
    return ("；" if names.language == "zh" else "; ").join(said)


def guard_text(tree: Tree | None, names: Names) -> str:
    """The guard in words; empty where there is none."""
    return "" if tree is None else condition_text(tree, names)


def recipients_text(to: Sequence[Recipient], names: Names) -> str:
    return joined([_person(each.kind, each.name, names, each.on_shift) for each in to], names.language)


def effect_text(effect: Effect, names: Names) -> str:
    """One effect in words: `打印《维修工单》`, `told: assignee, steward`."""

    def word(key: str, **values: object) -> str:
        return phrase(_WORDS[key], names.language, **values)

    match effect:
        case Set(field, None):
            return word("clear", field=names.field(field))
        case Set(field, value):
            return word("set", field=names.field(field), value=_set_value(field, value, names))
        case Raise(event):
            return word("raise", event=one_line(event))
        case Assign("role", name, how, on_shift, skill, team):
            key = "assign_role" if how == "claim" else f"assign_{how}"
            said = word(key, name=_person("role", name, names, on_shift, skill))
            return word(f"by_{_team_word(team, names)}", deed=said, team=names.team(team)) if team else said
        case Assign(to, name):
            return word(f"assign_{to}", name=_person("field", name, names))
        case Tell(to, notice, urgent):
            key = "tell_notice" if notice else "tell"
            said = word(key, to=recipients_text(to, names), notice=names.notice(notice))
            return word("urgent", deed=said) if urgent else said
        case Print(form):
            return word("print", form=names.form(form))
        case Start(procedure, _, None):
            return word("start", procedure=names.procedure_title(procedure))
        case Start(procedure, _, each):
            return word("start_each", procedure=names.procedure_title(procedure), rows=names.field(each or ""))
        case Signal(to, event, _):
            return word(f"signal_{to}", event=one_line(event))
        case Collect():
            which = "collect_handed_over" if effect.until else f"collect_{effect.status}"
            return word("collect", which=word(which), field=names.field(effect.field))


def _set_value(field: str, value: Tree | None, names: Names) -> str:
    if value is not None and value[0] == "const" and value[1] != "duration" and not isinstance(value[2], bool):
        return names.choice(names.fields.get(field), str(value[2]))
    return guard_text(value, names)


def happening_text(timer: Timer, procedure: Procedure, language: str) -> str:
    """What happens when a timer fires: `通知 工程主管（缓急 = 急修）`, `told: Front desk; -> Closed`."""
    names = Names(procedure, language)
    said = []
    for each in timer.alternatives:
        words = [effect_text(effect, names) for effect in each.effects]
        words += [f"→ {names.state(target)}" for target in each.target]
        text = "; ".join(words)
        if text and each.when is not None:
            text = phrase(_WORDS["who_when"], language, who=text, guard=guard_text(each.when, names))
        if text:
            said.append(text)
    return " / ".join(said)


def timer_text(timer: Timer, names: Names) -> str:
    """When a timer fires: `进入 3 天后`, `15 min after “Agreed visit, end”`, `每天 17:30`."""

    def word(key: str, **values: object) -> str:
        return phrase(_WORDS[key], names.language, **values)

    if timer.after is not None:
        return word("after", duration=duration_text(timer.after, names.language))
    if timer.every is not None:
        return every_text(timer.every, names.language)
    field = path_text(timer.at or "", names)
    if timer.offset is not None:
        duration = duration_text(timer.offset, names.language)
        text = word("at_before" if timer.before else "at_after", field=field, duration=duration)
        return f"{text} {timer.time}".rstrip()
    return word("at_time", field=field, time=timer.time) if timer.time else word("at", field=field)
