"""The reference, made from the schema and the checks; and what `flow explain` says."""

import types
import typing
from collections.abc import Iterator
from typing import Any, Final, cast

from pydantic import BaseModel

from sop_engine.errors import NotFound
from sop_engine.language import blanks, calls, schema, times
from sop_engine.language.checks.fragments import KINDS
from sop_engine.language.checks.pages import EXAMPLE_FRAGMENT, pages
from sop_engine.language.fragment_schema import BlankWords, Declared, Fragment, Head
from sop_engine.language.near import near
from sop_engine.language.schema import Document
from sop_engine.language.shapes import Bilingual, Expression, Guard, OneOrMore, Title, Titles, Value, Words
from sop_engine.messages import Message, msg, say, translated

TYPES: Final[dict[Any, Message]] = {
    str: msg("text"), int: msg("a whole number"), bool: msg("true or false"), types.NoneType: msg("nothing"),
}  # fmt: skip
NAMED: Final[tuple[tuple[Any, Message], ...]] = (
    (Guard, msg("a condition: an expression, or `{{field: value, other: [a, b]}}`")),
    (Title, msg("one text, or `{{zh: ..., en: ...}}`")),
    (Titles, msg("a list of ids, or `{{id: title}}`")),
    (schema.By, msg("roles, `assignee`, `owner`, `opener`, `anyone`; a list; with exceptions; or chosen by a field")),
    (schema.Roles, msg("a list of ids, or `{{id: title}}`, or `{{id: {{title: ..., scope: ...}}}}`")),
    (schema.Tells, msg("whom; a list; or `{{to: ..., notice: ...}}`")),
    (schema.Starts, msg("`{{procedure: {{field: expression}}}}`, or `{{procedure: ..., with: ..., each: ...}}`")),
    (schema.Column, msg("a type, or a whole field")),
    (schema.FieldTypeWord, msg("one of the types of fields")),
    (cast(Any, OneOrMore)[str], msg("one word, or a list")),
    (Value | list[Value], msg("a value, or a list of them")),
    (dict[str, Expression], msg("`{{field: expression}}`")),
    (schema.Timers, msg("a map from times to what happens then")),
    (Any, msg("what its kind takes")),
    (schema.Uses, msg("`{{fragment: {{blank: value}}}}`; one word, or a list")),
)


def json_schema(fragment: bool = False) -> dict[str, Any]:
    """The grammar of a procedure, or of a fragment, as JSON Schema (draft 2020-12), for editors."""
    model = Fragment if fragment else Document
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **model.model_json_schema(by_alias=True)}


def explain(code_or_path: str, language: str = "en") -> str:
    """The page of a check (`SOP102`), or what a word means (`states.transitions.by`, `fields.type`, `by`). Ids may
    stand in a path where the file has them (`states.on_site.transitions`). Raises `NotFound` with near names."""
    known = pages()
    code = code_or_path.strip().upper()
    if code in known:
        found = known[code]
        parts = [f"{found.code}: {found.title}", "", found.text, ""]
        for label, example in ((msg("Fails:"), found.fails), (msg("Passes:"), found.passes)):
            parts += [say(label, language), "", *(f"    {line}".rstrip() for line in example.splitlines()), ""]
        return "\n".join(parts)
    wanted = [step for step in code_or_path.strip().split(".") if step]
    paths = list(_paths())
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


def _paths() -> Iterator[tuple[tuple[str, ...], str]]:
    """(path with `*` for ids, description) of every word."""
    for model, outer in (*_places(Document, (), ()), *_places(Head, (), ())):
        for name, _hint, about in _entries(model):
            yield (*outer, name), about


def _entries(model: type[BaseModel]) -> list[tuple[str, Any, str]]:
    """The words of a map with type and description, its own before those that it shares with others."""
    hints = typing.get_type_hints(model, include_extras=True)
    own = [name for each in model.__mro__ for name in vars(each).get("__annotations__", {})]
    fields = [(name, model.model_fields[name]) for name in dict.fromkeys(own) if name in model.model_fields]
    return [(field.alias or name, hints[name], field.description or "") for name, field in fields]


Place = tuple[type[BaseModel], tuple[str, ...]]


def _places(model: type[BaseModel], path: tuple[str, ...], around: tuple[type[BaseModel], ...]) -> Iterator[Place]:
    """Every map of the language with each path that leads to it, one that lies in its own kind left out."""
    if model in around or model is Bilingual:
        return
    yield model, path
    for name, hint, _about in _entries(model):
        for inner, stars in _inner(hint, ()):
            yield from _places(inner, (*path, name, *stars), (*around, model))


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


def reference() -> str:
    """The reference page in Markdown: every word, the functions of expressions, and every check."""
    parts = [
        "# The language",
        "",
        "Made from the schema and the checks by `sop_engine.language.reference()`; do not edit.",
        "",
        "A procedure is one file, `NAME.sop.yaml`. Every list may be one word. `*` in a path stands for an id.",
        "",
        "## Words",
        "",
    ]
    places: dict[type[BaseModel], list[str]] = {}
    for model, path in _places(Document, (), ()):
        places.setdefault(model, []).append(".".join(path))
    for model, paths in places.items():
        parts += _table(model, paths)
    parts += ["## Fragments", "", *(blanks.__doc__ or "").strip().splitlines(), "", *_fragment_words()]
    types = ", ".join(f"`{each}`" for each in typing.get_args(schema.FieldTypeWord))
    parts += [
        "## Types of fields",
        "",
        f"{types}.",
        "",
        "## Times",
        "",
        *(times.__doc__ or "").strip().splitlines(),
        "",
    ]
    parts += ["## Expressions", "", *(calls.__doc__ or "").strip().splitlines(), "", "## Checks", ""]
    for page in pages().values():
        parts += [f"### {page.code}: {page.title}", "", page.text, ""]
        for label, example in (("Fails:", page.fails), ("Passes:", page.passes)):
            parts += [label, "", "```yaml", *example.rstrip("\n").splitlines(), "```", ""]
    return "\n".join(parts).rstrip("\n") + "\n"


def _table(model: type[BaseModel], paths: list[str]) -> list[str]:
    """The words of one map, and where it stands."""
    heading = (model.__doc__ or "").strip().splitlines()[0]
    where = ["Stands at " + ", ".join(f"`{path}`" for path in dict.fromkeys(paths)) + "."] if paths[0] else []
    lines = [f"### {heading.rstrip('.')}", "", *where, "", "| word | what it is | form |", "|---|---|---|"]
    for name, hint, about in _entries(model):
        required = " (must be there)" if model.model_fields[_python(model, name)].is_required() else ""
        lines.append(f"| `{name}` | {about}{required} | {_cell(_form(hint))} |")
    return [*lines, ""]


def _fragment_words() -> list[str]:
    """The words of a fragment's file, the kinds of its blanks, and the fragment that the checks' examples use."""
    tables = [*_table(Head, [""]), *_table(BlankWords, ["blanks.*"]), *_table(Declared, [""])]
    kinds = ["### What fills a blank", "", "| kind | what may be written |", "|---|---|"]
    kinds += [f"| `{kind}` | {about} |" for kind, about in KINDS.items()]
    example = ["", "The examples of the checks use this one:", "", "```yaml", *EXAMPLE_FRAGMENT.splitlines(), "```", ""]
    return [*tables, "Beside these it has the words of a state, which go where `use` stands.", "", *kinds, *example]


def _python(model: type[BaseModel], word: str) -> str:
    return next(name for name, field in model.model_fields.items() if (field.alias or name) == word)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _form(hint: Any) -> str:
    """The form of a word's value, in a few words."""
    for known, words in NAMED:
        if hint == known or (
            typing.get_origin(hint) in (typing.Union, types.UnionType) and known in typing.get_args(hint)
        ):
            return str(words)
    if typing.get_origin(hint) is typing.Literal:
        return ", ".join(f"`{each}`" for each in typing.get_args(hint))
    if isinstance(hint, type) and issubclass(hint, Words):
        return str(msg("a map"))
    if hint in TYPES:
        return str(TYPES[hint])
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is dict:
        return str(msg("a map, each {form}", form=_form(arguments[1])))
    if origin is list:
        return str(msg("a list, each {form}", form=_form(arguments[0])))
    if origin is typing.Annotated:
        return _form(arguments[0])
    if origin in (typing.Union, types.UnionType):
        forms = dict.fromkeys(_form(each) for each in arguments if each is not types.NoneType)
        return str(msg(" or ")).join(forms)
    return str(msg("a map"))
