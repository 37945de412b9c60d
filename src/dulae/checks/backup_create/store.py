"""The folder that backups are written to: nothing half made ever looks like a backup in it.

A set appears by renaming, its manifest first: killed in between, there is a manifest without a backup, which the
next run clears away. Only what a manifest says was made here is ever deleted.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Iterator, Mapping

from ..backup import manifest
from ..backup.faults import Bad, CannotTell
from ..backup.hashing import sha256_of
from ..backup.manifest import Manifest
from ..finding import reason
from . import ladder

ALREADY_RUNNING = reason(
    "backup_create.already_running",
    "{path}: another run is making {prefix} right now; wait until it has ended",
)

_PARTIAL = ".partial"
_PRIVATE = 0o600


@dataclass(frozen=True)
class Own:
    """A complete set that was made here."""

    path: str
    manifest: Manifest

    @property
    def started_at(self) -> datetime:
        """Return when its snapshot was taken."""
        return datetime.fromisoformat(self.manifest.started_at)


@contextlib.contextmanager
def locked(folder: str, prefix: str) -> Iterator[None]:
    """Keep other runs for the same sets out; raise CannotTell if one is at work."""
    os.makedirs(folder, mode=0o700, exist_ok=True)
    handle = os.open(os.path.join(folder, f".{prefix}.lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, _PRIVATE)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        raise CannotTell(ALREADY_RUNNING, path=folder, prefix=prefix) from error
    finally:
        # Closing alone would leave the lock with any program that another thread has forked and not yet begun.
        fcntl.flock(handle, fcntl.LOCK_UN)
        os.close(handle)


def own_sets(folder: str, prefix: str) -> list[Own]:
    """Return the complete sets that were made here, newest first; what others made is not among them."""
    found = [_own(folder, name) for name in _manifests(folder, prefix)]
    return sorted((one for one in found if one), key=lambda one: (one.started_at, one.path), reverse=True)


def _manifests(folder: str, prefix: str) -> list[str]:
    """Return the names of manifests with a prefix."""
    names = os.listdir(folder) if os.path.isdir(folder) else []
    return [name for name in names if name.startswith(f"{prefix}-") and name.endswith(manifest.SUFFIX)]


def _own(folder: str, name: str) -> Own | None:
    """Return the set of a manifest, if both are as they were made here."""
    path = os.path.join(folder, name[: -len(manifest.SUFFIX)])
    made = _made_here(path)
    if not made or not os.path.isfile(path) or os.path.getsize(path) != made.bytes:
        return None
    return Own(path, made)


def _made_here(path: str) -> Manifest | None:
    """Return the manifest beside a path, if it was written here for that very name."""
    try:
        made = manifest.read(manifest.beside(path), path)
    except (Bad, OSError):
        return None
    return made if made.made_by == manifest.MADE_BY and made.file == os.path.basename(path) else None


def sweep(folder: str, prefix: str) -> int:
    """Clear away what broken runs left under this prefix; return how much. The lock must be held."""
    left = [name for name in os.listdir(folder) if name.startswith(f".{prefix}-") and name.endswith(_PARTIAL)]
    for name in _manifests(folder, prefix):
        path = os.path.join(folder, name[: -len(manifest.SUFFIX)])
        if not os.path.lexists(path) and _made_here(path):
            left.append(name)
    for name in left:
        os.unlink(os.path.join(folder, name))
    return len(left)


def new_name(folder: str, prefix: str, suffix: str, now: datetime) -> str:
    """Return a name that no set in the folder has."""
    stem = f"{prefix}-{now:%Y%m%dT%H%M%SZ}"
    names = [stem + suffix, *(f"{stem}-{number}{suffix}" for number in range(2, 1000))]
    return next(name for name in names if not os.path.lexists(os.path.join(folder, name)))


@contextlib.contextmanager
def partial(folder: str, name: str) -> Iterator[str]:
    """Give the path of a private file that no check takes for a backup; it is gone afterwards."""
    path = _partial_path(folder, name)
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, _PRIVATE))
    try:
        yield path
    finally:
        for left in (path, _partial_path(folder, name + manifest.SUFFIX)):
            with contextlib.suppress(FileNotFoundError):
                os.unlink(left)


def _partial_path(folder: str, name: str) -> str:
    """Return where a file lies until it is complete."""
    return os.path.join(folder, f".{name}{_PARTIAL}")


def publish(folder: str, path: str, made: Manifest) -> Manifest:
    """Hash a finished partial file and show it under its name, manifest first; return the manifest as stored."""
    _sync(path)
    sha256, size = sha256_of(path)
    made = replace(made, bytes=size, sha256=sha256)
    beside = manifest.beside(made.file)
    _write(_partial_path(folder, beside), made.to_json())
    os.replace(_partial_path(folder, beside), os.path.join(folder, beside))
    os.replace(path, os.path.join(folder, made.file))
    _sync(folder)
    return made


def _write(path: str, text: str) -> None:
    """Write a private file to the disk."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, _PRIVATE)
    with open(handle, "w", encoding="utf-8", errors="surrogateescape") as stored:
        stored.write(text)
        stored.flush()
        os.fsync(handle)


def _sync(path: str) -> None:
    """Have a file or folder written to the disk."""
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def surplus(sets: list[Own], keep: int, retention: Mapping[str, int]) -> list[Own]:
    """Return the sets that are one too many, oldest last; none where ``keep`` is 0."""
    stay = ladder.staying([own.started_at for own in sets], keep, retention)
    return [own for place, own in enumerate(sets) if place not in stay]


def remove(folder: str, own: Own) -> None:
    """Delete a set that was made here; killed at any moment, nothing is left that looks complete."""
    hidden = _partial_path(folder, os.path.basename(own.path))
    os.replace(own.path, hidden)
    os.unlink(manifest.beside(own.path))
    os.unlink(hidden)


def recent(sets: list[Own], now: datetime, hours: int) -> Own | None:
    """Return the newest set, if it was made within some hours."""
    return sets[0] if sets and now - sets[0].started_at < timedelta(hours=hours) else None
