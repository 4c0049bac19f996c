"""One ticket on one page of paper, for whoever has to answer for it: head, facts, time line, story, evidence.

The page is made from plain data that the caller gives; it says nothing that it was not given. What a reader may not
see comes masked (`ticket_values.field_value`), and what the page cannot show is said at its end.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from importlib import resources
from typing import Any, Final, Literal

from sop_engine.documents.names import Names
from sop_engine.documents.plain_text import html, joined, phrase
from sop_engine.documents.shown import Value
from sop_engine.documents.ticket_values import Head, Reader, field_value, instant_text
from sop_engine.messages import Text
from sop_engine.procedure import Procedure

Mark = Literal["backdated", "deputy", "typist", "timer", "forced", "simulated"]


@dataclass(frozen=True, slots=True)
class Fact:
    """A field's title and its value as the reader may see it."""

    title: str
    value: Value


@dataclass(frozen=True, slots=True)
class Milestone:
    """One mark of the time line. Instants are aware; `planned` and `actual` are None where there is none (yet)."""

    title: str
    planned: datetime | None = None
    actual: datetime | None = None
    by: str = ""


@dataclass(frozen=True, slots=True)
class StoryLine:
    """One step in words: when, who (and who typed it for him), what was done, from which state to which, why it was
    allowed, and the clause. `marks` stand at the margin."""

    number: int
    at: datetime
    by: str
    did: str
    left: str = ""
    entered: str = ""
    why: str = ""
    source: tuple[str, ...] = ()
    typist: str = ""
    heard: str = ""
    note: str = ""
    changes: tuple[tuple[str, str, str], ...] = ()
    """(field, old, new) of values that were written before"""
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """A file: what it is, its name, its SHA-256, the step that brought it."""

    title: str
    name: str
    sha256: str
    step: int


@dataclass(frozen=True, slots=True)
class TicketPage:
    """All that a ticket's page shows. `procedure`, `states`, `outcome` and `verdict` are words already."""

    head: Head
    procedure: str
    state: str
    subject: str = ""
    outcome: str = ""
    digest: str = ""
    """of the version in force"""
    verdict: str = ""
    """what checking the record came to, and against what"""
    facts: tuple[Fact, ...] = ()
    milestones: tuple[Milestone, ...] = ()
    story: tuple[StoryLine, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    missing: tuple[str, ...] = ()
    """titles of evidence that the procedure asks for and that is not there"""
    gaps: tuple[str, ...] = field(default_factory=tuple)
    """what this page cannot show: erased values, claimed times, steps not sealed"""


_WORDS: Final[dict[str, Text]] = {
    "number": {"zh": "单号", "en": "No."},
    "procedure": {"zh": "流程", "en": "Procedure"},
    "version": {"zh": "第 {version} 版", "en": "version {version}"},
    "state": {"zh": "状态", "en": "State"},
    "outcome": {"zh": "结果", "en": "Outcome"},
    "owner": {"zh": "负责人", "en": "Owner"},
    "opener": {"zh": "受理人", "en": "Taken in by"},
    "opened": {"zh": "登记时间", "en": "Registered"},
    "basis": {"zh": "本页依据第 1 至 {last} 步", "en": "From steps 1 to {last}"},
    "digest": {"zh": "规程摘要 {digest}", "en": "digest of the procedure {digest}"},
    "facts": {"zh": "登记内容", "en": "Facts"},
    "milestones": {"zh": "时间线", "en": "Time line"},
    "mark": {"zh": "节点", "en": "Mark"},
    "planned": {"zh": "应到", "en": "Planned"},
    "actual": {"zh": "实到", "en": "Actual"},
    "difference": {"zh": "相差", "en": "Difference"},
    "who": {"zh": "经手", "en": "Who"},
    "early": {"zh": "提前 {time}", "en": "{time} early"},
    "late": {"zh": "超时 {time}", "en": "{time} late"},
    "on_time": {"zh": "准时", "en": "on time"},
    "minutes": {"zh": "{n} 分钟", "en": "{n} min"},
    "hours": {"zh": "{h} 小时 {n} 分钟", "en": "{h} h {n} min"},
    "days": {"zh": "{d} 天 {h} 小时", "en": "{d} d {h} h"},
    "story": {"zh": "经过", "en": "Story"},
    "step": {"zh": "步", "en": "Step"},
    "time": {"zh": "时间", "en": "Time"},
    "what": {"zh": "事项", "en": "What"},
    "why": {"zh": "依据", "en": "Why allowed"},
    "typed": {"zh": "{typist} 代录（{heard}）", "en": "typed by {typist} ({heard})"},
    "typed_plain": {"zh": "{typist} 代录", "en": "typed by {typist}"},
    "changed": {"zh": "{field}：{old} → {new}", "en": "{field}: {old} → {new}"},
    "evidence": {"zh": "凭证", "en": "Evidence"},
    "what_kind": {"zh": "项目", "en": "Item"},
    "file": {"zh": "文件", "en": "File"},
    "hash": {"zh": "校验值（SHA-256）", "en": "SHA-256"},
    "missing": {"zh": "缺：{titles}", "en": "Missing: {titles}"},
    "gaps": {"zh": "本页不能说明的", "en": "What this page cannot show"},
    "printed": {"zh": "{by}　{at} 打印", "en": "Printed {at} {by}"},
    "backdated": {"zh": "补录", "en": "backdated"},
    "deputy": {"zh": "代", "en": "deputy"},
    "typist": {"zh": "代录", "en": "typed for"},
    "timer": {"zh": "定时", "en": "timer"},
    "forced": {"zh": "强制", "en": "forced"},
    "simulated": {"zh": "演练", "en": "simulated"},
}
_SECURITY: Final = "default-src 'none'; style-src 'unsafe-inline'"


def ticket_page(page: TicketPage, reader: Reader) -> str:
    """The ticket as an HTML page for A4 paper, in the reader's language; instants in his zone. Nothing in it runs,
    and no user text is taken for markup."""
    return "\n".join(_Writer(page, reader).lines()) + "\n"


def facts_of(procedure: Procedure, fields: Mapping[str, Any], reader: Reader) -> tuple[Fact, ...]:
    """The given fields (values in the record's form) in the order of the procedure, masked for the reader."""
    names = Names(procedure, reader.language)
    shown = ((each, field_value(each, fields.get(each.id), reader)) for each in procedure.fields)
    return tuple(Fact(names.field(each.id), value) for each, value in shown if value.text)


class _Writer:
    """Writes one page; a section of which nothing is known is left out."""

    def __init__(self, page: TicketPage, reader: Reader) -> None:
        self.page = page
        self.reader = reader
        self.language = reader.language

    def word(self, key: str, **values: object) -> str:
        return phrase(_WORDS[key], self.language, **values)

    def lines(self) -> Iterator[str]:
        page, head = self.page, self.page.head
        style = (resources.files("sop_engine.documents") / "ticket_page.css").read_text("utf-8")
        yield f'<!doctype html>\n<html lang="{html(self.language)}">\n<head>\n<meta charset="utf-8">'
        yield f'<meta http-equiv="Content-Security-Policy" content="{_SECURITY}">'
        yield f"<title>{html(head.id)} {html(page.procedure)}</title>\n<style>\n{style}</style>\n</head>\n<body>"
        yield f'<main class="sheet">\n<header><p class="site">{html(head.site)}</p>'
        yield f"<h1>{html(page.procedure)}　<b>{html(head.id)}</b></h1><p>{html(page.subject)}</p></header>"
        yield from self._head()
        yield from self._facts()
        yield from self._milestones()
        yield from self._story()
        yield from self._evidence()
        yield from self._gaps()
        printed = self.word("printed", by=head.printed_by, at=instant_text(head.printed, self.reader))
        yield f"<footer><span>{html(self._basis())}</span><span>{html(printed)}</span></footer>"
        yield "</main>\n</body>\n</html>"

    def _head(self) -> Iterator[str]:
        page, head = self.page, self.page.head
        version = self.word("version", version=head.version) if head.version else ""
        yield from self._pairs(
            (
                (self.word("procedure"), f"{page.procedure} {version}".strip()),
                (self.word("state"), page.state),
                (self.word("opened"), instant_text(head.opened, self.reader)),
                (self.word("opener"), head.opener),
                (self.word("owner"), head.owner),
                (self.word("outcome"), page.outcome),
            )
        )

    def _pairs(self, pairs: Sequence[tuple[str, str]]) -> Iterator[str]:
        """A table of two titled values a line."""
        yield '<table class="pairs">'
        for place in range(0, len(pairs), 2):
            cells = [f"<th>{html(title)}</th><td>{html(text)}</td>" for title, text in pairs[place : place + 2]]
            yield f"<tr>{''.join(cells)}{'<th></th><td></td>' if len(cells) == 1 else ''}</tr>"
        yield "</table>"

    def _facts(self) -> Iterator[str]:
        given = [(each.title, each.value.text) for each in self.page.facts if each.value.text]
        if given:
            yield f"<h2>{self.word('facts')}</h2>"
            yield from self._pairs(given)

    def _table(self, kind: str, titles: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
        """A table whose cells are HTML already."""
        head = "".join(f"<th>{html(each)}</th>" for each in titles)
        yield f'<table class="{kind}"><thead><tr>{head}</tr></thead><tbody>'
        for row in rows:
            yield f"<tr>{''.join(f'<td>{each}</td>' for each in row)}</tr>"
        yield "</tbody></table>"

    def _milestones(self) -> Iterator[str]:
        if not self.page.milestones:
            return
        yield f"<h2>{self.word('milestones')}</h2>"
        titles = [self.word(each) for each in ("mark", "planned", "actual", "difference", "who")]
        rows = [
            (
                html(each.title),
                html(instant_text(each.planned, self.reader)),
                html(instant_text(each.actual, self.reader)),
                self._difference(each),
                html(each.by),
            )
            for each in self.page.milestones
        ]
        yield from self._table("milestones", titles, rows)

    def _difference(self, mark: Milestone) -> str:
        if mark.planned is None or mark.actual is None:
            return ""
        minutes = round((mark.actual - mark.planned).total_seconds() / 60)
        if minutes == 0:
            return html(self.word("on_time"))
        text = html(self.word("late" if minutes > 0 else "early", time=self._minutes(abs(minutes))))
        return f"<strong>{text}</strong>" if minutes > 0 else text

    def _minutes(self, minutes: int) -> str:
        hours, rest = divmod(minutes, 60)
        days, hours = divmod(hours, 24)
        if days:
            return self.word("days", d=days, h=hours)
        return self.word("hours", h=hours, n=rest) if hours else self.word("minutes", n=rest)

    def _story(self) -> Iterator[str]:
        if not self.page.story:
            return
        yield f"<h2>{self.word('story')}</h2>"
        titles = [self.word(each) for each in ("step", "time", "who", "what", "why")]
        yield from self._table("story", titles, [self._story_row(each) for each in self.page.story])

    def _story_row(self, line: StoryLine) -> tuple[str, ...]:
        marks = "".join(f'<span class="mark">{html(self.word(each))}</span>' for each in line.marks)
        who = html(line.by)
        if line.typist:
            key = "typed" if line.heard else "typed_plain"
            who += f"<br><small>{html(self.word(key, typist=line.typist, heard=line.heard))}</small>"
        what = [f"<b>{html(line.did)}</b>"]
        if line.entered:
            what.append(html(f"{line.left} → {line.entered}" if line.left else f"→ {line.entered}"))
        what += [html(self.word("changed", field=name, old=old, new=new)) for name, old, new in line.changes]
        if line.note:
            what.append(f"<q>{html(line.note)}</q>")
        why = [html(line.why)] if line.why else []
        if line.source:
            why.append(
                f"<small>{html('、'.join(line.source) if self.language == 'zh' else ', '.join(line.source))}</small>"
            )
        at = html(instant_text(line.at, self.reader))
        return f"{line.number}{marks}", at, who, "<br>".join(what), "<br>".join(why)

    def _evidence(self) -> Iterator[str]:
        page = self.page
        if not page.evidence and not page.missing:
            return
        yield f"<h2>{self.word('evidence')}</h2>"
        if page.evidence:
            titles = [self.word(each) for each in ("what_kind", "file", "hash", "step")]
            rows = [(html(each.title), html(each.name), html(each.sha256), str(each.step)) for each in page.evidence]
            yield from self._table("evidence", titles, rows)
        if page.missing:
            titles_missing = joined(list(page.missing), self.language)
            yield f'<p class="missing">{html(self.word("missing", titles=titles_missing))}</p>'

    def _gaps(self) -> Iterator[str]:
        if self.page.gaps:
            yield f"<h2>{self.word('gaps')}</h2>\n<ul>"
            yield from (f"<li>{html(each)}</li>" for each in self.page.gaps)
            yield "</ul>"

    def _basis(self) -> str:
        page = self.page
        parts = [self.word("basis", last=page.story[-1].number)] if page.story else []
        if page.verdict:
            parts.append(page.verdict)
        if page.digest:
            parts.append(self.word("digest", digest=page.digest[:16]))
        return ("，" if self.language == "zh" else ", ").join(parts)
