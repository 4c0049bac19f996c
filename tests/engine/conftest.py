"""What the engine promises holds on every store: modules with the mark `usefixtures("every_store")` run over files and
over PostgreSQL, but for what looks into the file itself or shares it with processes of its own."""

from typing import Final

import pytest

OVER_FILES: Final = frozenset(
    {
        "test_a_lost_text_is_no_empty_notice",
        "test_a_fact_that_was_changed_is_decided_otherwise",
        "test_a_worker_killed_in_mid_sweep_loses_and_doubles_nothing",
        "test_two_workers_fire_each_timer_once",
        "test_what_is_only_tried_leaves_no_trace_in_any_table",
        "test_the_audit_finds_a_kind_that_somebody_changed",
        "test_the_audit_finds_a_letter_that_somebody_let_vanish_as_superseded",
    }
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items[:] = [each for each in items if not (isinstance(each, pytest.Function) and _is_not_for_postgresql(each))]


def _is_not_for_postgresql(test: pytest.Function) -> bool:
    chosen = getattr(test, "callspec", None)
    return test.originalname in OVER_FILES and chosen is not None and chosen.params.get("every_store") == "postgresql"
