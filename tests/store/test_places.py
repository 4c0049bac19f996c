"""Which file systems a store may lie on."""

from pathlib import Path

import pytest

from sop_engine.errors import SetUp
from sop_engine.store import open_store
from sop_engine.store.places import file_system, is_remote, refuse_network

MOUNTS = r"""
22 27 0:21 / / rw,relatime shared:1 - ext4 /dev/vda rw
30 22 0:40 / /srv/sites rw,relatime - nfs4 server:/export rw
31 22 0:41 / /mnt/my\040disk rw - cifs //server/share rw
32 30 8:1 / /srv/sites/local rw shared:2 master:1 - xfs /dev/vdb rw
33 22 0:50 / /home/lin/cloud rw - fuse.sshfs lin@host: rw
34 22 0:51 / /over rw - nfs old:/ rw
35 22 0:52 / /over rw - ext4 /dev/vdc rw
not a mount
"""


@pytest.mark.parametrize(
    ("folder", "kind"),
    [
        ("/home/lin", "ext4"),
        ("/srv/sites", "nfs4"),
        ("/srv/sites/wanda", "nfs4"),
        ("/srv/sites-old", "ext4"),
        ("/srv/sites/local/wanda", "xfs"),
        ("/mnt/my disk/a", "cifs"),
        ("/home/lin/cloud", "fuse.sshfs"),
        ("/over/a", "ext4"),
    ],
)
def test_the_nearest_and_latest_mount_counts(folder: str, kind: str) -> None:
    assert file_system(Path(folder), MOUNTS) == kind


def test_no_mounts_say_nothing() -> None:
    assert file_system(Path("/home"), "") is None


@pytest.mark.parametrize("kind", ["nfs", "nfs4", "cifs", "smb3", "9p", "ceph", "fuse.sshfs", "fuse.rclone"])
def test_network_file_systems(kind: str) -> None:
    assert is_remote(kind)


@pytest.mark.parametrize("kind", ["ext4", "xfs", "btrfs", "zfs", "tmpfs", "overlay", "apfs", "fuse.ntfs-3g", "fuseblk"])
def test_disks_of_this_machine(kind: str) -> None:
    assert not is_remote(kind)


def test_a_site_on_a_network_file_system_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mounts = tmp_path / "mountinfo"
    mounts.write_text(f"1 2 0:3 / {tmp_path} rw - nfs4 server:/export rw\n")
    monkeypatch.setattr("sop_engine.store.sqlite.refuse_network", lambda folder: refuse_network(folder, mounts))
    with pytest.raises(SetUp, match="network file system"):
        open_store(tmp_path / "site.db", create=True)
    assert not (tmp_path / "site.db").exists()


def test_where_mounts_cannot_be_read_nothing_is_refused(tmp_path: Path) -> None:
    refuse_network(tmp_path, tmp_path / "no-such-file")
