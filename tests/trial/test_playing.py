"""What scenarios say, and how a scenario that fails says it."""

from pathlib import Path

import pytest

from sop_engine.errors import FaultsFound, NotFound
from sop_engine.trial import Failure, Result, run_file
from tests.trial.small import PROCEDURE, folder

STEPS = """  去取件:
    steps:
      - {by: 王芳, open: {}, state: 待办}
      - {by: 李强, do: 出发, state: 在途, told: {gone: 王芳}, assignee: 李强}
"""


def play(tmp_path: Path, scenarios: str) -> list[Result]:
    path = folder(tmp_path, scenarios)
    return run_file(path, path.parent.parent, tmp_path / "templates")


def failure(tmp_path: Path, step: str) -> Failure:
    (result,) = play(tmp_path, f"{STEPS}      - {step}\n")
    assert result.failure is not None
    return result.failure


def test_a_scenario_that_holds_passes_and_says_what_it_took(tmp_path: Path) -> None:
    steps = STEPS + "      - {by: 李强, do: 回来}\n      - {by: 王芳, do: 核对, outcome: done, state: 办结}\n"

    (result,) = play(tmp_path, steps)

    assert result.passed
    assert ("errand", "states.back.offers.check.1") in result.taken
    assert ("errand", "states.back.offers.check.0") not in result.taken
    assert result.steps == 4


@pytest.mark.parametrize(
    ("step", "expected", "found"),
    [
        ("{by: 李强, do: 回来, state: 在途}", "在途", "已回"),
        ("{by: 李强, do: 回来, told: 赵军}", "told: 赵军", "nobody"),
        ("{by: 李强, do: 回来, fields: {件数: 2}}", "2", "1"),
        ("{by: 李强, do: 回来, outcome: done}", "closed: done", "open"),
        ("{by: 李强, do: 回来, assignee: 张伟}", "张伟", "李强"),
        ("{by: 李强, do: 回来, owner: 李强}", "李强", "王芳"),
        ("{by: 李强, do: 回来, refused: not_you}", "refused: not_you", "accepted"),
        ("{by: 张伟, do: 回来}", "accepted", "张伟 may not `come`"),
        ("{by: 张伟, do: 回来, refused: not_now}", "refused: not_now", "refused: not_you"),
        ("{by: 张伟, do: 回来, refused: 5, words: 星期天}", "星期天", "李强"),
        (
            "{by: 张伟, do: 回来, refused: {did: 出发}}",
            "whoever did 出发, and for no other reason",
            "without any one rule",
        ),
        ("{by: 李强, do: 回来, refused: {did: 出发}}", "whoever did 出发", "accepted"),
        ("{by: 李强, do: 核对, refused: {did: 回来}}", "whoever did 回来", "not_now"),
        ("{wait: 1 h, fired: after_2_h}", "after_2_h fires", "nothing fired"),
        ("{wait: 2 h, fired: {2 小时后: 王芳}}", "told by 2 小时后: 王芳", "赵军"),
        ("{wait: 1 h, due: {after_2_h: never}}", "due at never", "2026-11-23 10:30"),
        ("{by: 李强, do: 回来, started: errand}", "errand", "nothing"),
        ("{by: 李强, do: 回奈}", "words that name something", "回来"),
        ("{by: 李强, do: 回来, state: 已会}", "words that name something", "已回"),
        ("{until: 2026-11-22 08:00}", "a later instant", "2026-11-22 08:00"),
        ("{ticket: errnd, by: 李强, do: 回来}", "a ticket `errnd`", "no label"),
    ],
)
def test_a_step_that_departs_says_what_was_expected_and_found(
    tmp_path: Path, step: str, expected: str, found: str
) -> None:
    departed = failure(tmp_path, step)

    assert expected in _said(departed.expected)
    assert found in _said(departed.found)


def test_a_failure_has_its_place_and_the_story_so_far(tmp_path: Path) -> None:
    departed = failure(tmp_path, "{by: 李强, do: 回来, state: 在途}")

    assert departed.span.file.endswith("errand.yaml")
    assert (departed.span.line, departed.span.column) == (9, 33)
    assert [str(line).split("  ", 1)[1] for line in departed.story] == [
        "王芳: open -> asked",
        "李强: 出发 -> under_way",
        "李强: 回来 -> back",
    ]


def test_time_moves_and_fires_what_is_due_on_the_way(tmp_path: Path) -> None:
    steps = STEPS + "      - {until: '10:29', due: {after_2_h: 2026-11-23 10:30}}\n"
    steps += "      - {until: '10:30', fired: {2 小时后: 赵军}, told: 赵军}\n"

    (result,) = play(tmp_path, steps)

    assert result.failure is None


def test_a_person_kept_apart_is_noted(tmp_path: Path) -> None:
    steps = STEPS + "      - {by: 李强, do: 回来}\n      - {by: 李强, do: 核对, refused: not_you}\n"

    (result,) = play(tmp_path, steps)

    assert result.kept_apart == {("errand", "states.back.offers.check not did come")}


@pytest.mark.parametrize(
    ("rule", "holds"), [("{did: 回来}", True), ("{}", True), ("{did: 出发}", False), ("{signed: true}", False)]
)
def test_a_refusal_names_the_rule_that_refuses(tmp_path: Path, rule: str, holds: bool) -> None:
    steps = STEPS + f"      - {{by: 李强, do: 回来}}\n      - {{by: 李强, do: 核对, refused: {rule}}}\n"

    (result,) = play(tmp_path, steps)

    assert result.passed is holds
    assert result.unnamed == ()


def test_a_refusal_by_a_rule_that_is_not_named_is_noted_with_its_place(tmp_path: Path) -> None:
    steps = STEPS + "      - {by: 李强, do: 回来}\n      - {by: 李强, do: 核对, refused: not_you}\n"

    (result,) = play(tmp_path, steps)

    assert [span.line for span in result.unnamed] == [10]


def test_who_did_it_but_has_not_the_role_either_shows_nothing_of_separation(tmp_path: Path) -> None:
    nobody_else = PROCEDURE.replace("{role: [desk, runner], not: did come}", "{role: desk, not: did come}")
    steps = STEPS + "      - {by: 李强, do: 回来}\n      - {by: 李强, do: 核对, refused: %s}\n"
    path = folder(
        tmp_path, steps % "not_you" + (steps % "{did: 回来}").replace("去取件", "又去"), procedure=nobody_else
    )

    plain, named = run_file(path, path.parent.parent, tmp_path / "templates")

    assert plain.passed
    assert plain.kept_apart == frozenset()
    assert not named.passed


def test_who_is_kept_out_twice_shows_neither_rule(tmp_path: Path) -> None:
    twice = PROCEDURE.replace("not: did come}", "not: [did come, did go]}")
    steps = STEPS + "      - {by: 李强, do: 回来}\n      - {by: 李强, do: 核对, refused: not_you}\n"
    path = folder(tmp_path, steps, procedure=twice)

    (result,) = run_file(path, path.parent.parent, tmp_path / "templates")

    assert result.passed
    assert result.kept_apart == frozenset()


SIGNED = PROCEDURE.replace("by: {role: [desk, runner], not: did come}", "by: [desk, runner]\n        sign: SIGN")


@pytest.mark.parametrize(
    ("sign", "roles", "shown"),
    [
        ("2", "runner", True),
        ("{count: 2, of: [runner, desk], ordered: true}", "runner", False),
        ("{count: 2, of: [runner, desk], ordered: true}", "[runner, desk]", True),
    ],
)
def test_a_second_signature_is_kept_apart_where_only_the_first_stands_in_its_way(
    tmp_path: Path, sign: str, roles: str, shown: bool
) -> None:
    steps = STEPS.replace("    steps:", f"    people: {{李强: {roles}}}\n    steps:").replace(
        ", told: {gone: 王芳}", ""
    )
    steps += "      - {by: 李强, do: 回来}\n      - {by: 李强, do: 核对}\n"
    steps += "      - {by: 李强, do: 核对, refused: not_you}\n"
    path = folder(tmp_path, steps, procedure=SIGNED.replace("SIGN", sign))

    (result,) = run_file(path, path.parent.parent, tmp_path / "templates")

    assert result.passed, result.failure
    assert (("errand", "states.back.offers.check signed by different people") in result.kept_apart) is shown


def test_a_person_without_the_role_is_not_taken_for_separation(tmp_path: Path) -> None:
    steps = STEPS + "      - {by: 李强, do: 回来}\n      - {by: 赵军, do: 核对, refused: not_you}\n"

    (result,) = play(tmp_path, steps)

    assert result.kept_apart == frozenset()


def test_a_notice_that_cannot_be_written_fails_the_scenario(tmp_path: Path) -> None:
    twice = PROCEDURE.replace('text: {zh: "{{ what }}"', 'text: {zh: "{{ what }}{{ what }}"')
    path = folder(tmp_path, STEPS.replace("open: {}", f"open: {{事项: {'x' * 40000}}}"), procedure=twice)

    (result,) = run_file(path, path.parent.parent, tmp_path)

    assert result.failure is not None
    assert "gone of PT-20261123-001 cannot be written" in str(result.failure.found)


def test_scenarios_do_not_see_each_other(tmp_path: Path) -> None:
    results = play(tmp_path, STEPS + STEPS.replace("去取件", "又去取件"))

    assert [result.passed for result in results] == [True, True]


def test_a_procedure_with_faults_is_not_played(tmp_path: Path) -> None:
    path = folder(tmp_path, STEPS, procedure=PROCEDURE.replace("to: asked", "to: aksed"))

    with pytest.raises(FaultsFound, match="errand"):
        run_file(path, path.parent.parent, tmp_path)


def test_scenarios_of_no_procedure_are_not_played(tmp_path: Path) -> None:
    path = folder(tmp_path, STEPS)
    (path.parent.parent / "errand.sop.yaml").unlink()

    with pytest.raises(NotFound):
        run_file(path, path.parent.parent, tmp_path)


def test_a_role_that_no_procedure_knows_fails_every_scenario(tmp_path: Path) -> None:
    path = folder(tmp_path, STEPS, head=HEAD_WITH_A_SLIP)

    (result,) = run_file(path, path.parent.parent, tmp_path)

    assert result.failure is not None
    assert "runner" in str(result.failure.found)


HEAD_WITH_A_SLIP = """procedure: errand
people: {王芳: desk, 李强: runer}
opening: {事项: 取快递}
scenarios:
"""


def _said(message: object) -> str:
    from sop_engine.messages import say

    return say(message, "en") + say(message, "zh")
