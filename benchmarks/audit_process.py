"""An audit in a process of its own, so that its memory is nobody else's: `python -m benchmarks.audit_process FILE DEPTH
PROCESSES` prints the seconds it took and the most memory that it held, as JSON."""

import json
import re
import subprocess
import sys
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any, cast
from zoneinfo import ZoneInfo

from sop_engine.audit.processes import Depth, audit_over
from sop_engine.audit.replay import summed
from sop_engine.store.sqlite import open_store


def measure(store: Path, depth: Depth, processes: int) -> dict[str, float]:
    """Seconds, steps and peak KiB of an audit of the store by a new process, with so many workers."""
    from benchmarks.workload import environment  # heavy, and the workers import this file

    words = [sys.executable, "-m", "benchmarks.audit_process", str(store), depth, str(processes)]
    around = environment(store.parent.parent / "compiled")
    root = Path(__file__).parent.parent
    done = subprocess.run(words, check=True, capture_output=True, cwd=root, env=around)
    printed: dict[str, Any] = json.loads(done.stdout)
    return {name: float(value) for name, value in printed.items()}


def peak_kib() -> int:
    """The most memory that this process held. Not `ru_maxrss`, which a new program takes over from the one that
    started it."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert found is not None
    return int(found[1])


def main() -> None:
    """Audit, and print."""
    store, depth, processes = sys.argv[1:]
    start = perf_counter()
    opening = partial(open_store, Path(store))
    report = summed(audit_over(opening, ZoneInfo("Asia/Shanghai"), cast(Depth, depth), int(processes)))
    assert report.clean, report.mismatches[:3]
    took = perf_counter() - start
    print(json.dumps({"seconds": took, "kib": peak_kib(), "steps": report.steps}))


if __name__ == "__main__":
    main()
