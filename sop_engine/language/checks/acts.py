"""Checks of `acts:`, what staff may do beside the transitions."""

from collections.abc import Iterator

from sop_engine.diagnostics import Diagnostic
from sop_engine.language.checks.telling import error
from sop_engine.language.draft import Draft
from sop_engine.language.near import near
from sop_engine.messages import msg


def paused_promises(draft: Draft) -> Iterator[Diagnostic]:
    """SOP440: a suspension pauses a promise that cannot be paused.

    `pauses` names the promises that stand still while a ticket is suspended, or says `all`. A promise that is due at a
    field's time does not move with it: the time that the field holds stays where it is.

    Fails:

        calendar: front-desk
        goals: {finishing: {start: did open, stop: did finish, within: 4 h}}
        acts: {suspend: {pauses: finish}}

    Passes:

        calendar: front-desk
        goals: {finishing: {start: did open, stop: did finish, within: 4 h}}
        acts: {suspend: {pauses: finishing}}
    """
    known = draft.names("goal")
    for use in draft.uses:
        if use.kind == "goal" and use.way == "pauses" and use.name not in known:
            yield error(
                "SOP440", use.span, msg("there is no promise named `{name}`", name=use.name),
                msg("Whoever wrote it counts on a clock that stands still, and none does."),
                msg("name a promise of `goals:`, or say `all`"), near(use.name, (*known, "all")),
            )  # fmt: skip
    for fact in draft.of("act_pause"):
        yield error(
            "SOP440", fact.span, msg("a suspension does not move the time of a field"),
            msg("The promise would be silent while the ticket is suspended, and broken when it goes on."),
            msg("take `{name}` out of `pauses`, and ask for the field anew where the time is put off",
                name=fact.values["name"]),
        )  # fmt: skip


def task_goes_to(draft: Draft) -> Iterator[Diagnostic]:
    """SOP444: `assign` does not say clearly to whom a task goes.

    A map under `assign` names a role, and perhaps `how` one of its holders is found (`claim`, `named`, `turns`,
    `least_load`); or a field in which somebody stands. It names one of them, and in a field nobody is left to find.

    Fails:

        open: {by: desk, ask: note, to: received, assign: {how: turns}}
        states:
          received: {transitions: {finish: {by: desk, to: closed}}}
          closed: {final: true, outcome: done}

    Passes:

        open: {by: desk, ask: note, to: received, assign: {role: desk, how: turns}}
        states:
          received: {transitions: {finish: {by: desk, to: closed}}}
          closed: {final: true, outcome: done}
    """
    for fact in draft.of("assign_whom"):
        said = msg("`assign` names neither a role nor a field")
        if fact.values["both"]:
            said = msg("`assign` names a role and a field")
        yield error(
            "SOP444", fact.span, said, msg("Nobody could say whose task it is then."),
            msg("write `assign: {{role: ROLE, how: turns}}`, or `assign: {{field: FIELD}}`"),
        )  # fmt: skip
    for fact in draft.of("assign_how"):
        yield error(
            "SOP444", fact.span, msg("`how` finds one of a role's holders, and a field names somebody already"),
            msg("Whoever stands in the field has the task; there is nothing left to find."),
            msg("take `how` out, or name a role instead of the field"),
        )  # fmt: skip
