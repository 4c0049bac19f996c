"""Whatever act of staff writes a notice, there are words for it."""

import ast
from collections.abc import Iterator
from pathlib import Path

import sop_engine.ticket as room
from sop_engine.engine.notices.act_letters import ACT_LETTERS
from sop_engine.ticket.acts.shift_ends import OVER, WARNED
from sop_engine.ticket.teams import TO_TEAM

OF_PROMISES_AND_URGING = {"urge", WARNED, OVER}
"""acts whose words are found otherwise"""
ENDS = {"voided", "forced", "merged"}
"""what `ticket.acts.ending.end` is given"""


def acts_told() -> Iterator[str]:
    """The acts that the modules of the room give to `tell_of`, where they stand there as they are."""
    for path in Path(room.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "tell_of":
                match node.args[1]:
                    case ast.Constant(value=str(act)):
                        yield act


def test_every_act_that_tells_somebody_has_words() -> None:
    told = {*acts_told(), *ENDS, TO_TEAM, "mistaken"}
    assert len(told) > 15
    assert told - OF_PROMISES_AND_URGING == set(ACT_LETTERS)
