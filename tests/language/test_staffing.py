"""Whether the people of a site are enough: told only where no choice of people could do it."""

import itertools

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from sop_engine.language.analysis.staffing import Shortage, shortages
from tests.language.desk import CLOSED, procedure

ROLES = "roles: [desk, manager, lead]\n"
PEOPLE = {"wang": frozenset({"desk", "manager"}), "li": frozenset({"desk", "lead"})}


def told(parts: str, people: dict[str, frozenset[str]] = PEOPLE, opened_by_people: bool = True) -> list[Shortage]:
    return list(shortages(procedure(ROLES + parts), people, opened_by_people))


def chain(*steps: str) -> str:
    """States `s0`, `s1` ... with one trigger `t0`, `t1` ... each; `steps` are the words of each trigger."""
    targets = [*(f"s{rank}" for rank in range(1, len(steps))), "closed"]
    lines = [
        f"  s{rank}: {{transitions: {{t{rank}: {{{words}, to: {target}}}}}}}\n"
        for rank, (words, target) in enumerate(zip(steps, targets, strict=True))
    ]
    return "open: {by: desk, ask: note, to: s0}\nstates:\n" + "".join(lines) + CLOSED


def test_one_person_alone_in_both_roles_cannot_check_himself() -> None:
    (found,) = told(chain("by: manager", "by: {role: manager, not: did t0}"))

    assert (found.trigger, found.people, found.apart, found.roles) == ("t1", ("wang",), ("t0",), ("manager",))


def test_somebody_else_who_may_do_the_first_is_enough() -> None:
    assert told(chain("by: desk", "by: {role: manager, not: did t0}")) == []


def test_more_signatures_than_people() -> None:
    (found,) = told(chain("by: desk, sign: {count: 3}"))

    assert (found.want, found.people) == (3, ("li", "wang"))


def test_signatures_of_roles_of_which_one_has_nobody_else() -> None:
    people = {"wang": frozenset({"desk", "manager"}), "li": frozenset({"lead"})}

    (found,) = told(chain("by: [desk, manager], sign: {count: 2, of: [desk, manager]}"), people)

    assert (found.trigger, found.people) == ("t0", ("wang",))


def test_three_deeds_by_three_persons_need_three() -> None:
    steps = chain("by: desk", "by: {role: desk, not: did t0}", "by: {role: desk, not: [did t0, did t1]}")

    assert [each.trigger for each in told(steps)] == ["t2"]
    assert told(steps, {**PEOPLE, "zhao": frozenset({"desk"})}) == []


def test_a_role_that_nobody_holds_is_told_elsewhere() -> None:
    people = {"wang": frozenset({"desk"}), "li": frozenset({"desk"})}

    assert told(chain("by: manager", "by: {role: manager, not: did t0}"), people) == []


def test_what_need_not_have_been_done_bars_nobody() -> None:
    parts = (
        "open: {by: desk, ask: note, to: received}\nstates:\n"
        "  received: {transitions: {check: {by: manager, to: checked}, skip: {by: desk, to: checked}}}\n"
        "  checked: {transitions: {finish: {by: {role: manager, not: did check}, to: closed}}}\n" + CLOSED
    )

    assert told(parts) == []


def test_opening_counts_unless_the_calendar_or_another_ticket_opens_it() -> None:
    people = {"wang": frozenset({"desk"}), "li": frozenset({"manager"})}
    parts = chain("by: {role: desk, not: did open}")

    assert [each.trigger for each in told(parts, people)] == ["t0"]
    assert told(parts, people, opened_by_people=False) == []


def test_what_was_done_before_the_present_round_bars_nobody() -> None:
    def looping(since: str) -> str:
        who = f"role: manager, not: did check, since: {since}"
        return (
            "open: {by: desk, ask: note, to: received}\nstates:\n"
            "  received: {transitions: {check: {by: manager, to: checked}}}\n"
            f"  checked: {{transitions: {{finish: {{by: {{{who}}}, to: closed}}}}}}\n{CLOSED}"
        )

    assert [each.trigger for each in told(looping("received"))] == ["finish"]
    assert told(looping("checked")) == []


STEP = st.tuples(
    st.sampled_from(["desk", "manager", "[desk, manager]", "anyone"]),
    st.sets(st.integers(0, 3), max_size=3),
    st.integers(1, 3),
)
HELD = st.frozensets(st.sampled_from(["desk", "manager"]))


def first_that_cannot(steps: list[tuple[str, set[int], int]], people: dict[str, frozenset[str]]) -> int | None:
    """By trying every choice of people, which step of a chain nobody could do."""
    reached: set[tuple[frozenset[str], ...]] = {()}
    for rank, (role, apart, count) in enumerate(steps):
        able = {each for each in people if role == "anyone" or any(held in role for held in people[each])}
        reached = {
            (*before, frozenset(signers))
            for before in reached
            for barred in [frozenset[str]().union(*(before[each] for each in apart if each < rank))]
            for signers in itertools.combinations(sorted(able - barred), count)
        }
        if not reached:
            return rank
    return None


@settings(max_examples=150, deadline=None)
@given(st.lists(STEP, min_size=1, max_size=4), st.lists(HELD, min_size=2, max_size=4))
def test_it_agrees_with_trying_every_choice(steps: list[tuple[str, set[int], int]], held: list[frozenset[str]]) -> None:
    people = {f"p{rank}": roles for rank, roles in enumerate(held)}
    words = []
    for rank, (role, apart, count) in enumerate(steps):
        kept = sorted(each for each in apart if each < rank)
        barred = f", not: [{', '.join(f'did t{each}' for each in kept)}]" if kept else ""
        who = "who: anyone" if role == "anyone" else f"role: {role}"
        words.append(f"by: {{{who}{barred}}}" + (f", sign: {{count: {count}}}" if count > 1 else ""))
    assume(all(role == "anyone" or any(each in role for each in frozenset[str]().union(*held)) for role, *_ in steps))
    cannot = first_that_cannot(steps, people)

    found = [each.trigger for each in told(chain(*words), people)]

    assert (found[:1] == [f"t{cannot}"]) if cannot is not None else not found
