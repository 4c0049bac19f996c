"""What people type is read; what cannot be read is refused with a way to write it."""

from typing import Any

import pytest

from sop_engine.procedure import Choice, Field
from sop_engine.values import ValueProblem, example, normalise, parse
from tests.values.bench import CHOICES, CONTEXT, FIELDS


def at(start: str, end: str) -> dict[str, str]:
    return {"start": f"2026-11-{start}:00.000Z", "end": f"2026-11-{end}:00.000Z"}


READ: dict[str, list[tuple[str, Any]]] = {
    "text": [
        ("  水管漏水  ", "水管漏水"),
        ("一\r\n二\u2028三", "一\n二\n三"),
        ("\u202e\ufeff甲\u200b", "甲"), ("e\u0301", "é"),
    ],
    "integer": [("3", 3), ("-7", -7), ("１，２００", 1200), ("+5", 5), ("9007199254740991", 2**53 - 1)],
    "decimal": [("12.5", "12.500"), ("１２．５", "12.500"), ("-0", "0.000"), ("1,200", "1200.000")],
    "money": [
        ("¥1,200.50", "1200.50"), ("￥１２００", "1200.00"), ("1200.5元", "1200.50"), ("-5", "-5.00"), ("-¥5", "-5.00"),
        ("1.2万", "12000.00"), ("人民币 100 元", "100.00"), ("100元整", "100.00"), ("RMB 8", "8.00"),
    ],
    "boolean": [("是", True), ("Yes", True), ("ｙ", True), ("否", False), ("no", False), ("N", False)],
    "date": [
        ("2026-11-22", "2026-11-22"), ("2026/1/5", "2026-01-05"), ("20261122", "2026-11-22"),
        ("2026年11月22日", "2026-11-22"), ("２０２６－１１－２２", "2026-11-22"), ("11-23", "2026-11-23"),
        ("01-05", "2027-01-05"), ("6月1日", "2026-06-01"), ("今天", "2026-11-22"), ("明天", "2026-11-23"),
        ("后天", "2026-11-24"), ("大后天", "2026-11-25"), ("昨天", "2026-11-21"), ("today", "2026-11-22"),
        ("Tomorrow", "2026-11-23"), ("2026-11-22 周日", "2026-11-22"), ("2026-11-22 Sun", "2026-11-22"),
    ],
    "time": [
        ("18:30", "18:30"), ("18：30", "18:30"), ("8:05", "08:05"), ("18点", "18:00"), ("18点半", "18:30"),
        ("下午3点", "15:00"), ("下午 3:30", "15:30"), ("3:30 pm", "15:30"), ("12:10 am", "00:10"),
        ("中午12点", "12:00"),
        ("上午9点一刻", "09:15"), ("9点20分", "09:20"),
    ],
    "datetime": [
        ("明天 14:00", "2026-11-23T06:00:00.000Z"), ("14:00", "2026-11-22T06:00:00.000Z"),
        ("11-23下午2点", "2026-11-23T06:00:00.000Z"), ("现在", "2026-11-22T00:30:00.000Z"),
        ("2026-11-22T14:00+08:00", "2026-11-22T06:00:00.000Z"), ("2026-11-22T14:00", "2026-11-22T06:00:00.000Z"),
        ("2026-11-22T14:00:07", "2026-11-22T06:00:07.000Z"), ("2026-11-22 14:00:07.5", "2026-11-22T06:00:07.500Z"),
        ("2026-11-22T00:30:00.000Z", "2026-11-22T00:30:00.000Z"),
    ],
    "interval": [
        ("今天 14:00-16:00", at("22T06:00", "22T08:00")), ("14：00－16：00", at("22T06:00", "22T08:00")),
        ("明天上午", at("23T01:00", "23T04:00")), ("下午", at("22T05:00", "22T10:00")),
        ("tomorrow morning", at("23T01:00", "23T04:00")), ("2026-11-22 14:00-16:00", at("22T06:00", "22T08:00")),
        ("11-23 14:00 至 16:00", at("23T06:00", "23T08:00")), ("今天下午2点-4点", at("22T06:00", "22T08:00")),
        ("22:00-次日02:00", at("22T14:00", "22T18:00")), ("20:00-24:00", at("22T12:00", "22T16:00")),
        ("2026-11-22 22:00 - 2026-11-23 02:00", at("22T14:00", "22T18:00")),
        ("2026-11-22T14:00+08:00/2026-11-22T16:00+08:00", at("22T06:00", "22T08:00")),
    ],
    "phone": [
        ("138 0000 0000", "13800000000"), ("+86 138-0000-0000", "13800000000"),
        ("１３８００００００００", "13800000000"),
        ("0755-12345678", "0755-12345678"), ("(0755)12345678转801", "0755-12345678-801"),
        ("010-12345678-12", "010-12345678-12"), ("+86 755 1234 5678", "0755-12345678"), ("12345", "12345"),
        ("400-800-1234", "4008001234"), ("+852 1234 5678", "+85212345678"), ("00852 12345678", "+85212345678"),
    ],
    "choice": [("urgent", "urgent"), ("URGENT", "urgent"), ("急修", "urgent"), ("Normal", "normal"),
               ("缓办 ", "later")],
    "person": [
        ("王芳 13800000000", {"name": "王芳", "phone": "13800000000"}), ("王芳", {"name": "王芳"}),
        ("王芳，138 0000 0000", {"name": "王芳", "phone": "13800000000"}),
        ("王芳13800000000", {"name": "王芳", "phone": "13800000000"}),
        ("13800000000 王芳", {"name": "王芳", "phone": "13800000000"}),
        ("Anna Li +852 1234 5678", {"name": "Anna Li", "phone": "+85212345678"}),
        ("3栋王女士 0755-12345678转801", {"name": "3栋王女士", "phone": "0755-12345678-801"}),
    ],
    "staff": [("wang.fang", "wang.fang"), ("王芳", "wang.fang"), ("Wang.Fang", "wang.fang")],
    "unit": [
        ("3-2-1202", "3-2-1202"), ("３－２－１２０２", "3-2-1202"), ("3栋2单元1202", "3-2-1202"),
        ("3栋2单元1202室", "3-2-1202"),
        ("3号楼2单元1202", "3-2-1202"), ("3#1202", "3-1202"), ("a座 1202", "A-1202"), ("b1-车位12", "B1-车位12"),
        ("3—2—1202", "3-2-1202"), ("3 2 1202", "3-2-1202"),
    ],
    "checklist": [
        ("urgent=yes,一般=否", {"urgent": True, "normal": False}), ('{"urgent": true}', {"urgent": True}),
        ("急修＝是；缓办＝否", {"urgent": True, "later": False}),
    ],
    "rows": [
        ("item=水管;labour=80", [{"item": "水管", "labour": "80.00"}]),
        ("项目=水管；人工费=80元\nitem=弯头", [{"item": "水管", "labour": "80.00"}, {"item": "弯头"}]),
        ('[{"item": "水管", "labour": 80.5}]', [{"item": "水管", "labour": "80.50"}]), ("[]", []),
        ('{"item": "水管", "done": true}', [{"item": "水管", "done": True}]),
    ],
    "texts": [("漏水；停电", ["漏水", "停电"]), ("a, b\nc", ["a, b", "c"]), ('["a;b"]', ["a;b"])],
    "choices": [("缓办、急修", ["urgent", "later"]), ("normal,normal", ["normal"]), ('["later"]', ["later"])],
    "people": [("王芳 13800000000；李强", [{"name": "王芳", "phone": "13800000000"}, {"name": "李强"}])],
    "dates": [("今天，明天", ["2026-11-22", "2026-11-23"])],
    "helpers": [("赵军、王芳", ["zhao.jun", "wang.fang"])],
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "text", "value"), [(name, *pair) for name, pairs in READ.items() for pair in pairs], ids=str
)
def test_what_people_type_is_read(name: str, text: str, value: Any) -> None:
    assert parse(FIELDS[name], text, CONTEXT) == value


REFUSED = {
    "text": ["", " \t\n", "a\x00b", "\x1b[31m", "\ud800", "x" * 65537, "漏" * 22_000],
    "integer": ["3.5", "three", "1,2", "", "9007199254740992", "٣x", "1e3"],
    "decimal": ["1.2345", "1,2", "NaN", "Infinity", "1e5", "--1", "99999999999999999999"],
    "money": ["12.345", "十元", "¥", "5 apples"],
    "boolean": ["maybe", "", "2"],
    "date": ["2026-02-30", "2026-11-22 周一", "2026-11", "11-22 14:00", "0001-01-01", "3001-01-01", "明天上午"],
    "time": ["9", "24:00", "25:00", "12:60", "下午", "13:00 pm"],
    "datetime": ["2026-11-22", "明天", "明天上午", "2026-11-22 25:00", "1800-01-01 10:00"],
    "interval": ["16:00-14:00", "14:00", "今天", "14:00-14:00", "14:00-16:00-18:00x"],
    "phone": ["abc", "1380000000", "138000000000", "+", "0755", "１３８"],
    "choice": ["急", "urg", "", "急修一般"],
    "person": ["13800000000", "", "王芳 138000"],
    "staff": ["王", "nobody", "李强"],
    "unit": ["-", "", "3栋@1202", "x" * 100],
    "file": ["@a.pdf", "a.pdf"],
    "photo": ["@a.jpg"],
    "checklist": ["x=yes", "urgent", "urgent=maybe", "urgent=yes,急修=no", "", "{"],
    "rows": ["x", "colour=red", "labour=many", '[{"item": 5}]', '[{"item": "a", "项目": "b"}]', "[1]", "[[]]", "[{}]"],
    "texts": ["", "；；"],
    "choices": ["", "急修、x", "[]"],
    "dates": ["今天，周八"],
    "helpers": ["赵军、nobody"],
}


@pytest.mark.parametrize(
    ("name", "text"), [(name, text) for name, texts in REFUSED.items() for text in texts], ids=lambda x: repr(x[:20])
)
def test_what_cannot_be_read_is_refused_in_words(name: str, text: str) -> None:
    with pytest.raises(ValueProblem) as refused:
        parse(FIELDS[name], text, CONTEXT)
    assert str(refused.value)


def test_a_beginning_of_a_title_is_not_the_title() -> None:
    with pytest.raises(ValueProblem, match="urgent"):
        parse(FIELDS["choice"], "急", CONTEXT)


def test_a_title_that_two_choices_share_is_not_guessed() -> None:
    choices = (*CHOICES, Choice("other", {"zh": "急修"}))
    field = Field("urgency", "choice", {}, choices=choices)
    with pytest.raises(ValueProblem):
        parse(field, "急修", CONTEXT)
    assert parse(field, "other", CONTEXT) == "other"


def test_a_name_that_two_people_bear_asks_for_the_id() -> None:
    with pytest.raises(ValueProblem, match=r"li\.qiang, li\.qiang2"):
        parse(FIELDS["staff"], "李强", CONTEXT)


def test_a_refused_file_says_how_one_is_given() -> None:
    with pytest.raises(ValueProblem, match="@photo"):
        parse(FIELDS["photo"], "门.jpg", CONTEXT)


@pytest.mark.parametrize(
    ("field", "text"),
    [
        (Field("n", "integer", {}, min=1, max=5), "6"),
        (Field("n", "integer", {}, min=1, max=5), "0"),
        (Field("n", "money", {}, min="0.01"), "0"),
        (Field("n", "decimal", {}, max=10), "10.01"),
        (Field("n", "date", {}, min="2026-11-22"), "昨天"),
        (Field("n", "time", {}, max="18:00"), "18:01"),
        (Field("n", "datetime", {}, min="2026-11-22 00:00"), "2026-11-22 07:59"),
        (Field("n", "text", {}, min=3), "二字"),
        (Field("n", "text", {}, max=3), "四个字了"),
        (Field("n", "choice", {}, choices=CHOICES, many=True, min=2), "急修"),
        (Field("n", "rows", {}, columns=(Field("a", "text", {}),), max=1), "a=1\na=2"),
        (Field("n", "checklist", {}, choices=CHOICES, min=3), "urgent=yes"),
    ],
)
def test_bounds_are_kept(field: Field, text: str) -> None:
    with pytest.raises(ValueProblem):
        parse(field, text, CONTEXT)


def test_a_short_date_is_the_nearest_one() -> None:
    assert parse(FIELDS["date"], "05-24", CONTEXT) == "2026-05-24"
    assert parse(FIELDS["date"], "05-23", CONTEXT) == "2027-05-23"
    assert parse(FIELDS["date"], "05-22", CONTEXT) == "2027-05-22"


@pytest.mark.parametrize("name", [name for name in FIELDS if FIELDS[name].type not in {"file", "photo"}])
def test_the_example_of_a_field_can_be_given(name: str) -> None:
    for language in ("zh", "en"):
        assert normalise(FIELDS[name], example(FIELDS[name], language), CONTEXT) is not None


@pytest.mark.parametrize(
    "field",
    [
        Field("n", "integer", {}, min=10),
        Field("n", "integer", {}, max=1),
        Field("n", "money", {}, min="1000", scale=2),
        Field("n", "decimal", {}, max="0.5", scale=1),
        Field("n", "decimal", {}, scale=0),
        Field("n", "date", {}, min="2030-01-01"),
        Field("n", "datetime", {}, min="2030-01-01 08:00"),
        Field("n", "time", {}, max="08:00"),
        Field("n", "text", {}, min=20, max=30),
        Field("n", "text", {}, max=2),
        Field("n", "choice", {}, choices=CHOICES, many=True, min=2),
        Field("n", "rows", {}, columns=(Field("a", "text", {}),), min=3),
    ],
)
def test_the_example_of_a_bounded_field_keeps_its_bounds(field: Field) -> None:
    for language in ("zh", "en"):
        assert normalise(field, example(field, language), CONTEXT) is not None
