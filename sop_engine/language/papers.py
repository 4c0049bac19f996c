"""Notices and forms: their texts by digest, what they include, and the names they use."""

import re
from collections.abc import Mapping
from typing import Final

import jinja2
from jinja2 import meta

from sop_engine import canonical
from sop_engine.language.building import Builder, written
from sop_engine.language.draft import TemplateSource
from sop_engine.language.shapes import listed
from sop_engine.language.tree import Cursor
from sop_engine.procedure import Form, Notice

LANGUAGES: Final = ("zh", "en")
OF_TICKET: Final = frozenset({
    "ticket", "site", "procedure", "state", "subject", "now", "language", "title", "url", "step", "recipient", "form",
    "number",
})  # fmt: skip
"""What templates may name beside the procedure's fields."""
MOST_INCLUDES: Final = 50


def notices(builder: Builder, cursor: Cursor) -> tuple[Notice, ...]:
    found = []
    for name, words in builder.document.notices.items():
        here, path = cursor / name, f"notices.{name}"
        builder.declare("notice", name, here, path)
        builder.allow(words.allow, here, path)
        texts, subjects = written(words.text) or {}, written(words.subject) or {}
        used: set[str] = set()
        for language, text in texts.items():
            used |= _names(builder, text, here / "text" / language, path)
        for language, text in subjects.items():
            used |= _names(builder, text, here / "subject" / language, path)
        templates = {}
        for language, text in texts.items():
            subject = subjects.get(language) or subjects.get("und") or next(iter(subjects.values()), "")
            templates[language] = (_keep(builder, subject), _keep(builder, text))
        title = builder.title("notice", name, words.title, here)
        found.append(Notice(name, title, templates, _fields(builder, used), tuple(listed(words.personal))))
    return tuple(found)


def forms(builder: Builder, cursor: Cursor, source: TemplateSource) -> tuple[Form, ...]:
    found = []
    for name, words in builder.document.forms.items():
        here, path = cursor / name, f"forms.{name}"
        builder.declare("form", name, here, path)
        builder.allow(words.allow, here, path)
        files = _files(written(words.template) or {}, source)
        templates: dict[str, str] = {}
        includes: dict[str, str] = {}
        used: set[str] = set()
        for language, file in files.items():
            at = here / "template" / language
            data = source.read(file)
            if data is None:
                builder.draft.fact("no_template", at.span, name=file)
                continue
            templates[language] = _keep_bytes(builder, data)
            used |= _template(builder, file, data, at, path, source, includes)
        title = builder.title("form", name, words.title, here)
        found.append(Form(name, title, templates, includes, _fields(builder, used)))
    return tuple(found)


def _files(given: Mapping[str, str], source: TemplateSource) -> dict[str, str]:
    """Language -> file. One name stands for its language versions (`slip.html`: `slip.zh.html`, `slip.en.html`), and
    for itself where there are none."""
    if "und" not in given:
        return dict(given)
    name = given["und"]
    stem, dot, ending = name.rpartition(".")
    found = {}
    for language in LANGUAGES:
        file = f"{stem}.{language}.{ending}"
        if dot and source.read(file) is not None:
            found[language] = file
    if not found or source.read(name) is not None:
        found["und"] = name
    return found


def _template(
    builder: Builder,
    file: str,
    data: bytes,
    cursor: Cursor,
    path: str,
    source: TemplateSource,
    includes: dict[str, str],
) -> set[str]:
    """The names that a template and all it includes use; includes are kept by digest."""
    try:
        text = data.decode("utf-8")
        parsed = jinja2.Environment().parse(text)
    except UnicodeDecodeError:
        builder.draft.fact("template", cursor.span, name=file, line=0)
        return set()
    except jinja2.TemplateSyntaxError as error:
        builder.draft.fact("template", cursor.span, name=file, line=error.lineno)
        return set()
    used = set(meta.find_undeclared_variables(parsed))
    for name in meta.find_referenced_templates(parsed):
        if name is None:
            builder.draft.fact("template_computed", cursor.span, name=file)
            continue
        if name in includes or len(includes) >= MOST_INCLUDES:
            continue
        inner = source.read(name)
        if inner is None:
            builder.draft.fact("no_template", cursor.span, name=name, by=file)
            continue
        includes[name] = _keep_bytes(builder, inner)
        used |= _template(builder, name, inner, cursor, path, source, includes)
    _unknown(builder, used, cursor, path, file)
    return used


def _names(builder: Builder, text: str, cursor: Cursor, path: str) -> set[str]:
    """The names that a text of the file itself uses."""
    try:
        parsed = jinja2.Environment().parse(text)
    except jinja2.TemplateSyntaxError as error:
        builder.draft.fact("template", cursor.span, name="", line=error.lineno)
        return set()
    if list(meta.find_referenced_templates(parsed)):
        builder.draft.fact("template_includes", cursor.span)
    used = set(meta.find_undeclared_variables(parsed))
    for name in used & builder.fields.keys():
        place = re.search(rf"\b{name}\b", text)
        span = cursor.part(place.start(), place.end()) if place else cursor.span
        builder.use("field", name, cursor, path, "template", span)
    for name in sorted(used - builder.fields.keys() - OF_TICKET):
        place = re.search(rf"\b{name}\b", text)
        span = cursor.part(place.start(), place.end()) if place else cursor.span
        builder.use("field", name, cursor, path, "template", span)
    return used


def _unknown(builder: Builder, used: set[str], cursor: Cursor, path: str, file: str) -> None:
    for name in sorted(used):
        if name in builder.fields:
            builder.use("field", name, cursor, path, "template")
        elif name not in OF_TICKET:
            builder.draft.fact("template_name", cursor.span, name=name, file=file)


def _fields(builder: Builder, used: set[str]) -> tuple[str, ...]:
    return tuple(name for name in builder.fields if name in used)


def _keep(builder: Builder, text: str) -> str:
    return _keep_bytes(builder, text.encode())


def _keep_bytes(builder: Builder, data: bytes) -> str:
    digest = canonical.digest(data)
    builder.draft.blobs[digest] = data
    return digest
