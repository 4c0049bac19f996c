"""Regions that are sent forward, back, and taken back, in any order, against a model thought through by hand: each
region is a stack of the states that it came through; a return takes the top one off, a withdrawal brings back the
stacks, and everything else that the ticket held, as they were before the last step."""

import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sop_engine import errors
from tests.desk import Desk

REGIONS = ("water", "gate", "power")
STATES = ("one", "two", "three")
CHART = "\n".join(
    [
        "procedure: walking",
        "title: Walking",
        "prefix: XZ",
        "calendar: round-the-clock",
        "roles: [desk]",
        "fields: {count: {type: integer}}",
        "open: {by: desk, to: walking}",
        "acts: {return: {by: desk}}",
        "goals:",
        *(f"  {region}: {{start: {region}_one, stop: {region}_two, within: 1 h}}" for region in REGIONS),
        "states:",
        "  over: {final: true, outcome: over}",
        "  walking:",
        "    transitions: {finish: {by: desk, to: over}}",
        f"    parallel: [{', '.join(REGIONS)}]",
        "    states:",
        *(
            f"      {region}: {{states: {{"
            f"{region}_one: {{after: {{5 h: {{tell: desk}}}}, transitions: "
            f"{{{region}_go: {{by: desk, may_ask: count, to: {region}_two}}}}}}, "
            f"{region}_two: {{transitions: {{{region}_on: {{by: desk, assign: desk, to: {region}_three}}}}}}, "
            f"{region}_three: {{transitions: {{{region}_stay: {{by: assignee}}}}}}}}}}"
            for region in REGIONS
        ),
    ]
)
TRIGGERS = {"one": "go", "two": "on"}
Steps = list[tuple[str, str, int]]


def content(desk: Desk, id: str) -> dict[str, Any]:
    return desk.ticket(id).state()


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(st.sampled_from(["do", "do", "return", "withdraw"]), st.sampled_from(REGIONS), st.integers(0, 50)),
        min_size=3,
        max_size=14,
    )
)
def test_regions_stand_where_the_stacks_say(steps: Steps) -> None:

    with tempfile.TemporaryDirectory() as folder:
        # given three regions side by side
        desk = Desk(Path(folder), {"wang": ["desk"]})
        desk.publish_calendar("round-the-clock")
        desk.publish(CHART)
        xz = desk.open("walking", by="wang")
        stacks = {region: ["one"] for region in REGIONS}
        before: tuple[dict[str, Any], dict[str, list[str]]] | None = None
        for what, region, minutes in steps:
            desk.advance(minutes=minutes % 7)
            now = content(desk, xz), {each: list(stack) for each, stack in stacks.items()}
            # when one of them goes on, or back, or the last step is taken back
            if what == "do" and stacks[region][-1] in TRIGGERS:
                desk.do(xz, f"{region}_{TRIGGERS[stacks[region][-1]]}", by="wang", **(
                    {"count": minutes} if stacks[region][-1] == "one" else {}))  # fmt: skip
                stacks[region].append({"one": "two", "two": "three"}[stacks[region][-1]])
                before = now
            elif what == "return" and len(stacks[region]) > 1:
                desk.command("return", xz, "wang", region=region, reason="退")
                stacks[region].pop()
                before = now
            elif what == "withdraw":
                try:
                    desk.command("withdraw", xz, "wang", reason="错")
                    assert before is not None
                    assert content(desk, xz) == before[0]
                    stacks = before[1]
                except errors.NotNow:
                    assert before is None
                before = None
            # then each stands where the model says
            assert desk.state(xz) == [f"{each}_{stacks[each][-1]}" for each in REGIONS]
        assert [each for each in desk.replay().mismatches if each.ticket == xz] == []
