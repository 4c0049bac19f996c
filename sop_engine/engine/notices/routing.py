"""By which channels a notice goes, and when. Pure: settings, person and time are arguments.

The law. The first of these that says something decides: the person's own wish (`sop actor change --channel`), then
`people`, `procedures`, `roles` and at last `default` of sop.toml. An urgent notice goes by those of `urgent` besides.
What rings is silent in quiet hours: it waits for their end, and then goes together with whatever else waited for the
same person. Whoever wants a digest gets all that is not urgent at his time of day. A channel that does not ring, such
as a file that a program reads, knows no hours.

On a training site nothing leaves: every notice goes to the log.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any, Final

from sop_engine.engine.sites.settings import Settings
from sop_engine.lean import dataclass
from sop_engine.store.seam import Person
from sop_engine.worktime import at_wall_time

LOG: Final = "log"
OWN_CHANNELS: Final = "channels"
OWN_DIGEST: Final = "digest"
"""what a person's wishes are called beside his addresses"""
_RINGING: Final = frozenset({"smtp", "apprise"})
"""kinds of channels that people hear"""


@dataclass(frozen=True, slots=True)
class Way:
    """What of a notice its way depends on."""

    procedure: str
    urgent: bool


def channel_names(settings: Settings) -> tuple[str, ...]:
    """The channels that there are: those of every site, and those that sop.toml describes."""
    described = [name for name, entries in settings.channels.items() if isinstance(entries, Mapping)]
    return tuple(dict.fromkeys(["log", "file", "smtp", *described]))


def entries_of(settings: Settings, channel: str) -> Mapping[str, Any]:
    """What sop.toml says of a channel."""
    found = settings.channels.get(channel)
    return found if isinstance(found, Mapping) else {}


def kind_of(settings: Settings, channel: str) -> str:
    """What a channel is: `smtp`, `webhook` ...; one that says nothing is what it is called."""
    return str(entries_of(settings, channel).get("kind", channel))


def channels_for(settings: Settings, person: Person | None, way: Way) -> tuple[str, ...]:
    """By which channels a notice goes to a person, or to somebody outside (None); at least one."""
    if settings.training:
        return (LOG,)
    chosen = _chosen(settings, person, way) or named(settings.channels.get("default")) or (LOG,)
    more = named(settings.routes.get("urgent")) if way.urgent else ()
    return tuple(dict.fromkeys([*chosen, *more]))


def _chosen(settings: Settings, person: Person | None, way: Way) -> tuple[str, ...]:
    routes = settings.routes
    found: list[tuple[str, ...]] = []
    if person is not None:
        found += [named(person.contact.get(OWN_CHANNELS, "").split()), _of(routes, "people", [person.id])]
    found.append(_of(routes, "procedures", [way.procedure]))
    if person is not None:
        found.append(_of(routes, "roles", [role for role, _scope in person.roles]))
    return next((each for each in found if each), ())


def _of(routes: Mapping[str, Any], table: str, names: Sequence[str]) -> tuple[str, ...]:
    """The channels of all those of `names` that a table of routes lists."""
    listed = routes.get(table)
    if not isinstance(listed, Mapping):
        return ()
    return tuple(dict.fromkeys(channel for name in names for channel in named(listed.get(name))))


def named(value: Any) -> tuple[str, ...]:
    """Channels as sop.toml writes them: one name, or a list."""
    if isinstance(value, str):
        return (value,) if value else ()
    return tuple(each for each in value if isinstance(each, str) and each) if isinstance(value, list) else ()


def fallbacks(settings: Settings, channel: str) -> tuple[str, ...]:
    """The channels that stand in for one that is out of order, the first first; none twice, and none that there is
    not."""
    found: list[str] = []
    known = () if settings.training else channel_names(settings)
    while True:
        channel = str(entries_of(settings, channel).get("fallback", ""))
        if channel in found or channel not in known:
            break
        found.append(channel)
    return tuple(found)


def rings(settings: Settings, channel: str) -> bool:
    """Whether somebody hears what goes by a channel, so that it keeps quiet hours."""
    said = entries_of(settings, channel).get("rings")
    return said if isinstance(said, bool) else kind_of(settings, channel) in _RINGING


# --- when ----------------------------------------------------------------------------------------------------------


def held_until(
    settings: Settings, person: Person | None, channel: str, now: datetime, urgent: bool, bundle: str | None = None
) -> datetime | None:
    """Until when a notice waits, to go together with others; None: it may go now. `bundle` is the instant, as text,
    until which it has waited already: what was held for that goes, unless the quiet hours of another night have begun.
    """
    if urgent or not rings(settings, channel):
        return None
    wish = None if person is None else wall_time(person.contact.get(OWN_DIGEST, ""))
    if bundle is None and wish is not None:
        return _next(wish, now, settings)
    begin, end = settings.quiet or (None, None)
    if begin is None or end is None:
        return None
    ends = _next(end, now, settings)
    begins = _last_before(begin, ends, settings)
    if not begins <= now < ends:
        return None
    return None if bundle is not None and _instant(bundle) >= begins else ends


def wall_time(text: str) -> time | None:
    """`08:30` as a time of day, or None."""
    hours, colon, minutes = text.partition(":")
    if not (colon and len(hours) == len(minutes) == 2 and text.isascii() and (hours + minutes).isdigit()):
        return None
    return time(int(hours), int(minutes)) if int(hours) < 24 and int(minutes) < 60 else None


def _next(wall: time, after: datetime, settings: Settings) -> datetime:
    """The first instant after `after` at which the site's clocks show `wall`."""
    zone = settings.zone_info
    day = after.astimezone(zone).date()
    found = (at_wall_time(datetime.combine(day + timedelta(days=ahead), wall), zone) for ahead in (-1, 0, 1, 2))
    return next(each for each in found if each > after)


def _last_before(wall: time, before: datetime, settings: Settings) -> datetime:
    zone = settings.zone_info
    day = before.astimezone(zone).date()
    found = (at_wall_time(datetime.combine(day - timedelta(days=back), wall), zone) for back in (-1, 0, 1, 2))
    return next(each for each in found if each < before)


def _instant(text: str) -> datetime:
    from sop_engine import canonical

    return canonical.instant_of(text)
