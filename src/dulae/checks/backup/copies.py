"""Which copies of a set there are, newest first; those still being written are set apart, never judged."""

from __future__ import annotations

import fnmatch
import os
import re
import time
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Callable, Iterator

from ..finding import reason
from . import manifest, moment
from .faults import Bad, CannotTell
from .sets import BackupSet

NO_PLACE = reason(
    "backup.no_place", "{path}: no such folder; mount the backup store, or correct the path in the settings"
)
MISSING = reason(
    "backup.missing", "{path}: no backup matches {pattern}; find out why none was made, and make one"
)
ONLY_UNFINISHED = reason(
    "backup.only_unfinished",
    "{path}: no finished backup matches {pattern}, only {unfinished} still being written or left by a broken run",
)
REFUSED = reason(
    "backup.refused", "{path}: cannot be read: {error}; let the checking user read the backup store"
)

_UNFINISHED = re.compile(r"(?i)^\.|~$|\.(?:partial|part|tmp|temp|incomplete|filepart|writing)$")
_COMPANION = re.compile(r"(?i)\.(?:manifest\.json|sha256|sha256sum|md5|sig|asc|log|lock)$")
_STILL_WRITING_WITHIN = timedelta(hours=1)
_JUST_NOW = timedelta(seconds=30)
_SETTLING_S = 0.5
_ACCESS_MODE = os.O_RDONLY | os.O_WRONLY | os.O_RDWR


@dataclass(frozen=True)
class Copy:
    """One backup in the store."""

    path: str
    bytes: int
    modified_at: datetime
    made_at: datetime
    state: tuple[int, ...]

    @property
    def name(self) -> str:
        """Return the file's name as it can be shown anywhere."""
        return shown(os.path.basename(self.path))


@dataclass(frozen=True)
class Inventory:
    """The finished copies of a set, newest first, and how many are not finished."""

    copies: tuple[Copy, ...]
    unfinished: int


def shown(text: str) -> str:
    """Return text from a target without control characters and broken bytes."""
    clean = text.encode("utf-8", "replace").decode("utf-8")
    return "".join(letter if letter.isprintable() else "?" for letter in clean)


def take(backup_set: BackupSet, now: datetime) -> Inventory:
    """Return the copies of a set; raise Bad if there is none, CannotTell if the store may not be read."""
    try:
        return _settled(backup_set, _found(backup_set), now)
    except FileNotFoundError as error:
        raise Bad(NO_PLACE, path=shown(backup_set.path)) from error
    except OSError as error:
        raise CannotTell(REFUSED, path=shown(backup_set.path), error=error.strerror or str(error)) from error


def _found(backup_set: BackupSet) -> list[tuple[Copy, bool]]:
    """Return every copy with whether its name says that it is finished; two names of one file count once."""
    one_of_each = {}
    for path in _paths(backup_set):
        name = os.path.basename(path)
        bare = _UNFINISHED.sub("", _UNFINISHED.sub("", name))
        if not _COMPANION.search(bare) and (
            fnmatch.fnmatchcase(bare, backup_set.pattern) or path == backup_set.path
        ):
            copy = look(path)
            one_of_each[copy.state[:2]] = (copy, bare == name)
    return list(one_of_each.values())


def _paths(backup_set: BackupSet) -> Iterator[str]:
    """Yield the files of a set's folder, or its one file."""
    if not os.path.isdir(backup_set.path):
        os.stat(backup_set.path)
        yield backup_set.path
        return
    with os.scandir(backup_set.path) as entries:
        yield from (entry.path for entry in entries if entry.is_file())


def look(path: str) -> Copy:
    """Return what the file system says about a copy; raise OSError if it cannot."""
    stat = os.stat(path)
    modified_at = datetime.fromtimestamp(stat.st_mtime, timezone.utc)
    return Copy(
        path=path,
        bytes=stat.st_size,
        modified_at=modified_at,
        made_at=moment.made_at(os.path.basename(path), modified_at),
        state=(stat.st_dev, stat.st_ino, stat.st_size, stat.st_mtime_ns),
    )


def _settled(backup_set: BackupSet, found: list[tuple[Copy, bool]], now: datetime) -> Inventory:
    """Return the finished copies; the newest ones are watched until one is found that nobody writes to."""
    finished = sorted(
        (copy for copy, done in found if done), key=lambda copy: (copy.made_at, copy.path), reverse=True
    )
    while finished and being_written(finished[0], now):
        finished.pop(0)
    unfinished = len(found) - len(finished)
    about = {
        "path": shown(backup_set.path),
        "pattern": backup_set.pattern,
        "count": 0,
        "unfinished": unfinished,
    }
    if not finished:
        raise Bad(ONLY_UNFINISHED if unfinished else MISSING, **about)
    return Inventory(tuple(finished), unfinished)


def being_written(copy: Copy, now: datetime, pause: Callable[[float], None] = time.sleep) -> bool:
    """Say whether a program has a copy open for writing, or it changes as one looks."""
    since = abs(now - copy.modified_at)
    if since < _STILL_WRITING_WITHIN and open_for_writing(copy.path):
        return True
    if since < _JUST_NOW:
        pause(_SETTLING_S)
    return look(copy.path).state != copy.state


def open_for_writing(path: str) -> bool:
    """Say whether a program of this machine that we may look into writes to a file."""
    real = os.path.realpath(path)
    return any(_writes(process, real) for process in os.listdir("/proc") if process.isdigit())


def _writes(process: str, real: str) -> bool:
    """Say whether one program has a file open for writing; one that has ended or is not ours does not count."""
    folder = f"/proc/{process}/fd"
    try:
        for number in os.listdir(folder):
            if os.readlink(f"{folder}/{number}") == real and _mode(process, number) != os.O_RDONLY:
                return True
    except OSError:
        return False
    return False


def _mode(process: str, number: str) -> int:
    """Return how a program opened a file: to read, to write, or both."""
    with open(f"/proc/{process}/fdinfo/{number}", encoding="ascii") as about:
        flags = next(line.split()[1] for line in about if line.startswith("flags:"))
    return int(flags, 8) & _ACCESS_MODE


def manifest_path(backup_set: BackupSet, copy: Copy) -> str:
    """Return where the manifest of a copy is looked for."""
    return backup_set.manifest_file or manifest.beside(copy.path)
