"""Checks that warn: what is declared and never used, and warnings that were switched off for nothing."""

from collections.abc import Collection, Iterator
from typing import Final

from sop_engine.diagnostics import Diagnostic
from sop_engine.language.checks.telling import error, warning
from sop_engine.language.draft import Draft
from sop_engine.language.near import near
from sop_engine.messages import msg

BETWEEN: Final = ("SOP22", "SOP435", "SOP436")
"""Codes of warnings between procedures: whether they would be given cannot be told of one file."""
ELSEWHERE: Final = ("SOP117", "SOP430", "SOP435", "SOP436")
"""Codes of warnings that begin with something else than warnings do."""


def unused_fields(draft: Draft) -> Iterator[Diagnostic]:
    """SOP201: nobody is ever asked for a field.

    It is declared, but no trigger asks for it, nothing sets or fills it, and nothing reads it. A computed field has a
    value all the same, which `sop show` shows.

    Fails:

        fields:
          note: {type: text}
          remark: {type: text}

    Passes:

        fields:
          note: {type: text}
          remark: {type: text}
        open: {by: desk, ask: note, may_ask: remark, to: received}
    """
    fields = draft.procedure.fields if draft.procedure is not None else ()
    computed = {field.id for field in fields if field.computed is not None}
    yield from _unused(draft, "field", "SOP201", "fields", computed)


def unused_roles(draft: Draft) -> Iterator[Diagnostic]:
    """SOP202: a role that never does anything, or a skill or team that nobody needs.

    No `by`, `assign`, `tell` or `owner` names the role; no `skill` names the skill; no `team` names the team.

    Fails:

        roles: [desk, manager]

    Passes:

        roles: [desk, manager]
        open: {by: desk, ask: note, to: received, tell: manager}
    """
    yield from _unused(draft, "role", "SOP202", "roles")
    yield from _unused(draft, "skill", "SOP202", "skills")
    yield from _unused(draft, "team", "SOP202", "teams")


def unused_papers(draft: Draft) -> Iterator[Diagnostic]:
    """SOP203: a notice, form or outcome that never comes about.

    Fails:

        notices:
          received: {text: "{{ note }}"}

    Passes:

        notices:
          received: {text: "{{ note }}"}
        open: {by: desk, ask: note, to: received, tell: {to: desk, notice: received}}
    """
    for kind, under in (("notice", "notices"), ("form", "forms"), ("outcome", "outcomes")):
        yield from _unused(draft, kind, "SOP203", under)


def _unused(draft: Draft, kind: str, code: str, under: str, shown: Collection[str] = ()) -> Iterator[Diagnostic]:
    if draft.procedure is None:
        return
    used = {use.name for use in draft.uses if use.kind == kind}
    for name, span in draft.declared.get(kind, {}).items():
        if name not in used and name not in shown:
            yield warning(
                code, span, msg("`{name}` is never used", name=name),
                msg("Readers would look for what it does."),
                msg("use it, or take it away from `{under}:`", under=under),
            )  # fmt: skip


def unused_words(draft: Draft) -> Iterator[Diagnostic]:
    """SOP204: a title under `words` that belongs to nothing.

    No trigger, state, timer or outcome has that id; perhaps it is misspelled here.

    Fails:

        words: {finnish: Finish}

    Passes:

        words: {finish: Finish}
    """
    if draft.procedure is None:
        return
    known = {name for kind in ("trigger", "state", "timer", "outcome", "goal") for name in draft.names(kind)} | {"open"}
    words = draft.cursor / "words"
    if words.node is draft.cursor.node:
        return
    for name in getattr(words.node, "items", {}):
        if name not in known:
            yield warning(
                "SOP204", words.word(name).span, msg("nothing here is named `{name}`", name=name),
                msg("Its title would never be shown."), msg("correct the id, or take it away"), near(name, known),
            )  # fmt: skip


def allowances(draft: Draft) -> Iterator[Diagnostic]:
    """SOP205: a warning is switched off that would not be given.

    `allow` names the code of a warning and says why it does not count here. Errors cannot be switched off, the reason
    cannot be empty, and what is allowed must occur, or nobody will notice when it does.

    Fails:

        allow: {SOP201: for later}

    Passes:

        fields:
          note: {type: text}
          remark: {type: text, allow: {SOP201: filled by hand on the paper}}
    """
    for index, allowance in enumerate(draft.allowances):
        if not allowance.code.startswith("SOP2") and allowance.code not in ELSEWHERE:
            yield error(
                "SOP205", allowance.span,
                msg("`{code}` is no warning that can be switched off", code=allowance.code[:20]),
                None, msg("mend what it says"),
            )  # fmt: skip
        elif not allowance.reason.strip():
            yield error(
                "SOP205", allowance.span,
                msg("this says no reason"), None, msg("say why the warning does not count here")
            )  # fmt: skip
        elif allowance.code.startswith(BETWEEN):
            continue
        elif draft.procedure is not None and index not in draft.used_allowances:
            yield warning(
                "SOP205", allowance.span, msg("`{code}` would not be given here", code=allowance.code), None,
                msg("take it away"),
            )  # fmt: skip
