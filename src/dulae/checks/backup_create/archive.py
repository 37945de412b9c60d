"""An archive of one folder, with the SHA-256 of each file taken from the very bytes that went into it."""

from __future__ import annotations

import gzip
import hashlib
import os
import stat
import sys
import tarfile
from dataclasses import dataclass, field
from typing import BinaryIO, Iterator, cast

from ..backup.faults import Bad
from ..backup.manifest import FileCount
from ..backup.tools import Tools
from ..finding import reason
from .made import Made
from .request import Request

NO_FOLDER = reason(
    "backup_create.no_folder", "{source}: no such folder; mount it, or correct the folder in the settings"
)
NO_FILES = reason(
    "backup_create.no_files",
    "{source}: the folder holds no file; mount it, or correct the folder in the settings",
)
SAME_FOLDER = reason(
    "backup_create.same_folder",
    "{source}: is also where its backups are written; write them to another folder",
)
UNREADABLE = reason(
    "backup_create.unreadable",
    "{source}: a file in it cannot be read: {error}; let this user read all of the folder",
)

SUFFIX = ".tar.gz"
# Documents are compressed already; the fastest level costs little and gives the archive a checksum.
_LEVEL = 1


@dataclass
class _Work:
    """An archive as it is being written."""

    archive: tarfile.TarFile
    leave_out: str
    files: list[FileCount] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)


class _Hashed:
    """A file that is hashed as it is read; one that became shorter is filled up with zeros."""

    def __init__(self, source: BinaryIO, size: int) -> None:
        self._source = source
        self._left = size
        self.digest = hashlib.sha256()
        self.short = False

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes."""
        wanted = self._left if size < 0 else min(size, self._left)
        block = self._source.read(wanted)
        if len(block) < wanted:
            self.short = True
            block += bytes(wanted - len(block))
        self._left -= len(block)
        self.digest.update(block)
        return block


def write(request: Request, path: str, tools: Tools) -> Made:
    """Archive a folder into a file; raise Bad if that cannot be done completely."""
    if not os.path.isdir(request.source):
        raise Bad(NO_FOLDER, source=request.source)
    if os.path.realpath(request.source) == os.path.realpath(os.path.dirname(path)):
        raise Bad(SAME_FOLDER, source=request.source)
    try:
        work = _archive(request.source, path)
    except PermissionError as error:
        raise Bad(UNREADABLE, source=request.source, error=error.strerror) from error
    if not work.files:
        raise Bad(NO_FILES, source=request.source)
    return Made(
        source={"folder": request.source, "files_bytes": sum(file.bytes for file in work.files)},
        tools={"python": sys.version.split()[0]},
        files=tuple(work.files),
        changed=tuple(work.changed),
    )


def _archive(folder: str, path: str) -> _Work:
    """Write the archive; return what went into it."""
    with open(path, "wb") as stored:
        packed = gzip.GzipFile("", "wb", _LEVEL, stored, mtime=0)
        with packed, tarfile.open(fileobj=packed, mode="w|", format=tarfile.PAX_FORMAT) as archive:
            work = _Work(archive, os.path.realpath(os.path.dirname(path)))
            for name in _names(folder, "", work.leave_out):
                _add(work, folder, name)
    return work


def _names(folder: str, inside: str, leave_out: str) -> Iterator[str]:
    """Yield the paths in a folder, sorted, without the folder that backups are written to."""
    with os.scandir(os.path.join(folder, inside)) as entries:
        found = sorted(entries, key=lambda entry: entry.name)
    for entry in found:
        name = os.path.join(inside, entry.name)
        if entry.is_dir(follow_symlinks=False):
            if os.path.realpath(entry.path) != leave_out:
                yield name
                yield from _names(folder, name, leave_out)
        else:
            yield name


def _add(work: _Work, folder: str, name: str) -> None:
    """Put one entry into the archive; sockets and the like are left out, as is what vanished meanwhile."""
    path = os.path.join(folder, name)
    try:
        about = os.lstat(path)
        if stat.S_ISREG(about.st_mode):
            _add_file(work, path, name)
        elif stat.S_ISDIR(about.st_mode) or stat.S_ISLNK(about.st_mode):
            work.archive.addfile(work.archive.gettarinfo(path, name))
    except FileNotFoundError:
        return


def _add_file(work: _Work, path: str, name: str) -> None:
    """Put a file into the archive, hashing what is written; each name of a hard link is a file of its own."""
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    with open(handle, "rb") as source:
        work.archive.inodes, work.archive.members = {}, []  # type: ignore[attr-defined]
        member = work.archive.gettarinfo(arcname=name, fileobj=source)
        before = os.fstat(handle)
        reading = _Hashed(source, member.size)
        work.archive.addfile(member, cast(BinaryIO, reading))
        after = os.fstat(handle)
    work.files.append(FileCount(name, member.size, reading.digest.hexdigest()))
    if reading.short or (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        work.changed.append(name)
