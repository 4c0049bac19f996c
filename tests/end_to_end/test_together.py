"""Publishing and checking a site look at its other procedures and at its people, the doctor at who has left."""

from pathlib import Path

import pytest

from tests.end_to_end.shell import Shell

PAIR = """\
procedure: {name}
title: {name}
prefix: {prefix}
roles: [manager, operations]
fields: {{note: {{type: text}}}}
open: {{by: manager, ask: note, to: received{start}}}
states:
  received: {{title: Received, transitions: {{check_it: {{by: manager, to: checked}}}}}}
  checked: {{title: Checked, transitions: {{finish: {{by: {{role: [manager, operations]{bar}}}, to: closed}}}}}}
  closed: {{title: Closed, final: true, outcome: done}}
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Shell:
    shell = Shell(tmp_path_factory.mktemp("together"))
    shell("demo", "make", "site")
    return shell.at("site")


def put(site: Shell, name: str, prefix: str, start: str = "", bar: str = "") -> Path:
    path = site.folder / f"{name}.sop.yaml"
    path.write_text(PAIR.format(name=name, prefix=prefix, start=start, bar=bar))
    return path


def test_publishing_counts_on_what_is_published_and_on_what_is_published_with_it(site: Shell) -> None:
    first = put(site, "first", "FI", ", start: {second: {note: note}}")
    second = put(site, "second", "SE")

    alone = site("flow", "publish", str(first), "--dry-run")
    both = site("flow", "publish", str(first), str(second), "--dry-run")
    site("flow", "publish", str(second))
    after = site("flow", "publish", str(first))

    assert "SOP220" in alone.err
    assert "SOP220" not in both.err + after.err


def test_one_person_for_two_deeds_is_told_at_publishing_and_after_the_other_has_left(site: Shell) -> None:
    path = put(site, "pair", "PA", bar=", not: did check_it")

    enough = site("flow", "publish", str(path))
    healthy = site("doctor")
    site("actor", "change", "沈怡", "--disabled")
    left = site("doctor")
    path.write_text(path.read_text().replace("title: pair", "title: Pair"))
    short = site("flow", "publish", str(path))

    assert "SOP225" not in enough.err
    assert "needs more people" not in healthy.out
    assert "`finish` of pair needs more people than this site has." in left.out
    assert "sop actor grant NAME manager" in left.out
    assert "SOP225" in short.err
