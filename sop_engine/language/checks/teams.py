"""Checks of teams: whichever is named is declared, and stands where it counts."""

from collections.abc import Iterator

from sop_engine.diagnostics import Diagnostic
from sop_engine.language.checks.telling import error
from sop_engine.language.draft import Draft
from sop_engine.language.near import near
from sop_engine.messages import msg


def teams(draft: Draft) -> Iterator[Diagnostic]:
    """SOP456: a team that no site could have.

    `team` beside a role in `assign`, and in `tell`, names one of the procedure's `teams`, or a choice field some of
    whose values are teams: then the one that the ticket's value names is meant, and none for its other values. Which of
    its own teams does this the site says (`sop team change CREW --does water`). What is not declared nobody would know
    to enter there, so that it would go to all who hold the role.

    Fails:

        states:
          received: {transitions: {finish: {by: desk, assign: {role: desk, team: water}, to: closed}}}
          closed: {final: true, outcome: done}

    Passes:

        teams: {water: {zh: 水暖班, en: Plumbers}}
        states:
          received: {transitions: {finish: {by: desk, assign: {role: desk, team: water}, to: closed}}}
          closed: {final: true, outcome: done}
    """
    known = draft.names("team")
    for use in draft.uses:
        if use.kind == "team" and not draft.known("team", use.name):
            guesses = near(use.name, (*known, *draft.names("field")))
            fix = msg("declare it: `teams: {{{name}: ...}}`", name=use.name)
            if guesses:
                fix = msg("write `{guess}`, or declare it: `teams: {{{name}: ...}}`", guess=guesses[0], name=use.name)
            yield error(
                "SOP456", use.span, msg("there is no team or field named `{name}`", name=use.name),
                msg("No site would know that one of its teams does this, so it would go to all who hold the role."),
                fix, guesses,
            )  # fmt: skip
    for fact in draft.of("team_of_field"):
        yield error(
            "SOP456", fact.span, msg("no value of `{name}` is a team", name=fact.values["name"]),
            msg("It would name none, whatever the ticket says."),
            msg("declare values that a team does under `teams:`, by the same ids"),
        )  # fmt: skip
    for fact in draft.of("team_or_field"):
        yield error(
            "SOP456", fact.span, msg("`{name}` is a field and a team", name=fact.values["name"]),
            msg("Nobody could say which of the two is meant."), msg("give one of them another id"),
        )  # fmt: skip
    for fact in draft.of("team_of_no_role"):
        yield error(
            "SOP456", fact.span, msg("`team` stands beside no role"),
            msg("Whoever stands in a field has the task, and no team is offered it."),
            msg("give the task to a role: `assign: {{role: ..., team: ...}}`; or take it out"),
        )  # fmt: skip


def told_nobody(draft: Draft) -> Iterator[Diagnostic]:
    """SOP457: a notice that is for nobody.

    A map under `tell` says `to` whom the notice goes, or of which `team`; with neither it would reach nobody.

    Fails:

        open: {by: desk, ask: note, to: received, tell: {urgent: true}}

    Passes:

        open: {by: desk, ask: note, to: received, tell: {to: desk, urgent: true}}
    """
    for fact in draft.of("tell_nobody"):
        yield error(
            "SOP457", fact.span, msg("this notice is for nobody"),
            msg("Nothing here says whom it reaches."), msg("write `to: ROLE` or `team: TEAM` beside it"),
        )  # fmt: skip
