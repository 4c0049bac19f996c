"""The hours of a site's shifts, as `[roster]` of `sop.toml` says them. They are copied into each roster that is loaded:
what a sheet meant is what its shifts meant on that day.

```toml
[roster]
early = "07:00-15:00"
night = "23:00-07:00"     # an end that is not after its start is on the next day
duty = "08:30-08:30"      # of duty lists (值班表): a day and a night

[roster.words]            # what else stands in cells
"A" = "early"
```
"""

import re
from collections.abc import Mapping
from typing import Final

from sop_engine.engine.sites.settings import FILE, Settings
from sop_engine.errors import SetUp
from sop_engine.lean import dataclass
from sop_engine.messages import Message, msg
from sop_engine.ticket.near import near
from sop_engine.worktime.rosters import KINDS, USUAL_HOURS

_HOURS: Final = re.compile(r"([01]\d|2[0-3]):([0-5]\d)\s*-\s*([01]\d|2[0-3]):([0-5]\d)")
_WORDS: Final = "words"


@dataclass(frozen=True, slots=True)
class Hours:
    """From when to when each shift goes, and what the site's own words in cells mean."""

    hours: Mapping[str, tuple[str, str]]
    words: Mapping[str, str]


def hours_of(settings: Settings) -> Hours:
    """What `sop.toml` says, and the usual hours for what it leaves out. Raises `SetUp` that names the entry."""
    hours = dict(USUAL_HOURS)
    words: dict[str, str] = {}
    for name, value in settings.roster.items():
        if name == _WORDS and isinstance(value, dict):
            words = {word: _kind(settings, word, kind) for word, kind in value.items()}
            continue
        if name not in USUAL_HOURS:
            raise _wrong(settings, name, msg("one of {names}", names=(*USUAL_HOURS, _WORDS)),
                         near(name, (*USUAL_HOURS, _WORDS)))  # fmt: skip
        found = _HOURS.fullmatch(value.replace("：", ":").strip()) if isinstance(value, str) else None
        if found is None:
            raise _wrong(settings, name, msg('hours such as "07:00-15:00"'))
        hours[name] = (f"{found[1]}:{found[2]}", f"{found[3]}:{found[4]}")
    return Hours(hours, words)


def _kind(settings: Settings, word: str, kind: object) -> str:
    if not isinstance(kind, str) or kind not in KINDS:
        raise _wrong(settings, f"words.{word}", msg("one of {names}", names=tuple(KINDS)), near(str(kind), KINDS))
    return kind


def _wrong(settings: Settings, entry: str, wanted: Message, close: tuple[str, ...] = ()) -> SetUp:
    path = str(settings.folder / FILE)
    return SetUp(
        msg("{path}: `{entry}` should be {wanted}", path=path, entry=f"roster.{entry}", wanted=wanted),
        where=path,
        near=close,
        fix=msg("mend that line; docs/operations.md lists the entries"),
    )
