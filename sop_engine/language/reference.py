"""What `flow explain` says, from the schema and the checks; and the schema for editors."""

import functools
import typing
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from sop_engine.errors import NotFound
from sop_engine.language.checks.pages import pages
from sop_engine.language.grammar import schema
from sop_engine.language.grammar.calendar_schema import CalendarWords
from sop_engine.language.grammar.fragment_schema import Fragment, Head
from sop_engine.language.grammar.schema import Document
from sop_engine.language.grammar.shapes import Bilingual, Words
from sop_engine.language.near import near
from sop_engine.language.prose import in_language
from sop_engine.messages import msg, say, translated


def json_schema(fragment: bool = False, language: str = "en") -> dict[str, Any]:
    """The grammar of a procedure, or of a fragment, as JSON Schema (draft 2020-12), for editors; its descriptions in
    `language`."""
    return _schema_of(Fragment if fragment else Document, language)


def calendar_json_schema(language: str = "en") -> dict[str, Any]:
    """The same of a calendar's file."""
    return _schema_of(CalendarWords, language)


def _schema_of(model: type[BaseModel], language: str) -> dict[str, Any]:
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **model.model_json_schema(by_alias=True)}
    if language != "en":
        _describe(schema, language)
    return schema


def _describe(schema: Any, language: str) -> None:
    """Say every description of a schema in a language."""
    for name, value in schema.items() if isinstance(schema, dict) else enumerate(schema):
        if name == "description" and isinstance(value, str):
            schema[name] = translated(value.rstrip("."), language)
        elif isinstance(value, dict | list):
            _describe(value, language)


def explain(code_or_path: str, language: str = "en") -> str:
    """The page of a check (`SOP102`), or what a word means (`states.transitions.by`, `fields.type`, `by`). Ids may
    stand in a path where the file has them (`states.on_site.transitions`). Raises `NotFound` with near names."""
    known = pages()
    code = code_or_path.strip().upper()
    if code in known:
        found = known[code]
        parts = [f"{found.code}: {translated(found.title, language)}", ""]
        parts += [in_language(found.text, language), ""] if found.text else []
        for label, example in ((msg("Fails:"), found.fails), (msg("Passes:"), found.passes)):
            parts += [say(label, language), "", *(f"    {line}".rstrip() for line in example.splitlines()), ""]
        return "\n".join(parts)
    wanted = [step for step in code_or_path.strip().split(".") if step]
    paths = list(_described())
    fitting = {about: path for path, about in reversed(paths) if wanted and _fits(wanted, path)}
    if not fitting:
        names = sorted({path[-1] for path, _about in paths})
        raise NotFound(
            msg("neither a check nor a word of the language: {name}", name=code_or_path[:60]),
            near=near(wanted[-1] if wanted else "", [*names, *known]),
        )
    lines = sorted(f"{'.'.join(path)}: {translated(about, language)}" for about, path in fitting.items())
    return "\n".join(lines) + "\n"


def _fits(wanted: list[str], path: tuple[str, ...]) -> bool:
    """Whether a path that somebody typed means this one: it ends alike; ids (`*` here) may be there or left out."""
    if not wanted:
        return True
    if not path:
        return False
    if path[-1] == "*":
        return _fits(wanted, path[:-1]) or _fits(wanted[:-1], path[:-1])
    return wanted[-1] == path[-1] and _fits(wanted[:-1], path[:-1])


def _described() -> Iterator[tuple[tuple[str, ...], str]]:
    """(path with `*` for ids, description) of every word."""
    for model, outer in (*places(Document), *places(Head), *places(CalendarWords)):
        for name, _hint, about in entries(model):
            yield (*outer, name), about


@functools.cache
def entries(model: type[BaseModel]) -> tuple[tuple[str, Any, str], ...]:
    """The words of a map with type and description, its own before those that it shares with others."""
    hints = typing.get_type_hints(model, include_extras=True)
    own = [name for each in model.__mro__ for name in vars(each).get("__annotations__", {})]
    fields = [(name, model.model_fields[name]) for name in dict.fromkeys(own) if name in model.model_fields]
    return tuple((field.alias or name, hints[name], field.description or "") for name, field in fields)


Place = tuple[type[BaseModel], tuple[str, ...]]


def places(
    model: type[BaseModel], path: tuple[str, ...] = (), around: tuple[type[BaseModel], ...] = ()
) -> Iterator[Place]:
    """Every map of the language with each path that leads to it, one that lies in its own kind left out."""
    if model in around or model is Bilingual:
        return
    yield model, path
    for name, hint, _about in entries(model):
        for inner, stars in _inner(hint, ()):
            yield from places(inner, (*path, name, *stars), (*around, model))


def _inner(hint: Any, stars: tuple[str, ...]) -> Iterator[tuple[type[BaseModel], tuple[str, ...]]]:
    if isinstance(hint, type) and issubclass(hint, Words):
        yield hint, stars
        return
    if isinstance(hint, str | typing.ForwardRef):
        name = hint if isinstance(hint, str) else hint.__forward_arg__
        for part in name.split(" | "):
            if (known := getattr(schema, part, None)) is not None:
                yield from _inner(known, stars)
        return
    deeper = (*stars, "*") if typing.get_origin(hint) is dict else stars
    for each in typing.get_args(hint):
        yield from _inner(each, deeper)
