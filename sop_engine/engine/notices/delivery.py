"""Delivering the outbox. A command writes rows and never sends; a dead channel blocks no ticket and no timer.

The law.

1. A letter is taken with a lease, rendered, sent outside any transaction, and marked. Nothing is begun that could last
   longer than the lease: a channel ends within `LONGEST_SECONDS`, and what is not begun in time is given back. So two
   workers never send one letter at the same time; only one that died between sending and marking sends it twice. A
   lease runs by a clock that all who use the store share, so it does not matter what their own say, or who sets them.
2. A letter that fails is tried again after 1, 2, 4 ... minutes up to an hour, twelve times; then it is dead, is shown
   by `doctor`, and can be retried by hand.
3. Where it was the channel that failed, and not the letter, the channel rests as a whole (`resting`): a dead server
   costs one timeout, not one a letter. After the rest those go first that were tried least, so a letter that a server
   chokes on holds up no other. No letter dies of a channel that is out of order, however long that lasts: only where
   another got through just before, it is the letter.
4. Of letters of one kind (`ticket.kinds`) that wait, only the last is sent: the store supersedes the others.
5. A time that lies further ahead than any wait is one that a wrong clock has set, and is taken as come.
6. A letter is given its channels before it is taken (`sorting`), and waits there for the end of quiet hours or for a
   digest. What waited for one instant, for one person, by one channel goes as one parcel, whose key is made of theirs;
   and goes elsewhere where he has other channels by then.
7. Where a channel was found out of order twice in a row, or cannot reach somebody at all, the one that stands in for it
   has the letter, if sop.toml names one that can reach whoever it is for; an urgent letter goes there after the first
   time.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

from sop_engine import canonical
from sop_engine.clock import steady_seconds
from sop_engine.engine.engine import Engine
from sop_engine.engine.notices.channels import (
    LONGEST_SECONDS,
    NoAddress,
    channel_named,
    has_address,
    is_of_channel,
    retry_after,
)
from sop_engine.engine.notices.failed_because import kept_text
from sop_engine.engine.notices.letters import contact_of, render, together
from sop_engine.engine.notices.resting import FARTHEST, in_order, out_of_order, rest_of, rests_until, wait_after
from sop_engine.engine.notices.sorting import hold, is_urgent, sort_out, stand_in
from sop_engine.lean import dataclass
from sop_engine.store.seam import OutLetter, Reads
from sop_engine.ticket.former import is_held_back

ATTEMPTS: Final = 12
LEASE_SECONDS: Final = 300.0
BATCH: Final = 100
PATIENCE: Final = 2
"""after so many failures in a row the letters of a channel go by the one that stands in for it"""


@dataclass(slots=True)
class Delivery:
    """What one round came to, in letters."""

    sent: int = 0
    failed: int = 0
    """attempts after which the letter is tried again by the same channel"""
    passed: int = 0
    """attempts after which another channel has the letter"""
    dead: int = 0


def deliver(engine: Engine, go_on: Callable[[], bool] = lambda: True) -> Delivery:
    """Send what is waiting and due, until nothing is left for now, or `go_on`, which is asked before each letter, says
    that it is enough."""
    result = Delivery()
    while go_on():
        sort_out(engine)
        now = engine.clock.now()
        come, beyond = canonical.instant_text(now), canonical.instant_text(now + FARTHEST)
        with engine.store.reading() as reading:
            if all(come < letter.next_at <= beyond for letter in reading.letters("waiting")):
                break
        lease = steady_seconds() + LEASE_SECONDS
        with engine.store.writing() as transaction:
            letters = transaction.take_letters(come, beyond, BATCH, LEASE_SECONDS)
        _deliver_all(engine, letters, lease, go_on, result)
        if len(letters) < BATCH:
            break
    return result


def _deliver_all(
    engine: Engine, letters: Sequence[OutLetter], lease: float, go_on: Callable[[], bool], result: Delivery
) -> None:
    """Try letters that were taken until `lease` of the steady clock; what is not tried now is given back."""
    unsorted = [each for each in letters if not each.channel]  # posted since the others were sorted out
    ready = hold(engine, [each for each in letters if each.channel])
    waiting = _grouped(sorted(ready, key=lambda each: (each.attempts, each.id)))
    for rank, group in enumerate(waiting):
        now = engine.clock.now()
        if not go_on() or steady_seconds() + LONGEST_SECONDS > lease:
            unsorted += [each for late in waiting[rank:] for each in late]
            break
        going = [each for each in group if _may_go(engine, each, now)]
        if going:
            _deliver_one(engine, going, result)
    if unsorted:
        with engine.store.writing() as transaction:
            transaction.letters_wait([each.id for each in unsorted], canonical.instant_text(engine.clock.now()))


def _grouped(letters: Sequence[OutLetter]) -> list[list[OutLetter]]:
    """The letters that go as one parcel, in the order of the first of each."""
    groups: dict[tuple[str, ...], list[OutLetter]] = {}
    for each in letters:
        alone = each.bundle is None or each.to.startswith("field:")
        groups.setdefault((str(each.id),) if alone else ("", each.to, each.channel), []).append(each)
    return list(groups.values())


def _may_go(engine: Engine, letter: OutLetter, now: datetime) -> bool:
    """Whether a letter is to be tried now. It is not where it was superseded since it was taken; where its channel
    rests, it is put off, or another channel has it."""
    with engine.store.reading() as reading:
        if all(each.id != letter.id for each in reading.letters("waiting", letter.ticket)):
            return False
        ticket = reading.ticket(letter.ticket) if letter.to.startswith("field:") else None
        if ticket is not None and is_held_back(ticket, letter.to, canonical.instant_text(now)):
            return False  # he has moved out; the sweep recalls it
        until, rest = rests_until(reading, letter.channel, now), rest_of(reading, letter.channel)
        instead = None if rest is None else _instead(engine, reading, letter, rest.failures)
    if until is None:
        return True
    with engine.store.writing() as transaction:
        if instead is None:
            transaction.letters_wait([letter.id], until)
        else:
            transaction.letter_goes(letter.id, letter.channel, [(instead, letter.bundle)], canonical.instant_text(now))
    return False


def _instead(engine: Engine, reading: Reads, letter: OutLetter, failures: int) -> str | None:
    """The channel that has a letter after so many failures in a row of its own; None: it waits."""

    def reaches(channel: str) -> bool:
        return has_address(engine.settings, channel, contact_of(engine, reading, letter))

    other = stand_in(engine, reading, letter, reaches)
    patient = other is None or (failures < PATIENCE and not is_urgent(reading, letter))
    return None if patient else other


def _deliver_one(engine: Engine, group: Sequence[OutLetter], result: Delivery) -> None:
    """Try letters that go as one parcel: usually one."""
    parcels = []
    going: list[OutLetter] = []
    for letter in group:
        try:
            with engine.store.reading() as reading:
                parcels.append(render(engine, reading, letter))
        except Exception as error:  # whatever a template does, the other letters go on
            _failed(engine, [letter], error, result)
        else:
            going.append(letter)
    if not going:
        return
    parcel, channel = together(parcels), going[0].channel
    try:
        channel_named(channel, engine.settings)(engine.settings, parcel)
    except Exception as error:  # and whatever a channel does
        _failed(engine, going, error, result, of_channel=is_of_channel(error))
        return
    at = canonical.instant_text(engine.clock.now())
    with engine.store.writing() as transaction:
        for letter, each in zip(going, parcels, strict=True):
            rendered = {"body": each.body, "subject": each.subject, "to": each.name}
            if len(going) > 1:
                rendered["with"] = parcel.key
            transaction.letter_sent(letter.id, at, rendered)
        in_order(transaction, channel)
    result.sent += len(going)


def _failed(
    engine: Engine, letters: Sequence[OutLetter], error: Exception, result: Delivery, of_channel: bool = False
) -> None:
    """Note an attempt that failed, of letters that went as one parcel."""
    now, channel, said = engine.clock.now(), letters[0].channel, kept_text(error)
    with engine.store.writing() as transaction:
        rest = out_of_order(transaction, channel, now, said, retry_after(error)) if of_channel else None
        for letter in letters:
            attempts = letter.attempts + 1
            hopeless = isinstance(error, NoAddress) or attempts >= ATTEMPTS
            next_at = canonical.instant_text(now + wait_after(attempts))
            if rest is not None:
                next_at = max(next_at, rest.until)
                hopeless = hopeless and rest.failures == 1
            failures = PATIENCE if hopeless else 0 if rest is None else rest.failures
            instead = _instead(engine, transaction, letter, failures)
            transaction.letter_failed(letter.id, said, None if hopeless and instead is None else next_at)
            if instead is not None:
                goes = [(instead, letter.bundle)]
                transaction.letter_goes(letter.id, channel, goes, canonical.instant_text(now))
            if instead is not None:
                result.passed += 1
            elif hopeless:
                result.dead += 1
            else:
                result.failed += 1
