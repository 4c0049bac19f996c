"""What stands in a step beside what it does and would mean nothing there: whoever wrote it counts on it."""

from collections.abc import Iterator
from typing import Final

from sop_engine.diagnostics import Diagnostic
from sop_engine.engine.people.identity import HEARD
from sop_engine.errors import BY_NAME
from sop_engine.language.checks.telling import error
from sop_engine.language.source.tree import Cursor
from sop_engine.messages import msg
from sop_engine.trial.names import close
from sop_engine.trial.schema import StepWords

BESIDE: Final = {
    "assign": ("do",), "team": ("do",), "with_": ("do", "act"), "reason": ("act", "edit", "give_to", "hand_over"),
    "label": ("open", "do", "act"),
}  # fmt: skip
"""a word of a step -> what it may stand beside"""
WITH: Final = {"words": "refused", "heard": "typed_by"}
"""a word of a step -> the one without which it means nothing"""


def idle_words(step: StepWords, action: str, here: Cursor) -> Iterator[Diagnostic]:
    """The words of a step that does `action` which nobody would look at."""
    for name, actions in BESIDE.items():
        if getattr(step, name) and action not in actions:
            word = name.removesuffix("_")
            yield error(
                "SOP303", (here / word).name, msg("`{word}` means nothing beside `{action}`", word=word, action=action),
                None, msg("take it away, or write it beside: {actions}", actions=actions),
            )  # fmt: skip
    for name, needed in WITH.items():
        if getattr(step, name) and getattr(step, needed) is None:
            yield error(
                "SOP303", (here / name).name, msg("`{word}` stands without `{needed}`", word=name, needed=needed),
                None, msg("take it away, or add `{needed}`", needed=needed),
            )  # fmt: skip
    if step.heard is not None and step.heard not in HEARD:
        yield error(
            "SOP301", (here / "heard").span, msg("nothing is heard by `{heard}`", heard=step.heard), None,
            msg("write one of: {known}", known=HEARD), close(step.heard, HEARD),
        )  # fmt: skip
    yield from _refusals(step.refused, here)


def _refusals(wanted: object, here: Cursor) -> Iterator[Diagnostic]:
    """A refusal that no command ever meets."""
    codes = {kind.code for kind in BY_NAME.values()}
    known = (isinstance(wanted, int) and wanted in codes) or (isinstance(wanted, str) and wanted in BY_NAME)
    if isinstance(wanted, int | str) and not known:
        yield error(
            "SOP302", (here / "refused").span, msg("there is no refusal `{wanted}`", wanted=wanted), None,
            msg("write one of: {known}", known=tuple(BY_NAME)), close(str(wanted), BY_NAME),
        )  # fmt: skip
