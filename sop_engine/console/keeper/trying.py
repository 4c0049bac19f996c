"""`sop demo`: a site to try things on, with a dozen people and a clock that moves only when it is told to."""

from pathlib import Path
from typing import Annotated

from sop_engine import canonical
from sop_engine.console.call import Call
from sop_engine.console.parameters import argument, option
from sop_engine.console.spans import read_span
from sop_engine.messages import msg


def make(
    call: Call,
    folder: Annotated[str, argument(msg("a new or empty folder"), "FOLDER")],
    empty: Annotated[
        bool, option("--empty", help=msg("without the tickets that are open on its first morning"))
    ] = False,
) -> None:
    """Make a demo site: a dozen people, a few flats, some tickets open."""
    from sop_engine.engine.people.identity import system_login
    from sop_engine.engine.sites.demo import make_demo
    from sop_engine.engine.sites.demo_tickets import leave_open

    path = Path(folder)
    with call.writing():
        published = make_demo(path, system_login())
        count = 0 if empty else leave_open(path, system_login())
    if call.json:
        call.output.json({"site": str(path.resolve()), "published": published})
        return
    call.output.tell(
        msg("made a demo site in {folder}: a dozen people, and you may be any of them with --as", folder=folder),
        msg("its clock stands at Monday 2026-11-23 08:30 and moves with: sop demo advance 2h"),
        *(
            [msg("tickets that are open: {count}; see them: cd {folder} && sop ls --all", count=count, folder=folder)]
            if count
            else []
        ),
        msg("next: cd {folder} && sop new repair --as 王芳", folder=folder),
    )


def advance(
    call: Call,
    by: Annotated[str, argument(msg("how long: 30min, 2h, 2d, 1w"), "SPAN")],
) -> None:
    """Move a demo site's clock, firing what comes due on the way."""
    from sop_engine.engine.sites.demo import advance as move

    with call.open() as opened:
        with call.writing():
            sweep, delivery = move(opened.site, read_span(by))
        now = opened.now.astimezone(opened.zone)
        if call.json:
            call.output.json(
                {
                    "now": opened.local(canonical.instant_text(now)),
                    "fired": sweep.fired, "aside": sweep.aside,
                    "sent": delivery.sent, "failed": delivery.failed, "passed": delivery.passed,
                    "dead": delivery.dead,
                }
            )  # fmt: skip
            return
        call.output.tell(
            msg("it is {now} now; timers fired: {fired}, notices sent: {sent}", now=f"{now:%Y-%m-%d %H:%M}",
                fired=sweep.fired, sent=delivery.sent)
        )  # fmt: skip
        if sweep.aside:
            call.output.tell(msg("set aside because they could not fire: {count}; which, and why: sop worker status",
                                 count=sweep.aside))  # fmt: skip
        if delivery.passed:
            call.output.tell(msg("notices that went by the channel that stands in: {count}", count=delivery.passed))
        if delivery.failed or delivery.dead:
            call.output.tell(msg("notices to be tried again: {failed}, dead: {dead}; which, and why: sop notify ls",
                                 failed=delivery.failed, dead=delivery.dead))  # fmt: skip


def play(
    call: Call,
    keep: Annotated[
        str | None, option("--keep", help=msg("make the site in this folder, and leave it there"), metavar="FOLDER")
    ] = None,
) -> int:
    """Show it all: a throw-away site, one repair from the phone call to closed, its story, and its replay."""
    from sop_engine.console.keeper.playing import perform

    return perform(call, keep)
