"""The checks: each is one function of one signature, listed here; its docstring is its page."""

from collections.abc import Callable, Iterator
from typing import Final

from sop_engine.diagnostics import Diagnostic
from sop_engine.language.draft import Draft
from sop_engine.messages import msg

Check = Callable[[Draft], Iterator[Diagnostic]]


def any_fact(draft: Draft) -> Iterator[Diagnostic]:
    """Whatever a layer found."""
    for fact in draft.facts:
        yield Diagnostic("SOP100", "error", fact.span, msg("{kind}: {values}", kind=fact.kind, values=str(fact.values)))


CHECKS: Final[tuple[Check, ...]] = (any_fact,)
