"""Private files, written whole or not at all."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

PRIVATE_FILE = 0o600
PRIVATE_FOLDER = 0o700


def write(path: Path, data: bytes, mode: int = PRIVATE_FILE) -> None:
    """Write a file at once and durably, with these permissions; raise OSError if it cannot be written."""
    write_pieces(path, (data,), mode)


def write_pieces(path: Path, pieces: Iterable[bytes], mode: int = PRIVATE_FILE) -> None:
    """Write a file at once and durably from its pieces; raise what its pieces raise, or OSError: then there is none."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.writelines(pieces)
            stream.flush()
            os.fsync(stream.fileno())
        os.chmod(name, mode)
        os.replace(name, path)
    finally:
        # Nothing is left under this name where it became the file.
        Path(name).unlink(missing_ok=True)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make what was added to or renamed in a folder durable; raise OSError if it is gone."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def demand_readable(path: Path) -> None:
    """Raise PermissionError that names a file and its owner, if it is there and may not be read."""
    if path.exists() and not os.access(path, os.R_OK):
        about = path.stat()
        why = f"may not be read (owner {about.st_uid}, mode {about.st_mode & 0o7777:04o})"
        raise PermissionError(errno.EACCES, why, str(path))


def make_folder(folder: Path) -> None:
    """Make a private folder, and those above it that are missing; raise OSError if that is not possible."""
    folder.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
