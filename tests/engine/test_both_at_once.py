"""Two machines that decide at once what only one of them may: over PostgreSQL the second decides anew."""

import itertools
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sop_engine import errors
from sop_engine.engine.answers.answerer import Answerer
from sop_engine.engine.engine import Engine, new_id
from sop_engine.store.opening import open_at
from sop_engine.ticket.records import SITE, Command
from tests import postgres
from tests.desk import Desk, Entropy

REPAIR = """
procedure: repair
title: Repair
prefix: WX
roles: [desk, engineer]
acts: {claim: {limit: 1}}
open: {by: desk, to: registered}
states:
  registered:
    transitions:
      offer: {by: desk, assign: engineer, to: mending}
      dispatch: {by: desk, assign: {role: engineer, how: least_load}, to: mending}
  mending: {transitions: {done: {by: assignee, to: mended}}}
  mended: {final: true, outcome: mended}
"""
PEOPLE = {"wang": ["desk"], "li": ["engineer"]}


class Both:
    """A desk on the server, and two machines of which each has asked the same before either is done."""

    def __init__(self, server: postgres.Server, site: str, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self._address, self._site, self._patch = server.address(postgres.SHARED), site, patch
        self.desk = Desk(folder, PEOPLE, open_at(self._address, site))
        self.desk.publish(REPAIR)
        self.asked: list[str] = []

    def meet_at(self, question: str) -> None:
        """The first two who ask this go on only when both know the answer."""
        barrier, count, usual = threading.Barrier(2), itertools.count(), Answerer.answer

        def answer(answerer: Answerer, asked: str, *beside: Any) -> Any:
            found = usual(answerer, asked, *beside)
            if asked.startswith(question):
                self.asked.append(asked)
                if next(count) < 2:
                    barrier.wait(30)
            return found

        self._patch.setattr(Answerer, "answer", answer)

    def do(self, *commands: Command) -> list[errors.SopError]:
        """Both at once; gives what was refused."""
        refused: list[errors.SopError] = []
        threads = [threading.Thread(target=self._one, args=(each, refused)) for each in commands]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        return refused

    def _one(self, command: Command, refused: list[errors.SopError]) -> None:
        store = open_at(self._address, self._site)
        try:
            Engine(store, self.desk.clock, self.desk.settings, Entropy()).act(command)
        except errors.SopError as fault:
            refused.append(fault)
        store.close()


@pytest.fixture
def both(server: postgres.Server, site_id: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Both]:
    bench = Both(server, site_id, tmp_path, monkeypatch)
    yield bench
    report = bench.desk.replay()
    assert report.clean, report.mismatches
    bench.desk.store.close()


def command(name: str, ticket: str, by: str, **arguments: Any) -> Command:
    return Command(new_id(), name, ticket, by, "tester", arguments)


def test_two_claims_at_once_do_not_exceed_the_limit(both: Both) -> None:
    desk = both.desk
    tickets = [desk.open("repair", by="wang") for _ in range(2)]
    for ticket in tickets:
        desk.do(ticket, "offer", by="wang")
    both.meet_at("loads:")
    [refused] = both.do(*(command("claim", ticket, "li") for ticket in tickets))
    assert isinstance(refused, errors.NotNow), refused
    assert "fewer than 1" in str(refused)
    assert sorted("assignee" in desk.ticket(ticket).tasks["ticket"] for ticket in tickets) == [False, True]


def test_a_claim_and_a_dispatch_at_once_do_not_exceed_it_either(both: Both) -> None:
    desk = both.desk
    claimed, sent = (desk.open("repair", by="wang") for _ in range(2))
    desk.do(claimed, "offer", by="wang")
    both.meet_at("loads:")
    refused = both.do(command("claim", claimed, "li"), command("do", sent, "wang", trigger="dispatch", fields={}))
    held = ["assignee" in desk.ticket(ticket).tasks["ticket"] for ticket in (claimed, sent)]
    assert held in ([True, False], [False, True])
    assert len(refused) == (0 if held[0] else 1), (
        "what cannot be dispatched is offered; what cannot be claimed is refused"
    )


def test_a_number_is_not_void_and_taken_at_once(both: Both) -> None:
    desk = both.desk
    reserved = desk.command("reserve_numbers", SITE, "boss", procedure="repair", count=1)
    [number] = desk.records(SITE)[-1]["command"]["arguments"]["numbers"]
    assert reserved.step.ticket == SITE
    both.meet_at("tickets:")
    [refused] = both.do(
        command("void_number", SITE, "boss", number=number, reason="写坏"),
        command("open", "", "wang", procedure="repair", number=number, fields={}),
    )
    assert isinstance(refused, errors.NotNow), refused
    assert ("is void already" in str(refused)) != ("was opened under" in str(refused))
    assert len(both.asked) == 3 or "void" in str(refused), "the second was decided anew"
