"""What is wrong with a value: as a value (`Problem`), or raised (`ValueProblem`)."""

from typing import NamedTuple

from sop_engine.messages import Message


class Problem(NamedTuple):
    """Why a value cannot stand in a field, and how it is written."""

    message: Message


class ValueProblem(Exception):
    """The text or JSON is no value of the field; `message` says why and how one is written."""

    def __init__(self, message: Message) -> None:
        super().__init__(message)
        self.message = message

    def __str__(self) -> str:
        return str(self.message)
