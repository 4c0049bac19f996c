"""The procedures of the library: they lint clean, their scenarios pass, and nothing in them goes unshown."""

import pytest

from sop_engine.engine.publishing.procedures import compile_file
from sop_engine.trial import Result, coverage
from tests.workflows.library import PROCEDURES, TEMPLATES, WORKFLOWS, repertoire, results

SHOWN_IN_FULL = (
    "complaint",
    "corrective-action",
    "key-custody",
    "key-loan",
    "legacy-issue",
    "lost-and-found",
    "package-storage",
    "repair",
    "rework",
    "shift-handover",
)
STARTED_BY = {"key-loan": ("key-custody",)}
"""What a parent does to a child is told in the parent's scenarios."""


@pytest.mark.parametrize("name", PROCEDURES)
def test_the_file_has_no_fault_and_no_warning(name: str) -> None:
    compiled = compile_file(WORKFLOWS / f"{name}.sop.yaml", TEMPLATES)

    assert [(each.span.line, str(each.title)) for each in compiled.diagnostics] == []


@pytest.mark.parametrize("name", PROCEDURES)
def test_every_scenario_passes_and_replays_clean(name: str) -> None:
    failed = [_told(result) for result in results(name) if not result.passed]

    assert not failed, "\n\n".join(failed)


@pytest.mark.parametrize("name", SHOWN_IN_FULL)
def test_every_way_and_every_timer_is_taken_by_some_scenario(name: str) -> None:
    shown = coverage(repertoire(name).main.procedure, _told_of(name))

    assert shown.not_taken == ()
    assert len(shown.transitions) + len(shown.promises) > 20


@pytest.mark.parametrize("name", SHOWN_IN_FULL)
def test_every_promise_is_kept_or_missed_and_all_its_levels_come_in_some_scenario(name: str) -> None:
    shown = coverage(repertoire(name).main.procedure, _told_of(name))

    assert shown.not_seen == ()


@pytest.mark.parametrize("name", SHOWN_IN_FULL)
def test_every_separation_of_duty_is_refused_in_some_scenario(name: str) -> None:
    shown = coverage(repertoire(name).main.procedure, _told_of(name))

    assert shown.not_refused == ()
    assert shown.separations


@pytest.mark.parametrize("name", PROCEDURES)
def test_every_promise_and_each_of_its_levels_is_seen_in_some_scenario(name: str) -> None:
    shown = coverage(repertoire(name).main.procedure, _told_of(name))

    assert shown.not_seen == ()


@pytest.mark.parametrize("name", PROCEDURES)
def test_every_refusal_by_separation_of_duty_names_its_rule(name: str) -> None:
    unnamed = [(result.title, span.line) for result in results(name) for span in result.unnamed]

    assert unnamed == []


def _told_of(name: str) -> list[Result]:
    return [result for each in (name, *STARTED_BY.get(name, ())) for result in results(each)]


def _told(result: Result) -> str:
    failure = result.failure
    assert failure is not None
    story = "\n".join(f"    {line}" for line in failure.story)
    where = f"{failure.span.file}:{failure.span.line}:{failure.span.column}"
    return f"{where}: {result.title}\n  expected: {failure.expected}\n  found:    {failure.found}\n{story}"
