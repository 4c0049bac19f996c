"""Diagrams and the manual page, word for word."""

import pytest

from tests.documents.golden_documents import FOLDER, cases


@pytest.mark.parametrize(("name", "text"), cases(), ids=[name for name, _ in cases()])
def test_a_document_reads_as_it_was_approved(name: str, text: str) -> None:
    assert text == (FOLDER / name).read_text("utf-8"), "if this is meant: python -m tests.documents.golden_documents"


def test_no_golden_file_is_left_over() -> None:
    assert {path.name for path in FOLDER.iterdir()} == {name for name, _ in cases()}
