"""Diagrams and the manual page, word for word."""

from pathlib import Path

import pytest

from tests.documents.golden_documents import FOLDER, cases


@pytest.mark.parametrize(("path", "text"), cases(), ids=lambda each: each.name if isinstance(each, Path) else "")
def test_a_document_reads_as_it_was_approved(path: Path, text: str) -> None:
    assert text == path.read_text("utf-8"), "if this is meant: python -m tests.documents.golden_documents"


def test_no_golden_file_is_left_over() -> None:
    assert {path for path in FOLDER.rglob("*") if path.is_file()} == {path for path, _ in cases()}
