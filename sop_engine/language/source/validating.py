"""A tree against the schema: the document, or facts with places in our own terms."""

import types
import typing
from collections.abc import Iterator
from typing import Any, TypeVar

from pydantic import BaseModel, Tag, ValidationError

from sop_engine.diagnostics import Span
from sop_engine.language.facts import Fact
from sop_engine.language.grammar.schema import Document
from sop_engine.language.source.tree import Cursor, plain

Model = TypeVar("Model", bound=BaseModel)


def validate(cursor: Cursor) -> tuple[Document | None, list[Fact]]:
    """The document where the schema holds, and what it finds otherwise."""
    return validate_as(Document, cursor)


def validate_as(model: type[Model], cursor: Cursor) -> tuple[Model | None, list[Fact]]:
    """The same for a file of another schema, made of the same shapes."""
    try:
        return model.model_validate(plain(cursor.node)), []
    except ValidationError as error:
        return None, [_fact(each, cursor, model) for each in error.errors(include_url=False, include_input=True)]


def _fact(error: Any, cursor: Cursor, model: type[BaseModel]) -> Fact:
    steps = _written(error["loc"], model)
    kind, context = error["type"], error.get("ctx", {})
    if kind != "extra_forbidden" and steps and steps[-1] == "[key]":
        steps.pop()
    if kind == "extra_forbidden":
        *outer, name = steps
        here = _at(cursor, outer)
        return Fact(
            "unknown_word",
            here.word(str(name)).span,
            {"name": str(name), "known": known_words(error["loc"][:-1], model)},
        )
    if kind == "missing":
        *outer, name = steps
        here = _at(cursor, outer)
        values = {"name": str(name), "under": str(outer[-1]) if outer else "", "map": here.node.span}
        return Fact("missing", here.name if outer else _first_line(here), values)
    here = _at(cursor, steps)
    values = {
        "reason": kind, "given": _shape(error["input"]), "word": _word(steps),
        "choices": _choices(error, model), "least": context.get("ge", context.get("min_length", 0)),
        "most": context.get("le", 0),
        "text": _scalar(error["input"]),
    }  # fmt: skip
    return Fact("misshapen", here.span, values)


def _word(steps: list[Any]) -> str:
    """The word under which something stands; of an item that of its list."""
    return next((each for each in reversed(steps) if isinstance(each, str)), "")


def _scalar(value: object) -> str:
    """A word or number as the file writes it; empty for what is larger."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)[:40] if isinstance(value, str | int) else ""


def _at(cursor: Cursor, steps: list[Any]) -> Cursor:
    for step in steps:
        cursor = cursor / step
    return cursor


def _first_line(cursor: Cursor) -> Span:
    span = cursor.span
    return Span(span.file, span.line, span.column, span.line, span.column + 1)


def _shape(value: Any) -> str:
    match value:
        case None:
            return "nothing"
        case bool():
            return "truth"
        case int():
            return "number"
        case str():
            return "text"
        case list():
            return "list"
    return "map"


def _choices(error: Any, model: type[BaseModel]) -> tuple[str, ...]:
    if error["type"] != "literal_error":
        return ()
    return tuple(_literals(_annotation(error["loc"], model)))


def _literals(hint: Any) -> Iterator[str]:
    if typing.get_origin(hint) is typing.Literal:
        yield from (str(each) for each in typing.get_args(hint))
        return
    for each in typing.get_args(hint):
        yield from _literals(each)


# --- the schema's own structure --------------------------------------------------------------------------------------


def known_words(loc: tuple[Any, ...], model: type[BaseModel] = Document) -> tuple[str, ...]:
    """The words that may stand in the map to which a fault's path leads."""
    found = _annotation(loc, model)
    return tuple(words(found)) if isinstance(found, type) and issubclass(found, BaseModel) else ()


def words(model: type[BaseModel]) -> dict[str, Any]:
    """The words of a map, as they are written, with their types."""
    return {field.alias or name: field.annotation for name, field in model.model_fields.items()}


def _annotation(loc: tuple[Any, ...], model: type[BaseModel]) -> Any:
    """The type to which a path leads. A tag in the path says which member of a union is meant."""
    hint: Any = model
    for step in loc:
        hint = _step(_bare(hint), step)
        if hint is None:
            return None
    return _bare(hint)


def _written(loc: tuple[Any, ...], model: type[BaseModel]) -> list[Any]:
    """The steps of a path that stand in the file. What tells a tag from an owner's key is the schema: any text may
    be a key."""
    steps: list[Any] = []
    hint: Any = model
    for step in loc:
        hint = _bare(hint)
        if _member(hint, step) is None:
            steps.append(step)
        hint = _step(hint, step)
    return steps


def _step(hint: Any, step: Any) -> Any:
    member = _member(hint, step)
    if member is not None:
        return member
    if isinstance(hint, type) and issubclass(hint, BaseModel):
        field = next((f for name, f in hint.model_fields.items() if (f.alias or name) == step), None)
        return None if field is None else field.annotation
    arguments = typing.get_args(hint)
    return arguments[-1] if typing.get_origin(hint) in (dict, list) and arguments else None


def _bare(hint: Any) -> Any:
    """Without metadata, and without `| None`."""
    while True:
        if typing.get_origin(hint) is typing.Annotated:
            hint = typing.get_args(hint)[0]
            continue
        if isinstance(hint, types.UnionType) or typing.get_origin(hint) is typing.Union:
            inner = [each for each in typing.get_args(hint) if each is not types.NoneType]
            if len(inner) == 1:
                hint = inner[0]
                continue
        return hint


def _member(hint: Any, tag: Any) -> Any:
    """The member of a union that bears a tag; None where there is none."""
    return next((each for each in _members(hint) if _tag(each) == tag), None)


def _members(hint: Any) -> Iterator[Any]:
    """The tagged members of a union, of unions inside it too."""
    if _tag(hint) is not None:
        yield hint
    elif typing.get_origin(hint) in (typing.Annotated, typing.Union, types.UnionType):
        for each in typing.get_args(hint):
            yield from _members(each)


def _tag(hint: Any) -> str | None:
    if typing.get_origin(hint) is not typing.Annotated:
        return None
    return next((each.tag for each in hint.__metadata__ if isinstance(each, Tag)), None)
