"""A page that is drawn anew when what it shows has changed, until Ctrl-C. The terminal is left as it was."""

import contextlib
import io
import sys
import time
from collections.abc import Callable, Iterator
from typing import Final

from sop_engine.console.output import flush, write

LOOK_SECONDS: Final = 1.0
"""between two looks whether something has changed"""
DRAW_SECONDS: Final = 30.0
"""after so long it is drawn anyway: what is left has become less"""
_OTHER_SCREEN: Final = "\x1b[?1049h\x1b[?25l"
_FORMER_SCREEN: Final = "\x1b[?25h\x1b[?1049l"
_FROM_THE_TOP: Final = "\x1b[H\x1b[J"


class Page(io.StringIO):
    """What is printed into it as if it were the terminal."""

    def isatty(self) -> bool:
        return True


def watch(
    version: Callable[[], object], draw: Callable[[], None], size: Callable[[], tuple[int, int]],
    wait: Callable[[float], None] = time.sleep,
) -> None:  # fmt: skip
    """Draw at once, then whenever `version` says something new, and every half minute. Comes back at Ctrl-C. `size` is
    the terminal's, in columns and lines."""
    with _other_screen(), contextlib.suppress(KeyboardInterrupt):
        drawn: object = None
        age = 0.0
        while True:
            now = (version(), size())
            if now != drawn or age >= DRAW_SECONDS:
                write(sys.stdout, _FROM_THE_TOP + _fitting(_printed(draw), size()[1]))
                flush(sys.stdout)
                drawn, age = now, 0.0
            wait(LOOK_SECONDS)
            age += LOOK_SECONDS


@contextlib.contextmanager
def _other_screen() -> Iterator[None]:
    write(sys.stdout, _OTHER_SCREEN)
    try:
        yield
    finally:
        write(sys.stdout, _FORMER_SCREEN)
        flush(sys.stdout)


def _printed(draw: Callable[[], None]) -> str:
    page = Page()
    with contextlib.redirect_stdout(page):
        draw()
    return page.getvalue()


def _fitting(text: str, lines: int) -> str:
    """So much of a page as a terminal of so many lines shows without scrolling."""
    found = text.rstrip("\n").split("\n")
    return "\n".join(found if len(found) < lines else [*found[: max(lines - 2, 1)], "…"])
