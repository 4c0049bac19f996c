"""Who acts: logins, terminals, typists, and standing in."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from sop_engine import errors
from sop_engine.engine.engine import new_id
from sop_engine.engine.people.identity import Identity, identify
from sop_engine.ticket.records import Command
from tests.desk import Desk
from tests.repair import REPAIR


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    bench = Desk(tmp_path, {"wang": ["desk"], "li": ["engineer"], "lina": []})
    bench.publish(REPAIR)
    bench.site("login", login="desk1", actor=None, people=["wang", "li"])
    bench.site("login", login="lina", actor="lina", people=[])
    return bench


def who(desk: Desk, login: str, **said: str) -> Identity:
    with desk.reading() as reading:
        return identify(reading, login, said.get("as_name"), said.get("doer"), said.get("heard"))


def test_a_login_is_its_actor_s(desk: Desk) -> None:
    assert who(desk, "lina") == Identity("lina", "lina")
    assert who(desk, "lina", as_name="Lina") == Identity("lina", "lina")


def test_an_unknown_login_gets_the_line_that_adds_it(desk: Desk) -> None:
    with pytest.raises(errors.NotYou) as refused:
        who(desk, "stranger")
    assert str(refused.value.fix) == "an administrator adds it: sop actor login stranger NAME"


def test_at_a_terminal_its_people_act_themselves(desk: Desk) -> None:
    with pytest.raises(errors.NotUnderstood, match="say who you are"):
        who(desk, "desk1")
    assert who(desk, "desk1", as_name="wang") == Identity("desk1", "wang")


def test_what_is_entered_for_another_names_both(desk: Desk) -> None:
    assert who(desk, "desk1", as_name="wang", doer="li", heard="radio") == Identity("desk1", "li", "wang", "radio")
    with pytest.raises(errors.NotUnderstood, match="by radio, phone or paper"):
        who(desk, "desk1", as_name="wang", doer="li", heard="rumour")
    with pytest.raises(errors.NotUnderstood, match="another's work"):
        who(desk, "desk1", as_name="wang", heard="radio")


def test_any_other_as_is_standing_in_and_needs_the_right(desk: Desk) -> None:
    assert who(desk, "lina", as_name="wang") == Identity("lina", "lina", standing_for="wang")
    fields = {"procedure": "repair", "fields": {"fault": "x"}}
    with pytest.raises(errors.NotYou, match="may not stand in"):
        desk.engine.act(_open(fields, Identity("lina", "lina", standing_for="wang")))
    day = {"from": "2026-11-23T00:00:00.000Z", "to": "2026-11-24T00:00:00.000Z"}
    desk.site("deputy", **{"for": "wang", "by": "lina", **day})
    done = desk.engine.act(_open(fields, Identity("lina", "lina", standing_for="wang")))
    assert b'"standing:lina:wang":true' in done.step.data
    desk.clock.advance(timedelta(days=2))
    with pytest.raises(errors.NotYou, match="may not stand in"):
        desk.engine.act(_open(fields, Identity("lina", "lina", standing_for="wang")))
    assert desk.replay().clean


def test_who_is_away_is_asked_for_only_where_a_role_of_his_counts(desk: Desk) -> None:
    day = {"from": "2026-11-23T00:00:00.000Z", "to": "2026-11-24T00:00:00.000Z"}
    desk.site("deputy", **{"for": "wang", "by": "lina", **day})
    opened = desk.engine.act(
        _open({"procedure": "repair", "fields": {"fault": "x"}}, Identity("lina", "lina", standing_for="wang"))
    )
    assert b'"person:wang"' in opened.step.data, "by his role it was opened"
    note = Command(new_id(), "note", opened.step.ticket, "lina", "lina", {"note": "rang"}, standing_for="wang")
    noted = desk.engine.act(note)
    assert (b'"standing:lina:wang":true' in noted.step.data, b'"person:wang"' in noted.step.data) == (True, False)
    assert desk.replay().clean


def test_nobody_stands_in_for_somebody_who_left(desk: Desk) -> None:
    day = {"from": "2026-11-23T00:00:00.000Z", "to": "2026-11-24T00:00:00.000Z"}
    desk.site("deputy", **{"for": "wang", "by": "lina", **day})
    desk.site("change_person", actor="wang", active=False)
    for deputy in ("lina", "boss"):
        login = "tester" if deputy == "boss" else deputy
        with pytest.raises(errors.NotYou, match="wang is not active here"):
            desk.engine.act(
                _open({"procedure": "repair", "fields": {"fault": "x"}}, Identity(login, deputy, standing_for="wang"))
            )


def test_somebody_who_left_can_do_nothing(desk: Desk) -> None:
    desk.site("change_person", actor="lina", active=False)
    with pytest.raises(errors.NotYou, match="not active"):
        desk.engine.act(_open({"procedure": "repair", "fields": {"fault": "x"}}, Identity("lina", "lina")))


def test_nobody_acts_at_another_s_login(desk: Desk) -> None:
    with pytest.raises(errors.NotYou, match="may not act at the login"):
        desk.engine.act(_open({"procedure": "repair", "fields": {"fault": "x"}}, Identity("lina", "wang")))


def _open(arguments: Mapping[str, object], who: Identity) -> Command:
    return Command(new_id(), "open", "", who.actor, who.login, arguments, standing_for=who.standing_for)
