"""Bytes to a tree: the meaning of unquoted text, places, and what is refused."""

import pytest

from sop_engine.language.source.reading import read
from sop_engine.language.source.tree import Cursor, Mapping, Scalar, plain


def value(text: str) -> object:
    reading = read(f"x: {text}\n".encode(), "a.yaml")
    assert reading.tree is not None, reading.facts
    found = plain(reading.tree)
    assert isinstance(found, dict)
    return found["x"]


@pytest.mark.parametrize(
    "text", ["on", "off", "yes", "no", "y", "18:30", "0123", "1_000", "1e3", "0x1F", "1.50", ".5", "TRUE", "2026-11-22"]
)
def test_what_yaml_1_1_would_turn_into_something_else_stays_text(text: str) -> None:
    assert value(text) == text


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("true", True),
        ("false", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("3", 3),
        ("-7", -7),
        ("0", 0),
        ("'3'", "3"),
    ],
)
def test_what_looks_like_a_number_or_truth_is_one(text: str, meant: object) -> None:
    assert value(text) == meant


def test_every_scalar_keeps_its_place() -> None:
    reading = read('a:\n  b: {c: d, 名字: "说 明"}\n'.encode(), "a.yaml")
    assert reading.tree is not None

    cursor = Cursor(reading.tree) / "a" / "b" / "名字"

    assert (cursor.span.line, cursor.span.column, cursor.span.end_column) == (2, 17, 22)
    assert cursor.part(2, 3).column == 20


def test_text_with_escapes_is_underlined_whole() -> None:
    reading = read(b'a: "x\\ty == z"\n', "a.yaml")
    assert isinstance(reading.tree, Mapping)
    scalar = reading.tree.items["a"][1]
    assert isinstance(scalar, Scalar)

    assert scalar.part(1, 2) == scalar.span


def test_a_block_ends_with_its_last_value_and_not_where_the_next_begins() -> None:
    reading = read(b"a:\n  b: c\n\nd: e\n", "a.yaml")
    assert isinstance(reading.tree, Mapping)

    assert reading.tree.items["a"][1].span.end_line == 2


def test_the_first_of_two_equal_keys_is_kept_and_the_other_told() -> None:
    reading = read(b"a: 1\na: 2\n", "a.yaml")

    assert reading.tree is not None
    assert plain(reading.tree) == {"a": 1}
    assert [(fact.kind, fact.span.line) for fact in reading.facts] == [("duplicate", 2)]


def test_an_alias_stands_for_its_anchor() -> None:
    reading = read(b"a: &x [1, 2]\nb: *x\n", "a.yaml")

    assert reading.tree is not None
    assert plain(reading.tree) == {"a": [1, 2], "b": [1, 2]}
    assert reading.facts == []


def test_text_is_read_in_unicode_form_nfc() -> None:
    assert value("e\u0301") == "\u00e9"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (b"a: \xff", "not_utf8"),
        (b"a: \x07", "unprintable"),
        (b'a: "\\ud800"', "unprintable"),
        (b"a: b\n---\nc: d", "documents"),
        (b"a: !!python/object:x {}", "tagged"),
        (b"<<: {a: b}", "merge"),
        (b"a: *b", "unknown_alias"),
        (b"? [a]\n: b", "key_not_text"),
        (b"", "empty"),
        (b"# only a comment", "empty"),
        (b"a:\tb", "tab"),
    ],
)
def test_what_procedures_do_without_is_a_fact(text: bytes, kind: str) -> None:
    assert kind in [fact.kind for fact in read(text, "a.yaml").facts]


def test_a_byte_order_mark_is_no_part_of_the_text() -> None:
    reading = read("\ufeffa: 1".encode(), "a.yaml")

    assert reading.tree is not None
    assert plain(reading.tree) == {"a": 1}
