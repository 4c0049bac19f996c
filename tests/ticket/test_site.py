"""The site's own history: publishing, and who may be written into it."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from sop_engine import errors
from sop_engine.engine.rebuild import rebuild
from tests.desk import Desk, replayed

ROUND = """
procedure: round
title: {zh: 巡查, en: Round}
prefix: XC
subject: "巡查"
roles: [desk]
owner: desk
starts:
  morning: {every: day 09:00}
open: {by: desk, to: over}
states:
  over: {final: true, outcome: over}
"""


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with replayed(tmp_path, {"wang": ["desk"]}, ROUND) as bench:
        yield bench


def test_publishing_at_the_very_instant_of_a_start_does_not_lose_it(desk: Desk) -> None:
    desk.clock.advance(timedelta(minutes=30))
    desk.publish(ROUND.replace("en: Round", "en: Tour"))
    assert desk.advance(hours=0).fired == 2
    assert desk.ticket("XC-20261123-001").status == "closed"


def test_a_start_that_changed_has_its_new_time_and_one_that_is_gone_has_none(desk: Desk) -> None:
    desk.publish(ROUND.replace("09:00", "10:00"))
    assert [timer["due"] for timer in desk.ticket("site").timers.values()] == ["2026-11-23T02:00:00.000Z"]
    desk.publish(ROUND.replace("starts:\n  morning: {every: day 09:00}\n", "").replace("owner: desk\n", ""))
    assert desk.ticket("site").timers == {}


def test_why_something_was_published_is_free_text(desk: Desk) -> None:
    with desk.store.writing() as transaction:
        digests = {name: transaction.put_blob(name.encode()) for name in ("digest", "text", "places")}
    arguments: dict[str, Any] = {**digests, "schedules": []}
    done = desk.site("publish", procedure="other", reason="秘密的缘由", **arguments)
    assert "秘密".encode() not in done.step.data
    rebuild(desk.engine)
    with desk.reading() as reading:
        newest = reading.newest("other")
    assert newest is not None
    assert newest.reason == "秘密的缘由"


@pytest.mark.parametrize("actor", ["王芳", "a:b", "", "a b", "-x", "x" * 65])
def test_an_actor_s_id_can_stand_in_the_record(desk: Desk, actor: str) -> None:
    with pytest.raises(errors.NotUnderstood, match="cannot be an id"):
        desk.site("add_person", actor=actor, name="x")


@pytest.mark.parametrize("login", ["王芳", "", "a\nb"])
def test_a_login_s_name_can_stand_in_the_record(desk: Desk, login: str) -> None:
    with pytest.raises(errors.NotUnderstood, match="cannot be an id"):
        desk.site("login", login=login, actor="wang")
