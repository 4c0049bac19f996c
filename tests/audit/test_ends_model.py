"""Tickets that are voided, forced, reopened, linked, merged and split by chance: whatever was accepted, what is closed
has nothing that runs, a tie stands on both, and the record leads to what the tables say."""

import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sop_engine import errors
from sop_engine.engine.rebuild import rebuild
from sop_engine.store.seam import Query
from sop_engine.ticket.acts.ties import LINKS, SPLIT
from sop_engine.ticket.records import SITE
from tests.desk import Desk
from tests.ticket.acts import after

HELPING = """
procedure: helping
title: Helping
prefix: JJ
calendar: round-the-clock
roles: [desk, engineer]
fields: {what: {type: text}}
open: {by: desk, ask: what, to: helping}
acts: {reopen: {by: desk, to: leaking, within: 2 days}, void: {by: desk}, force_close: {by: desk}}
goals:
  finishing: {start: [did open, did reopen], stop: over, within: 4 h, again: resume, source: ours}
states:
  helping:
    parallel: [water, gate]
    done: {to: over}
    states:
      water:
        entry: {assign: engineer}
        after: {1 day: {tell: desk}}
        states:
          leaking: {transitions: {shut: {by: [assignee, desk], to: dry}}}
          dry: {final: true}
      gate:
        states:
          barred: {transitions: {lift: {by: {role: desk, not: did shut}, to: lifted}}}
          lifted: {final: true}
  over: {final: true, outcome: over}
"""
PEOPLE = {"wang": ["desk"], "xu": ["desk"], "li": ["engineer"]}
NAMES = ("void", "close", "reopen", "link", "unlink", "merge", "split", "suspend", "resume", "shut", "lift", "wait")
STEPS = st.lists(
    st.tuples(st.sampled_from(NAMES), st.integers(0, 3), st.integers(0, 3), st.sampled_from(sorted(PEOPLE))),
    min_size=6, max_size=14,
)  # fmt: skip
INVERSE = {**LINKS, SPLIT[0]: SPLIT[1], SPLIT[1]: SPLIT[0]}


def arguments(name: str, other: str) -> dict[str, Any]:
    """What a command is given besides a reason."""
    given: dict[str, dict[str, Any]] = {
        "close": {"force": True}, "link": {"to": other}, "unlink": {"to": other}, "merge": {"into": other},
        "split": {"carry": ["what"]}, "suspend": {"until": after(days=6)},
    }  # fmt: skip
    return {"reason": "x", **given.get(name, {})}


def play(desk: Desk, steps: list[tuple[str, int, int, str]]) -> int:
    """Do the steps, each if it is accepted; how many were."""
    done = 0
    for name, one, two, person in steps:
        if name == "wait":
            desk.advance(hours=9)
            continue
        with desk.reading() as reading:
            ids = [head.id for head in reading.heads(Query())]
        ticket, other = ids[one % len(ids)], ids[two % len(ids)]
        try:
            if name in ("shut", "lift"):
                desk.do(ticket, name, by=person)
            else:
                desk.command(name, ticket, person, **arguments(name, other))
            done += 1
        except (errors.NotNow, errors.NotYou, errors.NotUnderstood):
            continue
    return done


@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
@given(STEPS)
def test_whatever_is_done_the_record_leads_to_what_stands_there(steps: list[tuple[str, int, int, str]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        desk = Desk(Path(folder), PEOPLE)
        desk.publish_calendar("round-the-clock")
        desk.publish(HELPING)
        desk.open("helping", by="wang", what="漏水")
        desk.open("helping", by="xu", what="又漏了")
        desk.clock.advance(timedelta(minutes=5))
        play(desk, steps)

        with desk.reading() as reading:
            tickets = {head.id: reading.ticket(head.id) for head in reading.heads(Query())}
        for id, ticket in tickets.items():
            assert ticket is not None
            if ticket.status == "closed":
                assert (ticket.timers, ticket.tasks) == ({}, {}), id
                assert not {goal["status"] for goal in ticket.goals.values()} & {"running", "paused", "waiting"}, id
            for link in ticket.links:
                other = tickets[link["id"]]
                assert other is not None and {"id": id, "as": INVERSE[link["as"]]} in other.links
            for absorbed in ticket.acts.get("absorbed", ()):
                gone = tickets[absorbed]
                assert gone is not None and gone.acts["ended"]["into"] == id
        assert not [each for each in desk.replay().mismatches if each.ticket != SITE]
        rebuild(desk.engine)
        assert {id: desk.ticket(id) for id in tickets} == tickets
        desk.store.close()
