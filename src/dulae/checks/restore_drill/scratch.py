"""The scratch place of drills: one private folder for each user, locked while a drill is held, gone afterwards.

Whatever lies in it when the lock is free was left by a drill that was killed.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import signal
import stat
import tempfile
import time
from typing import Callable, Iterator

from ..backup.faults import CannotTell
from ..backup.kinds.borg import SHADOW
from ..backup.kinds.pgbackrest_files import SECRET
from ..finding import reason

BUSY = reason(
    "restore_drill.busy",
    "{path}: another drill is being held here; wait until it has ended, then run this one again",
)
UNSAFE = reason(
    "restore_drill.unsafe_place",
    "{path}: is not a private folder of this user; remove it, or name another scratch_dir",
)
NO_PLACE = reason(
    "restore_drill.no_place", "{path}: no scratch folder can be made: {error}; name another scratch_dir"
)
OPEN_TO_ALL = reason(
    "restore_drill.open_to_all",
    "{path}: anybody may remove what others keep there; run: chmod +t {path}, or name another scratch_dir",
)
NOT_REMOVED = reason(
    "restore_drill.not_removed",
    "{path}: what a drill left there cannot be removed: {error}; remove the folder, then run the drill again",
)
STUCK = reason(
    "restore_drill.stuck",
    "{path}: programs of an earlier drill do not end: {processes}; end them, then run it again",
)

_STAGE = "stage"
_TEMPLATE = "template"
_OURS = {
    *("postgres", "initdb", "pg_restore", "psql", "unshare", "setpriv"),
    *("pg_verifybackup", "pg_waldump", "pg_controldata", "pgbackrest"),
    *("mariadbd", "mysqld", "mariadb", "mysql", "mariadb-install-db", "mysql_install_db"),
}
_PATIENCE_S = 10.0
_TICK_S = 0.05


@contextlib.contextmanager
def workshop(parent: str) -> Iterator[str]:
    """Give the folder of this user's drills, locked; raise CannotTell if it is in use or cannot be trusted."""
    where = os.path.realpath(parent)
    _demand_kept(where)
    path = os.path.join(where, f"dulae-drill-{os.geteuid()}")
    handle = _lock(path)
    try:
        yield path
    finally:
        # Others may have begun to look at the folder, but only whoever holds its lock puts anything into it.
        with contextlib.suppress(OSError):
            os.rmdir(path)
        # Closing alone would leave the lock with any program that another thread has forked and not yet begun.
        fcntl.flock(handle, fcntl.LOCK_UN)
        os.close(handle)


def _demand_kept(where: str) -> None:
    """Raise CannotTell for a place in which anybody could put a folder of his own where a drill's was."""
    with contextlib.suppress(OSError):
        mode = os.stat(where).st_mode
        if mode & stat.S_IWOTH and not mode & stat.S_ISVTX:
            raise CannotTell(OPEN_TO_ALL, path=where)


def _lock(path: str) -> int:
    """Make a folder if need be and lock it; return the handle that holds the lock."""
    try:
        with contextlib.suppress(FileExistsError):
            os.mkdir(path, 0o711)
        handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError as error:
        raise CannotTell(NO_PLACE, path=path, error=error.strerror) from error
    about = os.fstat(handle)
    if about.st_uid != os.geteuid() or about.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        os.close(handle)
        raise CannotTell(UNSAFE, path=path)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(handle)
        raise CannotTell(BUSY, path=path) from error
    if not os.path.isdir(path) or os.stat(path).st_ino != about.st_ino:
        # The drill before removed the folder between our opening and our locking it.
        os.close(handle)
        return _lock(path)
    return handle


def reap(workshop: str) -> list[str]:
    """Remove what killed drills left, programs first; return at which stage each was killed."""
    left = sorted(os.listdir(workshop))
    drills = [name for name in left if not name.startswith((_TEMPLATE, SHADOW, SECRET))]
    stages = [_reap(os.path.join(workshop, name)) for name in drills]
    for name in set(left) - set(drills):
        remove(os.path.join(workshop, name))
    return stages


@contextlib.contextmanager
def template(workshop: str, needed: bool) -> Iterator[str]:
    """Give where a cluster to be copied can be kept, empty if none is needed; it is gone afterwards."""
    path = os.path.join(workshop, _TEMPLATE) if needed else ""
    try:
        yield path
    finally:
        if path:
            remove(path)
            remove(f"{path}.part")


def _reap(folder: str) -> str:
    """Remove one drill's folder and programs; return the stage that it was in."""
    stage = "unknown"
    with contextlib.suppress(OSError), open(os.path.join(folder, _STAGE), encoding="utf-8") as stored:
        stage = stored.read()[:40] or stage
    end_programs(folder)
    remove(folder)
    return stage


def end_programs(folder: str) -> None:
    """End every program that works in a folder, gently, then by force; raise CannotTell if one stays."""
    # SIGQUIT lets a server free its shared memory, which SIGKILL would leave behind.
    for number in (signal.SIGQUIT, signal.SIGKILL):
        for process in programs_in(folder):
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, number)
        if _until(lambda: not programs_in(folder)):
            return
    raise CannotTell(STUCK, path=folder, processes=len(programs_in(folder)))


def _until(true: Callable[[], bool]) -> bool:
    """Wait until something is true; return False if it does not become so."""
    end = time.monotonic() + _PATIENCE_S
    while not true():
        if time.monotonic() > end:
            return False
        time.sleep(_TICK_S)
    return True


def programs_in(folder: str) -> list[int]:
    """Return the programs that work inside a folder, or are a drill's and name it."""
    return [int(name) for name in os.listdir("/proc") if name.isdigit() and _works_in(name, folder)]


def _works_in(process: str, folder: str) -> bool:
    """Say whether a program has its place in a folder; one that has ended or is not ours does not count."""
    try:
        if f"{os.readlink(f'/proc/{process}/cwd')}/".startswith(f"{folder}/"):
            return True
        with open(f"/proc/{process}/cmdline", "rb") as stored:
            program, *arguments = stored.read().split(b"\0")
    except (OSError, ValueError):
        return False
    ours = os.path.basename(program).decode("utf-8", "replace") in _OURS
    return ours and any(os.fsencode(folder) in argument for argument in arguments)


def remove(folder: str) -> None:
    """Remove a folder with all that is in it; raise CannotTell if that cannot be done."""
    try:
        with contextlib.suppress(FileNotFoundError):
            shutil.rmtree(folder)
    except OSError as error:
        raise CannotTell(NOT_REMOVED, path=folder, error=error.strerror) from error


@contextlib.contextmanager
def folder(workshop: str) -> Iterator[str]:
    """Give a private folder for one drill; its programs are ended and it is gone afterwards."""
    path = tempfile.mkdtemp(dir=workshop, prefix="d")
    try:
        yield path
    finally:
        end_programs(path)
        remove(path)


def note_stage(folder: str, stage: str) -> None:
    """Leave word of the stage that a drill has reached, for whoever finds it dead."""
    with open(os.path.join(folder, _STAGE), "w", encoding="utf-8") as stored:
        stored.write(stage)
