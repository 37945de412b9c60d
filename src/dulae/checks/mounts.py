"""Which file systems of this machine hold data: those on a disk or on another machine, each once.

What the kernel makes up (proc, sysfs, cgroup), what lives in memory (tmpfs), layers of containers (overlay) and images
that are full by nature (squashfs, CDs) are left out. Asks no file system anything, so that none can hang.
"""

from __future__ import annotations

import re
from typing import Iterator

_TABLE = "/proc/self/mountinfo"
_FULL_BY_NATURE = frozenset({"squashfs", "iso9660", "erofs", "cramfs", "romfs"})
# These hold data though their source is no device of this machine.
_ELSEWHERE = frozenset(
    {
        "nfs",
        "nfs4",
        "cifs",
        "smb3",
        "smbfs",
        "9p",
        "virtiofs",
        "ceph",
        "lustre",
        "gfs2",
        "ocfs2",
        "zfs",
        "fuse.sshfs",
        "fuse.glusterfs",
        "fuse.ceph",
        "fuse.s3fs",
        "fuse.rclone",
    }
)
# Of a line of mountinfo (see proc_pid_mountinfo(5)): the mount point, and after the dash kind and source.
_LINE = re.compile(r"(?:\S+ ){4}(?P<path>\S+) .*? - (?P<kind>\S+) (?P<source>\S+)(?: |$)")
# Octal escapes stand for spaces and the like.
_ESCAPED = re.compile(r"\\([0-7]{3})")


def real(table: str | None = None) -> list[str]:
    """Return where file systems that hold data are mounted, each once, at its shortest path; raise OSError."""
    if table is None:
        with open(_TABLE, encoding="utf-8", errors="surrogateescape") as stream:
            table = stream.read()
    mounted = {path: (kind, source) for path, kind, source in _lines(table)}
    shortest: dict[tuple[str, str], str] = {}
    for path in sorted(mounted, key=lambda path: (len(path), path)):
        kind, source = mounted[path]
        if _holds_data(kind, source):
            shortest.setdefault((kind, source), path)
    return sorted(shortest.values())


def _lines(table: str) -> Iterator[tuple[str, str, str]]:
    """Yield path, kind and source of each mount; of several on one path the last is the one that is seen."""
    for line in table.split("\n"):
        found = _LINE.match(line)
        if found:
            yield _plain(found["path"]), found["kind"], _plain(found["source"])


def _plain(text: str) -> str:
    return _ESCAPED.sub(lambda found: chr(int(found.group(1), 8)), text)


def _holds_data(kind: str, source: str) -> bool:
    return kind in _ELSEWHERE or (source.startswith("/") and kind not in _FULL_BY_NATURE)
