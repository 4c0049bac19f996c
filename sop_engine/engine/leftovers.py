"""Files that a killed command left among the site's: copied, and then named by no step. They do no harm."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from sop_engine.store.seam import Reads

YOUNG: Final = timedelta(days=1)
"""A younger file may belong to a command that is under way."""
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")


def leftovers(reading: Reads, folder: Path, now: datetime) -> list[Path]:
    """The files in `folder` (a site's `files/`) that are older than a day at `now` and that no step has named, in
    order of their paths. The history is read until all of them are found in it."""
    found = dict(_old(folder, now))
    wanted = {each for each in found if _DIGEST.fullmatch(each)}
    texts = _texts(reading)
    while wanted and (text := next(texts, None)) is not None:
        named = wanted.intersection(_DIGEST.findall(text))
        wanted -= named
        for digest in named:
            del found[digest]
    return sorted(found.values())


def _old(folder: Path, now: datetime) -> Iterator[tuple[str, Path]]:
    """(digest, or name where it has none yet; path) of the plain files that have lain there long enough."""
    for path in (*folder.glob(".arriving-*"), *folder.glob("[0-9a-f][0-9a-f]/*")):
        about = path.lstat()
        if path.is_file() and not path.is_symlink() and now - datetime.fromtimestamp(about.st_mtime, UTC) > YOUNG:
            yield path.name if path.parent == folder else path.parent.name + path.name, path


def _texts(reading: Reads) -> Iterator[str]:
    """Everything that steps say, and what lies beside them."""
    last = ""
    while ids := reading.ticket_ids(last):
        for ticket in ids:
            yield from (step.data.decode() for step in reading.steps(ticket))
            yield from (str(each) for each in reading.sealed(ticket).values())
        last = ids[-1]
