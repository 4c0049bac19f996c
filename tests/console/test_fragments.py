"""What a process owner sees of fragments at the command line."""

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from sop_engine import canonical
from sop_engine.messages import msg
from sop_engine.ticket import people
from tests.console.conftest import Sop

FRAGMENT = """\
fragment: ask-again
title: {zh: 再问, en: Ask again}
blanks:
  by: {kind: role, about: {zh: 谁来问, en: who asks}}
  to: {kind: state, about: {zh: 到哪个状态, en: where it ends}}
words:
  ask_again: {zh: 再问, en: Ask again}
transitions:
  ask_again: {by: $by, to: $to}
"""
FILE = """\
procedure: errand
title: {zh: 跑腿, en: Errand}
prefix: PT
roles:
  desk: {zh: 前台, en: Front desk}
open: {by: desk, to: asked}
states:
  asked:
    title: {zh: 待答, en: Asked}
    use: {ask-again: {by: desk, to: over}}
  over: {title: {zh: 已结束, en: Over}, final: true, outcome: over}
outcomes:
  over: {zh: 已结束, en: Over}
"""


def write(site: Path, fragment: str = FRAGMENT, file: str = FILE) -> None:
    folder = site / "workflows" / "fragments"
    folder.mkdir(exist_ok=True)
    (folder / "ask-again.fragment.yaml").write_text(fragment, encoding="utf-8")
    (site / "workflows" / "errand.sop.yaml").write_text(file, encoding="utf-8")


@pytest.fixture
def errand(site: Path, sop: Sop) -> Path:
    """The site with an errand published, whose transition a fragment brings."""
    write(site)
    published = sop("flow", "publish", "errand", "-m", "first")
    assert published.code == 0, published.err
    return site


def edited(sop: Sop) -> dict[str, bool]:
    return {each["procedure"]: each["edited"] for each in sop("flow", "ls", "--json").json}


def test_an_edited_fragment_is_an_edited_procedure(errand: Path, sop: Sop) -> None:
    assert edited(sop) == {"errand": False, "repair": False}

    write(errand, FRAGMENT + "# another day\n")

    assert edited(sop) == {"errand": True, "repair": False}
    assert "errand has been edited since version 1" in sop("new", "errand", "--as", "wang_fang").err


def test_a_changed_fragment_makes_a_new_version_and_the_old_one_is_shown_as_it_was(errand: Path, sop: Sop) -> None:
    write(errand, FRAGMENT.replace("{by: $by, to: $to}", "{by: $by, hint: once more, to: $to}"))
    assert "version 2" in sop("flow", "publish", "errand", "-m", "a hint").err

    assert "hint: once more" in sop("flow", "show", "errand", "--expanded").out
    first = sop("flow", "show", "errand", "--expanded", "--version", "1").out
    assert "ask_again: {by: desk, to: over}" in first
    assert "hint" not in first
    assert "use:" not in first


def test_what_is_written_out_can_be_published_and_changes_nothing(errand: Path, sop: Sop) -> None:
    text = sop("flow", "show", str(errand / "workflows" / "errand.sop.yaml"), "--expanded").out
    (errand / "workflows" / "errand.sop.yaml").write_text(text, encoding="utf-8")

    assert "still version 1" in sop("flow", "publish", "errand").err


def test_a_fragment_is_checked_with_the_procedures_that_use_it(errand: Path, sop: Sop) -> None:
    said = sop("flow", "lint", "ask-again")
    assert (said.code, said.out) == (0, "")
    assert "the fragment ask-again is used by: errand\nfiles: 2, nothing to say" in said.err

    write(errand, FRAGMENT.replace("to: $to", "to: $too"))
    faulty = sop("flow", "lint", str(errand / "workflows" / "fragments" / "ask-again.fragment.yaml"))
    assert faulty.code == 1
    assert faulty.out.count("error[SOP153]") == 1
    assert "used here" in faulty.out


def test_a_fault_of_a_fragment_is_told_once_however_many_use_it(errand: Path, sop: Sop) -> None:
    write(errand, FRAGMENT.replace("by: $by", "by: [$by, nobdy]"))
    other = FILE.replace("procedure: errand", "procedure: other").replace("prefix: PT", "prefix: PU")
    (errand / "workflows" / "other.sop.yaml").write_text(other, encoding="utf-8")

    faults = json.loads(sop("flow", "lint", str(errand / "workflows"), "--json").out)

    assert [(each["code"], Path(each["file"]).name) for each in faults] == [("SOP106", "ask-again.fragment.yaml")]


def test_a_fragment_is_not_published_by_itself(errand: Path, sop: Sop) -> None:
    refused = sop("flow", "publish", str(errand / "workflows" / "fragments" / "ask-again.fragment.yaml"))

    assert refused.code == 2
    assert "sop flow publish errand" in refused.err


def test_a_difference_found_by_an_audit_names_the_fragments_line(
    errand: Path, sop: Sop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As if the engine had changed its mind about who may ask again."""
    sop("new", "errand", "--as", "wang_fang")
    assert sop("do", "1", "ask_again", "--as", "wang_fang").code == 0
    allowed = people.may

    def stricter(draft: Any, offer: Any, *rest: Any) -> Any:
        return msg("no") if offer.trigger == "ask_again" else allowed(draft, offer, *rest)

    monkeypatch.setattr(people, "may", stricter)

    [found] = sop("audit", "replay", "--all", "--json").json["mismatches"]
    assert found["place"].endswith("workflows/fragments/ask-again.fragment.yaml:9:3")


def test_an_audit_finds_that_a_fragments_text_is_gone(errand: Path, sop: Sop) -> None:
    assert sop("audit", "replay", "--all").code == 0

    with sqlite3.connect(errand / "site.db") as connection:
        connection.execute("DELETE FROM blob WHERE digest = ?", (canonical.digest(FRAGMENT.encode()),))

    mismatches = sop("audit", "replay", "--all", "--json").json["mismatches"]
    assert [each["kind"] for each in mismatches] == ["text"]
