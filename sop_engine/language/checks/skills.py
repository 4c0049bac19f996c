"""Checks of skills: whatever is asked for is declared, and of whoever is asked for it."""

from collections.abc import Iterator

from sop_engine.diagnostics import Diagnostic
from sop_engine.language.checks.telling import error
from sop_engine.language.draft import Draft
from sop_engine.language.near import near
from sop_engine.messages import msg


def skills(draft: Draft) -> Iterator[Diagnostic]:
    """SOP445: a skill that nobody could have.

    `skill` beside a role, in `by` and `assign`, names one of the procedure's `skills`, or a choice field some of whose
    values are skills: then the one that the ticket's value names is asked for, and none for its other values. A skill
    that is not declared has no title and stands on no list, so nobody could ever be entered with it.

    Fails:

        states:
          received: {transitions: {finish: {by: {role: desk, skill: electrical}, to: closed}}}
          closed: {final: true, outcome: done}

    Passes:

        skills: {electrical: {zh: 电工, en: Electrician}}
        states:
          received: {transitions: {finish: {by: {role: desk, skill: electrical}, to: closed}}}
          closed: {final: true, outcome: done}
    """
    known = draft.names("skill")
    for use in draft.uses:
        if use.kind == "skill" and not draft.known("skill", use.name):
            guesses = near(use.name, (*known, *draft.names("field")))
            fix = msg("declare it: `skills: {{{name}: ...}}`", name=use.name)
            if guesses:
                fix = msg("write `{guess}`, or declare it: `skills: {{{name}: ...}}`", guess=guesses[0], name=use.name)
            yield error(
                "SOP445", use.span, msg("there is no skill or field named `{name}`", name=use.name),
                msg("Nobody could ever be entered with it, so nobody could act."), fix, guesses,
            )  # fmt: skip
    for fact in draft.of("skill_of_field"):
        yield error(
            "SOP445", fact.span, msg("no value of `{name}` is a skill", name=fact.values["name"]),
            msg("It would ask for nothing, whatever the ticket says."),
            msg("declare values that are skills under `skills:`, by the same ids"),
        )  # fmt: skip
    for fact in draft.of("skill_or_field"):
        yield error(
            "SOP445", fact.span, msg("`{name}` is a field and a skill", name=fact.values["name"]),
            msg("Nobody could say which of the two is meant."), msg("give one of them another id"),
        )  # fmt: skip
    for fact in draft.of("skill_of_no_role"):
        yield error(
            "SOP445", fact.span, msg("`skill` stands beside no role"),
            msg("Whoever stands in a field has the task, whatever he has learnt; nobody could be chosen instead."),
            msg("give the task to a role: `assign: {{role: ..., skill: ...}}`; or take it out"),
        )  # fmt: skip
