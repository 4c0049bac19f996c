"""What the system refuses is said in the reader's language."""

import errno
import os

import pytest

from sop_engine.errors import system_reason
from sop_engine.messages import say

COMMON = [
    "EPERM", "ENOENT", "EIO", "EACCES", "EEXIST", "ENOTDIR", "EISDIR", "EINVAL", "ENFILE", "EMFILE", "EFBIG", "ENOSPC",
    "EROFS", "ENAMETOOLONG", "ENOTEMPTY", "ELOOP", "EDQUOT", "ENOMEM", "ECONNREFUSED", "ECONNRESET", "ETIMEDOUT",
    "EHOSTUNREACH", "ENETUNREACH",
]  # fmt: skip


@pytest.mark.parametrize("name", COMMON)
def test_a_common_reason_has_words_in_both_languages(name: str) -> None:
    number = getattr(errno, name)
    reason = system_reason(OSError(number, os.strerror(number)))

    assert say(reason, "en") == os.strerror(number)
    assert not say(reason, "zh").isascii()


def test_a_rare_one_is_said_as_the_system_says_it() -> None:
    assert system_reason(OSError(errno.EXDEV, "Invalid cross-device link")) == "Invalid cross-device link"
    assert system_reason(OSError()) == "OSError"
