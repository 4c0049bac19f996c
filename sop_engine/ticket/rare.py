"""What is seldom needed of this room: it is imported when it is first called, so that no other command waits for it."""

from collections.abc import Callable
from importlib import import_module
from typing import Any


def rare(module: str, function: str) -> Callable[..., Any]:
    """A function of a module of this room that is imported when it is called."""

    def call(*arguments: Any) -> Any:
        return getattr(import_module(f"sop_engine.ticket.{module}"), function)(*arguments)

    return call
