"""How checks say what they found."""

from sop_engine.diagnostics import Diagnostic, Note, Span
from sop_engine.messages import Message


def error(
    code: str,
    span: Span,
    title: Message,
    why: Message | None = None,
    fix: Message | None = None,
    near: tuple[str, ...] = (),
    notes: tuple[Note, ...] = (),
) -> Diagnostic:
    """A fault that forbids publishing."""
    return Diagnostic(code, "error", span, title, why, notes, near, fix)


def warning(
    code: str,
    span: Span,
    title: Message,
    why: Message | None = None,
    fix: Message | None = None,
    near: tuple[str, ...] = (),
    notes: tuple[Note, ...] = (),
) -> Diagnostic:
    """A fault that can be switched off where it stands: `allow: {CODE: reason}`."""
    return Diagnostic(code, "warning", span, title, why, notes, near, fix)
