"""One client of `benchmarks.postgres`: `python -m benchmarks.postgres_process ADDRESS SITE FOLDER WAY NUMBER`.

It says `ready`; for each line with a number of seconds it works so long and prints how many commands it did in a
second. It ends when nothing more is asked.
"""

import sys
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import count
from pathlib import Path
from time import perf_counter
from typing import Any, Final
from unittest.mock import patch

import psycopg

from benchmarks.workload import STORY, doing, opening
from sop_engine.clock import SimulatedClock
from sop_engine.engine.engine import Engine
from sop_engine.engine.sites.settings import Settings
from sop_engine.store.opening import open_at
from sop_engine.store.postgres import pending
from sop_engine.store.postgres.wire import Wire
from sop_engine.store.statements import HEAD_COLUMNS
from tests.desk import START, Entropy

HEAD: Final = HEAD_COLUMNS.replace(" ", "").split(",")
WHOLE: Final = {"version", "number", "urged"}
"""the columns that hold whole numbers"""
FUNCTION: Final = """
CREATE FUNCTION bare(its_site text, before int, its_tail text, its_body text, its_row text[], its_numbers int[],
  step_data bytea, slots text[], commitments text[], salts text[], sealed text[], put_regions text[],
  put_assignees text[], put_roles text[], gone_regions text[], put_keys text[], put_dues text[], gone_keys text[],
  its_day text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE its_id text := its_row[1];
BEGIN
  IF before = 0 THEN
    INSERT INTO counter AS c (site, prefix, day, last) VALUES (its_site, 'WX', its_day, 1)
      ON CONFLICT (site, prefix, day) DO UPDATE SET last = c.last + 1;
    INSERT INTO ticket (site, tail, body, id, procedure, digest, version, number, hash, status, outcome, state, subject,
      unit, owner, tasks, opened, recorded, effective, next_due, parent, promised, missed, urged, suspended)
    VALUES (its_site, its_tail, its_body, its_id, its_row[2], its_row[3], its_numbers[1], its_numbers[2], its_row[4],
      its_row[5], its_row[6], its_row[7], its_row[8], its_row[9], its_row[10], its_row[11], its_row[12], its_row[13],
      its_row[14], its_row[15], its_row[16], its_row[17], its_row[18], its_numbers[3],
      its_row[19]);
  ELSE
    UPDATE ticket SET body = its_body, procedure = its_row[2], digest = its_row[3], version = its_numbers[1],
      number = its_numbers[2], hash = its_row[4], status = its_row[5], outcome = its_row[6], state = its_row[7],
      subject = its_row[8], unit = its_row[9], owner = its_row[10], tasks = its_row[11], opened = its_row[12],
      recorded = its_row[13], effective = its_row[14], next_due = its_row[15], parent = its_row[16],
      promised = its_row[17], missed = its_row[18], urged = its_numbers[3], suspended = its_row[19]
    WHERE site = its_site AND id = its_id AND number = before;
    IF NOT FOUND THEN RAISE EXCEPTION 'overtaken'; END IF;
  END IF;
  INSERT INTO step VALUES (its_site, its_id, its_numbers[2], step_data, its_row[4]);
  IF cardinality(slots) > 0 THEN
    INSERT INTO value SELECT its_site, its_id, its_numbers[2], new.*
      FROM unnest(slots, commitments, salts, sealed) AS new;
  END IF;
  IF cardinality(put_regions) > 0 THEN
    INSERT INTO task SELECT its_site, its_id, new.* FROM unnest(put_regions, put_assignees, put_roles) AS new
      ON CONFLICT (site, ticket, region) DO UPDATE SET assignee = excluded.assignee, role = excluded.role;
  END IF;
  IF cardinality(gone_regions) > 0 THEN
    DELETE FROM task WHERE site = its_site AND ticket = its_id AND region = ANY(gone_regions);
  END IF;
  IF cardinality(put_keys) > 0 THEN
    INSERT INTO timer SELECT its_site, its_id, new.*, NULL FROM unnest(put_keys, put_dues) AS new
      ON CONFLICT (site, ticket, key) DO UPDATE SET due = excluded.due, aside = excluded.aside;
  END IF;
  IF cardinality(gone_keys) > 0 THEN
    DELETE FROM timer WHERE site = its_site AND ticket = its_id AND key = ANY(gone_keys);
  END IF;
END $$"""
CALL: Final = f"SELECT bare({', '.join(f'${place}' for place in range(1, 20))})"
_TYPES: Final = ("text", "int", "text", "text", "text[]", "int[]", "bytea", *["text[]"] * 11, "text")
BY_CURSOR: Final = f"SELECT bare({', '.join(f'${place}::{kind}' for place, kind in enumerate(_TYPES, start=1))})"
"""psycopg sends a small number as a small type"""

Work = Callable[[], object]


def main() -> None:
    """Work for as long as one is told, again and again."""
    address, site, folder, how, number = sys.argv[1:]
    settings = Settings(Path(folder), "Test", "test", "Asia/Shanghai", demo=True)
    engine = Engine(open_at(address, site), SimulatedClock(START), settings, Entropy())
    works = _ours(engine) if how == "ours" else _bare(how, address, site, _written(engine), int(number))
    for _ in range(8 * len(STORY)):
        next(works)()
    print("ready", flush=True)
    for line in sys.stdin:
        done, start = 0, perf_counter()
        while perf_counter() < start + float(line):
            next(works)()
            done += 1
        print(done / (perf_counter() - start), flush=True)


def _ours(engine: Engine) -> Iterator[Work]:
    while True:
        ticket: list[str] = []
        for place in range(len(STORY)):
            yield partial(_next_of_story, engine, ticket, place)


def _next_of_story(engine: Engine, ticket: list[str], place: int) -> None:
    if place == 0:
        ticket.append(engine.act(opening()).step.ticket)
    else:
        engine.act(doing(ticket[0], place))


def _written(engine: Engine) -> list[tuple[str, list[Any]]]:
    """The ticket's id and the call that writes the same rows, for each command of the story."""
    kept: list[pending.Pending] = []
    honest = pending.Pending.statement

    def keeping(self: pending.Pending, site: str, waits: bool) -> tuple[str, list[Any]]:
        kept.append(self)
        return honest(self, site, waits)

    works = _ours(engine)
    with patch.object(pending.Pending, "statement", keeping):
        for _ in STORY:
            next(works)()
    return [_as_call(each) for each in kept if each.tickets]


def _as_call(rows: pending.Pending) -> tuple[str, list[Any]]:
    [(id, line)] = rows.tickets.items()
    texts = [each for name, each in zip(HEAD, line.row, strict=True) if name not in WHOLE]
    numbers = [each for name, each in zip(HEAD, line.row, strict=True) if name in WHOLE]
    values = list(zip(*(row[2:] for row in rows.values), strict=True)) or [()] * 4
    tasks, timers = _split(rows.tasks, 2), _split(rows.timers, 1)
    call = [line.before, line.tail, line.body, texts, numbers, rows.steps[0][2], *values, *tasks, *timers, "20261123"]
    return id, call


def _split(rows: dict[tuple[str, str], Any], width: int) -> list[Any]:
    """Keys and columns of what is put, and keys of what goes."""
    put = [(key[1], *row[:width]) for key, row in rows.items() if row is not None]
    columns = list(zip(*put, strict=True)) or [()] * (width + 1)
    return [*columns, [key[1] for key, row in rows.items() if row is None]]


def _bare(how: str, address: str, site: str, calls: list[tuple[str, list[Any]]], client: int) -> Iterator[Work]:
    call: Callable[[list[Any]], object]
    array: Callable[[Sequence[Any]], Any] = list
    if how == "thin":
        call, array = partial(Wire(address, "bare").execute, CALL), _array
    else:
        connection = psycopg.connect(address, autocommit=True, cursor_factory=psycopg.RawCursor)
        call = partial(_by_cursor, connection, BY_CURSOR)
    offset = 0 if how == "thin" else 500_000
    for rank in count():
        id = f"WX-2{client}{rank + offset:06d}-001"
        for before, values in calls:
            renamed = (_renamed(each, before, id) for each in values)
            yield partial(call, [site, *(array(each) if isinstance(each, (list, tuple)) else each for each in renamed)])


def _by_cursor(connection: "psycopg.Connection[Any]", text: str, values: Sequence[Any]) -> object:
    return connection.execute(text.encode(), values, prepare=True).fetchone()


def _renamed(value: Any, before: str, id: str) -> Any:
    if isinstance(value, str):
        return value.replace(before, id).replace(before.casefold()[::-1], id.casefold()[::-1])
    if isinstance(value, bytes):
        return value.replace(before.encode(), id.encode())
    return [_renamed(each, before, id) for each in value] if isinstance(value, (list, tuple)) else value


def _array(values: Sequence[Any]) -> str:
    """An array as its text."""
    cells = ("NULL" if each is None else _quoted(str(each)) for each in values)
    return "{" + ",".join(cells) + "}"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


if __name__ == "__main__":
    main()
