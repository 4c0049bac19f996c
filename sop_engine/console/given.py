"""Values that somebody gives for fields: `--field name=value`, `--from-file`, or answers to questions."""

import json
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sop_engine import values
from sop_engine.console.registered import units_as_registered
from sop_engine.console.tickets import by_title
from sop_engine.errors import NotUnderstood, SetUp, system_reason
from sop_engine.messages import Message, msg
from sop_engine.procedure import Field
from sop_engine.store.files import Files, read_named
from sop_engine.ticket.near import near
from sop_engine.values import ValueProblem
from sop_engine.values.texts import clean_line, short

if TYPE_CHECKING:
    from sop_engine.console.opened import Opened

LARGEST_INPUT: Final = 4 * 1024 * 1024
"""characters of `--from-file`"""
_FILES: Final = {"file", "photo"}
_OF_LINES: Final = {"rows", "checklist"}


def read_given(
    opened: "Opened",
    fields: Mapping[str, Field],
    said: Sequence[str],
    from_file: str | None = None,
    clearing: bool = False,
) -> dict[str, Any]:
    """The values that were given, in the record's form, by field id.

    `said` are texts `name=value`, where the name is an id or a title and a file is given as `@path`; with `clearing` an
    empty value clears the field. Raises `NotUnderstood` and `NotFound`, naming the field.
    """
    pieces: dict[str, list[str]] = {}
    for each in said:
        name, *after = re.split("[=＝]", each, maxsplit=1)  # whichever comes first: a value may begin with the other
        if not after:
            raise NotUnderstood(
                msg("`{text}` gives no field a value", text=each[:60]), fix=msg("write it so: --field name=value")
            )
        pieces.setdefault(field_named(fields, name).id, []).extend(after)
    given = _from_file(opened, fields, from_file) if from_file is not None else {}
    for id, texts in pieces.items():
        if clearing and texts == [""]:
            given[id] = None
            continue
        try:
            given[id] = read_texts(opened, fields[id], texts)
        except ValueProblem as problem:
            raise not_a_value(fields[id], problem) from None
    return {id: given[id] for id in fields if id in given}


def line_of(text: str, what: Message) -> str:
    """A name, an address or the like, as it is kept: one line of at most two hundred characters, without controls.
    Raises `NotUnderstood` that says of `what`."""
    try:
        return clean_line(short(text))
    except ValueProblem as problem:
        raise NotUnderstood(msg("{field}: {problem}", field=what, problem=problem.message)) from None


def field_named(fields: Mapping[str, Field], name: str) -> Field:
    """The field that `name` means, by id or title. Raises `NotUnderstood` with what is near."""
    id = by_title(name.strip(), {each.id: each.title for each in fields.values()}, "field")
    if id is None:
        words = {word: each.id for each in fields.values() for word in (each.id, *each.title.values())}
        raise NotUnderstood(
            msg("there is no field {field} here", field=name.strip()[:60]),
            near=list(dict.fromkeys(words[each] for each in near(name.strip(), words))),
            fix=msg("fields that can be given: {fields}", fields=tuple(fields)),
        )
    return fields[id]


def not_a_value(field: Field, problem: ValueProblem) -> NotUnderstood:
    """What is wrong with a field's value."""
    return NotUnderstood(
        msg("{field}: {problem}", field=msg("{title} ({id})", title=field.title or field.id, id=field.id),
            problem=problem.message),
        where=field.id,
        needs=(values.needs(field, True),),
    )  # fmt: skip


def read_texts(opened: "Opened", field: Field, texts: Sequence[str]) -> Any:
    """The value that one text gives, or several of a field that holds many values, rows or lines. Raises
    `ValueProblem`, and what files raise."""
    if field.type in _FILES:
        return _read_files(opened, field, texts)
    if field.type == "firm":
        from sop_engine.console.firm_names import firm_given

        return firm_given(opened, _only(texts))
    value = _parsed(opened, field, texts)
    if field.type != "unit":
        return value
    with opened.reading() as reading:
        return units_as_registered(reading, field, value)


def _parsed(opened: "Opened", field: Field, texts: Sequence[str]) -> Any:
    if len(texts) > 1 and field.many:
        found: list[Any] = []
        for text in texts:
            found += [each for each in values.parse(field, text, opened.context(field)) if each not in found]
        return values.normalise(field, found, opened.context(field))
    if field.type in _OF_LINES:
        # each flag is one row, or one line of the checklist
        return values.parse(field, "\n".join(texts), opened.context(field))
    return values.parse(field, _only(texts), opened.context(field))


def _only(items: Sequence[Any]) -> Any:
    if len(items) > 1:
        raise ValueProblem(msg("this is given {count} times, and one value is wanted", count=len(items)))
    return items[0]


def _checked(field: Field, value: Any) -> Any:
    problem = values.check(field, value)
    if problem is not None:
        raise ValueProblem(problem.message)
    return value


def _read_files(opened: "Opened", field: Field, texts: Sequence[str]) -> Any:
    """What a field holds of the files at `@path`. They are looked at first, and copied only where the field takes them;
    in a dry run not at all. What is copied counts when the command is done."""
    settings = opened.site.settings
    files, paths = Files(settings.folder / "files", settings.largest_file_bytes), [_path(text) for text in texts]
    found = [files.about(path) for path in paths]
    value = _checked(field, found if field.many else _only(found))
    if opened.call.dry_run:
        return value
    for path, about in zip(paths, found, strict=True):
        arrival = files.arrive(path)
        opened.arrivals.append(arrival)
        if arrival.reference != about:
            raise ValueProblem(msg("{path} is being written; give it when it is finished", path=str(path)))
    return value


def _path(text: str) -> Path:
    if not text.startswith("@") or len(text) == 1:
        raise ValueProblem(msg("a file is given as @path, such as @photo.jpg"))
    return Path(text[1:]).expanduser()


# --- from a file -----------------------------------------------------------------------------------------------------


def _from_file(opened: "Opened", fields: Mapping[str, Field], source: str) -> dict[str, Any]:
    """Values from a JSON object `{"field": value}`; `-` is standard input."""
    return read_json_values(opened, fields, _object(source))


def read_json_values(opened: "Opened", fields: Mapping[str, Field], raw: Mapping[str, Any]) -> dict[str, Any]:
    """Values given as JSON, by field. Raises as `read_given` does."""
    given: dict[str, Any] = {}
    for name, value in raw.items():
        field = field_named(fields, name)
        try:
            given[field.id] = _read_json_value(opened, field, value)
        except ValueProblem as problem:
            raise not_a_value(field, problem) from None
    return given


def _read_json_value(opened: "Opened", field: Field, value: Any) -> Any:
    if field.type in _FILES:
        items = value if isinstance(value, list) else [value]
        if items and all(isinstance(each, str) for each in items):
            return read_texts(opened, field, items)
    normal = values.normalise(field, value, opened.context(field))
    if field.type != "unit":
        return normal
    with opened.reading() as reading:
        return units_as_registered(reading, field, normal)


def _read(source: str, most: int) -> str:
    try:
        if source == "-":
            text = sys.stdin.read(most + 1).removeprefix("\ufeff")
        else:
            text = read_named(Path(source), most).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise NotUnderstood(msg("{path} is no UTF-8 text", path=source), where=source) from None
    except OSError as error:
        raise SetUp(
            msg("{path} cannot be read: {error}", path=source, error=system_reason(error)), where=source
        ) from None
    if len(text) > most:
        raise NotUnderstood(msg("{path} is longer than {most} characters", path=source, most=most), where=source)
    return text


def read_json(source: str, most: int = LARGEST_INPUT) -> Any:
    """What a JSON file of at most so many characters holds; `-` is standard input. Raises `NotFound`, `NotUnderstood`,
    `SetUp`."""
    try:
        return json.loads(_read(source, most), parse_float=Decimal, object_pairs_hook=_once)
    except RecursionError:
        raise NotUnderstood(msg("{path} is nested too deeply", path=source), where=source) from None
    except ValueError as error:
        raise NotUnderstood(
            msg("{path} is no JSON: {error}", path=source, error=str(error)[:100]), where=source
        ) from None


def _object(source: str) -> dict[str, Any]:
    raw = read_json(source)
    if not isinstance(raw, dict):
        raise NotUnderstood(
            msg("{path} holds no JSON object", path=source),
            where=source,
            fix=msg('write an object: {{"field": value, ...}}'),
        )
    return raw


def _once(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise ValueError(f"{name!r} stands in it twice")
        found[name] = value
    return found
