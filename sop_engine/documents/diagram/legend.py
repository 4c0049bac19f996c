"""The head of a picture: its title, and what its lines and boxes mean, as far as they occur in it."""

from collections.abc import Collection, Sequence
from typing import Final

from sop_engine.documents.diagram.arrows import CLOCK, Kind
from sop_engine.documents.diagram.labels import row, table
from sop_engine.documents.plain_text import phrase
from sop_engine.messages import Text

Sign = Kind | str

_SIGNS: Final[tuple[tuple[str, str, Text], ...]] = (
    ("person", "──▶", {"zh": "有人办理", "en": "somebody does it"}),
    ("timer", "– –▶", {"zh": "到时自动", "en": "when its time comes"}),
    ("always", "· · ·▶", {"zh": "条件满足即自动", "en": "at once, by itself"}),
    ("done", "══▶", {"zh": "里面各项办完", "en": "all inside is done"}),
    ("event", "──▷", {"zh": "收到事件", "en": "on an event"}),
    ("clock", CLOCK, {"zh": "到时提醒", "en": "a timer"}),
    ("row", "↺", {"zh": "随时可做，状态不变", "en": "done without leaving"}),
    ("guard", "[…]", {"zh": "须满足的条件", "en": "only if"}),
    ("jump", "⇒ ⇐", {"zh": "转到、来自图上另一处", "en": "goes on elsewhere, comes from elsewhere"}),
    ("history", "Ⓗ", {"zh": "回到离开前的那一步", "en": "back to where it was"}),
    ("child", "+", {"zh": "另开子单", "en": "opens a child ticket"}),
    ("signal", "»", {"zh": "告知其他工单、引发事件", "en": "signals, raises an event"}),
    ("region", "┆ ┆", {"zh": "同时进行", "en": "side by side"}),
    ("final", "◎", {"zh": "办结", "en": "end"}),
    ("walked", "━━▶", {"zh": "走过的路，数字为先后", "en": "the way it took; numbers give the order"}),
)


def legend(title: Sequence[str], used: Collection[Sign], language: str, large: bool) -> str:
    """The head as a label: the title's lines, and below them the signs that are `used`, more in a line
    where the picture is `large`."""
    columns = 6 if large else 3
    said = [f"{sign} {phrase(text, language)}" for name, sign, text in _SIGNS if name in used]
    lines = ["　　".join(said[start : start + columns]) for start in range(0, len(said), columns)]
    return table(
        [row(line, 16, bold=True, align="left") for line in title]
        + [row(line, 10, colour="#475569", align="left") for line in lines],
        space=1,
    )
