"""Where acts of staff meet: what one of them leaves behind must not make another do what neither may do by itself."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from sop_engine import errors
from tests.desk import Desk
from tests.ticket.acts import after

PEOPLE: dict[str, list[Any]] = {
    "wang": ["desk"], "xu": ["desk"], "li": ["engineer"], "zhao": ["engineer"], "he": ["lead"], "sun": ["lead"],
}  # fmt: skip
WORKS = """
procedure: works
title: Works
prefix: GC
roles: [desk, engineer, lead]
open: {by: [desk, lead], to: begun}
acts:
  reopen: {by: [desk, lead], to: begun}
  return: {to: [previous, begun]}
states:
  begun:
    entry: {assign: engineer}
    after: {2 h: {to: lapsed}}
    transitions:
      measure: {by: engineer}
      build: {by: assignee, to: trying}
  trying:
    transitions:
      try: {by: [assignee, engineer], to: over}
      approve: {by: {role: [desk, lead], not: did open}, to: over}
      order: {by: engineer, start: {piece: {}}, to: waiting}
  waiting:
    always: {when: "any(children, 'there' in child.state)", to: over}
    transitions: {go_on: {by: engineer, to: trying}}
  over: {final: true, outcome: over}
  lapsed: {final: true, outcome: lapsed}
"""
PIECE = """
procedure: piece
title: Piece
prefix: LJ
roles: [engineer, lead]
open: {by: engineer, to: ordered}
states:
  ordered: {transitions: {deliver: {by: lead, to: there}}}
  there: {transitions: {take: {by: lead, to: over}}}
  over: {final: true, outcome: over}
"""


@pytest.fixture(autouse=True)
def _over_every_store() -> None:
    """Over one store: these tests look at what `decide` says."""


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    bench = Desk(tmp_path, PEOPLE)
    for text in (PIECE, WORKS):
        bench.publish(text)
    bench.site("change_person", actor="he", give_rights=["assign"])
    yield bench
    report = bench.replay()
    assert report.clean, report.mismatches


def leave(desk: Desk, person: str) -> None:
    desk.site("leave", actor=person)


def other(said: str, instead: str) -> str:
    """The procedure `other`, which says something else. Its leads may build too: else there might be nobody."""
    text = WORKS.replace("procedure: works", "procedure: other").replace("prefix: GC", "prefix: QT")
    return text.replace(said, instead).replace("measure: {by", "pass: {by: lead, to: trying}\n      measure: {by")


def works(desk: Desk, by: str = "wang") -> str:
    return desk.open("works", by=by)


# --- separation of duty ----------------------------------------------------------------------------------------------


def test_whose_part_is_split_off_in_his_stead_has_opened_it_too(desk: Desk) -> None:
    # given somebody who stands in for the owner
    desk.site("deputy", **{"for": "wang", "by": "sun", "from": after(hours=-1), "to": after(days=2)})
    gc = works(desk)
    # when he splits a part off
    desk.command("split", gc, "sun", reason="两处", standing_for="wang")
    [part] = [each["id"] for each in desk.ticket(gc).links]
    # then both have opened it, as with any other ticket
    assert sorted(desk.ticket(part).did["open"]["by"]) == ["sun", "wang"]
    assert desk.records(part)[0]["for"] == "wang"


def test_whoever_set_a_part_off_did_not_open_it_by_mistake(desk: Desk) -> None:
    # given a part that a transition has started
    gc = works(desk)
    desk.command("claim", gc, "li")
    desk.do(gc, "build", by="li")
    desk.do(gc, "order", by="zhao")
    [piece] = [each["id"] for each in desk.ticket(gc).children]
    # when whoever did the transition would void it
    with pytest.raises(errors.NotYou, match="only whoever has the right `assign` may do this"):
        desk.command("void", piece, "zhao", reason="不想等")
    desk.command("void", piece, "he", reason="订错")


def test_nobody_claims_what_separation_keeps_from_him(desk: Desk) -> None:
    desk.publish(other("build: {by: assignee", "build: {by: {who: assignee, not: did measure}"))
    qt = desk.open("other", by="wang")
    desk.do(qt, "measure", by="li")
    with pytest.raises(errors.NotYou, match=r"li could not `build`.*separation of duty"):
        desk.command("claim", qt, "li")
    desk.command("claim", qt, "zhao")


def test_what_comes_back_comes_to_nobody_whom_separation_keeps_from_it(desk: Desk) -> None:
    desk.publish(other("build: {by: assignee", "build: {by: {who: assignee, not: did order}"))
    qt = desk.open("other", by="wang")
    desk.command("claim", qt, "li")
    desk.do(qt, "build", by="li")
    desk.do(qt, "order", by="li")
    desk.do(qt, "go_on", by="li")
    desk.command("return", qt, "wang", to="begun", reason="没做完")
    assert desk.ticket(qt).tasks == {"ticket": {"role": "engineer"}}


# --- whoever has left ------------------------------------------------------------------------------------------------


def test_what_is_reopened_is_owned_by_somebody_who_works_here(desk: Desk) -> None:
    gc = works(desk)
    desk.command("claim", gc, "li")
    desk.do(gc, "build", by="li")
    desk.do(gc, "approve", by="xu")
    leave(desk, "wang")
    desk.command("reopen", gc, "xu", reason="又坏了")
    assert desk.ticket(gc).owner == "xu"


def test_a_withdrawal_gives_nothing_to_who_has_left(desk: Desk) -> None:
    gc = works(desk)
    desk.command("claim", gc, "li")
    desk.command("assign", gc, "he", to="zhao")
    desk.command("hand_over", gc, "he", to="xu")
    leave(desk, "wang")
    leave(desk, "li")
    with pytest.raises(errors.NotNow, match="wang"):
        desk.command("withdraw", gc, "he", reason="错")
    assert desk.ticket(gc).owner == "xu"


def test_a_withdrawal_gives_no_task_to_who_has_left(desk: Desk) -> None:
    gc = works(desk)
    desk.command("claim", gc, "li")
    desk.command("assign", gc, "he", to="zhao")
    leave(desk, "li")
    with pytest.raises(errors.NotNow, match="li"):
        desk.command("withdraw", gc, "he", reason="错")
    assert desk.ticket(gc).tasks["ticket"]["assignee"] == "zhao"


# --- other tickets ---------------------------------------------------------------------------------------------------


def test_what_the_parent_has_gone_on_with_is_not_taken_back(desk: Desk) -> None:
    # given a parent that goes on as soon as its part is there
    gc = works(desk)
    desk.command("claim", gc, "li")
    desk.do(gc, "build", by="li")
    desk.do(gc, "order", by="li")
    [piece] = [each["id"] for each in desk.ticket(gc).children]
    desk.do(piece, "deliver", by="sun")
    assert desk.ticket(gc).status == "closed"
    # when whoever delivered it takes that back
    with pytest.raises(errors.NotNow, match=f"{gc} have heard of that step"):
        desk.command("withdraw", piece, "sun", reason="送错了")


def test_nothing_is_merged_into_what_closes_meanwhile(desk: Desk) -> None:
    # given a ticket whose timer is due, and closes it, and that nobody has swept yet
    old = works(desk)
    desk.advance(hours=1)
    new = works(desk)
    desk.clock.advance(timedelta(minutes=90))
    with pytest.raises(errors.NotNow, match=f"{old} is closed"):
        desk.command("merge", new, "wang", into=old, reason="重复")
    assert desk.ticket(new).status == "open"
