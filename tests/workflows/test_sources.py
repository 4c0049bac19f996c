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
    "key-custody": {"M1 8", "M1 2", "M3 三.12", "ours"},
    "key-loan": {"M3 三.12", "ours"},
}
"""The manuals' clauses that each procedure stands on."""


@pytest.mark.parametrize("name", CLAUSES)
def test_every_transition_and_field_has_a_source(name: str) -> None:
    procedure = repertoire(name).main.procedure

    bare = [(state.id, each.target) for state, each in procedure.walk() if not each.source]
    bare += [
        ("open", each.target) for each in procedure.open.alternatives if not each.source and not procedure.open.source
    ]
    bare += [("field", (field.id,)) for field in procedure.fields if not field.source]

    assert bare == []


@pytest.mark.parametrize("name", CLAUSES)
def test_every_clause_is_cited_and_no_other(name: str) -> None:
    cited = _cited(repertoire(name).main.procedure)

    assert cited == CLAUSES[name]


def _cited(procedure: Procedure) -> set[str]:
    found = {clause for _state, transition in procedure.walk() for clause in transition.source}
    found |= {clause for field in procedure.fields for clause in field.source}
    return found | {clause for each in procedure.open.alternatives for clause in each.source}
