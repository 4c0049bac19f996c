"""`sop worker`: the sweep that fires timers and sends notices."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

from sop_engine import canonical
from sop_engine.console.call import Call
from sop_engine.console.names import span
from sop_engine.console.parameters import option
from sop_engine.errors import NotUnderstood, SetUp, SopError
from sop_engine.messages import Message, msg

if TYPE_CHECKING:
    from sop_engine.console.keeper.standing import Standing
    from sop_engine.console.opened import Opened
    from sop_engine.engine.metronome import Round


def run(
    call: Call,
    every: Annotated[
        float, option("--every", help=msg("seconds between sweeps (default: 5)"), metavar="SECONDS")
    ] = 5.0,
) -> None:
    """Sweep until told to end (Ctrl-C or SIGTERM); what is under way is finished."""
    from sop_engine.engine.metronome import run as beat

    require_interval(every)
    with call.open() as opened:
        require_real_clock(opened)
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
    from sop_engine.console.keeper.standing import standing

    with call.open() as opened:
        found = standing(opened)
        if call.json:
            call.output.json(_status_json(opened, found))
        else:
            call.output.pairs(_status_rows(found))
            _tell_faults(call, found)
        return 0 if found.healthy else 1


def _status_json(opened: "Opened", found: "Standing") -> dict[str, Any]:
    def local(instant: datetime | None) -> str | None:
        return None if instant is None else opened.local(canonical.instant_text(instant))

    return {
        "last_sweep": local(found.swept),
        "next_due": local(found.next_due),
        "overdue": found.overdue,
        "overdue_seconds": max(0, int(found.late.total_seconds())),
        "workers": [
            {
                "host": mark.host, "pid": mark.pid, "every_seconds": mark.every_seconds, "since": local(mark.since),
                "heard": local(mark.at), "state": found.state(mark),
            }
            for mark in found.workers
        ],
        "aside": len(found.aside),
        "set_aside": [{"ticket": each.ticket, "timer": each.key, "error": error} for each, error in found.aside],
        "waiting": len(found.waiting),
        "dead": len(found.dead),
        "out_of_order": [
            {"channel": channel, "since": opened.local(rest.since), **_cause(opened, rest.error)}
            for channel, rest in found.rests.items()
        ],
        "healthy": found.healthy,
    }  # fmt: skip


def _cause(opened: "Opened", error: str) -> dict[str, Any]:
    from sop_engine.engine.notices.failed_because import because

    why = because(error)
    if why is None:
        return {"error": None, "cause": None}
    return {"error": opened.call.output.word(why.said), "cause": why.cause}


def _status_rows(found: "Standing") -> Iterator[tuple[Any, Any]]:
    yield msg("last sweep"), found.last_sweep()
    if not found.workers:
        yield msg("worker"), msg("none runs")
    for mark in found.workers:
        yield msg("worker"), msg("{worker}: {how}", worker=mark.name, how=found.how(mark))
    yield msg("next timer"), _next(found)
    if found.overdue:
        late = msg("{count}, the oldest for {span}", count=found.overdue, span=span(found.late))
    yield msg("timers overdue"), late if found.overdue else 0
    yield msg("set aside"), len(found.aside)
    yield msg("notices waiting"), len(found.waiting)
    yield msg("notices dead"), len(found.dead)
    for channel in found.rests:
        yield msg("channel {channel}", channel=channel), msg("out of order for {span}",
                                                            span=span(found.resting_for(channel)))  # fmt: skip


def _next(found: "Standing") -> Message:
    if found.next_due is None:
        return msg("none")
    if found.late > timedelta(0):
        return msg("due {span} ago", span=span(found.late))
    return msg("in {span}", span=span(-found.late))


def _tell_faults(call: Call, found: "Standing") -> None:
    """What must be mended, and how."""
    for each, error in found.aside:
        call.output.tell(
            msg("set aside: {timer} of {ticket}: {error}; when mended: sop release {ticket} {timer}",
                timer=each.key, ticket=each.ticket, error=error)
        )  # fmt: skip
    if found.stuck and found.sweeps:
        call.output.tell(msg("something sweeps, and timers do not fire; what stands in their way: sop worker tick"))
    elif found.stuck or found.unheard:
        call.output.tell(msg("nothing sweeps: start it with sop worker run, or from cron with sop worker tick"))


def _say(opened: "Opened", done: "Round", always: bool = False) -> None:
    output, sweep, delivery = opened.call.output, done.sweep, done.delivery
    if done.clock_set is not None:
        ahead = done.clock_set > timedelta(0)
        output.tell(
            msg("this machine's clock was set ahead by {span}", span=span(done.clock_set)) if ahead
            else msg("this machine's clock was set back by {span}", span=span(done.clock_set))
        )  # fmt: skip
        return
    if done.error is not None:
        said = done.error.message if isinstance(done.error, SopError) else str(done.error)
        output.tell(msg("this round failed, and will be tried again: {error}", error=said))
        return
    if sweep.strays:
        output.tell(
            msg("timers that the index had and no ticket, put right: {count}; which: sop audit refused; whether more"
                " was changed: sop audit verify", count=sweep.strays)
        )  # fmt: skip
    if always or sweep.fired or sweep.aside or delivery.sent or delivery.failed or delivery.dead or delivery.passed:
        output.tell(
            msg("timers fired: {fired}, set aside: {aside}; notices sent: {sent}, to try again: {failed}, dead: {dead}",
                fired=sweep.fired, aside=sweep.aside, sent=delivery.sent, failed=delivery.failed, dead=delivery.dead)
        )  # fmt: skip
    if delivery.passed:
        output.tell(msg("notices that went by the channel that stands in: {count}", count=delivery.passed))


def _json(done: "Round") -> dict[str, int]:
    return {
        "fired": done.sweep.fired,
        "aside": done.sweep.aside,
        "sent": done.delivery.sent,
        "failed": done.delivery.failed,
        "passed": done.delivery.passed,
        "dead": done.delivery.dead,
    }


def require_interval(seconds: float) -> None:
    """Raise `NotUnderstood` for an interval between sweeps that makes no sense."""
    if not 0.05 <= seconds <= 3600:
        raise NotUnderstood(msg("--every is a number of seconds from 0.05 to 3600"))


def require_real_clock(opened: "Opened") -> None:
    """Raise `SetUp` for a site where the clock stands still."""
    if opened.site.clock.simulated:
        raise SetUp(
            msg("a demo site's clock stands still, so nothing would ever be due"),
            fix=msg("move it, and sweep on the way: sop demo advance 2h"),
        )
