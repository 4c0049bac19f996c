"""The pages' console blocks, run as a reader would run them.

The law. A page begins in an empty folder, and its blocks run from the top in one session: `cd` and `export` last until
the end of the page. What stands under a command is what a terminal of 100 columns shows, standard output and standard
error as they come. What differs from run to run is made equal on both sides before they are compared.

| in the page | what happens |
|---|---|
| a ```` ```console ```` block | each `$ command` is run; lines that begin with `> ` go on with it |
| `<!-- file: PATH -->` before a block | the block is written to that file |
| `<!-- sections of: PATH -->` before a block | its top-level sections replace those of the file, or are added |
| `<!-- not run: REASON -->` before a console block | the block is left alone, and the test says why |
"""

import fcntl
import os
import pty
import pwd
import re
import shlex
import struct
import subprocess
import sys
import termios
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
COLUMNS: Final = 100
LONGEST_SECONDS: Final = 120
LOGIN: Final = "meilin"
"""how pages call the login of whoever reads them"""
FOLDER: Final = "/home/meilin"
"""how pages call the folder in which they begin"""

_FENCE: Final = re.compile(r"^```(?P<info>[a-z]*)[^\n]*\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
_MARK: Final = re.compile(r"<!-- (?P<kind>file|sections of|not run): (?P<value>[^\n]+?) -->\n+\Z")
_SECTION: Final = re.compile(r"^(?=[a-z_]+:)", re.MULTILINE)

_EQUAL: Final = (
    (re.compile(r"\b(?=[0-9a-f]*[0-9])(?=[0-9a-f]*[a-f])[0-9a-f]{12,64}\b"), "#hash"),
    (re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b"), "#id"),
    (re.compile(r"\bsite-[0-9a-f]{8}\b"), "site-#"),
    (re.compile(r"\d+(\.\d+)? MiB"), "# MiB"),
    (re.compile(r"\b3\.\d+\.\d+ \([^)]*\)"), "3.#"),
    (re.compile(r"\b\d+(\.\d+)? (s|min) ago"), "# ago"),
    (re.compile(r" {2,}"), "  "),
)
"""What no two runs have alike."""


@dataclass(slots=True)
class Block:
    """A fenced block of a page: its text, and where that text stands."""

    page: Path
    info: str
    text: str
    start: int
    """of `text` in the page"""
    line: int
    marks: dict[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"


@dataclass(frozen=True, slots=True)
class Command:
    """A command of a console block, as it was typed, and what the page says it prints."""

    typed: str
    line: str
    output: str


def blocks(page: Path) -> Iterator[Block]:
    """The fenced blocks of a page, with the marks before them."""
    text = page.read_text(encoding="utf-8")
    for match in _FENCE.finditer(text):
        marks: dict[str, str] = {}
        before = text[: match.start()]
        while mark := _MARK.search(before):
            marks[mark["kind"]] = mark["value"]
            before = before[: mark.start()]
        line = text.count("\n", 0, match.start()) + 1
        yield Block(page, match["info"], match["text"], match.start("text"), line, marks)


def commands(text: str) -> Iterator[Command]:
    """The commands of a console block. Raises `ValueError` where the block begins with something else."""
    parts = re.split(r"^(?=\$ )", text, flags=re.MULTILINE)
    if parts[0]:
        raise ValueError(f"a console block begins with `$ `, not with {parts[0]!r}")
    for part in parts[1:]:
        lines = part.splitlines(keepends=True)
        typed = 1 + next((rank for rank, each in enumerate(lines[1:]) if not each.startswith("> ")), len(lines) - 1)
        line = "".join([lines[0][2:], *(each[2:] for each in lines[1:typed])]).replace("\\\n", "").strip()
        yield Command("".join(lines[:typed]), line, "".join(lines[typed:]))


def equal(text: str) -> str:
    """`text` without what differs from run to run."""
    for pattern, word in _EQUAL:
        text = pattern.sub(word, text)
    return "\n".join(line.rstrip() for line in text.splitlines()).rstrip("\n")


class Session:
    """A reader at a terminal, who has the installed `sop`, or one in a folder of programs, and an empty folder."""

    def __init__(self, folder: Path, programs: Path | None = None) -> None:
        self.start = folder
        self.folder = folder
        self.code = 0
        folders = [*([] if programs is None else [str(programs)]), str(Path(sys.executable).parent)]
        binaries = os.pathsep.join([*folders, os.environ["PATH"]])
        kept = {name: value for name, value in os.environ.items() if not name.startswith("SOP_")}
        self.environment = {
            **kept, "PATH": binaries, "HOME": str(folder), "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "TERM": "xterm",
            "NO_COLOR": "1", "SOP_NO_INPUT": "1", "SOP_LANG": "en",
        }  # fmt: skip

    def run(self, line: str) -> str:
        """What the terminal shows of a command, with the folder and the login called as pages call them."""
        words = shlex.split(line, comments=True) if line.startswith(("cd ", "export ")) else []
        if words[:1] == ["export"]:
            self.environment.update(dict([word.split("=", 1) for word in words[1:]]))
            return ""
        if words[:1] == ["cd"] and len(words) == 2:
            self.folder = (self.folder / words[1].replace("~", str(self.start))).resolve()
            assert self.folder.is_dir(), f"{line}: there is no such folder"
            return ""
        shown = self._in_terminal(f"(exit {self.code})\n{line}")
        login = pwd.getpwuid(os.getuid()).pw_name
        return re.sub(rf"\b{re.escape(login)}\b", LOGIN, shown.replace(str(self.start), FOLDER))

    def _in_terminal(self, line: str) -> str:
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, COLUMNS, 0, 0))
        with subprocess.Popen(
            ["bash", "-c", line], cwd=self.folder, env=self.environment,
            stdin=subprocess.DEVNULL, stdout=theirs, stderr=theirs,
        ) as process:  # fmt: skip
            os.close(theirs)
            shown = b"".join(iter(lambda: _read(ours), b""))
            os.close(ours)
            self.code = process.wait(LONGEST_SECONDS)
        return shown.decode("utf-8").replace("\r\n", "\n")

    def put(self, block: Block) -> None:
        """Write a block to the file that its mark names."""
        if "file" in block.marks:
            path = self.start / block.marks["file"]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block.text, encoding="utf-8")
        elif "sections of" in block.marks:
            path = self.start / block.marks["sections of"]
            path.write_text(with_sections(path.read_text(encoding="utf-8"), block.text), encoding="utf-8")


def with_sections(whole: str, part: str) -> str:
    """The file `whole` with the top-level sections of `part` in the place of its own, new ones before `states`."""
    found = {each.partition(":")[0]: each for each in _SECTION.split(whole) if each.strip()}
    for section in _SECTION.split(part):
        if section.strip():
            found[section.partition(":")[0]] = section.rstrip("\n") + "\n\n"
    last = {name: found.pop(name) for name in ("open", "anytime", "states") if name in found}
    return "".join([*found.values(), *last.values()]).rstrip("\n") + "\n"


def play(page: Path, folder: Path, programs: Path | None = None) -> Iterator[tuple[Block, Command, str]]:
    """Run a page in a folder: each command with its block and what it showed. Files are written on the way. Programs in
    `programs` go before those that are installed."""
    session = Session(folder.resolve(), programs)
    for block in blocks(page):
        if block.info == "console" and "not run" not in block.marks:
            for command in commands(block.text):
                yield block, command, session.run(command.line)
        else:
            session.put(block)


def rewritten(page: Path, folder: Path) -> str:
    """The page with what its commands show today, kept as it stands where only the volatile differs."""
    text = page.read_text(encoding="utf-8")
    fresh: dict[int, tuple[Block, list[str]]] = {}
    for block, command, shown in play(page, folder):
        shown = "\n".join(line.rstrip() for line in shown.splitlines()).strip("\n")
        output = command.output if equal(shown) == equal(command.output) else shown + "\n" if shown else ""
        fresh.setdefault(block.start, (block, []))[1].append(command.typed + output)
    for start, (block, parts) in sorted(fresh.items(), reverse=True):
        text = text[:start] + "".join(parts) + text[start + len(block.text) :]
    return text


def _read(descriptor: int) -> bytes:
    """The next bytes of a terminal; none where its other side has been closed."""
    try:
        return os.read(descriptor, 65536)
    except OSError:
        return b""
