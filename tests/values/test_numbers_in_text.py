"""What looks like a person's number in a free text is found and masked; what merely has digits is not."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sop_engine.values import mask_numbers, numbers_in, without_numbers

MASKED = [
    ("打13800001202，晚上", "打138****1202，晚上"),
    ("138 0000 1202", "138 **** 1202"),
    ("138-0000-1202", "138-****-1202"),
    ("1380 000 1202", "138* *** 1202"),
    ("+86 138 0000 1202", "+86 1** **** 1202"),
    ("8613800001202", "861******1202"),
    ("１３８００００１２０２", "１３８****１２０２"),
    ("座机0755-12345678转801", "座机075*-****5678转***"),
    ("(010)62345678", "(010)****5678"),
    ("01062345678-12", "010****5678-**"),
    ("+852 1234 5678", "+852 **** 5678"),
    ("身份证110101199003071233", "身份证1****************3"),
    ("11010119900307123X；", "1****************X；"),
    ("110101900307123", "1*************3"),
    ("电话62345678", "电话****5678"),
    ("家里座机：623-4567，白天在", "家里座机：***-4567，白天在"),
    ("联系电话是 6234 5678 转 801", "联系电话是 **** 5678 转 ***"),
    ("Tel. 62345678", "Tel. ****5678"),
    ("phone number 2345678", "phone number ***5678"),
    ("回电６２３４５６７８", "回电＊＊＊＊５６７８".replace("＊", "*")),
    ("致电到8234567-12", "致电到***4567-**"),
]
BESIDE = [
    "电话费 62345678 元",
    "电话 6234567 元",
    "电话：2345678.50",
    "座机 20261121",
    "电话 20261121-007",
    "来电 3 户 2345678",
    "座机 WX-20261121-007",
    "电话 3-2-1202",
    "hotel 62345678",
    "call phones 62345678",
    "电话 62345",
    "电话 12345678",
    "固话 623456789",
    "单号 62345678 电话联系",
    "面积 2345678 平",
    "电话 62345678 个",
]
KEPT = ["WX-20261121-007", "2026-11-23 18:30", "3-2-1202", "400-820-8820", "62345678", "1380000120", "138000012021",
        "6222021234567890123", "12.50元 共 3 户", "2026年11月23日", "合同 20261123001 号", ""]  # fmt: skip


@pytest.mark.parametrize(("text", "masked"), MASKED)
def test_a_number_is_masked_so_that_who_knows_it_knows_it_again(text: str, masked: str) -> None:
    assert mask_numbers(text) == masked
    assert len(numbers_in(text)) == 1


@pytest.mark.parametrize("text", [*KEPT, *BESIDE])
def test_other_digits_stay(text: str) -> None:
    assert mask_numbers(text) == text == without_numbers(text)


def test_two_landlines_beside_one_word_are_both_masked() -> None:
    text = "电话62345678、62345679或 2345678，单号 62345670"
    assert mask_numbers(text) == "电话****5678、****5679或 ***5678，单号 62345670"
    assert numbers_in(text) == ["62345678", "62345679", "2345678"]
    assert mask_numbers(mask_numbers(text)) == mask_numbers(text)


WORDS = st.text("请打电话给他 ，。；abc\n", max_size=8)
NUMBERS = st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True)


@settings(max_examples=60)
@given(before=WORDS, number=NUMBERS, after=WORDS)
def test_wherever_it_stands_nothing_of_it_is_left_and_masking_again_changes_nothing(
    before: str, number: str, after: str
) -> None:
    masked = mask_numbers(before + number + after)
    assert masked == before + number[:3] + "****" + number[-4:] + after
    assert mask_numbers(masked) == masked
    assert number not in without_numbers(before + number + after)
