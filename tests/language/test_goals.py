"""The words of `goals:` come to the records that tickets live by."""

import pytest

from sop_engine import normal_form
from sop_engine.goals import DueAt, Goal, Mark, Rung, Warning, Within
from sop_engine.language import check_together, compile_text
from sop_engine.language.checks.pages import EXAMPLE_CALENDARS, laid_over
from sop_engine.messages import say
from sop_engine.parties import Recipient
from sop_engine.worktime import END_OF_WORKDAY, Allowance, parse_allowance
from tests.language.desk import codes, procedure

BASE = """\
calendar: front-desk
roles: [desk, lead]
fields:
  note: {type: text}
  urgency: {type: choice, choices: [urgent, normal], default: normal}
  kind: {type: choice, choices: [water, power], default: water}
  window: {type: interval}
  visit: {type: date}
takes: overdue
open: {by: desk, ask: note, may_ask: [urgency, kind, window, visit], to: received}
states:
  received:
    transitions: {finish: {by: desk, to: closed}, hold: {by: desk, to: waiting}, pass_on: {by: lead, to: received}}
    on_event: {overdue: {to: waiting}}
  waiting: {transitions: {go_on: {by: desk, to: received}}}
  closed: {final: true, outcome: done}
"""
DESK, LEAD = Recipient("role", "desk"), Recipient("role", "lead")
URGENT = ("==", ("field", "urgency"), ("const", "text", "urgent"))
NORMAL = ("==", ("field", "urgency"), ("const", "text", "normal"))


def text(words: str) -> str:
    return f"{BASE}goals:\n  finishing: {{{words}}}\n"


def goal(words: str) -> Goal:
    """The goal `finishing` of these words."""
    (made,) = procedure(text(words)).goals
    return made


def usual(words: str) -> Goal:
    return goal(f"start: received, stop: did finish, {words}")


def faults(words: str) -> list[str]:
    return codes(text(f"start: received, stop: did finish, {words}"))


# --- when it begins and ends -----------------------------------------------------------------------------------------


def test_a_bare_name_is_a_state_entered_and_did_a_trigger_done() -> None:
    made = goal("start: did open, stop: [did finish, closed], reset: did pass_on, pause: waiting, within: 4 h")

    assert made.start == (Mark("did", "open"),)
    assert made.stop == (Mark("did", "finish"), Mark("entered", "closed"))
    assert made.reset == (Mark("did", "pass_on"),)
    assert made.pause == ("waiting",)


def test_what_is_no_name_is_a_condition_as_text_or_as_a_map() -> None:
    made = goal(
        "start: [received, {urgency: urgent}], stop: [did finish, urgency == 'normal'], reset: {urgency: normal}, "
        "pause: [waiting, urgency == 'urgent'], within: 4 h"
    )

    assert made.start == (Mark("entered", "received"), Mark("holds", when=URGENT))
    assert made.stop == (Mark("did", "finish"), Mark("holds", when=NORMAL))
    assert made.reset == (Mark("holds", when=NORMAL),)
    assert (made.pause, made.pause_when) == (("waiting",), (URGENT,))


def test_an_event_that_the_ticket_takes_is_a_moment() -> None:
    assert goal("start: took overdue, stop: did finish, within: 4 h").start == (Mark("took", "overdue"),)


def test_without_start_it_begins_where_it_lives() -> None:
    made = goal("while: [received, waiting], stop: did finish, within: 4 h")

    assert made.within_states == ("received", "waiting")
    assert made.start == (Mark("entered", "received"), Mark("entered", "waiting"))


def test_while_beside_a_start_is_no_start() -> None:
    assert goal("start: did hold, while: waiting, stop: did go_on, within: 4 h").start == (Mark("did", "hold"),)


# --- by when ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "written",
    ["4 h", "10 分钟", "1 个工作日", "7 workdays", "24 h clock", "3 months", "1.5 h", "2 个班时", "3 天 同一时刻",
     "当日下班前"],
)  # fmt: skip
def test_an_allowance_is_what_worktime_reads(written: str) -> None:
    assert usual(f"within: {written}").within == (Within(parse_allowance(written)),)


def test_an_allowance_is_chosen_by_a_field() -> None:
    assert usual("within: {urgency: {urgent: 5 min, normal: 15 min}}").within == (
        Within(Allowance(5, "min"), when=URGENT),
        Within(Allowance(15, "min"), when=NORMAL),
    )


def test_alternatives_stand_in_their_order_with_calendars_of_their_own() -> None:
    cases = "[{when: {urgency: urgent}, within: 4 h, calendar: office}, {within: 8 h}]"

    assert usual(f"within: {cases}").within == (
        Within(Allowance(4, "h"), "office", URGENT),
        Within(Allowance(8, "h")),
    )


def test_time_and_calendar_chosen_by_one_field_go_together() -> None:
    made = usual("within: {urgency: {urgent: 1 h, normal: 4 h}}, calendar: {urgency: {urgent: round-the-clock}}")

    assert made.within == (
        Within(Allowance(1, "h"), "round-the-clock", URGENT),
        Within(Allowance(4, "h"), "", NORMAL),
    )
    assert made.calendar == ""


def test_time_and_calendar_chosen_by_two_fields_are_crossed() -> None:
    made = usual("within: {urgency: {urgent: 1 h}}, calendar: {kind: {power: round-the-clock}}")

    power = ("==", ("field", "kind"), ("const", "text", "power"))
    assert made.within == (
        Within(Allowance(1, "h"), "round-the-clock", ("and", URGENT, power)),
        Within(Allowance(1, "h"), "", URGENT),
    )


def test_one_time_on_a_chosen_calendar() -> None:
    made = usual("within: 1 h, calendar: {urgency: {urgent: round-the-clock}}")

    assert made.within == (Within(Allowance(1, "h"), "round-the-clock", URGENT), Within(Allowance(1, "h")))


@pytest.mark.parametrize(
    ("written", "due"),
    [
        ("visit", DueAt("visit")),
        ("window.end + 15 min", DueAt("window.end", Allowance(15, "min"))),
        ("visit - 2 workdays", DueAt("visit", Allowance(2, "workday"), before=True)),
        ("window.start-1 个工作日", DueAt("window.start", Allowance(1, "workday"), before=True)),
    ],
)
def test_due_is_a_fields_time_with_an_offset(written: str, due: DueAt) -> None:
    made = usual(f"due: {written}, moved: {{urgency: urgent}}")

    assert made.due == due
    assert made.moved == URGENT
    assert made.within == ()


def test_the_end_of_the_workday_is_an_allowance_wherever_it_stands() -> None:
    made = usual("due: end of workday, at_least: 1 h")

    assert (made.due, made.within, made.at_least) == (None, (Within(END_OF_WORKDAY),), Allowance(1, "h"))


def test_the_calendar_of_the_procedure_and_of_one_goal() -> None:
    made = procedure(text("start: received, stop: did finish, within: 4 h, calendar: office"))

    assert (made.calendar, made.goals[0].calendar) == ("front-desk", "office")


# --- before and after it is due --------------------------------------------------------------------------------------


def test_a_bare_warning_reaches_the_assignee_and_the_owner() -> None:
    to = (Recipient("assignee"), Recipient("owner"))

    assert usual("within: 4 h, warn: [80%, 10 min before, 5 分钟前]").warnings == (
        Warning(to, percent=80),
        Warning(to, before=Allowance(10, "min")),
        Warning(to, before=Allowance(5, "min")),
    )


def test_a_warning_says_whom_and_with_which_notice() -> None:
    given = text("start: received, stop: did finish, within: 4 h, "
                 "warn: {80%: lead, 10 min before: {to: [desk, assignee], notice: soon}}")  # fmt: skip

    made = procedure(given + "notices:\n  soon: {text: soon}\n").goals[0]

    assert made.warnings == (
        Warning((LEAD,), percent=80),
        Warning((DESK, Recipient("assignee")), before=Allowance(10, "min"), notice="soon"),
    )


def test_a_reminder_comes_half_an_hour_before_or_as_warn_says() -> None:
    assert usual("every: 4 h, remind: desk").warnings == (Warning((DESK,), before=Allowance(30, "min")),)
    assert usual("every: 4 h, remind: desk, warn: 1 h before").warnings == (Warning((DESK,), before=Allowance(1, "h")),)


def test_a_rung_tells_hands_over_or_raises() -> None:
    ladder = "{0 min: lead, 30 min: [desk, owner], 1 h: {hand_to: lead, raise: overdue}}"

    assert usual(f"within: 4 h, escalate: {ladder}").ladder == (
        Rung(Allowance(0, "min"), (LEAD,)),
        Rung(Allowance(30, "min"), (DESK, Recipient("owner"))),
        Rung(Allowance(1, "h"), (), "lead", "overdue"),
    )


def test_quiet_hours_and_policies() -> None:
    made = usual("every: 4 h, quiet: 20:00-08:00, changed: restart, again: resume, source: M1 6.3.1")

    assert (made.quiet, made.changed, made.again, made.source) == (
        ("20:00", "08:00"), "restart", "resume", ("M1 6.3.1",)
    )  # fmt: skip


# --- what else the file knows of them --------------------------------------------------------------------------------


def test_the_normal_form_holds_them_whole() -> None:
    made = procedure(text("start: received, stop: did finish, within: {urgency: {urgent: 5 min}}, "
                          "warn: 80%, escalate: {0 min: lead}, when: note == 'x'"))  # fmt: skip

    assert normal_form.load(normal_form.to_bytes(made)) == made


def test_the_normal_form_holds_conditions_and_events_whole() -> None:
    made = procedure(text("start: [took overdue, {urgency: urgent}], stop: [did finish, given(window)], "
                          "pause: [waiting, urgency == 'normal'], reset: {kind: power}, within: 4 h"))  # fmt: skip

    assert normal_form.load(normal_form.to_bytes(made)) == made


def test_a_promise_without_conditions_has_the_normal_form_that_it_had() -> None:
    made = normal_form.to_json(goal("start: received, stop: did finish, pause: waiting, within: 4 h"))

    assert made["start"] == [{"kind": "entered", "name": "received"}]
    assert "pause_when" not in made


def test_a_title_stands_in_the_goal_or_under_words() -> None:
    own = usual("within: 4 h, title: {zh: 完成, en: Finish}")
    shared = procedure(text("start: received, stop: did finish, within: 4 h") + "words: {finishing: Finish}\n")

    assert own.title == {"zh": "完成", "en": "Finish"}
    assert shared.goals[0].title == {"und": "Finish"}
    assert codes(text("start: received, stop: did finish, within: 4 h") + "words: {finishing: Finish}\n") == []


def test_what_stands_where_is_kept_with_the_version() -> None:
    found = compile_text(laid_over(text("start: received, stop: did finish, within: 4 h")).encode(), "a.sop.yaml")

    assert {"calendar", "goals.finishing"} <= found.places.keys()


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("within: 4 h, escalate: {0 min: leed}", "SOP106"),
        ("within: 4 h, escalate: {0 min: {raise: overdu}}", "SOP131"),
        ("within: 4 h, pause: waitng", "SOP102"),
        ("within: 4 h, reset: did pass_n", "SOP131"),
        ("within: 4 h, reset: took overdu", "SOP131"),
        ("within: 4 h, reset: {urgncy: urgent}", "SOP107"),
        ("within: 4 h, reset: {urgency: urgnt}", "SOP109"),
        ("within: 4 h, pause: urgncy == 'urgent'", "SOP107"),
        ("within: 4 h, pause: visit == '2026-11-23'", "SOP110"),
        ("within: 4 h, pause: window", "SOP423"),
        ("within: 4 h, pause: did hold", "SOP423"),
        ("within: 4 h, pause: took overdue", "SOP423"),
        ("within: 4 h, pause: is waiting", "SOP423"),
        ("within: 4 h, pause: visit <= today()", "SOP431"),
        ("within: 4 h, pause: \"any(children('rework'), child.status == 'open')\"", "SOP213"),
        ("within: 4 h, when: {urgncy: urgent}", "SOP107"),
        ("within: {urgency: {urgnt: 4 h}}", "SOP109"),
        ("within: {note: {a: 4 h}}", "SOP139"),
        ("within: 4 h, warn: {80%: {to: lead, notice: sooon}}", "SOP129"),
        ("due: visitt", "SOP107"),
        ("within: 4 h, when: window", "SOP109"),
    ],
)
def test_a_name_that_is_not_there_has_the_fault_that_it_has_elsewhere(words: str, code: str) -> None:
    assert code in faults(words)


def test_a_field_that_is_personal_would_show_in_the_due_time() -> None:
    given = text("start: received, stop: did finish, due: visit").replace("{type: date}", "{type: date, personal: a}")

    assert codes(given) == ["SOP146"]


@pytest.mark.parametrize(
    ("words", "place", "fix"),
    [
        ("pause: kind", "kind", "write a condition, such as `given(kind)`"),
        ("reset: hold", "hold", "write `did hold`"),
        ("pause: [any(children('rework'), child.status == 'open')]", "any(children('rework')",
         "put the whole condition in quotation marks"),
    ],
)  # fmt: skip
def test_what_is_written_otherwise_is_told_once_with_what_to_write(words: str, place: str, fix: str) -> None:
    given = laid_over(text(f"start: received, stop: did finish, within: 4 h, {words}"))

    (fault,) = compile_text(given.encode(), "a").diagnostics

    line = given.splitlines()[fault.span.line - 1]
    assert (fault.code, line[fault.span.column - 1 : fault.span.end_column - 1]) == ("SOP423", place)
    assert fault.fix is not None
    assert say(fault.fix, "en") == fix


def test_a_field_that_is_yes_or_no_is_told_how_to_write_it() -> None:
    given = text("start: received, stop: did finish, within: 4 h, pause: late").replace(
        "  note:", "  late: {type: boolean, default: false}\n  note:"
    )

    (fault,) = compile_text(laid_over(given).encode(), "a").diagnostics

    assert fault.fix is not None
    assert say(fault.fix, "en") == "write `{late: true}`"


def test_a_condition_on_what_nobody_is_asked_for_is_told_in_its_place() -> None:
    given = laid_over(text("start: {extra: a}, stop: did finish, within: 4 h").replace(
        "  note:", "  extra: {type: text}\n  note:"
    ))  # fmt: skip

    (fault,) = compile_text(given.encode(), "a").diagnostics

    assert fault.code == "SOP209"
    line = given.splitlines()[fault.span.line - 1]
    assert line[fault.span.column - 1 : fault.span.end_column - 1] == "extra"


# --- what is wrong with a time ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("written", ["1.5d", "-3h", '"0"', "0 h", '""', "soon", "101 years", "半"])
def test_what_is_no_time_is_refused_in_its_place(written: str) -> None:
    found = compile_text(laid_over(text(f"start: received, stop: did finish, within: {written}")).encode(), "a")

    (fault,) = found.diagnostics
    line = laid_over(text(f"start: received, stop: did finish, within: {written}")).splitlines()[fault.span.line - 1]
    assert fault.code == "SOP421"
    assert line[fault.span.column - 1 : fault.span.end_column - 1] == written


@pytest.mark.parametrize(
    ("written", "better"), [("十分钟", "10 分钟"), ("半小时", "30 分钟"), ("两个工作日", "2 个工作日")]
)
def test_a_number_is_written_in_figures(written: str, better: str) -> None:
    found = compile_text(laid_over(text(f"start: received, stop: did finish, within: {written}")).encode(), "a")

    (fault,) = found.diagnostics
    assert fault.fix is not None
    assert (fault.code, say(fault.fix, "en")) == ("SOP421", f"write `{better}`")
    assert faults(f"within: {better}") == []


@pytest.mark.parametrize(
    "word", ["every: 0 h", "within: 4 h, at_least: 0 min", "due: visit + 0 h", "within: 4 h, warn: 0 min before"]
)
def test_no_time_at_all_is_refused_but_on_the_ladder(word: str) -> None:
    assert faults(word) == ["SOP421"]
    assert faults("within: 4 h, escalate: {0 min: lead}") == []


@pytest.mark.parametrize(
    "words", ["within: 4 h, warn: end of workday before", "every: 4 h, quiet: 8-9", "within: 4 h, warn: 0%"]
)
def test_what_says_no_time_before(words: str) -> None:
    assert faults(words) == ["SOP421"]


def test_nothing_is_left_of_a_time_before_the_end_of_a_workday() -> None:
    assert faults("due: visit - end of workday") == ["SOP422"]
    assert usual("due: visit + end of workday").due == DueAt("visit", END_OF_WORKDAY)


def test_one_fault_in_a_rung_brings_no_others() -> None:
    assert faults("within: 4 h, escalate: {1.5d: lead, 30 min: desk, 1 h: lead}") == ["SOP421"]


# --- on the calendars of a site --------------------------------------------------------------------------------------


def on_the_site(words: str, top: str = "calendar: front-desk\n") -> list[tuple[str, str]]:
    """The code and the underlined line's word of what is wrong, where the calendars are known."""
    source = laid_over(f"{top}goals:\n  finishing: {{start: received, stop: did finish, {words}}}\n")
    compiled = {"a": compile_text(source.encode(), "a")}
    assert compiled["a"].diagnostics == []
    found = check_together(compiled, calendars=EXAMPLE_CALENDARS)["a"]
    return [(fault.code, ", ".join(fault.near)) for fault in found]


def test_a_calendar_that_is_not_there_is_told_once_with_near_names() -> None:
    assert on_the_site("within: 4 h", "calendar: front-dsk\n") == [("SOP435", "front-desk")]
    assert on_the_site("within: [{when: given(note), within: 1 h, calendar: ofice}, {within: 4 h}]") == [
        ("SOP435", "office")
    ]


def test_a_calendar_that_only_lists_holidays_counts_nothing() -> None:
    assert on_the_site("within: 4 h, calendar: china") == [("SOP435", "")]


@pytest.mark.parametrize(
    "words",
    ["within: 7 workdays", "due: end of workday, at_least: 2 workdays", "every: 1 workday",
     "within: 4 h, escalate: {1 workday: desk}", "within: 4 h, warn: 1 workday before"],
)  # fmt: skip
def test_workdays_where_every_day_is_one(words: str) -> None:
    assert on_the_site(words) == [("SOP436", "")]
    assert on_the_site(f"{words}, calendar: office") == []


def test_the_end_of_the_workday_needs_no_days_of_rest() -> None:
    assert on_the_site("due: end of workday") == []


def test_where_calendars_are_not_known_nothing_is_told_of_them() -> None:
    compiled = {
        "a": compile_text(laid_over(text("start: received, stop: did finish, within: 7 workdays")).encode(), "a")
    }

    assert check_together(compiled)["a"] == []


def test_a_warning_is_switched_off_in_the_goal() -> None:
    assert on_the_site("within: 7 workdays, allow: {SOP436: seven days are meant}") == []
    assert faults("within: 5 min, warn: 10 min before, allow: {SOP430: a word at the start is wanted}") == []


def test_what_is_promised_again_and_again_climbs_at_due_only() -> None:
    words = "start: received, stop: did finish, every: 4 h, escalate: {{0 min: lead{}}}"

    assert codes(text(words.format(""))) == []
    assert codes(text(words.format(", 1 h: desk"))) == ["SOP428"]
