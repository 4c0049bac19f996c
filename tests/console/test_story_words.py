"""What a story calls people in rows, and what happens to a ticket by itself."""

from pathlib import Path
from zoneinfo import ZoneInfo

from sop_engine import canonical
from sop_engine.console.stories.story import Teller, tell
from tests.desk import Desk

TALLY = """
procedure: tally
title: {zh: 清点, en: Tally}
prefix: QD
source: ours
roles: {desk: {title: {zh: 前台, en: Front desk}}}
fields:
  takers:
    type: rows
    title: {zh: 接手人, en: Takers}
    columns:
      id: {type: text, title: {zh: 单号, en: Number}}
      who: {type: staff, title: {zh: 接手, en: Taken by}}
      helpers: {type: staff, many: true, title: {zh: 协办, en: Helpers}}
open: {by: desk, ask: takers, to: open}
states:
  open: {transitions: {finish: {by: desk, to: closed}}}
  closed: {final: true, outcome: tallied}
"""


def test_whom_a_row_names_is_told_by_name(tmp_path: Path) -> None:
    # given a ticket whose rows name people, one in a column and many
    desk = Desk(tmp_path, {"wang": ["desk"], "li": ["desk"], "zhao": ["desk"]})
    desk.publish(TALLY)
    row = {"id": "WX-1", "who": "li", "helpers": ["zhao"]}
    id = desk.open("tally", by="wang", takers=[row])
    # when its opening is told
    with desk.reading() as reading:
        [stored] = reading.steps(id)
        beside = {slot: sealed for (_number, slot), sealed in reading.sealed(id, 1).items()}
        record = canonical.parse(stored.data)
        program = desk.engine.programs.of(reading, record["procedure"])
    names = {"li": "李强", "zhao": "赵蕾"}
    told = tell(record, beside, program, 1, Teller("zh", ZoneInfo("Asia/Shanghai"), names, "CNY"))
    # then they stand in it by name, as on the ticket's own page
    [line] = [each for each in told.lines if each.startswith("接手人")]
    assert "接手 李强 (li)" in line and "协办 赵蕾 (zhao)" in line
