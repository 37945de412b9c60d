"""Plain folders of files: dated folders in a place, or one folder that is the copy."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import datetime, timezone

from ...finding import reason
from .. import copies, manifest, moment, places, trees
from ..copies import Copy, Store, shown
from ..faults import Bad
from ..sets import BackupSet
from ..tools import Tools
from .contents import FILES, Contents, Counted, Kind, of_file

NAME = "files"
NO_FILES = reason(
    "backup.folder_empty",
    "{file}: the folder holds no file; find out what emptied it, and make the copy again",
)
# As a pattern: the folder itself is the copy, whatever lies in it.
ITSELF = "."


def store(backup_set: BackupSet, tools: Tools) -> Store:
    """Return the copies of a set: the folder itself, or those in it that match its pattern."""
    found = list(places.find(backup_set, _told(backup_set))) if os.path.isdir(backup_set.path) else []
    if (
        not found
        and backup_set.pattern == "*"
        and os.path.isdir(backup_set.path)
        and os.listdir(backup_set.path)
    ):
        found = [(copies.glance(backup_set.path), True)]
    if not found:
        os.stat(backup_set.path)
    return Store(
        find=lambda: [(_dated(copy), done) for copy, done in found],
        look=lambda copy: _dated(copies.look(copy.path)),
        being_written=copies.being_written,
    )


def _told(backup_set: BackupSet) -> places.Told:
    """Return what tells a copy: without a pattern, only folders whose name holds a date."""

    def told(path: str) -> bool | None:
        if not os.path.isdir(path):
            return None
        if path == backup_set.path:
            return True if backup_set.pattern == ITSELF or _manifest(path) else None
        dated = moment.in_name(os.path.basename(path)) is not None
        return True if dated or backup_set.pattern != "*" else None

    return told


def _manifest(folder: str) -> str:
    """Return the manifest of a folder, empty if it has none."""
    return next(
        (path for path in (manifest.within(folder), manifest.beside(folder)) if os.path.exists(path)), ""
    )


def _dated(copy: Copy) -> Copy:
    """Return a copy as old as its folder or the manifest that was written with it; files keep times of their own."""
    beside = _manifest(copy.path)
    if not beside:
        return copy
    written_at = datetime.fromtimestamp(os.stat(beside).st_mtime, timezone.utc)
    modified_at = max(copy.modified_at, written_at)
    made_at = moment.made_at(os.path.basename(copy.path), modified_at)
    return replace(copy, modified_at=modified_at, made_at=made_at)


def structure(path: str, tools: Tools) -> Contents:
    """Return how many files a folder holds; raise Bad if it holds none."""
    found = trees.files(path)
    if not found:
        raise Bad(NO_FILES, file=shown(os.path.basename(path)))
    return Contents("folder", files=len(found), counted=Counted(files=found))


def read(path: str, tools: Tools) -> None:
    """Read all files of a folder; raise OSError where that fails."""
    trees.read(path)


def count(path: str, tools: Tools) -> Counted:
    """Return the files of a folder."""
    return Counted(files=trees.files(path))


KIND: Kind = replace(of_file(FILES, structure, read, count), store=store)
