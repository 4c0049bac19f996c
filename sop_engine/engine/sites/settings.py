"""A site's folder and its `sop.toml`.

```
site/
  sop.toml      name, id, zone, currency, languages, channels, limits, hours of shifts; no people
  workflows/    drafts of procedures; publish makes versions of them
  templates/    texts of notices and forms
  files/        photos and files, by hash
  site.db       the store, where `sop.toml` names no database
```
"""

import re
import tomllib
from collections.abc import Mapping
from datetime import time, timedelta
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from sop_engine.errors import NotFound, NotUnderstood, SetUp
from sop_engine.lean import dataclass, field
from sop_engine.messages import LANGUAGES, Message, msg
from sop_engine.store.address import is_address, refuse_password
from sop_engine.store.files import read_plain
from sop_engine.worktime.zones import has_zones, zone_named

FILE: Final = "sop.toml"
MOST_BYTES: Final = 1 << 20
TRAINING: Final = "training"
"""the small fact of a store that was made for practising"""
_KNOWN: Final = {"site", "channels", "routes", "quiet", "limits", "terminals", "roster", "personal"}
_SITE: Final = {"name", "id", "zone", "currency", "languages", "store", "demo", "training"}


@dataclass(frozen=True, slots=True)
class Settings:
    """What `sop.toml` says. `demo` sites have a simulated clock; `training` sites send nothing."""

    folder: Path
    name: str
    id: str
    zone: str
    currency: str = "CNY"
    languages: tuple[str, ...] = LANGUAGES
    demo: bool = False
    training: bool = False
    channels: Mapping[str, Any] = field(default_factory=dict)
    routes: Mapping[str, Any] = field(default_factory=dict)
    """by which channels notices go, as `routing` reads it"""
    quiet: tuple[time, time] | None = None
    """from when to when, by the site's clocks, nothing rings that is not urgent"""
    largest_file_bytes: int = 20 * 1024 * 1024
    idle: timedelta = timedelta(minutes=15)
    """after so long without a command whoever is on at a terminal is off"""
    personal: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """class of personal data -> the roles that see it whole; one that is not here everybody sees"""
    as_without_pin: bool = False
    """whether people who have set no PIN act at a terminal with `--as` alone; at demo sites they do"""
    store: str = ""
    """the address of a PostgreSQL database; empty: a file in the folder"""
    roster: Mapping[str, Any] = field(default_factory=dict)
    """the table [roster], as `engine.rosters.hours` reads it when a roster is loaded"""

    @property
    def place(self) -> str:
        """Where the store is: an address or a path."""
        return self.store or str(self.store_path)

    @property
    def store_path(self) -> Path:
        return self.folder / "site.db"

    @property
    def zone_info(self) -> ZoneInfo:
        return zone_named(self.zone)


def find_site(start: Path) -> Path:
    """The folder of the site that `start` is in. Raises `SetUp` where there is none."""
    for folder in (start, *start.parents):
        if (folder / FILE).is_file():
            return folder
    raise SetUp(
        msg("{folder} is no site and lies in none: there is no sop.toml", folder=str(start)),
        fix=msg("go to the site's folder, name it with --site, or make one: sop init FOLDER"),
    )


def load_settings(folder: Path) -> Settings:
    """Read a site's `sop.toml`. Raises `SetUp` that names the place and the entry where it is wrong."""
    path = folder / FILE
    try:
        raw = tomllib.loads(read_plain(path, MOST_BYTES).decode("utf-8").replace("\r\n", "\n"))
    except NotFound:
        raise SetUp(
            msg("{folder} is no site: there is no sop.toml", folder=str(folder)),
            fix=msg("make one: sop init {folder}", folder=str(folder)),
        ) from None
    except UnicodeDecodeError:
        raise _unreadable(path, "", msg("it is no UTF-8 text")) from None
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"\(at line (\d+), column (\d+)\)", str(error))
        place = f":{found[1]}:{found[2]}" if found else ""
        raise _unreadable(path, place, msg('an entry is written `name = "text"`, under its [heading]')) from None
    except NotUnderstood as error:
        raise SetUp(error.message, where=str(path)) from None
    return _checked(folder, path, raw)


def _checked(folder: Path, path: Path, raw: dict[str, Any]) -> Settings:
    site = raw.get("site")
    if not isinstance(site, dict):
        raise _wrong(path, "site", msg("a table [site]"))
    for name in [*(set(raw) - _KNOWN), *(f"site.{each}" for each in set(site) - _SITE)]:
        from sop_engine.ticket.near import near  # most commands meet no such entry

        known = [*_KNOWN, *(f"site.{each}" for each in _SITE)]
        raise SetUp(
            msg("{path}: there is no entry `{entry}`", path=str(path), entry=name),
            where=str(path),
            near=near(name, known),
            fix=msg("mend that line; docs/operations.md lists the entries"),
        )
    for name in ("name", "id", "zone"):
        if not isinstance(site.get(name), str) or not site[name]:
            raise _wrong(path, f"site.{name}", msg("a text"))
    try:
        zone_named(site["zone"])
    except SetUp:
        if not has_zones():
            raise
        raise _wrong(path, "site.zone", msg("a zone of the tz database, such as Asia/Shanghai")) from None
    currency = site.get("currency", "CNY")
    if not isinstance(currency, str) or not re.fullmatch("[A-Z]{3}", currency):
        raise _wrong(path, "site.currency", msg("a code of ISO 4217, such as CNY"))
    languages = site.get("languages", list(LANGUAGES))
    if not isinstance(languages, list) or not languages or set(languages) - set(LANGUAGES):
        raise _wrong(path, "site.languages", msg('a list of "zh" and "en"'))
    store = site.get("store", "")
    if store and not (isinstance(store, str) and is_address(store)):
        raise _wrong(path, "site.store", msg("an address such as postgresql://USER@HOST/DATABASE"))
    if store:
        refuse_password(store)
    limits = raw.get("limits", {})
    largest = limits.get("largest_file_mib", 20)
    if not isinstance(largest, int) or not 1 <= largest <= 1024:
        raise _wrong(path, "limits.largest_file_mib", msg("a number from 1 to 1024"))
    idle_minutes, as_without_pin = _terminals(path, raw, bool(site.get("demo", False)))
    return Settings(
        folder=folder,
        name=site["name"],
        id=site["id"],
        zone=site["zone"],
        currency=currency,
        languages=tuple(languages),
        demo=bool(site.get("demo", False)),
        training=bool(site.get("training", False)),
        channels=_table(path, raw, "channels"),
        routes=_table(path, raw, "routes"),
        quiet=_quiet(path, raw),
        largest_file_bytes=largest * 1024 * 1024,
        idle=timedelta(minutes=idle_minutes),
        as_without_pin=as_without_pin,
        personal=_personal(path, raw),
        store=store,
        roster=_table(path, raw, "roster"),
    )


def _terminals(path: Path, raw: Mapping[str, Any], demo: bool) -> tuple[int, bool]:
    """What is said of shared terminals: minutes of idle time, and whether `--as` is enough without a PIN."""
    entries = raw.get("terminals", {})
    if not isinstance(entries, dict) or set(entries) - {"idle_minutes", "as_without_pin"}:
        raise _wrong(path, "terminals", msg("a table of `idle_minutes` and `as_without_pin`"))
    idle, without = entries.get("idle_minutes", 15), entries.get("as_without_pin", demo)
    if isinstance(idle, bool) or not isinstance(idle, int) or not 1 <= idle <= 1440:
        raise _wrong(path, "terminals.idle_minutes", msg("a number from 1 to 1440"))
    if not isinstance(without, bool):
        raise _wrong(path, "terminals.as_without_pin", msg("true or false"))
    return idle, without


def _table(path: Path, raw: dict[str, Any], name: str) -> dict[str, Any]:
    """A table of the file. What is wrong within those of notices is told by `sop doctor`, and stops no ticket."""
    found = raw.get(name, {})
    if not isinstance(found, dict):
        raise _wrong(path, name, msg("a table [{name}]", name=name))
    return found


def _quiet(path: Path, raw: dict[str, Any]) -> tuple[time, time] | None:
    said = _table(path, raw, "quiet")
    if not said:
        return None
    ends = []
    for name in ("from", "to"):
        found = re.fullmatch(r"([01][0-9]|2[0-3]):([0-5][0-9])", str(said.get(name)), re.ASCII)
        if found is None:
            raise _wrong(path, f"quiet.{name}", msg('a time of day such as "21:00"'))
        ends.append(time(int(found[1]), int(found[2])))
    if len(said) > len(ends) or ends[0] == ends[1]:
        raise _wrong(path, "quiet", msg('two different times: from = "21:00" and to = "08:30"'))
    return ends[0], ends[1]


def _personal(path: Path, raw: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    """Which roles see which class of personal data whole."""
    entries = _table(path, raw, "personal")
    for name, roles in entries.items():
        if not isinstance(roles, list) or not all(isinstance(each, str) for each in roles):
            raise _wrong(path, f"personal.{name}", msg("a list of roles, such as {example}", example='["desk"]'))
    return {name: tuple(roles) for name, roles in entries.items()}


def _unreadable(path: Path, place: str, why: Message) -> SetUp:
    return SetUp(
        msg("{path}{place} cannot be understood: {why}", path=str(path), place=place, why=why),
        where=f"{path}{place}",
        fix=msg("mend that line; docs/operations.md lists the entries"),
    )


def _wrong(path: Path, entry: str, wanted: Message) -> SetUp:
    return SetUp(
        msg("{path}: `{entry}` should be {wanted}", path=str(path), entry=entry, wanted=wanted),
        where=str(path),
        fix=msg("mend that line; docs/operations.md lists the entries"),
    )


def settings_text(name: str, id: str, zone: str, demo: bool, store: str = "", training: bool = False) -> str:
    """A new site's `sop.toml`."""
    import json

    more = f"store = {json.dumps(store, ensure_ascii=False)}\n" if store else ""
    more += "demo = true        # the clock is simulated: sop demo advance 2h\n" if demo else ""
    more += "training = true    # for practising: everything is marked, nothing is sent\n" if training else ""
    return f"""# The site. Every entry is explained in docs/operations.md.
[site]
name = {json.dumps(name, ensure_ascii=False)}
id = {json.dumps(id)}
zone = {json.dumps(zone)}
currency = "CNY"
languages = ["zh", "en"]
{more}
# Where notices go. `log` writes them to notices.log, `file` one file each into outbox/, `smtp` mails them; others, whom
# they reach, and quiet hours are described in docs/operations.md. Try one: sop notify test CHANNEL
[channels]
default = "log"
"""
