"""The power is lost while a site is made, copied, brought back or raised: what has its name is whole, and what was
acknowledged has its name."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sop_engine.engine.sites.folder import open_site
from sop_engine.engine.sites.making import make_site
from sop_engine.errors import SetUp
from sop_engine.store import schema
from sop_engine.store.backup import backup, check_backup, restore, status
from sop_engine.store.programs import Programs
from sop_engine.store.upgrade import upgrade
from tests.store.test_backup import later

from .checking import wrong
from .day import MODES, Day, Mode, watched
from .disk import lay_out
from .losing import POINTS, SEED, found_after, points
from .watch import Watch

ONE = int(SEED or 1)
LAST = 20
"""how often the power is lost when all is done"""
NOW = "2026-11-23T03:04:05.123Z"


@pytest.fixture(params=MODES)
def mode(request: pytest.FixtureRequest) -> Mode:
    return MODES[request.param]


@pytest.fixture
def used(site: Path, mode: Mode) -> Path:
    """A site that was used for a while."""
    with watched(site, mode):
        day = Day(site, lambda said: None, ONE)
        day.go_on(8)
        day.store.close()
    (site / "sop.toml").write_text("a setting\n" * 300)
    return site


def after_each(watch: Watch, scratch: Path) -> Iterator[tuple[str, Path, bool]]:
    """What is found after each loss of power: how to repeat it, the folder, and whether the work was acknowledged."""
    tried = points(watch, ONE, POINTS // 2)
    for point, disk in watch.disk_at([*tried, len(watch.events)]):
        for seed in range(ONE, ONE + (LAST if disk.acknowledged else 1)):
            lay_out(found_after(disk, seed, point), scratch)
            yield f"SOP_POWER_SEED={seed} SOP_POWER_POINT={point}", scratch, bool(disk.acknowledged)
            shutil.rmtree(scratch)


def done_to(ground: Path, mode: Mode, work: Callable[[], object]) -> Watch:
    """`work` is done, and acknowledged."""
    with watched(ground, mode) as watch:
        work()
        watch.acknowledge("done")
    return watch


def test_a_backup_that_has_its_name_is_whole(used: Path, ground: Path, tmp_path: Path, mode: Mode) -> None:
    watch = done_to(ground, mode, lambda: backup(used / "site.db", ground / "new" / "deep" / "copy", NOW))
    for again, found, acknowledged in after_each(watch, tmp_path / "after"):
        copy = found / "new" / "deep" / "copy"
        assert copy.exists() or not acknowledged, again
        if copy.exists():
            check_backup(copy, driver=mode.driver)
            assert (copy / "sop.toml").read_text() == "a setting\n" * 300
            assert wrong(copy, [], mode.driver, Programs()) == [], again


def test_a_site_that_was_brought_back_is_whole(used: Path, ground: Path, tmp_path: Path, mode: Mode) -> None:
    backup(used / "site.db", ground / "copy", NOW, driver=mode.driver)
    watch = done_to(ground, mode, lambda: restore(ground / "copy", ground / "new" / "back"))
    for again, found, acknowledged in after_each(watch, tmp_path / "after"):
        back = found / "new" / "back"
        assert back.exists() or not acknowledged, again
        if back.exists():
            assert (back / "sop.toml").read_text() == "a setting\n" * 300
            assert wrong(back, [], mode.driver, Programs()) == [], again


def test_a_store_is_raised_whole_or_not_at_all(used: Path, ground: Path, tmp_path: Path, mode: Mode) -> None:
    body = "    op.execute('ALTER TABLE unit ADD COLUMN area TEXT')\n    op.execute('CREATE TABLE more (x TEXT)')\n"
    migrations = later(tmp_path / "migrations", body)
    watch = done_to(
        ground, mode, lambda: upgrade(used / "site.db", ground / "site" / "before.db", migrations=migrations)
    )
    for again, found, acknowledged in after_each(watch, tmp_path / "after"):
        now = status(found / "site" / "site.db", driver=mode.driver)
        assert now["check"] == "ok", again
        assert now["revision"] == "9000" or not acknowledged, again
        assert ("more" in now["tables"]) == (now["revision"] == "9000"), again
        if now["revision"] == "9000":
            before = status(found / "site" / "before.db", driver=mode.driver)
            assert (before["revision"], before["check"]) == (schema.REVISION, "ok"), again


def test_a_site_that_was_made_opens(ground: Path, tmp_path: Path, mode: Mode) -> None:
    watch = done_to(
        ground,
        mode,
        lambda: make_site(ground / "new" / "desk", "Desk", "Asia/Shanghai", "tester", "boss", "Boss", ["desk"]),
    )
    for again, found, acknowledged in after_each(watch, tmp_path / "after"):
        desk = found / "new" / "desk"
        if acknowledged:
            with open_site(desk) as opened, opened.store.reading() as reading:
                assert reading.newest("rework") is not None, again
            for name in ("workflows/rework.sop.yaml", "workflows/tests/rework.yaml"):
                assert (desk / name).stat().st_size > 0, again
            assert (desk / "files").is_dir(), again
        elif (desk / "site.db").exists():
            try:
                with open_site(desk):
                    pass
            except SetUp:
                continue
