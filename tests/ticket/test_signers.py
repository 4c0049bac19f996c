"""Signers who are added on a ticket and taken off it again, and signers who refuse."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sop_engine import errors
from sop_engine.engine.people.leaving import to_sign
from tests.desk import Desk, replayed

PEOPLE = {
    "wang": ["desk"], "sun": ["desk"], "he": ["lead"], "qian": ["lead"], "zhou": ["manager"], "wu": ["manager"],
}  # fmt: skip
PURCHASE = """
procedure: purchase
title: {zh: 采购, en: Purchase}
prefix: CG
roles: [desk, lead, manager]
fields: {amount: {type: integer, title: 金额}}
open: {by: desk, to: asking}
states:
  asking:
    parallel: [paper, goods]
    done: {to: over}
    states:
      paper:
        states:
          drafting: {transitions: {submit: {by: desk, to: agreeing}}}
          agreeing:
            on_event: {refused: {to: drafting}}
            transitions:
              agree:
                by: [desk, {role: lead, not: did submit}, {role: manager, not: did submit}]
                ask: amount
                sign: {count: 2, of: [desk, lead], ORDER add: [manager, lead], reject: refused}
                to: agreed
          agreed: {final: true}
      goods:
        states:
          looking: {transitions: {look: {by: desk, sign: 2, to: seen}, choose: {by: lead, to: seen}}}
          seen: {final: true}
  over: {final: true, outcome: over}
"""


@pytest.fixture(autouse=True)
def _over_every_store() -> None:
    """Over one store: what these tests look at never leaves `decide` and `evolve`."""


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with replayed(tmp_path, PEOPLE, PURCHASE.replace("ORDER", "")) as bench:
        yield bench


def agreeing(desk: Desk) -> str:
    cg = desk.open("purchase", by="wang")
    desk.do(cg, "submit", by="wang")
    return cg


def add(desk: Desk, id: str, person: str, by: str = "wang", **how: Any) -> None:
    desk.command("signer", id, by, trigger="agree", person=person, **how)


def test_who_is_added_signs_besides(desk: Desk) -> None:
    cg = agreeing(desk)
    add(desk, cg, "zhou")
    desk.do(cg, "agree", by="wang", amount=5)
    desk.do(cg, "agree", by="he")
    assert desk.state(cg) == ["agreeing", "looking"]
    with pytest.raises(errors.NotYou, match=r"signature of who was added: zhou"):
        desk.do(cg, "agree", by="qian")
    desk.do(cg, "agree", by="zhou")
    assert desk.state(cg) == ["agreed", "looking"]
    assert sorted(desk.ticket(cg).did["agree"]["by"]) == ["he", "wang", "zhou"]
    assert "signers" not in desk.ticket(cg).acts


def test_who_is_added_signs_once_and_after_whoever_gives_the_values(desk: Desk) -> None:
    cg = agreeing(desk)
    add(desk, cg, "zhou")
    with pytest.raises(errors.NotYou, match="signs after whoever gives the values"):
        desk.do(cg, "agree", by="zhou", amount=5)
    desk.do(cg, "agree", by="wang", amount=5)
    desk.do(cg, "agree", by="zhou")
    with pytest.raises(errors.NotYou, match="zhou has signed `agree` already"):
        desk.do(cg, "agree", by="zhou")
    assert desk.state(cg) == ["agreeing", "looking"]


def test_in_order_who_is_added_signs_after_all_others_in_turn(desk: Desk) -> None:
    desk.publish(PURCHASE.replace("ORDER", "ordered: true,"))
    cg = agreeing(desk)
    for person in ("zhou", "wu"):
        add(desk, cg, person)
    desk.do(cg, "agree", by="wang", amount=5)
    with pytest.raises(errors.NotYou, match="signs after: lead"):
        desk.do(cg, "agree", by="zhou")
    desk.do(cg, "agree", by="he")
    with pytest.raises(errors.NotYou, match="wu was added, and signs after: zhou"):
        desk.do(cg, "agree", by="wu")
    desk.do(cg, "agree", by="zhou")
    desk.do(cg, "agree", by="wu")
    assert desk.state(cg) == ["agreed", "looking"]


@pytest.mark.parametrize(
    ("trigger", "person", "by", "error", "why"),
    [
        ("agree", "sun", "wang", errors.NotYou, "added can be who holds manager"),
        ("agree", "nobody", "wang", errors.NotUnderstood, "nobody here is nobody"),
        ("look", "zhou", "wang", errors.NotNow, "lets nobody be added"),
        ("choose", "zhou", "wang", errors.NotNow, "done by one person"),
        ("agre", "zhou", "wang", errors.NotUnderstood, "cannot `agre`"),
    ],
)
def test_nobody_is_added_whom_the_procedure_does_not_let(
    desk: Desk, trigger: str, person: str, by: str, error: Any, why: str
) -> None:
    cg = agreeing(desk)
    with pytest.raises(error, match=why):
        desk.command("signer", cg, by, trigger=trigger, person=person)
    assert "signers" not in desk.ticket(cg).acts


def test_separation_of_duty_bars_who_is_added_too(tmp_path: Path) -> None:
    desk = Desk(tmp_path, {**PEOPLE, "wang": ["desk", "manager"]})
    desk.publish(PURCHASE.replace("ORDER", ""))
    cg = agreeing(desk)
    with pytest.raises(errors.NotYou, match="separation of duty"):
        add(desk, cg, "wang", by="sun")


def test_nobody_else_adds_and_nobody_is_added_twice(desk: Desk) -> None:
    cg = agreeing(desk)
    desk.do(cg, "agree", by="wang", amount=5)
    add(desk, cg, "qian", by="zhou")  # who may do it may add
    with pytest.raises(errors.NotNow, match="qian signs `agree` already"):
        add(desk, cg, "qian")
    desk.site("add_person", actor="xu", name="Xu", roles=[])
    desk.site("login", login="tester", actor="boss", people=[*sorted(PEOPLE), "xu"])
    with pytest.raises(errors.NotYou, match="may not `signer`"):
        add(desk, cg, "wu", by="xu")


def test_who_was_added_is_taken_off_and_what_then_has_all_signatures_is_done(desk: Desk) -> None:
    cg = agreeing(desk)
    add(desk, cg, "zhou")
    add(desk, cg, "wu")
    desk.do(cg, "agree", by="wang", amount=5)
    desk.do(cg, "agree", by="he")
    add(desk, cg, "wu", remove=True)
    assert desk.state(cg) == ["agreeing", "looking"]
    add(desk, cg, "zhou", remove=True)
    assert desk.state(cg) == ["agreed", "looking"]
    assert sorted(desk.ticket(cg).did["agree"]["by"]) == ["he", "wang"]


def test_who_has_signed_is_not_taken_off(desk: Desk) -> None:
    cg = agreeing(desk)
    add(desk, cg, "zhou")
    desk.do(cg, "agree", by="wang", amount=5)
    desk.do(cg, "agree", by="zhou")
    with pytest.raises(errors.NotNow, match="or has signed; taken off can be: nobody"):
        add(desk, cg, "zhou", remove=True)


def test_a_refusal_voids_the_signatures_and_takes_the_way_that_the_procedure_names(desk: Desk) -> None:
    cg = agreeing(desk)
    desk.do(cg, "agree", by="wang", amount=5)
    desk.command("reject", cg, "he", trigger="agree", reason="金额不对")
    ticket = desk.ticket(cg)
    assert (desk.state(cg), ticket.signatures) == (["drafting", "looking"], {})
    assert [event["to"] for event in desk.events(cg, "told")] == [["wang"]]
    assert "金额不对" not in str(desk.records(cg))


def test_without_such_a_way_the_ticket_stays_and_who_was_added_still_signs(desk: Desk) -> None:
    desk.publish(PURCHASE.replace("ORDER", "").replace(", reject: refused", "").replace(
        "            on_event: {refused: {to: drafting}}\n", ""))  # fmt: skip
    cg = agreeing(desk)
    add(desk, cg, "zhou")
    desk.do(cg, "agree", by="wang", amount=5)
    desk.command("reject", cg, "zhou", trigger="agree", reason="不同意")
    assert (desk.state(cg), desk.ticket(cg).acts["signers"]) == (["agreeing", "looking"], {"agreeing.agree": ["zhou"]})
    desk.do(cg, "agree", by="sun", amount=4)
    desk.do(cg, "agree", by="zhou")
    desk.do(cg, "agree", by="he")
    assert desk.state(cg) == ["agreed", "looking"]


@pytest.mark.parametrize(
    ("by", "why", "error"),
    [("wang", "has signed", errors.NotYou), ("sun", None, None), ("he", None, None)],
)
def test_only_who_could_sign_next_refuses(desk: Desk, by: str, why: str | None, error: Any) -> None:
    cg = agreeing(desk)
    with pytest.raises(errors.NotNow, match="nobody has signed `agree` yet"):
        desk.command("reject", cg, by, trigger="agree", reason="不同意")
    desk.do(cg, "agree", by="wang", amount=5)
    if error is None:
        desk.command("reject", cg, by, trigger="agree", reason="不同意")
        assert desk.state(cg)[0] == "drafting"
        return
    with pytest.raises(error, match=why):
        desk.command("reject", cg, by, trigger="agree", reason="不同意")


def test_a_signature_a_refusal_and_an_added_signer_are_taken_back(desk: Desk) -> None:
    cg = agreeing(desk)
    add(desk, cg, "zhou")
    desk.do(cg, "agree", by="wang", amount=5)
    desk.command("reject", cg, "he", trigger="agree", reason="不同意")
    desk.command("withdraw", cg, "he", reason="看错")
    ticket = desk.ticket(cg)
    assert (desk.state(cg), ticket.acts["signers"]) == (["agreeing", "looking"], {"agreeing.agree": ["zhou"]})
    assert ticket.signatures == {"agreeing.agree": [["wang"]]}
    desk.do(cg, "agree", by="he")
    desk.do(cg, "agree", by="zhou")
    assert desk.state(cg) == ["agreed", "looking"]


def test_nobody_who_works_here_no_more_holds_a_signature_up(desk: Desk) -> None:
    cg = agreeing(desk)
    add(desk, cg, "zhou")
    desk.do(cg, "agree", by="wang", amount=5)
    desk.site("change_person", actor="zhou", active=False)
    with pytest.raises(errors.NotYou):
        desk.do(cg, "agree", by="wang")
    desk.do(cg, "agree", by="he")
    with pytest.raises(errors.NotYou, match=r"in the place of zhou, gone since, signs whoever else holds"):
        desk.do(cg, "agree", by="sun")
    desk.do(cg, "agree", by="wu")
    assert desk.state(cg) == ["agreed", "looking"]
    assert sorted(desk.ticket(cg).did["agree"]["by"]) == ["he", "wang", "wu"]
    assert desk.events(cg, "signer_removed") == [
        {"kind": "signer_removed", "offer": "agreeing.agree", "person": "zhou", "by": "wu"}
    ]


def test_a_successor_signs_who_could_be_added_and_otherwise_whoever_can(desk: Desk) -> None:
    first, second = agreeing(desk), agreeing(desk)
    for cg in (first, second):
        add(desk, cg, "zhou")
        desk.do(cg, "agree", by="wang", amount=5)
    desk.site("change_person", actor="zhou", active=False)
    desk.command("inherit", first, "boss", **{"from": "zhou", "to": "wu"})
    assert desk.ticket(first).acts["signers"] == {"agreeing.agree": ["wu"]}
    with pytest.raises(errors.NotNow, match="whoever holds manager, lead signs in his place"):
        desk.command("inherit", second, "boss", **{"from": "zhou", "to": "sun"})
    with desk.reading() as reading:
        left = to_sign(reading, desk.engine.programs, "zhou")
        assert [head.id for head in left] == [second]
        assert [head.id for head in to_sign(reading, desk.engine.programs, "wu")] == [first]


def test_where_there_is_an_order_whoever_signs_for_another_waits_for_his_turn(tmp_path: Path) -> None:
    with replayed(tmp_path, PEOPLE, PURCHASE.replace("ORDER", "ordered: true,")) as desk:
        cg = agreeing(desk)
        add(desk, cg, "zhou")
        add(desk, cg, "qian")
        desk.do(cg, "agree", by="wang", amount=5)
        desk.do(cg, "agree", by="he")
        desk.site("change_person", actor="qian", active=False)
        with pytest.raises(errors.NotYou):
            desk.do(cg, "agree", by="wu")
        desk.do(cg, "agree", by="zhou")
        desk.do(cg, "agree", by="wu")
        assert desk.state(cg) == ["agreed", "looking"]
