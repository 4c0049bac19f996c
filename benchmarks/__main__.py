"""`python -m benchmarks`: measure, print, and write `results.md`."""

import argparse
from importlib import import_module
from pathlib import Path
from typing import Final

from benchmarks.table import Table, machine

HERE: Final = Path(__file__).parent
RESULTS: Final = HERE / "results.md"
NOTES: Final = HERE / "notes.md"
NAMES: Final = (
    "command",
    "turns",
    "start_up",
    "daily",
    "guard",
    "replay",
    "verify",
    "history",
    "timers",
    "worktime",
    "find",
    "postgres",
    "peers",
)
"""in the order of the tables; one module each, with a function `run(size)`"""


def main() -> None:
    """Run what is asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    sizes = parser.add_mutually_exclusive_group()
    sizes.add_argument("--quick", action="store_const", const="quick", dest="size", help="small, about a minute")
    sizes.add_argument("--large", action="store_const", const="large", dest="size", help="the sizes to be run by hand")
    sizes.add_argument("--tiny", action="store_const", const="tiny", dest="size", help="only to see that it runs")
    parser.add_argument("--only", action="append", choices=NAMES, help="one benchmark (may be given again)")
    given = parser.parse_args()
    size, described = given.size or "usual", machine()
    print(described)
    tables = []
    for name in given.only or NAMES:
        tables.append(measured(name, size))
        print("\n" + tables[-1].text(), flush=True)
    if given.only is None:
        RESULTS.write_text(page(tables, described, size), encoding="utf-8")


def measured(name: str, size: str) -> Table:
    """The table of one benchmark."""
    table: Table = import_module(f"benchmarks.{name}").run(size)
    return table


def page(tables: list[Table], described: str, size: str) -> str:
    """All tables as Markdown, with what is known of those that fall short."""
    head = (
        "# Measured\n\n"
        "Written by `python -m benchmarks`. Ratios are of medians, both sides taking turns in one run; what each side"
        " does stands in the benchmark's file. `NO` marks what is not reached.\n\n"
        f"Machine: {described}. Size: {size}.\n\n"
    )
    notes = NOTES.read_text(encoding="utf-8") if NOTES.is_file() else ""
    return head + "\n".join(table.markdown() for table in tables) + (f"\n{notes}" if notes else "")


if __name__ == "__main__":
    main()
