"""Units, telephone numbers and persons: what people write, and the one form that is kept.

| kind | written | kept |
|---|---|---|
| unit | `3栋2单元1202` `3-2-1202` `３－２－１２０２` `3#1202室` | `3-2-1202`: letters (capital), digits and Chinese words between hyphens; a number is among them |
| mobile | `138 0000 0000` `+86 138-0000-0000` | `13800000000` |
| landline | `0755-12345678` `(0755)12345678转801` `+86 755 1234 5678` | `0755-12345678`, `0755-12345678-801` |
| short or service number | `12345` `400-800-1234` | `12345` `4008001234` |
| abroad | `+852 1234 5678` | `+85212345678` |
| person | `王芳 13800000000` `王芳` | `{"name": "王芳", "phone": "13800000000"}` |
"""  # noqa: E501  a table's row is one line

import re
from typing import Final

from sop_engine.messages import msg
from sop_engine.values.problems import ValueProblem
from sop_engine.values.texts import clean_line, fold, short

LONGEST_NAME: Final = 100
LONGEST_UNIT: Final = 60

# patterns are texts, which `re` compiles at first use and keeps: most commands read no value from a keyboard
_UNIT: Final = r"[0-9A-Z一-鿿㐀-䶿]+(-[0-9A-Z一-鿿㐀-䶿]+)*"
_UNIT_MARKS: Final = r"(?<=[0-9A-Z一二三四五六七八九十])(?:号楼|号院|楼栋|栋|幢|座|单元|#|号(?=.))|[\s/_.,:·]+"
_NUMBER: Final = r"[0-9〇零一二三四五六七八九十百]"
_UNIT_END: Final = r"(?<=\d)(?:室|号房|号|房|户)$"
_EXTENSION: Final = r"(?:转|分机|ext\.?|x|#)\s*(\d{1,6})$"
_AREA: Final = r"(0(?:10|2\d|[3-9]\d{2}))(\d{7,8})"
_PHONE: Final = (
    r"1[3-9]\d{9}|\+(?!86)[1-9]\d{5,14}(-\d{1,6})?"
    r"|(0(?:10|2\d|[3-9]\d{2})-\d{7,8}|[2-8]\d{6,7}|[48]00\d{7})(-\d{1,6})?"
    r"|1[12]\d|[19]\d{4}|95\d{4,6}"
)
_NAME_FIRST: Final = r"(.*?)[\s,;:/]*(\+?\(?\d[\d\s()+.-]{2,}(?:(?:转|分机|ext\.?|x|#)?\s*\d)+)"
_PHONE_FIRST: Final = r"(\+?\(?\d[\d\s()+.-]{2,}\d)[\s,;:/]+(\D.*)"


def read_unit(text: str) -> str:
    """The unit that `text` names. Raises `ValueProblem`."""
    unit = _unit(fold(text).upper())
    if not is_unit(unit):
        raise ValueProblem(msg("{text} is no unit; write 3-2-1202, 3栋2单元1202 or 商铺-12", text=text[:40]))
    return unit


def is_unit(text: object) -> bool:
    """Whether `text` is a unit in the form that is kept."""
    if not isinstance(text, str) or len(text) > LONGEST_UNIT or re.fullmatch(_UNIT, text) is None:
        return False
    return re.search(_NUMBER, text) is not None and _unit(text) == text


def _unit(folded: str) -> str:
    marked = re.sub(_UNIT_MARKS, "-", folded)
    return "-".join(part for part in re.sub(_UNIT_END, "", marked).split("-") if part)


def read_phone(text: str) -> str:
    """The telephone number that `text` says. Raises `ValueProblem`."""
    phone = _phone(fold(text).lower())
    if phone is None:
        raise ValueProblem(
            msg("{text} is no telephone number; write 13800000000, 0755-12345678-801 or +852 1234 5678", text=text[:40])
        )
    return phone


def is_phone(text: object) -> bool:
    """Whether `text` is a telephone number in the form that is kept."""
    return isinstance(text, str) and len(text) <= 40 and re.fullmatch(_PHONE, text) is not None and text.isascii()


def _phone(folded: str) -> str | None:
    extension = ""
    if found := re.search(_EXTENSION, folded):
        folded, extension = folded[: found.start()], "-" + found[1]
    elif found := re.fullmatch(r"(\+?[\d ()]*-?\d{7,8})-(\d{1,5})", folded):
        folded, extension = found[1], "-" + found[2]
    if not re.fullmatch(r"\+?[\d ().-]{3,30}", folded):
        return None
    digits = re.sub(r"[ ().-]", "", folded)
    inland = re.sub(r"^(\+86|0086)", "", digits)
    if inland != digits or (inland.startswith("86") and len(inland) == 13):
        digits = inland if inland != digits else inland[2:]
        if not re.match(r"0|1[3-9]\d{9}$|400|800|95", digits):
            digits = "0" + digits
    elif digits.startswith("00"):
        digits = "+" + digits[2:]
    if found := re.fullmatch(_AREA, digits):
        digits = f"{found[1]}-{found[2]}"
    phone = digits + extension
    return phone if is_phone(phone) else None


def read_person(text: str) -> dict[str, str]:
    """The person that `text` names, with the number where there is one. Raises `ValueProblem`."""
    line = clean_line(short(text))
    name, phone = line, ""
    if found := re.fullmatch(_NAME_FIRST, fold(line)):
        name, phone = found[1], found[2]
    elif found := re.fullmatch(_PHONE_FIRST, fold(line)):
        name, phone = found[2], found[1]
    return person(name, phone)


def person(name: str, phone: str) -> dict[str, str]:
    """A person of a name and a number (which may be empty) as they are kept. Raises `ValueProblem`."""
    kept = {"name": clean_line(name).strip(" ,;:，；：")}
    if not kept["name"] or len(kept["name"]) > LONGEST_NAME:
        raise ValueProblem(msg("a person needs a name; write one such as {example}", example="王芳 13800000000"))
    if phone:
        kept["phone"] = read_phone(phone)
    return kept


def mask(phone: str) -> str:
    """A telephone number of which only so much is shown that its owner knows it again: `138****0000`."""
    digits, dash, extension = phone, "", ""
    if phone.startswith("0"):
        area, _, rest = phone.partition("-")
        digits, dash, extension = rest.partition("-")
        return f"{area}-{'*' * max(len(digits) - 4, 1)}{digits[-4:]}" + (dash + "*" * len(extension))
    digits, dash, extension = phone.partition("-")
    if len(digits) < 7:
        return "*" * len(digits)
    return digits[:3] + "*" * (len(digits) - 7) + digits[-4:] + (dash + "*" * len(extension))


def mask_name(name: str) -> str:
    """A name of which only the first character is shown: `王*`."""
    return name[:1] + "*" * min(max(len(name) - 1, 1), 3)
