"""DOT text as a picture, drawn by Graphviz in a process of its own.

The `dot` program draws where it is installed, else the Graphviz that the `pygraphviz` wheel carries (the extra
`diagrams`). Either runs without a shell, is fed the text by a pipe, and is given so much time and memory and no more: a
picture is made of what owners wrote.
"""

import contextlib
import importlib.util
import resource
import shutil
import subprocess
import sys
from collections.abc import Sequence
from typing import Final, Literal

from sop_engine.documents.diagram import by_library
from sop_engine.errors import SetUp, system_reason
from sop_engine.messages import Message, msg

PictureFormat = Literal["svg", "png"]
LIMIT_SECONDS: Final = 60
LIMIT_BYTES: Final = 2 * 1024**3
"""of address space; the largest procedures take a quarter of it, most of that for the fonts"""
_DOTS_PER_INCH: Final = 150
_MOST_INCHES: Final = 100
"""inches to a side, so that the pixels of a PNG are bounded as well"""


def picture_of(dot_text: str, form: PictureFormat) -> bytes:
    """A DOT text as SVG (UTF-8) or PNG (150 dots per inch). Raises `SetUp` with the line that installs what is missing
    where nothing can draw it, and where Graphviz fails or takes more time or memory than it is given."""
    options = [f"-T{form}"]
    if form == "png":
        options += [f"-Gdpi={_DOTS_PER_INCH}", f"-Gsize={_MOST_INCHES},{_MOST_INCHES}"]
    return _drawn([*_program(), *options], dot_text.encode())


def _program() -> list[str]:
    """The command that draws. Raises `SetUp` where there is none."""
    program = shutil.which("dot")
    if program is not None:
        return [program]
    if importlib.util.find_spec("pygraphviz") is not None:
        return [sys.executable, "-I", by_library.__file__]
    raise SetUp(
        msg("a picture needs Graphviz, which is not installed"),
        fix=msg("install it: `{line}`, or `{other}`; or ask for the text with `{option}`",
                line="pip install 'sop-engine[diagrams]'", other="apt install graphviz",
                option="--format mermaid"),
    )  # fmt: skip


def _drawn(command: Sequence[str], text: bytes) -> bytes:
    """What the command writes to its standard output when it is given `text`."""
    try:
        child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    except OSError as error:
        raise _failed(system_reason(error)) from error
    with child:
        # it waits for its text, so that the limit is there before it has anything to do
        with contextlib.suppress(ProcessLookupError):
            resource.prlimit(child.pid, resource.RLIMIT_AS, (LIMIT_BYTES, LIMIT_BYTES))
        try:
            drawn, complaint = child.communicate(text, timeout=LIMIT_SECONDS)
        except subprocess.TimeoutExpired as error:
            child.kill()
            raise _failed(
                msg("it took more than {seconds} s", seconds=LIMIT_SECONDS),
                fix=msg(
                    "ask for less with `{brief}`, or for the text with `{option}`",
                    brief="--brief",
                    option="--format dot",
                ),
            ) from error
    if child.returncode != 0 or not drawn:
        said = " ".join(complaint.decode(errors="replace").split())
        raise _failed(said[-300:] or msg("it ended with {code}", code=child.returncode))
    return drawn


def _failed(why: str | Message, fix: Message | None = None) -> SetUp:
    return SetUp(msg("Graphviz did not draw the picture: {why}", why=why), fix=fix)
