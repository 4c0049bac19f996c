"""What is only tried leaves nothing, and what is refused leaves nothing but that it was refused."""

from pathlib import Path

import pytest

from sop_engine.store.drivers import driver_module
from tests.console.conftest import Sop
from tests.console.place import move_clock

TABLES = (
    "step",
    "value",
    "ticket",
    "task",
    "timer",
    "finding",
    "outbox",
    "counter",
    "refusal",
    "version",
    "person",
    "meta",
)


def dump(site: Path, *without: str) -> dict[str, list[str]]:
    """All that the store holds, but for some tables."""
    connection = driver_module("auto").connect(site / "site.db")
    try:
        found = {table: sorted(map(repr, connection.execute(f"SELECT * FROM {table}"))) for table in TABLES}
    finally:
        connection.close()
    return {table: rows for table, rows in found.items() if table not in without}


@pytest.mark.parametrize(
    "words", [("db", "rebuild"), ("doctor", "--accept-clock"), ("print", "1", "ticket", "--to", "page.html")]
)
def test_a_dry_run_leaves_nothing(
    sop: Sop, site: Path, wx: str, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    move_clock(site, hours=-1)
    before = dump(site)
    said = sop("--site", str(site), *words, "--dry-run")
    assert "nothing of this was kept" in said.err, said
    assert dump(site) == before
    assert not (tmp_path / "page.html").exists()


def test_who_may_not_accept_the_clock_leaves_no_acceptance(sop: Sop, site: Path, wx: str) -> None:
    move_clock(site, hours=-1)
    before = dump(site, "refusal")
    said = sop("doctor", "--accept-clock", "--as", "wang_fang")
    assert said.code == 5
    assert "is no administrator" in said.err
    assert dump(site, "refusal") == before
    assert sop("note", "1", "x", "--as", "wang_fang").code == 7


def test_an_acceptance_is_one_step(sop: Sop, site: Path, wx: str) -> None:
    move_clock(site, hours=-1)
    sop("doctor", "--accept-clock")
    assert sop("note", "1", "x", "--as", "wang_fang").code == 0
    assert sop("audit", "replay", "--all").code == 0
