"""A field is said to be read too early only where no way could have given it a value."""

from tests.language.desk import codes

FIELDS = """\
fields:
  note: {type: text}
  doctor: {type: staff}
open: {by: desk, ask: note, to: received}
states:
"""
CLOSED = "  closed: {final: true, outcome: done}\n"


def test_what_history_comes_back_to_may_have_been_asked_before() -> None:
    states = """\
  received:
    initial: first
    states:
      first: {transitions: {park: {by: desk, ask: doctor, to: parked}, go_on: {by: desk, to: second}}}
      second: {transitions: {park: {by: desk, to: parked}, finish: {by: desk, tell: doctor, to: closed}}}
  parked: {transitions: {back: {by: desk, to: received.history}}}
"""
    assert codes(FIELDS + states + CLOSED) == []


def test_what_is_asked_in_a_part_beside_may_be_there() -> None:
    states = """\
  received:
    parallel: [mending, paying]
    done: {to: closed}
    states:
      mending: {states: {mend: {transitions: {mend_it: {by: desk, tell: doctor, to: mended}}}, mended: {final: true}}}
      paying: {states: {pay: {transitions: {pay_it: {by: desk, ask: doctor, to: paid}}}, paid: {final: true}}}
"""
    assert codes(FIELDS + states + CLOSED) == []


def test_what_the_whole_ticket_asks_at_any_time_may_be_there() -> None:
    anytime = "anytime:\n  refer: {by: desk, ask: doctor}\n"
    states = "  received: {transitions: {finish: {by: desk, tell: doctor, to: closed}}}\n"

    assert codes(FIELDS + states + CLOSED + anytime) == []


def test_what_is_asked_at_the_same_trigger_is_there() -> None:
    states = "  received: {transitions: {finish: {by: desk, ask: doctor, tell: doctor, to: closed}}}\n"

    assert codes(FIELDS + states + CLOSED) == []


def test_what_was_thought_of_as_unset_is_let_be() -> None:
    states = """\
  received:
    transitions:
      look: {by: desk, when: not given(doctor), to: checked}
  checked: {transitions: {finish: {by: desk, ask: doctor, to: closed}}}
"""
    assert codes(FIELDS + states + CLOSED) == []


def test_what_is_asked_only_later_is_told() -> None:
    states = """\
  received: {transitions: {look: {by: desk, tell: doctor, to: checked}}}
  checked: {transitions: {finish: {by: desk, ask: doctor, to: closed}}}
"""
    assert codes(FIELDS + states + CLOSED) == ["SOP209"]
