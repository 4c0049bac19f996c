"""The words by which something is found, and what somebody means who types some of them.

The law. What is written and what is looked for come through the same folding (NFKC, case, accents, full width), so that
every spelling of a thing has the words of every other. A word has letters, digits and hyphens and nothing else, so
whichever index keeps it has nothing to split or to quote.

| what | its words |
|---|---|
| Han and kana, `厨房漏水` | each two neighbours, `厨房 房漏 漏水`, and the last one, `水`: one character finds by the beginning of a word |
| letters and digits, `A1202` | the whole, and from where digits begin: `a1202 1202`; the beginning of a word finds it |
| a unit, `3栋2单元1202` | as it is kept, and without its first parts: `3-2-1202 2-1202 1202` |
| a telephone number | its digits, and without its first ones: any three in a row find it |
| a name, `王芳` | `王芳 芳`, and as it is typed: `wangfang fang wf` |

What is looked for is a list of terms, all of which must be found. A term is a choice of readings (`3-2` may be a unit,
or two numbers), and a reading is words that must be there together, each whole or as a beginning.
"""  # noqa: E501  a table's row is one line

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from typing import Final, NamedTuple

from sop_engine.values.people import read_phone, read_unit
from sop_engine.values.pinyin import spellings
from sop_engine.values.problems import ValueProblem
from sop_engine.values.texts import short

LONGEST_WORD: Final = 60
"""characters of a word; of a longer one only so many count"""
MOST_WORDS: Final = 4000
"""different words of one text; what comes after is not found by"""
LEAST_DIGITS: Final = 3
"""of a telephone number by which it is found"""
LEAST_WHOLE: Final = 7
"""digits of a telephone number that can be told from other numbers"""

# patterns are texts, which `re` compiles at first use and keeps: most commands look for nothing
_HAN: Final = "\u3005\u3007\u3040-\u30ff㐀-䶿一-鿿\U00020000-\U0003ffff"
_RUN: Final = f"([{_HAN}]+)|[^\\W_{_HAN}]+"
_USUAL: Final = "[ -~\\n\u3000-\u303f一-鿿]*"
"""text in which nothing is left to fold"""
_NUMBER: Final = r"(?<!\d)\+?\d[\d ()-]{5,20}\d(?!\d)"
_UNIT: Final = r"[0-9a-z]+(?:(?:号楼|单元|栋|幢|座|-|#)[0-9a-z]+)+"
_WHOLE_UNIT: Final = f"{_UNIT}(?:室|号房|房|户)?"
_UNIT_SIGN: Final = r"\d(?:号楼|单元|栋|幢|座|室|-|#)"
_GAP_IN_UNIT: Final = r"(?:(?<=号楼)|(?<=单元)|(?<=[栋幢座]))\s+(?=[0-9a-z])|(?<=[0-9a-z])\s+(?=号楼|单元|[栋幢座])"
_GAP_AT_DASH: Final = r"(?<=[0-9a-z])\s*([-#])\s*(?=[0-9a-z])"
_GAP_IN_MOBILE: Final = r"(?<!\S)(1[3-9]\d)[ -](\d{4})[ -](\d{4})(?!\S)"


_INVISIBLE: Final = frozenset({"Mn", "Me", "Cf", "Cs"})
"""categories of characters that are no part of a word"""
_DASHES: Final = dict.fromkeys(map(ord, "‐‑‒–—―−"), "-")


_SHORT_PART: Final = 2
"""characters of a part of a unit, such as its building, which is no unit by itself"""


class Word(NamedTuple):
    """A word that must be there."""

    text: str
    begins: bool = False
    """a longer word that begins so will do"""


Term = tuple[tuple[Word, ...], ...]
"""readings, one of which must hold: words that must be there together"""


# --- what is written -------------------------------------------------------------------------------------------------


def folded(text: str) -> str:
    """`text` as all its spellings have it: no width, case, accents or invisible characters."""
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKC", text).casefold()
    if re.fullmatch(_USUAL, plain):
        return plain
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    kept = "".join(each for each in apart if unicodedata.category(each) not in _INVISIBLE)
    return unicodedata.normalize("NFKC", kept).translate(_DASHES)


def of_text(text: str) -> Iterator[str]:
    """The words of a text, units and telephone numbers in it included."""
    plain = folded(text)
    yield from _runs(plain)
    if re.search(r"\d", plain):
        for found in re.finditer(_UNIT, _closed(plain)):
            yield from _tails_of_unit(found[0])
        for found in re.finditer(_NUMBER, plain):
            digits = re.sub(r"\D", "", found[0])
            if LEAST_WHOLE <= len(digits) <= 15:
                yield from _tails(digits)


def _runs(plain: str) -> Iterator[str]:
    for found in re.finditer(_RUN, plain):
        run = found[0]
        if found[1]:
            for place in range(len(run) - 1):
                yield run[place : place + 2]
            yield run[-1]
        else:
            yield run[:LONGEST_WORD]
            for part in re.finditer(r"(?<=\D)\d+", run):
                yield run[part.start() :][:LONGEST_WORD]


def of_unit(unit: str) -> Iterator[str]:
    """The words of a unit in the form that is kept."""
    yield from _tails_of_unit(unit)
    yield from (run for run in _runs(folded(unit)) if not run.isdecimal())


def _tails_of_unit(text: str) -> Iterator[str]:
    unit = _unit_or_none(text)
    parts = unit.split("-") if unit is not None else []
    for start in range(len(parts)):
        yield "-".join(parts[start:])[:LONGEST_WORD]


def of_phone(phone: str) -> Iterator[str]:
    """The words of a telephone number in the form that is kept."""
    number, *extension = _parts_of_phone(phone)
    yield from _tails(number)
    yield from extension


def _parts_of_phone(phone: str) -> list[str]:
    """Its digits, and those of its extension where it has one."""
    digits = [re.sub(r"\D", "", part) for part in phone.split("-")]
    return ["".join(digits[:2]), *digits[2:]] if phone.startswith("0") else digits


def _tails(digits: str) -> Iterator[str]:
    for start in range(max(len(digits) - LEAST_DIGITS + 1, 1)):
        yield digits[start:]


def of_name(name: str) -> Iterator[str]:
    """The words of a person's name."""
    plain = folded(name)
    yield from _runs(plain)
    for found in re.finditer(f"[{_HAN}]+", plain):
        yield from spellings(found[0])


def together(words: Iterable[str]) -> str:
    """Words as one line for an index: each once, and not too many."""
    kept: dict[str, None] = {}
    for word in words:
        kept[word] = None
        if len(kept) == MOST_WORDS:
            break
    return " ".join(kept)


# --- what is looked for ----------------------------------------------------------------------------------------------


def terms_of(said: str) -> tuple[Term, ...]:
    """What somebody means who types this; nothing where there is no word in it. Raises `ValueProblem` where it is a
    story."""
    plain = folded(short(said))
    number = _phone_or_none(plain) if " " in plain.strip() else None
    if number is not None:
        return ((_digits(number),),)
    plain = re.sub(_GAP_IN_MOBILE, r"\1\2\3", re.sub(_GAP_AT_DASH, r"\1", _closed(plain)))
    return tuple(term for piece in plain.split() if (term := _term(piece)))


def unit_of(terms: tuple[Term, ...]) -> str | None:
    """The unit, in the form that is kept, where that is all that is looked for."""
    if len(terms) != 1 or len(terms[0]) < 2:
        return None
    (first, *more), (second, *_) = terms[0][:2]
    is_unit = not more and second == Word(f"{first.text}-", begins=True)
    return first.text.upper() if is_unit else None


def _closed(plain: str) -> str:
    """`3 栋 2 单元 1202` without its gaps."""
    return re.sub(_GAP_IN_UNIT, "", plain)


def _term(piece: str) -> Term:
    readings: list[tuple[Word, ...]] = []
    if re.search(_UNIT_SIGN, piece) and (unit := _unit_or_none(piece)) is not None:
        if len(unit) > _SHORT_PART:
            readings.append((Word(unit[:LONGEST_WORD]),))
        readings.append((Word(f"{unit}-"[:LONGEST_WORD], begins=True),))
    number = _phone_or_none(piece)
    if number is not None:
        readings.append(_digits(number))
    words = tuple(dict.fromkeys(_wanted(piece)))
    if words and not (readings and re.fullmatch(_WHOLE_UNIT, piece)):
        readings.append(words)
    return tuple(dict.fromkeys(readings))


def _wanted(piece: str) -> Iterator[Word]:
    for found in re.finditer(_RUN, piece):
        run = found[0]
        if not found[1]:
            yield Word(run[:LONGEST_WORD], begins=len(run) > 1)
        elif len(run) == 1:
            yield Word(run, begins=True)
        else:
            for place in range(len(run) - 1):
                yield Word(run[place : place + 2])


def _digits(number: str) -> tuple[Word, ...]:
    return tuple(Word(each, begins=True) for each in _parts_of_phone(number))


def _unit_or_none(text: str) -> str | None:
    try:
        return folded(read_unit(text))
    except ValueProblem:
        return None


def _phone_or_none(text: str) -> str | None:
    """The number, where it is one and so long that it is nothing else."""
    if len(re.sub(r"\D", "", text)) < LEAST_WHOLE:
        return None
    try:
        return read_phone(text)
    except ValueProblem:
        return None


def matches(term: Term, words: Collection[str]) -> bool:
    """Whether a term is found by these words."""
    return any(all(_has(words, word) for word in reading) for reading in term)


def _has(words: Collection[str], word: Word) -> bool:
    return word.text in words or (word.begins and any(each.startswith(word.text) for each in words))
