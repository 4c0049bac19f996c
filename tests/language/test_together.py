"""Procedures looked at together: what one asks of another."""

import pytest

from sop_engine.language import check_together, compile_text
from sop_engine.language.checks import SITE_CHECKS
from sop_engine.language.checks.members import SiteCheck
from sop_engine.language.checks.pages import EXAMPLE_CALENDARS, EXAMPLE_PEOPLE, files, page


def codes(example: str) -> list[str]:
    """The codes of what is wrong between the files of an example, each of which is right by itself."""
    compiled = {f"{index}.sop.yaml": compile_text(text.encode(), f"{index}.sop.yaml")
                for index, text in enumerate(files(example))}  # fmt: skip
    assert all(each.procedure is not None and not each.diagnostics for each in compiled.values()), [
        (str(fault.title), fault.code) for each in compiled.values() for fault in each.diagnostics
    ]
    found = check_together(compiled, people=EXAMPLE_PEOPLE, calendars=EXAMPLE_CALENDARS)
    return [fault.code for faults in found.values() for fault in faults]


@pytest.mark.parametrize("check", SITE_CHECKS, ids=lambda check: check.__name__)
def test_the_example_that_fails_fails_by_this_check_alone(check: SiteCheck) -> None:
    assert set(codes(page(check).fails)) == {page(check).code}


@pytest.mark.parametrize("check", SITE_CHECKS, ids=lambda check: check.__name__)
def test_the_example_that_passes_passes(check: SiteCheck) -> None:
    assert codes(page(check).passes) == []


def test_what_is_on_its_way_may_be_said_so() -> None:
    start = "start: {othr: {note: note}}, allow: {SOP220: its file comes next week}"

    assert codes(f"open: {{by: desk, ask: note, to: received, {start}}}\n") == []


def test_a_value_that_open_does_not_ask_is_told() -> None:
    start = "start: {other: {note: note, remark: note}}"

    assert codes(f"open: {{by: desk, ask: note, to: received, {start}}}\n") == ["SOP221"]


def test_a_child_that_can_end_by_itself_waits_for_nobody() -> None:
    failing = page(next(each for each in SITE_CHECKS if each.__name__ == "waiting")).fails

    assert codes(failing.replace("waiting: {on", "waiting: {after: {3 days: {to: closed}}, on")) == []
    assert codes(failing.replace("{always: {when:", "{after: {3 days: {to: rung}}, always: {when:")) == []


def test_three_that_start_each_other_are_a_circle() -> None:
    def starting(name: str, child: str) -> str:
        return f"procedure: {name}\nopen: {{by: desk, ask: note, to: received, start: {{{child}: {{note: note}}}}}}\n"

    circle = "---\n".join([starting("a", "b"), starting("b", "c"), starting("c", "a")])

    assert codes(circle) == ["SOP223"] * 3


def waits(name: str, waiting: str, more: str = "", extra: str = "") -> str:
    """A procedure that waits in `received`, and then does more."""
    return (
        f"procedure: {name}\n{extra}open: {{by: desk, ask: note, to: received{more}}}\n"
        f"states:\n  received: {waiting}\n  later: {{transitions: {{finish: {{by: desk, to: closed}}}}}}\n"
        "  closed: {final: true, outcome: done}\n"
    )


def closed_all(child: str, then: str = "") -> str:
    return f"{{always: {{when: \"all(children('{child}'), child.status == 'closed')\", to: later{then}}}}}"


def test_a_circle_through_a_third_procedure_is_told_in_each() -> None:
    first = waits("a", closed_all("b", ", signal: {children: onward, procedure: b}"), ", start: {b: {note: note}}")
    second = waits("b", "{on_event: {onward: {to: later, signal: {children: hurry}}}}", ", start: {c: {note: note}}",
                   "takes: onward\n")  # fmt: skip
    third = waits("c", "{on_event: {hurry: {to: later}}}", "", "takes: hurry\n")

    assert codes("---\n".join([first, second, third])) == ["SOP224"] * 3


def test_a_parent_that_waits_for_a_signal_of_a_child_that_waits_for_it() -> None:
    first = waits("a", "{on_event: {ready: {to: later, signal: {children: go}}}}", ", start: {b: {note: note}}",
                  "takes: ready\n")  # fmt: skip
    second = waits("b", "{on_event: {go: {to: later, signal: {parent: ready}}}}", "", "takes: go\n")

    assert codes(f"{first}---\n{second}") == ["SOP224"] * 2


def test_who_may_give_up_keeps_nobody_waiting() -> None:
    first = waits("a", closed_all("b", ", signal: {children: go}"), ", start: {b: {note: note}}")
    cancel = "takes: go\nanytime: {cancel: {by: desk, to: closed}}\n"
    second = waits("b", "{on_event: {go: {to: later}}}", "", cancel)

    assert codes(f"{first}---\n{second}") == []


def test_a_child_that_need_not_have_been_started_keeps_nobody_waiting() -> None:
    first = waits("a", closed_all("b", ", signal: {children: go}"))
    again = "transitions: {help: {by: desk, start: {b: {note: note}}, to: received}, finish"
    first = first.replace("transitions: {finish", again)
    second = waits("b", "{on_event: {go: {to: later}}}", "", "takes: go\n")

    assert codes(f"{first}---\n{second}") == []


def test_a_signal_of_a_grandchild_lets_a_child_go_on() -> None:
    first = waits("a", closed_all("b", ", signal: {children: go, procedure: b}"), ", start: {b: {note: note}}")
    second = waits("b", "{on_event: {go: {to: later}}}", ", start: {c: {note: note}}", "takes: go\n")
    third = waits("c", "{transitions: {tell_it: {by: desk, signal: {parent: go}, to: later}}}")

    assert codes("---\n".join([first, second, third])) == []


def test_a_state_of_a_child_that_comes_only_after_its_parent() -> None:
    waiting = "{always: {when: \"any(children('b'), 'later' in child.state)\", to: later, signal: {children: go}}}"
    first = waits("a", waiting, ", start: {b: {note: note}}")
    second = waits("b", "{on_event: {go: {to: later}}}", "", "takes: go\n")

    assert codes(f"{first}---\n{second}") == ["SOP224"] * 2


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ("any(children('other'), child.outcome == 'done')", []),
        ("any(children('other'), child.outcome == 'don')", ["SOP226"]),
        ("any(children('other'), 'don' != child.outcome)", ["SOP226"]),
        ("all(children, child.outcome in ['done', 'gone'])", ["SOP226"]),
        ("count(children, 'received' in child.state and not 'away' in child.state) > 1", ["SOP226"]),
        ("all(children, child.status == 'closed')", []),
    ],
)
def test_what_a_condition_says_of_children_is_there(condition: str, found: list[str]) -> None:
    start = "open: {by: desk, ask: note, to: received, start: {other: {note: note}}}\n"
    moves = f'states: {{received: {{transitions: {{finish: {{by: desk, when: "{condition}", to: closed}}}}}}, ' + (
        "closed: {final: true, outcome: done}}\n"
    )
    goal = 'calendar: front-desk\ngoals: {g: {start: received, stop: [closed, "CONDITION"], within: 4 h}}\n'

    assert codes(start + moves) == found
    assert codes(start + goal.replace("CONDITION", condition)) == found


def test_of_children_whose_procedure_is_not_here_nothing_is_said() -> None:
    start = "open: {by: desk, ask: note, to: received, start: {othr: {note: note}}, allow: {SOP220: it comes}}\n"
    stop = "\"any(children, 'x' in child.state)\""

    assert codes(f"{start}calendar: front-desk\ngoals: {{g: {{start: received, stop: {stop}, within: 4 h}}}}\n") == []
