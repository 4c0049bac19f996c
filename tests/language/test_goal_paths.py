"""Promises on the ways that tickets take: nothing is told where some ticket could keep them."""

import pytest

from tests.language.desk import codes

STATES = """\
states:
  registered: {transitions: {dispatch: {by: desk, to: working}, drop: {by: desk, to: dropped}}}
  working:
    states:
      on_way: {transitions: {arrive: {by: desk, to: on_site}}}
      on_site: {transitions: {hold: {by: desk, to: waiting}, mend: {by: desk, to: mended}}}
      waiting: {transitions: {go_on: {by: desk, to: on_site}}}
      mended: {final: true}
    done: {to: rated}
  rated: {transitions: {not_mended: {by: desk, to: working.history}, confirm: {by: desk, to: closed}}}
  closed: {final: true, outcome: mended}
  dropped: {final: true, outcome: dropped}
outcomes: [mended, dropped]
open: {by: desk, ask: note, to: registered}
calendar: front-desk
anytime: {progress: {by: desk, may_ask: [charge, fee], raise: hurry}}
on_event: {hurry: {tell: desk}}
fields:
  note: {type: text}
  charge: {type: choice, choices: [owed, paid, free], default: owed}
  fee: {type: integer, min: 0, default: 0}
"""
SIDE_BY_SIDE = """\
states:
  helping:
    parallel: [patient, ambulance]
    done: {to: settled}
    states:
      patient:
        states:
          asked: {transitions: {bring: {by: desk, to: brought}}}
          brought: {final: true}
      ambulance:
        states:
          not_called: {transitions: {call: {by: desk, to: called}}}
          called: {transitions: {come: {by: desk, to: there}}}
          there: {final: true}
  settled: {transitions: {finish: {by: desk, to: closed}}}
  closed: {final: true, outcome: done}
open: {by: desk, ask: note, to: helping}
calendar: front-desk
"""


def found(words: str, states: str = STATES) -> list[str]:
    return codes(f"{states}goals: {{arriving: {{{words}, within: 4 h}}}}\n")


@pytest.mark.parametrize(
    "words",
    [
        "start: did open, stop: did arrive",
        "start: registered, stop: working",
        "start: registered, stop: on_site",
        "start: did dispatch, stop: rated",
        "start: did dispatch, stop: closed",
        "start: rated, stop: did confirm",
        "start: did not_mended, stop: did mend",
        "start: did not_mended, stop: did arrive",
        "start: did hold, stop: did progress",
        "start: did progress, stop: did dispatch",
        "while: working, stop: did progress",
        "while: working, stop: rated",
        "while: on_site, stop: did hold",
        "start: [closed, registered], stop: did dispatch",
        "start: did dispatch, stop: did mend, pause: [waiting, on_way]",
        "start: did dispatch, stop: did mend, pause: [waiting, on_site]",
        "start: did open, stop: did mend, pause: working",
        "start: {charge: paid}, stop: did confirm",
        "start: {charge: paid}, stop: {charge: free}",
        "start: in_state('registered'), stop: in_state('rated')",
        "start: did dispatch, stop: in_state('closed')",
        "start: did dispatch, stop: in_state('waiting') and fee > 3",
        "start: took hurry, stop: fee > 3",
        "start: {charge: paid}, while: on_site, stop: did mend",
        "start: did dispatch, stop: did mend, pause: {charge: owed}",
        "start: did dispatch, stop: fee > 3, pause: not fee > 2",
        "start: did dispatch, stop: did mend, pause: [on_way, in_state('waiting')]",
        "start: rated, stop: took hurry",
    ],
)
def test_what_some_ticket_could_keep_is_silent(words: str) -> None:
    assert found(words) == []


@pytest.mark.parametrize(
    "words",
    [
        "start: closed, stop: did confirm",
        "start: did confirm, stop: did not_mended",
        "start: [dropped, did drop], stop: did dispatch",
        "start: did dispatch, stop: [did dispatch, rated]",
        "start: [did hold, did go_on], stop: [did go_on, did hold], while: waiting",
        "start: rated, while: registered, stop: did confirm",
        "start: in_state('closed'), stop: did confirm",
        "start: in_state('rated'), while: registered, stop: did confirm",
        "start: {charge: paid}, stop: {charge: [paid, free]}",
        "start: {charge: paid}, stop: {charge: paid}",
        "start: rated, stop: [did confirm, not in_state('working')]",
        "start: fee > 3, stop: [did confirm, fee >= 3]",
    ],
)
def test_what_begins_where_it_cannot_count_never_begins(words: str) -> None:
    assert found(words) == ["SOP424"]


@pytest.mark.parametrize(
    "words",
    [
        "start: did dispatch, stop: did drop",
        "start: did arrive, stop: registered",
        "start: rated, stop: did open",
        "start: rated, stop: did dispatch",
        "while: waiting, stop: did arrive",
        "while: registered, stop: did confirm",
        "start: did hold, while: waiting, stop: did mend",
        "start: did dispatch, stop: in_state('registered')",
        "start: did dispatch, stop: in_state('rated') and in_state('working')",
        "start: rated, while: rated, stop: in_state('registered')",
    ],
)
def test_what_can_only_come_before_stops_nothing(words: str) -> None:
    assert found(words) == ["SOP425"]


@pytest.mark.parametrize(
    "words",
    [
        "start: did dispatch, stop: did mend, pause: working",
        "start: did dispatch, stop: rated, pause: [on_way, on_site, waiting, working]",
        "start: did hold, stop: did go_on, pause: waiting",
        "while: waiting, stop: did go_on, pause: [waiting, registered]",
        "start: registered, stop: [did dispatch, did drop], pause: registered",
        "start: did dispatch, stop: did mend, pause: in_state('working')",
        "start: did dispatch, stop: did mend, pause: [on_way, waiting, in_state('on_site')]",
        "start: did dispatch, stop: {charge: paid}, pause: charge != 'paid' or not given(charge)",
        "start: did dispatch, stop: [did mend, fee > 0], pause: [fee == 0, not given(fee)]",
    ],
)
def test_what_always_stands_still_is_told(words: str) -> None:
    assert found(words) == ["SOP426"]


@pytest.mark.parametrize(
    "words",
    [
        "start: helping, stop: settled",
        "start: did call, stop: did bring",
        "start: did bring, stop: did come",
        "start: asked, stop: there",
        "while: called, stop: did bring",
        "start: did call, stop: did come, pause: called",
    ],
)
def test_parts_side_by_side_may_stop_one_another(words: str) -> None:
    assert found(words, SIDE_BY_SIDE) == []


def test_what_every_part_has_behind_it_stops_nothing() -> None:
    assert found("start: settled, stop: [did bring, there]", SIDE_BY_SIDE) == ["SOP425"]


def test_a_name_that_is_unknown_has_one_fault() -> None:
    assert found("start: rated, stop: did dispatc") == ["SOP131"]


def test_an_event_that_is_unknown_has_one_fault() -> None:
    assert found("start: rated, stop: took hury") == ["SOP131"]


def test_a_condition_that_can_hold_nowhere_has_one_fault() -> None:
    assert found("start: rated, stop: fee > 3 and fee < 2") == ["SOP155"]
    assert found("start: fee > 3 and fee < 2, stop: did confirm") == ["SOP155"]


def test_an_update_is_given_again_and_again() -> None:
    goal = "goals: {reporting: {every: 4 h, while: working, stop: did progress, remind: desk}}\n"

    assert codes(STATES + goal) == []
