"""Why a notice could not be sent: kept with the letter as the cause itself, for whoever mends it, and as a sentence,
which is said in the language of whoever reads. Neither ever holds a secret or a traceback."""

import socket
import ssl
from typing import Final, NamedTuple

from sop_engine import canonical
from sop_engine.errors import SopError, system_reason
from sop_engine.messages import Message, kept, msg, read_back

_LONGEST: Final = 300


class Because(NamedTuple):
    """A failure: `cause`, as the program that met it named it, and `said`, for people."""

    cause: str
    said: Message | str


def kept_text(error: BaseException) -> str:
    """What is kept of a failed attempt: one line."""
    cause = (f"{type(error).__name__}: {error}".splitlines() or [""])[0][:_LONGEST]
    return canonical.to_text({"cause": cause, "said": kept(said_of(error))})


def because(text: str | None) -> Because | None:
    """What `kept_text` gave; None where nothing was kept. What anything else has written stands as it is."""
    if not text:
        return None
    try:
        found = canonical.parse(text)
        return Because(found["cause"], read_back(found["said"]))
    except (ValueError, KeyError, TypeError):
        return Because(text, text)


def said(text: str | None) -> Message | str:
    """The sentence of what `kept_text` gave; a dash where nothing was kept."""
    found = because(text)
    return "-" if found is None else found.said


def said_of(error: BaseException) -> Message | str:
    """Why it failed, in a sentence."""
    if isinstance(error, SopError):
        return error.message
    if error.args and isinstance(error.args[0], Message):
        return error.args[0]
    return _of_mail(error) or _of_system(error)


def _of_mail(error: BaseException) -> Message | None:
    import smtplib  # only where something has failed

    match error:
        case smtplib.SMTPAuthenticationError():
            return msg("the mail server does not take the user and the password ({code})", code=error.smtp_code)
        case smtplib.SMTPRecipientsRefused():
            codes = tuple(str(code) for code, _text in error.recipients.values())
            return msg("the mail server takes nothing for this address ({code})", code=codes)
        case smtplib.SMTPSenderRefused():
            return msg("the mail server does not take the sender's address ({code})", code=error.smtp_code)
        case smtplib.SMTPResponseException():
            return msg("the mail server refused it ({code})", code=error.smtp_code)
        case smtplib.SMTPServerDisconnected():
            return msg("the mail server hung up")
        case smtplib.SMTPNotSupportedError():
            return msg("the mail server cannot do what the settings want of it")
        case smtplib.SMTPException():
            return msg("the mail server does not answer as one")
    return None


def _of_system(error: BaseException) -> Message | str:
    match error:
        case socket.gaierror():
            return msg("nobody knows a machine of that name")
        case TimeoutError():
            return msg("it was not done in time")
        case ssl.SSLError():
            return msg("no encrypted connection could be made (TLS)")
        case OSError():
            return system_reason(error)
    return msg("something that nobody foresaw ({kind})", kind=type(error).__name__)
