"""The way of a file: bytes, tree, schema, records, checks. Every layer adds what it finds."""

import itertools
from dataclasses import dataclass
from typing import Final

from sop_engine.diagnostics import Diagnostic, Span, has_errors, in_order
from sop_engine.language import checks, normal, punctuation, reading, validating
from sop_engine.language.draft import Draft, TemplateFaults, TemplateSource
from sop_engine.language.tree import Cursor, Scalar
from sop_engine.procedure import Procedure


@dataclass(frozen=True, slots=True)
class Compiled:
    """What comes of a file. `procedure` is None where a fault forbids publishing; `blobs` are the texts that it names
    by digest; `places` says where each element stands, as `[line, column, end line, end column]` (1-based, the end
    after the last character). Its keys are element paths:

    | path | element |
    |---|---|
    | `fields.unit`, `fields.quote.columns.item`, `roles.desk`, `outcomes.repaired` | what is declared |
    | `notices.accepted`, `forms.work-order`, `schedules.morning`, `takes.paid` | |
    | `states.on_site` | a state, wherever it is nested; `states.ticket` is the whole ticket |
    | `states.on_site.offers.done`, `states.on_site.offers.done.0` | an offer, and its alternatives from 0 |
    | `states.ticket.offers.cancel` | an offer under `anytime` |
    | `open`, `open.0` | how a ticket begins |
    | `states.repaired.timers.after_3_days`, `states.repaired.timers.after_3_days.0` | a timer, and its alternatives |
    | `states.rated.always.0`, `states.helping.done.0` | eventless and completion transitions |
    | `states.working.handlers.paid`, `states.working.handlers.paid.0` | a handler, and its alternatives |
    """

    procedure: Procedure | None
    diagnostics: list[Diagnostic]
    blobs: dict[str, bytes]
    places: dict[str, list[int]]


TORN: Final = frozenset({"full_width", "braces", "question_mark", "unquoted", "merge", "unknown_alias", "key_not_text"})
"""Facts after which words are not what they were meant to be, so that looking them up would only add noise."""


MOST_OF_A_KIND: Final = 100
"""How many faults of one check are told: nobody mends more at once."""


class NoTemplates:
    """A site without templates."""

    def read(self, name: str) -> bytes | None:
        return None


def compile_text(
    text: bytes, file: str, templates: TemplateSource | None = None, template_faults: TemplateFaults | None = None
) -> Compiled:
    """Compile a procedure's YAML `text`; `file` is what its faults call it. `template_faults` adds what the room that
    prints templates finds wrong with them. Never raises for what the text holds."""
    draft = draft_of(text, file, templates or NoTemplates(), template_faults)
    found = faults(draft)
    procedure = None if has_errors(found) else draft.procedure
    places = {
        path: [span.line, span.column, span.end_line, span.end_column] for path, span in sorted(draft.places.items())
    }
    return Compiled(
        procedure, found, draft.blobs if procedure is not None else {}, places if procedure is not None else {}
    )


def draft_of(text: bytes, file: str, templates: TemplateSource, template_faults: TemplateFaults | None = None) -> Draft:
    """Everything that the layers find out about a file."""
    read = reading.read(text, file)
    nowhere = Scalar("", Span(file, 1, 1, 1, 2))
    draft = Draft(file, read, Cursor(read.tree if read.tree is not None else nowhere), list(read.facts))
    if read.tree is None:
        return draft
    for fact in punctuation.full_width(draft.cursor):
        draft.facts.append(fact)
        read.spoilt.append(fact.values.get("map", fact.span))
    document, found = validating.validate(draft.cursor)
    draft.facts.extend(fact for fact in found if not _torn(draft, fact.values.get("map", fact.span)))
    if document is not None and not any(fact.kind in TORN for fact in draft.facts):
        normal.build(draft, document, templates, template_faults)
    return draft


def faults(draft: Draft) -> list[Diagnostic]:
    """What all checks say of a draft, in order, without consequences of other faults and without allowed warnings."""
    found: list[Diagnostic] = []
    for check in checks.CHECKS:
        found += itertools.islice((fault for fault in check(draft) if not _allowed(draft, fault)), MOST_OF_A_KIND)
    own = {fact.span for fact in draft.reading.facts} | {fact.span for fact in draft.of("full_width")}
    return in_order(fault for fault in found if fault.span in own or not _torn(draft, fault.span))


def _torn(draft: Draft, span: Span) -> bool:
    """Whether a place lies in a part of the file that is known to be torn: what is found there is a consequence."""
    return any(_within(span, spoilt) for spoilt in draft.reading.spoilt[:MOST_OF_A_KIND])


def _within(inner: Span, outer: Span) -> bool:
    return (outer.line, outer.column) <= (inner.line, inner.column) and (inner.end_line, inner.end_column) <= (
        outer.end_line,
        outer.end_column,
    )


def _allowed(draft: Draft, fault: Diagnostic) -> bool:
    """Whether the owner switched this warning off where it stands."""
    if fault.severity != "warning":
        return False
    for index, allowance in enumerate(draft.allowances):
        place = draft.places.get(allowance.at)
        if allowance.code == fault.code and (not allowance.at or (place is not None and _within(fault.span, place))):
            draft.used_allowances.add(index)
            return True
    return False
