"""What a shift hands over, on paper: a line for each ticket, room for remarks, and who signs. It says nothing that it
was not given."""

from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources
from typing import Final

from sop_engine.documents.plain_text import html, phrase
from sop_engine.messages import Text

_WORDS: Final[dict[str, Text]] = {
    "title": {"zh": "交接班清单", "en": "Shift handover"},
    "span": {"zh": "本班自 {since} 起；下一班至 {until}", "en": "This shift from {since}; the next one until {until}"},
    "why": {"zh": "事由", "en": "Why"},
    "number": {"zh": "单号", "en": "No."},
    "unit": {"zh": "房号", "en": "Unit"},
    "subject": {"zh": "事项", "en": "Matter"},
    "state": {"zh": "状态", "en": "State"},
    "waits_for": {"zh": "等谁办", "en": "Waits for"},
    "by_when": {"zh": "时限", "en": "By when"},
    "note": {"zh": "备忘", "en": "Noted"},
    "none": {"zh": "没有要交接的工单。", "en": "Nothing is handed over."},
    "others": {"zh": "另有未结工单 {count} 张，本班与下一班都不涉及。", "en": "Other open tickets: {count}."},
    "important": {
        "zh": "有 {count} 项重要工作未完成，不得交班；确需交班的，由带班领导写明每项由谁接手。",
        "en": "Important work that is not finished: {count}. Nobody leaves before it is, unless who leads writes down"
        " who takes each.",
    },
    "property": {
        "zh": "物品清点（对讲机、钥匙、电脑、电话等）与异常说明",
        "en": "Property counted, and what is missing",
    },
    "remarks": {"zh": "其他交接事项", "en": "Other remarks"},
    "outgoing": {"zh": "交班人签字／时间", "en": "Outgoing, signed at"},
    "incoming": {"zh": "接班人签字／时间", "en": "Incoming, signed at"},
    "lead": {"zh": "带班领导签字／时间", "en": "Who leads, signed at"},
    "printed": {"zh": "{by}　{at} 打印", "en": "Printed {at} {by}"},
}
_SECURITY: Final = "default-src 'none'; style-src 'unsafe-inline'"
_STYLE: Final = (
    ".handover th:nth-child(1) { width: 16mm; } .handover th:nth-child(2) { width: 31mm; }"
    " .handover th:nth-child(3) { width: 19mm; } .handover td:nth-child(2) { font-size: 8pt; }"
    " .room td { height: 16mm; } .signed td { height: 13mm; }"
)


@dataclass(frozen=True, slots=True)
class HandedOver:
    """A ticket's line, all words already."""

    why: str
    important: bool
    id: str
    unit: str
    subject: str
    state: str
    waits_for: str
    by_when: str
    note: str


@dataclass(frozen=True, slots=True)
class HandoverPage:
    """All that the page shows; times are words in the reader's zone."""

    site: str
    since: str
    until: str
    printed: str
    printed_by: str
    lines: tuple[HandedOver, ...]
    others: int
    """open tickets that are not handed over"""


def handover_page(page: HandoverPage, language: str) -> str:
    """The list as an HTML page for A4 paper. Nothing in it runs, and no user text is taken for markup."""
    return "\n".join(_lines(page, language)) + "\n"


def _lines(page: HandoverPage, language: str) -> Iterator[str]:
    def word(key: str, **values: object) -> str:
        return html(phrase(_WORDS[key], language, **values))

    style = (resources.files("sop_engine.documents") / "ticket_page.css").read_text("utf-8") + _STYLE
    yield f'<!doctype html>\n<html lang="{html(language)}">\n<head>\n<meta charset="utf-8">'
    yield f'<meta http-equiv="Content-Security-Policy" content="{_SECURITY}">'
    yield f"<title>{word('title')}</title>\n<style>\n{style}</style>\n</head>\n<body>"
    yield f'<main class="sheet">\n<header><p class="site">{html(page.site)}</p><h1>{word("title")}</h1>'
    yield f"<p>{word('span', since=page.since, until=page.until)}</p></header>"
    important = sum(each.important for each in page.lines)
    if important:
        yield f'<p class="missing">{word("important", count=important)}</p>'
    yield from _table(page, language)
    if page.others:
        yield f"<p>{word('others', count=page.others)}</p>"
    for key in ("property", "remarks"):
        yield f'<h2>{word(key)}</h2>\n<table class="room"><tr><td></td></tr></table>'
    yield '<h2></h2>\n<table class="signed"><tr>'
    yield "".join(f"<th>{word(each)}</th>" for each in ("outgoing", "incoming", "lead"))
    yield "</tr><tr><td></td><td></td><td></td></tr></table>"
    printed = word("printed", by=page.printed_by, at=page.printed)
    yield f"<footer><span></span><span>{printed}</span></footer>"
    yield "</main>\n</body>\n</html>"


def _table(page: HandoverPage, language: str) -> Iterator[str]:
    columns = ("why", "number", "unit", "subject", "state", "waits_for", "by_when", "note")
    if not page.lines:
        yield f"<p>{html(phrase(_WORDS['none'], language))}</p>"
        return
    heads = "".join(f"<th>{html(phrase(_WORDS[each], language))}</th>" for each in columns)
    yield f'<table class="handover"><thead><tr>{heads}</tr></thead><tbody>'
    for each in page.lines:
        why = f"<strong>{html(each.why)}</strong>" if each.important else html(each.why)
        rest = (each.id, each.unit, each.subject, each.state, each.waits_for, each.by_when, each.note)
        yield f"<tr><td>{why}</td>{''.join(f'<td>{html(text)}</td>' for text in rest)}</tr>"
    yield "</tbody></table>"
