"""A site for practising: marked wherever somebody looks, and nothing leaves it."""

import json
from pathlib import Path

import pytest

from sop_engine.documents.watermark import watermarked
from sop_engine.engine.sites import making
from sop_engine.engine.sites.folder import open_site
from tests.console.conftest import Sop
from tests.engine.receivers import receiver

DESK = ("--as", "wang_fang")
NEW = ("new", "repair", *DESK, "--field=unit=3-2-1202", "--field=fault=漏水", "--no-input")


@pytest.fixture
def training(site: Path) -> Path:
    """The site, as if it had been made for training."""
    with open_site(site) as opened, opened.store.writing() as transaction:
        transaction.put_meta("training", "1")
    toml = site / "sop.toml"
    toml.write_text(toml.read_text(encoding="utf-8").replace("[site]", "[site]\ntraining = true", 1), encoding="utf-8")
    return site


def test_it_is_marked_wherever_somebody_looks(sop: Sop, training: Path) -> None:
    done = sop(*NEW, "--json")
    assert (done.code, "TRAINING" in done.err) == (0, True)
    ticket = json.loads(done.out)
    assert ticket["training"] is True
    assert sop("show", ticket["id"], *DESK).out.startswith("TRAINING\t")
    assert all(each["training"] for each in json.loads(sop("ls", *DESK, "--all", "--json").out))
    assert "演练" in sop("ls", *DESK, "--lang", "zh").err
    assert all(each["training"] for each in json.loads(sop("notify", "ls", "--all", "--json").out))
    assert json.loads(sop("handover", *DESK, "--json").out)["training"] is True
    assert all(each["training"] for each in json.loads(sop("report", "load", *DESK, "--json").out))
    assert "TRAINING</p>" in sop("print", ticket["id"], "ticket", *DESK).out
    assert "演练</p>" in sop("print", ticket["id"], "slip", *DESK, "--lang", "zh").out
    with open_site(training) as opened, opened.store.reading() as reading:
        records = [json.loads(each.data) for each in reading.steps(ticket["id"])]
    assert [each["training"] for each in records] == [True]
    # this site only passes for one that was made so, which an audit tells by its first step
    [found] = sop("audit", "replay", ticket["id"], "--json").json["mismatches"]
    assert (found["number"], found["kind"], "`training`" in found["what"]) == (1, "chain", True)


def test_blank_slips_for_practising_are_marked_too(sop: Sop, training: Path, tmp_path: Path) -> None:
    page = tmp_path / "slips.html"
    blank = ("print", "--blank", "2", "--procedure", "repair", "--as", "zhou_min")
    done = sop(*blank, "--to", str(page), "--lang", "zh", "--json")
    assert (done.code, done.json.get("training")) == (0, True)
    assert "演练</p>" in page.read_text(encoding="utf-8")
    assert "TRAINING</p>" in sop(*blank).out


def test_nothing_leaves_it_whatever_sop_toml_says(sop: Sop, training: Path) -> None:
    with receiver() as (port, taken):
        toml = training / "sop.toml"
        text = toml.read_text(encoding="utf-8").partition("[channels]")[0]
        text += f'[channels]\ndefault = "erp"\n[channels.erp]\nkind = "webhook"\nurl = "http://127.0.0.1:{port}/"\n'
        toml.write_text(text + '[routes]\nurgent = "erp"\n', encoding="utf-8")
        sop(*NEW)
        assert sop("copy", "1", *DESK, "--to", "li_qiang").code == 0
        assert sop("worker", "tick").code == 0
        refused = sop("notify", "test", "erp")
    assert taken == []
    lines = (training / "notices.log").read_text(encoding="utf-8")
    assert "漏水" in lines
    assert all(json.loads(line)["training"] for line in lines.splitlines())
    assert (refused.code, "training site" in refused.err) == (4, True)


def test_a_mark_that_somebody_took_away_lets_nothing_out(sop: Sop, training: Path) -> None:
    sop(*NEW)
    sop("copy", "1", *DESK, "--to", "li_qiang")
    toml = training / "sop.toml"
    toml.write_text(toml.read_text(encoding="utf-8").replace("training = true\n", ""), encoding="utf-8")
    tick = sop("worker", "tick")
    assert (tick.code, "made for training" in tick.err) == (7, True)
    assert not (training / "notices.log").exists()
    assert "made for training" in sop("doctor").out


def test_a_real_site_does_not_become_one_for_training(sop: Sop, site: Path) -> None:
    toml = site / "sop.toml"
    toml.write_text(toml.read_text(encoding="utf-8").replace("[site]", "[site]\ntraining = true", 1), encoding="utf-8")
    refused = sop("ls", "--all")
    assert (refused.code, "was not made as one" in refused.err) == (7, True)


def test_a_site_is_made_for_training(sop: Sop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for part in ("workflows", "templates", "calendars"):  # the library's own takes seconds to publish
        (tmp_path / "library" / part).mkdir(parents=True)
    monkeypatch.setattr(making, "library", lambda: tmp_path / "library")
    assert "TRAINING" in sop("init", str(tmp_path / "made"), "--training").err
    monkeypatch.setenv("SOP_SITE", str(tmp_path / "made"))
    assert "TRAINING" in sop("ls").err
    with open_site(tmp_path / "made") as opened, opened.store.reading() as reading:
        assert all(json.loads(each.data)["training"] for each in reading.steps("site"))


@pytest.mark.parametrize(
    ("page", "where"),
    [("<html><body>a</body></html>", "a<div"), ("a", "a<div"), ("<p>&lt;/body&gt;</p></BODY >", "</p><div")],
)
def test_a_page_has_its_mark_before_its_end(page: str, where: str) -> None:
    assert where in watermarked(page, "zh")
    assert "演练" in watermarked(page, "zh")
    assert "TRAINING" in watermarked(page, "fr")
