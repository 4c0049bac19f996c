"""Whether a folder lies on a disk of this machine.

The law. SQLite's locks, its shared memory and `flock` hold between processes of one machine; over a network file
system they may hold between none, and two writers then destroy the file (https://sqlite.org/faq.html#q5). So a store
on such a file system is refused, by the type that the kernel gives it in `/proc/self/mountinfo` (proc(5)). Where there
is no such file (not Linux) nothing is known and nothing refused.
"""

import re
from pathlib import Path
from typing import Final

from sop_engine.errors import SetUp
from sop_engine.messages import msg

MOUNTS: Final = Path("/proc/self/mountinfo")
# fmt: off
_REMOTE: Final = frozenset({
    "9p", "acfs", "afs", "beegfs", "ceph", "cifs", "coda", "davfs", "drvfs", "gfs", "gfs2", "glusterfs", "gpfs",
    "lustre", "ncpfs", "nfs", "nfs4", "ocfs2", "prl_fs", "smb3", "smbfs", "vboxsf", "vmhgfs",
})
_REMOTE_FUSE: Final = frozenset({
    "blobfuse", "ceph", "davfs2", "gcsfuse", "glusterfs", "google-drive-ocamlfuse", "goofys", "juicefs", "mfs",
    "moosefs", "mount-s3", "onedriver", "rclone", "s3fs", "smbnetfs", "sshfs", "vmhgfs",
})
# fmt: on


def file_system(path: Path, mounts: str) -> str | None:
    """The type of the file system that `path` (absolute, links followed) lies on, by the text of `mountinfo`; None
    where no mount covers it. Of two mounts on one place the later counts, as for the kernel."""
    best, found = -1, None
    for line in mounts.splitlines():
        before, dash, after = line.partition(" - ")
        words = before.split(" ")
        if not dash or len(words) < 5:
            continue
        point = re.sub(r"\\([0-7]{3})", lambda octal: chr(int(octal[1], 8)), words[4])
        if len(point) >= best and (path == Path(point) or Path(point) in path.parents):
            best, found = len(point), after.split(" ", 1)[0]
    return found


def is_remote(kind: str) -> bool:
    """Whether a file system's type means that the files lie on another machine."""
    base, _, sub = kind.partition(".")
    return kind in _REMOTE or (base == "fuse" and sub in _REMOTE_FUSE)


def refuse_network(folder: Path, mounts: Path = MOUNTS) -> None:
    """Raise `SetUp` when `folder` lies on a network file system."""
    try:
        text = mounts.read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return
    kind = file_system(folder.resolve(), text)
    if kind is not None and is_remote(kind):
        raise SetUp(
            msg(
                "{folder} lies on a network file system ({kind}), which cannot keep a store safe",
                folder=str(folder),
                kind=kind,
            ),
            where=str(folder),
            fix=msg(
                "keep the site on a disk of this machine and reach it over ssh, or use PostgreSQL for many machines"
            ),
        )
