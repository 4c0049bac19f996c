"""How a decision ends from within: with a refusal."""

from sop_engine.ticket.records import Refusal


class Refused(Exception):
    """Ends a decision from within; `decide` gives its refusal back."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(str(refusal.message))
        self.refusal = refusal
