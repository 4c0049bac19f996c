"""From the words typed to an exit code: the one place where faults end."""

import gc
import io
import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path

from sop_engine import __version__
from sop_engine.console import tree
from sop_engine.console.call import ClosedPipe, Explained, Interrupted, language_in
from sop_engine.console.failures import is_usage_error, tell_failure, usage_error
from sop_engine.console.output import Output, flush
from sop_engine.errors import NotUnderstood, SetUp, SopError, system_reason
from sop_engine.messages import msg

INTERRUPTED = 130
_LEADING = {"--json": 0, "--no-input": 0, "--as": 1, "--site": 1, "--lang": 1, "--pin-from": 1}
"""options that may stand before the command, with how many values each takes"""


def run_and_exit() -> None:
    """Run what was typed, and end the process with its exit code."""
    for stream in (sys.stdout, sys.stderr):
        # a name that is no text in the terminal's encoding must not stop what is told
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    if "SOP_COMPLETE" in os.environ:
        from sop_engine.console.completing import answer

        answer(os.environ["SOP_COMPLETE"], sys.argv[1:])
        sys.exit(_let_go(0))
    code = run(sys.argv[1:])
    sys.exit(_let_go(code))


def run(arguments: Sequence[str]) -> int:
    """Run a command line; gives its exit code. Nothing passes but what ends the process."""
    output = Output("en")
    try:
        output = Output(language_in(arguments, os.environ), _wants_json(arguments))
        _require_text(arguments)
        code = _dispatch(list(arguments), output.language)
        flush(sys.stdout)
        return code
    except Explained as explained:
        return _told(output, explained.error, explained)
    except SopError as error:
        return _told(output, error)
    except (KeyboardInterrupt, Interrupted) as error:
        said = error.message if isinstance(error, Interrupted) else msg("interrupted; nothing was changed")
        return _quietly(output, said, INTERRUPTED)
    except (BrokenPipeError, ClosedPipe):
        return 0
    except Exception as error:
        if isinstance(error, OSError) and error.filename is not None:
            return _told(output, _of_system(error))
        return _told(output, usage_error(error)) if is_usage_error(error) else _internal(output, error)


def _of_system(error: OSError) -> SetUp:
    """What the system refuses about a file, such as a name that is too long: no fault of this program's."""
    file = os.fsdecode(error.filename) if isinstance(error.filename, str | bytes | os.PathLike) else str(error.filename)
    return SetUp(msg("{path} cannot be read: {error}", path=file, error=system_reason(error)), where=file)


def _wants_json(arguments: Sequence[str]) -> bool:
    """Whether the option is given; after `--` it is a text like any other."""
    return "--json" in list(arguments)[: list(arguments).index("--") if "--" in arguments else None]


def _require_text(arguments: Sequence[str]) -> None:
    """Raise `NotUnderstood` for words that are no text in the system's encoding: nothing could be kept of them."""
    for word in arguments:
        try:
            word.encode()
        except UnicodeEncodeError:
            raise NotUnderstood(
                msg("{word} is no text in UTF-8", word=word[:60]), fix=msg("type it anew, or set the terminal to UTF-8")
            ) from None


def _dispatch(arguments: list[str], language: str) -> int:
    from sop_engine.console.commands import PROGRAM, root

    words = _in_order(arguments)
    if words == ["--version"]:
        Output(language).line(__version__)
        return 0
    try:
        result = root(language).main(words, prog_name=PROGRAM, standalone_mode=False)
    except SystemExit as exit:
        # Typer ends the process itself after shell completion, and with 1 where the pipe was closed under its help
        return 0 if exit.code == 1 else int(exit.code or 0)
    return result if isinstance(result, int) else 0


def _in_order(arguments: list[str]) -> list[str]:
    """The words with options that stand before the command put after it; without a command it is one's own list."""
    leading, rest = [], list(arguments)
    while rest and (name := rest[0].partition("=")[0]) in _LEADING:
        taken = 1 if "=" in rest[0] else 1 + _LEADING[name]
        leading += rest[:taken]
        rest = rest[taken:]
    if not rest:
        return ["ls", "--mine", *leading]
    if rest[0] == "--version":
        return ["--version"]
    if rest[0] in tree.groups() and "--help" not in rest and (len(rest) == 1 or rest[1].startswith("-")):
        raise NotUnderstood(
            msg("`sop {group}` is several commands: {commands}", group=rest[0], commands=tree.verbs(rest[0])),
            fix=msg("how it is used: {command} --help", command=f"sop {rest[0]}"),
        )
    length = 2 if rest[0] in tree.groups() and len(rest) > 1 and not rest[1].startswith("-") else 1
    if "--help" in rest and " ".join(rest[:length]) not in tree.LEAVES:
        # the help of a group is in the language that was found already; its commands know the other options
        return [*(rest[:1] if rest[0] in tree.groups() else ()), "--help"]
    return [*rest[:length], *leading, *rest[length:]]


# --- what went wrong -------------------------------------------------------------------------------------------------


def _told(output: Output, error: SopError, explained: Explained | None = None) -> int:
    try:
        if explained is None:
            tell_failure(output, error)
        else:
            tell_failure(output, error, explained.around)
        flush(sys.stdout)
    except (BrokenPipeError, SetUp):
        # nobody is left to be told; the exit code still says it
        return error.code
    return error.code


def _quietly(output: Output, line: object, code: int) -> int:
    try:
        output.tell(line)
    except (BrokenPipeError, SetUp):
        return code
    return code


def _internal(output: Output, error: Exception) -> int:
    """A fault of this program: one line, and where the details are."""
    kind = f"{type(error).__name__}: {error}".splitlines()[0][:200]
    file = os.environ.get("SOP_DEBUG")
    if not file:
        fix = msg("to have the details, repeat it with SOP_DEBUG=FILE")
    else:
        try:
            with Path(file).open("a", encoding="utf-8") as log:
                log.write("".join(traceback.format_exception(error)) + "\n")
            fix = msg("the details stand in {file}", file=file)
        except OSError as unwritten:
            fix = msg("{file} cannot be written: {reason}", file=file, reason=system_reason(unwritten))
    return _told(output, SopError(msg("a fault of sop itself: {kind}", kind=kind), fix=fix))


def _let_go(code: int) -> int:
    """Send what is left in the streams, so that the interpreter finds nothing to complain about when it ends; nor does
    it go through all objects once more for what it could free, since all memory goes with the process."""
    gc.freeze()
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    return code
