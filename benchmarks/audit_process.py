"""An audit in a process of its own, so that its memory is nobody else's: `python -m benchmarks.audit_process FILE DEPTH
PROCESSES` prints the seconds it took and the most memory that any one process held, as JSON."""

import json
import resource
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
    """Seconds and peak KiB of an audit of the store by a new process, with so many workers."""
    words = [sys.executable, "-m", "benchmarks.audit_process", str(store), depth, str(processes)]
    root = Path(__file__).parent.parent
    printed: dict[str, Any] = json.loads(subprocess.run(words, check=True, capture_output=True, cwd=root).stdout)
    return {name: float(value) for name, value in printed.items()}


def main() -> None:
    """Audit, and print."""
    store, depth, processes = sys.argv[1:]
    start = perf_counter()
    opening = partial(open_store, Path(store))
    report = summed(audit_over(opening, ZoneInfo("Asia/Shanghai"), cast(Depth, depth), int(processes)))
    assert report.clean, report.mismatches[:3]
    took = perf_counter() - start
    held = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    print(json.dumps({"seconds": took, "kib": held, "steps": report.steps}))


if __name__ == "__main__":
    main()
