"""The canonical form is what the standard library writes too: nobody needs our tools to check a record."""

import json
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sop_engine import canonical

_texts = st.text(st.characters(exclude_categories=["Cs"]))
_json = st.recursive(
    st.none() | st.booleans() | st.integers(-canonical.LARGEST_INTEGER, canonical.LARGEST_INTEGER) | _texts,
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(max_codepoint=127)), inner),
    max_leaves=20,
)


@given(value=_json)
def test_the_bytes_are_those_of_the_standard_library(value: Any) -> None:
    plain = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    assert canonical.to_bytes(value) == plain
    assert canonical.parse(plain) == json.loads(plain)


def test_control_characters_quotes_and_what_lies_beyond_the_first_plane_are_written_alike() -> None:
    for code in [*range(0x20), 0x22, 0x5C, 0x7F, 0x80, 0x2028, 0x2029, 0xFEFF, 0xFFFF, 0x1F600, 0x20BB7]:
        plain = json.dumps(chr(code), ensure_ascii=False).encode()
        assert canonical.to_bytes(chr(code)) == plain, hex(code)


@pytest.mark.parametrize(
    "value",
    [{1: 2}, {"a": {1}}, object(), Decimal(1), datetime(2026, 1, 1, tzinfo=UTC)],
    ids=lambda value: type(value).__name__,
)
def test_what_json_cannot_say_is_refused(value: Any) -> None:
    with pytest.raises(TypeError):
        canonical.to_bytes(value)


@pytest.mark.parametrize("data", [b"", b"{", b"\xff", b'{"a":NaN}', b"[1,]", b"'a'"], ids=repr)
def test_what_is_no_json_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError):
        canonical.parse(data)


@given(st.datetimes(datetime(1970, 1, 2), datetime(2199, 1, 1)), st.integers(-14 * 60, 14 * 60))
def test_an_instant_is_written_in_utc_to_the_millisecond(local: datetime, minutes: int) -> None:
    instant = local.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    text = canonical.instant_text(instant)
    assert len(text) == 24 and text.endswith("Z")
    assert timedelta(0) <= instant - canonical.instant_of(text) < timedelta(milliseconds=1)
    assert canonical.instant_text(instant.astimezone(UTC)) == text
    assert canonical.instant_text(instant.astimezone(ZoneInfo("Asia/Shanghai"))) == text
