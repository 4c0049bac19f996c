"""Machines whose tz database lacks zones, or that have none."""

import shutil
import sys
import zoneinfo
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import as_file, files
from pathlib import Path
from unittest import mock


@contextmanager
def with_zones(folder: Path, *names: str) -> Iterator[None]:
    """As on a machine that knows these zones only."""
    with as_file(files("tzdata") / "zoneinfo") as known:
        for name in names:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(known / name, folder / name)
    former = zoneinfo.TZPATH
    zoneinfo.reset_tzpath([str(folder)])
    zoneinfo.ZoneInfo.clear_cache()
    without = {name: None for name in ("tzdata", *sys.modules) if name.partition(".")[0] == "tzdata"}
    try:
        with mock.patch.dict(sys.modules, without):
            yield
    finally:
        zoneinfo.reset_tzpath(former)
        zoneinfo.ZoneInfo.clear_cache()
