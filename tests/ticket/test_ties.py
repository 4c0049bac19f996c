"""What ties tickets together: links, a double that is merged into another, a part that is split off."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from sop_engine import errors
from sop_engine.acts import MERGED
from sop_engine.engine.rebuild import rebuild
from sop_engine.engine.reports.exceptions import exceptions
from sop_engine.engine.reports.promises import outcomes
from sop_engine.ticket.acts.ties import LINKS
from sop_engine.ticket.records import SITE
from tests.desk import START, Desk, replayed
from tests.ticket.acts import after

PEOPLE = {"wang": ["desk"], "xu": ["desk"], "li": ["engineer"], "zhao": ["engineer"], "he": ["lead"]}
REPAIR = """
procedure: repair
title: {zh: 报修, en: Repair}
prefix: WX
subject: "{{ fault }}"
calendar: round-the-clock
roles: [desk, engineer, lead]
fields:
  fault: {type: text, title: 故障}
  caller: {type: person, title: 报修人, personal: contact}
  spot: {type: text, title: 位置}
open: {by: desk, ask: fault, may_ask: [caller, spot], to: registered}
acts:
  link: {by: [desk, lead]}
  merge: {by: {role: [desk, lead], not: did dispatch}}
  split: {by: [owner, engineer, lead]}
goals:
  finishing: {start: did open, stop: did done, within: 4 h, source: ours}
states:
  registered: {transitions: {dispatch: {by: desk, assign: engineer, to: mending}}}
  mending:
    after: {2 h: {tell: lead}}
    transitions: {done: {by: assignee, to: mended}}
  mended: {final: true, outcome: mended}
"""
PLAIN = """
procedure: plain
title: Plain
prefix: PL
roles: [desk]
open: {by: desk, to: begun}
states:
  begun: {transitions: {finish: {by: desk, to: over}}}
  over: {final: true, outcome: over}
"""
SIDE_BY_SIDE = """
procedure: emergency
title: Emergency
prefix: JJ
roles: [desk, engineer, lead]
open: {by: desk, to: helping}
states:
  helping:
    parallel: [water, gate]
    done: {to: over}
    states:
      water:
        entry: {assign: engineer}
        states:
          leaking: {transitions: {shut: {by: assignee, to: dry}}}
          dry: {final: true}
      gate:
        entry: {assign: lead}
        states:
          barred: {transitions: {lift: {by: assignee, to: lifted}}}
          lifted: {final: true}
  over: {final: true, outcome: over}
"""


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with replayed(tmp_path, PEOPLE, REPAIR, calendar="round-the-clock") as bench:
        yield bench


def opened(desk: Desk, by: str = "wang", **more: Any) -> str:
    return desk.open("repair", by=by, fault="漏水", **more)


def links(desk: Desk, *tickets: str) -> list[list[tuple[str, str]]]:
    return [[(each["as"], each["id"]) for each in desk.ticket(id).links] for id in tickets]


# --- links -----------------------------------------------------------------------------------------------------------


def test_a_link_stands_on_both_the_other_way_round(desk: Desk) -> None:
    wx, *others = (opened(desk) for _each in LINKS)
    for other, (how, back) in zip(others, LINKS.items(), strict=False):
        desk.command("link", wx, "xu", to=other, how=how)
        assert links(desk, other) == [[(back, wx)]]
    assert links(desk, wx) == [list(zip(LINKS, others, strict=False))]
    assert desk.ticket(wx).active == ["registered"]


def test_closed_tickets_are_linked_too_and_links_are_taken_back_from_either_side(desk: Desk) -> None:
    wx, other = opened(desk), opened(desk)
    desk.command("void", other, "wang", reason="录错房号")
    desk.command("link", wx, "xu", to=other)
    desk.command("unlink", other, "xu", to=wx)
    assert links(desk, wx, other) == [[], []]


def test_what_cannot_be_linked_is_refused(desk: Desk) -> None:
    wx, other = opened(desk), opened(desk)
    for to in ("WX-20261123-009", SITE, "", f"{wx},{other}"):
        with pytest.raises(errors.NotFound):
            desk.command("link", wx, "xu", to=to)
    for to, how in ((wx, "related"), (other, "cousin")):
        with pytest.raises(errors.NotUnderstood):
            desk.command("link", wx, "xu", to=to, how=how)
    assert links(desk, wx, other) == [[], []]


def test_what_is_linked_is_not_linked_again_and_what_is_not_not_unlinked(desk: Desk) -> None:
    wx, other = opened(desk), opened(desk)
    with pytest.raises(errors.NotNow, match="is not linked to"):
        desk.command("unlink", wx, "xu", to=other)
    desk.command("link", wx, "xu", to=other)
    with pytest.raises(errors.NotNow, match="is linked to WX-20261123-001 already"):
        desk.command("link", other, "xu", to=wx)


def test_only_those_link_whom_the_procedure_names_and_usually_anybody(desk: Desk) -> None:
    desk.publish(PLAIN)
    wx, plain = opened(desk), desk.open("plain", by="wang")
    with pytest.raises(errors.NotYou, match="may not `link`"):
        desk.command("link", wx, "li", to=plain)
    desk.command("link", plain, "li", to=wx)
    assert links(desk, wx) == [[("related", plain)]]


# --- merging ---------------------------------------------------------------------------------------------------------


def merged(desk: Desk) -> tuple[str, str]:
    """A double that was merged into the first call, an hour later."""
    first, double = opened(desk), opened(desk, by="xu", caller={"name": "周先生", "phone": "13800001203"})
    desk.do(first, "dispatch", by="wang")
    desk.command("claim", first, "li")
    desk.clock.advance(timedelta(hours=1))
    desk.command("merge", double, "xu", into=first, reason="同一处漏水")
    return first, double


def test_a_double_ends_where_it_stands_and_the_other_names_it(desk: Desk) -> None:
    first, double = merged(desk)
    ticket = desk.ticket(double)
    assert (ticket.status, ticket.outcome, ticket.active, ticket.timers) == ("closed", MERGED, [], {})
    assert ticket.acts["ended"]["into"] == first
    assert desk.ticket(first).acts["absorbed"] == [double]
    assert desk.state(first) == ["mending"]


def test_the_callers_values_stay_on_his_ticket_alone(desk: Desk) -> None:
    first, double = merged(desk)
    assert desk.ticket(double).fields["caller"]["phone"] == "13800001203"
    assert "13800001203" not in str([*desk.records(first), *desk.records(double)])


def test_whoever_has_the_job_hears_of_it_and_the_clocks_of_the_first_call_run_on(desk: Desk) -> None:
    first, double = merged(desk)
    assert desk.events(first, "told")[-1]["to"] == ["li"]
    assert desk.ticket(first).goals["finishing"]["due"] == after(hours=4)
    assert desk.ticket(double).goals["finishing"]["status"] == "dropped"


def kept(desk: Desk) -> list[tuple[str, str]]:
    with desk.reading() as reading:
        found = outcomes(reading, desk.engine.programs, START - timedelta(days=1), START + timedelta(days=9))
        return [(each.ticket, each.result) for each in found]


def test_its_promises_are_neither_kept_nor_missed(desk: Desk) -> None:
    first, _double = merged(desk)
    desk.do(first, "done", by="li")
    assert kept(desk) == [(first, "kept")]


def test_a_promise_that_was_missed_before_stays_missed(desk: Desk) -> None:
    first, double = opened(desk), opened(desk, by="xu")
    desk.advance(hours=4, minutes=30)
    desk.do(first, "dispatch", by="wang")
    desk.command("merge", double, "xu", into=first, reason="同一处漏水")
    assert (double, "late") in kept(desk)


def test_whoever_wants_something_of_it_is_told_where_it_went(desk: Desk) -> None:
    first, double = merged(desk)
    for name, verb, more in (
        ("urge", "urge", {"from": "customer"}),
        ("suspend", "show", {"until": after(hours=9), "reason": "x"}),
        ("reopen", "show", {"reason": "x"}),
        ("do", "show", {"trigger": "dispatch"}),
    ):
        with pytest.raises(errors.NotNow, match=f"was merged into {first}, which goes on for both") as refused:
            desk.command(name, double, "wang", **more)
        assert f"sop {verb} {first}" in str(refused.value.fix)


def test_the_months_list_has_it(desk: Desk) -> None:
    _first, double = merged(desk)
    with desk.reading() as reading:
        [found] = exceptions(reading, desk.engine.programs, START, START + timedelta(days=1))
    assert (found.kind, found.ticket, found.person) == ("merged", double, "xu")


def test_what_is_made_anew_from_the_record_is_the_same(desk: Desk) -> None:
    first, double = merged(desk)
    before = [desk.ticket(id) for id in (first, double)]
    rebuild(desk.engine)
    assert [desk.ticket(id) for id in (first, double)] == before


def test_it_is_merged_into_an_open_ticket_of_its_procedure_only(desk: Desk) -> None:
    desk.publish(PLAIN)
    wx, over, plain = opened(desk), opened(desk), desk.open("plain", by="wang")
    desk.command("void", over, "wang", reason="录错房号")
    for into, why in ((over, "is closed"), (plain, "follows another procedure")):
        with pytest.raises(errors.NotNow, match=why) as refused:
            desk.command("merge", wx, "xu", into=into, reason="重复")
        assert f"sop link {wx} {into}" in str(refused.value.fix)
    for into, error in ((wx, errors.NotUnderstood), ("WX-20261123-009", errors.NotFound)):
        with pytest.raises(error):
            desk.command("merge", wx, "xu", into=into, reason="重复")
    assert desk.ticket(wx).status == "open"


def test_who_dispatched_it_does_not_merge_it_where_the_procedure_keeps_them_apart(desk: Desk) -> None:
    first, double = opened(desk), opened(desk)
    desk.do(double, "dispatch", by="wang")
    with pytest.raises(errors.NotYou, match="separation of duty"):
        desk.command("merge", double, "wang", into=first, reason="重复")


def test_all_regions_of_a_double_are_left_and_all_of_the_other_hear_of_it(desk: Desk) -> None:
    desk.publish(SIDE_BY_SIDE)
    first, double = desk.open("emergency", by="wang"), desk.open("emergency", by="wang")
    desk.command("merge", double, "wang", into=first, reason="同一件事")
    assert (desk.ticket(double).active, desk.ticket(double).tasks) == ([], {})
    assert desk.events(first, "told")[-1]["to"] == ["li", "zhao", "he"]
    assert desk.state(first) == ["leaking", "barred"]


# --- splitting -------------------------------------------------------------------------------------------------------


def split(desk: Desk, wx: str, by: str = "wang", **more: Any) -> str:
    done = desk.command("split", wx, by, reason="另有一处", **more)
    return done.followed[0].ticket


def test_a_part_is_a_ticket_of_its_own_with_what_is_carried_over_and_what_is_new(desk: Desk) -> None:
    wx = opened(desk, caller={"name": "周先生", "phone": "13800001203"}, spot="厨房")
    desk.clock.advance(timedelta(hours=1))
    new = split(desk, wx, carry=["caller", "spot"], fields={"fault": "灯不亮", "spot": "卫生间"})
    ticket = desk.ticket(new)
    assert (ticket.fields["fault"], ticket.fields["spot"]) == ("灯不亮", "卫生间")
    assert ticket.fields["caller"]["phone"] == "13800001203"
    assert (ticket.parent, ticket.owner, ticket.active) == (None, "wang", ["registered"])
    assert ticket.goals["finishing"]["due"] == after(hours=5)
    assert links(desk, wx, new) == [[("split_into", new)], [("split_from", wx)]]


def test_neither_record_holds_what_is_personal(desk: Desk) -> None:
    wx = opened(desk, caller={"name": "周先生", "phone": "13800001203"})
    new = split(desk, wx, carry=["caller"], fields={"fault": "灯不亮"})
    assert "13800001203" not in str([*desk.records(wx), *desk.records(new)])


def test_a_value_that_was_erased_since_does_not_stand_in_the_way_of_a_replay(desk: Desk) -> None:
    wx = opened(desk, caller={"name": "周先生", "phone": "13800001203"})
    split(desk, wx, carry=["caller"], fields={"fault": "灯不亮"})
    with desk.store.writing() as transaction:
        assert transaction.erase(wx, 1, "field:caller")
    rebuild(desk.engine)
    with pytest.raises(errors.NotNow, match=r"has no .* to be carried over"):
        desk.command("split", wx, "wang", reason="另有一处", carry=["caller"], fields={"fault": "灯不亮"})


def test_what_cannot_begin_is_refused_as_a_whole(desk: Desk) -> None:
    wx = opened(desk)
    refused: tuple[tuple[dict[str, Any], str], ...] = (
        ({"carry": ["callr"]}, "opening does not ask for it"),
        ({"carry": ["spot"], "fields": {"fault": "灯不亮"}}, "to be carried over"),
        ({"carry": [], "fields": {}}, "needs 故障"),
        ({"fields": {"nothing": "x"}}, "there is no field nothing"),
    )
    for more, why in refused:
        with pytest.raises(errors.SopError, match=why):
            split(desk, wx, **more)
    assert (desk.ticket(wx).number, links(desk, wx)) == (1, [[]])


def test_who_splits_must_be_allowed_to_open_such_tickets(desk: Desk) -> None:
    wx = opened(desk)
    with pytest.raises(errors.NotYou, match="since it opens another"):
        split(desk, wx, by="li", fields={"fault": "灯不亮"})
    with pytest.raises(errors.NotYou, match="may not `split`"):
        split(desk, wx, by="xu", fields={"fault": "灯不亮"})


def test_what_was_split_stays_linked(desk: Desk) -> None:
    wx = opened(desk)
    new = split(desk, wx, fields={"fault": "灯不亮"})
    with pytest.raises(errors.NotNow, match="were one ticket once"):
        desk.command("unlink", new, "xu", to=wx)


def test_a_closed_ticket_is_not_split(desk: Desk) -> None:
    wx = opened(desk)
    desk.command("void", wx, "wang", reason="录错房号")
    with pytest.raises(errors.NotNow, match="is closed"):
        split(desk, wx, fields={"fault": "灯不亮"})


# --- opened as rework ------------------------------------------------------------------------------------------------


def rework(desk: Desk, of: str, by: str = "wang") -> str:
    return desk.command("open", "", by, procedure="repair", fields={"fault": "又漏了"}, rework_of=of).step.ticket


def test_what_is_opened_as_rework_is_linked_to_what_did_not_last(desk: Desk) -> None:
    wx = opened(desk)
    desk.command("close", wx, "boss", force=True, reason="已修好，系统未登记", outcome="mended")
    new = rework(desk, wx)
    assert links(desk, new, wx) == [[("rework_of", wx)], [("reworked_by", new)]]
    assert desk.ticket(wx).status == "closed"


def test_what_is_no_rework_is_not_opened(desk: Desk) -> None:
    desk.publish(PLAIN)
    plain = desk.open("plain", by="wang")
    with pytest.raises(errors.NotNow, match="so this is no rework of it"):
        rework(desk, plain)
    with pytest.raises(errors.NotFound):
        rework(desk, "WX-20261123-009")
    with desk.reading() as reading:
        assert reading.head("WX-20261123-001") is None
