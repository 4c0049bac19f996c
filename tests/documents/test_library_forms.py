"""The forms of the starter library, with the procedures of the starter library."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from sop_engine.documents.diagram import dot, mermaid
from sop_engine.documents.forms import print_form
from sop_engine.documents.manual import manual
from sop_engine.documents.template_check import check_template
from sop_engine.documents.ticket_values import Head, Reader, template_values
from sop_engine.engine.publishing.procedures import compile_file
from sop_engine.language.compiling import Compiled
from sop_engine.procedure import Form

ROOT = Path(__file__).parents[2]
TEMPLATES = ROOT / "templates"
PROCEDURES = tuple(sorted(path.name for path in TEMPLATES.iterdir() if path.is_dir()))


def compiled(name: str) -> Compiled:
    found: Compiled = compile_file(ROOT / "workflows" / f"{name}.sop.yaml", TEMPLATES)
    return found


ALL = {name: compiled(name) for name in PROCEDURES}
PAGES = sorted(path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.glob("*/*.??.html"))
PARTS = sorted(path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.glob("*/*.html"))
"""the pages, and what several of them include in every language"""
HEAD = Head("WX-20261122-007", 4, opened=datetime(2026, 11, 22, 1, 5, tzinfo=UTC), opener="李娟", site="云景花园")


def form_of(page: str) -> tuple[Compiled, Form, str]:
    """The procedure, the form and the language of a page's file; a page that no procedure names gets a form of its
    own with every layout."""
    folder, name = page.split("/")
    stem, language, _ = name.split(".")
    whole = ALL[folder]
    assert whole.procedure is not None
    layouts = {path.name: path.name for path in TEMPLATES.iterdir() if path.is_file()}
    layouts |= {part: part for part in PARTS if part.startswith(f"{folder}/")}
    return whole, Form(stem, {"und": stem}, {language: page}, layouts), language


def printed(page: str, fields: dict[str, Any]) -> str:
    whole, form, language = form_of(page)
    assert whole.procedure is not None
    values = template_values(whole.procedure, fields, HEAD, Reader(language, ZoneInfo("Asia/Shanghai")))
    return print_form(form, lambda name: (TEMPLATES / name).read_text("utf-8"), values, language)


@pytest.mark.parametrize("page", PARTS)
def test_a_page_names_only_what_its_procedure_has(page: str) -> None:
    whole = ALL[page.split("/")[0]]
    assert whole.procedure is not None
    fields = {each.id: each for each in whole.procedure.fields}
    assert check_template((TEMPLATES / page).read_text("utf-8"), fields, html=True) == []


@pytest.mark.parametrize("page", PAGES)
def test_an_empty_ticket_prints_as_a_blank_form(page: str) -> None:
    text = printed(page, {})
    assert "WX-20261122-007" in text
    assert text.count("<td") == text.count("</td>") > 4
    assert text.rstrip().endswith("</html>")


@pytest.mark.parametrize("page", PAGES)
def test_every_page_exists_in_both_languages(page: str) -> None:
    other = page.replace(".zh.", ".en.") if ".zh." in page else page.replace(".en.", ".zh.")
    assert other != page
    assert other in PAGES


def test_the_work_order_has_boxes_named_like_the_triggers_and_the_charges() -> None:
    text = printed("repair/work-order.zh.html", {"charge": "paid", "unit": "3-2-1202"})
    for word in ("接单", "到场", "上门无人", "挂单", "暂无法修复", "完工"):
        assert f'<span class="box">☐</span>{word}' in text
    assert '<span class="box">☑</span>有偿' in text
    assert '<span class="box">☐</span>无偿' in text


@pytest.mark.parametrize("name", PROCEDURES)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_form_of_the_library_prints_from_what_publishing_keeps(name: str, language: str) -> None:
    whole = ALL[name]
    assert whole.procedure is not None
    values = template_values(whole.procedure, {}, HEAD, Reader(language, UTC))
    for form in whole.procedure.forms:
        assert "<h1>" in print_form(form, whole.blobs.__getitem__, values, language)


@pytest.mark.parametrize("name", PROCEDURES)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_state_of_the_library_stands_on_its_pages(name: str, language: str) -> None:
    procedure = ALL[name].procedure
    assert procedure is not None
    pages = [make(procedure, language) for make in (dot, mermaid, manual)]
    for state in procedure.states[1:]:
        if state.kind not in {"history"}:
            assert state.id in pages[0], json.dumps(state.title)
            assert state.id.replace(".", "_") in pages[1]
