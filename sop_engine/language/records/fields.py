"""Fields: their records, with bounds and defaults as the record holds them."""

import dataclasses
import re
from decimal import Decimal
from typing import Any, Final

from sop_engine import values
from sop_engine.language import times
from sop_engine.language.formulas.kinds import is_date
from sop_engine.language.grammar.schema import FieldWords
from sop_engine.language.grammar.shapes import listed
from sop_engine.language.records.building import Builder, written
from sop_engine.language.source.tree import Cursor
from sop_engine.procedure import Choice, Field

DECIMAL: Final = re.compile(r"-?[0-9]+(\.[0-9]+)?\Z")


def fields(builder: Builder, cursor: Cursor) -> tuple[Field, ...]:
    """All fields; rules are read last, because they may name any field."""
    given = builder.document.fields
    for name, words in given.items():
        builder.fields[name] = _field(builder, name, words, cursor / name, f"fields.{name}")
    for name, words in given.items():
        builder.fields[name] = _with_rules(builder, builder.fields[name], words, cursor / name)
    return tuple(builder.fields.values())


def _field(builder: Builder, name: str, words: FieldWords, cursor: Cursor, path: str) -> Field:
    builder.allow(words.allow, cursor, path)
    choices = _choices(builder, words, cursor)
    field = Field(
        id=name,
        type=words.type,
        title=builder.title(
            "field" if path.count(".") == 1 else f"column of {path.rpartition('.columns.')[0]}",
            name,
            words.title,
            cursor,
        ),
        hint=written(words.hint) or {},
        many=words.many,
        choices=choices,
        columns=_columns(builder, words, cursor / "columns", path),
        min=_bound(builder, words, words.min, cursor / "min"),
        max=_bound(builder, words, words.max, cursor / "max"),
        fill=words.fill,
        scale=words.scale,
        personal=words.personal,
        source=builder.sources(words.source, cursor),
    )
    if words.default is not None:
        field = dataclasses.replace(field, default=_default(builder, field, words.default, cursor / "default"))
    return field


def _choices(builder: Builder, words: FieldWords, cursor: Cursor) -> tuple[Choice, ...]:
    under = "items" if words.items is not None else "choices"
    given = words.items if words.items is not None else words.choices
    given = given if isinstance(given, dict) else listed(given)
    kind = f"choice of {'.'.join(map(str, cursor.path))}"
    found: list[Choice] = []
    for index, name in enumerate(given):
        here = cursor / under / (name if isinstance(given, dict) else index)
        title = given[name] if isinstance(given, dict) else None
        if any(each.id == name for each in found):
            builder.draft.fact("duplicate", here.span, name=name)
            continue
        builder.draft.declared.setdefault(kind, {})[name] = here.name
        found.append(Choice(name, builder.title(kind, name, title, here)))
    return tuple(found)


def _columns(builder: Builder, words: FieldWords, cursor: Cursor, path: str) -> tuple[Field, ...]:
    found = []
    for name, column in (words.columns or {}).items():
        here = cursor / name
        builder.place(f"{path}.columns.{name}", here)
        builder.draft.declared.setdefault(f"column of {path}", {})[name] = here.name
        if isinstance(column, str):
            found.append(Field(name, column, builder.title(f"column of {path}", name, None, here)))
        else:
            found.append(_field(builder, name, column, here, f"{path}.columns.{name}"))
            for word in ("required", "fill", "computed", "personal", "columns"):
                if getattr(column, word) is not None:
                    builder.draft.fact("in_column", (here / word).name, word=word, name=name)
    return tuple(found)


def _with_rules(builder: Builder, field: Field, words: FieldWords, cursor: Cursor) -> Field:
    path = f"fields.{field.id}"
    required: Any = words.required
    computed = None
    if words.computed is not None:
        computed = builder.value(words.computed, cursor / "computed", path, "computed", field=field)
    if words.fill is not None:
        _fill(builder, field, words.fill, cursor / "fill", path)
    return dataclasses.replace(
        field,
        required=builder.guard(required, cursor / "required", path, "required"),
        computed=computed,
    )


def _fill(builder: Builder, field: Field, fill: str, cursor: Cursor, path: str) -> None:
    name, _dot, part = fill.partition(".")
    builder.use("field", name, cursor, path, "fill", cursor.part(0, len(name)))
    known = builder.fields.get(name)
    if known is None:
        return
    gives = {
        ("unit", "contact"): "person", ("person", "name"): "text", ("person", "phone"): "phone",
        (known.type, ""): known.type,
    }  # fmt: skip
    if gives.get((known.type, part)) != field.type or known.many != field.many:
        builder.draft.fact("fill", cursor.span, name=field.id, type=field.type, fill=fill)


def _bound(builder: Builder, words: FieldWords, value: int | str | None, cursor: Cursor) -> int | str | None:
    """A bound as the record compares it: a count for texts and lists, else of the field's own kind."""
    if value is None:
        return None
    kind = "integer" if words.many or words.type in ("text", "rows", "checklist", "photo", "file") else words.type
    if kind in ("integer", "decimal", "money", "date", "time"):
        held: int | str | None = _held(kind, value, words.scale)
        if held is not None and not (kind == "integer" and words.type != "integer" and int(held) < 0):
            return held
    builder.draft.fact("bound", cursor.span, value=str(value), type=words.type)
    return None


def _default(builder: Builder, field: Field, value: Any, cursor: Cursor) -> Any:
    if isinstance(value, list) != field.many:
        reason = "many" if field.many else "one"
        builder.draft.fact("default", cursor.span, value=str(value), name=field.id, reason=reason)
        return None
    found = record_value(field, value)
    if found is None:
        choices = tuple(choice.id for choice in field.choices)
        reason = "choice" if field.type == "choice" else "type"
        builder.draft.fact(
            "default", cursor.span, value=str(value), name=field.id, type=field.type, reason=reason, choices=choices
        )
    return found


def record_value(field: Field, value: Any) -> Any:
    """A value written in a file, as the record holds it; None where the field could never hold it."""
    if field.many:
        items = [_held(field.type, item, field.scale) for item in (value if isinstance(value, list) else [value])]
        order = {choice.id: rank for rank, choice in enumerate(field.choices)}
        found: Any = tuple(sorted(items, key=lambda item: order.get(item, 0))) if None not in items else None
    else:
        found = _held(field.type, value, field.scale)
    return None if found is None or values.check(field, found) is not None else found


def _held(type_: str, value: Any, scale: int) -> Any:
    """A value as the record holds it; None where it is not of the type, or nobody writes such values in a file."""
    if isinstance(value, bool):
        return value if type_ == "boolean" else None
    if type_ == "integer":
        return value if isinstance(value, int) else None
    if type_ in ("decimal", "money"):
        digits = str(value).partition(".")[2]
        fits = DECIMAL.match(str(value)) and len(digits) <= scale
        return values.decimal_text(Decimal(str(value)), scale) if fits else None
    if not isinstance(value, str):
        return None
    held = {"text": True, "phone": True, "unit": True, "staff": True, "firm": True, "choice": True,
            "date": is_date(value), "time": bool(times.CLOCK.match(value))}  # fmt: skip
    return value if held.get(type_, False) else None
