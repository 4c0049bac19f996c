"""The checks: each is one function of one signature, listed here; its docstring is its page.

A docstring begins with the code and a title; `Fails:` and `Passes:` are examples, laid over the small procedure in
`checks.pages` and run by a test.
"""

from collections.abc import Callable, Iterator
from typing import Final

from sop_engine.diagnostics import Diagnostic
from sop_engine.language.checks import (
    asking,
    chart,
    duty,
    fragments,
    guards,
    loops,
    names,
    nesting,
    never,
    papers,
    people,
    personal,
    staffing,
    text,
    timers,
    together,
    unused,
    values,
    waiting,
    words,
)
from sop_engine.language.checks.members import SiteCheck
from sop_engine.language.draft import Draft

Check = Callable[[Draft], Iterator[Diagnostic]]

CHECKS: Final[tuple[Check, ...]] = (
    text.same_key_twice,
    text.full_width,
    text.quoting,
    text.broken,
    text.bounds,
    text.tabs,
    text.outside,
    fragments.unknown_fragments,
    fragments.blanks,
    fragments.circles,
    fragments.blanks_of_fragments,
    fragments.disagreements,
    words.unknown_words,
    words.misshapen,
    words.missing,
    words.titles,
    words.ids,
    words.prefix,
    words.sources,
    words.durations,
    words.moments,
    names.unknown_states,
    names.unknown_roles,
    names.unknown_fields,
    names.unknown_papers,
    names.unknown_triggers,
    guards.expressions,
    guards.types,
    guards.unset,
    values.field_words,
    values.bounds_and_defaults,
    values.asked,
    values.circles,
    values.fills,
    values.calendar_starts,
    chart.opening,
    chart.unreachable_states,
    chart.no_way_to_an_end,
    chart.shadowed,
    chart.final_states,
    nesting.nesting,
    loops.endless,
    never.never,
    never.always_so,
    people.staff_verbs,
    people.assignees,
    people.signatures,
    people.people_fields,
    people.either,
    duty.separation,
    duty.ambiguous,
    timers.cleared,
    timers.hours_of_a_date,
    asking.before_asked,
    asking.never_asked,
    papers.subjects,
    papers.templates,
    papers.personal_subjects,
    personal.personal_types,
    personal.personal_timers,
    personal.personal_copies,
    personal.personal_notices,
    unused.unused_fields,
    unused.unused_roles,
    unused.unused_papers,
    unused.unused_words,
    unused.allowances,
)

SITE_CHECKS: Final[tuple[SiteCheck, ...]] = (
    together.unknown_procedures,
    together.openings,
    together.signals,
    together.circles,
    waiting.waiting,
    staffing.few_people,
)
"""Those that look at all procedures of a site together: `language.check_together`."""
