"""Checks of names: whatever is named must be declared."""

from collections.abc import Iterator
from typing import Final

from sop_engine.acts import USUAL
from sop_engine.diagnostics import Diagnostic, Note
from sop_engine.language.checks.telling import error
from sop_engine.language.draft import Draft, Use
from sop_engine.language.near import near
from sop_engine.messages import Message, msg
from sop_engine.procedure import Field

SHOWN: Final = 12
"""How many declared names a fault lists at most."""


def unknown_states(draft: Draft) -> Iterator[Diagnostic]:
    """SOP102: there is no state of that name.

    A transition, `initial`, `parallel`, `since` or `in_state` names a state that the procedure never declares.

    Fails:

        states:
          received: {transitions: {finish: {by: desk, to: closd}}}
          closed: {final: true, outcome: done}

    Passes:

        states:
          received: {transitions: {finish: {by: desk, to: closed}}}
          closed: {final: true, outcome: done}
    """
    for use in _undeclared(draft, "state"):
        why = msg("The procedure never declares that state. It declares: {known}.", known=_some(draft.names("state")))
        if use.way in ("to", "history"):
            why = msg(
                "{who} leads to `{name}`, but this procedure never declares that state. It declares: {known}.",
                who=_said(use), name=use.name, known=_some(draft.names("state")),
            )  # fmt: skip
        yield _fault(
            draft, "SOP102", use, "state", msg("there is no state named `{name}`", name=use.name), why, "states"
        )


def _said(use: Use) -> Message:
    """The element that uses a name, in words."""
    parts = use.at.split(".")
    match parts:
        case ["open", *_]:
            return msg("Opening a ticket")
        case ["states", state, "offers", trigger, *_]:
            if state == "ticket":
                return msg("The transition `{trigger}` of the whole ticket", trigger=trigger)
            return msg("The transition `{trigger}` of state `{state}`", trigger=trigger, state=state)
        case ["states", state, "timers", timer, *_]:
            return msg("The timer `{timer}` of state `{state}`", timer=timer, state=state)
        case ["states", state, *_]:
            return msg("A transition of state `{state}`", state=state)
    return msg("This")


def unknown_roles(draft: Draft) -> Iterator[Diagnostic]:
    """SOP106: there is no role of that name.

    `by`, `assign` or `tell` names a role that `roles` does not list. Nobody could ever hold it, so nobody could act.

    Fails:

        states:
          received: {transitions: {finish: {by: mannager, to: closed}}}
          closed: {final: true, outcome: done}

    Passes:

        roles: [desk, manager]
        states:
          received: {transitions: {finish: {by: manager, to: closed}}}
          closed: {final: true, outcome: done}
    """
    for use in _undeclared(draft, "role"):
        known = (*draft.names("role"), "assignee", "owner", "opener", "anyone")
        why = msg("Nobody could ever hold it. The roles are: {known}.", known=_some(draft.names("role")))
        title = msg("there is no role named `{name}`", name=use.name)
        yield _fault(draft, "SOP106", use, "role", title, why, "roles", known)
    for use in draft.uses:
        if use.kind == "recipient" and not draft.known("role", use.name):
            known = (*draft.names("role"), *draft.names("field"), "assignee", "owner", "opener", "lead")
            yield error(
                "SOP106", use.span, msg("there is no role or field named `{name}`", name=use.name),
                msg("A notice reaches a role, whoever stands in a field, `assignee`, `lead`, `owner` or `opener`."),
                msg("name one of these"), near(use.name, known),
            )  # fmt: skip

    for fact in draft.of("two_meanings"):
        yield error(
            "SOP106", fact.span, msg("`{name}` is a role and a field", name=fact.values["name"]),
            msg("Nobody could say whom the notice reaches."), msg("give the role or the field another id"),
        )  # fmt: skip


def unknown_fields(draft: Draft) -> Iterator[Diagnostic]:
    """SOP107: there is no field of that name.

    `ask`, a guard, an expression, a text or a timer names a field that `fields` does not declare.

    Fails:

        open: {by: desk, ask: [note, phone], to: received}

    Passes:

        fields:
          note: {type: text}
          phone: {type: phone}
        open: {by: desk, ask: [note, phone], to: received}
    """
    for use in _undeclared(draft, "field"):
        known = draft.names("field")
        why = msg("The fields are: {known}.", known=_some(known))
        if use.way == "guard" and any(use.name in (choice.id for choice in field.choices) for field in _fields(draft)):
            yield error(
                "SOP107", use.span, msg("there is no field named `{name}`", name=use.name),
                msg("It is a choice, and in an expression a choice is a text."),
                msg("write `'{name}'`, in quotation marks", name=use.name), near(use.name, known),
            )  # fmt: skip
            continue
        title = msg("there is no field named `{name}`", name=use.name)
        yield _fault(draft, "SOP107", use, "field", title, why, "fields")


def _fields(draft: Draft) -> tuple[Field, ...]:
    return draft.procedure.fields if draft.procedure is not None else ()


def unknown_papers(draft: Draft) -> Iterator[Diagnostic]:
    """SOP129: there is no notice, form or outcome of that name.

    Fails:

        states:
          received: {transitions: {finish: {by: desk, print: slip, to: closed}}}
          closed: {final: true, outcome: done}

    Passes:

        notices:
          closed: {text: "{{ note }}"}
        states:
          received: {transitions: {finish: {by: desk, tell: {to: desk, notice: closed}, to: closed}}}
          closed: {final: true, outcome: done}
    """
    for use in _undeclared(draft, "notice"):
        yield _fault(
            draft, "SOP129", use, "notice", msg("there is no notice named `{name}`", name=use.name), None, "notices"
        )
    for use in _undeclared(draft, "form"):
        yield _fault(draft, "SOP129", use, "form", msg("there is no form named `{name}`", name=use.name), None, "forms")
    for use in _undeclared(draft, "outcome"):
        title = msg("there is no outcome named `{name}`", name=use.name)
        yield _fault(draft, "SOP129", use, "outcome", title, None, "outcomes")


def unknown_triggers(draft: Draft) -> Iterator[Diagnostic]:
    """SOP131: there is no trigger or event of that name.

    `did`, `times` and `not: did ...` name a trigger that no state offers, so the condition could never change. An
    `on_event` waits for an event that nothing raises and that `takes` does not list; a promise names an event that no
    `on_event` takes.

    Fails:

        states:
          received: {transitions: {finish: {by: {role: desk, not: did chekc}, to: closed}}}
          closed: {final: true, outcome: done}

    Passes:

        states:
          received:
            transitions: {check: {by: desk, ask: note}, finish: {by: {role: desk, not: did check}, to: closed}}
          closed: {final: true, outcome: done}
    """
    acts = USUAL if draft.procedure is None else draft.procedure.acts
    joins = ("join", "part", "joined") if acts.join is not None else ()
    known = (*draft.names("trigger"), "open", *(["reopen"] if acts.reopen.to else []), *joins)
    for use in draft.uses:
        if use.kind == "trigger" and use.name not in known:
            yield error(
                "SOP131", use.span, msg("there is no trigger named `{name}`", name=use.name),
                msg("No state offers it, so it is never done. The triggers are: {known}.", known=_some(known)),
                msg("name one of the triggers"), near(use.name, known),
            )  # fmt: skip
    raised = {use.name for use in draft.uses if use.kind == "event" and use.way == "raise"}
    awaited = {use.name for use in draft.uses if use.kind == "event" and use.way == "on_event"}
    anything = any(
        handler.event == "*"
        for state in (draft.procedure.states if draft.procedure else ())
        for handler in state.handlers
    )
    for use in draft.uses:
        if use.kind != "event":
            continue
        gains = use.name == "joined" and acts.join is not None
        if use.way == "on_event" and use.name not in raised and not draft.known("event", use.name) and not gains:
            yield error(
                "SOP131", use.span, msg("nothing raises the event `{name}`", name=use.name),
                msg("This handler would wait for ever."),
                msg("raise it, or list it under `takes:` where another ticket sends it"),
                near(use.name, (*raised, *draft.names("event"))),
            )  # fmt: skip
        if use.way == "took" and use.name not in awaited and not anything:
            yield error(
                "SOP131", use.span, msg("nothing waits for the event `{name}`", name=use.name),
                msg("It is taken by no state, so this moment never comes."),
                msg("add it under `on_event:` of the state that it concerns"), near(use.name, awaited),
            )  # fmt: skip
        if use.way == "raise" and use.name not in awaited and not anything:
            yield error(
                "SOP131", use.span, msg("nothing waits for the event `{name}`", name=use.name),
                msg("It would be raised and forgotten."),
                msg("add it under `on_event:` of the state that it concerns"), near(use.name, awaited),
            )  # fmt: skip


def _undeclared(draft: Draft, kind: str) -> Iterator[Use]:
    return (use for use in draft.uses if use.kind == kind and not draft.known(kind, use.name))


def _fault(
    draft: Draft,
    code: str,
    use: Use,
    kind: str,
    title: Message,
    why: Message | None,
    under: str,
    known: tuple[str, ...] | None = None,
) -> Diagnostic:
    guesses = near(use.name, known if known is not None else draft.names(kind))
    declared = draft.declared.get(kind, {})
    notes = tuple(Note(declared[name], msg("declared here")) for name in guesses[:1] if name in declared)
    line = use.span.line
    if guesses and use.way == "to":
        fix = msg(
            "change line {line} to `to: {guess}`, or declare `{name}:` under `{under}:`",
            line=line, guess=guesses[0], name=use.name, under=under,
        )  # fmt: skip
    elif guesses:
        fix = msg(
            "change line {line} to `{guess}`, or declare `{name}` under `{under}:`",
            line=line, guess=guesses[0], name=use.name, under=under,
        )  # fmt: skip
    else:
        fix = msg("declare `{name}` under `{under}:`", name=use.name, under=under)
    return error(code, use.span, title, why, fix, guesses, notes)


def _some(names: tuple[str, ...]) -> tuple[str, ...]:
    shown = tuple(f"`{name}`" for name in names[:SHOWN])
    return (*shown, "...") if len(names) > SHOWN else shown or ("-",)
