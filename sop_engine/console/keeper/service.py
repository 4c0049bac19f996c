"""`sop worker service`: the file that lets systemd or cron run the sweep of this very site."""

import grp
import os
import pwd
import re
import shlex
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

from sop_engine.console.call import Call
from sop_engine.console.parameters import option
from sop_engine.errors import NotUnderstood, SetUp
from sop_engine.messages import msg

if TYPE_CHECKING:
    from sop_engine.console.opened import Opened

_PASSED_ON: Final = ("PGPASSFILE", "PGSERVICEFILE", "SSL_CERT_FILE")
"""names of files that the worker needs too; what holds a secret itself is written into no file"""
_SHARED: Final = (Path("/tmp"), Path("/var/tmp"))
_UNIT: Final = """\
[Unit]
Description={description}
Wants=network-online.target
After=network-online.target
StartLimitIntervalSec=0

[Service]
User={user}
Group={group}
UMask=0007
{environment}ExecStart={command}
Restart=on-failure
RestartSec=10
TimeoutStopSec=120
NoNewPrivileges=true
CapabilityBoundingSet=
ProtectSystem=strict
ReadWritePaths={writable}
ProtectHome=read-only
{temporary}PrivateDevices=true
ProtectClock=true
ProtectControlGroups=true
ProtectKernelModules=true
ProtectKernelTunables=true
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6
RestrictRealtime=true
RestrictSUIDSGID=true
LockPersonality=true
SystemCallArchitectures=native

[Install]
WantedBy=multi-user.target
"""


@dataclass(frozen=True, slots=True)
class Service:
    """What is to be run, for whom, and where."""

    name: str
    """of the file, without its ending"""
    description: str
    program: Path
    folder: Path
    user: str
    group: str
    every: str
    environment: Mapping[str, str]


def service(
    call: Call,
    cron: Annotated[bool, option("--cron", help=msg("a line for cron, which sweeps each minute"))] = False,
    every: Annotated[
        float, option("--every", help=msg("seconds between sweeps (default: 5)"), metavar="SECONDS")
    ] = 5.0,
) -> None:
    """Print the unit that lets systemd run the worker of this site, or a line for cron."""
    from sop_engine.console.keeper.sweep import require_interval, require_real_clock

    require_interval(every)
    with call.open() as opened:
        require_real_clock(opened)
        wanted = _service(call, opened, every)
    text = cron_line(wanted) if cron else unit(wanted)
    file = f"/etc/cron.d/{wanted.name}" if cron else f"/etc/systemd/system/{wanted.name}.service"
    if call.json:
        call.output.json({"file": file, "text": text})
        return
    for line in text.splitlines():
        call.output.line(line, raw=True)
    if cron:
        call.output.tell(msg("write it to {file}", file=file))
    else:
        call.output.tell(msg("write it to {file}; then: systemctl enable --now {name}", file=file, name=wanted.name))


def _service(call: Call, opened: "Opened", every: float) -> Service:
    settings = opened.site.settings
    folder = settings.folder.absolute()
    about = folder.stat()
    return Service(
        name=f"sop-{re.sub('[^A-Za-z0-9_-]', '-', settings.id)}",
        description=call.output.word(msg("timers and notices of {name}", name=settings.name)),
        program=_program(),
        folder=folder,
        user=_user(about.st_uid),
        group=_group(about.st_gid),
        every=f"{every:g}",
        environment={name: os.environ[name] for name in _PASSED_ON if name in os.environ},
    )


def _program() -> Path:
    """The `sop` that runs now, by its absolute path."""
    for found in (Path(sys.executable).with_name("sop"), Path(sys.argv[0])):
        if found.name == "sop" and found.is_file():
            return found.absolute()
    raise SetUp(msg("there is no program `sop` beside {python}", python=sys.executable),
                fix=msg("install it there: pip install sop_engine"))  # fmt: skip


def _user(number: int) -> str:
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return str(number)


def _group(number: int) -> str:
    try:
        return grp.getgrgid(number).gr_name
    except KeyError:
        return str(number)


# --- systemd ---------------------------------------------------------------------------------------------------------


def unit(service: Service) -> str:
    """The unit. It may write the site's folder and nothing else (systemd.exec(5), systemd.syntax(7))."""
    environment = [f"Environment={_quoted(f'{name}={value}')}\n" for name, value in service.environment.items()]
    shared = [each for each in _SHARED if service.folder.is_relative_to(each)]
    return _UNIT.format(
        description=_on_one_line(service.description),
        user=service.user,
        group=service.group,
        environment="".join(environment),
        command=_command(service),
        writable=" ".join(_quoted(str(each)) for each in [service.folder, *shared]),
        temporary="" if shared else "PrivateTmp=true\n",
    )


def _command(service: Service) -> str:
    program, *words = (_quoted(each) for each in (str(service.program), "worker", "run", "--site", str(service.folder)))
    words = [each.replace("$", "$$") for each in [*words, "--every", service.every]]
    if all(each.isprintable() and each not in "\"'\\" for each in str(service.program)):
        return " ".join([program, *words])  # of the program itself no variable is replaced: a dollar sign is one
    return " ".join(["/usr/bin/env", program.replace("$", "$$"), *words])  # systemd starts nothing that is called so


def _quoted(word: str) -> str:
    """A word as systemd reads it: in quotes where it needs them, `%` doubled."""
    word = word.replace("%", "%%")
    if re.fullmatch(r"[\w@%+=:,./$-]+", word):
        return word
    return f'"{"".join(map(_escaped, word))}"'


def _escaped(letter: str) -> str:
    """A letter within quotes; what cannot be seen is named, and so is a byte that is no text."""
    code = ord(letter)
    if letter in '\\"':
        return f"\\{letter}"
    if 0xDC80 <= code <= 0xDCFF:
        return f"\\x{code - 0xDC00:02x}"
    return letter if letter.isprintable() else f"\\U{code:08x}"


def _on_one_line(text: str) -> str:
    """A description: no specifiers, and no backslash at the end, which would go on in the next line."""
    shown = "".join(each if each.isprintable() and each != "\\" else " " for each in text)
    return " ".join(shown.split()).replace("%", "%%")


# --- cron ------------------------------------------------------------------------------------------------------------


def cron_line(service: Service) -> str:
    """The file for /etc/cron.d (crontab(5)). Raises `NotUnderstood` for paths that cannot stand there."""
    words = [str(service.program), "worker", "tick", "--site", str(service.folder)]
    if any("\\" in each or not each.isprintable() for each in [*words, *service.environment.values()]):
        raise NotUnderstood(
            msg("a path with a backslash, or with what cannot be printed, cannot stand in a crontab"),
            fix=msg("take the unit for systemd: sop worker service"),
        )
    environment = [f"{name}={value}\n" for name, value in service.environment.items()]
    command = " ".join(map(shlex.quote, words)).replace("%", "\\%")
    return f"{''.join(environment)}* * * * * {service.user} {command} 2>&1 | logger -t sop\n"
