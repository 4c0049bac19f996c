"""An audit over several processes: each opens the store for itself.

A part of the store is read in one snapshot, so each ticket is compared with a row of its own time, whatever others
write meanwhile. There are several times as many tasks as processes, because tickets are not equally long.
"""

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import closing
from typing import Final, Literal
from zoneinfo import ZoneInfo

from sop_engine.audit.findings import Report
from sop_engine.audit.replay import replay_span, summed
from sop_engine.audit.verify import verify_span
from sop_engine.audit.walk import Span, spans
from sop_engine.audit.whole import check_whole
from sop_engine.store.programs import Programs
from sop_engine.store.seam import Store

Depth = Literal["replay", "verify"]
Opening = Callable[[], Store]

BATCH: Final = 200
"""tickets in a part"""
_TASKS_OF_EACH: Final = 4
_LARGEST_TASK: Final = 50
"""parts, so that findings come in while a large store is gone through"""


def audit_over(opening: Opening, zone: ZoneInfo, depth: Depth, processes: int) -> Iterator[Report]:
    """Replay or verify the whole store over so many processes (1: in this one), a report for each task, in no order,
    and one of what belongs to no single ticket.

    `opening` opens the store; it must be picklable, as `functools.partial(open_store, path)` is. `zone` is the site's.
    Raises what reading raises: `SetUp` where a procedure is lost, or a process could not open the store.
    """
    with closing(opening()) as store, store.reading() as reading:
        parts = list(spans(reading, BATCH))
        whole = check_whole(reading, Programs())
    yield whole
    size = min(max(len(parts) // (processes * _TASKS_OF_EACH), 1), _LARGEST_TASK)
    tasks = [parts[start : start + size] for start in range(0, len(parts), size)]
    if processes == 1 or len(tasks) == 1:
        for task in tasks:
            yield _audit(opening, zone, depth, task)
        return
    # spawned, not forked: a connection and its locks must not cross a fork
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(min(processes, len(tasks)), context) as pool:
        futures = [pool.submit(_audit, opening, zone, depth, task) for task in tasks]
        try:
            for future in as_completed(futures):
                yield future.result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _audit(opening: Opening, zone: ZoneInfo, depth: Depth, parts: Sequence[Span]) -> Report:
    """Go through some parts of the store; gives all findings as one report."""
    total, programs = Report(), Programs()
    audit = replay_span if depth == "replay" else verify_span
    with closing(opening()) as store:
        for part in parts:
            with store.reading() as reading:
                total.add(summed(audit(reading, programs, zone, part)))
    return total
