"""Finding copies that are files or folders: what matches a set's pattern, and whether it is finished."""

from __future__ import annotations

import fnmatch
import os
from typing import Callable, Iterator, Optional

from . import copies
from .copies import Found, Store
from .sets import BackupSet

# Whether a path is a finished copy of its kind (True), one that is being made or was left (False), or none.
Told = Callable[[str], Optional[bool]]


def store(backup_set: BackupSet, told: Told) -> Store:
    """Return the store of a set whose copies are the files or folders of which ``told`` says so."""
    return Store(
        find=lambda: find(backup_set, told),
        look=lambda copy: copies.look(copy.path),
        being_written=copies.being_written,
    )


def is_file(path: str) -> bool | None:
    """Say that a file is a copy, and nothing else."""
    return True if os.path.isfile(path) else None


def find(backup_set: BackupSet, told: Told) -> Iterator[Found]:
    """Yield the copies in a set's folder, or the one that the path itself is; raise OSError if it may not be read."""
    os.stat(backup_set.path)
    if told(backup_set.path):
        yield copies.glance(backup_set.path), True
        return
    with os.scandir(backup_set.path) as entries:
        paths = [entry.path for entry in entries]
    for path in paths:
        name = os.path.basename(path)
        bare = copies.UNFINISHED.sub("", copies.UNFINISHED.sub("", name))
        if copies.COMPANION.search(bare) or not fnmatch.fnmatchcase(bare, backup_set.pattern):
            continue
        finished = told(path)
        if finished is not None:
            yield copies.glance(path), finished and bare == name
