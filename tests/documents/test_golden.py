"""Diagrams and the manual page, word for word."""

from pathlib import Path

import pytest

from tests.documents.golden_documents import FOLDER, cases

CASES = cases()


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.name)
def test_a_document_reads_as_it_was_approved(path: Path) -> None:
    assert CASES[path]() == path.read_text("utf-8"), "if this is meant: python -m tests.documents.golden_documents"


def test_no_golden_file_is_left_over() -> None:
    assert {path for path in FOLDER.rglob("*") if path.is_file()} == set(CASES)
