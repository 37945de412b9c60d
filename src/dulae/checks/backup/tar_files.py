"""Folders of a snapshot as its repository packs them: their members, named from the folder on, as they stream by."""

from __future__ import annotations

import posixpath
import tarfile
from dataclasses import replace
from typing import Iterable, Iterator, Tuple

from .copies import shown
from .kinds import stream, tar
from .manifest import FileCount
from .snapshot import Held

Member = Tuple[tarfile.TarFile, tarfile.TarInfo]


def members(held: Held, folder: str) -> Iterator[Member]:
    """Yield what lies in a folder of a snapshot, to be read at once; raise Fault or OSError where that fails."""
    root = folder.strip("/")
    name = shown(posixpath.basename(root))
    with held.packed(folder) as source, stream.told(name):
        for archive, member in tar.passing(source, name):
            member.name, member.linkname = _below(member.name, root), _below(member.linkname, root)
            if member.name:
                yield archive, member


def _below(path: str, root: str) -> str:
    """Return a path from a folder on, as it is where it does not begin there."""
    clean = path.lstrip("/")
    if clean == root:
        return ""
    return clean[len(root) + 1 :] if root and clean.startswith(f"{root}/") else path


def counted(passing: Iterable[Member]) -> dict[str, FileCount]:
    """Return the files among some members with their SHA-256, a further name with that of its file."""
    found: dict[str, FileCount] = {}
    for archive, member in passing:
        if member.islnk() and member.linkname in found:
            found[member.name] = replace(found[member.linkname], path=member.name)
        elif tar.is_file(member):
            found[member.name] = tar.counted(archive, member)
    return found
