"""What lists say of promises is made of the record: an audit finds where it was changed, and a rebuild mends it."""

from pathlib import Path

import pytest

from sop_engine.engine.rebuild import rebuild
from tests.audit.test_replay import change
from tests.audit.test_strangers import replay
from tests.ticket.test_goals import Place, finishing


@pytest.mark.parametrize("column", ["promised", "missed"])
def test_a_line_in_lists_that_says_something_else_of_promises_is_found_and_mended(tmp_path: Path, column: str) -> None:
    place = Place(tmp_path, finishing("4 h"))
    wx = place.opened()
    place.until("2026-11-23 15:00")
    with place.desk.reading() as reading:
        line = reading.head(wx)
    assert line is not None
    assert (line.promised, line.missed) == ("2026-11-23T06:00:00.000Z", "2026-11-23T06:00:00.000Z")

    change(place.desk, f"UPDATE ticket SET {column} = ? WHERE id = ?", "2026-12-01T00:00:00.000Z", wx)

    (found,) = [each for each in replay(place.desk).mismatches if each.ticket == wx]
    assert f"list.{column}" in str(found.what)
    rebuild(place.desk.engine)
    assert wx not in [each.ticket for each in replay(place.desk).mismatches]
    with place.desk.reading() as reading:
        assert reading.head(wx) == line
