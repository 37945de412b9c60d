"""Unpacking a physical copy of a PostgreSQL cluster that lies in archives, to where ``cluster_copy`` would copy it.

Of the archives nothing is taken but files and folders, and none outside of where a cluster keeps them.
"""

from __future__ import annotations

import os
import shutil
from typing import BinaryIO

from ..backup.copies import shown
from ..backup.kinds import backup_manifest, basebackup_tar, stream, tar
from ..backup.kinds.backup_manifest import BackupManifest
from ..backup.medium import HERE
from . import cluster_copy
from .cluster_copy import DATA, Form, Plan

# What the log of a copy takes beside the part that it must hold.
_LOG_BYTES = 128 << 20


def form(path: str) -> Form:
    """Return how a copy in archives comes into a scratch folder; raise Fault if its manifest cannot be read."""
    made = basebackup_tar.told(path, HERE)
    return Form(_version, lambda path: _needed(made), lambda path, folder: _unpack(path, folder, made))


def _version(path: str) -> str:
    """Return what a copy's PG_VERSION says; raise FileNotFoundError if it has none, Bad where an archive is damaged."""
    for name, _, data in basebackup_tar.files(path, HERE, tar.listed):
        if name == "PG_VERSION" and data:
            return data.read(cluster_copy.VERSION_BYTES).decode("ascii", "replace")
    raise FileNotFoundError(path)


def _needed(made: BackupManifest) -> int:
    """Return the bytes that the unpacked cluster will take."""
    log = sum(max(0, part.end - part.start) for part in made.ranges)
    return log + _LOG_BYTES + sum(file.bytes + cluster_copy.FILE_BYTES for file in made.files.values())


def _unpack(path: str, folder: str, made: BackupManifest) -> None:
    """Unpack a copy; raise Bad where an archive is damaged, OSError where it cannot be written."""
    plan = Plan()
    for place in basebackup_tar.archives(path, HERE):
        number = place.partition("/")[2].rstrip("/")
        if number:
            cluster_copy.add_tablespace(plan, number)
    cluster_copy.make_folders(plan, folder)
    # What stops a reader of archives may be met here too, where the data of a member are read.
    with stream.told(shown(os.path.basename(path))):
        for name, _, data in basebackup_tar.files(path, HERE, tar.walk, made):
            target = cluster_copy.target_of(name)
            if target:
                _put(data, os.path.join(folder, target))
    # The manifest of a copy that is one file came out of it.
    if os.path.isdir(path):
        manifest = os.path.join(path, backup_manifest.NAME)
        cluster_copy.copy_file(manifest, os.path.join(folder, DATA, backup_manifest.NAME))
    cluster_copy.link_tablespaces(plan, folder)


def _put(data: BinaryIO | None, target: str) -> None:
    """Write a file, or make a folder; of two of one name the first stays."""
    os.makedirs(os.path.dirname(target) if data else target, 0o700, exist_ok=True)
    if data and not os.path.lexists(target):
        with open(target, "xb", opener=cluster_copy.private) as written:
            shutil.copyfileobj(data, written, cluster_copy.BLOCK_BYTES)
