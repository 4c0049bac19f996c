"""DBOS: the procedure as a Python function whose steps it records, so that a crash resumes after the last of them.

In memory there is nothing to measure: a step is then any function. Two durable ways: the six steps follow each other
in one workflow, which is the least that a recorded step costs; or, as staff would drive it, the workflow waits for a
message before each step and says what it came to in an event, for which the sender waits. On SQLite it polls for
messages: where there are any it is told to as often as it may (every millisecond), else it keeps its default of a
second, since polling slows steps in a row. Its file is set to WAL beforehand, which DBOS leaves as it finds it, and
which saves it syncs. On PostgreSQL it is woken.
The state is a dict that goes from step to step; amounts are texts in it, as JSON has no decimals. DBOS is one for a
process: each way has its own, and its own database.
"""

import sqlite3
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from dbos import DBOS

from benchmarks.peers.sides import End, Side
from benchmarks.workload import STORY

_TWO_HOURS: Final = 7200.0
_PATIENCE: Final = 60.0
_TARGETS: Final[Mapping[str, Mapping[str, str]]] = {
    "": {"open": "registered"},
    "registered": {"dispatch": "dispatched", "cancel": "cancelled"},
    "dispatched": {"accept": "on_site", "overdue": "late", "cancel": "cancelled"},
    "late": {"accept": "on_site", "cancel": "cancelled"},
    "on_site": {"price": "on_site", "done": "repaired", "cancel": "cancelled"},
    "repaired": {"confirm": "closed", "no_answer": "repaired", "cancel": "cancelled"},
}

State = dict[str, Any]


def stepped(before: State, trigger: str, fields: Mapping[str, str]) -> State:
    """The state after a trigger. Raises ValueError where it is not possible."""
    target = _TARGETS.get(before["state"], {}).get(trigger)
    if target is None or (trigger == "done" and not Decimal(before.get("fee", "0")) > 0):
        raise ValueError(f"{trigger} is not possible")
    after = {**before, "state": target}
    if trigger == "price":
        after["fee"] = str(Decimal(fields["labour"]) + Decimal(fields["parts"]))
    if trigger == "no_answer":
        after["unanswered"] = before.get("unanswered", 0) + 1
        if after["unanswered"] >= 3:
            after["state"] = "unreached"
    return after


WAYS: Final[Mapping[str, float]] = {"recorded steps in a row": 1.0, "a message and its answer for each step": 0.001}
"""what each way is called, and the seconds between looks for messages on SQLite"""


def on_sqlite(where: Path, way: str) -> str:
    """The address of a file of its own in the folder `where`."""
    file = where / f"dbos-{list(WAYS).index(way)}.db"
    raw = sqlite3.connect(file)
    raw.execute("PRAGMA journal_mode = WAL").fetchone()
    raw.close()
    return f"sqlite:///{file}"


def on_postgresql(address: str) -> str:
    """The same address of a database, which is empty, in SQLAlchemy's words."""
    return address.replace("postgresql://", "postgresql+psycopg://", 1)


def started(way: str, address: str) -> Side:
    """Start DBOS over the database at `address` for one of the ways."""
    DBOS(
        config={
            "name": "repair",
            "system_database_url": address,
            "log_level": "ERROR",
            "notification_listener_polling_interval_sec": WAYS[way],
        }
    )
    step = DBOS.step()(stepped)

    def in_one_go(story: Sequence[Sequence[Any]]) -> State:
        state: State = {"state": ""}
        for trigger, fields in story:
            state = step(state, trigger, fields)
        return state

    def waiting(fields: Mapping[str, str]) -> State:
        state: State = step({"state": ""}, "open", fields)
        turn = 0
        while state["state"] in _TARGETS:
            limit = _TWO_HOURS if state["state"] == "dispatched" else 365 * 24 * 3600.0
            trigger, given = DBOS.recv("do", timeout_seconds=limit) or ("overdue", {})
            state = step(state, trigger, given)
            DBOS.set_event(f"after {turn}", state["state"])
            turn += 1
        return state

    story = [[trigger, fields] for trigger, _actor, fields in STORY]
    whole, driven = DBOS.workflow()(in_one_go), DBOS.workflow()(waiting)
    DBOS.launch()

    def told() -> End:
        handle = DBOS.start_workflow(driven, story[0][1])
        for turn, message in enumerate(story[1:]):
            DBOS.send(handle.get_workflow_id(), message, "do")
            DBOS.get_event(handle.get_workflow_id(), f"after {turn}", timeout_seconds=_PATIENCE)
        return _end(handle.get_result())

    def in_a_row() -> End:
        return _end(whole(story))

    return Side(f"DBOS, {way}", in_a_row if way == "recorded steps in a row" else told, lambda: DBOS.destroy())


def _end(state: State) -> End:
    return state["state"], state["fee"]
