"""Who can be an actor, and what can be a PIN."""

import pytest

from sop_engine import errors
from sop_engine.engine.people import pins
from sop_engine.ticket.site.posts import is_post


@pytest.mark.parametrize(
    "name",
    [
        "前台",
        "前台1",
        "前 台",
        "前台１号",
        "客服中心",
        "客服-中心",
        "工程部",
        "保安岗",
        "值班",
        "Front Desk",
        "front_desk2",
        "DESK",
    ],
)
def test_a_post_is_no_person_however_it_is_written(name: str) -> None:
    assert is_post(name)


@pytest.mark.parametrize("name", ["王芳", "前台王芳", "desmond", "wang_fang1", "管平", "8"])
def test_a_person_is_no_post(name: str) -> None:
    assert not is_post(name)


@pytest.mark.parametrize("pin", ["123", "1234567890123", "abcd", "12 34", "", "-1234", "１２３"])
def test_what_is_no_pin_is_refused_without_repeating_it(pin: str) -> None:
    with pytest.raises(errors.NotUnderstood) as refused:
        pins.read_pin(pin)
    assert not pin or pin not in str(refused.value.message)


@pytest.mark.parametrize("pin", ["0000", "1234", "8765", "8901"])
def test_a_pin_that_everybody_tries_first_is_refused(pin: str) -> None:
    with pytest.raises(errors.NotUnderstood, match="guessed first"):
        pins.read_new_pin(pin)


def test_full_width_digits_are_digits() -> None:
    assert pins.read_new_pin("４８２１") == "4821"
