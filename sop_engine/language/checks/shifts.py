"""Checks of what is asked of the roster."""

from collections.abc import Iterator

from sop_engine.diagnostics import Diagnostic
from sop_engine.language.checks.telling import error
from sop_engine.language.draft import Draft
from sop_engine.messages import msg


def on_shift_of_a_role(draft: Draft) -> Iterator[Diagnostic]:
    """SOP450: the roster is asked of somebody who is no role.

    `on_shift` narrows a role to those of its holders who are on shift now. An assignee, an owner or whoever stands in a
    field is one person already: to ask the roster of him would leave a ticket with nobody at all when he goes home.

    Fails:

        states:
          received: {transitions: {finish: {by: {who: owner, on_shift: true}, to: closed}}}
          closed: {final: true, outcome: done}

    Passes:

        states:
          received: {transitions: {finish: {by: {role: desk, on_shift: true}, to: closed}}}
          closed: {final: true, outcome: done}
    """
    for fact in draft.of("on_shift"):
        yield error(
            "SOP450", fact.span, msg("`on_shift` stands beside no role"),
            msg("The roster says which holders of a role are there; of one person it would leave nobody."),
            msg("write it beside `role`, or in a notice to a role; or take it out"),
        )  # fmt: skip
