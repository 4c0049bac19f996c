"""Heads of tables in Chinese say what stands under them."""

import pytest

from sop_engine.console.output import Output
from tests.console.conftest import Sop


def test_an_outage_has_a_beginning_an_end_and_somebody_who_declared_it(
    sop: Sop, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert sop("outage", "declare", "--from", "07:00", "--to", "08:00", "--reason", "停电").code == 0
    monkeypatch.setattr(Output, "on_terminal", lambda _self: True)
    monkeypatch.setenv("NO_COLOR", "1")

    head = sop("outage", "ls", "--lang", "zh").out.splitlines()[0]

    assert head.split() == ["起", "止", "登记人", "原因"]
