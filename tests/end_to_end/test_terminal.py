"""Questions at a terminal, and Ctrl-C in the midst of them."""

import os
import pty
import select
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.console.place import head_number, tickets
from tests.end_to_end.shell import SOP


class Terminal:
    """The installed command at a terminal of its own."""

    def __init__(self, words: list[str], environment: dict[str, str], folder: Path) -> None:
        self._master, slave = pty.openpty()
        self._process = subprocess.Popen(
            [SOP, *words],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env={**environment, "TERM": "xterm", "COLUMNS": "100"},
            cwd=folder,
            start_new_session=True,
            preexec_fn=lambda: _own_terminal(slave),
        )
        os.close(slave)
        self.shown = ""

    def until(self, words: str, seconds: float = 60) -> None:
        """Read until the words are shown."""
        end = time.monotonic() + seconds
        while words not in self.shown:
            assert time.monotonic() < end, f"{words!r} was not shown: {self.shown!r}"
            ready, _, _ = select.select([self._master], [], [], 0.2)
            if ready:
                try:
                    self.shown += os.read(self._master, 4096).decode(errors="replace")
                except OSError:
                    assert words in self.shown, self.shown
                    return

    def type(self, text: str) -> None:
        os.write(self._master, text.encode())

    def end(self) -> int:
        """Read what is left; gives the exit code."""
        while True:
            try:
                more = os.read(self._master, 4096)
            except OSError:
                break
            if not more:
                break
            self.shown += more.decode(errors="replace")
        return self._process.wait(60)

    def close(self) -> None:
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        os.close(self._master)


def _own_terminal(slave: int) -> None:
    import fcntl
    import signal
    import termios

    signal.signal(signal.SIGINT, signal.SIG_DFL)  # whoever started the tests in the background has it ignored
    fcntl.ioctl(slave, termios.TIOCSCTTY, 0)


Terminals = Callable[..., Terminal]


@pytest.fixture
def terminals(environment: dict[str, str], tmp_path: Path) -> Iterator[Terminals]:
    opened: list[Terminal] = []

    def start(*words: str) -> Terminal:
        opened.append(Terminal(list(words), environment, tmp_path))
        return opened[-1]

    yield start
    for each in opened:
        each.close()


def test_what_is_asked_is_asked_in_order_until_it_can_be_read(terminals: Terminals, site: Path) -> None:
    terminal = terminals("new", "repair", "--as", "wang_fang")
    terminal.until("Unit")
    terminal.until("> ")
    terminal.type("?\r")
    terminal.until("3-2-1202", 60)
    terminal.type("３-2-1202\r")
    terminal.until("Fault")
    terminal.type("\r")
    terminal.until("this is needed")
    terminal.type("厨房漏水\r")
    assert terminal.end() == 0, terminal.shown
    assert "厨房漏水" in terminal.shown
    assert "Dispatch (dispatch)" in terminal.shown
    assert tickets(site) == ["WX-20261123-001"]


def test_what_is_open_of_a_unit_is_shown_before_more_is_asked(terminals: Terminals, site: Path, wx: str) -> None:
    terminal = terminals("new", "repair", "--as", "wang_fang")
    terminal.until("> ")
    terminal.type("3栋2单元1202\r")
    terminal.until("open already:")
    terminal.until(f"{wx}  3-2-1202 厨房漏水  To be dispatched, opened 0 min ago")
    terminal.until("Fault")
    terminal.type("又漏了\r")
    terminal.until("Open another one all the same? (y/N)")
    terminal.type("n\r")
    assert terminal.end() == 0, terminal.shown
    assert "nothing was opened" in terminal.shown
    assert tickets(site) == [wx]


def test_another_one_is_opened_where_that_is_wanted(terminals: Terminals, site: Path, wx: str) -> None:
    terminal = terminals("new", "repair", "--as", "wang_fang", "--field", "unit=3-2-1202", "--field", "fault=又漏了")
    terminal.until("Open another one all the same? (y/N)")
    assert terminal.shown.count("open already:") == 1
    terminal.type("是\r")
    assert terminal.end() == 0, terminal.shown
    assert len(tickets(site)) == 2
    assert "this is another one" not in terminal.shown


def test_a_prompt_offers_what_is_there(terminals: Terminals, site: Path, wx: str) -> None:
    terminal = terminals("do", "1", "cancel", "--as", "wang_fang")
    terminal.until("Reason")
    terminal.type("业主不修了\r")
    assert terminal.end() == 0, terminal.shown
    assert head_number(site, wx) == 2


def test_nobody_is_asked_for_values_only_to_be_refused(terminals: Terminals, site: Path, wx: str) -> None:
    for words in (("new", "repair", "--as", "li_qiang"), ("do", "1", "cancel", "--as", "li_qiang")):
        terminal = terminals(*words)
        assert terminal.end() == 5, terminal.shown
        assert "> " not in terminal.shown
    assert tickets(site) == [wx]


def test_ctrl_c_at_a_question_changes_nothing(terminals: Terminals, site: Path) -> None:
    terminal = terminals("new", "repair", "--as", "wang_fang")
    terminal.until("> ")
    terminal.type("\x03")
    assert terminal.end() == 130, terminal.shown
    assert "interrupted; nothing was changed" in terminal.shown
    assert "Traceback" not in terminal.shown
    assert tickets(site) == []


def test_the_end_of_the_input_at_a_question(terminals: Terminals, site: Path) -> None:
    terminal = terminals("new", "repair", "--as", "wang_fang")
    terminal.until("> ")
    terminal.type("\x04")
    assert terminal.end() == 2
    assert "the input ended" in terminal.shown
    assert tickets(site) == []


def test_what_is_possible_stands_a_line_each_where_one_line_is_too_narrow(terminals: Terminals, wx: str) -> None:
    terminal = terminals("do", "1", "dispach", "--as", "wang_fang")
    assert terminal.end() == 2
    lines = terminal.shown.splitlines()
    assert lines[2:7] == [
        "possible now:",
        "  dispatch (Front desk)",
        "  progress (Steward, needs: note)",
        "  cancel (Front desk, needs: reason)",
        "by itself: in 15 min told: Front desk",
    ]
    assert max(map(len, lines)) <= 100


def test_a_table_on_a_terminal(terminals: Terminals, wx: str) -> None:
    terminal = terminals("ls")
    assert terminal.end() == 0
    assert terminal.shown.splitlines()[0].startswith("number           unit")
