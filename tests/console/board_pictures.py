"""Golden pictures of the board (adr/0031): what is pressed on which terminal, and how it is drawn then.

`python -m tests.console.board_pictures` draws them anew; read the difference before it is committed. The clock of the
site stands still, and nothing blinks or glides, so that they are the same everywhere.
"""

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

from sop_engine.console.board.app import Board
from tests.console.boards import Pressing, meanwhile, picture, play
from tests.console.place import make_place

FOLDER = Path(__file__).parent.parent / "golden" / "board"


@dataclass(frozen=True)
class Scene:
    """What is pressed, by whom, on which terminal."""

    person: str
    language: str
    size: tuple[int, int]
    keys: tuple[str, ...] = ()
    colours: bool = True
    disturbed: bool = False
    """somebody else does something to the ticket after that"""


SCENES = {
    "queue": Scene("wang_fang", "zh", (80, 24)),
    "queue-wide": Scene("wang_fang", "en", (120, 30), ("slash", "=1202", "enter")),
    "picking": Scene("li_qiang", "zh", (80, 24), ("d", "=wg", "enter", "=80", "enter", "enter", "=z")),
    "wrong": Scene("li_qiang", "en", (80, 24), ("d", "=done", "enter", "=cheap", "enter")),
    "meanwhile": Scene("wang_fang", "zh", (80, 24), ("d", "=qx", "enter", "=[b]改期[/]"), disturbed=True),
    "without-colour": Scene("li_qiang", "en", (80, 24), ("t", "=z"), colours=False),
    "small": Scene("wang_fang", "zh", (40, 10), ("m",)),
}


def drawn(name: str, site: Path) -> str:
    """A scene's picture, on a fresh copy of the site of `tests.console.place`."""
    scene, found = SCENES[name], list[str]()
    environment = {each: value for each, value in os.environ.items() if each not in ("NO_COLOR", "SOP_AS")}
    environment |= {"SOP_SITE": str(site), **({} if scene.colours else {"NO_COLOR": "1"})}

    async def playing(board: Board, press: Pressing) -> None:
        await press(*scene.keys)
        if scene.disturbed:
            meanwhile("liu_yang", wx, "note", note="他又来电")
            board._look()
            await press()
        found.append(picture(board))

    with mock.patch.dict(os.environ, environment, clear=True):
        fields = {"unit": "3-2-1202", "fault": "厨房漏水"}
        wx = meanwhile("wang_fang", "", "open", procedure="repair", fields=fields)
        if scene.person == "li_qiang":
            meanwhile("wang_fang", wx, "do", trigger="dispatch", fields={})
            meanwhile("li_qiang", wx, "do", trigger="accept", fields={})
        play(playing, scene.person, scene.language, scene.size)
    return found[0]


def path_of(name: str) -> Path:
    return FOLDER / f"{name}.txt"


def main() -> None:
    """Draw each anew."""
    FOLDER.mkdir(exist_ok=True)
    for name in SCENES:
        with tempfile.TemporaryDirectory() as made:
            make_place(Path(made) / "site")
            path_of(name).write_text(drawn(name, Path(made) / "site"), encoding="utf-8")


if __name__ == "__main__":
    main()
