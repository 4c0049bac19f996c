"""`sop notify`: notices on their way out, what became of them, and whether a channel works."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Final

from sop_engine import canonical
from sop_engine.console.call import Call
from sop_engine.console.keeper.letters_named import STATUSES, found, require_channel
from sop_engine.console.names import with_names
from sop_engine.console.output import Column
from sop_engine.console.parameters import argument, option
from sop_engine.engine.notices.failed_because import because, said_of
from sop_engine.errors import NotFound, NotNow, NotUnderstood, NotYou, SetUp
from sop_engine.messages import Message, msg
from sop_engine.values import show_instant

if TYPE_CHECKING:
    from sop_engine.console.opened import Opened
    from sop_engine.engine.notices.channels import Parcel
    from sop_engine.store.seam import OutLetter, Person

_UNSENT: Final = STATUSES[:2]
_SHOWN: Final = {
    "waiting": msg("waiting"),
    "dead": msg("dead"),
    "sent": msg("sent"),
    "superseded": msg("superseded"),
    "recalled": msg("recalled"),
}
_Ticket = Annotated[str | None, option("--ticket", help=msg("of this ticket"), metavar="ID")]
_To = Annotated[str | None, option("--to", help=msg("to this person, by id or name"), metavar="NAME")]
_Channel = Annotated[str | None, option("--channel", help=msg("by this channel"), metavar="CHANNEL")]
_Status = Annotated[
    list[str] | None,
    option("--status", help=msg("waiting, dead, sent, superseded or recalled; may be repeated"), metavar="STATUS"),
]


def ls(
    call: Call,
    all: Annotated[bool, option("--all", help=msg("those that were sent or superseded too"))] = False,
    status: _Status = None,
    ticket: _Ticket = None,
    to: _To = None,
    channel: _Channel = None,
) -> None:
    """List notices that are waiting or dead, with why; or those that you ask for. Who is no administrator sees his
    own, with --to."""
    with call.open() as opened:
        _require_seen(opened, to)
        letters = found(opened, STATUSES if all else status or _UNSENT, ticket, to, channel)
        if call.json:
            call.output.json([_json(opened, each) for each in letters])
            return
        columns = [Column(msg("id"), whole=True), Column(msg("ticket"), whole=True), Column(msg("to")),
                   Column(msg("channel")), Column(msg("status")), Column(msg("when"), whole=True),
                   Column(msg("notice")), Column(msg("error"))]  # fmt: skip
        call.output.table(
            columns,
            [
                [str(each.id), each.ticket, each.to, each.channel or "-", _SHOWN[each.status],
                 _short(opened, each), each.notice or "-", _why(opened, each)]
                for each in letters
            ],
        )  # fmt: skip


def outbox(
    call: Call,
    id: Annotated[list[int] | None, argument(msg("the notices' ids"), "ID...")] = None,
    status: _Status = None,
    ticket: _Ticket = None,
    to: _To = None,
    channel: _Channel = None,
) -> None:
    """Show notices whole: to whom, by which channel, when, and in which words; of what waits, the words of now."""
    with call.open() as opened:
        opened.require_administrator()
        letters = found(opened, STATUSES if id else status or _UNSENT, ticket, to, channel)
        _require_known(id or (), letters)
        wanted = [each for each in letters if not id or each.id in id]
        if call.json:
            call.output.json([{**_json(opened, each), **_words(opened, each)} for each in wanted])
            return
        for each in wanted:
            _show(opened, each)


def _show(opened: "Opened", letter: "OutLetter") -> None:
    output, words = opened.call.output, _words(opened, letter)
    pairs: list[tuple[Any, Any]] = [
        (msg("notice"), msg("{id} of {ticket}", id=letter.id, ticket=letter.ticket)),
        (msg("to"), opened.named(letter.to)),
        (msg("channel"), letter.channel or msg("will be {channels}", channels=_planned(opened, letter))),
        (msg("status"), msg("{status}, {when}", status=_SHOWN[letter.status], when=_when(opened, letter) or "-")),
        (msg("tries"), letter.attempts),
    ]
    if (why := because(letter.error)) is not None:
        pairs += [(msg("error"), _why(opened, letter)), (msg("cause"), why.cause)]
    if words["with"]:
        pairs.append((msg("together with others"), words["with"]))
    output.pairs(pairs)
    output.line("")
    if words["subject"] is None:
        output.line(words["fault"] or msg("its words are not kept"))
    else:
        output.line(words["subject"])
        for line in words["body"].splitlines():
            output.line(line)
    output.line("")


def retry(
    call: Call,
    id: Annotated[list[int] | None, argument(msg("the notices' ids"), "ID...")] = None,
    dead: Annotated[bool, option("--dead", help=msg("all that are dead"))] = False,
    channel: Annotated[
        str | None, option("--channel", help=msg("by this channel, instead of the one that failed"), metavar="CHANNEL")
    ] = None,
) -> None:
    """Let notices be tried again at the next sweep, by the same channel or another."""
    from sop_engine.engine.notices.resting import in_order

    if bool(id) == dead:
        raise NotUnderstood(msg("name notices by their ids, or all that are dead with --dead"))
    with call.open() as opened:
        opened.require_administrator()
        now = canonical.instant_text(opened.now)
        with opened.site.store.reading() as reading:
            letters = reading.letters("dead") if dead else reading.letters()
        wanted = letters if dead else _tried_again(id or (), letters)
        if channel is not None:
            require_channel(opened, channel)
            _require_free(channel, wanted, letters)
        if not call.dry_run:
            with call.writing(), opened.site.store.writing() as transaction:
                for each in wanted:
                    by = channel or each.channel
                    transaction.letter_failed(each.id, "", now)
                    transaction.letter_goes(each.id, each.channel, [(by, None)], now)
                    in_order(transaction, by)
        call.output.tell(msg("notices that will be tried again: {count}", count=len(wanted)))


def _tried_again(ids: Sequence[int], letters: "Sequence[OutLetter]") -> "list[OutLetter]":
    _require_known(ids, letters)
    known = {each.id: each for each in letters}
    for id in ids:
        if known[id].status == "sent":
            raise NotNow(msg("the notice {id} was sent", id=id), fix=msg("see: sop notify ls --all"))
        if known[id].status == "superseded":
            why = msg("the notice {id} was superseded by a later one that says the same", id=id)
            raise NotNow(why, fix=msg("see: sop notify ls --all"))
        if known[id].status == "recalled":
            why = msg("the notice {id} was recalled: what it says did not stand", id=id)
            raise NotNow(why, fix=msg("see: sop notify ls --all"))
    return [known[id] for id in dict.fromkeys(ids)]


def _require_free(channel: str, wanted: "Sequence[OutLetter]", letters: "Sequence[OutLetter]") -> None:
    """Raise `NotNow` where a notice goes by a channel already, beside the one that failed."""
    taken = {(each.ticket, each.number, each.position, each.to): each.id for each in letters if each.channel == channel}
    for each in wanted:
        other = taken.get((each.ticket, each.number, each.position, each.to), each.id)
        if other != each.id:
            raise NotNow(msg("the notice {id} goes by {channel} already: it is {other}", id=each.id, channel=channel,
                             other=other))  # fmt: skip


# --- trying a channel ------------------------------------------------------------------------------------------------


def test(
    call: Call,
    name: Annotated[str, argument(msg("a person, or a channel by which you will be reached"), "NAME|CHANNEL")],
) -> int:
    """Send a trial message now, and say what came back. Exit code 8 where it could not be sent."""
    from sop_engine.engine.notices.routing import Way, channel_names, channels_for

    with call.open() as opened:
        opened.require_administrator()
        settings = opened.site.settings
        if settings.training:
            raise NotNow(
                msg("this is a training site: it sends nothing, and writes what it would send to notices.log"),
                fix=msg("try it on the real site, with --site FOLDER"),
            )
        by_channel = name in channel_names(settings)
        person = _person(opened, opened.person if by_channel else name, channel_names(settings))
        wanted = (name,) if by_channel else channels_for(settings, person, Way("", False))
        if call.dry_run:
            call.output.tell(
                msg("a trial message would go to {name} by {channels}", name=opened.named(person.id), channels=wanted)
            )
            return 0
        results = [_tried(opened, person, each) for each in wanted]
        amiss = results[0][1]
        if len(results) == 1 and isinstance(amiss, SetUp):
            raise amiss
        if call.json:
            call.output.json(
                [{"channel": channel, "to": person.id, "sent": error is None, "error": _plain(error)}
                 for channel, error in results]
            )  # fmt: skip
        else:
            _tell_results(opened, person, results)
        return 8 if any(error is not None for _channel, error in results) else 0


_Result = tuple[str, Exception | None]


def _tried(opened: "Opened", person: "Person", channel: str) -> _Result:
    """Send by one channel; when it gets through, what waits for it need wait no longer."""
    from sop_engine.engine.notices.channels import channel_named
    from sop_engine.engine.notices.resting import in_order

    site = opened.site
    try:
        channel_named(channel, site.settings)(site.settings, _trial(opened, person, channel))
    except Exception as error:  # whatever a channel does is what was asked for
        return channel, error
    with opened.call.writing(), site.store.writing() as transaction:
        waiting = [each.id for each in transaction.letters("waiting") if each.channel == channel]
        transaction.letters_wait(waiting, canonical.instant_text(opened.now))
        in_order(transaction, channel)
    return channel, None


def _trial(opened: "Opened", person: "Person", channel: str) -> "Parcel":
    from sop_engine.engine.engine import new_id
    from sop_engine.engine.notices.channels import Parcel
    from sop_engine.messages import say

    settings = opened.site.settings
    language = person.language or settings.languages[0]
    subject = say(msg("a trial message from {site}", site=settings.name), language)
    body = say(
        msg("Whoever reads this is reached by the channel {channel}. There is nothing to do.", channel=channel),
        language,
    )
    return Parcel(
        key=f"test:{new_id()}", ticket="", to=person.id, name=person.name or person.id, contact=person.contact,
        subject=subject, body=f"{body}\n", at=canonical.instant_text(opened.now), channel=channel, language=language,
    )  # fmt: skip


def _tell_results(opened: "Opened", person: "Person", results: Sequence[_Result]) -> None:
    output = opened.call.output
    for channel, error in results:
        if error is None:
            output.tell(msg("{channel}: it was taken, for {name}", channel=channel, name=opened.named(person.id)))
            continue
        output.tell(msg("{channel}: it was not taken: {error}", channel=channel, error=said_of(error)))
        if isinstance(error, SetUp) and error.fix is not None:
            output.tell(msg("  mend it: {fix}", fix=error.fix))


def _plain(error: Exception | None) -> str | None:
    return None if error is None else str(said_of(error))


def _person(opened: "Opened", name: str, channels: Sequence[str]) -> "Person":
    from sop_engine.engine.people.identity import find_person
    from sop_engine.ticket.near import near

    with opened.site.store.reading() as reading:
        try:
            return find_person(reading, name)
        except NotUnderstood as error:
            raise NotUnderstood(
                msg("{name} is neither a person nor a channel; channels: {channels}", name=name, channels=channels),
                near=[*near(name, channels), *error.near],
                fix=error.fix,
            ) from None


# --- parts -----------------------------------------------------------------------------------------------------------


def _require_seen(opened: "Opened", to: str | None) -> None:
    """Raise `NotYou` where somebody who is no administrator asks for notices to others: they tell of tickets with which
    he has nothing to do."""
    from sop_engine.engine.people.identity import find_person

    if to is not None and not to.startswith("field:"):
        with opened.reading() as reading:
            if find_person(reading, to).id == opened.person:
                return
    try:
        opened.require_administrator()
    except NotYou as refused:
        refused.fix = msg("an administrator sees all of them; you see yours: sop notify ls --to {name}",
                          name=opened.person)  # fmt: skip
        raise


def _require_known(ids: Sequence[int], letters: "Sequence[OutLetter]") -> None:
    known = {each.id for each in letters}
    for id in ids:
        if id not in known:
            raise NotFound(msg("there is no notice {id}", id=id), fix=msg("see: sop notify ls --all"))


def _instant(letter: "OutLetter") -> datetime | None:
    """When it was sent, or will be tried; None where that will never be."""
    instant = letter.sent or (letter.bundle or letter.next_at if letter.status == "waiting" else None)
    return canonical.instant_of(instant) if instant else None


def _why(opened: "Opened", letter: "OutLetter") -> Message | str:
    found = because(letter.error)
    return with_names(found.said, opened.names) if found is not None else ""


def _when(opened: "Opened", letter: "OutLetter") -> str:
    instant = _instant(letter)
    return show_instant(instant, opened.call.language, opened.zone) if instant else ""


def _short(opened: "Opened", letter: "OutLetter") -> str:
    """As `_when`, short enough for a list."""
    instant = _instant(letter)
    return f"{instant.astimezone(opened.zone):%m-%d %H:%M}" if instant else ""


def _planned(opened: "Opened", letter: "OutLetter") -> tuple[str, ...]:
    from sop_engine.engine.notices.sorting import planned

    with opened.site.store.reading() as reading:
        return planned(opened.site.engine, reading, letter)


def _words(opened: "Opened", letter: "OutLetter") -> dict[str, Any]:
    """In which words a notice was sent, or would be now; the numbers in them as whoever asks sees those of its
    ticket."""
    from sop_engine.engine.notices.letters import render

    kept = letter.rendered or {}
    words: dict[str, Any] = {"subject": kept.get("subject"), "body": kept.get("body"), "with": kept.get("with"),
                             "fault": None}  # fmt: skip
    with opened.site.store.reading() as reading:
        if letter.status in _UNSENT:
            try:
                parcel = render(opened.site.engine, reading, letter)
            except Exception as error:  # whatever a template does; the delivery would say it too
                return words | {"fault": opened.call.output.word(said_of(error))}
            words |= {"subject": parcel.subject, "body": parcel.body}
        ticket = reading.head(letter.ticket)
    for part in ("subject", "body"):
        if ticket is not None and words[part] is not None:
            words[part] = opened.text_seen(ticket, words[part])
    return words


def _json(opened: "Opened", letter: "OutLetter") -> dict[str, Any]:
    waits, why = letter.status == "waiting", because(letter.error)
    return {
        "id": letter.id, "ticket": letter.ticket, "step": letter.number, "notice": letter.notice or None,
        "to": letter.to, "channel": letter.channel or None, "status": letter.status, "attempts": letter.attempts,
        "next_at": opened.local(letter.next_at) if waits else None,
        "held_until": opened.local(letter.bundle) if waits and letter.bundle else None,
        "sent": opened.local(letter.sent) if letter.sent else None,
        "error": None if why is None else opened.call.output.word(_why(opened, letter)),
        "cause": None if why is None else why.cause,
        **({"training": True} if opened.training else {}),
    }  # fmt: skip
