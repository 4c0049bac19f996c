"""The tick boxes of a form: the triggers that its template names, in the order of the paper."""

import re
from collections.abc import Callable
from typing import Final

from sop_engine.procedure import Form

_BOX: Final = re.compile(r"ticket\.trigger\.([a-z_][a-z0-9_]*)")


def boxes_of(form: Form, load: Callable[[str], bytes], language: str) -> tuple[str, ...]:
    """The triggers that a form names, each once, as they stand on the paper; `load` gives a template by its digest."""
    digest = form.templates.get(language) or form.templates.get("und") or next(iter(form.templates.values()), None)
    if digest is None:
        return ()
    return tuple(dict.fromkeys(_BOX.findall(load(digest).decode("utf-8", errors="replace"))))
