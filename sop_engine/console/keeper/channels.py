"""What `sop doctor` finds wrong with the channels and routes of sop.toml. It stops no ticket, so no other command looks
at it."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from sop_engine.engine.sites.settings import Settings
from sop_engine.errors import SopError
from sop_engine.messages import Message, msg

_TABLES: Final = ("people", "procedures", "roles")
_ENTRIES: Final[Mapping[str, frozenset[str]]] = {
    "log": frozenset(),
    "file": frozenset(),
    "smtp": frozenset({"host", "port", "from", "starttls", "user", "password_file", "password_env"}),
    "webhook": frozenset({"url", "url_file", "url_env", "secret_file", "secret_env"}),
    "apprise": frozenset({"url_file", "url_env"}),
}
_COMMON: Final = frozenset({"kind", "fallback", "rings"})
Fault = tuple[Message, Message]
"""what is wrong, and how to mend it"""


def look_at_channels(settings: Settings) -> list[Fault]:
    """What is wrong with channels, routes and secrets; none of it names a secret."""
    from sop_engine.engine.notices.routing import channel_names

    known = channel_names(settings)
    faults: list[Fault] = []
    for where, value in _routes(settings):
        names = [value] if isinstance(value, str) else value
        if not isinstance(names, list) or not all(isinstance(each, str) for each in names):
            faults.append((msg("sop.toml: `{entry}` should be {wanted}", entry=where,
                               wanted=msg("a channel, or a list of channels")), _mend()))  # fmt: skip
            continue
        for name in [each for each in names if each not in known]:
            faults.append((_no_channel(where, name, known), _mend()))
    for name, entries in settings.channels.items():
        if isinstance(entries, Mapping):
            faults += _channel(settings, name, entries, known)
    return faults


def _channel(settings: Settings, name: str, entries: Mapping[str, Any], known: tuple[str, ...]) -> Iterator[Fault]:
    from sop_engine.engine.notices.routing import kind_of

    kind = kind_of(settings, name)
    if kind not in _ENTRIES:
        yield (
            msg("the channel {name} is of no kind {kind}; there are {kinds}", name=name, kind=kind,
                kinds=tuple(_ENTRIES)),
            _mend(),
        )  # fmt: skip
        return
    for entry in sorted(entries.keys() - _ENTRIES[kind] - _COMMON):
        yield (
            msg("sop.toml: a channel of the kind {kind} has no entry `{entry}`", kind=kind,
                entry=f"channels.{name}.{entry}"),
            _mend(),
        )  # fmt: skip
    fallback = entries.get("fallback")
    if fallback is not None and fallback not in known:
        yield _no_channel(f"channels.{name}.fallback", str(fallback), known), _mend()
    try:
        _try_secrets(settings, name, kind, entries)
    except SopError as error:
        yield error.message, error.fix or _mend()


def _try_secrets(settings: Settings, name: str, kind: str, entries: Mapping[str, Any]) -> None:
    """Raise what a delivery would, before it opens a connection."""
    from sop_engine.engine.notices.hidden import secret
    from sop_engine.engine.notices.messengers import require_installed
    from sop_engine.engine.notices.webhooks import address, keys

    match kind:
        case "smtp" if "user" in entries:
            secret(settings, name, entries, "password")
        case "webhook":
            address(settings, name, entries)
            keys(settings, name, entries)
        case "apprise":
            require_installed()
            secret(settings, name, entries, "url")


def _routes(settings: Settings) -> Iterator[tuple[str, Any]]:
    """Every entry that names channels: where, and what stands there."""
    yield "channels.default", settings.channels.get("default", "log")
    for entry in settings.channels.keys() - {"default"}:
        if not isinstance(settings.channels[entry], Mapping):
            yield f"channels.{entry}", None
    for table, listed in settings.routes.items():
        if table == "urgent":
            yield "routes.urgent", listed
        elif table in _TABLES and isinstance(listed, Mapping):
            yield from ((f"routes.{table}.{name}", value) for name, value in listed.items())
        else:
            yield f"routes.{table}", None


def _no_channel(where: str, name: str, known: tuple[str, ...]) -> Message:
    return msg("sop.toml: `{entry}` names the channel {name}, and there are {channels}", entry=where, name=name,
               channels=known)  # fmt: skip


def _mend() -> Message:
    return msg("mend [channels] and [routes] in sop.toml")
