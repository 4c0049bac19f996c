"""A private PostgreSQL server for the tests: made in a folder of its own, reached by a socket in that folder, never run
as root, and stopped with the tests, also when they are killed.

What is measured at power loss is not this server's, so it need not sync; a test that wants it says so.
"""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any, Final

OWNER: Final = "sop"
"""the server's administrator, who is let in without a password"""
GUEST: Final = "guest"
"""a user who needs a password, and has no rights"""
PASSWORD: Final = "open sesame"
MISSING: Final = (
    "there is no PostgreSQL server to test with: install the Debian package `postgresql`, or put `postgres` and"
    " `initdb` on the path"
)
TEMPLATE: Final = "template_of_sites"
SHARED: Final = "sites"
"""the database that tests share"""


def binaries() -> Path | None:
    """The folder with `postgres` and `initdb`, newest first; None where there is none."""
    on_path = shutil.which("postgres")
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda each: int(each.parts[-3]))
    if found:
        return found[-1].parent
    return Path(on_path).resolve().parent if on_path is not None else None


@dataclass
class Server:
    """A server that runs."""

    folder: Path
    binaries: Path
    settings: Sequence[str] = ()
    process: subprocess.Popen[bytes] | None = None
    _names: Iterator[int] = field(default_factory=count)

    def address(self, database: str = "postgres", user: str = OWNER, host: str | None = None) -> str:
        """Where a database is."""
        return f"postgresql://{user}@/{database}?host={host or self.folder}"

    def start(self) -> None:
        """Run, and wait until it answers."""
        assert self.process is None
        words = [str(self.binaries / "postgres"), "-D", str(self.folder / "data"), "-k", str(self.folder)]
        words += ["-c", "listen_addresses=", "-c", "max_connections=200", *self.settings]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(_unprivileged(words), stdout=log, stderr=log, cwd="/", env=_environment())
        end = time.monotonic() + 60
        while not self._answers():
            assert self.process.poll() is None and time.monotonic() < end, (self.folder / "log").read_text()[-2000:]
            time.sleep(0.05)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stop: SIGINT throws everybody out, SIGQUIT falls over at once."""
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(60)
            self.process = None

    def _answers(self) -> bool:
        import psycopg

        try:
            psycopg.connect(self.address()).close()
        except psycopg.OperationalError:
            return False
        return True

    def run(self, statement: str, database: str = "postgres") -> list[Any]:
        """Run a statement as the administrator; gives its rows."""
        import psycopg

        with psycopg.connect(self.address(database), autocommit=True) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    def new_database(self, template: str = TEMPLATE) -> str:
        """The name of a new database, with our tables or as another template is."""
        name = f"database{next(self._names)}"
        self.run(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name


@contextmanager
def running(*settings: str) -> Iterator[Server]:
    """A server for as long as the block lasts; with settings such as `-c fsync=on`. There must be binaries."""
    from sop_engine.store.postgres import tables

    found = binaries()
    assert found is not None, MISSING
    folder = Path(tempfile.mkdtemp(prefix="sop-postgres-", dir="/tmp"))
    try:
        if os.geteuid() == 0:
            owner = _owner()
            os.chown(folder, owner.pw_uid, owner.pw_gid)
        folder.chmod(0o755)
        _make(found, folder)
        server = Server(folder, found, settings or ("-c", "fsync=off"))
        server.start()
        try:
            server.run(f"CREATE DATABASE {TEMPLATE} ENCODING 'UTF8' TEMPLATE template0")
            server.run(f"CREATE ROLE {GUEST} LOGIN PASSWORD '{PASSWORD}'")
            tables.make_or_raise(server.address(TEMPLATE))
            server.run(f"CREATE DATABASE {SHARED} TEMPLATE {TEMPLATE}")
            yield server
        finally:
            server.stop(signal.SIGQUIT)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _make(found: Path, folder: Path) -> None:
    words = [str(found / "initdb"), "-D", str(folder / "data"), "-U", OWNER, "-A", "trust", "-E", "UTF8"]
    words += ["--locale=C", "--no-sync"]
    subprocess.run(_unprivileged(words), check=True, capture_output=True, cwd="/", env=_environment())
    rules = f"local all {GUEST} scram-sha-256\nlocal all all trust\n"
    (folder / "data" / "pg_hba.conf").write_text(rules)


def _owner() -> pwd.struct_passwd:
    """Who runs the server where the tests run as root."""
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise AssertionError("there is neither a user `postgres` nor `nobody`")


def _unprivileged(words: Sequence[str]) -> list[str]:
    """The command as one that is not root, and that ends with us."""
    if shutil.which("setpriv") is None:
        assert os.geteuid() != 0, "`setpriv` (util-linux) is needed: PostgreSQL does not run as root"
        return list(words)
    before = ["setpriv", "--pdeathsig", "QUIT"]
    if os.geteuid() == 0:
        owner = _owner()
        before += [f"--reuid={owner.pw_uid}", f"--regid={owner.pw_gid}", "--clear-groups"]
    return [*before, "--", *words]


def _environment() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C", "TZ": "UTC"}
