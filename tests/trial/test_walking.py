"""A walk is decided by its seed, and finds what is wrong with a procedure."""

from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from sop_engine.procedure import Field
from sop_engine.trial.made_up import MadeUp, plain
from sop_engine.trial.walking import _Walker, walk
from tests.trial.small import PROCEDURE, folder, repertoire


def test_the_same_seed_walks_the_same_way(tmp_path: Path) -> None:
    library = repertoire(folder(tmp_path, "  一: {steps: [{by: 王芳, open: {}}]}\n"))

    assert walk(library, 7, 60) == walk(library, 7, 60)
    assert walk(library, 7, 60) != walk(library, 8, 60)


def test_a_ticket_that_comes_to_no_end_is_told(tmp_path: Path) -> None:
    trap = PROCEDURE.replace("count > 1, tell: lead, to: closed", "count > 1, tell: lead").replace(
        "          - {to: closed}\n", "          - {when: what == 'nobody writes this', to: closed}\n"
    )
    library = repertoire(folder(tmp_path, "  一: {steps: [{by: 王芳, open: {}}]}\n", procedure=trap))

    done = walk(library, 1, 30)

    assert any("is stuck in back" in str(problem) for problem in done.problems)


def test_a_walk_comes_to_every_state_of_a_small_procedure(tmp_path: Path) -> None:
    library = repertoire(folder(tmp_path, "  一: {steps: [{by: 王芳, open: {}}]}\n"))

    done = walk(library, 3, 60)

    assert done.states == {"asked", "under_way", "back", "closed"}
    assert not done.problems


def test_a_value_is_often_one_that_the_ticket_holds_already() -> None:
    made_up = MadeUp(Random(1), ZoneInfo("Asia/Shanghai"), (), ())
    made_up.known = plain({"keys": [{"tag": "K-118", "count": 50}], "owner": {"name": "周先生"}, "sealed": True})
    now = datetime(2026, 11, 23, tzinfo=UTC)

    texts = {made_up.value(Field("tag", "text", {}), now) for _ in range(40)}
    numbers = {made_up.value(Field("count", "integer", {}, max=50), now) for _ in range(40)}

    assert made_up.known == ["K-118", 50, "周先生"]
    assert {"K-118", "周先生"} < texts
    assert 50 in numbers
    assert len(numbers) > 2


def test_staff_also_correct_hand_over_and_write_down(tmp_path: Path) -> None:
    library = repertoire(folder(tmp_path, "  一: {steps: [{by: 王芳, open: {}}]}\n"))
    seen: list[str] = []

    class Watching(_Walker):
        def tried(self, name: str, ticket: str, player: str, arguments: dict[str, Any]) -> str:
            seen.append(name)
            return super().tried(name, ticket, player, arguments)

    walker = Watching(library, 1)
    walker.open()
    for _ in range(40):
        walker.staff_verb(walker.open_tickets()[0])
    walker.stage.close()

    assert {"claim", "assign", "hand_over", "note", "edit"} <= set(seen)
