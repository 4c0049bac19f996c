"""Calendars of a site: published as versions on its record, named by them, and never taken away."""

from collections.abc import Callable
from pathlib import Path
from typing import cast

import pytest

from sop_engine import canonical
from sop_engine.engine.rebuild import rebuild
from sop_engine.engine.sites.folder import open_site
from sop_engine.errors import SetUp
from sop_engine.store.programs import read_calendar
from sop_engine.store.seam import CALENDAR, Reads
from tests.end_to_end.shell import Ran

Sop = Callable[..., Ran]

OFFICE = """\
calendar: office
title: {zh: 办公时间, en: Office hours}
extends: china
week: {mon-fri: "09:00-17:00"}
"""
CHINA = """\
calendar: china
title: Holidays
zone: Asia/Shanghai
known_from: 2026-01-01
known_through: 2027-12-31
holidays:
  - {name: {zh: 国庆节, en: National Day}, from: 2026-10-01, to: 2026-10-07, make_up: 2026-10-10}
"""
PROMISING = """\
procedure: asking
title: Asking
source: ours
prefix: AS
calendar: offise
roles: [desk]
fields: {note: {type: text}}
open: {by: desk, ask: note, to: received}
goals: {answering: {start: received, stop: did finish, within: 4 h}}
states:
  received: {transitions: {finish: {by: desk, to: closed}}}
  closed: {final: true, outcome: done}
"""


@pytest.fixture
def calendars(site: Path) -> Path:
    """The folder of drafts, with two in it."""
    (site / "calendars" / "office.yaml").write_text(OFFICE)
    (site / "calendars" / "china.yaml").write_text(CHINA)
    return site / "calendars"


class Blobs:
    """A store that holds one text."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def blob(self, _digest: str) -> bytes:
        return self._data


def versions(sop: Sop, name: str) -> list[int]:
    return [each["version"] for each in sop("calendar", "history", name, "--json").json]


def test_all_drafts_become_versions(sop: Sop, calendars: Path) -> None:
    said = sop("calendar", "publish", "-m", "new hours")

    assert (said.code, versions(sop, "office"), versions(sop, "china")) == (0, [1], [1])
    assert sop("calendar", "history", "office", "--json").json[0]["reason"] == "new hours"
    assert "published the calendar office as version 1" in sop("audit", "log", "site").out


def test_what_has_not_changed_makes_no_version(sop: Sop, calendars: Path) -> None:
    sop("calendar", "publish")
    (calendars / "office.yaml").write_text(OFFICE + "# a comment\n")

    said = sop("calendar", "publish")

    assert said.code == 0
    assert "still version 1" in said.err
    assert versions(sop, "office") == [1]


def test_a_dry_run_keeps_nothing(sop: Sop, calendars: Path) -> None:
    said = sop("calendar", "publish", "--dry-run")

    assert "office would become version 1" in said.err
    assert sop("calendar", "history", "office").code == 3


def test_a_calendar_with_errors_publishes_nothing_and_the_others_are_published(sop: Sop, calendars: Path) -> None:
    (calendars / "china.yaml").write_text(CHINA.replace("2026-10-07", "2026-13-07"))
    (calendars / "round.yaml").write_text("calendar: round\ntitle: Round\nzone: UTC\nweek: {every day: 00:00-24:00}\n")

    said = sop("calendar", "publish")

    assert said.code == 1
    assert "SOP403" in said.err
    assert sop("calendar", "history", "china").code == sop("calendar", "history", "office").code == 3
    assert versions(sop, "round") == [1]


def test_only_an_administrator_publishes(sop: Sop, calendars: Path) -> None:
    said = sop("calendar", "publish", "--as", "wang_fang")

    assert said.code == 5
    assert sop("calendar", "history", "office").code == 3


def test_a_name_is_the_published_version_and_a_path_the_file(sop: Sop, calendars: Path) -> None:
    sop("calendar", "publish")
    (calendars / "office.yaml").write_text(OFFICE.replace("17:00", "12:00"))
    case = ("1 workday", "--start", "2026-11-23 10:00", "--json")

    named, file = sop("calendar", "due", "office", *case), sop("calendar", "due", str(calendars / "office.yaml"), *case)

    assert named.json["due"] == "2026-11-24T17:00:00+08:00"
    assert "edited since version 1" in named.err
    assert file.json["due"] == "2026-11-24T12:00:00+08:00"
    assert file.err == ""


def test_a_change_in_what_is_extended_is_told_of_those_that_extend_it(sop: Sop, calendars: Path) -> None:
    sop("calendar", "publish")
    (calendars / "china.yaml").write_text(CHINA.replace("2026-10-07", "2026-10-08"))

    said = sop("calendar", "publish", "china")
    listed = {row["calendar"]: (row["version"], row["edited"]) for row in sop("calendar", "ls", "--json").json}

    assert "sop calendar publish office" in said.err
    assert listed == {"china": (2, False), "office": (1, True)}


def test_a_file_that_is_deleted_takes_nothing_away(sop: Sop, calendars: Path) -> None:
    sop("calendar", "publish")
    (calendars / "office.yaml").unlink()
    (calendars / "china.yaml").unlink()

    said = sop("calendar", "due", "office", "1 workday", "--start", "2026-09-30 10:00", "--json")

    assert said.json["due"] == "2026-10-08T17:00:00+08:00"
    assert said.err == ""
    listed = sop("calendar", "ls", "--json").json
    assert [(row["calendar"], row["version"], row["file"]) for row in listed] == [
        ("china", 1, False),
        ("office", 1, False),
    ]


@pytest.mark.parametrize("words", [("check", "office"), ("publish", "office")], ids=lambda words: words[0])
def test_a_draft_that_is_gone_is_said_to_count_on(sop: Sop, calendars: Path, words: tuple[str, str]) -> None:
    sop("calendar", "publish")
    (calendars / "office.yaml").unlink()

    said = sop("calendar", *words)

    assert said.code == 3
    assert "the file of the calendar office is gone; its version 1 counts on" in said.err
    assert "put calendars/office.yaml back" in said.err


def test_the_doctor_tells_of_a_draft_that_is_gone_where_a_procedure_counts_on_it(
    sop: Sop, site: Path, calendars: Path
) -> None:
    sop("calendar", "publish")
    (site / "workflows" / "asking.sop.yaml").write_text(PROMISING.replace("offise", "office"))
    sop("flow", "publish", "asking")
    (calendars / "office.yaml").unlink()
    (calendars / "china.yaml").unlink()

    told = [each["what"] for each in sop("doctor", "--json").json if "calendar" in each["what"]]

    assert told == ["the file of the calendar office is gone; its version 1 counts on"]


def test_a_calendar_of_a_later_release_is_said_to_be_one(sop: Sop, site: Path, calendars: Path) -> None:
    sop("calendar", "publish")
    with open_site(site) as opened:
        with opened.engine.store.reading() as reading:
            version = reading.newest(CALENDAR + "office")
            assert version is not None
            data = reading.blob(version.digest)
        assert data is not None
        later = {**canonical.parse(data), "format": 99}
        with pytest.raises(SetUp, match="later release"):
            read_calendar(cast(Reads, Blobs(canonical.to_bytes(later))), canonical.digest(canonical.to_bytes(later)))


def test_a_draft_that_is_not_published_is_told(sop: Sop, calendars: Path) -> None:
    assert "not published" in sop("calendar", "show", "office").err


def test_a_file_from_elsewhere_is_copied_into_the_site_first(sop: Sop, calendars: Path, tmp_path: Path) -> None:
    (tmp_path / "other.yaml").write_text(CHINA.replace("calendar: china", "calendar: other"))

    said = sop("calendar", "publish", str(tmp_path / "other.yaml"))

    assert said.code == 2
    assert "copy it there" in said.err


def test_the_record_is_whole_and_the_tables_can_be_made_of_it(sop: Sop, site: Path, calendars: Path) -> None:
    sop("calendar", "publish", "-m", "first")
    with open_site(site) as opened:
        with opened.store.reading() as reading:
            before = reading.calendars()
        rebuild(opened.engine)
        with opened.store.reading() as reading:
            assert reading.calendars() == before
            assert [each.reason for each in before] == ["first", "first"]

    assert sop("audit", "verify").code == 0
    assert sop("audit", "replay", "--all").code == 0


def test_a_version_that_nobody_published_is_found(sop: Sop, site: Path, calendars: Path) -> None:
    sop("calendar", "publish")
    with open_site(site) as opened, opened.store.writing() as writes:
        newest = writes.newest(f"{CALENDAR}office")
        assert newest is not None
        writes.put_version(type(newest)(newest.procedure, 2, *(getattr(newest, name) for name in
            ("digest", "text", "places", "published", "by", "reason"))))  # fmt: skip

    said = sop("audit", "verify")

    assert said.code == 1
    assert f"{CALENDAR}office" in said.out + said.err


def test_the_texts_of_what_it_extends_are_kept(sop: Sop, site: Path, calendars: Path) -> None:
    sop("calendar", "publish", "office")

    with open_site(site) as opened, opened.store.reading() as reading:
        newest = reading.newest(f"{CALENDAR}office")
        assert newest is not None
        kept = canonical.parse(reading.blob(newest.places) or b"{}")["extends"]
        assert reading.blob(kept["china"]) == CHINA.encode()
        assert reading.blob(newest.text) == OFFICE.encode()


def test_procedures_and_calendars_do_not_get_into_each_others_lists(sop: Sop, calendars: Path) -> None:
    sop("calendar", "publish")

    assert [row["procedure"] for row in sop("flow", "ls", "--json").json] == ["repair"]
    assert sop("flow", "history", "calendar:office").code == 3
    assert sop("calendar", "history", "repair").code == 3
    assert sop("doctor").code in {0, 1}


def test_a_procedure_that_counts_on_no_published_calendar_is_refused(sop: Sop, site: Path, calendars: Path) -> None:
    sop("calendar", "publish")
    draft = site / "workflows" / "asking.sop.yaml"
    draft.write_text(PROMISING)

    wrong = sop("flow", "publish", "asking")
    draft.write_text(PROMISING.replace("offise", "china"))
    without_hours = sop("flow", "publish", "asking")
    draft.write_text(PROMISING.replace("offise", "office"))
    right = sop("flow", "publish", "asking")

    assert (wrong.code, without_hours.code, right.code) == (4, 4, 0)
    assert "offise" in wrong.err
    assert "did you mean: office" in wrong.err.replace("`", "")
    assert "has no hours" in without_hours.err


def test_the_schema_is_printed_for_editors(sop: Sop) -> None:
    assert "known_through" in sop("calendar", "schema").json["properties"]
