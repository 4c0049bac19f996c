"""Owners' templates, bounded.

The law. A template may put values in their places, choose between texts, and repeat a text for each row of a value;
nothing else. That is held by a list of what may stand in a template, looked at after parsing and before anything is
compiled, so that what is not listed never runs: no calls, no arithmetic, no assignments, no macros, no Python
attributes, no names of files but those of the loader. What remains is bounded by its data; because data can be large
too, every repetition is counted by the weight of what it repeats, and every included text by its own, against one
`Meter` for a rendering. Output is taken in pieces and ends at a limit.

Jinja's sandbox alone bounds neither time nor memory; it is used all the same, as a second wall.

Importing this module imports jinja2.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from types import TracebackType
from typing import Any, Final

import jinja2
from jinja2 import nodes
from jinja2.runtime import LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment

from sop_engine.documents.shown import Shown, value_of
from sop_engine.documents.template_fault import Meter, TemplateFault
from sop_engine.messages import Message, msg

TEMPLATE_CHARACTERS: Final = 64 * 1024
OUTPUT_CHARACTERS: Final = 1024 * 1024
STEPS: Final = 1_000_000
DEPTH: Final = 40
"""how deep a template's parts may lie in one another"""
LOOPS: Final = 3
"""how many loops may lie in one another"""

_INCLUDE: Final = 100
"""what fetching an included text costs, besides its own weight"""
_COUNTED: Final = "counted "
"""The filter that counts a loop. The blank in its name keeps it out of any template's reach."""
_PLAIN_NODES: Final = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Const, nodes.List, nodes.If, nodes.CondExpr,
    nodes.And, nodes.Or, nodes.Not, nodes.Compare, nodes.Operand,
)  # fmt: skip
LOOP_PARTS: Final = frozenset({"index", "first", "last", "length"})
_ACTIVE_MARKUP: Final = re.compile(
    r"<\s*/?\s*(script|iframe|object|embed|base|form)\b|\bon[a-z]+\s*=|javascript:", re.I
)

_SIGNS: Final[dict[str, str]] = {
    "Add": "+", "Sub": "-", "Mul": "*", "Div": "/", "FloorDiv": "//", "Mod": "%", "Pow": "**", "Neg": "-", "Pos": "+",
    "Concat": "~", "Getitem": "[", "Test": "is", "Dict": "{", "Tuple": "(", "Assign": "set", "AssignBlock": "set",
    "FromImport": "from", "CallBlock": "call", "FilterBlock": "filter", "ScopedEvalContextModifier": "autoescape",
}  # fmt: skip
"""how a node that may not stand in a template is written there"""

Fault = tuple[int, int, Message]
"""1-based line and column, and what is wrong there"""


class Bounded(ImmutableSandboxedEnvironment):
    """A Jinja environment for one rendering. Whatever text it compiles has passed the law first."""

    def __init__(self, meter: Meter, html: bool, load: Callable[[str], str] | None = None) -> None:
        loader = None if load is None else _Loader(load)
        super().__init__(autoescape=html, undefined=jinja2.StrictUndefined, loader=loader, keep_trailing_newline=True)
        self.meter = meter
        self.html = html
        self.filters = {**FILTERS, _COUNTED: _counted}
        self.tests = {}
        self.globals = {}
        self.weights: dict[str | None, int] = {}

    def compile(
        self, source: Any, name: Any = None, filename: Any = None, raw: Any = False, defer_init: Any = False
    ) -> Any:
        tree = parse(self, source, name or "") if isinstance(source, str) else source
        for line, _, message in law_faults(tree, source if isinstance(source, str) else "", self.html):
            raise TemplateFault(message, line, name or "")
        self.weights[name] = _count_loops(tree, self)
        return super().compile(tree, name, filename or name, raw, defer_init)

    def get_template(self, name: Any, parent: Any = None, globals: Any = None) -> jinja2.Template:
        template = super().get_template(name, parent, globals)
        self.meter.spend(_INCLUDE + self.weights.get(template.name, 1))
        return template

    def getattr(self, obj: Any, attribute: str) -> Any:
        if isinstance(obj, LoopContext) and attribute in LOOP_PARTS:
            return getattr(obj, attribute)
        part = obj.part(attribute) if isinstance(obj, Shown) else None
        if part is None:
            raise TemplateFault(
                msg("the template asks for `{part}` of something that has no such part", part=attribute)
            )
        return part

    def getitem(self, obj: Any, argument: Any) -> Any:
        return self.getattr(obj, str(argument))


class _Loader(jinja2.BaseLoader):
    def __init__(self, load: Callable[[str], str]) -> None:
        self._load = load

    def get_source(self, environment: jinja2.Environment, template: str) -> tuple[str, str | None, None]:
        return self._load(template), template, None


# --- filters -------------------------------------------------------------------------------------------------------


def _counted(value: Any, weight: int) -> Iterator[Shown]:
    if not isinstance(value, Shown):
        raise TemplateFault(msg("only rows and lists of values can be gone through"))
    return value.counted(weight)


def _default(value: Any, otherwise: Any = "") -> Any:
    """The value, or `otherwise` where it is unset."""
    return value if value else otherwise


def _join(value: Any, between: Any = "") -> str:
    """The items in one line, with `between` between them."""
    return str(between).join(str(each) for each in value) if isinstance(value, Shown) else str(value)


def _length(value: Any) -> int:
    """The number of items; of a text its characters."""
    if isinstance(value, Shown) and value.value.items is not None:
        return len(value.value.items)
    return len(str(value))


def _truncate(value: Any, characters: Any = 80) -> str:
    """The text, cut to so many characters with an ellipsis at its end."""
    text = str(value)
    most = characters if isinstance(characters, int) else 0
    return text if len(text) <= most else text[: max(most - 1, 0)] + "…"


FILTERS: Final[dict[str, Callable[..., Any]]] = {
    "default": _default,
    "join": _join,
    "length": _length,
    "truncate": _truncate,
}
"""The filters. They bear names that Jinja has too, so that any reader of a template knows them."""


# --- the law -------------------------------------------------------------------------------------------------------


def parse(environment: jinja2.Environment, text: str, name: str = "") -> nodes.Template:
    """The template's tree. Raises TemplateFault where the text is too long or cannot be read as a template."""
    if len(text) > TEMPLATE_CHARACTERS:
        raise TemplateFault(msg("the template is longer than {most} characters", most=TEMPLATE_CHARACTERS), 1, name)
    try:
        return environment.parse(text, name or None)
    except jinja2.TemplateSyntaxError as error:
        lines = text.splitlines()
        line = min(max(error.lineno, 1), max(len(lines), 1))
        part = lines[line - 1].strip()[:60] if lines else ""
        message = msg("this cannot be read as a template: `{part}`", part=part)
        raise TemplateFault(message, line, name) from error
    except (RecursionError, ValueError, OverflowError, MemoryError) as error:
        raise TemplateFault(msg("the template's parts lie too deep in one another"), 1, name) from error


def law_faults(tree: nodes.Template, text: str, html: bool) -> list[Fault]:
    """What stands in a parsed template that may not, in its order."""
    return [
        (line, column_of(text, line, near), message) for line, near, message in _unlawful(tree, html, depth=0, loops=0)
    ]


def column_of(text: str, line: int, near: str) -> int:
    """The 1-based column of the word `near` in a line: Jinja's tree keeps lines only."""
    lines = text.splitlines()
    found = re.search(rf"(?<!\w){re.escape(near)}", lines[line - 1]) if near and 0 < line <= len(lines) else None
    return found.start() + 1 if found else 1


def _unlawful(node: nodes.Node, html: bool, depth: int, loops: int) -> Iterator[tuple[int, str, Message]]:
    if depth > DEPTH:
        yield node.lineno, "", msg("the template's parts lie too deep in one another")
        return
    loops += isinstance(node, nodes.For)
    message = _judged(node, html, loops)
    if message is not None:
        yield node.lineno, _word(node), message
        return
    for child in node.iter_child_nodes():
        yield from _unlawful(child, html, depth + 1, loops)


def _judged(node: nodes.Node, html: bool, loops: int) -> Message | None:
    """Why a node may not stand in a template, or None."""
    match node:
        case nodes.TemplateData():
            active = _ACTIVE_MARKUP.search(node.data) if html else None
            return active and msg("a printed page runs nothing: `{part}` may not stand in it", part=active.group())
        case nodes.For():
            if node.recursive or not isinstance(node.target, nodes.Name):
                return msg("a loop is written `{example}`", example="{% for line in quote %}")
            if not isinstance(node.iter, nodes.Name | nodes.Getattr):
                return msg("a loop goes through the rows of a field: `{example}`", example="{% for line in quote %}")
            return msg("at most {most} loops lie in one another", most=LOOPS) if loops > LOOPS else None
        case nodes.Filter():
            known = node.name in FILTERS and not node.kwargs and node.dyn_args is None and node.dyn_kwargs is None
            if known and node.node is not None:
                return None
            return msg("there is no filter `{name}`; there are {known}", name=node.name, known=tuple(FILTERS))
        case nodes.Getattr():
            return msg("`{name}` cannot be asked for", name=node.attr) if node.attr.startswith("_") else None
        case nodes.Block():
            return None if html else msg("a notice is one text: it has no blocks")
        case nodes.Extends() | nodes.Include():
            if not html:
                return msg("a notice is one text: it includes no other")
            if not isinstance(node.template, nodes.Const) or not isinstance(node.template.value, str):
                return msg(
                    "the name of an included text is written out: `{example}`", example='{% include "head.html" %}'
                )
            plain_include = isinstance(node, nodes.Extends) or (node.with_context and not node.ignore_missing)
            return None if plain_include else msg("an included text is named, and nothing more")
        case nodes.Call():
            return msg("nothing can be called in a template; there are the filters {known}", known=tuple(FILTERS))
        case _ if isinstance(node, _PLAIN_NODES):
            return None
        case _:
            return msg(
                "a template holds values, choices and loops over rows; `{part}` is none of them", part=_word(node)
            )


def _word(node: nodes.Node) -> str:
    """The word by which a reader will find a node in its line."""
    match node:
        case nodes.Name() | nodes.Filter():
            return str(node.name)
        case nodes.Getattr():
            return node.attr
        case nodes.Call():
            return _word(node.node)
        case _:
            return _SIGNS.get(type(node).__name__, type(node).__name__.lower())


def _count_loops(tree: nodes.Template, environment: jinja2.Environment) -> int:
    """Make every loop count what it repeats; gives the number of nodes in the whole template."""
    for loop in tree.find_all(nodes.For):
        weight = _size(loop)
        arguments: list[nodes.Expr] = [nodes.Const(weight, lineno=loop.lineno, environment=environment)]
        loop.iter = nodes.Filter(
            loop.iter, _COUNTED, arguments, [], None, None, lineno=loop.lineno, environment=environment
        )
    return _size(tree)


def _size(node: nodes.Node) -> int:
    return 1 + sum(1 for _ in node.find_all(nodes.Node))


# --- rendering -----------------------------------------------------------------------------------------------------


def render(
    text: str,
    values: Mapping[str, Any],
    *,
    html: bool,
    load: Callable[[str], str] | None = None,
    name: str = "",
    most: int = OUTPUT_CHARACTERS,
) -> str:
    """The text of a template with its values. `load` gives the text of an included name. Raises TemplateFault for
    whatever is wrong with the template or becomes too much; nothing else."""
    meter = Meter(STEPS)
    environment = Bounded(meter, html, load)
    try:
        template = environment.from_string(text) if not name else _named(environment, text, name)
        metered = {key: Shown(value_of(each), meter) for key, each in values.items()}
        pieces, length = [], 0
        for piece in template.generate(metered):
            meter.spend(1)
            length += len(piece)
            if length > most:
                raise TemplateFault(msg("what the template makes is longer than {most} characters", most=most))
            pieces.append(piece)
        return "".join(pieces)
    except TemplateFault as fault:
        raise _placed(fault, fault.__traceback__, name) from None
    except jinja2.UndefinedError as error:
        raise _placed(
            TemplateFault(msg("the template names a value that there is not")), error.__traceback__, name
        ) from error
    except jinja2.TemplateNotFound as error:
        missing = msg("there is no text called `{name}` to include", name=error.name or "")
        raise _placed(TemplateFault(missing), error.__traceback__, name) from error
    except Exception as error:  # whatever a template makes happen is the template's fault, and must not end a worker
        raise _placed(TemplateFault(msg("the template cannot be rendered")), error.__traceback__, name) from error


def _named(environment: Bounded, text: str, name: str) -> jinja2.Template:
    code = environment.compile(text, name)
    return jinja2.Template.from_code(environment, code, {})


def _placed(fault: TemplateFault, trace: TracebackType | None, name: str) -> TemplateFault:
    """The fault with the template's line, which Jinja writes into the traceback of what fails while rendering."""
    line, template = fault.line, fault.template or name
    while trace is not None and fault.line is None:
        if "__jinja_exception__" in trace.tb_frame.f_globals:
            line, template = trace.tb_lineno, trace.tb_frame.f_code.co_filename
        trace = trace.tb_next
    return TemplateFault(fault.message, line, name if template in {"<template>", "<unknown>"} else template)
