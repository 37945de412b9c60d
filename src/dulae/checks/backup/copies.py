"""Which copies of a set there are, newest first; those still being written are set apart, never judged.

A copy is a file, a folder, or what a kind with a store of its own says (``Store``).
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import time
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from typing import Callable, Iterable, Iterator, Tuple

from ..finding import Reason, reason
from . import manifest, moment
from .faults import Bad
from .medium import HERE, About, Medium, fault_of, state, walk
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

UNFINISHED = re.compile(r"(?i)^\.|~$|\.(?:partial|part|tmp|temp|incomplete|filepart|writing)$")
COMPANION = re.compile(r"(?i)\.(?:manifest\.json|sha256|sha256sum|md5|sig|asc|log|lock)$")
_STILL_WRITING_WITHIN = timedelta(hours=1)
_JUST_NOW = timedelta(seconds=30)
_SETTLING_S = 0.5
# Elsewhere nobody sees who has a file open, and times have whole seconds.
_SETTLING_ELSEWHERE_S = 2.5
_ACCESS_MODE = os.O_RDONLY | os.O_WRONLY | os.O_RDWR


@dataclass(frozen=True)
class Copy:
    """One backup in the store; only copies of one ``series`` are compared with each other.

    ``title`` is what people are told of it where its file's name does not say enough.
    """

    path: str
    bytes: int
    modified_at: datetime
    made_at: datetime
    state: tuple[int, ...]
    series: str = ""
    title: str = ""

    @property
    def name(self) -> str:
        """Return the title, or the file's name, as it can be shown anywhere."""
        return shown(self.title or os.path.basename(self.path))


@dataclass(frozen=True)
class Inventory:
    """The finished copies of a set, newest first, and how many are not finished."""

    copies: tuple[Copy, ...]
    unfinished: int


Found = Tuple[Copy, bool]


@dataclass(frozen=True)
class Store:
    """Where the copies of a set lie: which there are and whether each is finished, how one stands, who writes to it.

    ``find`` may leave a copy's size and state open; ``look`` tells them. All raise OSError where they may not look.
    ``unfinished`` says that there are only copies which are not finished.
    """

    find: Callable[[], Iterable[Found]]
    look: Callable[[Copy], Copy]
    being_written: Callable[[Copy, datetime], bool]
    unfinished: Reason = ONLY_UNFINISHED


def shown(text: str) -> str:
    """Return text from a target without control characters and broken bytes."""
    clean = text.encode("utf-8", "replace").decode("utf-8")
    return "".join(letter if letter.isprintable() else "?" for letter in clean)


def opened(backup_set: BackupSet, store: Callable[[], Store]) -> Store:
    """Return a store; raise Bad if its place is not there, CannotTell if it may not be read."""
    with _told(backup_set):
        return store()


@contextlib.contextmanager
def _told(backup_set: BackupSet) -> Iterator[None]:
    """Turn what the system says about a store into Bad where it is not there, else into CannotTell."""
    try:
        yield
    except FileNotFoundError as error:
        raise Bad(NO_PLACE, path=shown(backup_set.path)) from error
    except OSError as error:
        raise fault_of(error, REFUSED, path=shown(backup_set.path)) from error


def take(backup_set: BackupSet, store: Store, now: datetime) -> Inventory:
    """Return the copies of a set; raise Bad if there is none, CannotTell if the store may not be read."""
    with _told(backup_set):
        return _settled(backup_set, store, now)


def look(path: str, medium: Medium = HERE) -> Copy:
    """Return what a medium says about a copy and all that is in it; raise OSError if it cannot."""
    copy, about = _glanced(path, medium)
    if not about.is_folder:
        return copy
    digest, total = hashlib.sha256(), 0
    for inside, found in walk(medium, path):
        total += found.bytes if found.is_file else 0
        digest.update(f"{inside}\0{found.bytes}\0{found.modified_ns}\n".encode("utf-8", "surrogateescape"))
    return replace(copy, bytes=total, state=(*about.identity, total, int.from_bytes(digest.digest(), "big")))


def glance(path: str, medium: Medium = HERE) -> Copy:
    """Return what a medium says about a copy without looking into a folder; raise OSError if it cannot."""
    return _glanced(path, medium)[0]


def _glanced(path: str, medium: Medium) -> tuple[Copy, About]:
    about = medium.stat(path)
    modified_at = datetime.fromtimestamp(about.modified_ns / 1e9, timezone.utc)
    copy = Copy(
        path=path,
        bytes=about.bytes,
        modified_at=modified_at,
        made_at=moment.made_at(os.path.basename(path), modified_at),
        state=(*about.identity, about.bytes, about.modified_ns),
    )
    return copy, about


def _settled(backup_set: BackupSet, store: Store, now: datetime) -> Inventory:
    """Return the finished copies; the newest ones are watched until one is found that nobody writes to."""
    found = list({copy.state[:2]: (copy, done) for copy, done in store.find()}.values())
    finished = sorted(
        (copy for copy, done in found if done), key=lambda copy: (copy.made_at, copy.path), reverse=True
    )
    while finished:
        finished[0] = store.look(finished[0])
        if not store.being_written(finished[0], now):
            break
        finished.pop(0)
    unfinished = len(found) - len(finished)
    about = {
        "path": shown(backup_set.path),
        "pattern": backup_set.pattern,
        "count": 0,
        "unfinished": unfinished,
    }
    if not finished:
        raise Bad(store.unfinished if unfinished else MISSING, **about)
    return Inventory(tuple(finished), unfinished)


def being_written(
    copy: Copy, now: datetime, medium: Medium = HERE, pause: Callable[[float], None] = time.sleep
) -> bool:
    """Say whether a program has a copy open for writing, or it changes as one looks."""
    since = abs(now - copy.modified_at)
    if medium.local and since < _STILL_WRITING_WITHIN and open_for_writing(copy.path):
        return True
    if since < _JUST_NOW:
        pause(_SETTLING_S if medium.local else _SETTLING_ELSEWHERE_S)
    return look(copy.path, medium).state != copy.state


def open_for_writing(path: str) -> bool:
    """Say whether a program of this machine that we may look into writes to a file, or to one in a folder."""
    real = os.path.realpath(path)
    return any(_writes(process, real) for process in os.listdir("/proc") if process.isdigit())


def _writes(process: str, real: str) -> bool:
    """Say whether one program has a path open for writing; one that has ended or is not ours does not count."""
    folder = f"/proc/{process}/fd"
    try:
        for number in os.listdir(folder):
            target = os.readlink(f"{folder}/{number}")
            if (target == real or target.startswith(f"{real}/")) and _mode(process, number) != os.O_RDONLY:
                return True
    except OSError:
        return False
    return False


def _mode(process: str, number: str) -> int:
    """Return how a program opened a file: to read, to write, or both."""
    with open(f"/proc/{process}/fdinfo/{number}", encoding="ascii") as about:
        flags = next(line.split()[1] for line in about if line.startswith("flags:"))
    return int(flags, 8) & _ACCESS_MODE


def manifest_path(backup_set: BackupSet, copy: Copy, medium: Medium = HERE) -> str:
    """Return where the manifest of a copy is looked for: as declared, in the folder that is the copy, or beside."""
    within = manifest.within(copy.path)
    if backup_set.manifest_file:
        return backup_set.manifest_file
    return within if state(medium, within) else manifest.beside(copy.path)
