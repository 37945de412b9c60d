"""Finding copies that are files or folders: what matches a set's pattern, and whether it is finished."""

from __future__ import annotations

import fnmatch
import os
from typing import Callable, Iterator, Optional

from ..finding import Reason
from . import copies, medium
from .copies import ONLY_UNFINISHED, Found, Store
from .medium import HERE, Medium
from .sets import BackupSet

# Whether a path is a finished copy of its kind (True), one that is being made or was left (False), or none.
Told = Callable[[str, Medium], Optional[bool]]


def store(
    backup_set: BackupSet, told: Told, held_by: Medium = HERE, unfinished: Reason = ONLY_UNFINISHED
) -> Store:
    """Return the store of a set whose copies are the files or folders of which ``told`` says so."""
    return Store(
        find=lambda: find(backup_set, told, held_by),
        look=lambda copy: copies.look(copy.path, held_by),
        being_written=lambda copy, now: copies.being_written(copy, now, held_by),
        unfinished=unfinished,
    )


def is_file(path: str, held_by: Medium) -> bool | None:
    """Say that a file is a copy, and nothing else."""
    return True if medium.is_file(held_by, path) else None


def find(backup_set: BackupSet, told: Told, held_by: Medium = HERE) -> Iterator[Found]:
    """Yield the copies in a set's folder, or the one that the path itself is; raise OSError if it may not be read."""
    held_by.stat(backup_set.path)
    if told(backup_set.path, held_by):
        yield copies.glance(backup_set.path, held_by), True
        return
    listed = held_by.listed(backup_set.path)
    # Of two names of one copy the later one stays, so that a link ("latest") does not stand before its own manifest.
    for name in sorted(listed, key=lambda name: not listed[name].is_link):
        path = os.path.join(backup_set.path, name)
        bare = copies.UNFINISHED.sub("", copies.UNFINISHED.sub("", name))
        if copies.COMPANION.search(bare) or not fnmatch.fnmatchcase(bare, backup_set.pattern):
            continue
        finished = told(path, held_by)
        if finished is not None:
            yield copies.glance(path, held_by), finished and bare == name
