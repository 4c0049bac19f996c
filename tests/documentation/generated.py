"""The pages that are made from the code."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Final

from sop_engine.language import checks_page, reference
from sop_engine.messages import say
from sop_engine.trial.pages import PAGES as SCENARIOS
from tests.documentation import commands_page
from tests.documentation.transcript import ROOT

REFERENCE: Final = ROOT / "docs" / "reference"


def checks(language: str) -> str:
    """The page of checks, and after it those of scenarios."""
    parts = [checks_page(language)]
    for code, page in SCENARIOS.items():
        title, _blank, text = say(page, language).partition("\n\n")
        parts.append(f"## {code}\n\n**{title.partition(': ')[2].rstrip('.') or title}**\n\n{text}\n")
    return "\n".join(parts)


PAGES: Final[Mapping[Path, Callable[[], str]]] = {
    REFERENCE / "language.md": reference,
    REFERENCE / "language.zh.md": partial(reference, "zh"),
    REFERENCE / "checks.md": partial(checks, "en"),
    REFERENCE / "checks.zh.md": partial(checks, "zh"),
    REFERENCE / "commands.md": commands_page.text,
}
