"""The way of a file: bytes, tree, schema, records, checks. Every layer adds what it finds."""

import dataclasses
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from sop_engine.diagnostics import Diagnostic, Note, Span, has_errors, in_order
from sop_engine.language import checks
from sop_engine.language.draft import Draft, TemplateFaults, TemplateSource
from sop_engine.language.expansion import Expansion, expand, standing_alone
from sop_engine.language.fragments import SUFFIX, FragmentSource
from sop_engine.language.records import normal
from sop_engine.language.source import punctuation, reading, validating
from sop_engine.language.source.tree import Cursor, Scalar
from sop_engine.messages import msg
from sop_engine.procedure import Procedure


@dataclass(frozen=True, slots=True)
class Compiled:
    """What comes of a file. `procedure` is None where a fault forbids publishing; `blobs` are the texts that it names
    by digest; `places` says where each element stands, as `[line, column, end line, end column]` (1-based, the end
    after the last character), in the file itself, or in the one that `files` names for it. `fragments` are the texts of
    the fragments that it uses, by what faults call their files. The keys of `places` and `files` are element paths:

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
    | `calendar`, `goals.dispatching`, `goals.dispatching.calendar`, `goals.dispatching.within.0` | a promise |
    """

    procedure: Procedure | None
    diagnostics: list[Diagnostic]
    blobs: dict[str, bytes]
    places: dict[str, list[int]]
    files: dict[str, str] = field(default_factory=dict)
    fragments: dict[str, bytes] = field(default_factory=dict)
    allowed: tuple[tuple[str, str], ...] = ()
    """(element path, code) of the warnings that are switched off"""


TORN: Final = frozenset({"full_width", "braces", "question_mark", "unquoted", "merge", "unknown_alias", "key_not_text"})
"""Facts after which words are not what they were meant to be, so that looking them up would only add noise."""


MOST_OF_A_KIND: Final = 100
"""How many faults of one check are told: nobody mends more at once."""


MOST_USES: Final = 3
"""How many places that use a fragment a fault in it shows."""


class NoTemplates:
    """A site without templates."""

    def read(self, name: str) -> bytes | None:
        return None


class NoFragments:
    """A place without fragments."""

    def read(self, name: str) -> bytes | None:
        return None

    def names(self) -> tuple[str, ...]:
        return ()


def compile_text(
    text: bytes,
    file: str,
    templates: TemplateSource | None = None,
    template_faults: TemplateFaults | None = None,
    fragments: FragmentSource | None = None,
) -> Compiled:
    """Compile a procedure's YAML `text`; `file` is what its faults call it. `template_faults` adds what the room that
    prints templates finds wrong with them. Never raises for what the text holds."""
    draft = draft_of(text, file, templates or NoTemplates(), template_faults, fragments)
    found = faults(draft)
    if has_errors(found):
        return Compiled(None, found, {}, {}, {}, draft.fragments)
    places = {
        path: [span.line, span.column, span.end_line, span.end_column] for path, span in sorted(draft.places.items())
    }
    files = {path: span.file for path, span in sorted(draft.places.items()) if span.file != file}
    allowed = tuple((allowance.at, allowance.code) for allowance in draft.allowances)
    return Compiled(draft.procedure, found, draft.blobs, places, files, draft.fragments, allowed)


def check_fragment(text: bytes, file: str, fragments: FragmentSource | None = None) -> list[Diagnostic]:
    """What can be said of a fragment's `text` alone: whether it can be read, its blanks, the fragments that it names.
    Whether its states and guards are right shows where a procedure uses it."""
    draft = Draft(file, reading.Reading(reading.LINE_BREAK.split(text.decode("utf-8", "replace"))), nowhere(file))
    name = file.replace("\\", "/").rpartition("/")[2].removesuffix(SUFFIX)
    _take(draft, standing_alone(name, file, text, fragments or NoFragments()))
    return faults(draft)


def nowhere(file: str) -> Cursor:
    """The beginning of a file of which nothing could be read."""
    return Cursor(Scalar("", Span(file, 1, 1, 1, 2)))


def _take(draft: Draft, expansion: Expansion) -> None:
    """What putting fragments in place found out."""
    draft.facts += expansion.facts
    draft.reading.facts += expansion.read
    draft.reading.spoilt += expansion.spoilt
    draft.fragments, draft.used = expansion.texts, expansion.used


def draft_of(
    text: bytes,
    file: str,
    templates: TemplateSource,
    template_faults: TemplateFaults | None = None,
    fragments: FragmentSource | None = None,
) -> Draft:
    """Everything that the layers find out about a file."""
    read = reading.read(text, file)
    draft = Draft(file, read, Cursor(read.tree) if read.tree is not None else nowhere(file), list(read.facts))
    if read.tree is None:
        return draft
    for fact in punctuation.full_width(draft.cursor):
        draft.facts.append(fact)
        read.spoilt.append(fact.values.get("map", fact.span))
    expansion = expand(read.tree, file, fragments or NoFragments())
    _take(draft, expansion)
    draft.cursor = Cursor(expansion.tree)
    document, found = validating.validate(draft.cursor)
    draft.facts.extend(fact for fact in found if not _torn(draft, fact.values.get("map", fact.span)))
    if document is not None and expansion.whole and not any(fact.kind in TORN for fact in draft.facts):
        normal.build(draft, document, templates, template_faults)
    return draft


def faults(draft: Draft, tried: Sequence[checks.Check] = checks.CHECKS) -> list[Diagnostic]:
    """What the checks say of a draft, in order, without consequences of other faults and without allowed warnings. A
    procedure and its fragments are `tried` by `CHECKS`, a calendar by `CALENDAR_CHECKS`."""
    found: list[Diagnostic] = []
    for check in tried:
        found += itertools.islice((fault for fault in check(draft) if not _allowed(draft, fault)), MOST_OF_A_KIND)
    own = {fact.span for fact in draft.reading.facts} | {fact.span for fact in draft.of("full_width")}
    kept = in_order(fault for fault in found if fault.span in own or not _torn(draft, fault.span))
    return [_with_uses(draft, fault) for fault in kept]


def _with_uses(draft: Draft, fault: Diagnostic) -> Diagnostic:
    """A fault in a fragment says which places use it, back to the procedure's own."""
    found = tuple(Note(span, msg("used here")) for span in _using(draft, fault.span.file))
    return dataclasses.replace(fault, notes=fault.notes + found) if found else fault


def _using(draft: Draft, file: str) -> Iterator[Span]:
    """The places that use a fragment's file, and those that use the fragments in which these stand."""
    waiting, seen = [file], {file}
    while waiting:
        for span in draft.used.get(waiting.pop(0), ())[:MOST_USES]:
            yield span
            if span.file not in seen:
                seen.add(span.file)
                waiting.append(span.file)


def _torn(draft: Draft, span: Span) -> bool:
    """Whether a place lies in a part of the file that is known to be torn: what is found there is a consequence."""
    return any(_within(span, spoilt) for spoilt in draft.reading.spoilt[:MOST_OF_A_KIND])


def _within(inner: Span, outer: Span) -> bool:
    return (
        inner.file == outer.file
        and (outer.line, outer.column) <= (inner.line, inner.column)
        and (inner.end_line, inner.end_column) <= (outer.end_line, outer.end_column)
    )


def _allowed(draft: Draft, fault: Diagnostic) -> bool:
    """Whether the owner switched this warning off where it stands, or where the fragment is used in which it stands."""
    if fault.severity != "warning":
        return False
    spans = (fault.span, *_using(draft, fault.span.file))
    for index, allowance in enumerate(draft.allowances):
        place = draft.places.get(allowance.at)
        if allowance.code == fault.code and (
            not allowance.at or (place is not None and any(_within(span, place) for span in spans))
        ):
            draft.used_allowances.add(index)
            return True
    return False
