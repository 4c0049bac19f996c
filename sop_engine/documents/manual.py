"""The manual page: a procedure as a page that people read.

It reads as the paper does: what it is, who takes part, what is written down, what happens state by state, how it
ends. Everything on it is taken from the Procedure, so that the page cannot say what the engine does not do.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from sop_engine.documents.act_text import act_texts
from sop_engine.documents.expression_text import path_text
from sop_engine.documents.goal_text import goal_text
from sop_engine.documents.names import Names
from sop_engine.documents.plain_text import joined, markdown, phrase
from sop_engine.documents.time_text import every_text
from sop_engine.documents.transition_text import effect_text, guard_text, sign_text, timer_text, who_text
from sop_engine.messages import Text
from sop_engine.procedure import ROOT, Effect, Field, Offer, Procedure, State, Transition
from sop_engine.worktime import duration_text

_NONE: Final[Mapping[str, Procedure]] = {}
_WORDS: Final[dict[str, Text]] = {
    "basis": {"zh": "依据：{source}", "en": "Source: {source}"},
    "numbers": {"zh": "单号以 {prefix} 开头。", "en": "Ticket numbers begin with {prefix}."},
    "backdate": {"zh": "补录时间最多可提前 {duration}。", "en": "A time may be claimed up to {duration} back."},
    "people": {"zh": "谁参加", "en": "Who takes part"},
    "skills": {"zh": "需要的技能或证件：{skills}。", "en": "Skills and licences that are asked for: {skills}."},
    "teams": {"zh": "分班组派单：{teams}。", "en": "Given out by team: {teams}."},
    "scope": {"zh": "{role}（按“{field}”分管）", "en": "{role} (each for their own “{field}”)"},
    "owner": {"zh": "按日历自动开的单由{role}负责。", "en": "Tickets opened by the calendar belong to: {role}."},
    "fields": {"zh": "写下什么", "en": "What is written down"},
    "name": {"zh": "项目", "en": "Item"},
    "kind": {"zh": "填法", "en": "How"},
    "remarks": {"zh": "说明", "en": "Remarks"},
    "opening": {"zh": "怎样开始", "en": "How it begins"},
    "calendar": {"zh": "按日历自动开单：{when}{each}", "en": "Opened by the calendar: {when}{each}"},
    "each_unit": {"zh": "，每户一单", "en": ", one ticket for each unit"},
    "goals": {"zh": "时限", "en": "What is promised"},
    "goals_on": {
        "zh": "没有另写的，都按日历 {calendar} 计时。",
        "en": "Counted on the calendar {calendar} where no other is named.",
    },
    "goal": {"zh": "**{title}**——{promise}。", "en": "**{title}** — {promise}."},
    "states": {"zh": "怎样办理", "en": "What happens"},
    "acts": {"zh": "随时可做的其他事", "en": "What else may be done"},
    "anytime": {"zh": "未关单前随时", "en": "At any time while open"},
    "inside": {"zh": "（在“{state}”之内）", "en": " (within “{state}”)"},
    "parallel": {"zh": "同时进行：{states}。", "en": "Side by side: {states}."},
    "begins": {"zh": "先到“{states}”。", "en": "Begins at “{states}”."},
    "on_entry": {"zh": "进入时：{effects}。", "en": "On entering: {effects}."},
    "on_exit": {"zh": "离开时：{effects}。", "en": "On leaving: {effects}."},
    "offer": {"zh": "**{title}**——{who}。", "en": "**{title}** — {who}."},
    "ask": {"zh": "须填：{fields}。", "en": "Must be given: {fields}."},
    "may_ask": {"zh": "可填：{fields}。", "en": "May be given: {fields}."},
    "sign": {"zh": "{sign}。", "en": "{sign}."},
    "to": {"zh": "→ {state}", "en": "→ {state}"},
    "stays": {"zh": "状态不变", "en": "The state stays"},
    "when": {"zh": "当 {guard}：", "en": "If {guard}: "},
    "otherwise": {"zh": "否则：", "en": "Otherwise: "},
    "semicolon": {"zh": "；", "en": "; "},
    "timer": {"zh": "**{when}**，自动：", "en": "**{when}**, by itself: "},
    "itself": {"zh": "**随即自动**：", "en": "**At once, by itself**: "},
    "done": {"zh": "**各项都办完后**：", "en": "**When all of it is done**: "},
    "event": {"zh": "**事件 {event}**：", "en": "**On the event {event}**: "},
    "back": {"zh": "回到“{state}”离开前的那一步", "en": "back to where “{state}” was left"},
    "ends": {"zh": "怎样结束", "en": "How it ends"},
    "outcome": {"zh": "{state}：{outcome}", "en": "{state}: {outcome}"},
    "papers": {"zh": "通知与单据", "en": "Notices and forms"},
    "notice": {"zh": "通知《{title}》", "en": "Notice “{title}”"},
    "form": {"zh": "单据《{title}》", "en": "Form “{title}”"},
    "clauses": {"zh": "［{source}］", "en": " [{source}]"},
    "many": {"zh": "{kind}，可多项", "en": "{kind}, several"},
    "default": {"zh": "未填时为 {value}", "en": "{value} unless given"},
    "yes": {"zh": "是", "en": "yes"},
    "no": {"zh": "否", "en": "no"},
    "required": {"zh": "当 {guard} 时必填", "en": "must be given when {guard}"},
    "computed": {"zh": "自动计算：{expression}", "en": "computed: {expression}"},
    "fill": {"zh": "自动取自 {field}", "en": "taken from {field}"},
    "min": {"zh": "不小于 {value}", "en": "at least {value}"},
    "max": {"zh": "不大于 {value}", "en": "at most {value}"},
    "personal": {"zh": "个人信息", "en": "personal data"},
}
_TYPES: Final[dict[str, Text]] = {
    "text": {"zh": "文字", "en": "text"},
    "integer": {"zh": "整数", "en": "whole number"},
    "decimal": {"zh": "数字", "en": "number"},
    "money": {"zh": "金额", "en": "amount"},
    "boolean": {"zh": "是/否", "en": "yes/no"},
    "date": {"zh": "日期", "en": "date"},
    "time": {"zh": "时刻", "en": "time"},
    "datetime": {"zh": "日期和时刻", "en": "date and time"},
    "interval": {"zh": "时段", "en": "from–to"},
    "phone": {"zh": "电话", "en": "phone"},
    "choice": {"zh": "{choices}", "en": "{choices}"},
    "person": {"zh": "姓名、电话", "en": "name, phone"},
    "staff": {"zh": "员工", "en": "member of staff"},
    "firm": {"zh": "外协单位", "en": "firm from outside"},
    "unit": {"zh": "房号", "en": "unit"},
    "file": {"zh": "文件", "en": "file"},
    "photo": {"zh": "照片", "en": "photo"},
    "checklist": {"zh": "逐项勾选：{choices}", "en": "tick list: {choices}"},
    "rows": {"zh": "逐行：{columns}", "en": "rows of {columns}"},
}


def manual(procedure: Procedure, language: str, others: Mapping[str, Procedure] = _NONE) -> str:
    """The procedure as a page of Markdown in `language`; `others` are those that it may start, by id, where they are
    known. User text in it is escaped."""
    return "\n".join(_Page(procedure, language, others).lines()) + "\n"


class _Page:
    """Writes one page. Lines of an offer are told in one bullet, its alternatives below it."""

    def __init__(self, procedure: Procedure, language: str, others: Mapping[str, Procedure]) -> None:
        self.procedure = procedure
        self.language = language
        self.names = Names(procedure, language, others)
        self.states = {each.id: each for each in procedure.states}

    def word(self, key: str, **values: object) -> str:
        return phrase(_WORDS[key], self.language, **values)

    def lines(self) -> Iterator[str]:
        yield f"# {markdown(self.names.title(self.procedure.title, self.procedure.id))}"
        yield ""
        if self.procedure.source:
            yield self.word("basis", source=markdown(joined(list(self.procedure.source), self.language))) + "\n"
        said = [self.word("numbers", prefix=markdown(self.procedure.prefix))]
        if self.procedure.backdate is not None:
            said.append(self.word("backdate", duration=duration_text(self.procedure.backdate, self.language)))
        yield self._sentences(said)
        yield from self._people()
        yield from self._fields()
        yield from self._opening()
        yield from self._goals()
        yield f"\n## {self.word('states')}"
        for state in self.procedure.states:
            if state.kind not in {"final", "history"} or self._tells(state):
                yield from self._state(state)
        yield from self._acts()
        yield from self._ends()
        yield from self._papers()

    def _sentences(self, sentences: Sequence[str]) -> str:
        return ("" if self.language == "zh" else " ").join(sentences)

    def _clauses(self, source: Sequence[str]) -> str:
        return self.word("clauses", source=markdown(joined(list(source), self.language))) if source else ""

    # --- who and what ---

    def _people(self) -> Iterator[str]:
        if not self.procedure.roles:
            return
        yield f"\n## {self.word('people')}\n"
        for role in self.procedure.roles:
            text = self.names.role(role.id)
            if role.scope:
                text = self.word("scope", role=text, field=self.names.field(role.scope))
            yield f"- {markdown(text)}"
        if self.procedure.skills:
            skills = joined([self.names.title(each.title, each.id) for each in self.procedure.skills], self.language)
            yield "\n" + markdown(self.word("skills", skills=skills))
        if self.procedure.teams:
            teams = joined([self.names.title(each.title, each.id) for each in self.procedure.teams], self.language)
            yield "\n" + markdown(self.word("teams", teams=teams))
        if self.procedure.owner:
            yield "\n" + markdown(self.word("owner", role=self.names.role(self.procedure.owner)))

    def _fields(self) -> Iterator[str]:
        if not self.procedure.fields:
            return
        yield f"\n## {self.word('fields')}\n"
        yield f"| {self.word('name')} | {self.word('kind')} | {self.word('remarks')} |"
        yield "|---|---|---|"
        for field in self.procedure.fields:
            title = markdown(self.names.field(field.id))
            remarks = markdown(self.word("semicolon").join(self._remarks(field))) + self._clauses(field.source)
            yield f"| {title} | {markdown(self._kind(field))} | {remarks} |"

    def _kind(self, field: Field) -> str:
        choices = joined([self.names.title(each.title, each.id) for each in field.choices], self.language)
        columns = joined([self.names.title(each.title, each.id) for each in field.columns], self.language)
        kind = phrase(_TYPES[field.type], self.language, choices=choices, columns=columns)
        return self.word("many", kind=kind) if field.many else kind

    def _remarks(self, field: Field) -> Iterator[str]:
        if field.hint:
            yield self.names.title(field.hint)
        if field.computed is not None:
            yield self.word("computed", expression=guard_text(field.computed, self.names))
        if field.required is not None:
            yield self.word("required", guard=guard_text(field.required, self.names))
        if isinstance(field.default, str | int):
            yield self.word("default", value=self._default(field, field.default))
        if field.fill:
            yield self.word("fill", field=path_text(field.fill, self.names))
        for key, value in (("min", field.min), ("max", field.max)):
            if value is not None:
                yield self.word(key, value=value)
        if field.personal is not None:
            yield self.word("personal")

    # --- what happens ---

    def _default(self, field: Field, value: str | int) -> str:
        if field.type == "boolean":
            return self.word("yes" if value else "no")
        return self.names.choice(field, str(value))

    def _opening(self) -> Iterator[str]:
        yield f"\n## {self.word('opening')}\n"
        yield from self._offer(self.procedure.open)
        for schedule in self.procedure.schedules:
            each = self.word("each_unit") if schedule.each == "units" else ""
            yield "- " + markdown(self.word("calendar", when=every_text(schedule.every, self.language), each=each))

    def _goals(self) -> Iterator[str]:
        if not self.procedure.goals:
            return
        yield f"\n## {self.word('goals')}\n"
        if self.procedure.calendar:
            yield self.word("goals_on", calendar=markdown(self.procedure.calendar)) + "\n"
        for goal in self.procedure.goals:
            title, text = self.names.title(goal.title, goal.id), goal_text(goal, self.names)
            yield "- " + self.word("goal", title=markdown(title), promise=markdown(text)) + self._clauses(goal.source)

    def _acts(self) -> Iterator[str]:
        found = list(act_texts(self.procedure, self.names))
        if found:
            yield f"\n## {self.word('acts')}\n"
        for title, who, limits in found:
            said = self.word("semicolon").join([who, *limits])
            yield "- " + self.word("offer", title=markdown(title), who=markdown(said))

    def _tells(self, state: State) -> bool:
        return bool(state.entry or state.offers or state.timers or state.handlers)

    def _state(self, state: State) -> Iterator[str]:
        if state.id == ROOT and not self._tells(state):
            return
        title = self.word("anytime") if state.id == ROOT else self.names.state(state.id)
        inside = (
            ""
            if state.parent == ROOT or state.id == ROOT
            else self.word("inside", state=self.names.state(state.parent))
        )
        yield f"\n### {markdown(title + inside)}{self._clauses(state.source)}\n"
        if state.id != ROOT:
            yield from self._composition(state)
        for key, effects in (("on_entry", state.entry), ("on_exit", state.exit)):
            if effects:
                yield "- " + markdown(self.word(key, effects=self._effects(effects)))
        for offer in state.offers:
            yield from self._offer(offer)
        for timer in state.timers:
            lead = self.word("timer", when=markdown(timer_text(timer, self.names)))
            yield from self._by_itself(lead, timer.alternatives, self._clauses(timer.source))
        for handler in state.handlers:
            yield from self._by_itself(self.word("event", event=markdown(handler.event)), handler.alternatives)
        yield from self._by_itself(self.word("itself"), state.always)
        yield from self._by_itself(self.word("done"), state.done)

    def _composition(self, state: State) -> Iterator[str]:
        if state.kind == "parallel":
            regions = [self.names.state(each) for each in state.children if self.states[each].kind != "history"]
            yield "- " + markdown(self.word("parallel", states=joined(regions, self.language)))
        elif state.initial and state.kind == "compound":
            first = joined([self.names.state(each) for each in state.initial], self.language)
            yield "- " + markdown(self.word("begins", states=first))

    def _offer(self, offer: Offer) -> Iterator[str]:
        title = markdown(self.names.offer(offer))
        said = [self.word("offer", title=title, who=markdown(who_text(offer.by, self.names)))]
        if offer.sign is not None:
            said.append(markdown(self.word("sign", sign=sign_text(offer.sign, self.names))))
        for key, fields in (("ask", offer.ask), ("may_ask", offer.may_ask)):
            if fields:
                named = joined([self.names.field(each) for each in fields], self.language)
                said.append(markdown(self.word(key, fields=named)))
        if offer.hint:
            said.append(markdown(self.names.title(offer.hint)))
        outcomes = list(self._outcomes(offer.alternatives))
        if len(outcomes) == 1:
            said.append(outcomes[0])
            outcomes = []
        yield "- " + self._sentences(said) + self._clauses(offer.source)
        yield from (f"    - {each}" for each in outcomes)

    def _by_itself(self, lead: str, alternatives: Sequence[Transition], clauses: str = "") -> Iterator[str]:
        outcomes = list(self._outcomes(alternatives))
        if len(outcomes) == 1:
            yield f"- {lead}{outcomes[0]}{clauses}"
        elif outcomes:
            yield f"- {lead.rstrip()}{clauses}"
            yield from (f"    - {each}" for each in outcomes)

    def _outcomes(self, alternatives: Sequence[Transition]) -> Iterator[str]:
        """Each alternative: when it is taken, where it leads, and what follows."""
        for place, each in enumerate(alternatives):
            if each.when is not None:
                lead = self.word("when", guard=markdown(guard_text(each.when, self.names)))
            else:
                lead = self.word("otherwise") if place else ""
            parts = [self.word("to", state=markdown(self._target(target))) for target in each.target]
            if not parts and not each.effects:
                parts = [self.word("stays")]
            parts += [markdown(effect_text(effect, self.names)) for effect in each.effects]
            yield lead + self.word("semicolon").join(parts) + self._clauses(each.source)

    def _target(self, target: str) -> str:
        state = self.states[target]
        return (
            self.word("back", state=self.names.state(state.parent))
            if state.kind == "history"
            else self.names.state(target)
        )

    def _effects(self, effects: Sequence[Effect]) -> str:
        return joined([effect_text(each, self.names) for each in effects], self.language)

    # --- how it ends ---

    def _ends(self) -> Iterator[str]:
        finals = [each for each in self.procedure.states if each.kind == "final" and each.parent == ROOT]
        if not finals:
            return
        yield f"\n## {self.word('ends')}\n"
        for state in finals:
            title, outcome = self.names.state(state.id), self.names.outcome(state.outcome or "")
            text = (
                title
                if outcome in {"", title}
                else f"{title}：{outcome}"
                if self.language == "zh"
                else f"{title}: {outcome}"
            )
            yield f"- {markdown(text)}{self._clauses(state.source)}"

    def _papers(self) -> Iterator[str]:
        if not self.procedure.notices and not self.procedure.forms:
            return
        yield f"\n## {self.word('papers')}\n"
        for notice in self.procedure.notices:
            yield "- " + markdown(self.word("notice", title=self.names.notice(notice.id)))
        for form in self.procedure.forms:
            yield "- " + markdown(self.word("form", title=self.names.form(form.id)))
