"""Opening sites: the one place that puts settings, clock, store and engine together."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from sop_engine import canonical
from sop_engine.clock import Clock, SimulatedClock, SystemClock
from sop_engine.engine.engine import Engine
from sop_engine.engine.sites.settings import TRAINING, Settings, load_settings
from sop_engine.errors import SetUp
from sop_engine.lean import dataclass
from sop_engine.messages import msg
from sop_engine.store.lock import Tell
from sop_engine.store.opening import open_at
from sop_engine.store.seam import Store

DEMO_START: Final = datetime(2026, 11, 23, 0, 30, tzinfo=UTC)
"""a Monday morning, when a demo site's clock begins"""


@dataclass(frozen=True, slots=True)
class Site:
    """An open site."""

    settings: Settings
    store: Store
    clock: Clock
    engine: Engine


@contextmanager
def open_site(folder: Path, say_waiting: Tell | None = None) -> Iterator[Site]:
    """The site in `folder`, for as long as the block lasts. `say_waiting` is told when a write has waited two seconds,
    and as long as it waits; see `store.lock.Tell`.
    Raises `SetUp` where folder, settings or store are not as they must be."""
    settings = load_settings(folder)
    store = open_at(settings.place, settings.id, tell=say_waiting)
    try:
        if settings.training:
            _require_training(store)
        clock = _clock(settings, store)
        yield Site(settings, store, clock, Engine(store, clock, settings))
    finally:
        store.close()


def _require_training(store: Store) -> None:
    """Raise `SetUp` for a real site that sop.toml calls one for training: its steps would be marked, and its notices
    lost. Whether it is the other way round is looked at before anything is sent (`sorting`)."""
    with store.reading() as reading:
        made = reading.meta(TRAINING)
    if made is None:
        raise SetUp(
            msg("sop.toml calls this a training site, but it was not made as one"),
            fix=msg("take the line `training = true` out of sop.toml; make one: sop init FOLDER --training"),
        )


def _clock(settings: Settings, store: Store) -> Clock:
    if not settings.demo:
        return SystemClock()
    with store.reading() as reading:
        now = reading.meta("simulated_now")
        demo = reading.meta("demo")
    if demo is None:
        raise SetUp(
            msg("sop.toml calls this a demo site, but it was not made as one; its clock is not simulated"),
            fix=msg("take the line `demo = true` out of sop.toml"),
        )
    return SimulatedClock(canonical.instant_of(now) if now else DEMO_START)
