"""The pages that are made from the code."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from sop_engine.language import reference
from tests.documentation import commands_page
from tests.documentation.transcript import ROOT

PAGES: Final[Mapping[Path, Callable[[], str]]] = {
    ROOT / "docs" / "reference" / "language.md": reference,
    ROOT / "docs" / "reference" / "commands.md": commands_page.text,
}
