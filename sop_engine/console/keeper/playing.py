"""`sop demo play`: one repair from the phone call to closed, done with the very commands that staff type."""

import io
import os
import shlex
import sys
import tempfile
from collections.abc import Sequence
from contextlib import chdir, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sop_engine.console.output import flush
from sop_engine.errors import SopError
from sop_engine.messages import Message, msg

if TYPE_CHECKING:
    from sop_engine.console.call import Call


@dataclass(frozen=True, slots=True)
class Act:
    """A command of the play, what is said before it, and the exit code that it must come to."""

    said: Message
    command: str
    code: int = 0
    whole: bool = False
    """show the ticket that it prints too, not only what it says"""


ACTS: Final[Sequence[Act]] = (
    Act(
        msg("An owner calls: water runs under the kitchen sink. 王芳 at the front desk writes it down."),
        "new repair --as 王芳 --field place=户内 --field unit=3栋2单元1202 --field fault=厨房水管漏水"
        " --field urgency=急修 --field channel=来电",
        whole=True,
    ),
    Act(msg("She sends 李强; a work order is due to be printed."), "do 001 dispatch --assignee 李强 --as 王芳"),
    Act(msg("Four minutes later he takes it by radio; she enters it for him."), "demo advance 4min"),
    Act(
        msg("Both stay on record: whose act it is, and who typed it."),
        "do 001 accept --as 王芳 --doer 李强 --heard 对讲",
    ),
    Act(msg("Twelve minutes on he is there."), "demo advance 12min"),
    Act(msg("Accepting was not arriving: this is the fact itself."), "do 001 arrive --as 李强"),
    Act(msg("He came in time; any promise explains itself."), "sla explain 001 urgent_arrival", whole=True),
    Act(msg("It is paid work: he quotes before he begins."),
        "do 001 price --as 李强 --field charge=有偿 --field 'quote=item=软管;labour=80;material=35.50'"),
    Act(msg("The owner signs the slip; its photo is kept by its hash."),
        "do 001 agree_fee --as 李强 --field owner_sign=@signature.png"),
    Act(msg("Forty minutes of work."), "demo advance 40min"),
    Act(msg("Finished."), "do 001 done --as 李强 --field work_done=更换进水软管并试水"),
    Act(msg("He cannot confirm his own work: the desk calls the owner back."), "do 001 confirm --as 李强", code=5),
    Act(msg("A slip of the finger gets an answer that helps."), "do 001 confrim --as 刘洋", code=2),
    Act(msg("刘洋 calls the owner back: it is mended."), "do 001 confirm --as 刘洋"),
    Act(msg("The slip of paid work comes back, and the ticket is closed."), "do 001 return_slip --as 刘洋"),
    Act(msg("Years later an auditor reads the story"), "audit log 001", whole=True),
    Act(msg("and decides every step again, from the record alone."), "audit replay --all", whole=True),
)  # fmt: skip


def perform(call: "Call", keep: str | None) -> int:
    """Play it in a throw-away site, or in the folder `keep`; gives 0, or the exit code that was not expected."""
    if keep is not None:
        return _perform_in(call, Path(keep))
    with tempfile.TemporaryDirectory(prefix="sop-demo-") as folder:
        return _perform_in(call, Path(folder) / "site")


def _perform_in(call: "Call", folder: Path) -> int:
    from sop_engine.engine.people.identity import system_login
    from sop_engine.engine.sites.demo import make_demo
    from sop_engine.engine.sites.demo_tickets import picture

    make_demo(folder, system_login())
    call.output.line(msg("A demo site with a dozen people; its clock stands at Monday 2026-11-23, 08:30."))
    os.environ.pop("SOP_SITE", None)
    with chdir(folder):
        Path("signature.png").write_bytes(picture())
        for act in ACTS:
            call.output.line("")
            call.output.line(msg("# {said}", said=act.said))
            call.output.line(call.output.bold(f"$ sop {act.command}"), raw=True)
            flush(sys.stdout)
            code = _run(act, call.language)
            if code != act.code:
                raise SopError(msg("`sop {command}` ended with {code}, not with {expected}", command=act.command,
                                   code=code, expected=act.code))  # fmt: skip
    call.output.line("")
    call.output.line(msg("That was all of it. Make a site of your own to try things on: sop demo make my-site"))
    return 0


def _run(act: Act, language: str) -> int:
    """Run an act's command; where it is not shown whole, only its last lines are: what happened, what comes next."""
    from sop_engine.console.running import run

    words = [*shlex.split(act.command), "--no-input", "--lang", language]
    if act.whole:
        return run(words)
    with redirect_stdout(io.StringIO()):
        return run(words)
