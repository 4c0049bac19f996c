"""The words by which something is found: what is written is found by every spelling of it."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sop_engine.values import ValueProblem, words
from sop_engine.values.people import read_phone, read_unit
from sop_engine.values.pinyin import spellings, syllables

HAN = st.text("厨房水管漏电梯门铃王芳李强周曾单吕", min_size=1, max_size=12)
WORD = st.text("abcxyzABCÄéßñ0123456789", min_size=1, max_size=20)
TEXT = st.lists(HAN | WORD | st.text(max_size=5), min_size=1, max_size=8).map(" ".join)
WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}


def found(said: str, written: set[str]) -> bool:
    """Whether all that somebody types is found by these words."""
    terms = words.terms_of(said)
    return bool(terms) and all(words.matches(term, written) for term in terms)


def spelt(text: str, way: str) -> str:
    """The same text in another spelling."""
    match way:
        case "wide":
            return text.translate(WIDE)
        case "upper":
            return text.upper()
        case "apart":
            return unicodedata.normalize("NFD", text)
        case "unseen":
            return "\u200b".join(text)
        case _:
            return text


WAYS = st.sampled_from(["same", "wide", "upper", "apart", "unseen"])


@given(st.lists(HAN | WORD, min_size=1, max_size=6), st.data(), WAYS)
def test_any_piece_of_a_text_finds_it_in_every_spelling(pieces: list[str], data: st.DataObject, way: str) -> None:
    # given a text, and of one of its pieces any part, or of a word its beginning
    piece = data.draw(st.sampled_from(pieces))
    start = data.draw(st.integers(0, len(piece) - 1)) if piece[0] > "㐀" else 0
    end = data.draw(st.integers(start + 1, len(piece)))
    if piece[0] < "㐀" and end - start == 1:
        end = len(piece)  # one letter finds no longer word
    # then
    assert found(spelt(piece[start:end], way), set(words.of_text(" ".join(pieces))))


@given(TEXT, WAYS)
def test_folding_knows_no_spelling(text: str, way: str) -> None:
    assert words.folded(words.folded(text)) == words.folded(text)
    assert set(words.of_text(spelt(text, "wide"))) == set(words.of_text(text)) or not text.isascii()


@given(st.text(max_size=200))
def test_words_need_no_quoting_whatever_is_written(text: str) -> None:
    wanted = [word.text for term in words.terms_of(text) for reading in term for word in reading]
    for word in [*words.of_text(text), *wanted]:
        assert word and len(word) <= words.LONGEST_WORD
        assert all(each == "-" or each.isalnum() or ord(each) > 127 for each in word), word
        assert len(word.split()) == 1


UNIT = st.tuples(st.integers(1, 30), st.integers(1, 9), st.integers(1, 33), st.integers(1, 9)).map(
    lambda parts: (str(parts[0]), str(parts[1]), f"{parts[2]}{parts[3]:02d}")
)
UNIT_WAYS = (
    "{}-{}-{}",
    "{}栋{}单元{}",
    "{} 栋 {} 单元 {}",
    "{}幢{}单元{}室",
    "{}#{}-{}",
    "{}号楼{}单元{}",
    "{}－{}－{}",
)


@given(UNIT, st.sampled_from(UNIT_WAYS), st.sampled_from(UNIT_WAYS))
def test_a_unit_is_found_in_every_spelling_of_the_register(
    parts: tuple[str, str, str], written: str, said: str
) -> None:
    kept = read_unit("-".join(parts))
    typed = said.format(*parts)
    # as a field, and where it stands in a text
    for where in (set(words.of_unit(kept)), set(words.of_text(f"楼上{written.format(*parts)}漏水"))):
        assert found(typed, where), where
    assert words.unit_of(words.terms_of(typed)) == kept
    # by its end and by its beginning
    assert found(parts[2], set(words.of_unit(kept)))
    assert found("-".join(parts[:2]), set(words.of_unit(kept)))
    # and by no other
    assert not found(typed, set(words.of_unit(f"{parts[0]}-{parts[1]}-{parts[2]}1")))


@given(st.from_regex(r"1[3-9][0-9]{9}|0755-[2-8][0-9]{7}", fullmatch=True), st.data())
def test_any_three_digits_in_a_row_find_a_number(phone: str, data: st.DataObject) -> None:
    digits = phone.replace("-", "")
    start = data.draw(st.integers(0, len(digits) - 3))
    end = data.draw(st.integers(start + 3, len(digits)))
    for where in (set(words.of_phone(read_phone(phone))), set(words.of_text(f"电话 {phone}，请回电"))):
        assert found(digits[start:end], where)
        assert found(phone, where)


@pytest.mark.parametrize(
    "said", ["138 0000 1202", "138-0000-1202", "+86 13800001202", "１３８００００１２０２", "0086-138 0000 1202"]
)
def test_a_number_is_found_as_people_write_it(said: str) -> None:
    assert found(said, set(words.of_phone("13800001202")))


def test_a_number_with_an_extension() -> None:
    where = set(words.of_phone("0755-12345678-801"))
    assert found("0755-12345678", where) and found("12345678", where) and found("0755-12345678-801", where)
    assert not found("0755-12345678-802", where)


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("王芳", "wangfang"), ("王芳", "WangFang"), ("王芳", "wangf"), ("王芳", "wf"), ("王芳", "fang"),
        ("王芳", "wang fang"), ("吕布", "lvbu"), ("吕布", "lubu"), ("吕布", "lyubu"), ("吕布", "lǚ"),
        ("曾国", "zengguo"), ("单雄信", "shanxiongxin"), ("欧阳修", "ouyangxiu"), ("欧阳修", "oyx"), ("欧阳修", "ouy"),
        ("周先生", "zhou"), ("José", "jose"),
        ("Ван", "ван"), ("王芳 13800001202", "王芳"),
    ],
)  # fmt: skip
def test_a_name_is_found_as_it_is_typed(name: str, typed: str) -> None:
    assert found(typed, set(words.of_name(name)))


def test_a_name_that_nobody_can_read_is_found_as_it_stands() -> None:
    assert spellings("㐀") == spellings("") == spellings("王" * 9) == ()
    assert found("㐀", set(words.of_name("㐀")))


def test_every_character_of_the_table_has_readings() -> None:
    assert syllables("重") == ("chong", "tong", "zhong")
    known = [syllables(chr(code)) for code in range(0x4E00, 0x9FA6)]
    assert sum(1 for each in known if not each) < 50
    assert all(each.isascii() and each.islower() and len(each) <= 6 for one in known for each in one)
    assert syllables("a") == syllables("#") == ()


def test_a_story_is_nothing_to_look_for() -> None:
    with pytest.raises(ValueProblem):
        words.terms_of("x" * 201)


def test_a_text_that_is_too_long_is_found_by_its_beginning() -> None:
    line = words.together(words.of_text("".join(map(chr, range(0x4E00, 0x4E00 + 10_000)))))
    assert len(line.split()) == words.MOST_WORDS and line.startswith("一丁 丁丂")
