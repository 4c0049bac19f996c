"""A `sop` that starts warm: what it imports has been imported before, and each command is a fork of that.

The law. A command is a process of its own as ever: with the folder, the environment, the arguments, the terminal and
the pipes of whoever calls it, and with its own exit code. Only the importing is shared, which takes most of the time of
a short command. What is imported when, and how long that takes, is for `tests/end_to_end` and `benchmarks`, which start
the installed program.

`python -m tests.warm FOLDER` serves a folder until its standard input is closed; the program to call is `FOLDER/sop`.
"""

import atexit
import gc
import io
import marshal
import os
import pkgutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any, Final

SOCKET: Final = "socket"
_LENGTH: Final = 8
_CLIENT: Final = """\
#!{python} -IS
import marshal, os, socket, sys
server = socket.socket(socket.AF_UNIX)
server.connect({socket!r})
said = marshal.dumps((os.getcwd(), dict(os.environ), sys.argv[1:]))
socket.send_fds(server, [len(said).to_bytes({length}, "big")], [0, 1, 2])
server.sendall(said)
code = server.recv(1)
os._exit(code[0] if code else 139)
"""
_NOT_IMPORTED: Final = ("sop_engine.store.migrations", "sop_engine.library", "sop_engine.console.board")
"""what no command imports by itself, or only at a terminal"""


@contextmanager
def warm(folder: Path) -> Iterator[Path]:
    """A folder with a `sop` that starts warm, for as long as the block lasts; gives the folder."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.warm", str(folder)], cwd=Path(__file__).parents[1],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    ) as process:  # fmt: skip
        assert process.stdout is not None and process.stdin is not None
        assert process.stdout.readline() == b"ready\n", "the warm program did not start"
        yield folder
        process.stdin.close()


def main(folder: Path) -> None:
    """Serve until standard input is closed."""
    server = socket.socket(socket.AF_UNIX)
    server.bind(str(folder / SOCKET))
    server.listen(16)
    client = folder / "sop"
    client.write_text(
        _CLIENT.format(python=sys.executable, socket=str(folder / SOCKET), length=_LENGTH), encoding="utf-8"
    )
    client.chmod(0o755)
    _import_all()
    gc.collect()
    gc.freeze()  # so that a collection in a fork does not copy every page
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for a fork: it tells its code itself
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    ended = os.fork()
    if not ended:
        _serve(server)
    sys.stdin.buffer.read()
    os.kill(ended, signal.SIGTERM)


def _serve(server: socket.socket) -> None:
    while True:
        caller, _address = server.accept()
        if os.fork():
            caller.close()
            continue
        server.close()
        _answer(caller)


def _answer(caller: socket.socket) -> None:
    """Be the command that a caller asks for; never comes back."""
    length, descriptors, _flags, _address = socket.recv_fds(caller, _LENGTH, 3)
    said = b""
    while len(said) < int.from_bytes(length, "big"):
        said += caller.recv(65536)
    folder, environment, arguments = marshal.loads(said)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    for target, descriptor in enumerate(descriptors):
        os.dup2(descriptor, target)
        os.close(descriptor)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    # as the interpreter opens them under C.UTF-8
    sys.stdin = _opened(0, "r", "surrogateescape")
    sys.stdout = _opened(1, "w", "surrogateescape")
    sys.stderr = _opened(2, "w", "backslashreplace")
    sys.argv = ["sop", *arguments]
    caller.send(bytes([_run() & 0xFF]))
    os._exit(0)


def _opened(descriptor: int, mode: str, errors: str) -> Any:
    lines = mode == "w" and (descriptor == 2 or os.isatty(descriptor))
    raw = io.FileIO(descriptor, mode, closefd=False)
    buffered: Any = io.BufferedReader(raw) if mode == "r" else io.BufferedWriter(raw)
    return io.TextIOWrapper(buffered, encoding="utf-8", errors=errors, line_buffering=lines)


def _run() -> int:
    """Run the command as the installed program does; gives its exit code."""
    from sop_engine.console import main as program

    code: Any = 0
    try:
        program()
    except SystemExit as ended:
        code = ended.code
    finally:
        atexit._run_exitfuncs()
        for stream in (sys.stdout, sys.stderr):
            try:
                stream.flush()
            except (OSError, ValueError):
                code = code or 0  # whoever read it is gone, as the program itself has it
    return code if isinstance(code, int) else 0 if code is None else 1


def _import_all() -> None:
    """Import the whole program, and with it what it stands on."""
    import sop_engine

    for module in pkgutil.walk_packages(sop_engine.__path__, "sop_engine."):
        if not module.name.startswith(_NOT_IMPORTED):
            import_module(module.name)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
