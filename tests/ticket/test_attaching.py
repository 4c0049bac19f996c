"""Files of a ticket besides its fields: at any time, each once, with a label that lies beside the step."""

from pathlib import Path
from typing import Any

import pytest

from sop_engine import errors
from sop_engine.engine.rebuild import rebuild
from sop_engine.store.file_places import tickets_with
from tests.desk import Desk

SLIP = """
procedure: slip
title: {zh: 单, en: Slip}
prefix: DJ
subject: "单"
roles: [desk]
open: {by: desk, to: open_still}
states:
  open_still: {transitions: {finish: {by: desk, to: over}}}
  over: {final: true, outcome: over}
"""


def reference(digit: str, name: str = "a.jpg") -> dict[str, Any]:
    return {"sha256": digit * 64, "name": name, "size": 3, "type": "image/jpeg"}


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    bench = Desk(tmp_path, {"wang": ["desk"], "li": []})
    bench.publish(SLIP)
    return bench


def attach(desk: Desk, ticket: str, *files: dict[str, Any], by: str = "wang", **more: Any) -> None:
    desk.command("attach", ticket, by, files=list(files), **more)


def test_anybody_attaches_at_any_time_and_replay_agrees(desk: Desk) -> None:
    ticket = desk.open("slip", by="wang")
    attach(desk, ticket, reference("a"), label="维修前")
    desk.do(ticket, "finish", by="wang")
    attach(desk, ticket, reference("b"), reference("c"), by="li")
    standing = desk.ticket(ticket)
    assert [(each["sha256"][0], each["step"]) for each in standing.acts["files"]] == [("a", 2), ("b", 4), ("c", 4)]
    assert standing.status == "closed"
    assert "维修前" not in str(desk.records(ticket))
    assert desk.replay().clean


def test_what_nobody_attached_to_hashes_as_before(desk: Desk) -> None:
    assert "acts" not in desk.ticket(desk.open("slip", by="wang")).state()


def test_the_same_file_in_two_tickets_is_known_and_twice_in_one_is_refused(desk: Desk) -> None:
    first, second = desk.open("slip", by="wang"), desk.open("slip", by="wang")
    attach(desk, first, reference("a"))
    attach(desk, second, reference("a", "b.jpg"))
    with pytest.raises(errors.NotNow, match=r"b\.jpg is attached to .* already"):
        attach(desk, first, reference("a", "b.jpg"))
    with pytest.raises(errors.NotNow):
        attach(desk, first, reference("d"), reference("d"))
    for _again in range(2):
        with desk.reading() as reading:
            assert tickets_with(reading, "a" * 64) == [first, second]
            assert tickets_with(reading, "d" * 64) == []
        with desk.store.writing() as transaction:
            transaction.forget_meta(f"file:{'a' * 64}:{first}")
        rebuild(desk.engine)


@pytest.mark.parametrize(
    "files", [[], ["x"], [{}], [{**reference("a"), "size": "3"}], [{**reference("a"), "more": 1}], None]
)
def test_what_is_no_file_is_refused(desk: Desk, files: Any) -> None:
    ticket = desk.open("slip", by="wang")
    with pytest.raises(errors.NotUnderstood, match="no file is attached"):
        desk.command("attach", ticket, "wang", files=files)
    with pytest.raises(errors.NotUnderstood, match="the label is empty"):
        attach(desk, ticket, reference("a"), label=" ")
