"""What every part of building the normal form needs: places, names, titles, sources, expressions."""

import re
from collections.abc import Mapping
from typing import Final

from sop_engine.diagnostics import Span
from sop_engine.language import times
from sop_engine.language.draft import Allowance, Draft, Formula, Use
from sop_engine.language.formulas import expressions
from sop_engine.language.formulas.formula import Expression, Scope
from sop_engine.language.formulas.kinds import BOOLEAN, NUMBER, UNKNOWN, Kind, comparable, is_date, kind_of
from sop_engine.language.grammar.schema import Document
from sop_engine.language.grammar.shapes import Bilingual
from sop_engine.language.source.tree import Cursor
from sop_engine.messages import Text
from sop_engine.procedure import Duration, Field, Tree

OPEN: Final[Text] = {"zh": "登记", "en": "Open"}
"""The title of the trigger that every procedure has."""
SOURCE: Final = re.compile(r"ours\Z|[A-Z]+[0-9]* \S.*\Z")


class Builder:
    """The draft, and the words that reading one element needs of the others."""

    def __init__(self, draft: Draft, document: Document) -> None:
        self.draft = draft
        self.document = document
        self.fields: dict[str, Field] = {}

    # --- places and names ---

    def place(self, path: str, cursor: Cursor) -> None:
        """Note where the element `path` stands: from its word to the end of what stands under it."""
        value, name = cursor.node.span, cursor.name
        if value.file == name.file:
            name = Span(name.file, name.line, name.column, value.end_line, value.end_column)
        self.draft.places[path] = name
        self.draft.cursors[path] = cursor

    def declare(self, kind: str, name: str, cursor: Cursor, path: str) -> None:
        known = self.draft.declared.setdefault(kind, {})
        if name in known:
            self.draft.fact("duplicate", cursor.name, known[name], name=name)
        else:
            known[name] = cursor.name
        self.place(path, cursor)

    def use(self, kind: str, name: str, cursor: Cursor, at: str, way: str, span: Span | None = None) -> None:
        self.draft.uses.append(Use(kind, name, span or cursor.span, at, way))

    def allow(self, allowed: dict[str, str], cursor: Cursor, path: str) -> None:
        for code, reason in allowed.items():
            self.draft.allowances.append(Allowance(path, code, reason, (cursor / "allow").word(code).span))

    # --- words ---

    def title(self, kind: str, name: str, given: str | Bilingual | None, cursor: Cursor) -> Text:
        """The element's own title, else the one that `words` has for its id, else the id."""
        if given is None and kind in ("state", "trigger", "outcome", "timer", "goal"):
            given = self.document.words.get(name)
        if kind == "trigger" and name == "open" and given is None:
            return OPEN
        if (text := written(given)) is not None:
            if len(text) == 1 and "und" not in text:
                self.draft.fact("half_titled", cursor.name, name=name, language=next(iter(text)))
            return text
        self.draft.untitled.setdefault(kind, []).append((name, cursor.name))
        return {"und": name}

    def hint(self, given: str | Bilingual | None) -> Text:
        return written(given) or {}

    def declare_timer(self, name: str, cursor: Cursor, path: str) -> None:
        """Timers are told apart within their state only."""
        self.draft.declared.setdefault("timer", {}).setdefault(name, cursor.name)
        self.place(path, cursor)

    def sources(self, given: str | list[str], cursor: Cursor) -> tuple[str, ...]:
        items = [given] if isinstance(given, str) else given
        for index, text in enumerate(items):
            if not SOURCE.match(text):
                at = cursor / "source"
                self.draft.fact("source", (at / index if isinstance(given, list) else at).span, text=text)
        return tuple(items)

    def duration(self, text: str, cursor: Cursor) -> Duration | None:
        length = times.duration(text)
        if length is None:
            self.draft.fact("duration", cursor.span, text=text)
        return length

    # --- expressions ---

    def guard(
        self,
        given: str | Mapping[str, object] | None,
        cursor: Cursor,
        at: str,
        way: str = "when",
        state: str = "",
        asked: tuple[str, ...] = (),
    ) -> Tree | None:
        """A guard as a tree; None where there is none."""
        if given is None:
            return None
        if isinstance(given, Mapping):
            found = self.mapped(given, cursor, at)
        else:
            found = self.read(given, cursor, at, way)
            if found.kind.name not in ("boolean", "unknown") or found.kind.many:
                span = cursor.part(found.start, found.end)
                self.draft.fact("expression", span, reason="not_boolean", found=found.kind.words)
        formula = Formula(found, cursor, at, way, state, asked, mapped=isinstance(given, Mapping))
        self.draft.formulas.append(formula)
        return found.tree

    def mapped(self, given: Mapping[str, object], cursor: Cursor, at: str) -> Expression:
        """`{urgency: urgent, charge: [free, paid]}`: all must hold, a list is any of its values."""
        if not given or [] in given.values():
            empty = next((cursor / name for name, value in given.items() if value == []), cursor)
            self.draft.fact("expression", empty.span, reason="empty")
            return Expression(("const", "boolean", True), UNKNOWN)
        parts = []
        for name, value in given.items():
            here = cursor / name
            self.use("field", name, cursor.word(name), at, "guard")
            field = self.fields.get(name)
            items = value if isinstance(value, list) else [value]
            trees = [
                self.constant(item, field, here / index if isinstance(value, list) else here)
                for index, item in enumerate(items)
            ]
            parts.append(_one_of(name, field, trees, isinstance(value, list)))
        tree = parts[0] if len(parts) == 1 else ("and", *parts)
        return Expression(tree, BOOLEAN)

    def constant(self, value: object, field: Field | None, cursor: Cursor) -> Tree:
        """A value of a map as a constant of the field's kind."""
        if isinstance(value, bool):
            tree: Tree = ("const", "boolean", value)
            kind = "boolean"
        elif isinstance(value, int):
            tree, kind = ("const", "integer", value), "number"
        else:
            text = str(value)
            tree, kind = ("const", "text", text), "text"
            if field is not None and field.type == "date" and is_date(text):
                tree, kind = ("const", "date", text), "date"
            elif field is not None and field.type == "time" and times.CLOCK.match(text):
                tree, kind = ("const", "time", text), "time"
            elif field is not None and field.type in ("decimal", "money", "integer") and _number(text):
                tree, kind = ("const", "decimal", text), "number"
        if field is None:
            return tree
        wanted = kind_of(field).one
        if wanted.name == "choice" and value not in wanted.choices:
            self.draft.fact("expression", cursor.span, reason="no_choice", value=str(value), **wanted.values)
        elif not comparable(wanted, Kind(kind)):
            self.draft.fact("expression", cursor.span, reason="differ", left=wanted.words, right=Kind(kind).words)
        return tree

    def value(
        self,
        given: str | int | bool | None,
        cursor: Cursor,
        at: str,
        way: str,
        state: str = "",
        asked: tuple[str, ...] = (),
        field: Field | None = None,
        row: str | None = None,
    ) -> Tree | None:
        """A computed value as a tree; None clears. Where it is for a choice field, one of that field's own choices
        written as a bare word is meant as the choice."""
        if given is None:
            return None
        if isinstance(given, bool | int):
            kind = "boolean" if isinstance(given, bool) else "integer"
            constant = Expression(("const", kind, given), BOOLEAN if isinstance(given, bool) else NUMBER)
            self._fitting(field, constant, cursor)
            return constant.tree
        if field is not None and field.type == "choice" and given in (choice.id for choice in field.choices):
            return ("const", "text", given)
        found = self.read(given, cursor, at, way, row)
        target = field.id if field is not None else ""
        self.draft.formulas.append(Formula(found, cursor, at, way, state, asked, target=target, row=row or ""))
        self._fitting(field, found, cursor)
        return found.tree

    def _fitting(self, field: Field | None, found: Expression, cursor: Cursor) -> None:
        if field is None or self._fits(field, found):
            return
        span, wanted = cursor.part(found.start, found.end), kind_of(field).words
        self.draft.fact("expression", span, reason="wrong_value", name=field.id, wanted=wanted, found=found.kind.words)

    def _fits(self, field: Field, found: Expression) -> bool:
        wanted, kind = kind_of(field), found.kind
        if kind == UNKNOWN or (wanted.name == kind.name and wanted.many == kind.many):
            return True
        if found.tree[:2] == ("const", "text") and not wanted.many:
            text = found.tree[2]
            checks = {"date": is_date(text), "time": bool(times.CLOCK.match(text)), "choice": text in wanted.choices}
            return checks.get(wanted.name, wanted.name in ("text", "phone", "unit", "staff", "firm"))
        return (
            wanted.name == "text"
            and not wanted.many
            and not kind.many
            and kind.name in ("choice", "phone", "unit", "staff", "firm")
        )

    def read(self, text: str, cursor: Cursor, at: str, way: str, row: str | None = None) -> Expression:
        """A typed expression; what is wrong with it becomes facts, what it names becomes uses."""
        columns = None
        if row is not None and row in self.fields:
            columns = {column.id: column for column in self.fields[row].columns}
        scope = Scope(self.fields, columns)
        found = expressions.read(text, scope)
        self.draft.facts.extend(expressions.facts(scope, cursor))
        for kind, name, start, end in scope.uses:
            self.use(kind, name, cursor, at, "guard", cursor.part(start, end))
        return found


def written(given: str | Bilingual | None) -> Text | None:
    """A title as the record holds it; None where nothing is written."""
    if given is None:
        return None
    if isinstance(given, str):
        return {"und": given}
    return {language: text for language, text in (("zh", given.zh), ("en", given.en)) if text} or None


def _one_of(name: str, field: Field | None, values: list[Tree], is_list: bool) -> Tree:
    here: Tree = ("field", name)
    if field is not None and field.many:
        inside = tuple(("in", each, here) for each in values)
        return inside[0] if len(inside) == 1 else ("or", *inside)
    if is_list and len(values) != 1:
        return ("in", here, ("list", *values))
    return ("==", here, values[0])


def _number(text: str) -> bool:
    return re.match(r"-?[0-9]+(\.[0-9]+)?\Z", text) is not None
