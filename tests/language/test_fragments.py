"""Fragments: put in place before the schema looks, and gone without a trace."""

import textwrap

from hypothesis import given, settings
from hypothesis import strategies as st

from sop_engine import normal_form
from sop_engine.language import Compiled, check_fragment, compile_text, render, written_out
from sop_engine.language.checks.pages import laid_over
from sop_engine.language.expansion import MOST_NESTED
from sop_engine.messages import say

WAIT = """\
fragment: wait
title: Wait
blanks:
  whom: {kind: role, about: who is told}
  after: {kind: duration, about: how long, default: 2 days}
  to: {kind: state, about: where it ends, default: closed}
  ask: {kind: field, about: what is asked, default: why}
fields: {why: {type: text, hint: in a few words}}
after: {$after: {tell: $whom}}
transitions: {give_up: {by: $whom, ask: $ask, to: $to}}
"""


class Fragments:
    """Fragments held in memory."""

    def __init__(self, *texts: str) -> None:
        self.texts = {text.split("\n")[0].removeprefix("fragment: "): text.encode() for text in texts}

    def read(self, name: str) -> bytes | None:
        return self.texts.get(name)

    def names(self) -> tuple[str, ...]:
        return tuple(self.texts)


def states(received: str) -> str:
    """The states of the example, with `received` in the place of its first."""
    return "states:\n  received:\n" + textwrap.indent(textwrap.dedent(received), "    ") + (
        "    transitions: {finish: {by: desk, to: closed}}\n  closed: {final: true, outcome: done}\n"
    )  # fmt: skip


def compiled(parts: str, *texts: str) -> Compiled:
    return compile_text(laid_over(parts).encode(), "flows/example.sop.yaml", fragments=Fragments(*(texts or (WAIT,))))


def codes(parts: str, *texts: str) -> list[str]:
    return [fault.code for fault in compiled(parts, *texts).diagnostics]


def form(found: Compiled) -> bytes:
    assert found.procedure is not None, [str(fault.title) for fault in found.diagnostics]
    return normal_form.to_bytes(found.procedure)


def written(parts: str, *texts: str) -> str:
    return written_out(laid_over(parts).encode(), "example.sop.yaml", Fragments(*(texts or (WAIT,))))


# --- what comes of it ------------------------------------------------------------------------------------------------


def test_the_same_procedure_written_out_by_hand_has_the_same_normal_form() -> None:
    used = compiled(states("use: {wait: {whom: desk, after: 3 days}}\n"))
    by_hand = """\
    fields:
      note: {type: text}
      why: {type: text, hint: in a few words}
    states:
      received:
        after: {3 days: {tell: desk}}
        transitions:
          finish: {by: desk, to: closed}
          give_up: {by: desk, ask: why, to: closed}
      closed: {final: true, outcome: done}
    """

    assert form(used) == form(compiled(textwrap.dedent(by_hand)))


durations = st.tuples(st.integers(1, 60), st.sampled_from(["min", "h", "days", "个月"])).map(
    lambda pair: f"{pair[0]} {pair[1]}"
)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(durations, min_size=1, max_size=3, unique=True),
    st.sampled_from(["desk", "[desk]", "[desk, manager]", "manager"]),
    st.sampled_from(["why", "[why, note]", "[]", "note"]),
)
def test_whatever_the_blanks_are_filled_with_writing_it_out_changes_nothing(
    after: list[str], whom: str, ask: str
) -> None:
    places = "".join(
        f"  s{n}: {{use: {{wait: {{whom: {whom}, after: {each}, ask: {ask}}}}}, transitions: {{go: {{by: desk, "
        f"to: s{n + 1}}}}}}}\n"
        for n, each in enumerate(after)
    )
    parts = (
        "roles: [desk, manager]\nopen: {by: [desk, manager], ask: note, may_ask: why, to: s0}\n"
        f"states:\n{places}  s{len(after)}: {{transitions: {{end: {{by: desk, to: closed}}}}}}\n"
        "  closed: {final: true, outcome: done}\n"
    )

    assert form(compile_text(written(parts).encode(), "out.sop.yaml")) == form(compiled(parts))


def test_at_the_top_of_a_procedure_its_transitions_are_those_of_the_whole_ticket() -> None:
    found = compiled("use: {wait: {whom: desk}}\n").procedure

    assert found is not None
    assert [offer.trigger for offer in found.state("ticket").offers] == ["give_up"]
    assert [timer.id for timer in found.state("ticket").timers] == ["after_2_days"]


def test_the_source_map_names_the_fragments_file() -> None:
    found = compiled(states("use: {wait: {whom: desk}}\n"))

    assert found.places["states.received.offers.give_up.0"][:2] == [10, 15]
    assert found.files["states.received.offers.give_up.0"] == "flows/fragments/wait.fragment.yaml"
    assert "states.received.offers.finish.0" not in found.files
    assert found.fragments == {"flows/fragments/wait.fragment.yaml": WAIT.encode()}


# --- blanks ----------------------------------------------------------------------------------------------------------

FILL = """\
fragment: fill
title: Fill
blanks:
  who: {kind: role, about: who}
  done: {kind: trigger, about: what was done, default: finish}
  many: {kind: number, about: how often, default: 2}
  word: {kind: name, about: a name, default: again}
transitions:
  $word: {by: {role: [$who, manager], not: did $done}, when: times('$word') < $many, to: received}
"""
ROLES = "roles: [desk, manager, lead]\nopen: {by: [desk, manager, lead], ask: note, to: received}\n"


ANSWER = """\
fragment: answer
title: Answer
blanks:
  who: {kind: role, about: who is told}
  within: {kind: allowance, about: how long, default: 4 h}
  on: {kind: trigger, about: what answers it}
goals:
  answering: {start: did open, stop: did $on, pause: not given(note), within: $within, escalate: {0 min: $who}}
"""
CALENDAR = "calendar: front-desk\nopen: {by: desk, ask: note, to: received}\n"


def test_a_promise_of_a_fragment_goes_to_the_top_wherever_it_is_used() -> None:
    used = compiled(CALENDAR + states("use: {answer: {who: desk, on: finish, within: 1 workday}}\n"), ANSWER)
    by_hand = """\
goals:
  answering: {start: did open, stop: did finish, pause: not given(note), within: 1 workday, escalate: {0 min: desk}}
"""

    assert form(used) == form(compiled(CALENDAR + by_hand + states(""), ANSWER))
    assert used.files["goals.answering"] == "flows/fragments/answer.fragment.yaml"


def test_the_procedure_has_the_last_word_on_a_promise() -> None:
    own = "goals: {answering: {start: did open, stop: did finish, within: 2 h}}\n"

    used = compiled(CALENDAR + own + "use: {answer: {who: desk, on: finish}}\n", ANSWER)

    assert form(used) == form(compiled(CALENDAR + own))


def test_a_time_that_cannot_be_promised_does_not_fill_a_blank() -> None:
    found = compiled(CALENDAR + "use: {answer: {who: desk, on: finish, within: 1.5d}}\n", ANSWER)

    (fault,) = found.diagnostics
    assert fault.code == "SOP151"
    assert say(fault.fix, "en") == "write a time that is promised, such as `4 h` or `1 workday`"


def test_a_fault_of_a_promise_in_a_fragment_is_told_there_and_where_it_is_used() -> None:
    text = ANSWER.replace("not given(note)", "did $on")

    (fault,) = compiled(CALENDAR + "use: {answer: {who: desk, on: finish}}\n", text).diagnostics

    assert (fault.code, fault.span.file) == ("SOP423", "flows/fragments/answer.fragment.yaml")
    assert [note.span.file for note in fault.notes] == ["flows/example.sop.yaml"]


def test_a_list_is_spread_among_the_items_of_a_list() -> None:
    found = compiled(ROLES + states("use: {fill: {who: [desk, lead]}}\n"), FILL).procedure

    assert found is not None
    assert [who.name for who in found.state("received").offers[1].by] == ["desk", "lead", "manager"]


def test_a_text_with_a_list_in_it_is_a_list_of_texts() -> None:
    parts = ROLES + states("use: {fill: {who: lead, done: [finish, again]}}\n")

    assert "did finish, did again" in written(parts, FILL)
    assert codes(parts, FILL) == []


def test_within_a_text_and_before_a_colon_the_letters_are_replaced() -> None:
    text = written(ROLES + states("use: {fill: {who: lead, many: 5, word: once_more}}\n"), FILL)

    assert "once_more:\n" in text
    assert "when: \"times('once_more') < 5\"" in text


def test_a_dollar_without_a_name_is_a_dollar() -> None:
    text = "fragment: price\ntitle: Price\nfields: {why: {type: text, hint: costs 5 $}}\n"
    text += "transitions: {x: {by: desk, ask: why}}\n"

    assert codes(states("use: price\n"), text) == []
    assert "costs 5 $" in written(states("use: price\n"), text)


def test_what_was_given_is_at_fault_where_it_was_given() -> None:
    [fault] = compiled(states("use: {wait: {whom: desk, to: clsed}}\n")).diagnostics

    assert (fault.code, fault.near) == ("SOP102", ("closed",))
    assert (fault.span.file, fault.span.line) == ("flows/example.sop.yaml", 10)


# --- two that say the same -------------------------------------------------------------------------------------------


def test_the_procedure_has_the_last_word_on_titles() -> None:
    own = "fields:\n  note: {type: text}\n  why: {type: text, min: 4, hint: in full}\n"
    found = compiled(own + states("use: {wait: {whom: desk}}\n")).procedure

    assert found is not None
    why = found.field("why")
    assert why is not None
    assert (why.hint, why.min) == ({"und": "in full"}, 4)


def test_a_transition_of_both_is_a_fault_that_shows_both_places() -> None:
    parts = "states:\n  received: {use: {wait: {whom: desk}}, transitions: {give_up: {by: desk, to: closed}}}\n"
    [fault] = compiled(parts + "  closed: {final: true, outcome: done}\n").diagnostics

    assert (fault.code, fault.span.file, fault.span.line) == ("SOP108", "flows/fragments/wait.fragment.yaml", 10)
    said = [(say(note.label, "en"), note.span.file, note.span.line) for note in fault.notes]
    assert said == [("first here", "flows/example.sop.yaml", 9), ("used here", "flows/example.sop.yaml", 9)]


def test_a_fragment_used_twice_brings_its_fields_once() -> None:
    parts = "states:\n  received: {use: {wait: {whom: desk}}, transitions: {go: {by: desk, to: next}}}\n"
    parts += "  next: {use: {wait: {whom: desk}}}\n  closed: {final: true, outcome: done}\n"

    found = compiled(parts).procedure

    assert found is not None
    assert [field.id for field in found.fields] == ["note", "why"]


def test_a_fragment_used_twice_cannot_bring_one_state_twice() -> None:
    text = "fragment: room\ntitle: Room\nstates: {waiting: {transitions: {go: {by: desk, to: closed}}}}\n"
    parts = "states:\n  received: {use: room}\n  next: {use: room}\n  closed: {final: true, outcome: done}\n"

    found = [fault for fault in compiled(parts, text).diagnostics if fault.code == "SOP108"]

    assert [say(fault.title, "en") for fault in found] == ["a fragment that is used twice brings `waiting` twice"]


def test_two_fragments_that_differ_leave_it_to_the_procedure() -> None:
    other = (
        WAIT.replace("fragment: wait", "fragment: rest")
        .replace("in a few words", "in full")
        .replace("give_up", "leave")
    )
    both = states("use: {wait: {whom: desk}, rest: {whom: desk, after: 5 days}}\n")
    own = "fields:\n  note: {type: text}\n  why: {type: text}\n"

    assert codes(both, WAIT, other) == ["SOP154"]
    assert codes(own + both, WAIT, other) == []


def test_roles_that_are_listed_and_roles_with_titles_go_together() -> None:
    text = "fragment: lead\ntitle: Lead\nroles: {lead: {}}\ntransitions: {take: {by: lead, to: closed}}\n"
    found = compiled("roles: [desk]\n" + states("use: lead\n"), text).procedure

    assert found is not None
    assert [role.id for role in found.roles] == ["desk", "lead"]


# --- faults ----------------------------------------------------------------------------------------------------------


SKILLED = """\
fragment: skilled
title: Skilled
blanks: {who: {kind: role, about: who does it}}
skills: {hot_work: {zh: 动火, en: Hot work}}
teams: [welders]
transitions:
  weld: {by: {role: $who, skill: hot_work}}
  send: {by: $who, assign: {role: $who, team: welders}}
"""


def test_a_fragment_brings_the_skills_and_teams_that_it_names_and_the_procedure_titles_them() -> None:
    own = "skills: {hot_work: Welding, lifts: Lifts}\nteams: {welders: The welders}\n"
    used = states("use: {skilled: {who: desk}}\n")
    bare, titled = compiled(used, SKILLED).procedure, compiled(own + used, SKILLED).procedure
    assert bare is not None and titled is not None
    assert [each.title for each in bare.skills] == [{"zh": "动火", "en": "Hot work"}]
    assert {each.id: each.title["und"] for each in titled.skills} == {"hot_work": "Welding", "lifts": "Lifts"}
    assert [each.title for each in titled.teams] == [{"und": "The welders"}]


def test_a_fault_in_a_fragment_is_shown_in_its_file_and_where_it_is_used() -> None:
    found = compiled(states("use: {wait: {whom: desk}}\n"), WAIT.replace("by: $whom", "by: mannager"))
    said = render(found.diagnostics, laid_over("").encode(), fragments=found.fragments)

    assert said.startswith("flows/fragments/wait.fragment.yaml:10:29: error[SOP106]")
    assert "10 | transitions: {give_up: {by: mannager" in said
    assert "flows/example.sop.yaml:10:11:\n" in said
    assert "---- used here" in said


def test_through_fragments_a_fault_is_traced_to_the_procedure() -> None:
    outer = (
        "fragment: outer\ntitle: Outer\nblanks: {by: {kind: role, about: who}}\nuse: {wait: {whom: $by, to: nowhere}}\n"
    )
    [fault] = compiled(states("use: {outer: {by: desk}}\n"), outer, WAIT).diagnostics

    assert (fault.code, fault.span.file, fault.span.line) == ("SOP102", "flows/fragments/outer.fragment.yaml", 4)
    assert [note.span.file for note in fault.notes if say(note.label, "en") == "used here"] == [
        "flows/example.sop.yaml"
    ]


def test_broken_yaml_of_a_fragment_is_the_only_fault() -> None:
    assert codes(states("use: {wait: {whom: desk}}\n"), WAIT + "states: {a: {b\n") == ["SOP125"]


def test_fragments_that_use_each_other_in_a_circle_are_told_with_their_ring() -> None:
    one = "fragment: one\ntitle: One\nuse: two\n"
    two = "fragment: two\ntitle: Two\nuse: one\n"
    [fault] = compiled(states("use: one\n"), one, two).diagnostics

    assert fault.code == "SOP152"
    assert fault.why is not None
    assert "`one`, `two`, `one`" in say(fault.why, "en")


def test_fragments_lie_in_each_other_only_so_deep() -> None:
    texts = [f"fragment: f{n}\ntitle: F\nuse: f{n + 1}\n" for n in range(MOST_NESTED)]
    deepest = "fragment: f{n}\ntitle: F\ntransitions: {{x: {{by: desk, to: closed}}}}\n"

    assert codes(states("use: f1\n"), *texts, deepest.format(n=MOST_NESTED)) == []
    assert codes(states("use: f0\n"), *texts, deepest.format(n=MOST_NESTED)) == ["SOP152"]


def test_fragments_cannot_grow_without_bounds() -> None:
    lots = ", ".join(["desk"] * 30)
    texts = [
        f"fragment: f{n}\ntitle: F\nblanks: {{a: {{kind: role, about: x}}}}\n"
        f"use: {{f{n + 1}: {{a: [{', '.join(['$a'] * 30)}]}}}}\n"
        for n in range(4)
    ]
    last = "fragment: f4\ntitle: F\nblanks: {a: {kind: role, about: x}}\ntransitions: {x: {by: [$a, $a], to: closed}}\n"

    assert codes(states(f"use: {{f0: {{a: [{lots}]}}}}\n"), *texts, last) == ["SOP126"]


def test_the_text_of_a_blank_cannot_grow_without_bounds() -> None:
    texts = [
        f'fragment: f{n}\ntitle: F\nblanks: {{a: {{kind: text, about: x}}}}\nuse: {{f{n + 1}: {{a: "{"$a " * 60}"}}}}\n'
        for n in range(4)
    ]
    last = "fragment: f4\ntitle: F\nblanks: {a: {kind: text, about: x}}\n"
    last += "transitions: {x: {by: desk, hint: $a, to: closed}}\n"

    assert codes(states("use: {f0: {a: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx}}\n"), *texts, last) == ["SOP126"]


def test_a_warning_in_a_fragment_is_switched_off_where_the_fragment_is_used() -> None:
    text = WAIT.replace("fields: {why", "fields: {unasked: {type: text}, why")

    assert codes(states("use: {wait: {whom: desk}}\n"), text) == ["SOP201"]
    assert codes(states("use: {wait: {whom: desk}}\nallow: {SOP201: on paper}\n"), text) == []


def test_use_of_another_form_is_a_fault_of_the_schema() -> None:
    assert codes(states("use: {wait: soon}\n")) == ["SOP123"]
    assert codes(states("use: 5\n")) == ["SOP123"]


# --- alone -----------------------------------------------------------------------------------------------------------


def alone(text: str) -> list[str]:
    return [fault.code for fault in check_fragment(text.encode(), "wait.fragment.yaml", Fragments(WAIT))]


def test_a_fragment_alone_is_checked_as_far_as_it_can_be() -> None:
    assert alone(WAIT) == []
    assert alone(WAIT.replace("fragment: wait", "fragment: weight")) == ["SOP150"]
    assert alone(WAIT.replace("default: 2 days", "default: soon")) == ["SOP151"]
    assert alone(WAIT.replace("whom: {kind: role", "whom: {kind: rolle")) == ["SOP123"]
    assert alone(WAIT + "use: waiit\n") == ["SOP150"]
    assert alone(WAIT + "prefix: X\n") == ["SOP101"]
    assert alone(WAIT.replace("title: Wait\n", "")) == ["SOP117"]
    assert alone("") == ["SOP125"]
    assert alone("[a]") == ["SOP123"]
