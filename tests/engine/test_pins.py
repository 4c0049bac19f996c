"""PINs and who is on at a terminal."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from sop_engine import canonical, errors
from sop_engine.clock import SimulatedClock
from sop_engine.engine.engine import new_id
from sop_engine.engine.people import pins, sessions
from sop_engine.engine.people.identity import Identity, identify
from sop_engine.ticket.records import SITE, Command
from tests.desk import Desk

pytestmark = pytest.mark.usefixtures("every_store")


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "run"))
    monkeypatch.setattr(pins, "_COST", 16)  # what is tested is who may, not how long a guess takes
    return Desk(tmp_path, {"wang": ["desk"], "li": ["desk"]})


def set_pin(desk: Desk, actor: str, pin: str | None, by: str | None = None) -> None:
    arguments = {"actor": actor, **({"cleared": True} if pin is None else {})}
    pins.set_pin(desk.engine, Command(new_id(), "set_pin", SITE, by or actor, "tester", arguments), pin)


def test_of_a_pin_the_record_says_only_that_it_was_set(desk: Desk) -> None:
    set_pin(desk, "wang", "48210")
    last = desk.records(SITE)[-1]
    assert last["command"]["name"] == "set_pin"
    assert "48210" not in json.dumps(last)
    assert desk.ticket(SITE).fields["pins"] == {"wang": "2026-11-23T00:30:00.000Z"}
    with desk.reading() as reading:
        kept = reading.metas("pin:")
    assert "48210" not in "".join(kept.values())
    pins.prove(desk.engine, "wang", "tester", "48210")
    assert desk.replay().clean


def test_five_wrong_tries_lock_a_pin_for_a_quarter_of_an_hour_and_stand_on_record(desk: Desk) -> None:
    set_pin(desk, "wang", "4821")
    for left in (4, 3, 2, 1):
        with pytest.raises(errors.NotYou, match=f"not the PIN of wang; when {left} more are wrong"):
            pins.prove(desk.engine, "wang", "tester", "1357")
    with pytest.raises(errors.NotYou, match="wrong 5 times, and is not looked at for 15 minutes"):
        pins.prove(desk.engine, "wang", "tester", "1357")
    desk.clock.advance(timedelta(seconds=30))
    with pytest.raises(errors.NotNow, match="wrong 5 times; it is not looked at for 15 minutes more"):
        pins.prove(desk.engine, "wang", "tester", "4821")
    assert [event["actor"] for event in desk.events(SITE, "pin_locked")] == ["wang"]
    with desk.reading() as reading:
        assert [each["command"]["name"] for each in reading.refusals(SITE)] == ["pin"] * 6
    desk.clock.advance(timedelta(minutes=15))
    pins.prove(desk.engine, "wang", "tester", "4821")
    assert desk.replay().clean


def test_a_right_pin_begins_the_count_anew(desk: Desk) -> None:
    set_pin(desk, "wang", "4821")
    for pin in ("1111", "1112", "1113", "1114", "4821", "1115", "1116", "1117", "1118"):
        if pin == "4821":
            pins.prove(desk.engine, "wang", "tester", pin)
        else:
            with pytest.raises(errors.NotYou):
                pins.prove(desk.engine, "wang", "tester", pin)
    pins.prove(desk.engine, "wang", "tester", "4821")
    assert desk.events(SITE, "pin_locked") == []


def test_nobody_sets_another_s_pin_and_an_administrator_can_take_it_away(desk: Desk) -> None:
    set_pin(desk, "wang", "4821")
    for by in ("li", "boss"):
        with pytest.raises(errors.NotYou):
            set_pin(desk, "wang", "9753", by)
    with pytest.raises(errors.NotYou):
        set_pin(desk, "wang", None, "li")
    pins.prove(desk.engine, "wang", "tester", "4821")
    set_pin(desk, "wang", None, "boss")
    with pytest.raises(errors.NotNow, match="has set no PIN"):
        pins.prove(desk.engine, "wang", "tester", "4821")
    assert desk.ticket(SITE).fields["pins"] == {}


def on_now(desk: Desk, login: str = "tester") -> sessions.Session | None:
    terminal = sessions.terminal_here(desk.settings, login)
    with desk.reading() as reading:
        return sessions.session_at(reading, terminal, desk.clock.now(), desk.settings.idle)


def come_on(desk: Desk, actor: str) -> sessions.Terminal:
    terminal = sessions.terminal_here(desk.settings, "tester")
    with desk.store.writing() as transaction:
        token = sessions.begin(transaction, terminal, actor, desk.clock.now())
    sessions.keep(terminal, token, desk.clock.now())
    return terminal


def test_who_is_on_stays_until_nothing_was_typed_for_a_while(desk: Desk) -> None:
    terminal = come_on(desk, "wang")
    for _ in range(3):
        desk.clock.advance(timedelta(minutes=14))
        session = on_now(desk)
        assert session is not None
        assert (session.actor, session.over) == ("wang", "")
        sessions.touch(terminal, desk.clock.now())
    desk.clock.advance(timedelta(minutes=15))
    session = on_now(desk)
    assert session is not None
    assert session.over
    assert on_now(desk, "other") is None


def test_a_clock_that_was_set_back_ends_it(desk: Desk) -> None:
    come_on(desk, "wang")
    desk.clock.advance(timedelta(minutes=-1))
    session = on_now(desk)
    assert session is not None
    assert session.over


@pytest.mark.parametrize(
    "text",
    ["", "{}", "[]", "[" * 5000, '{"token": "0", "seen": "2026-11-23T00:30:00.000Z"}', '{"token": 1}'],
)
def test_a_file_that_somebody_wrote_is_nobody(desk: Desk, text: str) -> None:
    terminal = come_on(desk, "wang")
    terminal.file.write_text(text, encoding="utf-8")
    assert on_now(desk) is None


@pytest.mark.parametrize("seen", ["yesterday", "2026-11-23T00:30:00"])
def test_a_file_whose_time_is_none_is_nobody(desk: Desk, seen: str) -> None:
    terminal = come_on(desk, "wang")
    said = json.loads(terminal.file.read_text(encoding="utf-8"))
    terminal.file.write_text(json.dumps({**said, "seen": seen}), encoding="utf-8")
    assert on_now(desk) is None


def test_a_file_that_others_can_read_is_nobody_and_a_token_without_its_entry_too(desk: Desk) -> None:
    terminal = come_on(desk, "wang")
    assert terminal.file.stat().st_mode & 0o777 == 0o600
    terminal.file.chmod(0o644)
    assert on_now(desk) is None
    terminal.file.chmod(0o600)
    assert on_now(desk) is not None
    with desk.store.writing() as transaction:
        sessions.end(transaction, terminal)
    assert on_now(desk) is None


def test_entries_of_terminals_that_were_closed_go(desk: Desk) -> None:
    with desk.store.writing() as transaction:
        old = {"actor": "li", "login": "tester", "since": canonical.instant_text(desk.clock.now()), "token": "x"}
        transaction.put_meta("on:gone", canonical.to_text(old))
    desk.clock.advance(timedelta(days=2))
    come_on(desk, "wang")
    with desk.reading() as reading:
        assert len(reading.metas("on:")) == 1


def test_who_is_on_acts_and_another_must_prove_it(desk: Desk) -> None:
    with desk.reading() as reading:
        assert identify(reading, "tester", on="wang") == Identity("tester", "wang", proof=(("wang", "on"),))
        assert identify(reading, "tester", "wang", on="wang").unproven is None
        assert identify(reading, "tester", "li", on="wang").unproven == "li"
        assert identify(reading, "tester", on="stranger") == Identity("tester", "boss")
        typed = identify(reading, "tester", doer="li", heard="radio", on="wang")
    assert (typed.actor, typed.typist, typed.proof) == ("li", "wang", (("wang", "on"),))


def test_a_step_holds_who_proved_what_and_replay_agrees(desk: Desk) -> None:
    proof = (("wang", "pin"),)
    desk.engine.act(Command(new_id(), "come_on", SITE, "wang", "tester", {"actor": "wang"}, proof=proof))
    assert desk.records(SITE)[-1]["proof"] == {"wang": "pin"}
    assert "proof" not in desk.records(SITE)[0]
    assert desk.replay().clean
    with pytest.raises(errors.NotYou):
        desk.engine.act(Command(new_id(), "come_on", SITE, "wang", "tester", {"actor": "li"}))


# --- the first PIN at a shared terminal -------------------------------------------------------------------------------


@pytest.fixture
def real(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Desk:
    """A site that is none for demonstration, from its first step on."""
    monkeypatch.setattr(SimulatedClock, "simulated", False)
    desk: Desk = request.getfixturevalue("desk")
    return desk


def give_code(desk: Desk, actor: str, by: str = "boss", dry_run: bool = False) -> str:
    command = Command(new_id(), "pin_code", SITE, by, "tester", {"actor": actor})
    return pins.give_code(desk.engine, command, dry_run)[0]


def test_a_first_pin_at_a_shared_terminal_needs_an_administrator_s_code(real: Desk) -> None:
    with pytest.raises(errors.NotYou, match="needs a code"):
        set_pin(real, "wang", "4821")
    with real.reading() as reading:
        assert not pins.has_pin(reading, "wang"), "nothing half done"
    code = give_code(real, "wang")
    assert code not in json.dumps(real.records(SITE)[-1])
    pins.prove(real.engine, "wang", "tester", code, code=True)
    set_pin(real, "wang", "4821")
    pins.prove(real.engine, "wang", "tester", "4821")
    assert real.ticket(SITE).fields["pin_codes"] == {}
    assert real.replay().clean


def test_a_code_is_for_one_person_alone_and_given_by_an_administrator_alone(real: Desk) -> None:
    with pytest.raises(errors.NotYou, match="no administrator"):
        give_code(real, "wang", by="li")
    give_code(real, "wang")
    with pytest.raises(errors.NotYou, match="needs a code"):
        set_pin(real, "li", "4821")


def test_a_code_opens_nothing_else_and_is_not_guessed(real: Desk) -> None:
    code = give_code(real, "wang")
    with pytest.raises(errors.NotNow, match="has set no PIN"):
        pins.prove(real.engine, "wang", "tester", code)
    for _ in range(5):
        with pytest.raises(errors.NotYou, match="not the code"):
            pins.prove(real.engine, "wang", "tester", "000000", code=True)
    with pytest.raises(errors.NotNow, match="wrong 5 times"):
        pins.prove(real.engine, "wang", "tester", code, code=True)


def test_a_code_holds_three_days_and_takes_a_forgotten_pin_away(real: Desk) -> None:
    give_code(real, "wang")
    set_pin(real, "wang", "4821")
    give_code(real, "wang")
    with pytest.raises(errors.NotNow, match="has set no PIN"):
        pins.prove(real.engine, "wang", "tester", "4821")
    real.clock.advance(timedelta(days=3))
    with real.reading() as reading:
        assert not pins.has_code(reading, "wang", real.clock.now())
    with pytest.raises(errors.NotYou, match="needs a code"):
        set_pin(real, "wang", "9753")


def test_at_a_login_of_his_own_nobody_needs_a_code(real: Desk) -> None:
    real.site("login", login="wangs", actor="wang", people=[])
    pins.set_pin(real.engine, Command(new_id(), "set_pin", SITE, "wang", "wangs", {"actor": "wang"}), "4821")
    pins.prove(real.engine, "wang", "tester", "4821")


def test_a_code_that_is_only_tried_is_not_kept(real: Desk) -> None:
    give_code(real, "wang", dry_run=True)
    with real.reading() as reading:
        assert not pins.has_code(reading, "wang", real.clock.now())


def test_no_login_becomes_a_terminal_where_no_administrator_could_act_any_more(real: Desk) -> None:
    with pytest.raises(errors.NotNow, match="no administrator could act"):
        real.site("login", login="tester", actor=None, people=["wang", "boss"])
    give_code(real, "boss")
    set_pin(real, "boss", "4821")
    real.site("login", login="tester", actor=None, people=["wang", "boss"])
    with pytest.raises(errors.NotNow, match="no administrator could act"):
        set_pin(real, "boss", None)
