"""As much of SCXML's notation as a procedure can say: read it as a Procedure, and play the world outside it.

What it cannot say is refused with a `KeyError` or `ValueError`, so that no test passes because something was skipped.
"""

import heapq
import re
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass, field
from typing import Any

from sop_engine.chart import Begun, Chart, Configuration, Signalled
from sop_engine.procedure import ROOT, Effect, Handler, Procedure, Raise, Set, State, Tell, Transition, Tree

from .build import offer
from .recorder import Recorder

KINDS = {"state", "parallel", "final", "history"}


def read(text: str) -> tuple[Procedure, dict[str, int]]:
    """The document as a procedure, and what its data model holds at first."""
    root = ElementTree.fromstring(text)
    states: list[State] = []
    _read_state(root, "", states)
    data = {item.attrib["id"]: int(item.attrib["expr"]) for item in root.iter("data")}
    return Procedure("w3c", {}, "W", tuple(states), offer("open", Transition())), data


def _read_state(element: ElementTree.Element, parent: str, states: list[State]) -> None:
    place, name = len(states), element.attrib["id"] if parent else ROOT
    inner = [child for child in element if child.tag in KINDS]
    kind: Any = element.tag
    if element.tag in {"state", "scxml"}:
        kind = "compound" if inner else "atomic"
    states.append(State(name, {}))
    for child in inner:
        _read_state(child, name, states)
    always, done, handlers = _transitions(element, name) if kind != "history" else ([], [], [])
    states[place] = State(
        name,
        {},
        kind=kind,
        parent=parent,
        children=tuple(child.attrib["id"] for child in inner),
        initial=_initial(element, inner) if kind in {"compound", "history"} else (),
        deep=element.get("type") == "deep",
        always=tuple(always),
        done=tuple(done),
        handlers=tuple(handlers),
        entry=tuple(effect for block in element.findall("onentry") for effect in _effects(block)),
        exit=tuple(effect for block in element.findall("onexit") for effect in _effects(block)),
    )


def _initial(element: ElementTree.Element, inner: list[ElementTree.Element]) -> tuple[str, ...]:
    if "initial" in element.attrib:
        return tuple(element.attrib["initial"].split())
    arrow = element.find("transition") if element.tag == "history" else element.find("initial/transition")
    if arrow is not None:
        if len(arrow):
            raise ValueError("an initial transition has no effects of its own")
        return tuple(arrow.attrib["target"].split())
    return (next(child.attrib["id"] for child in inner if child.tag != "history"),)


def _transitions(element: ElementTree.Element, name: str) -> tuple[list[Transition], list[Transition], list[Handler]]:
    always: list[Transition] = []
    done: list[Transition] = []
    handlers: list[Handler] = []
    for arrow in element.findall("transition"):
        transition = Transition(
            when=_guard(arrow.get("cond")),
            target=tuple(arrow.get("target", "").split()),
            internal=arrow.get("type") == "internal",
            effects=tuple(_effects(arrow)),
        )
        match arrow.get("event"):
            case None:
                always.append(transition)
            case event if event == f"done.state.{name}":
                if handlers:
                    raise ValueError("a state's completion comes before its handlers")
                done.append(transition)
            case event:
                handlers.append(Handler(event, (transition,)))
    return always, done, handlers


def _guard(condition: str | None) -> Tree | None:
    if condition is None:
        return None
    if condition == "false":
        return ("fact", "never")
    if found := re.fullmatch(r"In\('(\w+)'\)", condition):
        return ("in_state", found[1])
    if found := re.fullmatch(r"(Var\d)==(\d+)", condition):
        return ("==", ("field", found[1]), ("const", "integer", int(found[2])))
    raise ValueError(condition)


def _effects(block: ElementTree.Element) -> list[Effect]:
    return [_effect(action) for action in block]


def _effect(action: ElementTree.Element) -> Effect:
    match action.tag, action.attrib:
        case "raise", {"event": event}:
            return Raise(event)
        case "send", {"event": event, "target": "#_internal"}:
            return Raise(event)
        case "send", {"event": event, **more} if set(more) <= {"delay"}:
            # Nobody inside a procedure sends itself a signal later: the world outside does, after the delay.
            return Tell(to=(), notice=f"{event} {more.get('delay', '0s').removesuffix('s')}")
        case "assign", {"location": location, "expr": expression}:
            return Set(location, _expression(expression))
    raise ValueError(ElementTree.tostring(action, "unicode"))


def _expression(text: str) -> Tree:
    if found := re.fullmatch(r"(Var\d) \+ (\d+)", text):
        return ("+", ("field", found[1]), ("const", "integer", int(found[2])))
    return ("const", "integer", int(text))


@dataclass
class World(Recorder):
    """A host that keeps what was sent, and gives it back as signals in order of time."""

    fields: dict[str, int] = field(default_factory=dict)
    outcome: str | None = None
    now: int = 0
    sent: list[tuple[int, int, str]] = field(default_factory=list)
    count: int = 0

    def __post_init__(self) -> None:
        fields = self.fields
        super().__init__()
        self.fields = fields

    def _do(self, effects: Any) -> list[str]:
        for effect in effects:
            if isinstance(effect, Tell):
                event, delay = effect.notice.split()
                self.count += 1
                heapq.heappush(self.sent, (self.now + int(delay), self.count, event))
        return super()._do(effects)

    def finished(self, final: State) -> None:
        super().finished(final)
        self.outcome = final.id


def play(text: str) -> World:
    """Begin the document's chart and send it what it sent for, until it ends or nothing is left."""
    procedure, data = read(text)
    chart, world = Chart(procedure), World(data)
    configuration = chart.run(Configuration(), Begun(procedure.open.alternatives[0]), world)
    while world.outcome is None and world.sent and configuration is not None:
        world.now, _, event = heapq.heappop(world.sent)
        configuration = chart.run(configuration, Signalled(event), world) or configuration
    return world
