"""Folders of files as copies: what lies in them, and whether it is what a manifest says."""

from __future__ import annotations

import os
import stat
from concurrent.futures import ThreadPoolExecutor

from ..finding import reason
from .copies import shown, walk
from .faults import Bad, Doubt
from .hashing import sha256_of
from .manifest import SUFFIX, FileCount, Manifest

OTHER_FILES = reason(
    "backup.other_files",
    "{file}: {different} of {manifest_items} files are missing or not as when it was made; use an older copy",
)
NOT_LISTED = reason(
    "backup.manifest_without_files",
    "{file}: is a folder, and its manifest lists no files to compare with; have them listed when it is made",
)


def files(folder: str) -> dict[str, FileCount]:
    """Return the files in a folder by their path inside, not hashed; the folder's own manifest is none of them."""
    return {
        path: FileCount(path, about.st_size, "")
        for path, about in walk(folder)
        if stat.S_ISREG(about.st_mode) and path != SUFFIX
    }


def read(folder: str) -> None:
    """Read all data of a folder; raise OSError where that fails."""
    with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as workers:
        for _ in workers.map(lambda path: sha256_of(os.path.join(folder, path)), files(folder)):
            pass


def compare(folder: str, made: Manifest) -> None:
    """Raise Bad if a file of the manifest is missing or is not the same byte for byte, Doubt if it lists none."""
    name = shown(os.path.basename(folder))
    if not made.files:
        raise Doubt(NOT_LISTED, file=name)
    with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as workers:
        different = sum(workers.map(lambda file: not _same(folder, file), made.files))
    if different:
        raise Bad(OTHER_FILES, file=name, different=different, manifest_items=len(made.files))


def _same(folder: str, file: FileCount) -> bool:
    """Say whether a file is there as it was when the copy was made; one that cannot be read raises OSError."""
    path = os.path.join(folder, file.path)
    if file.path.startswith("/") or ".." in file.path.split("/") or not os.path.isfile(path):
        return False
    return os.path.getsize(path) == file.bytes and sha256_of(path)[0] == file.sha256
