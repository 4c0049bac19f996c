"""Normal forms that are none: whoever can write the store can also write a digest that fits."""

import json
from pathlib import Path
from typing import Any

import pytest

from sop_engine import canonical, normal_form
from sop_engine.errors import SetUp
from sop_engine.language import compile_text
from sop_engine.store.programs import Programs

CHART = Path(__file__).parent.parent / "golden/ok/chart.sop.yaml"


class Blobs:
    """A store that gives one text, whatever is asked for."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    def blob(self, digest: str) -> bytes:
        return self.data


def tampered(**entries: Any) -> bytes:
    made = compile_text(CHART.read_bytes(), CHART.name).procedure
    assert made is not None
    return canonical.to_bytes({**json.loads(normal_form.to_bytes(made)), **entries})


@pytest.mark.parametrize(
    "data",
    [b"", b"\xff", b"[]", b"{}", b'{"format": 1', b"[" * 900 + b"]" * 900, tampered(states=[]), tampered(unknown=1),
     tampered(fields=3), tampered(opening={"to": "nowhere"}),
     tampered(states=[{"id": "no_root"}])],
    ids=range(11),
)  # fmt: skip
def test_what_no_release_has_written_is_told_of_by_its_digest(data: bytes) -> None:
    digest = canonical.digest(data)
    reading: Any = Blobs(data)

    with pytest.raises(SetUp) as caught:
        Programs().of(reading, digest)

    assert digest in str(caught.value)
