"""Notices and forms: their texts by digest, what they include, and the names they use."""

import re
from collections.abc import Mapping
from typing import Final

import jinja2
from jinja2 import meta, nodes

from sop_engine import canonical
from sop_engine.language.draft import TemplateFaults, TemplateSource
from sop_engine.language.grammar.shapes import listed
from sop_engine.language.near import near
from sop_engine.language.records.building import Builder, written
from sop_engine.language.source.tree import Cursor
from sop_engine.procedure import Field, Form, Notice

LANGUAGES: Final = ("zh", "en")
OF_TICKET: Final = frozenset(
    [
        "ticket",
        "number",
        "procedure",
        "site",
        "state",
        "subject",
        "now",
        "language",
        "title",
        "url",
        "step",
        "recipient",
        "form",
    ]
)
"""What templates may name beside the procedure's fields."""
MOST_INCLUDES: Final = 50
MOST_CHARACTERS: Final = 64 * 1024


class Papers:
    """Reads the texts of one procedure's papers and keeps each by its digest."""

    def __init__(self, builder: Builder, source: TemplateSource, template_faults: TemplateFaults | None) -> None:
        self.builder = builder
        self.source = source
        self.template_faults = template_faults

    def notices(self, cursor: Cursor) -> tuple[Notice, ...]:
        builder = self.builder
        found = []
        for name, words in builder.document.notices.items():
            here, path = cursor / name, f"notices.{name}"
            builder.declare("notice", name, here, path)
            builder.allow(words.allow, here, path)
            texts, subjects = written(words.text) or {}, written(words.subject) or {}
            used: set[str] = set()
            for word, said in (("text", texts), ("subject", subjects)):
                for language, text in said.items():
                    used |= self._text(text, here / word / language, path)
            templates = {}
            for language, text in texts.items():
                subject = subjects.get(language) or subjects.get("und") or next(iter(subjects.values()), "")
                templates[language] = (self._keep(subject.encode()), self._keep(text.encode()))
            title = builder.title("notice", name, words.title, here)
            found.append(Notice(name, title, templates, self._fields(used), tuple(listed(words.personal))))
        return tuple(found)

    def forms(self, cursor: Cursor) -> tuple[Form, ...]:
        builder = self.builder
        found = []
        for name, words in builder.document.forms.items():
            here, path = cursor / name, f"forms.{name}"
            builder.declare("form", name, here, path)
            builder.allow(words.allow, here, path)
            templates: dict[str, str] = {}
            includes: dict[str, str] = {}
            used: set[str] = set()
            for language, file in self._files(written(words.template) or {}).items():
                at = here / "template" / language
                data = self.source.read(file)
                if data is None:
                    builder.draft.fact("no_template", at.span, name=file)
                    continue
                templates[language] = self._keep(data)
                used |= self._file(file, data, at, path, includes)
            title = builder.title("form", name, words.title, here)
            found.append(Form(name, title, templates, includes, self._fields(used)))
        return tuple(found)

    def _files(self, given: Mapping[str, str]) -> dict[str, str]:
        """Language -> file. One name stands for its language versions (`slip.html`: `slip.zh.html`, `slip.en.html`),
        and for itself where there is one of that name, or none at all."""
        if "und" not in given:
            return dict(given)
        name = given["und"]
        stem, dot, ending = name.rpartition(".")
        found = {}
        for language in LANGUAGES:
            file = f"{stem}.{language}.{ending}"
            if dot and self.source.read(file) is not None:
                found[language] = file
        if not found or self.source.read(name) is not None:
            found["und"] = name
        return found

    def _file(self, file: str, data: bytes, cursor: Cursor, path: str, includes: dict[str, str]) -> set[str]:
        """The names that a template and all it includes use; includes are kept by digest."""
        draft = self.builder.draft
        try:
            text = data.decode("utf-8")
            parsed = jinja2.Environment().parse(text) if len(text) <= MOST_CHARACTERS else None
        except UnicodeDecodeError:
            parsed = None
        except jinja2.TemplateSyntaxError as error:
            draft.fact("template", cursor.span, name=file, line=error.lineno)
            return set()
        except RecursionError:
            parsed = None
        if parsed is None:
            draft.fact("template", cursor.span, name=file, line=1)
            return set()
        own = _names(parsed)
        used = set(own)
        self._law(text, own, cursor, file, html=True)
        for name in meta.find_referenced_templates(parsed):
            if name is None:
                draft.fact("template_computed", cursor.span, name=file)
            elif name not in includes and len(includes) < MOST_INCLUDES:
                inner = self.source.read(name)
                if inner is None:
                    draft.fact("no_template", cursor.span, name=name, by=file)
                    continue
                includes[name] = self._keep(inner)
                used |= self._file(name, inner, cursor, path, includes)
        for name in sorted(own):
            if name in self.builder.fields:
                self.builder.use("field", name, cursor, path, "template")
            elif name not in OF_TICKET:
                known = near(name, [*self.builder.fields, *sorted(OF_TICKET)])
                draft.fact("template_name", cursor.span, name=name, file=file, line=_line_of(parsed, name), near=known)
        return used

    def _text(self, text: str, cursor: Cursor, path: str) -> set[str]:
        """The names that a text of the procedure's own file uses."""
        draft = self.builder.draft
        try:
            parsed = jinja2.Environment().parse(text)
        except jinja2.TemplateSyntaxError as error:
            draft.fact("template", cursor.span, name="", line=error.lineno)
            return set()
        except RecursionError:
            draft.fact("template", cursor.span, name="", line=1)
            return set()
        if list(meta.find_referenced_templates(parsed)):
            draft.fact("template_includes", cursor.span)
        used = _names(parsed)
        self._law(text, used, cursor, "", html=False)
        for name in sorted(used):
            if name in self.builder.fields or name not in OF_TICKET:
                place = re.search(rf"\b{name}\b", text)
                span = cursor.part(place.start(), place.end()) if place else cursor.span
                self.builder.use("field", name, cursor, path, "template", span)
        return used

    def _law(self, text: str, used: set[str], cursor: Cursor, file: str, html: bool) -> None:
        """What the room that prints templates finds wrong. Unknown names are told here, with near ones."""
        if self.template_faults is None:
            return
        unknown = used - self.builder.fields.keys() - OF_TICKET
        known = {**self.builder.fields, **{name: Field(name, "text", {}) for name in unknown}}
        for line, _column, message in self.template_faults(text, known, html=html):
            self.builder.draft.fact("template_law", cursor.span, message=message, line=line, name=file)

    def _fields(self, used: set[str]) -> tuple[str, ...]:
        return tuple(name for name in self.builder.fields if name in used)

    def _keep(self, data: bytes) -> str:
        digest = canonical.digest(data)
        self.builder.draft.blobs[digest] = data
        return digest


def _line_of(parsed: nodes.Template, name: str) -> int:
    """The line in which a template first uses a name."""
    return min((each.lineno for each in parsed.find_all(nodes.Name) if each.name == name), default=1)


def _names(parsed: nodes.Template) -> set[str]:
    """The names that a template takes from outside. (`meta.find_undeclared_variables` would compile it, and fail at a
    filter that it does not know.)"""
    found = list(parsed.find_all(nodes.Name))
    within = {"loop", *(each.name for each in found if each.ctx == "store")}
    return {each.name for each in found if each.ctx == "load"} - within
