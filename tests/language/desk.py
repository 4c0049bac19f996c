"""Small helpers of these tests: a procedure laid over the example of the checks' pages, compiled."""

from sop_engine.language import compile_text
from sop_engine.language.checks.pages import laid_over
from sop_engine.procedure import Field, Procedure, State

CLOSED = "  closed: {final: true, outcome: done}\n"


def procedure(parts: str, templates: dict[str, bytes] | None = None) -> Procedure:
    """The example with `parts` in the place of its own; they must be without error."""
    text = laid_over(parts)
    found = compile_text(text.encode(), "desk.sop.yaml", Folder(templates or {}))
    assert found.procedure is not None, [str(fault.title) for fault in found.diagnostics]
    return found.procedure


def codes(parts: str) -> list[str]:
    """The codes of the faults of the example with `parts` in it."""
    return [fault.code for fault in compile_text(laid_over(parts).encode(), "desk.sop.yaml").diagnostics]


def state(parts: str, name: str = "received") -> State:
    return procedure(parts).state(name)


def field(words: str) -> Field:
    """One field `x`, asked for at opening."""
    made = procedure(
        f"fields:\n  note: {{type: text}}\n  x: {words}\nopen: {{by: desk, ask: note, may_ask: x, to: received}}\n"
    ).field("x")
    assert made is not None
    return made


class Folder:
    """Templates held in memory."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self.files = files

    def read(self, name: str) -> bytes | None:
        return self.files.get(name)
