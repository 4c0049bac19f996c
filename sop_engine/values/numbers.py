"""Whole numbers, decimals and money.

In the record a decimal is text with exactly `scale` digits after the point: `12.50`. Rounding, where a value is
computed, is half up, as money is rounded on paper.
"""

import re
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Final

from sop_engine import canonical
from sop_engine.messages import Message, msg
from sop_engine.procedure import Field
from sop_engine.values.problems import ValueProblem
from sop_engine.values.texts import fold

MOST_DIGITS: Final = 19
"""before the point"""
_EXACT: Final = Context(prec=60, rounding=ROUND_HALF_UP)
_NUMBER: Final = r"[+-]?(\d{1,3}(,\d{3}){1,6}|\d{1,19})(\.\d{1,20})?"
SIGNS: Final[Mapping[str, str]] = {"CNY": "¥", "EUR": "€", "GBP": "£", "JPY": "¥", "USD": "$"}
"""what stands before an amount of these currencies; before others their code (ISO 4217)"""
_OTHER_WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "CNY": ("rmb", "人民币", "元整", "元", "块钱", "块", "圆", "yuan")
}
_FORM: Final = r"-?(0|[1-9]\d{0,18})(\.\d+)?"


def quantise(value: Decimal | int, scale: int) -> Decimal:
    """`value` with exactly `scale` digits after the point, rounded half up; zero has no sign."""
    rounded = _EXACT.quantize(Decimal(value), Decimal(1).scaleb(-scale))
    return rounded if rounded else abs(rounded)


def round_money(value: Decimal | int) -> Decimal:
    """`value` rounded half up to hundredths."""
    return quantise(value, 2)


def decimal_text(value: Decimal | int, scale: int) -> str:
    """`value` as the record has it: rounded half up to `scale` digits, never with an exponent."""
    return f"{quantise(value, scale):f}"


def is_decimal_text(text: object, scale: int) -> bool:
    """Whether `text` is a decimal in the record's form."""
    if not isinstance(text, str) or len(text) > 60 or not text.isascii() or not re.fullmatch(_FORM, text):
        return False
    digits = text.partition(".")[2]
    return len(digits) == scale and (not text.startswith("-") or text.strip("-0.") != "")


def parse_integer(field: Field, text: str) -> int:
    """The whole number that `text` says. Raises `ValueProblem`."""
    folded = fold(text).replace(" ", "")
    if not re.fullmatch(_NUMBER, folded) or "." in folded:
        raise ValueProblem(msg("{text} is no whole number; write one such as {example}", text=text[:40], example="3"))
    number = int(folded.replace(",", ""))
    if abs(number) > canonical.LARGEST_INTEGER:
        raise ValueProblem(_too_large(text))
    return number


def amount(value: Decimal, currency: str) -> str:
    """An amount of money for people's eyes: `-¥1,200.50`, `HKD 80.00`; bare where no currency (ISO 4217) is said."""
    digits, minus = f"{abs(value):,f}", "-" if value < 0 else ""
    if currency in SIGNS:
        return f"{minus}{SIGNS[currency]}{digits}"
    return f"{currency} {minus}{digits}" if currency else f"{minus}{digits}"


def _without_currency(text: str, currency: str) -> str:
    """An amount without the sign, code and words of this currency; those of another are no part of an amount."""
    words = "|".join(map(re.escape, (SIGNS.get(currency, currency), currency, *_OTHER_WORDS.get(currency, ()))))
    before = re.sub(rf"(?i)^(-?)(?:(?:{words})\s*){{1,2}}", r"\1", text)
    return re.sub(rf"(?i)(?:\s*(?:{words})){{1,2}}$", "", before)


def parse_decimal(field: Field, text: str, currency: str = "CNY") -> str:
    """The decimal, or money of a currency, that `text` says, as the record has it. Raises `ValueProblem`; more digits
    than the field keeps are refused, not rounded."""
    folded = fold(text)
    if field.type == "money":
        folded = _without_currency(folded, currency)
    folded = folded.replace(" ", "")
    times = 1
    if field.type == "money" and folded.endswith("万"):
        folded, times = folded[:-1], 10_000
    if not re.fullmatch(_NUMBER, folded):
        example = "1200.50" if field.scale else "1200"
        raise ValueProblem(msg("{text} is no number; write one such as {example}", text=text[:40], example=example))
    return exact_text(field, _EXACT.multiply(Decimal(folded.replace(",", "")), times))


def exact_text(field: Field, number: Decimal) -> str:
    """A number that somebody gives, as the record has it. Raises `ValueProblem` where it has too many digits."""
    # the exponent first: a number such as 1E+999999999 must not be written out in digits
    if not number.is_finite() or number.adjusted() >= MOST_DIGITS:
        raise ValueProblem(_too_large(str(number)))
    rounded = quantise(number, field.scale)
    if rounded != number:
        text = str(number)[:40]
        raise ValueProblem(
            msg("{text} has too many digits after the point; {field} keeps {scale}", text=text, field=field.title or
                field.id, scale=field.scale)
        )  # fmt: skip
    return f"{rounded:f}"


def _too_large(text: str) -> Message:
    return msg("{text} is too large a number", text=text[:40])
