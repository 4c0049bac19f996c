"""A whole process of `sop` against a bare Typer command.

Bare: a script with one Typer command that takes one parameter and prints it: what Python and Typer cost anybody.
Ours: `sop show ID` and `sop do ID price`, whole processes too, on a site whose store is a file; `do` is durable when it
ends. All three run in turn, with stdout to a pipe. Compiled files are kept, as they are after an installation; the
first round, which makes them, is not counted.
"""

import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Final

from benchmarks.pairs import WALL, Pair, Work, interleaved
from benchmarks.table import Line, Table, microseconds
from benchmarks.workload import environment, folder, new_desk, tell_story
from sop_engine import canonical
from sop_engine.engine.people.identity import system_login
from sop_engine.engine.sites.settings import FILE, settings_text
from tests.desk import START

ROUNDS: Final = {"tiny": 1, "quick": 7, "usual": 25, "large": 100}
BARE: Final = """
import typer

app = typer.Typer()


@app.command()
def main(name: str) -> None:
    print(name)


app()
"""
OURS: Final = "from sop_engine.console import main; main()"


def run(size: str) -> Table:
    """Ratios of whole processes' times."""
    with folder() as disk:
        bare = disk / "bare.py"
        bare.write_text(BARE, encoding="utf-8")
        ticket = _site(disk / "site")
        other = _process(disk / "site", [str(bare), ticket])
        show = interleaved(_process(disk / "site", ["-c", OURS, "show", ticket]), other, ROUNDS[size], WALL)
        price = ["--field", "labour=80", "--field", "parts=20.50", "--no-input"]
        do = interleaved(
            _process(disk / "site", ["-c", OURS, "do", ticket, "price", *price]), other, ROUNDS[size], WALL
        )
    return Table(
        "start_up",
        "a whole process of `sop`, of a bare Typer command with one parameter",
        [
            Line("sop show", show.cost, "of bare", at_most=1.25, detail=_detail(show)),
            Line("sop do", do.cost, "of bare", at_most=1.5, detail=_detail(do)),
        ],
    )


def _site(where: Path) -> str:
    """A site whose engineer is the system's user, with a ticket that he can price."""
    desk = new_desk(where)
    desk.site("login", login=system_login(), actor="li", people=[])
    ticket = tell_story(desk, 3)[0].step.ticket
    with desk.store.writing() as transaction:
        transaction.put_meta("demo", "1")
        transaction.put_meta("simulated_now", canonical.instant_text(START))
    desk.store.close()
    (where / FILE).write_text(settings_text("Test", "test", "Asia/Shanghai", demo=True), encoding="utf-8")
    return ticket


def _process(where: Path, words: list[str]) -> Work:
    return partial(
        subprocess.run,
        [sys.executable, *words],
        cwd=where,
        env=environment(where.parent / "compiled"),
        check=True,
        capture_output=True,
    )


def _detail(pair: Pair) -> str:
    return f"{microseconds(pair.ours_seconds)}; bare {microseconds(pair.other_seconds)}; {len(pair.ours)} pairs"
