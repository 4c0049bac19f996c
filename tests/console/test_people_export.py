"""The people of a site as a table: what is exported is imported unchanged, or masked."""

import shutil
from pathlib import Path

import pytest

from tests.console.conftest import Sop


@pytest.fixture
def other(sop: Sop, site: Path, tmp_path: Path) -> Path:
    """A second site with the same teams; the first has somebody more, of whom all is said that a table can say."""
    assert sop("team", "add", "crew", "工程一班").code == 0
    assert sop("team", "add", "night", "夜班组").code == 0
    shutil.copytree(site, tmp_path / "other")
    reached = ("--phone", "+85212345678", "--mail", "sun@example.org")
    for words in (
        ("actor", "add", "sun_lei", "孙, 磊", "--role", "engineer", "--role", "steward@3", *reached),
        ("actor", "skill", "sun_lei", "electrical", "--until", "2027-06-30", "--licence", "T440301"),
        ("actor", "skill", "sun_lei", "water"),
        ("actor", "login", "sun", "sun_lei"),
        ("actor", "login", "lei", "sun_lei"),
        ("actor", "change", "sun_lei", "--digest", "08:30", "--language", "zh"),
        ("team", "change", "crew", "--join", "sun_lei"),
        ("team", "change", "night", "--join", "sun_lei"),
    ):
        said = sop(*words)
        assert said.code == 0, said
    return tmp_path / "other"


@pytest.mark.parametrize("name", ["people.csv", "people.xlsx"])
def test_what_is_exported_is_imported_unchanged(sop: Sop, other: Path, tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    exported = sop("actor", "export", str(file))
    assert (exported.code, f"the people stand in {file}" in exported.err) == (0, True)
    imported = sop("actor", "import", str(file), "--site", str(other))
    assert imported.code == 0, imported
    own, theirs = sop("actor", "export"), sop("actor", "export", "--site", str(other))
    assert own.out == theirs.out
    [line] = [each for each in own.out.splitlines() if each.startswith("sun_lei")]
    assert line == (
        'sun_lei,"孙, 磊",engineer steward@3,\'+85212345678,sun@example.org,zh,"lei,sun","crew,night",'
        "electrical@2027-06-30 water,,08:30"
    )
    assert "T440301" not in own.out


def test_whoever_does_not_see_contacts_gets_them_masked_and_a_masked_table_is_not_taken(
    sop: Sop, site: Path, other: Path, tmp_path: Path
) -> None:
    with (site / "sop.toml").open("a", encoding="utf-8") as settings:
        settings.write('\n[personal]\ncontact = ["steward"]\n')
    assert "sun@example.org" in sop("actor", "export").out
    masked = sop("actor", "export", "--as", "wang_fang")
    assert "s***@example.org" in masked.out and "sun@example.org" not in masked.out and "8800 1234" not in masked.out
    assert "an administrator exports them whole" in masked.err
    sop("actor", "export", str(tmp_path / "masked.csv"), "--as", "wang_fang")
    refused = sop("actor", "import", str(tmp_path / "masked.csv"), "--site", str(other))
    assert (refused.code, "of sun_lei is masked" in refused.err) == (2, True)
    assert "sun_lei" not in sop("actor", "export", "--site", str(other)).out


def test_what_a_table_leaves_out_is_said(sop: Sop, other: Path, tmp_path: Path) -> None:
    assert sop("actor", "export", "people.doc").code == 2
    assert sop("actor", "export", str(tmp_path / "no" / "people.csv")).code == 7
    sop("actor", "disable", "sun_lei")
    told = sop("actor", "export")
    assert "not in it, since they work here no more: sun_lei" in told.err and "sun_lei" not in told.out
    said = sop("actor", "export", str(tmp_path / "people.csv"), "--json").json
    assert (said["left_out"], said["whole"]) == (["sun_lei"], True)
    assert {each["id"] for each in sop("actor", "export", "--json").json} >= {"wang_fang", "li_qiang"}
