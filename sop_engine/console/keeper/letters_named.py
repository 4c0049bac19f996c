"""Which notices `sop notify` is asked for: of which ticket, to whom, by which channel, in which status. A name that
there is not is refused: an empty list would read as if nothing were waiting."""

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Final

from sop_engine.errors import NotUnderstood
from sop_engine.messages import msg
from sop_engine.ticket.near import near

if TYPE_CHECKING:
    from sop_engine.console.opened import Opened
    from sop_engine.store.seam import OutLetter, Reads

STATUSES: Final = ("waiting", "dead", "sent", "superseded", "recalled")
_OUTSIDE: Final = "field:"


def found(
    opened: "Opened", statuses: Sequence[str], ticket: str | None, to: str | None, channel: str | None
) -> "list[OutLetter]":
    """The letters that are asked for, in the order of their ids. Raises `NotUnderstood` and `NotFound`."""
    from sop_engine.console.tickets import find_ticket
    from sop_engine.engine.people.identity import find_person

    for each in statuses:
        if each not in STATUSES:
            raise NotUnderstood(
                msg("there is no status {status}; there are {known}", status=each, known=STATUSES),
                near=near(each, STATUSES),
            )
    with opened.reading() as reading:
        of = None if ticket is None else find_ticket(reading, ticket, site_too=True).id
        if to is not None:
            to = _outsider(reading, to) if to.startswith(_OUTSIDE) else find_person(reading, to).id
        if channel is not None:
            require_channel(opened, channel, {each.channel for each in _all(reading)})
        letters = [each for status in dict.fromkeys(statuses) for each in reading.letters(status, of)]
    wanted = (each for each in letters if to in (None, each.to) and channel in (None, each.channel))
    return sorted(wanted, key=lambda each: each.id)


def require_channel(opened: "Opened", channel: str, also: Collection[str] = ()) -> None:
    """Raise `NotUnderstood` where the site has no such channel, nor is it one of these."""
    from sop_engine.engine.notices.routing import channel_names

    known = channel_names(opened.site.settings)
    if channel not in known and channel not in also:
        raise NotUnderstood(
            msg("there is no channel {name}; there are {channels}", name=channel, channels=known),
            near=near(channel, known),
        )


def _all(reading: "Reads") -> "list[OutLetter]":
    return [each for status in STATUSES for each in reading.letters(status)]


def _outsider(reading: "Reads", to: str) -> str:
    """Somebody outside, by the field that names him. Raises `NotUnderstood` where no procedure has such a field."""
    from sop_engine.console.tickets import newest_versions, normal_form

    forms = [normal_form(reading, version.digest) for version in newest_versions(reading).values()]
    known = {_OUTSIDE + each["id"] for form in forms for each in form["fields"]} | {each.to for each in _all(reading)}
    if to not in known:
        raise NotUnderstood(
            msg("no procedure has a field {field}", field=to.removeprefix(_OUTSIDE)),
            near=near(to, sorted(known)),
        )
    return to
