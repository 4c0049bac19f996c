"""Firing due timers, against APScheduler's own job store.

Ours: `tick`, the full path: each due timer becomes a command that is decided, recorded and hashed; its ticket goes to
another state, its rows are written; forty firings are one durable transaction (WAL, FULL).
APScheduler: `SQLAlchemyJobStore` on a SQLite file with the same settings, as many jobs with a date each, of which as
many are due; the job does nothing. From `start` until the last due job was run; loading them is part of it.
On both sides a tenth is due. Ours that are not due are rows made by copying one, with ids of their own; they are never
read. Last, a sweep that finds nothing due.
"""

import pickle
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from threading import Event
from time import perf_counter
from typing import Any, Final

from benchmarks.pairs import WALL, seconds
from benchmarks.table import Line, Table
from benchmarks.workload import folder, new_desk, tell_story, without_syncing
from sop_engine.engine.timers import tick
from sop_engine.store.drivers import connect, driver_module
from tests.desk import START, Desk

DUE: Final = {"tiny": 20, "quick": 1_000, "usual": 10_000, "large": 10_000}
ALL: Final = {"tiny": 200, "quick": 10_000, "usual": 100_000, "large": 1_000_000}
_POLLS: Final = 50
_FAR: Final = "2030-01-01T00:00:00.000Z"
_ROWS: Final = """
WITH RECURSIVE many(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM many WHERE n < ?)
INSERT INTO timer (site, ticket, key, due, aside)
SELECT 'local', printf('YY-20261123-%07d', n), 'dispatched/x', ?, NULL FROM many"""


def run(size: str) -> Table:
    """Ratio of firings a second, and what a sweep costs that finds nothing."""
    due, all = DUE[size], ALL[size]
    with folder() as disk:
        desk = _filled(disk / "site", due, all)
        desk.clock.advance(timedelta(hours=3))
        start = perf_counter()
        assert tick(desk.engine).fired == due
        ours = due / (perf_counter() - start)
        poll = median(seconds(lambda: tick(desk.engine), WALL) for _ in range(_POLLS))
        desk.store.close()
        theirs = due / _apscheduler(disk / "jobs.db", due, all)
    return Table(
        "timers",
        f"{due:,} due of {all:,} timers fired, of APScheduler's job store running as many jobs",
        [
            Line(
                "firings, full path",
                ours / theirs,
                "times the job store",
                10.0,
                detail=f"{ours:,.0f} a second; job store {theirs:,.0f}",
            ),
            Line("a sweep with nothing due", poll * 1e3, "ms", at_most=1.0),
        ],
    )


def _filled(where: Path, due: int, all: int) -> Desk:
    """A site where so many timers are set, and so many of them will be due in two hours."""
    desk = new_desk(where)
    with without_syncing(desk.store):
        for _ in range(due):
            tell_story(desk, 2)
    raw = connect(driver_module("auto"), desk.settings.store_path)
    raw.execute(_ROWS, (all - due, _FAR))
    raw.close()
    return desk


def nothing() -> None:
    """The job."""


def _apscheduler(file: Path, due: int, all: int) -> float:
    """Seconds from the start until the last due job was run."""
    import logging

    from apscheduler.events import EVENT_JOB_EXECUTED
    from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
    from apscheduler.schedulers.background import BackgroundScheduler
    from sqlalchemy import create_engine, event

    logging.getLogger("apscheduler").setLevel(logging.CRITICAL)
    database = create_engine(f"sqlite:///{file}", module=driver_module("auto"))

    @event.listens_for(database, "connect")
    def set_up(connection: Any, _record: Any) -> None:
        connection.execute("PRAGMA journal_mode = WAL").fetchone()
        connection.execute("PRAGMA synchronous = FULL")

    store = SQLAlchemyJobStore(engine=database)
    scheduler = BackgroundScheduler(jobstores={"default": store}, timezone="UTC")
    scheduler.add_job(nothing, "date", run_date=START, misfire_grace_time=None, id="x")
    scheduler.start(paused=True)
    job = scheduler.get_job("x")
    past, future = datetime.now(UTC) - timedelta(hours=1), datetime.now(UTC) + timedelta(days=3650)
    with database.begin() as connection:
        connection.execute(store.jobs_t.delete())
        rows = [_row(job.__getstate__(), number, past if number < due else future) for number in range(all)]
        connection.execute(store.jobs_t.insert(), rows)
    left, ended = iter(range(due - 1, -1, -1)), Event()

    def count(_event: Any) -> None:
        if next(left, 0) == 0:
            ended.set()

    scheduler.add_listener(count, EVENT_JOB_EXECUTED)
    start = perf_counter()
    scheduler.resume()
    assert ended.wait(3600)
    took = perf_counter() - start
    scheduler.shutdown(wait=True)
    database.dispose()
    return took


def _row(state: dict[str, Any], number: int, run: datetime) -> dict[str, Any]:
    """A job as the job store keeps it."""
    changed = {**state, "id": str(number), "next_run_time": run}
    return {"id": str(number), "next_run_time": run.timestamp(), "job_state": pickle.dumps(changed, 5)}
