"""A ticket's values as templates see them: every declared field, and `ticket` for what is not a field.

Values come in the record's form. What the reader may not see is masked here, before any template gets it.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, tzinfo
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from sop_engine import values as value_texts
from sop_engine.documents.names import STATUS, Names, offers
from sop_engine.documents.plain_text import joined, one_line, plain
from sop_engine.documents.shown import Value
from sop_engine.lean import dataclass, field
from sop_engine.messages import Text, say, title_of
from sop_engine.procedure import Field, Procedure

TICKET: Final = "ticket"
"""the name under which a template finds what is not a field; no field can bear it, as no state can"""
HEAD_PARTS: Final = (
    "id", "procedure", "version", "subject", "state", "status", "outcome", "owner", "assignee", "opener", "opened",
    "site", "printed", "printed_by", "trigger",
)  # fmt: skip
FACTS: Final = (
    "number", "procedure", "site", "state", "subject", "now", "language", "title", "url", "step", "recipient", "form",
    "promise", "due", "act",
)  # fmt: skip
"""Short names for what is not a field; a field of the same name goes before. What is not known is empty."""
_MASK: Final = "＊＊＊"
_HIDDEN: Final = Value(_MASK, _MASK)


@dataclass(frozen=True, slots=True)
class Head:
    """What is known of a ticket besides its fields. `states`, `outcome` are ids, people are names, instants aware."""

    id: str
    version: int = 0
    states: tuple[str, ...] = ()
    status: str = "open"
    outcome: str | None = None
    owner: str = ""
    assignee: str = ""
    opener: str = ""
    opened: datetime | None = None
    site: str = ""
    printed: datetime | None = None
    printed_by: str = ""


@dataclass(frozen=True, slots=True)
class Reader:
    """Who a document is for: language, zone of the instants, and the classes of personal data he may see (None: all).
    `staff` maps actors' ids to names; `currency` (ISO 4217) is that of amounts, which are bare where none is said."""

    language: str
    zone: tzinfo
    personal: Collection[str] | None = None
    staff: Mapping[str, str] = field(default_factory=dict)
    currency: str = ""
    firms: Mapping[str, str] = field(default_factory=dict)
    """the firms from outside by their titles"""

    def may_see(self, declared: Field) -> bool:
        return declared.personal is None or self.personal is None or declared.personal in self.personal


def template_values(
    procedure: Procedure, fields: Mapping[str, Any], head: Head, reader: Reader, **facts: str
) -> dict[str, Value]:
    """Every declared field (unset ones are empty), `ticket`, and the short names of FACTS, for `print_form` and
    `render_texts`. `facts` adds what only the caller knows: `form`, `recipient`, `url`."""
    shown = {each.id: field_value(each, fields.get(each.id), reader) for each in procedure.fields}
    ticket = _head_value(procedure, head, reader, subject_text(procedure, shown))
    parts = ticket.parts
    known = {
        "number": parts["id"], "procedure": parts["procedure"], "title": parts["procedure"], "site": parts["site"],
        "state": parts["state"], "subject": parts["subject"], "now": parts["printed"],
        "language": _word(reader.language), **{name: _word(text) for name, text in facts.items()},
    }  # fmt: skip
    return {**{name: known.get(name, Value()) for name in FACTS}, **shown, TICKET: ticket}


def notice_values(
    values: Iterable[tuple[Field, Any, bool]], facts: Mapping[str, Any], reader: Reader
) -> dict[str, Value]:
    """The same names for a notice, from what its sender knows: (field, value in the record's form, whether it may be
    shown), and facts as texts, titles, or lists of these. `ticket.id`, `.state`, `.subject` ... are these facts too."""
    hidden = replace(reader, personal=())
    shown = {}
    for declared, value, may_be_shown in values:
        shown[declared.id] = field_value(declared, value, reader if may_be_shown else hidden)
    known = {name: _word(say(each, reader.language)) for name, each in facts.items() if each is not None}
    known["language"] = _word(reader.language)
    parts = {name: known.get(name, Value()) for name in HEAD_PARTS}
    parts |= {"id": known.get("number", Value()), "trigger": Value(any_part=True)}
    ticket = replace(parts["id"], parts=parts)
    return {**{name: known.get(name, Value()) for name in FACTS}, **shown, TICKET: ticket}


def subject_text(procedure: Procedure, shown: Mapping[str, Value]) -> str:
    """The procedure's subject with the given values in it, on one line."""
    texts = []
    for place, each in enumerate(procedure.subject):
        texts.append(_at_path(shown, each).text if place % 2 else each)
    return one_line("".join(texts))


def _at_path(shown: Mapping[str, Value], path: str) -> Value:
    name, *parts = path.split(".")
    found = shown.get(name, Value())
    for part in parts:
        found = found.parts.get(part, Value())
    return found


def field_value(declared: Field, value: Any, reader: Reader) -> Value:
    """One field's value in the record's form as a Value, masked where the reader may not see it.

    Its parts: `title`, `hint`; of a choice `choices` (each with `chosen`, `box`); of a person `name`, `phone`; of an
    interval `start`, `end`. The items of rows have their columns as parts, those of a checklist `done`, `box`.
    """
    made = (_made if reader.may_see(declared) else _masked)(declared, value, reader)
    words = {
        "title": _word(title_of(declared.title, reader.language, declared.id)),
        "hint": _word(title_of(declared.hint, reader.language)),
    }
    blank = dict.fromkeys(_parts(declared), Value())
    return replace(made, parts={**words, **blank, **made.parts})


def _parts(declared: Field) -> tuple[str, ...]:
    """The parts that a value of this field always has, empty where it is unset."""
    if declared.many:
        return ()
    match declared.type:
        case "person":
            return ("name", "phone")
        case "interval":
            return ("start", "end")
        case "photo" | "file":
            return ("name", "sha256")
        case _:
            return ()


def _word(text: str) -> Value:
    return Value(one_line(text), one_line(text))


def _made(declared: Field, value: Any, reader: Reader) -> Value:
    choices = _choices(declared, value, reader.language)
    if value is None:
        return Value(parts=choices, items=_items(declared, None, reader))
    text = _text(declared, value, reader)
    match declared.type:
        case "rows" | "checklist":
            return Value(text, True, items=_items(declared, value, reader))
        case _ if declared.many and isinstance(value, list | tuple):
            items = _items(declared, value, reader)
            return Value(joined([each.text for each in items or ()], reader.language), True, choices, items)
        case "person" if isinstance(value, Mapping):
            return Value(text, True, {part: _word(str(value.get(part) or "")) for part in _parts(declared)})
        case "interval" if isinstance(value, Mapping):
            instant = replace(declared, type="datetime")
            return Value(text, True, {part: _made(instant, value.get(part), reader) for part in _parts(declared)})
        case "photo" | "file" if isinstance(value, Mapping):
            return Value(text, True, {part: _word(str(value.get(part) or "")) for part in _parts(declared)})
        case "integer" | "decimal" | "money":
            return Value(text, _number(value))
        case "boolean":
            return Value(text, value is True)
        case _:
            return Value(text, str(value), choices)


def _text(declared: Field, value: Any, reader: Reader) -> str:
    """The value in words. What cannot be read as its field's type (an old record's) is shown as it stands."""
    if declared.type == "staff" and not declared.many:
        return one_line(reader.staff.get(str(value), str(value)))
    if declared.type == "firm":
        return one_line(reader.firms.get(str(value), str(value)))
    try:
        return plain(value_texts.show(declared, value, reader.language, reader.zone, currency=reader.currency))
    except (ValueError, TypeError, LookupError, AttributeError, ArithmeticError):
        return one_line(str(value))


def _number(value: Any) -> Any:
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return str(value)
    return number if number.is_finite() else str(value)


def _choices(declared: Field, value: Any, language: str) -> dict[str, Value]:
    """The tick boxes of a choice: all that could be chosen, each with whether it is."""
    if declared.type != "choice":
        return {}
    chosen = set(map(str, value)) if isinstance(value, list | tuple) else {str(value)}
    return {
        "choices": Value(
            items=tuple(_boxed(each.title, each.id, each.id in chosen, "chosen", language) for each in declared.choices)
        )
    }


def _row(declared: Field, row: Any, reader: Reader) -> Value:
    cells = row if isinstance(row, Mapping) else {}
    columns = {each.id: field_value(each, cells.get(each.id), reader) for each in declared.columns}
    return Value(joined([each.text for each in columns.values() if each.text], reader.language), True, columns)


def _items(declared: Field, value: Any, reader: Reader) -> tuple[Value, ...] | None:
    """What a loop over the field goes through; None where there is nothing to go through. A value that is not of
    its field's type has no items."""
    sequence = value if isinstance(value, list | tuple) else ()
    if declared.type == "checklist":
        return _lines(declared, value if isinstance(value, Mapping) else {}, reader)
    if declared.type == "rows":
        return tuple(_row(declared, each, reader) for each in sequence)
    if not declared.many:
        return None
    single = replace(declared, many=False)
    return tuple(replace(_made(single, each, reader), parts={}) for each in sequence)


def _lines(declared: Field, value: Mapping[str, Any], reader: Reader) -> tuple[Value, ...]:
    """All lines of a checklist, so that one not yet filled prints as boxes to tick."""
    language = reader.language
    return tuple(_boxed(each.title, each.id, value.get(each.id) is True, "done", language) for each in declared.choices)


def _boxed(title: Text, id: str, ticked: bool, part: str, language: str) -> Value:
    """A line with a tick box: `box` is the sign to print, `part` the truth to ask for."""
    box = Value("☑" if ticked else "☐", ticked)
    return replace(_word(title_of(title, language, id)), parts={part: Value("", ticked), "box": box})


# --- masks -------------------------------------------------------------------------------------------------------


def _masked(declared: Field, value: Any, reader: Reader) -> Value:
    """What is left of a value that the reader may not see: enough to tell that it is there, and whose it may be."""
    blank = _made(declared, None, reader)
    if value is None:
        return blank
    if declared.type == "phone" and isinstance(value, str):
        return _word(value_texts.mask(value))
    if declared.type == "person" and isinstance(value, Mapping):
        name, phone = str(value.get("name") or ""), str(value.get("phone") or "")
        parts = {
            "name": _word(value_texts.mask_name(name) if name else ""),
            "phone": _word(value_texts.mask(phone) if phone else ""),
        }
        text = " ".join(each.text for each in parts.values() if each.text)
        return Value(text, text, parts)
    return replace(blank, text=_MASK, raw=_MASK, parts={**blank.parts, **dict.fromkeys(_parts(declared), _HIDDEN)})


# --- the ticket itself ---------------------------------------------------------------------------------------------


def _head_value(procedure: Procedure, head: Head, reader: Reader, subject: str) -> Value:
    names = Names(procedure, reader.language)
    states = joined([names.state(each) for each in head.states], reader.language)
    texts = {
        "id": head.id,
        "procedure": names.title(procedure.title, procedure.id),
        "version": str(head.version) if head.version else "",
        "subject": subject,
        "state": states,
        "status": title_of(STATUS.get(head.status, {}), reader.language, head.status),
        "outcome": names.outcome(head.outcome) if head.outcome else "",
        "owner": head.owner,
        "assignee": head.assignee,
        "opener": head.opener,
        "opened": instant_text(head.opened, reader),
        "site": head.site,
        "printed": instant_text(head.printed, reader),
        "printed_by": head.printed_by,
    }
    parts = {name: _word(text) for name, text in texts.items()}
    # a shared form may offer a box for a trigger that only some procedures have
    triggers = {each.trigger: _word(names.trigger(each.trigger)) for each in offers(procedure)}
    parts["trigger"] = Value(parts=triggers, any_part=True)
    return Value(one_line(head.id), one_line(head.id), parts)


def instant_text(instant: datetime | None, reader: Reader) -> str:
    """An aware instant in the reader's zone, to the minute; empty for None."""
    return "" if instant is None else f"{instant.astimezone(reader.zone):%Y-%m-%d %H:%M}"
