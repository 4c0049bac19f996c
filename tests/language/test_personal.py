"""Personal values never stand openly: for every type of field and every way on which a value could get out, the file is
refused, or two tickets that differ in nothing but the value leave the same record, timers, tasks and lines of lists."""

import json
import sqlite3
from pathlib import Path
from typing import Any, Final

import pytest

from sop_engine.language import compile_text
from tests.desk import Desk, NoTemplates

Given = tuple[str, Any, Any]

TYPES: Final[dict[str, Given]] = {
    "text": ("type: text", "Zaphod of Betelgeuse", "Trillian of Islington"),
    "texts": ("type: text, many: true", ["Zaphod", "Ford"], ["Trillian"]),
    "integer": ("type: integer", 918273645, 564738291),
    "decimal": ("type: decimal", "918273.64", "564738.29"),
    "money": ("type: money", "817263.54", "453627.18"),
    "boolean": ("type: boolean", True, False),
    "date": ("type: date", "2031-05-06", "2033-07-08"),
    "dates": ("type: date, many: true", ["2031-05-06"], ["2033-07-08"]),
    "time": ("type: time", "03:41", "04:52"),
    "datetime": ("type: datetime", "2031-05-06T01:02:03.000Z", "2033-07-08T04:05:06.000Z"),
    "interval": (
        "type: interval",
        {"start": "2031-05-06T01:02:03.000Z", "end": "2031-05-06T02:02:03.000Z"},
        {"start": "2033-07-08T04:05:06.000Z", "end": "2033-07-08T05:05:06.000Z"},
    ),
    "phone": ("type: phone", "13912345678", "13687654321"),
    "choice": ("type: choice, choices: [ailing_heart, broken_leg]", "ailing_heart", "broken_leg"),
    "choices": ("type: choice, many: true, choices: [ailing_heart, broken_leg]", ["ailing_heart"], ["broken_leg"]),
    "person": ("type: person", {"name": "Zaphod", "phone": "13912345678"}, {"name": "Ford", "phone": "13687654321"}),
    "staff": ("type: staff", "marvin", "eddie"),
    "staffs": ("type: staff, many: true", ["marvin"], ["eddie"]),
    "unit": ("type: unit", "3-2-1202", "5-1-0907"),
    "units": ("type: unit, many: true", ["3-2-1202"], ["5-1-0907"]),
    "photo": (
        "type: photo",
        {"sha256": "a1" * 32, "name": "zaphod.jpg", "size": 918273, "type": "image/jpeg"},
        {"sha256": "b2" * 32, "name": "trillian.png", "size": 564738, "type": "image/png"},
    ),
    "file": (
        "type: file",
        {"sha256": "a1" * 32, "name": "zaphod.pdf", "size": 918273, "type": "application/pdf"},
        {"sha256": "b2" * 32, "name": "trillian.txt", "size": 564738, "type": "text/plain"},
    ),
    "checklist": ("type: checklist, items: [smokes, drinks]", {"smokes": True}, {"smokes": False, "drinks": True}),
    "rows": (
        "type: rows, columns: {who: text, age: integer, caller: person, room: unit, since: date}",
        [{"who": "Zaphod", "age": 918273, "caller": {"name": "Beeblebrox"}, "room": "3-2-1202", "since": "2031-05-06"}],
        [{"who": "Ford", "age": 564738, "caller": {"name": "Prefect"}, "room": "5-1-0907", "since": "2033-07-08"}],
    ),
}
"""type -> the words of the field, and two values that it can be given"""

COPIES: Final[dict[str, tuple[tuple[str, str], ...]]] = {
    "integer": (("integer", "x + 1"), ("money", "x * 2"), ("decimal", "0 - x / 3")),
    "decimal": (("integer", "x"), ("money", "-x")),
    "money": (("decimal", "x + x"),),
    "boolean": (("boolean", "not x"), ("boolean", "x and x"), ("boolean", "x or false")),
    "date": (("date", "x + duration('1 day')"), ("integer", "today() - x"), ("integer", "x - today()")),
    "datetime": (("datetime", "x - duration('15 min')"),),
    "interval": (("datetime", "x.start"), ("datetime", "x.end + duration('1 h')")),
    "phone": (("text", "x"),),
    "choice": (("text", "x"),),
    "person": (("text", "x.name"), ("phone", "x.phone"), ("text", "x.phone")),
    "checklist": (("boolean", "x.smokes"), ("boolean", "not x.smokes")),
    "rows": (("integer", "sum(x.age)"), ("money", "sum(x, row.age * 2)")),
}
"""type -> fields of which type hold its value, or something made of it, by which expression"""


def ways(type_: str) -> dict[str, dict[str, str]]:
    """Everything that a procedure can do with the personal field x, as parts of `text`."""
    words = TYPES[type_][0]
    child = {"child": words}
    found: dict[str, dict[str, str]] = {
        "asked": {},
        "scope of a role": {"steward": "{title: Steward, scope: x}", "tell": "steward", "by": "steward"},
        "assigned": {"effects": "assign: {field: x}"},
        "told": {"tell": "x"},
        "done by": {"by": "{field: x}"},
        "done by another": {"by": "{role: desk, not_named_in: x}"},
        "timer": {"received": "at: {x: {tell: desk}}, "},
        "timer before": {"received": "at: {x - 15 days: {tell: desk}}, "},
        "timer at its start": {"received": "at: {x.start: {tell: desk}}, "},
        "timer after its end": {"received": "at: {x.end + 1 h: {tell: desk}}, "},
        "contact": {"fields": "  y: {type: person, fill: x.contact}\n", "may_ask": "y"},
        "collected": {
            "fields": "  y: {type: rows, columns: {id: text, subject: text}}\n",
            "effects": "collect: {into: y, same: x}",
        },
        "started": {"effects": "start: {inner: {z: x}}", **child},
        "started with its name": {"effects": "start: {inner: {z: x.name}}", "child": "type: text"},
    }
    for column, type_of_column in (("who", "text"), ("since", "date"), ("room", "unit"), ("caller", "person")):
        effect = f"start: {{procedure: inner, each: x, with: {{z: row.{column}}}}}"
        found[f"started for each with its {column}"] = {"effects": effect, "child": f"type: {type_of_column}"}
    copies = [(words, "x"), *((f"type: {target}", expression) for target, expression in COPIES.get(type_, ()))]
    for target, expression in copies:
        for personal in ("", ", personal: secret", ", personal: other"):
            field = f"  y: {{{target}{personal}}}\n"
            name = f"{target}{personal} {expression}"
            found[f"set {name}"] = {"fields": field, "effects": f'set: {{y: "{expression}"}}'}
            for word in ("computed", "fill"):
                made = f'  y: {{{target}{personal}, {word}: "{expression}"}}\n'
                found[f"{word} {name}"] = {"fields": made, "may_ask": "y" if word == "fill" else ""}
    return found


def text(
    words: str, fields: str = "", may_ask: str = "", steward: str = "", tell: str = "desk", by: str = "desk",
    effects: str = "", received: str = "", child: str = "", personal: str = ", personal: secret",
) -> str:  # fmt: skip
    """A procedure with a personal field x, which opening asks."""
    opening = f"by: desk, ask: x, {f'may_ask: {may_ask}, ' if may_ask else ''}tell: {tell}, to: received"
    finish = f"by: {by}, {effects + ', ' if effects else ''}to: closed"
    return (
        "procedure: outer\ntitle: Outer\nprefix: OUT\n"
        f"roles: {{desk: Desk, steward: {steward or 'Steward'}}}\n"
        f"fields:\n  x: {{{words}{personal}}}\n{fields}"
        f"open: {{{opening}}}\n"
        "states:\n"
        f"  received: {{{received}transitions: {{see: {{by: desk, may_ask: x}}, finish: {{{finish}}}}}}}\n"
        "  closed: {final: true, outcome: done}\n"
    )


CHILD: Final = """\
procedure: inner
title: Inner
prefix: INN
roles: [desk]
fields: {{z: {{{words}}}}}
open: {{by: desk, ask: z, to: begun}}
states:
  begun: {{transitions: {{end: {{by: desk, to: ended}}}}}}
  ended: {{final: true, outcome: done}}
"""


def codes(given: str) -> set[str]:
    """The faults for which a procedure would not be published."""
    found = compile_text(given.encode(), "test.sop.yaml", NoTemplates()).diagnostics
    return {fault.code for fault in found if fault.severity == "error"}


def accepted(type_: str, personal: str = ", personal: secret") -> dict[str, dict[str, str]]:
    """The ways of a type that no check refuses."""
    words = TYPES[type_][0]
    return {name: way for name, way in ways(type_).items() if not codes(text(words, **way, personal=personal))}


def run(
    folder: Path, type_: str, given: dict[str, dict[str, str]], value: Any, personal: str = ", personal: secret"
) -> str:
    """The whole life of one ticket for each way, with a value: opened, corrected, ended, swept. Gives all that stands
    in the open afterwards."""
    words, first, second = TYPES[type_]
    folder.mkdir()
    desk = Desk(folder, {"wang": ["desk", "steward"], "marvin": ["desk"], "eddie": ["desk"]})
    for number, way in enumerate(given.values()):
        inner = f"inner-{number}"
        if "child" in way:
            desk.publish(CHILD.format(words=way["child"]).replace("inner", inner))
        procedure = text(words, **way, personal=personal)
        name = desk.publish(procedure.replace("outer", f"outer-{number}").replace("inner", inner))
        ticket = desk.open(name, "wang", x=value)
        desk.do(ticket, "see", "wang", x=second if value == first else first)
        desk.command("edit", ticket, "wang", fields={"x": value}, reason="as he says himself")
        desk.do(ticket, "finish", "wang")
    desk.advance(days=40)
    return in_the_open(folder)


def in_the_open(folder: Path) -> str:
    """All that the store says of tickets beside the values that are kept apart and the rows made of them. Commitments
    and hashes are left out, which differ whatever they hold, and ids of commands, which are drawn."""
    connection = sqlite3.connect(folder / "site.db")
    connection.row_factory = sqlite3.Row
    found: dict[str, Any] = {}
    for table, key in (("task", "ticket"), ("timer", "ticket"), ("outbox", "ticket"), ("ticket", "id")):
        rows = connection.execute(f"SELECT * FROM {table} WHERE {key} != 'site' ORDER BY 1, 2, 3").fetchall()
        found[table] = [{name: row[name] for name in set(row.keys()) - {"hash", "body"}} for row in rows]
    steps = connection.execute("SELECT data FROM step WHERE ticket != 'site' ORDER BY ticket, number").fetchall()
    connection.close()
    records = [json.loads(row["data"]) for row in steps]
    for record in records:
        del record["previous"], record["state"], record["command"]["id"]
    return json.dumps([found, _without_commitments(records)], ensure_ascii=False, sort_keys=True)


def _without_commitments(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_commitments(each) for name, each in value.items() if name != "commitment"}
    return [_without_commitments(each) for each in value] if isinstance(value, list) else value


def leaves(value: Any) -> list[str]:
    """The texts and numbers in a value: all are such as stand nowhere else."""
    if isinstance(value, dict | list):
        return [leaf for each in (value.values() if isinstance(value, dict) else value) for leaf in leaves(each)]
    return [] if isinstance(value, bool) else [str(value)]


@pytest.mark.parametrize("type_", TYPES)
def test_what_no_check_refuses_shows_no_personal_value(type_: str, tmp_path: Path) -> None:
    _words, first, second = TYPES[type_]
    given = accepted(type_)
    assert ("asked" in given) != type_.startswith(("unit", "staff"))

    one = run(tmp_path / "one", type_, given, first)
    other = run(tmp_path / "other", type_, given, second)

    assert [leaf for leaf in leaves(first) if leaf in one] == []
    assert [leaf for leaf in leaves(second) if leaf in other] == []
    # two tickets that differ in nothing but the value
    assert one == other


ALWAYS_SEALED: Final = {"text", "texts", "phone", "person", "checklist", "rows"}


@pytest.mark.parametrize("type_", [each for each in TYPES if each not in ALWAYS_SEALED])
def test_without_the_class_the_value_is_found(type_: str, tmp_path: Path) -> None:
    """That the search finds what there is to find."""
    _words, first, second = TYPES[type_]
    way = {"asked": ways(type_)["asked"]}

    one = run(tmp_path / "one", type_, way, first, personal="")
    other = run(tmp_path / "other", type_, way, second, personal="")

    assert [leaf for leaf in leaves(first) if leaf in one] == leaves(first)
    assert one != other


@pytest.mark.parametrize("type_", [each for each in TYPES if not each.startswith(("unit", "staff"))])
def test_a_value_may_be_asked_and_copied_within_its_class(type_: str) -> None:
    words = TYPES[type_][0]

    assert {"asked", *(f"{word} {words}, personal: secret x" for word in ("set", "computed", "fill"))} <= set(
        accepted(type_)
    )


@pytest.mark.parametrize("type_", [each for each in TYPES if not each.startswith(("unit", "staff"))])
def test_a_copy_into_the_open_or_into_another_class_is_refused(type_: str) -> None:
    words = TYPES[type_][0]
    given = {
        name: way
        for name, way in ways(type_).items()
        if name.startswith(("set ", "computed ", "fill ")) and "secret" not in name
    }

    found = {name: codes(text(words, **way)) for name, way in given.items()}

    typed = {
        name
        for name, way in given.items()
        if not codes(text(words, **way, personal="").replace(", personal: other", ""))
    }
    assert len(typed) >= 6
    assert [name for name in typed if "SOP147" not in found[name]] == []
