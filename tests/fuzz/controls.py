"""Targets with one fault each, which the tries must find: each bears it at its mutant 3."""

import os
import re
import signal
import time
from collections.abc import Callable
from pathlib import Path

from tests.fuzz.child import Target


def _at_three(fault: Callable[[], object], seconds: float = 0.5, waiting_seconds: float = 60) -> Target:
    def judge(mutant: bytes) -> str:
        if mutant == b"3":
            fault()
        return "sound"

    return Target(lambda number: b"%d" % number, judge, seconds, waiting_seconds)


def _run_on() -> None:
    while True:
        pass


def _raise() -> None:
    raise KeyError("x")


def sound(folder: Path) -> Target:
    return _at_three(lambda: None)


def raises(folder: Path) -> Target:
    return _at_three(_raise)


def crashes(folder: Path) -> Target:
    return _at_three(lambda: os.kill(os.getpid(), signal.SIGSEGV))


def exits(folder: Path) -> Target:
    return _at_three(lambda: os._exit(3))


def runs_on(folder: Path) -> Target:
    return _at_three(_run_on)


def runs_on_in_c(folder: Path) -> Target:
    return _at_three(lambda: re.match(r"(a+)+b", "a" * 64))


def waits(folder: Path) -> Target:
    return _at_three(lambda: time.sleep(1000), waiting_seconds=1)


def takes_memory(folder: Path) -> Target:
    return _at_three(lambda: [bytearray(1 << 20) for _ in range(4096)], 30)
