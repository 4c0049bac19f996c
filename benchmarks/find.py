"""Finding tickets by words against the bare indexed query.

Ours: `Reads.find`, the whole of it: what was typed is read, the statement made, tickets ranked, lines made `Head`s.
Bare: the statement that somebody would write by hand who knows the words already: the same index, the same order, the
same number of lines, through the same driver, rows left as they come. Both in a transaction that is open, in turn.
The tickets are made up and written straight into the tables: a fault of a few words, a unit, a caller with a number.
"""

import random
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, Final

from benchmarks.pairs import WALL, Pair, taken_in_turn
from benchmarks.table import Line, Table, microseconds
from benchmarks.workload import folder
from sop_engine.store import statements
from sop_engine.store.search import Search
from sop_engine.store.sqlite import open_store
from sop_engine.values import words

TICKETS: Final = {"tiny": 200, "quick": 20_000, "usual": 100_000, "large": 1_000_000}
PAIRS: Final = {"tiny": 4, "quick": 40, "usual": 100, "large": 100}
LIMIT: Final = 20
PLACES: Final = ("厨房", "卫生间", "客厅", "阳台", "主卧", "次卧", "楼道", "电梯厅", "车库", "大堂")
THINGS: Final = ("水管", "地漏", "灯", "插座", "门锁", "窗户", "墙砖", "空调", "对讲", "龙头")
FAULTS: Final = ("漏水", "堵塞", "不亮", "松动", "异响", "空鼓", "跳闸", "打不开", "生锈", "破裂")
SURNAMES: Final = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
NAMES: Final = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰飞鹏"
CASES: Final = (
    ("a unit", "3栋2单元1202"),
    ("a telephone number", "13800001202"),
    ("a name in pinyin, and a word", "wangfang 漏水"),
    ("two characters, in a tenth of all tickets", "漏水"),
    ("three words", "厨房 水管 漏水"),
)
_BARE: Final = f"""
SELECT {statements.HEAD_COLUMNS} FROM ticket WHERE site = 'local' AND id IN (
  SELECT finding.ticket FROM finding_words JOIN finding ON finding.site = 'local' AND finding.id = finding_words.rowid
  WHERE finding_words MATCH ?)
ORDER BY status = 'closed', opened DESC LIMIT {LIMIT}"""


def run(size: str) -> Table:
    """Ratios of time to the bare query."""
    with folder() as disk:
        path = disk / "site.db"
        store = open_store(path, create=True)
        count = TICKETS[size]
        with store.writing() as writing:
            _fill(writing._run, count)
        lines = []
        for name, said in CASES:
            with store.reading() as reading:
                pair = measured(reading, said, PAIRS[size])
                found = len(reading.find(_search(said)))
            lines.append(
                Line(name, pair.cost, "of the bare query", at_most=3.0, detail=f"{detail(pair)}; {found} lines")
            )
        store.close()
    return Table("find", f"`find` over {count:,} tickets, of the bare indexed query that gives the same", lines)


def detail(pair: Pair) -> str:
    return f"{microseconds(pair.ours_seconds)}; bare {microseconds(pair.other_seconds)}; {len(pair.ours)} pairs"


def _search(said: str) -> Search:
    terms = words.terms_of(said)
    return Search(terms, unit=words.unit_of(terms), limit=LIMIT)


def measured(reading: Any, said: str, pairs: int) -> Pair:
    bare = _bare(reading, said)
    return taken_in_turn([(lambda: reading.find(_search(said)), bare)] * pairs, WALL, skip=2)


def _bare(reading: Any, said: str) -> Callable[[], list[Any]]:
    """The query by hand. Where several words may stand in different parts of a ticket, one subquery for each."""
    matches = [
        " OR ".join(f"({' AND '.join(_quoted(word) for word in reading_)})" for reading_ in term)
        for term in words.terms_of(said)
    ]
    part = _BARE[_BARE.index("  SELECT finding") : _BARE.index(")\nORDER")]
    text = _BARE.replace(part, "\n  INTERSECT\n".join([part] * len(matches)))
    return partial(_rows, reading._run, text, matches)


def _rows(execute: Callable[..., Any], text: str, values: list[str]) -> list[Any]:
    rows: list[Any] = execute(text, values).fetchall()
    return rows


def _quoted(word: words.Word) -> str:
    return f'"{word.text}"*' if word.begins else f'"{word.text}"'


def _fill(execute: Callable[..., Any], count: int) -> None:
    """So many tickets with their words; one in twenty is open."""
    drawn = random.Random(7)
    for number in range(1, count + 1):
        id, rows = f"WX-20{number // 50000:02d}{number // 1000 % 50:04d}-{number % 1000:03d}", list(_ticket(drawn))
        unit, fault, caller, phone = rows
        execute(
            f"INSERT INTO ticket (site, tail, body, {statements.HEAD_COLUMNS}) VALUES"
            " ('local', ?, '{}', ?, 'repair', 'd', 1, 1, 'h', ?, NULL, '[\"registered\"]', ?, ?, 'wang', '{}', ?, 'r',"
            " 'e', NULL, NULL, NULL, NULL, 0, NULL)",
            (id[::-1], id, "open" if number % 20 == 0 else "closed", f"{unit} {fault}", unit, f"20{number:010d}"),
        )
        open_words = words.together([*words.of_unit(unit), *words.of_text(fault)])
        kept_words = words.together([*words.of_name(caller), *words.of_phone(phone)])
        for part, personal, line in (("fields", "", open_words), ("fields:contact", "contact", kept_words)):
            execute(statements.PUT_FINDING, ("local", id, part, personal, line))


def _ticket(drawn: random.Random) -> Iterator[str]:
    """unit, fault, caller, telephone number."""
    yield f"{drawn.randint(1, 20)}-{drawn.randint(1, 4)}-{drawn.randint(1, 33)}{drawn.randint(1, 6):02d}"
    yield f"{drawn.choice(PLACES)}{drawn.choice(THINGS)}{drawn.choice(FAULTS)}，业主{drawn.choice('上下')}午在家"
    yield drawn.choice(SURNAMES) + "".join(drawn.choices(NAMES, k=drawn.randint(1, 2)))
    yield f"13{drawn.randint(0, 99_999_999):09d}" if drawn.random() > 0.0001 else "13800001202"
