"""A photo is a picture, by what the file begins with; any file is a file."""

import pytest

from sop_engine.procedure import Field
from sop_engine.values import check

KEPT = {"sha256": "0" * 64, "name": "sop.toml", "size": 12, "type": "text/plain"}


@pytest.mark.parametrize(("kind", "media", "right"), [
    ("photo", "image/jpeg", True),
    ("photo", "text/plain", False),
    ("photo", "application/octet-stream", False),
    ("file", "text/plain", True),
])  # fmt: skip
def test_a_photo_is_a_picture(kind: str, media: str, right: bool) -> None:
    field = Field("shown", kind, {})  # type: ignore[arg-type]
    problem = check(field, {**KEPT, "type": media})
    assert (problem is None) is right
