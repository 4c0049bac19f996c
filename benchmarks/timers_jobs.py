"""The other side of the timers: a scheduler over APScheduler's job store, with very many jobs pending."""

import logging
import pickle
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Any, Final

from benchmarks.timers_tickets import MANY
from sop_engine.store.drivers import driver_module

_FAR: Final = datetime(2036, 1, 1, tzinfo=UTC)
_JOBS: Final = """
INSERT INTO apscheduler_jobs (id, next_run_time, job_state)
{many} SELECT 'far' || n, {run:f}, :state FROM many"""


def nothing() -> None:
    """The job."""


class Jobs:
    """A scheduler that stands still until it is to fire what is due."""

    def __init__(self, database: Any) -> None:
        from apscheduler.events import EVENT_JOB_EXECUTED, EVENT_JOB_SUBMITTED
        from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
        from apscheduler.schedulers.background import BackgroundScheduler

        logging.getLogger("apscheduler").setLevel(logging.CRITICAL)
        self._database = database
        self._store = SQLAlchemyJobStore(engine=database)
        self._scheduler = BackgroundScheduler(jobstores={"default": self._store}, timezone="UTC")
        self._scheduler.start(paused=True)
        self._scheduler.add_job(nothing, "date", run_date=_FAR, misfire_grace_time=None, id="first")
        self._state: dict[str, Any] = self._scheduler.get_job("first").__getstate__()
        self._left = 0
        self._made = 0
        self._done = Event()
        self._scheduler.add_listener(self._count, EVENT_JOB_EXECUTED | EVENT_JOB_SUBMITTED)

    @classmethod
    def on_sqlite(cls, file: Path) -> "Jobs":
        """In a file with the settings of ours."""
        from sqlalchemy import create_engine, event

        database = create_engine(f"sqlite:///{file}", module=driver_module("auto"))

        @event.listens_for(database, "connect")
        def set_up(connection: Any, _record: Any) -> None:
            connection.execute("PRAGMA journal_mode = WAL").fetchone()
            connection.execute("PRAGMA synchronous = FULL")

        return cls(database)

    @classmethod
    def on_postgres(cls, address: str) -> "Jobs":
        """In a database of its own."""
        from sqlalchemy import create_engine

        return cls(create_engine(address.replace("postgresql:", "postgresql+psycopg:")))

    def fill(self, pending: int) -> None:
        """So many jobs more, which will not be due for years."""
        from sqlalchemy import text

        statement = _JOBS.format(many=MANY.format(count=pending), run=_FAR.timestamp())
        with self._database.begin() as connection:
            connection.execute(text(statement), {"state": self._row("far", _FAR)["job_state"]})
        if self._database.dialect.name == "postgresql":
            with self._database.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(text("ANALYZE apscheduler_jobs"))
                connection.execute(text("CHECKPOINT"))

    def make_due(self, count: int) -> None:
        """So many jobs that are due already."""
        past = datetime.now(UTC) - timedelta(hours=1)
        rows = [self._row(f"due{number}", past) for number in range(self._made, self._made + count)]
        self._made += count
        self._left = 2 * count
        with self._database.begin() as connection:
            connection.execute(self._store.jobs_t.insert(), rows)

    def fire(self) -> None:
        """From waking up until all that is due was run and taken from the store."""
        self._done.clear()
        self._scheduler.resume()
        assert self._done.wait(600)
        self._scheduler.pause()

    def poll(self) -> None:
        """What the scheduler asks when it wakes up, and finds that nothing is due."""
        assert not self._store.get_due_jobs(datetime.now(UTC))
        assert self._store.get_next_run_time() is not None

    def add(self, count: int) -> None:
        """So many jobs set."""
        for _number in range(count):
            self._scheduler.add_job(nothing, "date", run_date=_FAR, misfire_grace_time=None)

    def close(self) -> None:
        """End the scheduler, and let go of the store."""
        self._scheduler.shutdown(wait=True)
        self._database.dispose()

    def _count(self, _event: Any) -> None:
        """Each job is told of when it was run, and when the scheduler is done with it."""
        self._left -= 1
        if self._left == 0:
            self._done.set()

    def _row(self, id: str, run: datetime) -> dict[str, Any]:
        """A job as the job store keeps it."""
        changed = {**self._state, "id": id, "next_run_time": run}
        return {"id": id, "next_run_time": run.timestamp(), "job_state": pickle.dumps(changed, 5)}
