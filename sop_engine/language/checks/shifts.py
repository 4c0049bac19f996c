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


def assigned_once(draft: Draft) -> Iterator[Diagnostic]:
    """SOP451: `assign` names a role and a field, or neither.

    A task is offered to a role, or given to whoever stands in a field. It cannot be both, and a map that says neither
    gives it to nobody.

    Fails:

        states:
          received: {transitions: {pass_on: {by: desk, assign: {on_shift: true}, to: mending}}}
          mending: {transitions: {finish: {by: desk, to: closed}}}
          closed: {final: true, outcome: done}

    Passes:

        states:
          received: {transitions: {pass_on: {by: desk, assign: {role: desk, on_shift: true}, to: mending}}}
          mending: {transitions: {finish: {by: assignee, to: closed}}}
          closed: {final: true, outcome: done}
    """
    for fact in draft.of("assigned_twice"):
        yield error(
            "SOP451", fact.span, msg("`assign` says neither one role nor one field"),
            msg("Nobody could tell whose the task is."),
            msg("write `assign: ROLE`, or a map with `role`, or one with `field`"),
        )  # fmt: skip
