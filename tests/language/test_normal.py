"""From the schema to the records of the normal form."""

import pytest

from sop_engine.language import compile_text
from sop_engine.language.checks.pages import laid_over
from sop_engine.normal_form import to_bytes
from sop_engine.procedure import (
    Assign,
    Collect,
    Duration,
    Every,
    Not,
    Print,
    Raise,
    Recipient,
    Set,
    Sign,
    Signal,
    Start,
    Tell,
    Transition,
    Who,
)
from tests.language.desk import Folder, field, procedure, state

PEOPLE = """\
roles: [desk, manager]
fields:
  note: {type: text}
  severity: {type: choice, choices: [ordinary, major], default: ordinary}
  accused: {type: staff, many: true}
  doctor: {type: staff}
  unit: {type: unit}
  found: {type: rows, columns: {id: text}}
  seen: {type: datetime}
open: {by: [desk, manager], ask: note, may_ask: [accused, doctor, severity, found, unit, seen], to: received,
  tell: manager}
"""


def offer(words: str):  # type: ignore[no-untyped-def]
    """The offer `x` of the first state."""
    parts = f"""{PEOPLE}states:
  received: {{transitions: {{x: {words}, finish: {{by: desk, to: closed}}}}}}
  closed: {{final: true, outcome: done}}
"""
    return next(each for each in state(parts).offers if each.trigger == "x")


@pytest.mark.parametrize(
    ("by", "meant"),
    [
        ("desk", (Who("role", "desk"),)),
        ("assignee", None),
        ("[desk, owner, opener, anyone]", (Who("role", "desk"), Who("owner"), Who("opener"), Who("anyone"))),
        ("{role: [desk, manager], not: did finish}",
         (Who("role", "desk", (Not(did="finish"),)), Who("role", "manager", (Not(did="finish"),)))),
        ("{role: desk, not: [did finish, did x], since: received}",
         (Who("role", "desk", (Not(did="finish", since="received"), Not(did="x", since="received"))),)),
        ("{role: manager, not_named_in: accused}", (Who("role", "manager", (Not(field="accused"),)),)),
        ("{field: doctor}", (Who("field", "doctor"),)),
        ("[{who: owner, not: did finish}, desk]", (Who("owner", "", (Not(did="finish"),)), Who("role", "desk"))),
        ("{severity: {ordinary: desk, major: [manager, desk]}}",
         (Who("role", "desk", (), ("==", ("field", "severity"), ("const", "text", "ordinary"))),
          Who("role", "manager", (), ("==", ("field", "severity"), ("const", "text", "major"))),
          Who("role", "desk", (), ("==", ("field", "severity"), ("const", "text", "major"))))),
    ],
)  # fmt: skip
def test_who_may(by: str, meant: tuple[Who, ...] | None) -> None:
    if meant is None:
        meant, by = (Who("assignee"), Who("role", "desk")), f"[{by}, desk]"
    assert offer(f"{{by: {by}}}").by == meant


@pytest.mark.parametrize(
    ("effect", "meant"),
    [
        ("set: {severity: major}", (Set("severity", ("const", "text", "major")),)),
        ("set: {note: null}", (Set("note", None),)),
        ("set: {doctor: doctor}", (Set("doctor", ("field", "doctor")),)),
        ("assign: manager", (Assign("role", "manager"),)),
        ("assign: {field: doctor}", (Assign("field", "doctor"),)),
        ("assign: doer", (Assign("doer"),)),
        ("assign: nobody", (Assign("nobody"),)),
        ("tell: desk", (Tell((Recipient("role", "desk"),)),)),
        ("tell: [assignee, doctor]", (Tell((Recipient("assignee"), Recipient("field", "doctor"))),)),
        ("start: rework", (Start("rework"),)),
        ("start: {rework: {matter: note}}", (Start("rework", {"matter": ("field", "note")}),)),
        ("start: {procedure: visit, each: found, with: {ticket: row.id}}",
         (Start("visit", {"ticket": ("row", "id")}, "found"),)),
        ("signal: {children: stop, procedure: rework}", (Signal("children", "stop", "rework"),)),
        ("signal: {parent: ready}", (Signal("parent", "ready"),)),
        ("collect: {into: found, procedures: repair, same: unit}",
         (Collect("found", ("repair",), "open", (), ("unit",)),)),
        ("collect: {into: found, since: seen, until: seen}",
         (Collect("found", since="seen", until="seen"),)),
    ],
)  # fmt: skip
def test_effects(effect: str, meant: object) -> None:
    assert offer(f"{{by: desk, {effect}}}").alternatives[0].effects == meant


def test_effects_take_place_in_one_order_whatever_the_order_of_the_words() -> None:
    effects = offer("{by: desk, tell: desk, assign: doer, set: {severity: major}}").alternatives[0].effects

    assert [type(effect) for effect in effects] == [Set, Assign, Tell]


def test_what_stands_beside_either_belongs_to_each_alternative() -> None:
    found = offer("{by: desk, tell: desk, either: [{when: severity == 'major', to: closed}, {assign: doer}]}")

    tell = Tell((Recipient("role", "desk"),))
    assert [way.effects for way in found.alternatives] == [(tell,), (tell, Assign("doer"))]
    assert [way.target for way in found.alternatives] == [("closed",), ()]


def test_signatures() -> None:
    assert offer("{by: desk, sign: 2}").sign == Sign(2)
    assert offer("{by: [desk, manager], sign: {count: 2, of: [desk, manager], ordered: true}}").sign == Sign(
        2, ("desk", "manager"), True
    )


def test_a_map_of_conditions_means_that_all_hold() -> None:
    assert offer("{by: desk, when: {severity: [ordinary, major], note: x}}").alternatives[0].when == (
        "and",
        ("in", ("field", "severity"), ("list", ("const", "text", "ordinary"), ("const", "text", "major"))),
        ("==", ("field", "note"), ("const", "text", "x")),
    )


def test_timers_have_readable_ids_that_stay() -> None:
    parts = """\
fields: {note: {type: text}, visit: {type: interval}, day: {type: date}}
open: {by: desk, ask: [note, visit, day], to: received}
states:
  received:
    after: {3 天: {to: closed}, 2 h: {name: slow, tell: desk}}
    at: {visit.end + 15 min: {tell: desk}, day 09:00: [{when: note == 'x', to: closed}, {tell: desk}]}
    every: {day 17:30: {tell: desk, times: 5}}
    transitions: {finish: {by: desk, to: closed}}
  closed: {final: true, outcome: done}
"""
    timers = {timer.id: timer for timer in state(parts).timers}

    assert list(timers) == ["after_3_days", "slow", "at_visit_end_plus_15_min", "at_day_09_00", "every_day_17_30"]
    assert timers["after_3_days"].after == Duration(3, "day")
    assert timers["after_3_days"].title == {"en": "after 3 days", "zh": "3 天后"}
    assert (timers["at_visit_end_plus_15_min"].at, timers["at_visit_end_plus_15_min"].offset) == (
        "visit.end",
        Duration(15, "min"),
    )
    assert (timers["at_day_09_00"].at, timers["at_day_09_00"].time) == ("day", "09:00")
    assert len(timers["at_day_09_00"].alternatives) == 2
    assert timers["every_day_17_30"].every == Every(on=("day",), at="17:30", times=5)


def test_history_states_are_made_where_a_target_asks_for_them() -> None:
    made = procedure("""\
open: {by: desk, ask: note, to: working}
states:
  working:
    initial: second
    states:
      first: {transitions: {back: {by: desk, to: second}}}
      second: {transitions: {go: {by: desk, to: first}, pause: {by: desk, to: paused}}}
  paused:
    transitions:
      go_on: {by: desk, to: working.history}
      go_deep: {by: desk, to: working.deep_history}
      finish: {by: desk, to: closed}
  closed: {final: true, outcome: done}
""")

    working, shallow = made.state("working"), made.state("working.history")
    assert working.children == ("first", "second", "working.history", "working.deep_history")
    assert (shallow.kind, shallow.parent, shallow.initial, shallow.deep) == ("history", "working", ("second",), False)
    assert made.state("working.deep_history").deep
    ids = [each.id for each in made.states]
    assert all(ids.index(each.parent) < ids.index(each.id) for each in made.states[1:])


def test_the_root_carries_what_counts_in_every_open_state() -> None:
    made = procedure("anytime: {look: {by: desk, ask: note}}\nafter: {30 days: {to: closed}}\n")
    root = made.states[0]

    assert (root.id, root.parent, root.children) == ("ticket", "", ("received", "closed"))
    assert [each.trigger for each in root.offers] == ["look"]
    assert [each.id for each in root.timers] == ["after_30_days"]


@pytest.mark.parametrize(
    ("words", "name", "held"),
    [
        ("{type: money, default: 3}", "default", "3.00"),
        ("{type: decimal, scale: 1, default: '2.5'}", "default", "2.5"),
        ("{type: integer, default: 7}", "default", 7),
        ("{type: boolean, default: true}", "default", True),
        ("{type: choice, choices: [b, a], default: a}", "default", "a"),
        ("{type: choice, many: true, choices: [b, a], default: [a, b]}", "default", ("b", "a")),
        ("{type: date, default: 2026-11-22}", "default", "2026-11-22"),
        ("{type: text, min: 3}", "min", 3),
        ("{type: photo, many: true, max: 5}", "max", 5),
    ],
)
def test_defaults_and_bounds_are_as_the_record_holds_them(words: str, name: str, held: object) -> None:
    assert getattr(field(words), name) == held


def test_words_title_what_has_no_title_of_its_own() -> None:
    made = procedure("""\
words: {finish: {zh: 办结, en: Finish}, received: 待处理, done: 已解决}
states:
  received: {transitions: {finish: {by: desk, to: closed}, look: {by: desk, title: 查看}}}
  closed: {title: 已关单, final: true, outcome: done}
""")

    offers = {each.trigger: each.title for each in made.state("received").offers}
    assert offers == {"finish": {"zh": "办结", "en": "Finish"}, "look": {"und": "查看"}}
    assert made.state("received").title == {"und": "待处理"}
    assert made.outcomes[0].title == {"und": "已解决"}


def test_a_subject_is_texts_and_fields_in_turn() -> None:
    assert procedure('subject: "{{ note }}: now"\n').subject == ("", "note", ": now")
    assert procedure('subject: "报修 {{ note }}"\n').subject == ("报修 ", "note")
    assert procedure("").subject == ("",)


def test_papers_are_kept_by_digest_with_all_that_they_include() -> None:
    files = {
        "slip.zh.html": b'{% extends "page.html" %}{% block a %}{{ note }}{% endblock %}',
        "slip.en.html": b"{{ ticket.id }}",
        "page.html": b'{% include "foot.html" %}{% block a %}{% endblock %}',
        "foot.html": b"{{ number }}",
    }
    text = laid_over("""\
forms: {slip: {template: slip.html}}
notices: {told: {subject: {zh: 好, en: Good}, text: {zh: "{{ note }}", en: done}}}
open: {by: desk, ask: note, to: received, print: slip, tell: {to: desk, notice: told}}
""")
    found = compile_text(text.encode(), "a.sop.yaml", Folder(files))
    assert found.procedure is not None, found.diagnostics

    form, notice = found.procedure.forms[0], found.procedure.notices[0]
    assert sorted(form.templates) == ["en", "zh"]
    assert sorted(form.includes) == ["foot.html", "page.html"]
    assert (form.fields, notice.fields) == (("note",), ("note",))
    assert {found.blobs[digest] for digest in (*form.templates.values(), *form.includes.values())} == set(
        files.values()
    )
    assert [found.blobs[digest] for digest in notice.templates["zh"]] == ["好".encode(), b"{{ note }}"]
    assert isinstance(found.procedure.open.alternatives[0].effects[0], Print)


def test_places_say_where_each_element_stands() -> None:
    text = laid_over("""\
states:
  received:
    after: {3 days: {to: closed}}
    transitions:
      finish: {by: desk, either: [{when: note == 'x', to: closed}, {to: other}]}
  other: {always: [{to: closed}]}
  closed: {final: true, outcome: done}
""")
    lines = text.splitlines()

    places = compile_text(text.encode(), "a.sop.yaml").places

    def at(path: str) -> str:
        line, column, end_line, end_column = places[path]
        assert line == end_line
        return lines[line - 1][column - 1 : end_column - 1]

    assert at("fields.note") == "note: {type: text}"
    assert at("open.0") == at("open") == "open: {by: desk, ask: note, to: received}"
    assert at("states.received.timers.after_3_days.0") == "3 days: {to: closed}"
    assert at("states.received.offers.finish.1") == "{to: other}"
    assert at("states.other.always.0") == "{to: closed}"
    assert places["states.received"][0] == 9
    made = procedure(text)
    paths = [f"states.{each.id}" for each in made.states]
    paths += [f"states.{each.id}.offers.{one.trigger}.{n}" for each in made.states for one in each.offers for n in range(len(one.alternatives))]  # fmt: skip  # noqa: E501
    assert set(paths) <= places.keys()


def test_the_normal_form_does_not_depend_on_places_or_comments() -> None:
    one = procedure("title: Example\n")
    other = procedure("# moved\ntitle:   'Example'  # by hand\n")

    assert to_bytes(one) == to_bytes(other)


def test_raised_events_find_their_handlers() -> None:
    made = procedure("""\
states:
  received:
    on_event: {paid: {when: note == 'x', to: closed}, "*": {tell: desk}}
    transitions: {pay: {by: desk, raise: paid}, finish: {by: desk, to: closed}}
  closed: {final: true, outcome: done}
""")

    handlers = made.state("received").handlers
    assert [each.event for each in handlers] == ["paid", "*"]
    assert handlers[0].alternatives == (Transition(("==", ("field", "note"), ("const", "text", "x")), ("closed",)),)
    assert made.state("received").offers[0].alternatives[0].effects == (Raise("paid"),)
