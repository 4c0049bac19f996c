"""Waiting for others, and saying who they are.

The law. After two seconds of waiting for an answer one asks the server, over a second connection, whether somebody
stands in the way, and tells who. After thirty the statement is cancelled, if it is still somebody; where the server is
only slow, its own limits count (`wire.SETTINGS`). Every connection says whose it is, so that others can tell: `sop`,
login, machine and process.
"""

import os
import platform
import pwd
from typing import Final

import psycopg

from sop_engine.messages import Message, msg
from sop_engine.store.lock import Tell

CANCEL_SECONDS: Final = 5.0
"""for how long a server may take to end what was cancelled"""
_LOOK_SECONDS: Final = "3"
_COUNTS_FROM_SECONDS: Final = 0.1
"""a shorter wait is no wait for anybody"""
_LONGEST_NAME: Final = 63
_HOLDER: Final = b"""
WITH RECURSIVE before (pid) AS (
  SELECT unnest(pg_blocking_pids(%s))
  UNION SELECT held.pid FROM before, unnest(pg_blocking_pids(before.pid)) AS held (pid))
SELECT before.pid, coalesce(nullif(application_name, ''), usename, 'another process'),
  coalesce(extract(epoch FROM clock_timestamp() - xact_start), 0)::int
FROM before LEFT JOIN pg_stat_activity AS activity ON activity.pid = before.pid
ORDER BY cardinality(pg_blocking_pids(before.pid)) > 0, xact_start LIMIT 1"""
"""whoever waits for nobody stands at the end of the chain: he is the one"""


class Patience:
    """How long one transaction waits for others, and who is told of it."""

    def __init__(self, address: str, seconds: float, tell: Tell | None) -> None:
        self.seconds = seconds
        self.waited_seconds = 0.0
        self._address = address
        self._tell = tell

    def count(self, seconds: float) -> None:
        """Note that an answer took so long."""
        if seconds >= _COUNTS_FROM_SECONDS:
            self.waited_seconds += seconds

    def say(self, process: int) -> None:
        """Tell who stands in the way of the server's process `process`, where somebody does and somebody listens."""
        if self._tell is None:
            return
        holder = self.holder(process)
        if holder is not None:
            self._tell(msg("waiting for the store: {holder}", holder=holder))

    def holder(self, process: int) -> Message | None:
        """Who stands in the way of the server's process `process`; None: nobody, or it cannot be seen."""
        try:
            with psycopg.connect(
                self._address,
                autocommit=True,
                connect_timeout=_LOOK_SECONDS,
                options=f"-c statement_timeout={_LOOK_SECONDS}s",
                application_name=name("looking"),
            ) as connection:
                row = connection.execute(_HOLDER, (process,)).fetchone()
        except psycopg.Error:
            return None
        if row is None:
            return None
        holder, who, seconds = row
        return msg(
            "{who} has had it for {seconds} s; process {process} of the server",
            who=who,
            seconds=seconds,
            process=holder,
        )


def name(label: str) -> str:
    """What a connection of this process is called: `sop wang@desk-2/4711 LABEL`."""
    user = os.geteuid()
    try:
        login = pwd.getpwuid(user).pw_name
    except KeyError:
        login = str(user)
    return f"sop {login}@{platform.node()}/{os.getpid()} {label}".strip()[:_LONGEST_NAME]
