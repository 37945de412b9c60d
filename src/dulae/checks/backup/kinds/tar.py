"""Archives of files: tar, plain or compressed."""

from __future__ import annotations

import hashlib
import os
import tarfile
from typing import BinaryIO, Iterator

from ...finding import reason
from ..copies import shown
from ..faults import Bad
from ..manifest import FileCount
from ..medium import HERE, Medium
from ..tools import Tools
from . import stream
from .contents import Contents, Counted

NAME = "tar"
NO_FILES = reason(
    "backup.no_files", "{file}: holds no file, it is the archive of an empty folder; archive the right folder"
)

_MAGIC_AT = 257
_MAGIC = b"ustar"
_BLOCK_BYTES = 1 << 20
# An archive ends with two blocks of zeros; one that is cut between two members has none, and no other sign.
_END = bytes(1024)


class Ending:
    """A stream that remembers its last bytes."""

    def __init__(self, source: BinaryIO) -> None:
        self._source = source
        self.last = b""

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes."""
        block = self._source.read(size)
        self.last = (self.last + block)[-len(_END) :]
        return block

    def drain(self) -> bytes:
        """Read to the end; return the last bytes."""
        while self.read(_BLOCK_BYTES):
            pass
        return self.last


def structure(path: str, tools: Tools) -> Contents:
    """Return how many files an archive lists; raise Fault if it is none, is cut off, or lists none."""
    head, compression = stream.head_of(path, tools.medium)
    if begins(head):
        files = _stream_through(path, tools.medium) if compression else _skim(path, tools.medium)
    elif head.strip(b"\0"):
        raise stream.refuse(path, NAME, head)
    else:
        files = 0
    if not files:
        raise Bad(NO_FILES if head else stream.CUT_OFF, file=shown(os.path.basename(path)))
    return Contents(stream.named(NAME, compression), files=files, all_read=bool(compression))


def begins(head: bytes) -> bool:
    """Say whether an archive begins with some bytes."""
    return head[_MAGIC_AT:].startswith(_MAGIC)


def read(path: str, tools: Tools) -> None:
    """Read all data of an archive; raise Fault if some cannot be read."""
    _stream_through(path, tools.medium)


def count(path: str, tools: Tools) -> Counted:
    """Return the files of an archive with their bytes and SHA-256; raise Fault if some cannot be read."""
    files = {}
    with stream.told(shown(os.path.basename(path))):
        for archive, member in walk(path, tools.medium):
            if is_file(member):
                file = counted(archive, member)
                files[file.path] = file
    return Counted(files=files)


def counted(archive: tarfile.TarFile, member: tarfile.TarInfo) -> FileCount:
    """Return a member with the SHA-256 of its data; a further name of another file has none of its own."""
    name = member.name[2:] if member.name.startswith("./") else member.name
    content = None if member.islnk() else archive.extractfile(member)
    if content is None:
        return FileCount(name, member.size, "")
    digest = hashlib.sha256()
    for block in iter(lambda: content.read(_BLOCK_BYTES), b""):
        digest.update(block)
    return FileCount(name, member.size, digest.hexdigest())


def _stream_through(path: str, medium: Medium) -> int:
    """Read an archive to its end; return its number of files."""
    return sum(is_file(member) for _, member in walk(path, medium))


def walk(path: str, medium: Medium = HERE) -> Iterator[tuple[tarfile.TarFile, tarfile.TarInfo]]:
    """Yield the members of an archive with the archive, to be read at once; raise Fault where it is damaged.

    Members are let go as they pass, so that memory stays flat.
    """
    with stream.opened(path, medium) as (source, _):
        yield from passing(source, path)


def passing(source: BinaryIO, path: str) -> Iterator[tuple[tarfile.TarFile, tarfile.TarInfo]]:
    """Yield the members of an archive that streams by, as ``walk`` does; ``path`` is what it is called."""
    ending = Ending(source)
    with tarfile.open(fileobj=ending, mode="r|") as archive:  # type: ignore[call-overload]
        yield from _members(archive)
    _demand_end(path, ending.drain())


def _members(archive: tarfile.TarFile) -> Iterator[tuple[tarfile.TarFile, tarfile.TarInfo]]:
    """Yield the members of an open archive, keeping none."""
    member = archive.next()
    while member:
        yield archive, member
        archive.members = []  # type: ignore[attr-defined]
        member = archive.next()


def is_file(member: tarfile.TarInfo) -> bool:
    """Say whether a member is a file, under its first name or a further one."""
    return member.isreg() or member.islnk()


def _skim(path: str, medium: Medium) -> int:
    """List an archive by jumping from header to header; return its number of files."""
    return sum(is_file(member) for _, member in _skimmed(path, medium))


def _skimmed(path: str, medium: Medium) -> Iterator[tuple[tarfile.TarFile, tarfile.TarInfo]]:
    """Yield the members of an archive that is not packed, as ``walk`` does, without reading their data."""
    with stream.opened(path, medium) as (source, _), tarfile.open(fileobj=source, mode="r:") as archive:
        yield from _members(archive)
        source.seek(-min(len(_END), medium.stat(path).bytes), os.SEEK_END)
        _demand_end(path, source.read())


def listed(path: str, medium: Medium = HERE) -> Iterator[tuple[tarfile.TarFile, tarfile.TarInfo]]:
    """Yield the members of an archive as ``walk`` does; one that is not packed is not read through."""
    packed = bool(stream.head_of(path, medium)[1])
    return walk(path, medium) if packed else _skimmed(path, medium)


def _demand_end(path: str, last: bytes) -> None:
    """Raise Bad if an archive does not end as it must."""
    if last != _END:
        raise Bad(stream.CUT_OFF, file=shown(os.path.basename(path)))
