"""What was typed for a parameter, read as the few types that leaves use.

Typer reads values through pydantic, whose import costs a command as much as all of its own work; texts, whole numbers,
numbers, flags and lists of them need none of it. A parameter of any other type is left to Typer.
"""

import types
import typing
from collections.abc import Callable, Mapping
from typing import Any, Final

from sop_engine.errors import NotUnderstood
from sop_engine.messages import Message, msg


def _whole(text: str) -> int:
    return int(text)


_READERS: Final[Mapping[Any, tuple[Callable[[str], Any], Message]]] = {
    str: (str, msg("a text")),
    int: (_whole, msg("a whole number")),
    float: (float, msg("a number")),
}


def read_plainly(command: Any, annotations: Mapping[str, Any]) -> None:
    """Let the parameters of a Typer command whose types are plain be read here. `annotations` are those of its
    function, by parameter."""
    for parameter in command.params:
        kind, many = _plain_kind(annotations.get(parameter.name))
        if kind is bool and not many:
            read_flag(parameter)
        elif kind in _READERS:
            parameter.process_value = _reader(parameter, kind, many)


def _plain_kind(annotation: Any) -> tuple[Any, bool]:
    """The type inside `Annotated[X | None, ...]`, and whether it is a list's."""
    if typing.get_origin(annotation) is typing.Annotated:
        annotation = typing.get_args(annotation)[0]
    if isinstance(annotation, types.UnionType):
        given = [each for each in typing.get_args(annotation) if each is not type(None)]
        annotation = given[0] if len(given) == 1 else None
    if typing.get_origin(annotation) is list:
        return typing.get_args(annotation)[0], True
    return annotation, False


def read_flag(parameter: Any) -> None:
    """Let a flag be read here; its callback, as that of `--help`, is called as ever."""

    def process(context: Any, value: Any) -> Any:
        given = None if value is None else bool(value)  # a pair of flags of which neither was given says nothing
        return given if parameter.callback is None else parameter.callback(context, parameter, given)

    parameter.process_value = process


def _reader(parameter: Any, kind: Any, many: bool) -> Callable[[Any, Any], Any]:
    """Reads one parameter's value; raises `NotUnderstood` where it is missing or not of its type."""
    read, wanted = _READERS[kind]

    def one(text: Any) -> Any:
        try:
            return read(text)
        except (ValueError, OverflowError):
            name = parameter.metavar if parameter.param_type_name == "argument" else parameter.opts[-1]
            raise NotUnderstood(
                msg("{option} wants {wanted}, not {text}", option=name, wanted=wanted, text=str(text)[:60])
            ) from None

    def process(context: Any, value: Any) -> Any:
        empty = value is None or (many and not value)
        if empty and parameter.required and not context.resilient_parsing:
            raise _missing(parameter, context)
        if empty:
            return None if not many or value is None else []
        return [one(each) for each in value] if many else one(value)

    return process


def _missing(parameter: Any, context: Any) -> NotUnderstood:
    what = parameter.metavar if parameter.param_type_name == "argument" else parameter.opts[-1]
    ticket = context.params.get("id")
    if what == "TRIGGER" and ticket:
        fix = msg("see what can be done: sop show {id}", id=ticket)
    else:
        fix = msg("how it is used: {command} --help", command=context.command_path)
    return NotUnderstood(msg("`{command}` needs {what}", command=context.command_path, what=what), fix=fix)
