"""Tables line up on a terminal, as another measure of widths (wcwidth) sees them."""

from hypothesis import given
from hypothesis import strategies as st
from wcwidth import wcswidth

from sop_engine.console.output import table_lines
from sop_engine.console.text import cut, padded, width, wrapped

HAN = st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5)
MARKS = st.sampled_from("，。：；！？、（）《》“”…·—％￥①㎡")
SYLLABLES = st.characters(min_codepoint=0xAC00, max_codepoint=0xD7A3)
KANA = st.characters(min_codepoint=0x30A1, max_codepoint=0x30FA)
LETTERS = st.characters(min_codepoint=0x21, max_codepoint=0x7E)
COMBINED = st.tuples(st.sampled_from("aeiouncyAEO"), st.sampled_from("\u0300\u0301\u0302\u0303\u0308\u030c\u0327"))
EMOJI = st.sampled_from(["👍", "🔧", "🏠", "🚰", "❤\ufe0f", "☎\ufe0f", "👩\u200d🔧", "👨\u200d👩\u200d👧"])
PIECE = st.one_of(HAN, MARKS, SYLLABLES, KANA, LETTERS, COMBINED.map("".join), EMOJI, st.just(" "))
WORDS = st.lists(PIECE, max_size=12).map("".join)


@given(WORDS)
def test_a_text_is_as_wide_as_another_measure_says(text: str) -> None:
    assert width(text) == wcswidth(text)


@given(st.lists(st.tuples(WORDS, WORDS, WORDS), min_size=1, max_size=6), st.integers(20, 80))
def test_columns_line_up(rows: list[tuple[str, str, str]], room: int) -> None:
    closed = [(first, second, third, "|") for first, second, third in rows]

    lines = table_lines(["id", "标题", "👍", "|"], [True, False, False, True], closed, room)

    assert len({wcswidth(line) for line in lines}) == 1
    assert all(line.endswith("|") for line in lines)


@given(WORDS, st.integers(2, 40))
def test_what_is_cut_or_wrapped_fits(text: str, cells: int) -> None:
    assert wcswidth(padded(cut(text, cells), cells)) == cells
    assert all(wcswidth(line) <= max(cells, 40) for line in wrapped(text, max(cells, 40)))
