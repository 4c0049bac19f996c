"""Notices: a subject line and a body made from the owner's templates and a ticket's values."""

from collections.abc import Iterable, Mapping
from datetime import UTC, tzinfo
from typing import Any, Final

from sop_engine.documents.plain_text import one_line, plain
from sop_engine.documents.ticket_values import Reader, notice_values
from sop_engine.procedure import Field

BODY_CHARACTERS: Final = 64 * 1024
SUBJECT_CHARACTERS: Final = 200

_BUILT_IN: Final[dict[str, tuple[str, str]]] = {
    "zh": (
        "{{ ticket.id }} {{ ticket.subject }}：{{ ticket.state }}",
        "{{ ticket.procedure }} {{ ticket.id }}\n事项：{{ ticket.subject }}\n状态：{{ ticket.state }}"
        "{% if ticket.outcome %}（{{ ticket.outcome }}）{% endif %}\n",
    ),
    "en": (
        "{{ ticket.id }} {{ ticket.subject }}: {{ ticket.state }}",
        "{{ ticket.procedure }} {{ ticket.id }}\nSubject: {{ ticket.subject }}\nState: {{ ticket.state }}"
        "{% if ticket.outcome %} ({{ ticket.outcome }}){% endif %}\n",
    ),
}
_OF_GOAL: Final[dict[str, tuple[str, str]]] = {
    "zh": (
        "{{ ticket.id }} {{ ticket.subject }}：{{ promise }}",
        "{{ promise }}\n时限：{{ due }}\n{{ ticket.procedure }} {{ ticket.id }}\n事项：{{ ticket.subject }}\n"
        "状态：{{ ticket.state }}\n",
    ),
    "en": (
        "{{ ticket.id }} {{ ticket.subject }}: {{ promise }}",
        "{{ promise }}\nDue: {{ due }}\n{{ ticket.procedure }} {{ ticket.id }}\nSubject: {{ ticket.subject }}\n"
        "State: {{ ticket.state }}\n",
    ),
}
"""where a promise is the cause of a notice: what of it, and by when"""
_OF_ACT: Final[dict[str, tuple[str, str]]] = {
    "zh": (
        "{{ ticket.id }} {{ ticket.subject }}：{{ act }}",
        "{{ act }}\n{{ ticket.procedure }} {{ ticket.id }}\n事项：{{ ticket.subject }}\n状态：{{ ticket.state }}\n",
    ),
    "en": (
        "{{ ticket.id }} {{ ticket.subject }}: {{ act }}",
        "{{ act }}\n{{ ticket.procedure }} {{ ticket.id }}\nSubject: {{ ticket.subject }}\nState: {{ ticket.state }}\n",
    ),
}
"""where somebody calls attention to a ticket: what he did"""


def render_notice(
    template_subject: str,
    template_body: str,
    values: Iterable[tuple[Field, Any, bool]],
    facts: Mapping[str, Any],
    language: str,
    zone: tzinfo,
    staff: Mapping[str, str] | None = None,
    currency: str = "",
) -> tuple[str, str]:
    """Subject and body of a notice as plain text, in `language`, instants in `zone`, amounts in `currency`.

    `values` are (field, value in the record's form, whether its readers may see it); what they may not see is masked.
    `facts` says what is not a field (`ticket_values.FACTS`), `staff` maps actors' ids to names. Raises `TemplateFault`
    and nothing else, whatever templates and values are.
    """
    reader = Reader(language, zone, None, staff or {}, currency)
    return render_texts(template_subject, template_body, notice_values(values, facts, reader), language)


def default_notice(facts: Mapping[str, Any], language: str) -> tuple[str, str]:
    """Subject and body of the notice that is sent where a procedure names none: number, subject, state; where a promise
    is its cause, which, and by when; and where somebody urges, lets know or has watched it move, that."""
    texts = ("", "")
    for cause, said in (("promise", _OF_GOAL), ("act", _OF_ACT)):
        texts = said.get(language, said["en"]) if facts.get(cause) else texts
    return render_texts(*texts, notice_values((), facts, Reader(language, UTC)), language)


def render_texts(
    template_subject: str, template_body: str, values: Mapping[str, Any], language: str
) -> tuple[str, str]:
    """Subject and body from templates and `values` (`Value`s, or plain data); an empty template takes the built-in one.

    The subject is one line of at most 200 characters; the body keeps its line breaks. Neither carries control
    characters. Raises `TemplateFault`, and nothing else.
    """
    from sop_engine.documents.bounded_templates import render

    subject, body = _BUILT_IN.get(language, _BUILT_IN["en"])
    said = one_line(render(template_subject or subject, values, html=False, most=BODY_CHARACTERS, name="subject"))
    text = plain(render(template_body or body, values, html=False, most=BODY_CHARACTERS, name="body"))
    if len(said) > SUBJECT_CHARACTERS:
        said = said[: SUBJECT_CHARACTERS - 1] + "…"
    return said, text
