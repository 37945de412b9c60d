"""Which file systems hold data, from what real machines say."""

import os

from dulae.checks import disk, mounts

# Debian 12 with a container engine, snap, NFS and a bind mount, shortened.
TABLE = r"""22 28 0:21 / /sys rw,nosuid,nodev,noexec,relatime shared:7 - sysfs sysfs rw
23 28 0:22 / /proc rw,nosuid,nodev,noexec,relatime shared:12 - proc proc rw
24 28 0:5 / /dev rw,nosuid,relatime shared:2 - devtmpfs udev rw,size=8132148k
26 28 0:24 / /run rw,nosuid,nodev,noexec,relatime shared:5 - tmpfs tmpfs rw,size=1631156k
28 1 253:1 / / rw,relatime shared:1 - ext4 /dev/mapper/vg-root rw,errors=remount-ro
31 22 0:27 / /sys/fs/cgroup rw,nosuid,nodev,noexec,relatime shared:9 - cgroup2 cgroup2 rw
40 28 7:0 / /snap/core/1 ro,nodev,relatime shared:20 - squashfs /dev/loop0 ro
41 28 11:0 / /media/cdrom ro,relatime shared:21 - iso9660 /dev/sr0 ro
42 28 253:2 / /srv/my\040files rw,relatime shared:22 - xfs /dev/mapper/vg-srv rw
43 28 253:2 /sub /home/bound rw,relatime shared:22 - xfs /dev/mapper/vg-srv rw
44 28 0:50 / /mnt/offsite rw,relatime shared:23 - nfs4 nas:/vol/backup rw,hard
45 28 0:51 / /var/lib/docker/overlay2/x/merged rw,relatime - overlay overlay rw
46 28 0:52 / /run/user/1000/doc rw - fuse.portal portal rw
47 28 0:53 / /mnt/far rw - fuse.sshfs user@far:/data rw
48 28 0:54 / /mnt/hidden rw - nfs4 nas:/vol/hidden rw
49 48 0:55 / /mnt/hidden rw - tmpfs tmpfs rw
50 28 253:1 /etc/hosts /run/x rw,relatime - ext4 /dev/mapper/vg-root rw
not a line
"""


def test_only_what_holds_data_is_named_and_each_once() -> None:
    assert mounts.real(TABLE) == ["/", "/home/bound", "/mnt/far", "/mnt/offsite"]


def test_an_escaped_space_is_one() -> None:
    assert mounts.real(TABLE.replace("/home/bound", "/srv/my\\040files/bound")) == [
        "/",
        "/mnt/far",
        "/mnt/offsite",
        "/srv/my files",
    ]


def test_this_machine_is_read_and_none_of_its_findings_is_of_a_made_up_file_system() -> None:
    found = mounts.real()
    assert not {"/proc", "/sys", "/dev"} & set(found)
    assert all(os.path.exists(path) for path in found)
    assert [mount.path for mount in disk.mounts_from(None)] == found


def test_a_path_that_is_named_is_measured_whatever_it_is() -> None:
    [finding] = disk.check(disk.mounts_from([{"path": "/proc"}]))
    assert finding.code == "disk.no_size"
