"""Checks of what staff may do beside the transitions: of `acts:`, and of what their acts keep for themselves."""

from collections.abc import Iterator

from sop_engine.acts import ENDS
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


def outcomes_of_acts(draft: Draft) -> Iterator[Diagnostic]:
    """SOP441: an outcome bears the name of an end that staff give a ticket.

    A ticket that was opened by mistake ends as `void`, one that is closed by force as `forced`. Reports leave out what
    is void, and list what was forced; a ticket that came to its end by the procedure is neither.

    Fails:

        states:
          received: {transitions: {finish: {by: desk, to: closed}}}
          closed: {final: true, outcome: void}

    Passes:

        states:
          received: {transitions: {finish: {by: desk, to: closed}}}
          closed: {final: true, outcome: keys_void}
    """
    for name, span in draft.declared.get("outcome", {}).items():
        if name in ENDS:
            yield error(
                "SOP441", span, msg("`{name}` is an outcome that staff give, not a procedure", name=name),
                msg("Reports would take a ticket that ended as it should for one that did not."),
                msg("name the outcome for what became of the matter: `cancelled`, `not_ours`, `keys_void`"),
            )  # fmt: skip


def reopened_to(draft: Draft) -> Iterator[Diagnostic]:
    """SOP442: a closed ticket could be reopened, and could not go on.

    `reopen` names with `to` the state in which a closed ticket goes on. Without it none is reopened, whoever may. A
    state that is an end closes the ticket again at once, and a history state has nothing to remember.

    Fails:

        acts: {reopen: {by: desk, to: closed}}

    Passes:

        acts: {reopen: {by: desk, to: received, within: 7 days}}
    """
    for fact in draft.of("reopens_nowhere"):
        yield error(
            "SOP442", fact.span, msg("it is not said in which state a reopened ticket goes on"),
            msg("Nobody could reopen one, whatever else is said here."),
            msg("add `to:` with the state in which work begins anew, or take `reopen` away"),
        )  # fmt: skip
    kinds = {state.id: state.kind for state in (draft.procedure.states if draft.procedure else ())}
    for use in draft.uses:
        if use.way == "reopen" and kinds.get(use.name) in ("final", "history"):
            yield error(
                "SOP442", use.span, msg("in `{name}` a reopened ticket cannot go on", name=use.name),
                msg("It is no state in which anything can be done."),
                msg("name the state in which work begins anew"),
            )  # fmt: skip
