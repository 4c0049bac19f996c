"""What says nothing where something must be said, and what is collected, shown or named in vain."""

from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from sop_engine import values
from sop_engine.language import compile_text
from sop_engine.language.checks.pages import laid_over
from sop_engine.language.checks.people import STAFF_VERBS
from sop_engine.messages import say
from sop_engine.procedure import Field
from sop_engine.ticket.possible import subject
from sop_engine.trial.acts import ACTS
from tests.language.desk import procedure
from tests.language.test_together import codes as codes_together

HEAD = (
    "fields: {note: {type: text}, c: {type: choice, choices: [a, b]}, rows: {type: rows, columns: {COLUMNS}}}\n"
    "open: {by: desk, ask: [note, c], to: received}\n"
)
CLOSED = "  closed: {final: true, outcome: done}\n"


def offered(words: str, columns: str = "id: text") -> str:
    finish = f"finish: {{by: desk, to: closed}}, go: {{{words}}}"
    return HEAD.replace("COLUMNS", columns) + f"states:\n  received: {{transitions: {{{finish}}}}}\n" + CLOSED


def errors(parts: str) -> list[Any]:
    found = compile_text(laid_over(parts).encode(), "desk.sop.yaml").diagnostics
    return [each for each in found if each.severity == "error"]


@pytest.mark.parametrize("by", ["[]", "{}", "{c: {}}", "{c: {a: [], b: desk}}"])
def test_somebody_is_named_who_may(by: str) -> None:
    of_an_act = HEAD.replace("COLUMNS", "id: text") + f"acts: {{suspend: {{by: {by}}}}}\n"
    for text in (offered(f"by: {by}"), of_an_act):
        assert [each.code for each in errors(text)] == ["SOP139"]


@pytest.mark.parametrize(("act", "code"), [("shift_end: {to: []}", "SOP139"), ("return: {to: []}", "SOP447")])
def test_somebody_or_somewhere_is_named_to_which_it_goes(act: str, code: str) -> None:
    assert [each.code for each in errors(f"acts: {{{act}}}\n")] == [code]


@pytest.mark.parametrize("when", ["{}", "{c: []}", "''"])
def test_a_condition_says_something(when: str) -> None:
    assert [each.code for each in errors(offered(f"by: desk, when: {when}"))] == ["SOP122"]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("start: received, stop: closed, within: {}", "SOP420"),
        ("start: received, stop: closed, within: {c: {}}", "SOP420"),
        ("start: [], stop: closed, within: 4 h", "SOP424"),
        ("start: received, stop: [], within: 4 h", "SOP425"),
    ],
)
def test_a_promise_has_a_time_a_beginning_and_an_end(words: str, code: str) -> None:
    text = offered("by: desk") + f"calendar: front-desk\ngoals: {{g: {{{words}}}}}\n"

    assert [each.code for each in errors(text)] == [code]


@pytest.mark.parametrize(
    ("columns", "found"),
    [
        ("id: text, owner: staff, opened: datetime, why: {type: choice, choices: [late]}, remark: text", 0),
        ("id: money, state: integer", 2),
        ("by_when: date", 1),
        ("subject: {type: text, many: true}", 1),
        ("number: text, remark: text", 1),
    ],
)
def test_what_is_collected_fits_into_its_columns(columns: str, found: int) -> None:
    assert [each.code for each in errors(offered("by: desk, collect: {into: rows}", columns))] == ["SOP139"] * found


def test_what_is_collected_is_there() -> None:
    words = "open: {by: desk, ask: note, to: received, collect: {into: rows, procedures: %s, states: %s}}\n"
    fields = "fields: {note: {type: text}, rows: {type: rows, columns: {id: text}}}\n"

    assert codes_together(fields + words % ("other", "received")) == []
    assert codes_together(fields + words % ("[other, othr]", "received")) == ["SOP220"]
    assert codes_together(fields + words % ("other", "recieved")) == ["SOP220"]


@pytest.mark.parametrize(
    ("subject", "found"),
    [("{{ w.end }} {{ p.name }} {{ p }}", 0), ("{{ note.phone }}", 1), ("{{ p.age }}", 1), ("{{ rows }}", 1)],
)
def test_a_subject_shows_what_there_is(subject: str, found: int) -> None:
    fields = (
        "fields: {note: {type: text}, w: {type: interval}, p: {type: person}, rows: {type: rows, columns: {a: text}}}"
    )
    text = f'{fields}\nopen: {{by: desk, ask: [note, w, p, rows], to: received}}\nsubject: "{subject}"\n'

    assert [each.code for each in errors(text)] == ["SOP133"] * found


@pytest.mark.parametrize(
    ("after", "written"),
    [("半小时", "30 min"), ("1.5 h", "90 min"), ("３天", "3 days"), ("1 h 30 min", "90 min"), ("两周", "2 weeks")],
)
def test_what_people_say_is_told_as_it_is_written(after: str, written: str) -> None:
    [fault] = errors(f"states:\n  received: {{after: {{{after}: {{to: closed}}}}}}\n" + CLOSED)

    assert (fault.code, say(fault.fix, "en")) == ("SOP121", f"write `{written}`")


def test_working_time_is_for_promises() -> None:
    [fault] = errors("states:\n  received: {after: {3 个工作日: {to: closed}}}\n" + CLOSED)

    assert "promises" in say(fault.fix, "en")


def test_several_times_that_cannot_be_read_are_told_each_once() -> None:
    text = "states:\n  received: {after: {soon: {to: closed}, later: {tell: desk}}}\n" + CLOSED

    assert [each.code for each in errors(text)] == ["SOP121", "SOP121"]


def test_an_act_of_staff_is_no_trigger() -> None:
    assert set(ACTS) - {"give_back", "signer"} <= STAFF_VERBS


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("acts: {return: {to: [previous, waits]}, join: {state: waits, then: closed, alone: received}}\n", "SOP447"),
        ("acts: {reopen: {to: waits}, join: {state: waits, then: closed, alone: received}}\n", "SOP443"),
    ],
)
def test_nobody_waits_for_nobody(text: str, code: str) -> None:
    states = "states:\n  received: {transitions: {finish: {by: desk, to: closed}}}\n  waits: {}\n"

    assert [each.code for each in errors(text + states + CLOSED)] == [code]


@pytest.mark.parametrize("name", ["previous", "opener"])
def test_a_state_is_not_called_like_a_place_to_go_back_to(name: str) -> None:
    states = f"states:\n  {name}: {{transitions: {{finish: {{by: desk, to: closed}}}}}}\n"

    assert [each.code for each in errors(f"open: {{by: desk, ask: note, to: {name}}}\n{states}{CLOSED}")] == ["SOP118"]


def test_an_end_of_an_interval_in_a_subject_is_shown_on_the_clock_of_the_site() -> None:
    parts = (
        "fields: {note: {type: text}, w: {type: interval}, p: {type: person}}\n"
        'open: {by: desk, ask: [note, w, p], to: received}\nsubject: "{{ w.start }} {{ p.name }}"\n'
    )
    made = procedure(parts)
    program: Any = SimpleNamespace(procedure=made, fields={each.id: each for each in made.fields})
    held = {"w": {"start": "2026-11-24T06:00:00.000Z", "end": "2026-11-24T08:00:00.000Z"}, "p": {"name": "周先生"}}

    def show(field: Field, value: Any) -> str:
        return values.show(field, value, "zh", ZoneInfo("Asia/Shanghai"))

    assert subject(program, held, show) == f"{show(Field('x', 'datetime', {}), held['w']['start'])} 周先生"
    assert "14:00" in subject(program, held, show)
