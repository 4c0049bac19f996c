"""How the queue's columns share a line."""

from hypothesis import given
from hypothesis import strategies as st

from sop_engine.console.board.columns import AROUND, fitting
from sop_engine.console.text import width

HEADS = ("单号", "房号", "事项", "状态", "经办人", "剩余")
LEAK = ("WX-20261123-001", "3-2-1202", "3-2-1202 厨房漏水，已关总阀", "待派单", "李强", "9 小时 30 分钟")
TEXT = st.text("水a 1", max_size=30)


def test_where_there_is_room_everything_stands_there_whole() -> None:
    widths, rows = fitting(HEADS, [LEAK], 200)
    assert widths == {place: width(cell) for place, cell in enumerate(LEAK)} | {4: 6}
    assert rows == [LEAK]


def test_on_a_narrow_line_nothing_is_said_twice_and_the_assignee_goes_first() -> None:
    assert fitting(HEADS, [LEAK], 80)[1][0][2] == "厨房漏水，已关总阀"
    assert 4 not in fitting(HEADS, [LEAK], 66)[0]
    widths, rows = fitting(HEADS, [LEAK], 58)
    assert 1 not in widths and rows[0][2].startswith("3-2-1202 ")  # the unit is said where its column is not


def test_a_column_in_which_nothing_stands_leaves_its_room_to_others() -> None:
    nobody = (*LEAK[:4], "", LEAK[5])
    with_him, without = fitting(HEADS, [LEAK], 76)[0], fitting(HEADS, [nobody], 76)[0]
    assert 4 in with_him and 4 not in without
    assert without[2] > with_him[2]


@given(st.lists(st.tuples(TEXT, TEXT, TEXT, TEXT, TEXT, TEXT), max_size=3), st.integers(0, 120))
def test_number_and_what_is_left_are_whole_and_no_line_is_too_long_for_the_rest(
    rows: list[tuple[str, ...]], room: int
) -> None:
    widths, _rows = fitting(HEADS, rows, room)
    for place in (0, 5):
        assert widths[place] == max(width(HEADS[place]), *(width(row[place]) for row in rows), 0)
    assert len(widths) == 2 or sum(widths.values()) + AROUND * len(widths) <= room
