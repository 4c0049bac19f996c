"""What `find --json` prints: a line as in a list, and where in the ticket something was found."""

from typing import TypedDict

from sop_engine.console.views.as_json import HeadView


class MatchView(TypedDict):
    """A place in a ticket where something was found."""

    field: str | None
    step: int | None
    """with which it was written down, where it is no field"""
    title: str
    text: str
    """an excerpt; personal data masked"""


class FoundView(HeadView):
    """A ticket that was found."""

    lived_there_before: bool
    """whether it is of whoever lived in its unit before it changed hands: nothing to be told to others"""
    matched: list[MatchView]
