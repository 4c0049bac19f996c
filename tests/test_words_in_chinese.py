"""What staff and owners see in Chinese has no English words in it: help, headings, templates, titles, pages."""

import ast
import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
import typer

from sop_engine.console import tree
from sop_engine.console.commands import command_help, group_help, make_command
from sop_engine.engine.publishing.procedures import compile_file
from sop_engine.language.reference_pages import checks_page, reference
from sop_engine.procedure import Procedure
from tests.messages.update import ROOT, called

SPOKEN = {"Column", "argument", "option", "Leaf", "Line"}
"""What is called with words that somebody reads."""
LEFT_AS_IT_IS = re.compile(
    r"\{\{?.*?\}\}?|\{%.*?%\}|--?[\w-]+|\S*[/.:@_=]\S*|\b[A-Z0-9][A-Z0-9_./-]*\b|\b(sop|id)\b", re.DOTALL
)
"""Commands, options, paths, names in capitals and what stands in backquotes are the same in every language."""
ENGLISH = re.compile(r"[A-Za-z]{2,}[ ,]+[A-Za-z]{2,}[ ,]+[a-z]{2,}")
HAN = re.compile(r"[\u4e00-\u9fff]")


def english_in(text: str) -> list[str]:
    """Three English words in a row, commands and names left out."""
    lines = (LEFT_AS_IT_IS.sub(" · ", re.sub("`[^`]*`", " · ", line)) for line in text.splitlines())
    return [line.strip() for line in lines if ENGLISH.search(line)]


def bare_words(source: str) -> list[str]:
    """Literal words, without `msg`, that something spoken is called with."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and called(node) in SPOKEN:
            wanted = [each.value for each in node.keywords if each.arg in ("help", "title", "head")]
            first = node.args[:1] if called(node) in {"Column", "argument"} else []
            found += [
                f"{node.lineno}: {each.value}"
                for each in (*first, *wanted)
                if isinstance(each, ast.Constant) and isinstance(each.value, str) and re.search("[a-z]", each.value)
            ]
    return found


def test_headings_and_helps_are_sentences_of_the_catalogue() -> None:
    found = {
        str(path.relative_to(ROOT)): words
        for path in sorted((ROOT / "sop_engine" / "console").rglob("*.py"))
        if (words := bare_words(path.read_text(encoding="utf-8")))
    }
    assert found == {}, "write msg(...) around these"


def test_the_reader_of_bare_words_finds_them() -> None:
    assert bare_words('Column("procedure")\nColumn(msg("x"))\noption("--a", help="some words")') == [
        "1: procedure", "3: some words",
    ]  # fmt: skip


@pytest.mark.parametrize("words", sorted(tree.LEAVES))
def test_help_is_chinese(words: str) -> None:
    command = make_command(words, tree.LEAVES[words], "zh")
    context = typer.Context(command)

    assert english_in("\n".join(command_help(command, context, "zh"))) == []


@pytest.mark.parametrize("group", ["", *tree.groups()])
def test_help_of_groups_is_chinese(group: str) -> None:
    assert english_in("\n".join(group_help(group, "zh"))) == []


@pytest.mark.parametrize("make", [reference, checks_page], ids=["language", "checks"])
def test_the_reference_is_chinese(make: Callable[[str], str]) -> None:
    text = make("zh")
    prose = re.sub(r"```yaml\n.*?```", "", text, flags=re.DOTALL)

    assert english_in(prose) == []


# --- papers and procedures -------------------------------------------------------------------------------------------


class Texts(HTMLParser):
    """What a page shows."""

    def __init__(self) -> None:
        super().__init__()
        self.shown: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._hidden += tag in ("style", "script")

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in ("style", "script")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.shown.append(data)


def shown(path: Path) -> str:
    """The text of a template, its expressions and remarks left out."""
    reader = Texts()
    reader.feed(re.sub(r"\{#.*?#\}|\{\{.*?\}\}|\{%.*?%\}", " ", path.read_text(encoding="utf-8"), flags=re.DOTALL))
    return "\n".join(reader.shown)


TEMPLATES = ROOT / "templates"
CHINESE = sorted(TEMPLATES.rglob("*.zh.html"))
IN_ENGLISH = sorted(TEMPLATES.rglob("*.en.html"))


@pytest.mark.parametrize("path", CHINESE, ids=lambda path: path.name)
def test_a_chinese_form_is_chinese(path: Path) -> None:
    assert english_in(shown(path)) == []


@pytest.mark.parametrize("path", IN_ENGLISH, ids=lambda path: path.name)
def test_an_english_form_is_english(path: Path) -> None:
    assert HAN.findall(shown(path)) == []


def test_every_form_is_there_in_both_languages() -> None:
    assert {path.name.replace(".zh.", ".") for path in CHINESE} == {
        path.name.replace(".en.", ".") for path in IN_ENGLISH
    }


def titles(procedure: Procedure) -> Iterator[tuple[str, dict[str, str]]]:
    """Every title and hint of a procedure, with whose it is."""
    for state in procedure.states:
        yield state.id, dict(state.title)
        for offer in state.offers:
            yield offer.trigger, dict(offer.title)
            yield offer.trigger, dict(offer.hint)
    for field in procedure.fields:
        for each in (field, *field.columns):
            yield each.id, dict(each.title)
            yield each.id, dict(each.hint)
        yield from ((choice.id, dict(choice.title)) for choice in field.choices)
    yield from ((role.id, dict(role.title)) for role in procedure.roles)
    yield from ((notice.id, dict(notice.title)) for notice in procedure.notices)
    yield from ((form.id, dict(form.title)) for form in procedure.forms)
    yield from ((outcome.id, dict(outcome.title)) for outcome in procedure.outcomes)


LIBRARY = sorted((ROOT / "workflows").glob("*.sop.yaml"))


def test_the_reader_of_english_finds_it() -> None:
    assert english_in("这里 are three english words\n运行 `sop flow lint workflows` 即可") == [
        "这里 are three english words"
    ]


@pytest.mark.parametrize("path", LIBRARY, ids=lambda path: path.name)
def test_notices_are_in_the_language_of_whoever_gets_them(path: Path) -> None:
    compiled = compile_file(path, TEMPLATES)

    for notice in compiled.procedure.notices:
        assert {"zh", "en"} == set(notice.templates), notice.id
        for language, digests in notice.templates.items():
            text = "\n".join(compiled.blobs[each].decode() for each in digests if each)
            plain = re.sub(r"\{\{.*?\}\}|\{%.*?%\}", " ", text, flags=re.DOTALL)
            assert not (english_in(plain) if language == "zh" else HAN.search(plain)), (notice.id, plain)


@pytest.mark.parametrize("path", LIBRARY, ids=lambda path: path.name)
def test_titles_of_the_library_are_in_the_language_that_they_say(path: Path) -> None:
    procedure = compile_file(path, TEMPLATES).procedure

    odd = [
        (name, title)
        for name, title in titles(procedure)
        if title and (("und" in title and title["und"] != title["und"].upper())
                      or english_in(title.get("zh", "")) or HAN.search(title.get("en", "")))
    ]  # fmt: skip
    assert odd == []
