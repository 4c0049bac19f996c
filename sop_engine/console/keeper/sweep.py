"""`sop worker` and `sop notify`: the sweep that fires timers, and notices on their way out."""

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any

from sop_engine import canonical
from sop_engine.console.call import Call
from sop_engine.console.names import span
from sop_engine.console.output import Column
from sop_engine.console.parameters import argument, option
from sop_engine.errors import NotFound, NotNow, NotUnderstood, SetUp, SopError
from sop_engine.messages import msg

if TYPE_CHECKING:
    from sop_engine.console.opened import Opened
    from sop_engine.engine.metronome import Round

OVERDUE = timedelta(hours=3)
"""a sweep that is older than this, with timers due, is a fault"""


def run(
    call: Call,
    every: Annotated[
        float, option("--every", help=msg("seconds between sweeps (default: 5)"), metavar="SECONDS")
    ] = 5.0,
) -> None:
    """Sweep until told to end (Ctrl-C or SIGTERM); what is under way is finished."""
    from sop_engine.engine.metronome import run as beat

    if not 0.05 <= every <= 3600:
        raise NotUnderstood(msg("--every is a number of seconds from 0.05 to 3600"))
    with call.open() as opened:
        _not_simulated(opened)
        call.output.tell(msg("sweeping every {seconds} seconds; Ctrl-C ends it", seconds=f"{every:g}"))
        beat(opened.site.engine, every, lambda done: _say(opened, done))
    call.output.tell(msg("ended; nothing was left half done"))


def tick(call: Call) -> int:
    """Sweep once: fire what is due, send what is waiting. For cron. Exit code 8 where a notice could not be sent."""
    from sop_engine.engine.metronome import once

    with call.open() as opened:
        done = once(opened.site.engine)
        if call.json:
            call.output.json(_json(done))
        else:
            _say(opened, done, always=True)
        return 8 if done.delivery.failed or done.delivery.dead else 0


def status(call: Call) -> int:
    """Say whether the sweep lives, what is overdue and what was set aside; exit code 1 where something is wrong."""
    with call.open() as opened:
        now = opened.now
        with opened.site.store.reading() as reading:
            swept, due, aside = reading.meta("last_sweep"), reading.next_due(), reading.aside()
            waiting, dead = reading.letters("waiting"), reading.letters("dead")
        age = now - canonical.instant_of(swept) if swept else None
        late = now - canonical.instant_of(due) if due else timedelta(0)
        stuck = late > OVERDUE and (age is None or age > OVERDUE)
        if call.json:
            call.output.json(
                {
                    "last_sweep": opened.local(swept) if swept else None,
                    "next_due": opened.local(due) if due else None,
                    "aside": len(aside),
                    "set_aside": [{"ticket": each.ticket, "timer": each.key, "error": error} for each, error in aside],
                    "waiting": len(waiting),
                    "dead": len(dead),
                    "healthy": not (stuck or aside or dead),
                }
            )
            return 1 if stuck or aside or dead else 0
        overdue = late > timedelta(0)
        call.output.pairs(
            [
                (msg("last sweep"), msg("{span} ago", span=span(age)) if age is not None else msg("never")),
                (msg("next timer"), _next(due, late, overdue)),
                (msg("set aside"), len(aside)),
                (msg("notices waiting"), len(waiting)),
                (msg("notices dead"), len(dead)),
            ]
        )
        for each, error in aside:
            call.output.tell(
                msg("set aside: {timer} of {ticket}: {error}; when mended: sop release {ticket} {timer}",
                    timer=each.key, ticket=each.ticket, error=error)
            )  # fmt: skip
        if stuck:
            call.output.tell(msg("nothing sweeps: start it with sop worker run, or from cron with sop worker tick"))
        return 1 if stuck or aside or dead else 0


def _next(due: str | None, late: timedelta, overdue: bool) -> Any:
    if due is None:
        return msg("none")
    return msg("due {span} ago", span=span(late)) if overdue else msg("in {span}", span=span(-late))


def notices(
    call: Call,
    all: Annotated[bool, option("--all", help=msg("those that were sent or superseded too"))] = False,
    ticket: Annotated[str | None, option("--ticket", help=msg("of this ticket"), metavar="ID")] = None,
) -> None:
    """List notices that are waiting or dead, with why."""
    with call.open() as opened:
        with opened.site.store.reading() as reading:
            letters = [each for each in reading.letters(None, ticket) if all or each.status in {"waiting", "dead"}]
        if call.json:
            call.output.json(
                [
                    {
                        "id": each.id, "ticket": each.ticket, "step": each.number, "notice": each.notice or None,
                        "to": each.to, "channel": each.channel, "status": each.status, "attempts": each.attempts,
                        "next_at": opened.local(each.next_at) if each.status == "waiting" else None,
                        "error": each.error,
                    }
                    for each in letters
                ]
            )  # fmt: skip
            return
        columns = [Column(msg("id"), whole=True), Column(msg("ticket"), whole=True), Column(msg("notice")),
                   Column(msg("to")), Column(msg("channel")), Column(msg("status")), Column(msg("tries")),
                   Column(msg("error"))]  # fmt: skip
        call.output.table(
            columns,
            [
                [str(each.id), each.ticket, each.notice or "-", each.to, each.channel, each.status,
                 str(each.attempts), each.error or ""]
                for each in letters
            ],
        )  # fmt: skip


def retry(
    call: Call,
    id: Annotated[list[int], argument(msg("the notices' ids"), "ID...")],
) -> None:
    """Let dead notices be tried again at the next sweep."""
    from sop_engine.engine.resting import in_order

    with call.open() as opened:
        now = canonical.instant_text(opened.now)
        with opened.site.store.reading() as reading:
            known = {each.id: each for each in reading.letters()}
        for each in id:
            if each not in known:
                raise NotFound(msg("there is no notice {id}", id=each), fix=msg("see: sop notify ls --all"))
            if known[each].status == "sent":
                raise NotNow(msg("the notice {id} was sent", id=each), fix=msg("see: sop notify ls --all"))
            if known[each].status == "superseded":
                why = msg("the notice {id} was superseded by a later one that says the same", id=each)
                raise NotNow(why, fix=msg("see: sop notify ls --all"))
        if not call.dry_run:
            with call.writing(), opened.site.store.writing() as transaction:
                for each in id:
                    transaction.letter_failed(each, "", now)
                    in_order(transaction, known[each].channel)
        call.output.tell(msg("notices that will be tried again: {count}", count=len(id)))


def _say(opened: "Opened", done: "Round", always: bool = False) -> None:
    output, sweep, delivery = opened.call.output, done.sweep, done.delivery
    if done.error is not None:
        said = done.error.message if isinstance(done.error, SopError) else str(done.error)
        output.tell(msg("this round failed, and will be tried again: {error}", error=said))
        return
    if sweep.strays:
        output.tell(
            msg("timers that the index had and no ticket, put right: {count}; which: sop audit refused; whether more"
                " was changed: sop audit verify", count=sweep.strays)
        )  # fmt: skip
    if always or sweep.fired or sweep.aside or delivery.sent or delivery.failed or delivery.dead:
        output.tell(
            msg("timers fired: {fired}, set aside: {aside}; notices sent: {sent}, to try again: {failed}, dead: {dead}",
                fired=sweep.fired, aside=sweep.aside, sent=delivery.sent, failed=delivery.failed, dead=delivery.dead)
        )  # fmt: skip


def _json(done: "Round") -> dict[str, int]:
    return {
        "fired": done.sweep.fired,
        "aside": done.sweep.aside,
        "sent": done.delivery.sent,
        "failed": done.delivery.failed,
        "dead": done.delivery.dead,
    }


def _not_simulated(opened: "Opened") -> None:
    if opened.site.clock.simulated:
        raise SetUp(
            msg("a demo site's clock stands still, so nothing would ever be due"),
            fix=msg("move it, and sweep on the way: sop demo advance 2h"),
        )
