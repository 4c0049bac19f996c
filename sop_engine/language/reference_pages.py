"""The pages of the reference in Markdown, in both languages, made from the schema and the checks."""

import types
import typing
from collections.abc import Iterator
from typing import Any, Final, cast

from pydantic import BaseModel

from sop_engine.language import blanks, times
from sop_engine.language.checks.fragments import KINDS
from sop_engine.language.checks.pages import EXAMPLE_FRAGMENT, Page, pages
from sop_engine.language.formulas import calls
from sop_engine.language.grammar import goal_schema, schema
from sop_engine.language.grammar.calendar_schema import CalendarWords
from sop_engine.language.grammar.fragment_schema import BlankWords, Declared, Head
from sop_engine.language.grammar.people_schema import By
from sop_engine.language.grammar.schema import Document
from sop_engine.language.grammar.shapes import Expression, Guard, Moments, OneOrMore, Title, Titles, Value, Words
from sop_engine.language.prose import in_language, pieces
from sop_engine.language.reference import entries, places
from sop_engine.messages import Message, msg, say, translated

TYPES: Final[dict[Any, Message]] = {
    str: msg("text"), int: msg("a whole number"), bool: msg("true or false"), types.NoneType: msg("nothing"),
}  # fmt: skip
NAMED: Final[tuple[tuple[Any, Message], ...]] = (
    (Guard, msg("a condition: an expression, or `{{field: value, other: [a, b]}}`")),
    (Moments, msg("a state; `did TRIGGER`; `took EVENT`; a condition; or a list of these")),
    (Title, msg("one text, or `{{zh: ..., en: ...}}`")),
    (Titles, msg("a list of ids, or `{{id: title}}`")),
    (By, msg("roles, `assignee`, `owner`, `opener`, `anyone`; a list; with exceptions; or chosen by a field")),
    (schema.Roles, msg("a list of ids, or `{{id: title}}`, or `{{id: {{title: ..., scope: ...}}}}`")),
    (schema.Tells, msg("whom; a list; or `{{to: ..., notice: ...}}`")),
    (schema.Starts, msg("`{{procedure: {{field: expression}}}}`, or `{{procedure: ..., with: ..., each: ...}}`")),
    (schema.Column, msg("a type, or a whole field")),
    (schema.FieldTypeWord, msg("one of the types of fields")),
    (cast(Any, OneOrMore)[str], msg("one word, or a list")),
    (Value | list[Value], msg("a value, or a list of them")),
    (dict[str, Expression], msg("`{{field: expression}}`")),
    (schema.Timers, msg("a map from times to what happens then")),
    (goal_schema.Within, msg("a time; `{{field: {{value: time}}}}`; or a list of `{{when: ..., within: time}}`")),
    (goal_schema.WordOrChosen, msg("one word, or `{{field: {{value: word}}}}`")),
    (goal_schema.Warnings, msg("how long before; a list; or `{{how long before: whom}}`")),
    (
        dict[str, goal_schema.Rung],
        msg("`{{how long after: whom}}`, or `{{how long after: {{tell: ..., hand_to: ...}}}}`"),
    ),
    (Any, msg("what its kind takes")),
    (schema.Uses, msg("`{{fragment: {{blank: value}}}}`; one word, or a list")),
)


SHOWN: Final = 4
"""How many of the places where a map may stand are listed: the shortest."""


def reference(language: str = "en") -> str:
    """The page of the language: every word, the types of fields, times, and the functions of expressions."""
    other = "[中文](language.zh.md)" if language == "en" else "[English](language.md)"
    parts = [
        f"# {say(msg('The language'), language)}", "", other, "",
        say(msg("Made from the schema by `make reference`; do not edit."), language), "",
        say(msg("A procedure is one file, `NAME.sop.yaml`. Every list may be one word. `*` in a path is an id."),
            language), "",
        say(msg("What can be wrong with a file stands on [the page of checks]({page}).",
                page="checks.md" if language == "en" else "checks.zh.md"), language), "",
        f"## {say(msg('Words'), language)}", "",
    ]  # fmt: skip
    where: dict[type[BaseModel], list[str]] = {}
    for model, path in places(Document):
        where.setdefault(model, []).append(".".join(path))
    for model, paths in where.items():
        parts += _table(model, paths, language)
    parts += [f"## {say(msg('Fragments'), language)}", "", *_prose(blanks.__doc__, language), "", *_fragments(language)]
    about = msg(
        "A calendar is one file, `calendars/NAME.yaml`: [the page of calendars]({page}).", page="../calendars.md"
    )
    parts += [f"## {say(msg('Calendars'), language)}", "", say(about, language), ""]
    for model, path in places(CalendarWords):
        parts += _table(model, [".".join(path)], language)
    listed = ", ".join(f"`{each}`" for each in typing.get_args(schema.FieldTypeWord))
    parts += [f"## {say(msg('Types of fields'), language)}", "", listed, ""]
    parts += [f"## {say(msg('Times'), language)}", "", *_prose(times.__doc__, language), ""]
    parts += [f"## {say(msg('Expressions'), language)}", "", *_prose(calls.__doc__, language)]
    return "\n".join(parts).rstrip("\n") + "\n"


def checks_page(language: str = "en") -> str:
    """The page of the checks: all of them in a table, then each with the example that fails and the one that passes."""
    other = "[中文](checks.zh.md)" if language == "en" else "[English](checks.md)"
    parts = [
        f"# {say(msg('The checks'), language)}", "", other, "",
        say(msg("Made from the checks by `make reference`; do not edit. `sop flow explain CODE` says the same."),
            language), "",
        say(msg("An error forbids publishing. A warning can be switched off in its place, with a reason:"), language),
        "", "```yaml", "allow: {SOP201: filled in on paper}", "```", "",
        f"| {say(msg('code'), language)} | {say(msg('what it finds'), language)} |", "|---|---|",
    ]  # fmt: skip
    found = sorted(pages().values(), key=lambda page: page.code)
    parts += [f"| [{page.code}](#{page.code.lower()}) | {translated(page.title, language)} |" for page in found]
    for page in found:
        parts += ["", *_of_check(page, language)]
    return "\n".join(parts) + "\n"


def _of_check(page: Page, language: str) -> list[str]:
    """One check. Its heading is the code alone, so that links to it stay when the title is bettered."""
    parts = [f"## {page.code}", "", f"**{translated(page.title, language)}**", ""]
    parts += [*in_language(page.text, language).splitlines(), *([""] if page.text else [])]
    for label, example in ((msg("Fails:"), page.fails), (msg("Passes:"), page.passes)):
        parts += [say(label, language), "", "```yaml", *example.rstrip("\n").splitlines(), "```", ""]
    return parts[:-1]


def sentences() -> Iterator[str]:
    """Every piece of the pages that the catalogue holds and that stands in a docstring."""
    for page in pages().values():
        yield page.title
        yield from pieces(page.text)
    for text in (blanks.__doc__, times.__doc__, calls.__doc__):
        yield from pieces(text or "")
    models: list[type[BaseModel]] = [
        *(model for model, _path in (*places(Document), *places(CalendarWords))), Head, BlankWords, Declared
    ]  # fmt: skip
    yield from map(_heading, models)


def _prose(text: str | None, language: str) -> list[str]:
    return in_language((text or "").strip(), language).splitlines()


def _heading(model: type[BaseModel]) -> str:
    return (model.__doc__ or "").strip().splitlines()[0].rstrip(".")


def _table(model: type[BaseModel], paths: list[str], language: str) -> list[str]:
    """The words of one map, and where it stands."""
    lines = [f"### {translated(_heading(model), language)}", "", *_stands(paths, language)]
    lines += [f"| {' | '.join(say(each, language) for each in HEADS)} |", "|---|---|---|"]
    for name, hint, about in entries(model):
        required = model.model_fields[_python(model, name)].is_required()
        said = translated(about, language) + (say(msg(" (must be there)"), language) if required else "")
        lines.append(f"| `{name}` | {_cell(said)} | {_cell(_form(hint, language))} |")
    return [*lines, ""]


HEADS: Final = (msg("word"), msg("what it is"), msg("what may be written"))


def _stands(paths: list[str], language: str) -> list[str]:
    """Where a map stands: its shortest places, and how many there are besides."""
    known = sorted(dict.fromkeys(path for path in paths if path), key=lambda path: (path.count("."), path))
    if not known:
        return []
    shown = tuple(f"`{path}`" for path in known[:SHOWN])
    if len(known) > SHOWN:
        return [say(msg("Stands at {paths}, and at {more} more.", paths=shown, more=len(known) - SHOWN), language), ""]
    return [say(msg("Stands at {paths}.", paths=shown), language), ""]


def _fragments(language: str) -> list[str]:
    """The words of a fragment's file, the kinds of its blanks, and the fragment that the checks' examples use."""
    tables = [
        *_table(Head, [""], language), *_table(BlankWords, ["blanks.*"], language), *_table(Declared, [""], language)
    ]  # fmt: skip
    kinds = [f"### {say(msg('What fills a blank'), language)}", ""]
    kinds += [f"| {say(msg('kind'), language)} | {say(msg('what may be written'), language)} |", "|---|---|"]
    kinds += [f"| `{kind}` | {say(about, language)} |" for kind, about in KINDS.items()]
    use = say(msg("The examples of the checks use this one:"), language)
    beside = say(msg("Beside these it has the words of a state, which go where `use` stands."), language)
    return [*tables, beside, "", *kinds, "", use, "", "```yaml", *EXAMPLE_FRAGMENT.splitlines(), "```", ""]


def _python(model: type[BaseModel], word: str) -> str:
    return next(name for name, field in model.model_fields.items() if (field.alias or name) == word)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _form(hint: Any, language: str) -> str:
    """The form of a word's value, in a few words."""
    for known, words in NAMED:
        if hint == known or (
            typing.get_origin(hint) in (typing.Union, types.UnionType) and known in typing.get_args(hint)
        ):
            return say(words, language)
    if typing.get_origin(hint) is typing.Literal:
        return say(tuple(f"`{each}`" for each in typing.get_args(hint)), language)
    if isinstance(hint, type) and issubclass(hint, Words):
        return say(msg("a map"), language)
    if hint in TYPES:
        return say(TYPES[hint], language)
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is dict:
        return say(msg("a map, each {form}", form=_form(arguments[1], language)), language)
    if origin is list:
        return say(msg("a list, each {form}", form=_form(arguments[0], language)), language)
    if origin is typing.Annotated:
        return _form(arguments[0], language)
    if origin in (typing.Union, types.UnionType):
        forms = dict.fromkeys(_form(each, language) for each in arguments if each is not types.NoneType)
        return say(msg(" or "), language).join(forms)
    return say(msg("a map"), language)
