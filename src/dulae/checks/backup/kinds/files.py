"""Plain folders of files: dated folders in a place, or one folder that is the copy."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import datetime, timezone

from ...finding import reason
from .. import copies, manifest, medium, moment, places, trees
from ..copies import Copy, Store, shown
from ..faults import Bad
from ..medium import Medium
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
    held_by, path = tools.medium, backup_set.path
    is_folder = held_by.stat(path).is_folder
    found = list(places.find(backup_set, _told(backup_set), held_by)) if is_folder else []
    if not found and is_folder and backup_set.pattern == "*" and held_by.listed(path):
        found = [(copies.glance(path, held_by), True)]
    return Store(
        find=lambda: [(_dated(copy, held_by), done) for copy, done in found],
        look=lambda copy: _dated(copies.look(copy.path, held_by), held_by),
        being_written=lambda copy, now: copies.being_written(copy, now, held_by),
    )


def _told(backup_set: BackupSet) -> places.Told:
    """Return what tells a copy: without a pattern, only folders whose name holds a date."""

    def told(path: str, held_by: Medium) -> bool | None:
        if not medium.is_folder(held_by, path):
            return None
        if path == backup_set.path:
            return True if backup_set.pattern == ITSELF or _written_ns(path, held_by) else None
        dated = moment.in_name(os.path.basename(path)) is not None
        return True if dated or backup_set.pattern != "*" else None

    return told


def _written_ns(folder: str, held_by: Medium) -> int:
    """Return when the manifest of a folder was written, 0 if it has none."""
    for path in (manifest.within(folder), manifest.beside(folder)):
        about = medium.state(held_by, path)
        if about:
            return about.modified_ns
    return 0


def _dated(copy: Copy, held_by: Medium) -> Copy:
    """Return a copy as old as its folder or the manifest that was written with it; files keep times of their own."""
    written_ns = _written_ns(copy.path, held_by)
    if not written_ns:
        return copy
    modified_at = max(copy.modified_at, datetime.fromtimestamp(written_ns / 1e9, timezone.utc))
    made_at = moment.made_at(os.path.basename(copy.path), modified_at)
    return replace(copy, modified_at=modified_at, made_at=made_at)


def structure(path: str, tools: Tools) -> Contents:
    """Return how many files a folder holds; raise Bad if it holds none."""
    found = trees.files(path, tools.medium)
    if not found:
        raise Bad(NO_FILES, file=shown(os.path.basename(path)))
    return Contents("folder", files=len(found), counted=Counted(files=found))


def read(path: str, tools: Tools) -> None:
    """Read all files of a folder; raise OSError where that fails."""
    trees.read(path, tools.medium)


def count(path: str, tools: Tools) -> Counted:
    """Return the files of a folder."""
    return Counted(files=trees.files(path, tools.medium))


KIND: Kind = replace(of_file(FILES, structure, read, count, streams=True), store=store)
