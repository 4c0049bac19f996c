"""Mutants: good files with mistakes in them, each made by chance from a number, which is all it takes to repeat it."""

import random
import re
from collections.abc import Callable, Sequence
from typing import Final

TOKEN: Final = re.compile(r"[\w-]+|[^\w\s]")
TYPOGRAPHY: Final = str.maketrans(":,\"'(){}[]=<>!;-+*/ ", "：，“’（）｛｝［］＝＜＞！；－＋＊／　")
HOSTILE: Final = (
    b"\0", b"\xef\xbb\xbf", b"\r\n", b"\t", b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\x1b[2J",
    "\u2028".encode(), "\u202e".encode(), "\U0001f600".encode(), "e\u0301\u0301".encode(), b"\\ud800", b"&a ", b"*a",
    b"<<: *a", b"!!python/object:os.system ", b"? ", b"|\n", b">-\n", b"---\n", b"...\n", b"%YAML 9.9\n", b"{{", b"}}",
    b"{%", b"#", b"- ", b"1e999999999", b"-1", b"9" * 400, b"NaN", b"0x10", b"99999 years", b"null", b"''", b'"', b"~",
)  # fmt: skip

Change = Callable[[random.Random, bytes, Sequence[bytes], Sequence[bytes]], bytes]
"""(chance, the text, all good texts, the words of their language) -> the text with a mistake"""


def words_of(seeds: Sequence[bytes]) -> list[bytes]:
    """Every word and sign that stands in the good files."""
    found = {token for seed in seeds for token in TOKEN.findall(seed.decode("utf-8", "ignore"))}
    return [token.encode() for token in sorted(found)]


def mutant(
    chance: random.Random, text: bytes, seeds: Sequence[bytes], words: Sequence[bytes], mistakes: int | None = None
) -> bytes:
    """`text` with so many mistakes, or one to four."""
    for _ in range(mistakes or chance.choice((1, 1, 2, 3, 4))):
        change = chance.choice(RARE if chance.random() < 0.02 else COMMON)
        text = change(chance, text, seeds, words)
    return text


def window(chance: random.Random, text: bytes, most_lines: int) -> bytes:
    """A few lines of a file, moved to its left edge."""
    lines = text.split(b"\n")
    start = chance.randrange(len(lines))
    taken = lines[start : start + chance.randint(1, most_lines)]
    margin = min((len(line) - len(line.lstrip()) for line in taken if line.strip()), default=0)
    return b"\n".join(line[margin:] for line in taken)


# --- mistakes ---


def _flip(chance: random.Random, text: bytes, seeds: Sequence[bytes], words: Sequence[bytes]) -> bytes:
    changed = bytearray(text)
    for _ in range(chance.randint(1, 3)):
        if changed:
            changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def _cut(chance: random.Random, text: bytes, seeds: Sequence[bytes], words: Sequence[bytes]) -> bytes:
    start = chance.randint(0, len(text))
    return text[:start] + text[start + chance.randint(1, 40) :]


def _truncate(chance: random.Random, text: bytes, seeds: Sequence[bytes], words: Sequence[bytes]) -> bytes:
    return text[: chance.randint(0, len(text))]


def _copy(chance: random.Random, text: bytes, seeds: Sequence[bytes], words: Sequence[bytes]) -> bytes:
    start, to = chance.randint(0, len(text)), chance.randint(0, len(text))
    return text[:to] + text[start : start + chance.randint(1, 60)] + text[to:]


def _insert(chance: random.Random, text: bytes, seeds: Sequence[bytes], words: Sequence[bytes]) -> bytes:
    at = chance.randint(0, len(text))
    return text[:at] + chance.choice(words if chance.random() < 0.6 else HOSTILE) + text[at:]


def _swap_word(chance: random.Random, text: bytes, seeds: Sequence[bytes], words: Sequence[bytes]) -> bytes:
    said = text.decode("utf-8", "surrogateescape")
    found = list(TOKEN.finditer(said))
    if not found:
        return text
    token = chance.choice(found)
    other = chance.choice(words).decode() if chance.random() < 0.5 else chance.choice(found)[0]
    return (said[: token.start()] + other + said[token.end() :]).encode("utf-8", "surrogateescape")


def _typography(chance: random.Random, text: bytes, seeds: Sequence[bytes], words: Sequence[bytes]) -> bytes:
    said = text.decode("utf-8", "surrogateescape")
    at = chance.randint(0, len(said))
    to = at + chance.randint(1, 12)
    return (said[:at] + said[at:to].translate(TYPOGRAPHY) + said[to:]).encode("utf-8", "surrogateescape")


def _lines(chance: random.Random, text: bytes, seeds: Sequence[bytes], words: Sequence[bytes]) -> bytes:
    lines = text.split(b"\n")
    here, there = chance.randrange(len(lines)), chance.randrange(len(lines))
    match chance.randrange(4):
        case 0:
            lines.insert(there, lines[here])
        case 1:
            lines[here], lines[there] = lines[there], lines[here]
        case 2:
            lines[here] = b" " * chance.randint(0, 9) + lines[here].lstrip()
        case 3:
            lines[here] = b"\t" + lines[here]
    return chance.choice((b"\n", b"\n", b"\n", b"\r\n", b"\r")).join(lines)


def _merge(chance: random.Random, text: bytes, seeds: Sequence[bytes], words: Sequence[bytes]) -> bytes:
    other = window(chance, chance.choice(seeds), 8)
    lines = text.split(b"\n")
    at = chance.randint(0, len(lines))
    return b"\n".join([*lines[:at], other, *lines[at + chance.randint(0, 3) :]])


def _nest(chance: random.Random, text: bytes, seeds: Sequence[bytes], words: Sequence[bytes]) -> bytes:
    mark = chance.choice((b"[", b"{", b"- ", b"? ", b"{a: ", b"(", b"not ", b"-", b"{{", b"{% if a %}", b'{"a":'))
    at = chance.randint(0, len(text))
    return text[:at] + mark * chance.choice((39, 41, 200, 1100, 6000)) + text[at:]


def _bomb(chance: random.Random, text: bytes, seeds: Sequence[bytes], words: Sequence[bytes]) -> bytes:
    kind = chance.choice((b"[%s]", b"{a: %s}"))
    lines = [b"b0: &b0 [x, x, x, x, x]"]
    for rank in range(1, chance.randint(3, 30)):
        inner = b", ".join([b"*b%d" % (rank - 1)] * (9 if kind[:1] == b"[" else 1))
        lines.append(b"b%d: &b%d " % (rank, rank) + kind % inner)
    return b"\n".join([*lines, text] if chance.random() < 0.5 else [text, *lines])


def _huge(chance: random.Random, text: bytes, seeds: Sequence[bytes], words: Sequence[bytes]) -> bytes:
    at = chance.randint(0, len(text))
    unit = chance.choice((b"x", b"9", "汉".encode(), b"\n", b" ", b"\\", "e\u0301".encode(), b"a.", b"x ", b"{{a}}"))
    return text[:at] + unit * chance.choice((100, 2_000, 10_000)) + text[at:]


COMMON: Final[tuple[Change, ...]] = (
    _flip, _cut, _copy, _insert, _swap_word, _swap_word, _typography, _lines, _merge, _truncate,
)  # fmt: skip
RARE: Final[tuple[Change, ...]] = (_nest, _bomb, _huge)
"""what takes long to read"""
