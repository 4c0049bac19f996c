"""What stands behind a signature: what checks PINs, and by which clock a site goes."""

from dataclasses import replace
from pathlib import Path

import pytest

from sop_engine import canonical
from sop_engine.clock import SimulatedClock
from sop_engine.engine.engine import Engine, new_id
from sop_engine.engine.people import pins
from sop_engine.engine.rebuild import rebuild
from sop_engine.ticket.records import SITE, Command
from tests.audit.test_replay import change
from tests.audit.test_strangers import BOTH, Audit, named
from tests.desk import START, Desk


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setattr(pins, "_COST", 16)  # what is tested is what is compared, not how long a guess takes
    bench = Desk(tmp_path, {"wang": ["desk"], "li": ["desk"]})
    set_pin(bench, "wang", "48210")
    return bench


def set_pin(desk: Desk, actor: str, pin: str | None) -> None:
    arguments = {"actor": actor, **({"cleared": True} if pin is None else {})}
    by = "boss" if pin is None else actor
    pins.set_pin(desk.engine, Command(new_id(), "set_pin", SITE, by, "tester", arguments), pin)


@BOTH
def test_a_pin_that_somebody_put_in_the_place_of_another_s_is_found(desk: Desk, audit: Audit) -> None:
    set_pin(desk, "li", "97531")
    assert audit(desk).clean
    change(desk, "UPDATE meta SET value = (SELECT value FROM meta WHERE name = 'pin:li') WHERE name = 'pin:wang'")
    assert [named(each) for each in audit(desk).mismatches] == ["PIN of wang"]

    # a rebuild takes it away; that it is gone is said until an administrator has cleared it, on record
    rebuild(desk.engine)
    with desk.reading() as reading:
        assert not pins.has_pin(reading, "wang")
    assert [named(each) for each in audit(desk).mismatches] == ["PIN of wang"]
    set_pin(desk, "wang", None)
    assert audit(desk).clean


@BOTH
def test_a_pin_that_nobody_set_is_found_and_goes_with_a_rebuild(desk: Desk, audit: Audit) -> None:
    change(desk, "INSERT INTO meta SELECT site, 'pin:li', value FROM meta WHERE name = 'pin:wang'")
    assert [named(each) for each in audit(desk).mismatches] == ["PIN of li"]
    rebuild(desk.engine)
    assert audit(desk).clean


@BOTH
@pytest.mark.parametrize("kept", ["x", "[]", "{}", '{"cost":1.5,"digest":"x","salt":"x"}'])
def test_what_checks_no_pin_is_found_and_ends_no_audit(desk: Desk, audit: Audit, kept: str) -> None:
    change(desk, "UPDATE meta SET value = ? WHERE name = 'pin:wang'", kept)
    assert [named(each) for each in audit(desk).mismatches] == ["PIN of wang"]


@BOTH
def test_wrong_tries_are_no_difference(desk: Desk, audit: Audit) -> None:
    with pytest.raises(Exception, match="not the PIN"):
        pins.prove(desk.engine, "wang", "tester", "11223")
    assert audit(desk).clean


def test_the_record_names_a_digest_that_tells_nothing_of_the_pin(desk: Desk) -> None:
    recorded = desk.records(SITE)[-1]["command"]["arguments"]
    with desk.reading() as reading:
        kept = canonical.parse(reading.metas("pin:")["pin:wang"])
    assert recorded == {"actor": "wang", "check": recorded["check"]}
    assert kept["salt"] not in canonical.to_text(recorded)
    assert kept["digest"] not in canonical.to_text(recorded)


@BOTH
@pytest.mark.parametrize("mark", ["simulated", "training"])
def test_a_step_that_is_not_marked_as_the_site_s_own_history_is_found(desk: Desk, audit: Audit, mark: str) -> None:
    """Somebody lends a real site a demo's clock, or passes off practice as real."""
    if mark == "simulated":
        desk.engine = Engine(desk.store, RealClock(START), desk.settings)
    else:
        desk.engine = Engine(desk.store, desk.clock, replace(desk.settings, training=True))
    desk.site("add_person", actor="zhao", name="Zhao", roles=[["desk", None]])
    found = audit(desk).mismatches
    assert [(each.ticket, each.kind) for each in found] == [(SITE, "chain")]
    assert mark in found[0].what.values.values()


class RealClock(SimulatedClock):
    """A clock that stands still too, and says that it is a machine's."""

    simulated = False
