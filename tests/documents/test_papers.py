"""Notices, forms and the ticket's page: what they show, and to whom."""

from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sop_engine.documents.forms import print_form
from sop_engine.documents.notices import SUBJECT_CHARACTERS, default_notice, render_notice, render_texts
from sop_engine.documents.template_fault import TemplateFault
from sop_engine.documents.ticket_page import Evidence, Milestone, StoryLine, TicketPage, facts_of, ticket_page
from sop_engine.documents.ticket_values import Head, Reader, template_values
from sop_engine.procedure import Form
from tests.documents.samples import repair

ZONE = ZoneInfo("Asia/Shanghai")
OPENED = datetime(2026, 11, 22, 1, 5, tzinfo=UTC)
HEAD = Head("WX-20261122-007", 4, ("on_site",), opened=OPENED, opener="李娟", site="云景花园")
FACTS = {"number": "WX-20261122-007", "subject": "3-2-1202 漏水", "state": [{"zh": "维修中", "en": "On site"}]}
FIELDS: dict[str, Any] = {
    "unit": "3-2-1202",
    "caller": {"name": "王小芳", "phone": "13800001234"},
    "phone": "13800001234",
    "fault": "漏水\n已关阀",
    "urgency": "urgent",
    "window": {"start": "2026-11-22T06:00:00.000Z", "end": "2026-11-22T08:00:00.000Z"},
    "quote": [{"item": "软管", "labour": "60.00"}],
    "fee": "60.00",
    "photos": [{"name": "a.jpg", "sha256": "ab" * 32, "size": 3, "type": "image/jpeg"}],
    "checks": {"dry": True},
    "rating": 2,
}
HOSTILE = "</td><script>x</script>\x1b[31m\u202e{{ y }}\r\nBcc: a@b"


def values(language: str = "zh", personal: tuple[str, ...] | None = None, **fields: Any) -> dict[str, Any]:
    return dict(template_values(repair(), {**FIELDS, **fields}, HEAD, Reader(language, ZONE, personal)))


def said(text: str, **more: Any) -> str:
    return render_texts("", text, values(**more), "zh")[1]


# --- what values look like ---


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("{{ urgency.title }}：{{ urgency }}", "缓急：急修"),
        ("{% for each in urgency.choices %}{{ each.box }}{{ each }}{% endfor %}", "☑急修☐一般"),
        ("{% if urgency == 'urgent' %}快{% endif %}", "快"),
        ("{{ caller.name }} {{ caller.phone }}", "王小芳 13800001234"),
        ("{% for line in quote %}{{ line.item }} {{ line.labour }} [{{ line.material }}]{% endfor %}", "软管 60.00 []"),
        ("{% if fee > 59 and rating < 3 %}差{% endif %}", "差"),
        ("{% for each in photos %}{{ each }}{% endfor %}", "a.jpg"),
        ("{% for each in checks %}{{ each.box }}{{ each }}{% endfor %}", "☑不漏水"),
        ("{{ reason }}{% if reason %}x{% endif %}{% for a in reason.title %}{% endfor %}", ""),
        ("{{ ticket.id }} {{ ticket.state }}", "WX-20261122-007 维修中"),
        ("{{ ticket.trigger.done }}{{ ticket.trigger.nobody }}", "完工"),
        ("{{ number }} {{ subject }} {{ site }}", "WX-20261122-007 3-2-1202 漏水 已关阀 云景花园"),
    ],
)  # fmt: skip
def test_what_a_template_sees(text: str, shown: str) -> None:
    assert said(text) == shown


def test_an_interval_is_shown_on_the_clock_of_the_zone() -> None:
    assert "14:00" in said("{{ window }}")
    assert "14:00" in said("{{ window.start }}")
    assert "16:00" in said("{{ window.end }}")


def test_personal_data_is_masked_for_who_may_not_see_it() -> None:
    everything = "{{ caller }} {{ caller.name }} {{ caller.phone }} {{ phone }} {{ ticket.subject }}"
    hidden = said(everything, personal=())
    assert "小芳" not in hidden
    assert "0000" not in hidden
    assert "13800001234" in said(everything, personal=("contact",))


def test_a_masked_value_cannot_be_asked_out_by_comparing() -> None:
    asked = "{% if phone == '13800001234' or caller.name == '王小芳' %}it is he{% endif %}"
    assert said(asked, personal=()) == ""
    assert said(asked) == "it is he"


# --- notices ---


def test_the_built_in_notice_says_number_subject_and_state() -> None:
    assert default_notice(FACTS, "zh")[0] == "WX-20261122-007 3-2-1202 漏水：维修中"
    assert default_notice(FACTS, "en")[0] == "WX-20261122-007 3-2-1202 漏水: On site"
    assert "维修中" in default_notice(FACTS, "zh")[1]


def test_a_notice_from_fields_and_facts() -> None:
    given_values = [(each, FIELDS.get(each.id), each.personal is None) for each in repair().fields]
    subject, body = render_notice(
        "{{ number }}", "{{ fault }}\n{{ phone }} {{ ticket.state }}", given_values, FACTS, "zh", ZONE
    )
    assert subject == "WX-20261122-007"
    assert body == "漏水\n已关阀\n138****1234 维修中"


def test_a_subject_is_one_short_line_whatever_stands_in_it() -> None:
    subject, body = render_texts("{{ fault }}", "{{ fault }}", values(fault=HOSTILE + "长" * 500), "zh")
    assert "\n" not in subject
    assert len(subject) == SUBJECT_CHARACTERS
    for text in (subject, body):
        assert not set(text) & {"\x1b", "\u202e", "\r"}
    assert "{{ y }}" in body


PARTS = ["name", "phone", "start", "item"]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(PARTS), inner),
    max_leaves=6,
)


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(st.sampled_from([each.id for each in repair().fields]), JSON), st.booleans())
def test_values_of_any_shape_give_a_notice(fields: dict[str, Any], hidden: bool) -> None:
    template = " ".join(f"{{{{ {each.id} }}}} {{{{ {each.id}.title }}}}" for each in repair().fields)
    shown = template_values(repair(), fields, HEAD, Reader("en", ZONE, () if hidden else None))
    subject, body = render_texts("", template, shown, "en")
    assert "\n" not in subject
    assert "Fault" in body


# --- forms ---


LAYOUT = "<html><body><h1>{{ form }}</h1>{% block page %}{% endblock %}</body></html>"
PAGE = '{% extends "layout.html" %}{% block page %}<td title="{{ fault }}">{{ fault }}</td>{% endblock %}'
BLOBS = {"d1": PAGE, "d2": LAYOUT.encode()}
FORM = Form("work-order", {"zh": "维修工单", "en": "Work order"}, {"zh": "d1"}, {"layout.html": "d2"})


def load(digest: str) -> str | bytes:
    return BLOBS[digest]  # type: ignore[return-value]


def test_a_form_takes_its_layout_by_digest_and_bears_its_title() -> None:
    page = print_form(FORM, load, values(), "zh")
    assert page.startswith("<html><body><h1>维修工单</h1><td")


def test_a_form_is_printed_in_the_language_that_it_has() -> None:
    assert "<h1>Work order</h1>" in print_form(FORM, load, values(), "en")


def test_hostile_values_are_text_on_a_form() -> None:
    page = print_form(FORM, load, values(fault=HOSTILE), "zh")
    assert "<script" not in page
    assert page.count("</td>") == 1
    assert not set(page) & {"\x1b", "\u202e"}


def test_a_form_reaches_only_the_texts_that_it_lists() -> None:
    with pytest.raises(TemplateFault):
        print_form(Form("f", {}, {"zh": "d1"}, {}), load, values(), "zh")


# --- the ticket's page ---


class Reading(HTMLParser):
    """The elements that an HTML text holds, and its words."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.words = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)

    def handle_data(self, data: str) -> None:
        self.words += data


def page(text: str = "漏水") -> TicketPage:
    reader = Reader("zh", ZONE, ())
    late = OPENED.replace(minute=47)
    return TicketPage(
        HEAD,
        "业主报修",
        "维修中",
        text,
        facts=facts_of(repair(), {**FIELDS, "fault": text}, reader),
        milestones=(Milestone("到场", OPENED.replace(minute=35), late, text),),
        story=(
            StoryLine(1, OPENED, text, "登记", "", "待派单", "前台", ("M4 1",)),
            StoryLine(
                2, late, "张伟", "到场", "待上门", "维修中", typist=text, heard="对讲", note=text, marks=("typist",)
            ),
        ),
        evidence=(Evidence("照片", text, "ab" * 32, 2),),
        missing=(text,),
        gaps=(text,),
    )


def test_a_page_shows_head_facts_time_line_story_and_evidence() -> None:
    words = Reading(ticket_page(page(), Reader("zh", ZONE))).words
    for part in (
        "WX-20261122-007",
        "云景花园",
        "3-2-1202",
        "超时 12 分钟",
        "张伟",
        "代录",
        "M4 1",
        "ab" * 32,
        "2026-11-22 09:05",
    ):
        assert part in words, part
    assert "13800001234" not in words


def test_nothing_of_a_hostile_text_becomes_an_element() -> None:
    plain, hostile = (Reading(ticket_page(page(text), Reader("zh", ZONE))) for text in ("漏水", HOSTILE))
    assert plain.elements == hostile.elements
    assert "</td><script>x</script>" in hostile.words
    assert not set(hostile.words) & {"\x1b", "\u202e"}


def test_both_languages_show_the_same_elements() -> None:
    zh, en = (Reading(ticket_page(page(), Reader(language, ZONE))) for language in ("zh", "en"))
    assert zh.elements == en.elements
    assert "超时 12 分钟" in zh.words
    assert "12 min late" in en.words
