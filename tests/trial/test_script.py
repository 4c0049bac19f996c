"""What can be wrong in a scenario file, with its place and what was meant."""

import pytest

from sop_engine.trial.pages import page_of
from sop_engine.trial.script import ScenarioFaults, script_of
from tests.trial.small import HEAD

GOOD = HEAD + "  一:\n    steps: [{by: 王芳, open: {}}]\n"


def faults(text: str) -> list[tuple[str, int, int, str, tuple[str, ...]]]:
    with pytest.raises(ScenarioFaults) as caught:
        script_of(text.encode(), "errand.yaml")
    return [
        (each.code, each.span.line, each.span.column, str(each.title), each.near) for each in caught.value.diagnostics
    ]


def test_a_good_file_is_a_script() -> None:
    script = script_of(GOOD.encode(), "errand.yaml")

    assert [scenario.title for scenario in script.scenarios] == ["一"]
    assert [player.name for player in script.scenarios[0].players] == ["王芳", "李强", "张伟", "赵军"]
    assert f"{script.scenarios[0].start:%Y-%m-%d %H:%M}" == "2026-11-23 00:30"


def test_a_scenario_may_begin_at_another_time_than_the_others() -> None:
    text = GOOD + "  国庆:\n    starts: 2026-10-01 09:00\n    steps: [{by: 王芳, open: {}}]\n"

    starts = [each.start for each in script_of(text.encode(), "errand.yaml").scenarios]

    assert [f"{each:%Y-%m-%d %H:%M}" for each in starts] == ["2026-11-23 00:30", "2026-10-01 01:00"]


def test_a_scenario_may_know_more_people_or_give_them_other_roles() -> None:
    people = "    people: {赵军: [lead, desk], 钱斌: runner}\n"
    text = GOOD.replace("  一:\n", "  一:\n" + people).replace("by: 王芳", "by: 钱斌")

    (scenario,) = script_of(text.encode(), "errand.yaml").scenarios

    assert {each.name: each.roles for each in scenario.players}["赵军"] == (("lead", None), ("desk", None))
    assert [each.name for each in scenario.players][-1] == "钱斌"


def test_what_one_scenario_adds_another_does_not_know() -> None:
    other = "  二:\n    people: {钱斌: runner}\n    steps: [{by: 王芳, open: {}}]\n"

    assert [found[0] for found in faults(GOOD.replace("by: 王芳", "by: 钱斌") + other)] == ["SOP304"]


def test_a_misspelled_word_is_told_with_what_was_meant() -> None:
    found = faults(GOOD.replace("steps:", "stpes:"))

    assert ("SOP101", 6, 5, ("steps",)) in [(code, line, column, near) for code, line, column, _title, near in found]


def test_somebody_unknown_is_told_with_who_was_meant() -> None:
    found = faults(GOOD.replace("{by: 王芳", "{by: 王方"))

    assert found == [("SOP304", 6, 18, "nobody here is `王方`", ("王芳",))]


@pytest.mark.parametrize(
    ("step", "code"),
    [
        ("{by: 王芳, state: x}", "SOP303"),
        ("{by: 王芳, open: {}, do: go}", "SOP303"),
        ("{open: {}}", "SOP303"),
        ("{by: 王芳, wait: 2 h}", "SOP303"),
        ("{wait: 很久}", "SOP301"),
        ("{wait: 1 workday}", "SOP301"),
        ("{by: 王芳, do: go, assign: 赵君}", "SOP304"),
    ],
)
def test_a_step_that_makes_no_sense(step: str, code: str) -> None:
    assert [found[0] for found in faults(HEAD + f"  一:\n    steps: [{step}]\n")] == [code]


def test_a_beginning_that_is_not_there() -> None:
    text = GOOD.replace("scenarios:", "beginnings:\n  去了: [{by: 王芳, open: {}}]\nscenarios:")
    found = faults(text.replace("    steps:", "    first: 去啦\n    steps:"))

    assert [(each[0], each[4]) for each in found] == [("SOP302", ("去了",))]


@pytest.mark.parametrize("head", ["zone: Asia/Shangai", "starts: 明明早"])
def test_a_zone_or_a_start_that_is_none(head: str) -> None:
    assert [found[0] for found in faults(f"{head}\n{GOOD}")] == ["SOP301"]


def test_a_start_of_one_scenario_that_is_none() -> None:
    found = faults(GOOD.replace("    steps:", "    starts: 明明早\n    steps:"))

    assert [each[0] for each in found] == ["SOP301"]


def test_broken_yaml_is_told_as_in_procedures() -> None:
    (found,) = faults("procedure: [errand\n")[:1]

    assert found[0].startswith("SOP")


def test_all_faults_are_told_at_once_and_in_order() -> None:
    found = faults(HEAD + "  一:\n    steps: [{by: 王方, do: go}, {wait: 久}]\n")

    assert [each[0] for each in found] == ["SOP304", "SOP301"]


@pytest.mark.parametrize("code", ["SOP301", "SOP302", "SOP303", "SOP304"])
def test_every_fault_of_its_own_has_a_page(code: str) -> None:
    assert str(page_of(code)).startswith(f"{code}: ")


def test_a_ticket_of_a_procedure_that_is_not_there_is_told_with_what_was_meant() -> None:
    text = GOOD.replace("people:", "also: repair\npeople:", 1).replace("open: {}", "open: {}, procedure: repiar")

    assert [(code, title, near) for code, _line, _column, title, near in faults(text)] == [
        ("SOP302", "no procedure `repiar` is there", ("repair",))
    ]


def test_only_an_opening_says_whose_rework_it_is() -> None:
    text = GOOD.replace("open: {}", "note: x, rework_of: 一")

    assert [found[0] for found in faults(text)] == ["SOP303"]


@pytest.mark.parametrize(
    ("step", "code", "said"),
    [
        ("{by: 王芳, open: {}, assign: 李强}", "SOP303", "`assign` means nothing beside `open`"),
        ("{by: 王芳, open: {}, team: crew}", "SOP303", "`team` means nothing beside `open`"),
        ("{by: 王芳, note: x, reason: y}", "SOP303", "`reason` means nothing beside `note`"),
        ("{by: 王芳, claim: true, with: {a: b}}", "SOP303", "`with` means nothing beside `claim`"),
        ("{by: 王芳, do: go, words: nothing}", "SOP303", "`words` stands without `refused`"),
        ("{by: 王芳, do: go, heard: phone}", "SOP303", "`heard` stands without `typed_by`"),
        ("{by: 李强, do: go, typed_by: 王芳, heard: smoke}", "SOP301", "nothing is heard by `smoke`"),
        ("{by: 王芳, do: go, refused: notyou}", "SOP302", "there is no refusal `notyou`"),
        ("{by: 王芳, do: go, refused: 99}", "SOP302", "there is no refusal `99`"),
        ("{by: 王芳, claim: false}", "SOP123", "`false` cannot stand here"),
    ],
)
def test_what_nobody_would_look_at_is_told(step: str, code: str, said: str) -> None:
    [(found, _line, _column, title, _near)] = faults(GOOD.replace("{by: 王芳, open: {}}", step))

    assert (found, title) == (code, said)


def test_units_are_named_as_people_say_them() -> None:
    assert list(script_of(("units: {3栋2单元1202: {name: 周}}\n" + GOOD).encode(), "errand.yaml").units) == ["3-2-1202"]
    assert faults('units: {"3#2?": {name: 周}}\n' + GOOD)[0][0] == "SOP301"
