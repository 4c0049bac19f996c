"""A hot command imports little: start-up is felt by every user at every command."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.end_to_end.conftest import Sop

HEAVY = (
    *("sqlalchemy", "sqlmodel", "yaml", "jinja2", "apscheduler", "alembic", "pydantic", "psycopg", "rich"),
    "cryptography",
)
HOT = {
    "new": ["new", "repair", "--as", "wang_fang", "--field", "unit=3-2-1202", "--field", "fault=x"],
    "do": ["do", "1", "dispatch", "--as", "wang_fang"],
    "show": ["show", "1"],
    "ls": ["ls"],
    "claim": ["claim", "1", "--as", "li_qiang"],
    "note": ["note", "1", "x", "--as", "wang_fang"],
}
LOOK = """
import sys
from sop_engine.console import main
try:
    main()
finally:
    found = {name.partition(".")[0] for name in sys.modules}
    for name, module in list(sys.modules.items()):
        if name.startswith("sop_engine"):
            classes = [each for each in vars(module).values() if isinstance(each, type)]
            found |= {f"{WRITTEN}{each.__module__}.{each.__name__}" for each in classes
                      if each.__module__ == name and FIELDS in vars(each) and not LEAN in vars(each)}
    print("\\n".join(sorted(found)), file=open(sys.argv[-1] + ".mods", "w"))
"""
MADE_OFTEN = (
    "sop_engine.ticket.records.",
    "sop_engine.chart.host.",
    "sop_engine.chart.choice.",
    "sop_engine.engine.chain.",
)
"""where the records are that every command makes, whose making is to be fast"""
WRITTEN = "written:"
"""before a class whose methods the standard library wrote as text"""


def imported(words: list[str], environment: dict[str, str], target: Path) -> set[str]:
    """The top-level modules that a command has imported when it ends."""
    names = f'WRITTEN, FIELDS, LEAN = "{WRITTEN}", "__dataclass_fields__", "__lean_fields__"'
    program = names + LOOK.replace('sys.argv[-1] + ".mods"', repr(str(target)))
    done = subprocess.run(
        [sys.executable, "-c", program, *words], env=environment, capture_output=True, check=False, cwd=target.parent
    )
    assert done.returncode == 0, done.stderr.decode()
    return set(target.read_text().split())


@pytest.mark.parametrize("verb", list(HOT))
def test_a_hot_command_imports_nothing_heavy(
    verb: str, wx: str, sop: Sop, environment: dict[str, str], tmp_path: Path
) -> None:
    if verb == "claim":
        sop("do", "1", "dispatch", "--as", "wang_fang")
    found = imported(HOT[verb], environment, tmp_path / "modules")
    offenders = found & set(HEAVY)
    assert not offenders, f"`sop {verb}` imports {sorted(offenders)}; import it inside the function that needs it"
    written = sorted(each.removeprefix(WRITTEN) for each in found if each.startswith(WRITTEN))
    written = [each for each in written if not each.startswith(MADE_OFTEN)]
    assert not written, f"`sop {verb}` makes {written}: take `dataclass` from `sop_engine.lean` (adr/0034)"


def test_the_look_finds_what_is_imported(environment: dict[str, str], tmp_path: Path) -> None:
    assert "sop_engine" in imported(["--version"], environment, tmp_path / "modules")
