"""Small facts that somebody changed by hand stop nobody's work."""

from pathlib import Path

import pytest

from sop_engine import errors
from sop_engine.engine import workers
from sop_engine.engine.notices import resting
from sop_engine.engine.people import pins
from sop_engine.engine.timers import tick
from sop_engine.store.small_facts import last_sweep
from tests.desk import Desk

NONSENSE = ("x", "[]", "{}", "5", '{"at":"x","every":"y","since":"z"}', '{"until":5}')


@pytest.mark.parametrize("kept", NONSENSE)
def test_nonsense_counts_as_not_there(tmp_path: Path, kept: str) -> None:
    desk = Desk(tmp_path, {"wang": ["desk"]})
    with desk.store.writing() as transaction:
        for name in ("last_sweep", "worker:here:1", "worker:nowhere", "rests:log"):
            transaction.put_meta(name, kept)
    with desk.reading() as reading:
        assert (last_sweep(reading), workers.marks(reading), resting.resting(reading)) == (None, [], {})
        assert resting.rest_of(reading, "log") is None
    assert not tick(desk.engine).aside
    with desk.store.writing() as transaction:
        workers.note_sweep(transaction, desk.clock.now(), None)
        assert resting.out_of_order(transaction, "log", desk.clock.now()).failures == 1
        assert last_sweep(transaction) == desk.clock.now()


@pytest.mark.parametrize("kept", NONSENSE)
def test_a_pin_that_nothing_can_check_lets_nobody_in(tmp_path: Path, kept: str) -> None:
    desk = Desk(tmp_path, {"wang": ["desk"]})
    with desk.store.writing() as transaction:
        transaction.put_meta("pin:wang", kept)
    with pytest.raises(errors.SetUp, match="cannot be read any more"):
        pins.prove(desk.engine, "wang", "tester", "48210")
    with desk.reading() as reading, pytest.raises(errors.SetUp, match="cannot be read any more"):
        pins.has_pin(reading, "wang")
