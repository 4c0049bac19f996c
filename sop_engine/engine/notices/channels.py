"""Ways out of the system. A channel takes a rendered notice and an address; what it raises is an attempt that failed.
It has ended after `LONGEST_SECONDS`, whatever is at its other end, and sends nothing after that. What it writes to this
machine is flushed before it says so, because the letter is then marked as sent.

| channel | what it does | entries in `[channels]` of sop.toml |
|---|---|---|
| `log` | a line in `notices.log` of the site | |
| `file` | one text file each in `outbox/` of the site | |
| `smtp` | a mail | `[channels.smtp]` `host`, `port`, `from`, `starttls`, `user`, `password_file` |
| `webhook` | signed JSON by HTTP | `[channels.NAME]` `kind`, `url` or `url_file`, `secret_file` |
| `apprise` | a message by WeCom, DingTalk, Feishu ... | `[channels.NAME]` `kind`, `url_file` |

Instead of `X_file` there may be `X_env`, which names a variable of the environment. Any channel of sop.toml may be of
any kind, several of one.
"""

import errno
import json
import os
import re
import stat
from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, Final

from sop_engine import canonical
from sop_engine.engine.notices.routing import channel_names, entries_of, kind_of
from sop_engine.engine.sites.settings import Settings
from sop_engine.errors import SetUp
from sop_engine.lean import dataclass
from sop_engine.messages import msg
from sop_engine.store.access import FILE_MODE, FOLDER_MODE
from sop_engine.store.flushing import flush


@dataclass(frozen=True, slots=True)
class Parcel:
    """A rendered notice with its address. `key` is the same at every attempt."""

    key: str
    ticket: str
    to: str
    name: str
    contact: Mapping[str, str]
    subject: str
    body: str
    at: str
    channel: str = "smtp"
    language: str = "zh"
    training: bool = False


Channel = Callable[[Settings, Parcel], None]
TIMEOUT_SECONDS: Final = 20
"""without a byte from the other end"""
LONGEST_SECONDS: Final = 60
"""for one parcel, however much comes from the other end"""


_ADDRESS: Final = re.compile(r"""[^\s@,;:<>()\[\]"\\]+@[^\s@,;:<>()\[\]"\\]+""")


class NoAddress(Exception):
    """The recipient has no address on this channel; trying again will not help."""


def log(settings: Settings, parcel: Parcel) -> None:
    """Append one JSON line to `notices.log`."""
    line: dict[str, Any] = {"at": parcel.at, "body": parcel.body, "key": parcel.key, "subject": parcel.subject}
    line |= {"to": parcel.to, "training": True} if parcel.training else {"to": parcel.to}
    _append(settings.folder / "notices.log", json.dumps(line, ensure_ascii=False, sort_keys=True) + "\n")


def file(settings: Settings, parcel: Parcel) -> None:
    """Write one text file; the same parcel a second time writes the same file."""
    folder = settings.folder / "outbox"
    if folder.is_symlink():
        raise SetUp(msg("{path} is a link", path=str(folder)), where=str(folder))
    folder.mkdir(FOLDER_MODE, exist_ok=True)
    name = f"{parcel.key}.txt".replace("/", "_").replace(":", "_")
    text = f"To: {parcel.name} <{parcel.to}>\nSubject: {parcel.subject}\n\n{parcel.body}\n"
    temporary = folder / f".{name}.part"
    _write(temporary, os.O_TRUNC, text)
    temporary.replace(folder / name)
    flush(folder)
    flush(folder.parent)


def smtp(settings: Settings, parcel: Parcel) -> None:
    """Send a mail. The password stands in a file, never in `sop.toml`."""
    from email.headerregistry import Address
    from email.message import EmailMessage
    from email.policy import default
    from email.utils import format_datetime
    from smtplib import SMTPNotSupportedError

    from sop_engine.engine.notices.mailing import MailServer  # most sites and commands send none

    entries = entries_of(settings, parcel.channel)
    if "host" not in entries or "from" not in entries:
        wanted = msg("the channel {channel} needs `host` and `from` under [channels.{channel}] in sop.toml",
                     channel=parcel.channel)  # fmt: skip
        raise SetUp(wanted)
    address = parcel.contact.get("mail")
    if not address:
        raise NoAddress(msg("{name} has no mail address", name=parcel.to))
    # one address, whatever it says: no list of several, and no line that would be a header of its own
    if not _ADDRESS.fullmatch(address) or not address.isprintable():
        raise NoAddress(msg("{name} has a mail address that no mail can go to", name=parcel.to))
    local, _at, domain = address.rpartition("@")
    mail = EmailMessage(policy=default.clone(cte_type="7bit"))  # not every server takes eight bits (RFC 6152)
    mail["Subject"] = " ".join(parcel.subject.split())
    mail["From"], mail["To"] = entries["from"], Address(username=local, domain=domain)
    mail["Date"] = format_datetime(canonical.instant_of(parcel.at))  # RFC 5322 asks for it; spam filters do too
    mail["Message-ID"] = f"<{parcel.key.replace(':', '.')}@{settings.id}.sop-engine>"
    mail.set_content(parcel.body)
    server = MailServer(entries["host"], timeout=TIMEOUT_SECONDS)
    with closing(server), server.within(LONGEST_SECONDS) as require_time:
        server.connect(entries["host"], int(entries.get("port", 25)))
        require_time()
        if entries.get("starttls"):
            server.encrypt()
            require_time()
        if "user" in entries:
            from sop_engine.engine.notices.hidden import secret

            server.login(entries["user"], secret(settings, parcel.channel, entries, "password"))
        try:
            server.send_message(mail, to_addrs=[address])
        except SMTPNotSupportedError as error:
            if address.isascii():
                raise
            # of this address, and no fault of the server that others would meet
            raise NoAddress(msg("the mail server takes no address that is not ASCII")) from error
        with suppress(OSError):  # the mail is taken, however the server says goodbye
            server.quit()


def webhook(settings: Settings, parcel: Parcel) -> None:
    """Post signed JSON. A parcel has the same id at every attempt."""
    from sop_engine.engine.notices.webhooks import notice_body, post

    data: dict[str, Any] = {
        "key": parcel.key, "site": settings.id, "ticket": parcel.ticket or None, "to": parcel.to, "name": parcel.name,
        "language": parcel.language, "subject": parcel.subject, "body": parcel.body,
    }  # fmt: skip
    if parcel.training:
        data["training"] = True
    id = f"msg_{canonical.digest(f'{settings.id} {parcel.key}'.encode())[:32]}"
    entries = entries_of(settings, parcel.channel)
    body = notice_body(data, parcel.at)
    post(settings, parcel.channel, entries, id, body, parcel.at, TIMEOUT_SECONDS, LONGEST_SECONDS)


def apprise(settings: Settings, parcel: Parcel) -> None:
    """Send a message by one of the services that Apprise knows."""
    from sop_engine.engine.notices.messengers import Unreachable, send

    # a group reads it: it says for whom it is
    subject = f"{parcel.name} · {' '.join(parcel.subject.split())}"
    entries = entries_of(settings, parcel.channel)
    try:
        send(settings, parcel.channel, entries, parcel.contact, subject, parcel.body, LONGEST_SECONDS)
    except Unreachable as error:
        raise NoAddress(
            msg("{name} has no phone number", name=parcel.to)
            if str(error) == "phone"
            else msg("{name} has no mail address", name=parcel.to)
        ) from None


CHANNELS: Final[Mapping[str, Channel]] = {
    "log": log, "file": file, "smtp": smtp, "webhook": webhook, "apprise": apprise,
}  # fmt: skip
"""The kinds of channels."""


def has_address(settings: Settings, channel: str, contact: Mapping[str, str]) -> bool:
    """Whether a channel could reach somebody, as far as that shows before anything is sent."""
    return kind_of(settings, channel) != "smtp" or bool(contact.get("mail"))


def channel_named(name: str, settings: Settings) -> Channel:
    """The channel, or `SetUp` where there is none of that name, or of its kind. On a training site it is the log,
    whatever the name: nothing leaves."""
    if settings.training:
        return CHANNELS["log"]
    kind = kind_of(settings, name)
    if kind not in CHANNELS:
        known = channel_names(settings) if kind == name else tuple(CHANNELS)
        raise SetUp(
            msg("there is no channel {name}; there are {channels}", name=name, channels=known)
            if kind == name
            else msg("the channel {name} is of no kind {kind}; there are {kinds}", name=name, kind=kind, kinds=known),
            fix=msg("mend [channels] and [routes] in sop.toml"),
        )
    return CHANNELS[kind]


def retry_after(error: Exception) -> float:
    """For how many seconds the other end asked to be left alone; 0: it did not."""
    return float(getattr(error, "retry_after", 0))


def is_of_channel(error: Exception) -> bool:
    """Whether an attempt failed for a reason that every other letter would meet too: nobody answers, the login is
    refused, the disk is full, the settings are wrong."""
    import smtplib

    of_letter = (smtplib.SMTPRecipientsRefused, smtplib.SMTPSenderRefused, smtplib.SMTPDataError)
    return isinstance(error, OSError | SetUp) and not isinstance(error, of_letter)


def _append(path: Path, line: str) -> None:
    """Append with one write, on a line of its own: a disk that was full, or power that failed, may have left half of
    one."""
    _write(path, os.O_APPEND, line if _ends_a_line(path) else f"\n{line}")
    flush(path.parent)


def _ends_a_line(path: Path) -> bool:
    """Whether a file is empty or not there yet, is no plain file, or ends with the end of a line."""
    with suppress(OSError):
        about = path.lstat()
        if stat.S_ISREG(about.st_mode) and about.st_size:
            with path.open("rb") as lines:
                lines.seek(-1, os.SEEK_END)
                return lines.read(1) == b"\n"
    return True


def _write(path: Path, how: int, text: str) -> None:
    """Write to a plain file and flush it: following no link, and waiting for nobody at the other end of a pipe."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | how, FILE_MODE)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "not a plain file", str(path))
        data = text.encode()
        if os.write(descriptor, data) != len(data):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
