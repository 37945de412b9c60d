"""Folders of files as copies: what lies in them, and whether it is what a manifest says."""

from __future__ import annotations

import os
from typing import Callable, Sequence, TypeVar

from .. import workers
from ..finding import reason
from . import medium
from .copies import shown
from .faults import Bad, Doubt
from .hashing import sha256_of
from .manifest import SUFFIX, FileCount, Manifest
from .medium import HERE, Medium

Done = TypeVar("Done")
OTHER_FILES = reason(
    "backup.other_files",
    "{file}: {different} of {manifest_items} files are missing or not as when it was made; use an older copy",
)
NOT_LISTED = reason(
    "backup.manifest_without_files",
    "{file}: is a folder, and its manifest lists no files to compare with; have them listed when it is made",
)


def files(folder: str, held_by: Medium = HERE) -> dict[str, FileCount]:
    """Return the files in a folder by their path inside, not hashed; the folder's own manifest is none of them."""
    return {
        path: FileCount(path, about.bytes, "")
        for path, about in medium.walk(held_by, folder)
        if about.is_file and path != SUFFIX
    }


def read(folder: str, held_by: Medium = HERE) -> None:
    """Read all data of a folder; raise OSError where that fails."""
    found = list(files(folder, held_by).values())
    _each(lambda file: sha256_of(os.path.join(folder, file.path), held_by), found, held_by)


def compare(folder: str, made: Manifest, held_by: Medium = HERE) -> None:
    """Raise Bad if a file of the manifest is missing or is not the same byte for byte, Doubt if it lists none."""
    name = shown(os.path.basename(folder))
    if not made.files:
        raise Doubt(NOT_LISTED, file=name)
    same = _each(lambda file: _same(folder, file, held_by), made.files, held_by)
    if not all(same):
        raise Bad(OTHER_FILES, file=name, different=same.count(False), manifest_items=len(made.files))


def _each(work: Callable[[FileCount], Done], listed: Sequence[FileCount], held_by: Medium) -> list[Done]:
    """Return what some work returns for each file; a medium that is not this machine's own has one connection."""
    if not held_by.local:
        return [work(file) for file in listed]
    return workers.each(work, listed, [file.bytes for file in listed])


def _same(folder: str, file: FileCount, held_by: Medium) -> bool:
    """Say whether a file is there as it was when the copy was made; one that cannot be read raises OSError."""
    path = os.path.join(folder, file.path)
    if file.path.startswith("/") or ".." in file.path.split("/"):
        return False
    about = medium.state(held_by, path)
    if about is None or not about.is_file or about.bytes != file.bytes:
        return False
    return sha256_of(path, held_by)[0] == file.sha256
