"""SpiffWorkflow: the procedure in BPMN (`repair.bpmn`), a user task for each step, a lane for each role.

It offers a serialiser to JSON, and leaves it to the program where the text is kept: here in a row. Two durable ways:
the workflow stays in memory and is serialised after each task, or it is deserialised first as well. The BPMN is parsed
once. Decimals are made known to the serialiser through its registry. A task's guard is a gateway behind it: `done`
without a fee is taken, and leads back to `price`. Cancelling is left out: in BPMN it would be one more level of
subprocess, which every step would pay.
"""

from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnParser
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer, DefaultRegistry
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.util.task import TaskState

from benchmarks.peers.sides import AFTER_OPENING, End, Rows, Side

_BPMN = Path(__file__).with_name("repair.bpmn")


def in_memory() -> Side:
    """Tasks only."""
    procedure = _parsed()

    def tell() -> End:
        workflow = _opened(procedure)
        for trigger, fields in AFTER_OPENING:
            _done(workflow, trigger, fields)
        return _end(workflow)

    return Side("SpiffWorkflow", tell)


def durable(where: Path) -> list[Side]:
    """Serialised to a row: the workflow kept, and deserialised."""
    procedure, serializer = _parsed(), _serializer()
    rows = Rows(where / "spiffworkflow.db")

    def kept() -> End:
        workflow = _opened(procedure)
        id = rows.add(serializer.serialize_json(workflow))
        for trigger, fields in AFTER_OPENING:
            _done(workflow, trigger, fields)
            rows.put(id, serializer.serialize_json(workflow))
        return _end(serializer.deserialize_json(rows.get(id)))

    def sent(trigger: str, fields: Any, before: str) -> str:
        workflow = serializer.deserialize_json(before)
        _done(workflow, trigger, fields)
        return str(serializer.serialize_json(workflow))

    def anew() -> End:
        id = rows.add(serializer.serialize_json(_opened(procedure)))
        for trigger, fields in AFTER_OPENING:
            rows.change(id, partial(sent, trigger, fields))
        return _end(serializer.deserialize_json(rows.get(id)))

    return [
        Side("SpiffWorkflow, workflow kept, JSON written", kept),
        Side("SpiffWorkflow, deserialised for each step", anew, rows.close),
    ]


def _parsed() -> Any:
    parser = BpmnParser()
    parser.add_bpmn_str(_BPMN.read_bytes())
    return parser.get_spec("repair")


def _serializer() -> Any:
    registry = DefaultRegistry()
    registry.register(Decimal, lambda value: {"value": str(value)}, lambda kept: Decimal(kept["value"]))
    return BpmnWorkflowSerializer(BpmnWorkflowSerializer.configure(registry=registry))


def _opened(procedure: Any) -> Any:
    workflow = BpmnWorkflow(procedure)
    workflow.do_engine_steps()
    return workflow


def _done(workflow: Any, trigger: str, fields: Any) -> None:
    ready = workflow.get_tasks(state=TaskState.READY)
    task = next((each for each in ready if each.task_spec.bpmn_id == trigger), None)
    if task is None:
        raise ValueError(f"{trigger} is not possible")
    task.set_data(**fields, **({"answered": True} if trigger == "confirm" else {}))
    task.run()
    workflow.do_engine_steps()


def _end(workflow: Any) -> End:
    ends = [each.task_spec.bpmn_id for each in workflow.get_tasks(state=TaskState.COMPLETED)]
    assert workflow.is_completed()
    return next(each for each in ends if each in ("closed", "unreached")), str(workflow.data["fee"])
