"""Choosing by which channels each notice goes, and which of them wait to go together: what comes before delivery.

A command writes a notice without a channel, so that no command reads settings and wishes; here, before the next
delivery, it is given one row for each of its channels.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final

from sop_engine import canonical
from sop_engine.engine.engine import Engine
from sop_engine.engine.notices.resting import LONGEST_WAIT
from sop_engine.engine.notices.routing import Way, channels_for, fallbacks, held_until
from sop_engine.engine.sites.settings import TRAINING, Settings
from sop_engine.errors import SetUp
from sop_engine.messages import msg
from sop_engine.store.seam import OutLetter, Person, Reads

FARTHEST: Final = timedelta(hours=26)
"""no notice waits longer for others, not even on the day that the clocks are set back; more is a wrong clock's doing"""


def sort_out(engine: Engine) -> None:
    """Give every waiting letter that has none yet its channels; and one that has waited for others, another where
    whoever is to have it is reached by another by now."""
    now = engine.clock.now()
    come = canonical.instant_text(now)
    with engine.store.reading() as reading:
        waiting = reading.letters("waiting")
        if waiting:
            require_same_kind(engine.settings, reading)
        late = [(each, ways) for each in waiting if (ways := _elsewhere(engine, reading, each, come))]
        if not late and all(each.channel for each in waiting):
            return
    with engine.store.writing() as transaction:
        for letter, ways in late:
            transaction.letter_goes(letter.id, letter.channel, [(each, letter.bundle) for each in ways], letter.next_at)
        for letter in transaction.letters("waiting"):
            if not letter.channel:
                chosen = planned(engine, transaction, letter)
                person = person_of(transaction, letter)
                urgent = is_urgent(transaction, letter)
                goes = [(each, _bundle(engine, person, each, now, urgent)) for each in chosen]
                transaction.letter_goes(letter.id, "", goes, letter.next_at)


def _elsewhere(engine: Engine, reading: Reads, letter: OutLetter, come: str) -> tuple[str, ...]:
    """The channels by which a letter that has waited for a morning or a digest goes instead: he wished otherwise
    meanwhile, or the site did. Nothing where its own will do, or stands in for one that would."""
    if not letter.channel or letter.attempts or letter.bundle is None or letter.bundle > come:
        return ()
    ways = planned(engine, reading, letter)
    if any(letter.channel in (each, *fallbacks(engine.settings, each)) for each in ways):
        return ()
    return tuple(each for each in ways if each not in _taken(reading, letter))


def require_same_kind(settings: Settings, reading: Reads) -> None:
    """Raise `SetUp` where a store was made for training and sop.toml does not say so: what was practised would reach
    people as if it were real."""
    if not settings.training and reading.meta(TRAINING) is not None:
        raise SetUp(
            msg("this site was made for training, and sop.toml does not say so any more; nothing is sent"),
            fix=msg("put the line `training = true` back under [site] in sop.toml"),
        )


def _bundle(engine: Engine, person: Person | None, channel: str, now: datetime, urgent: bool) -> str | None:
    until = held_until(engine.settings, person, channel, now, urgent)
    return None if until is None else canonical.instant_text(until)


def planned(engine: Engine, reading: Reads, letter: OutLetter) -> tuple[str, ...]:
    """The channels by which a letter that has none yet would go now."""
    head = reading.head(letter.ticket)
    way = Way(head.procedure if head is not None else "", is_urgent(reading, letter))
    return channels_for(engine.settings, person_of(reading, letter), way)


def person_of(reading: Reads, letter: OutLetter) -> Person | None:
    """Who is to have a letter; None for somebody outside."""
    return None if letter.to.startswith("field:") else reading.person(letter.to)


def is_urgent(reading: Reads, letter: OutLetter) -> bool:
    """Whether the procedure marks a letter as urgent: it stands in the event that wrote it."""
    stored = next(reading.steps(letter.ticket, letter.number - 1, letter.number), None)
    return stored is not None and bool(canonical.parse(stored.data)["events"][letter.position].get("urgent"))


def hold(engine: Engine, letters: Sequence[OutLetter]) -> list[OutLetter]:
    """Those of the letters that were taken that may go now. What is to wait for the end of quiet hours, or for a
    digest, is put off: by an hour at most, after which it is looked at again, so that no clock can put it off for
    years."""
    now = engine.clock.now()
    at, latest, farthest = (canonical.instant_text(now + ahead) for ahead in (timedelta(0), LONGEST_WAIT, FARTHEST))
    ready: list[OutLetter] = []
    held: list[tuple[OutLetter, str]] = []
    with engine.store.reading() as reading:
        for letter in letters:
            if letter.bundle is not None and at < letter.bundle <= farthest:
                until: str | None = letter.bundle
            else:
                until = _again(engine, reading, letter, at)
            if until is None:
                ready.append(letter)
            else:
                held.append((letter, until))
    if held:
        with engine.store.writing() as transaction:
            for letter, until in held:
                if letter.bundle != until:
                    transaction.letter_goes(letter.id, letter.channel, [(letter.channel, until)], min(until, latest))
                else:
                    transaction.letters_wait([letter.id], min(until, latest))
    return ready


def _again(engine: Engine, reading: Reads, letter: OutLetter, at: str) -> str | None:
    """Until when a letter waits that has not waited yet, or for long enough by `at`."""
    person = person_of(reading, letter)
    waited = letter.bundle if letter.bundle is not None and letter.bundle <= at else None
    until = held_until(engine.settings, person, letter.channel, canonical.instant_of(at), False, waited)
    if until is None or is_urgent(reading, letter):
        return None
    return canonical.instant_text(until)


def stand_in(engine: Engine, reading: Reads, letter: OutLetter, reaches: Callable[[str], bool]) -> str | None:
    """The channel that a letter goes by instead of its own, and that `reaches` whoever is to have it; None where there
    is no other, or it goes by that already."""
    taken, others_of = _taken(reading, letter), fallbacks(engine.settings, letter.channel)
    return next((each for each in others_of if each not in taken and reaches(each)), None)


def _taken(reading: Reads, letter: OutLetter) -> set[str]:
    """The channels that have a letter, or had it."""
    same = (letter.number, letter.position, letter.to, letter.notice)
    others = reading.letters(ticket=letter.ticket)
    return {each.channel for each in others if (each.number, each.position, each.to, each.notice) == same}
