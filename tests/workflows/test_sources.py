"""Every fact can be pointed at: whatever the procedures do says which clause it comes from, or that it is ours."""

import pytest

from sop_engine.procedure import Procedure
from tests.workflows.library import repertoire

CLAUSES = {
    "repair": {
        "M4 一.1",
        "M4 一 note 1",
        "M4 一 note 2",
        "M4 一 note 3",
        "M4 一 note 4",
        "M1 6.3.1",
        "M1 6.3.2",
        "ours",
    },
    "rework": {"M4 一.2", "M1 6.3.2", "ours"},
    "lost-and-found": {"M1 5", "ours"},
    "complaint": {
        "M0 3.1",
        "M0 3.2",
        "M0 3.3",
        "M0 3.4",
        "M0 4.1",
        "M0 4.2",
        "M0 4.3",
        "M0 4.4",
        "M0 4.5",
        "M0 5.1.1",
        "M0 5.1.2",
        "M0 5.2.1",
        "M0 5.2.2",
        "M0 5.3",
        "M0 5.4",
        "M1 6.2",
        "M3 三.1",
        "M3 三.3",
        "M3 三.4",
        "M4 二",
        "M4 二 note 1",
        "M4 二 note 2",
        "M4 二 note 3",
        "ours",
    },
    "corrective-action": {"M0 5.3", "M2 职能 7", "M3 三.3", "ours"},
    "legacy-issue": {
        "M0 达强 遗留 3.1",
        "M0 达强 遗留 3.2",
        "M0 达强 遗留 3.3",
        "M0 达强 遗留 4.1",
        "M0 达强 遗留 4.1.1",
        "M0 达强 遗留 4.1.2",
        "M0 达强 遗留 4.1.3",
        "M0 达强 遗留 4.1.4",
        "M0 达强 遗留 4.2",
        "M0 达强 遗留 4.2.1",
        "M0 达强 遗留 4.2.2",
        "M0 达强 遗留 4.2.3",
        "ours",
    },
    "package-storage": {"M1 4", "ours"},
    "key-custody": {"M1 8", "M1 2", "M3 三.12", "ours"},
    "key-loan": {"M3 三.12", "ours"},
    "shift-handover": {"M1 3", "M4 二", "ours"},
}
"""The manuals' clauses that each procedure stands on."""


@pytest.mark.parametrize("name", CLAUSES)
def test_every_transition_field_and_promise_has_a_source(name: str) -> None:
    procedure = repertoire(name).main.procedure

    bare = [(state.id, each.target) for state, each in procedure.walk() if not each.source]
    bare += [
        ("open", each.target) for each in procedure.open.alternatives if not each.source and not procedure.open.source
    ]
    bare += [("field", (field.id,)) for field in procedure.fields if not field.source]
    bare += [("goal", (goal.id,)) for goal in procedure.goals if not goal.source]

    assert bare == []


@pytest.mark.parametrize("name", CLAUSES)
def test_every_clause_is_cited_and_no_other(name: str) -> None:
    cited = _cited(repertoire(name).main.procedure)

    assert cited == CLAUSES[name]


def _cited(procedure: Procedure) -> set[str]:
    found = {clause for _state, transition in procedure.walk() for clause in transition.source}
    found |= {clause for field in procedure.fields for clause in field.source}
    found |= {clause for goal in procedure.goals for clause in goal.source}
    return found | {clause for each in procedure.open.alternatives for clause in each.source}
