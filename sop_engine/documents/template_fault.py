"""What is wrong with an owner's template, or with what it does to a ticket's values."""

from typing import ClassVar

from sop_engine.errors import FaultsFound
from sop_engine.messages import Message, msg


class TemplateFault(FaultsFound):
    """A template that cannot be rendered: `message`, and the 1-based `line` of `template` (None where unknown)."""

    name: ClassVar[str] = "template_fault"

    def __init__(self, message: Message, line: int | None = None, template: str = "") -> None:
        super().__init__(message, where=f"{template}:{line}" if line else template or None)
        self.line = line
        self.template = template


class Meter:
    """Counts the work of one rendering, so that no template can run on: `spend` ends it with a TemplateFault."""

    def __init__(self, steps: int) -> None:
        self.left = steps

    def spend(self, steps: int) -> None:
        self.left -= steps
        if self.left < 0:
            raise TemplateFault(msg("the template goes on for too long: it repeats too much, or shows too much"))
