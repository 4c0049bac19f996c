"""The texts of rosters are kept for ever: one that is gone is found, of the newest roster and of those before."""

from pathlib import Path

import pytest

from sop_engine import canonical
from sop_engine.audit.whole import check_whole
from sop_engine.errors import SetUp
from sop_engine.store.programs import Programs
from sop_engine.ticket.records import SITE
from tests.audit.test_replay import change
from tests.desk import Desk
from tests.ticket.test_rostering import PEOPLE, REPAIR, load


@pytest.mark.parametrize("which", ["book", "month"])
def test_a_text_of_a_roster_that_is_gone_is_found(tmp_path: Path, which: str) -> None:
    desk = Desk(tmp_path, PEOPLE)
    desk.publish(REPAIR)
    load(desk, "name,23,24,25", "li,e,l,n")
    first = desk.ticket(SITE).fields["roster"]["digest"]
    load(desk, "name,23,24,25", "li,r,r,r")
    with desk.reading() as reading:
        assert check_whole(reading, Programs()).clean
        [month] = canonical.parse(reading.blob(first) or b"")["months"].values()
    gone = first if which == "book" else month
    change(desk, "DELETE FROM blob WHERE digest = ?", gone)
    with desk.reading() as reading:
        found = [str(each.what) for each in check_whole(reading, Programs()).mismatches]
    assert found == [f"the text {gone} of a roster is gone"]


def test_a_command_that_asks_a_lost_roster_says_so(tmp_path: Path) -> None:
    desk = Desk(tmp_path, PEOPLE)
    desk.publish(REPAIR)
    load(desk, "name,23,24,25", "li,e,l,n")
    change(desk, "DELETE FROM blob WHERE digest = ?", desk.ticket(SITE).fields["roster"]["digest"])
    wx = desk.open("repair", by="wang")
    with pytest.raises(SetUp, match="has lost the roster"):
        desk.do(wx, "inspect", by="li")
