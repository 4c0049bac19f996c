"""The board looks as in its golden pictures: words, widths and styles."""

from pathlib import Path

import pytest

from tests.console.board_pictures import SCENES, drawn, path_of


@pytest.mark.parametrize("name", SCENES)
def test_the_board_is_drawn_as_in_its_golden_picture(name: str, site: Path) -> None:
    assert drawn(name, site) == path_of(name).read_text(encoding="utf-8")


def test_with_no_color_there_is_none() -> None:
    texts = [path_of(name).read_text(encoding="utf-8") for name in ("picking", "without-colour")]
    coloured, plain = (text.rpartition("\n\n")[2] for text in texts)
    assert "#" in coloured
    assert "#" not in plain and "underline" in plain
