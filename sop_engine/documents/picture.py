"""DOT text as an SVG picture, by the `dot` program or by pygraphviz, whichever is there."""

import importlib
import importlib.util
import shutil
import subprocess
from typing import Final

from sop_engine.errors import SetUp
from sop_engine.messages import msg

_LIMIT_SECONDS: Final = 60


def svg_of_dot(text: str) -> str:
    """SVG of a DOT text. Raises `SetUp` (with the line that installs what is missing) where nothing can draw it, or
    where drawing takes longer than a minute."""
    program = shutil.which("dot")
    if program is not None:
        return _by_program(program, text)
    if importlib.util.find_spec("pygraphviz") is not None:
        return _by_library(text)
    raise SetUp(
        msg("a picture needs Graphviz, which is not installed"),
        fix=msg("install it: `{line}`, or ask for the text with `{option}`", line="pip install pygraphviz",
                option="--format mermaid"),
    )  # fmt: skip


def _by_program(program: str, text: str) -> str:
    try:
        done = subprocess.run(
            [program, "-Tsvg"], input=text.encode(), capture_output=True, timeout=_LIMIT_SECONDS, check=False
        )
    except (subprocess.TimeoutExpired, OSError) as error:
        raise SetUp(msg("Graphviz did not draw the picture: {why}", why=type(error).__name__)) from error
    if done.returncode != 0:
        raise SetUp(msg("Graphviz did not draw the picture: {why}", why=done.stderr.decode(errors="replace")[:500]))
    return done.stdout.decode()


def _by_library(text: str) -> str:
    graph = importlib.import_module("pygraphviz").AGraph(string=text)
    drawn: bytes = graph.draw(format="svg", prog="dot")
    return drawn.decode()
