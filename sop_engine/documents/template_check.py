"""What is wrong with a template before any ticket meets it: for the checks of a procedure's file.

Imports jinja2.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from jinja2 import nodes

from sop_engine.documents.bounded_templates import LOOP_PARTS, Bounded, Fault, column_of, law_faults, parse
from sop_engine.documents.template_fault import Meter, TemplateFault
from sop_engine.documents.ticket_values import FACTS, HEAD_PARTS, TICKET
from sop_engine.messages import Message, msg
from sop_engine.procedure import Field


@dataclass(frozen=True, slots=True)
class Shape:
    """What a name stands for: the parts that it has (None: any), and what a loop over it gives (None: no loop)."""

    parts: Mapping[str, "Shape"] | None = field(default_factory=dict)
    item: "Shape | None" = None


_TEXT: Final = Shape()
_HEAD: Final = Shape(dict.fromkeys(HEAD_PARTS, _TEXT) | {"trigger": Shape(None)})
_LOOP: Final = Shape(dict.fromkeys(LOOP_PARTS, _TEXT))


def check_template(text: str, known_fields: Mapping[str, Field], *, html: bool = False) -> list[Fault]:
    """The faults of a template as (line, column, message), 1-based, in their order; an empty list for a good one.

    `known_fields` are the procedure's fields by id; `html` tells a form (or a text included in one) from a notice.
    """
    environment = Bounded(Meter(0), html)
    try:
        tree = parse(environment, text)
    except TemplateFault as fault:
        return [(fault.line or 1, 1, fault.message)]
    unlawful = law_faults(tree, text, html)
    if unlawful:
        return unlawful
    fields = {name: shape_of(each) for name, each in known_fields.items()}
    scope = {**dict.fromkeys(FACTS, _TEXT), **fields, TICKET: _HEAD}
    return sorted(_Names(text).faults(tree, scope), key=lambda fault: fault[:2])


def included_names(text: str) -> list[str]:
    """The names of the texts that a template extends or includes, each once."""
    tree = parse(Bounded(Meter(0), html=True), text)
    found = [each.template for each in tree.find_all(nodes.Extends)]
    found += [each.template for each in tree.find_all(nodes.Include)]
    names = [each.value for each in found if isinstance(each, nodes.Const) and isinstance(each.value, str)]
    return list(dict.fromkeys(names))


def shape_of(declared: Field) -> Shape:
    """What a template may ask of a field; the counterpart of `ticket_values.field_value`."""
    parts: dict[str, Shape] = {"title": _TEXT, "hint": _TEXT}
    item = _TEXT if declared.many else None
    match declared.type:
        case "choice":
            parts["choices"] = Shape(item=Shape({"chosen": _TEXT, "box": _TEXT}))
        case "rows":
            item = Shape({each.id: shape_of(each) for each in declared.columns})
        case "checklist":
            item = Shape({"done": _TEXT, "box": _TEXT})
        case "person" if not declared.many:
            parts |= {"name": _TEXT, "phone": _TEXT}
        case "interval" if not declared.many:
            parts |= {"start": _TEXT, "end": _TEXT}
        case "photo" | "file" if not declared.many:
            parts |= {"name": _TEXT, "sha256": _TEXT}
        case _:
            pass
    return Shape(parts, item)


class _Names:
    """Walks a lawful template with what each name stands for there."""

    def __init__(self, text: str) -> None:
        self.text = text

    def faults(self, node: nodes.Node, scope: Mapping[str, Shape]) -> Iterator[Fault]:
        match node:
            case nodes.For(target=nodes.Name() as target):
                yield from self.faults(node.iter, scope)
                shape = self._shape(node.iter, scope)
                if shape is not None and shape.item is None and shape.parts is not None:
                    yield self._at(node.iter, msg("`{name}` has no rows to go through", name=_said(node.iter)))
                inner = {**scope, target.name: (shape.item if shape else None) or Shape(None), "loop": _LOOP}
                for each in (*node.body, *([node.test] if node.test else [])):
                    yield from self.faults(each, inner)
                for each in node.else_:
                    yield from self.faults(each, scope)
            case nodes.Name():
                if node.name not in scope:
                    yield self._at(node, msg("there is no field `{name}`", name=node.name))
            case nodes.Getattr():
                yield from self.faults(node.node, scope)
                shape = self._shape(node.node, scope)
                if shape is not None and shape.parts is not None and node.attr not in shape.parts:
                    owner = _said(node.node)
                    known = tuple(sorted(shape.parts)) or (msg("none"),)
                    said = msg("`{name}` has no part `{part}`; parts: {parts}", name=owner, part=node.attr, parts=known)
                    yield self._at(node, said)
            case _:
                for each in node.iter_child_nodes():
                    yield from self.faults(each, scope)

    def _shape(self, node: nodes.Node, scope: Mapping[str, Shape]) -> Shape | None:
        """What an expression stands for; None where that is not known (a fault is told elsewhere)."""
        if isinstance(node, nodes.Name):
            return scope.get(node.name)
        if isinstance(node, nodes.Getattr):
            whole = self._shape(node.node, scope)
            return whole.parts.get(node.attr) if whole is not None and whole.parts is not None else None
        return None

    def _at(self, node: nodes.Node, message: Message) -> Fault:
        word = node.attr if isinstance(node, nodes.Getattr) else getattr(node, "name", "")
        return node.lineno, column_of(self.text, node.lineno, word), message


def _said(node: nodes.Node) -> str:
    if isinstance(node, nodes.Getattr):
        return f"{_said(node.node)}.{node.attr}"
    return str(getattr(node, "name", ""))
