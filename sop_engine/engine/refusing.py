"""Refusals and errors: what `decide` refuses as the error that callers get, and what the record says of an error."""

from pathlib import Path

from sop_engine.errors import BY_NAME, SopError
from sop_engine.ticket.records import Refusal


def as_error(refusal: Refusal) -> SopError:
    """The typed error that a refusal names, with its words."""
    return BY_NAME[refusal.kind](
        refusal.message,
        needs=refusal.needs,
        possible=refusal.possible,
        near=refusal.near,
        fix=refusal.fix,
        guards=refusal.guards,
    )


class Noting:
    """Notes a refusal that comes from inside a transaction, to tell it from what the store says of its lock or disk."""

    def __init__(self, refused: list[SopError]) -> None:
        self._refused = refused

    def __enter__(self) -> None:
        return

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, SopError):
            self._refused.append(error)


def told(error: Exception) -> str:
    """What the record says of an error: a refusal's own words; of any other its kind and place, since its text may
    quote a personal value."""
    if isinstance(error, SopError):
        return f"{type(error).__name__}: {error}"[:500]
    import traceback  # few commands need it

    frame = traceback.extract_tb(error.__traceback__)[-1:]
    return " ".join([type(error).__name__, *(f"({Path(each.filename).name}:{each.lineno})" for each in frame)])
