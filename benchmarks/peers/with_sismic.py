"""sismic: the procedure as a statechart in YAML, its fields in the chart's context.

An interpreter can be pickled, which is the only way it offers to keep one; what it compiled of guards and actions is
left out of the pickle. Two durable ways: the interpreter stays in memory and is pickled after each event, or it is
unpickled first as well. The YAML is read once. The time limit is sismic's own: an eventless transition with
`after(7200)`, which looks at the clock whenever the interpreter is asked.
"""

import pickle
from functools import partial
from pathlib import Path
from typing import Any

from sismic.interpreter import Interpreter
from sismic.io import import_from_yaml

from benchmarks.peers.sides import AFTER_OPENING, End, Rows, Side

REPAIR = """
statechart:
  name: repair
  preamble: |
    fee = None
    unanswered = 0
  root state:
    name: ticket
    initial: open
    states:
      - name: open
        initial: registered
        transitions: [{event: cancel, target: cancelled}]
        states:
          - name: registered
            transitions: [{event: dispatch, target: dispatched}]
          - name: dispatched
            transitions:
              - {event: accept, target: on_site}
              - {guard: after(7200), target: late}
          - name: late
            transitions: [{event: accept, target: on_site}]
          - name: on_site
            transitions:
              - {event: price, action: fee = event.labour + event.parts}
              - {event: done, guard: fee is not None and fee > 0, target: repaired}
          - name: repaired
            transitions:
              - {event: no_answer, action: unanswered = unanswered + 1}
              - {guard: unanswered >= 3, target: unreached}
              - {event: confirm, target: closed}
      - name: closed
      - name: unreached
      - name: cancelled
"""
"""the ends are plain states: a final state of sismic ends the interpreter, which then has no configuration to keep"""


def in_memory() -> Side:
    """Events only."""
    chart = import_from_yaml(REPAIR)

    def tell() -> End:
        interpreter = _opened(chart)
        for trigger, fields in AFTER_OPENING:
            interpreter.queue(trigger, **fields).execute()
        return _end(interpreter)

    return Side("sismic", tell)


def durable(where: Path) -> list[Side]:
    """State written by hand: the interpreter kept, and unpickled."""
    chart = import_from_yaml(REPAIR)
    rows = Rows(where / "sismic.db")

    def kept() -> End:
        interpreter = _opened(chart)
        id = rows.add(_kept(interpreter))
        for trigger, fields in AFTER_OPENING:
            interpreter.queue(trigger, **fields).execute()
            rows.put(id, _kept(interpreter))
        return _end(pickle.loads(rows.get(id)))

    def anew() -> End:
        id = rows.add(_kept(_opened(chart)))
        for trigger, fields in AFTER_OPENING:
            rows.change(id, partial(_sent, trigger, fields))
        return _end(pickle.loads(rows.get(id)))

    return [
        Side("sismic, interpreter kept, pickle written", kept),
        Side("sismic, unpickled for each step", anew, rows.close),
    ]


def _opened(chart: Any) -> Any:
    interpreter = Interpreter(chart)
    interpreter.execute()
    return interpreter


def _sent(trigger: str, fields: Any, before: bytes) -> bytes:
    interpreter = pickle.loads(before)
    interpreter.queue(trigger, **fields).execute()
    return _kept(interpreter)


def _kept(interpreter: Any) -> bytes:
    return pickle.dumps(interpreter, pickle.HIGHEST_PROTOCOL)


def _end(interpreter: Any) -> End:
    return interpreter.configuration[-1], str(interpreter.context["fee"])
