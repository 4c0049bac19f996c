"""How a name in Han characters is typed on a keyboard that has none: in pinyin, whole or by its initials.

The law. The readings stand in `pinyin.txt`, a line for each syllable, so that a change to them can be read. The file is
kept as the one text that it is: to find a character in it takes microseconds, and to make a dictionary of all of them
would take longer than most processes need it for. A character of several readings (曾 is ceng, as a surname zeng) has
them all, since who is looked for by one of them is to be found.
"""

import functools
from itertools import islice, product
from pathlib import Path
from typing import Final

MOST_READINGS: Final = 12
"""of one name: three characters of two readings each, and some"""
LONGEST_NAME: Final = 8
"""characters of a name that is spelt; what is longer is no name of a person"""


@functools.cache
def _table() -> str:
    return Path(__file__).with_name("pinyin.txt").read_text(encoding="utf-8")


def syllables(character: str) -> tuple[str, ...]:
    """The readings of a character, without tones; none where it has none that is known."""
    if character.isascii():
        return ()
    table, found, place = _table(), [], -1
    while (place := table.find(character, place + 1)) >= 0:
        start = table.rfind("\n", 0, place) + 1
        found.append(table[start : table.index(" ", start)])
    return tuple(each for each in found if each.isalpha())


def spellings(name: str) -> tuple[str, ...]:
    """What may be typed for a name of Han characters: `wangfang`, what is left of it without its first syllables
    (`fang`), and its initials (`wf`). Nothing where one of its characters has no known reading. `ü` is typed as v, as u
    or as yu: all three are there."""
    if not 1 <= len(name) <= LONGEST_NAME:
        return ()
    readings = [_typed(character) for character in name]
    if not all(readings):
        return ()
    found: dict[str, None] = {}
    # the first character's readings change fastest: surnames are what is read in an unusual way
    for backwards in islice(product(*reversed(readings)), MOST_READINGS):
        found["".join(reversed(backwards))] = None
        found["".join(each[0] for each in reversed(backwards))] = None
    for start in range(1, len(name)):
        found["".join(each[0] for each in readings[start:])] = None
    return tuple(found)


def _typed(character: str) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for each in syllables(character):
        found[each] = None
        if "v" in each:
            found |= {each.replace("v", "u"): None, each.replace("v", "yu"): None}
    return tuple(found)
