"""Copying a physical copy of a PostgreSQL cluster into the scratch folder: never served in place, never written to.

Of links only those are followed that pg_basebackup makes itself, ``pg_wal`` and the tablespaces, and of what they lead
to nothing is taken but log files and tablespaces' own folders. Tablespaces come to lie in the scratch folder.
"""

from __future__ import annotations

import os
import re
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Callable, Iterator

from .identity import Identity

DATA = "data"
_TABLESPACES = "tablespaces"
_LINKS = "pg_tblspc"
_WAL = "pg_wal"
# What a server makes anew, and what would tell it to follow, to fetch or to believe that it runs already.
_LEFT_OUT = {
    *("postmaster.pid", "postmaster.opts", "standby.signal", "recovery.signal", "recovery.conf"),
    *(".manifest.json", "pg_internal.init"),
}
_EMPTIED = {
    *("pg_replslot", "pg_dynshmem", "pg_notify", "pg_serial", "pg_snapshots", "pg_stat_tmp", "pg_subtrans"),
}
_ALWAYS = (DATA, f"{DATA}/{_WAL}", f"{DATA}/{_WAL}/archive_status", f"{DATA}/{_LINKS}", _TABLESPACES)
_NUMBER = re.compile(r"[1-9]\d*")
_WAL_FILE = re.compile(r"[0-9A-F]{24}|[0-9A-F]{8}\.history")
_OF_TABLESPACE = re.compile(r"PG_\d[\d.]*_\d+")
BLOCK_BYTES = 1 << 20
VERSION_BYTES = 20
# What a file takes beside its bytes.
FILE_BYTES = 4096


@dataclass
class Plan:
    """What is copied: folders, files (from where, to where, bytes), all inside the scratch folder; tablespaces."""

    folders: list[str] = field(default_factory=lambda: list(_ALWAYS))
    files: list[tuple[str, str, int]] = field(default_factory=list)
    tablespaces: list[str] = field(default_factory=list)

    @property
    def bytes(self) -> int:
        """Return the bytes that the copied files will take."""
        return sum(size + FILE_BYTES for _, _, size in self.files)


@dataclass(frozen=True)
class Form:
    """How a copy of one form tells its version and the bytes that it takes, and how it comes into a scratch folder."""

    version: Callable[[str], str]
    needed: Callable[[str], int]
    copy: Callable[[str, str], None]


def plan(path: str, tablespaces: str = "") -> Plan:
    """Return what is copied of a cluster; raise OSError where it may not be looked at.

    ``tablespaces`` names the folder in which they lie by their numbers, where that is not the cluster's own.
    """
    made = Plan()
    if tablespaces:
        _take_tablespaces(made, tablespaces)
    for entry in _entries(path):
        if entry.name == _WAL:
            _take_wal(made, entry.path)
        elif entry.name == _LINKS:
            if not tablespaces:
                _take_tablespaces(made, entry.path)
        elif entry.name not in _LEFT_OUT:
            _take(made, entry, f"{DATA}/{entry.name}")
    return made


def _entries(folder: str) -> Iterator[os.DirEntry[str]]:
    """Yield what lies in a folder, by name."""
    with os.scandir(folder) as found:
        yield from sorted(found, key=lambda entry: entry.name)


def _take(made: Plan, entry: os.DirEntry[str], target: str) -> None:
    """Add a file, or a folder with what is in it; links and devices are passed over."""
    if entry.is_file(follow_symlinks=False):
        made.files.append((entry.path, target, entry.stat(follow_symlinks=False).st_size))
    elif entry.is_dir(follow_symlinks=False):
        made.folders.append(target)
        if entry.name not in _EMPTIED:
            for inside in _entries(entry.path):
                if inside.name not in _LEFT_OUT:
                    _take(made, inside, f"{target}/{inside.name}")


def _take_wal(made: Plan, folder: str) -> None:
    """Add the files of the log, wherever their folder lies."""
    for entry in _entries(folder):
        if _WAL_FILE.fullmatch(entry.name):
            _take(made, entry, f"{DATA}/{_WAL}/{entry.name}")


def _take_tablespaces(made: Plan, folder: str) -> None:
    """Add the tablespaces; of one whose place is not there nothing."""
    for entry in _entries(folder):
        if not _NUMBER.fullmatch(entry.name) or not os.path.isdir(entry.path):
            continue
        add_tablespace(made, entry.name)
        for inside in _entries(entry.path):
            if _OF_TABLESPACE.fullmatch(inside.name):
                _take(made, inside, f"{_TABLESPACES}/{entry.name}/{inside.name}")


def add_tablespace(made: Plan, number: str) -> None:
    """Add the folder of a tablespace."""
    made.tablespaces.append(number)
    made.folders.append(f"{_TABLESPACES}/{number}")


def target_of(name: str) -> str:
    """Return where a file or folder of a cluster lies in the scratch folder, empty for what is not taken."""
    first, *others = parts = name.split("/")
    if any(part in ("", ".", "..") or part in _LEFT_OUT for part in parts):
        return ""
    if first == _WAL:
        return f"{DATA}/{name}" if len(others) == 1 and _WAL_FILE.fullmatch(others[0]) else ""
    if first == _LINKS:
        taken = len(others) > 1 and _NUMBER.fullmatch(others[0]) and _OF_TABLESPACE.fullmatch(others[1])
        return f"{_TABLESPACES}/{'/'.join(others)}" if taken else ""
    return "" if _EMPTIED & set(parts[:-1]) else f"{DATA}/{name}"


def make_folders(made: Plan, folder: str) -> None:
    """Make the folders of a plan."""
    for target in dict.fromkeys(made.folders):
        os.mkdir(os.path.join(folder, target), 0o700)


def link_tablespaces(made: Plan, folder: str) -> None:
    """Let the cluster find its tablespaces in the scratch folder."""
    for number in made.tablespaces:
        os.symlink(os.path.join(folder, _TABLESPACES, number), os.path.join(folder, DATA, _LINKS, number))


def version(path: str) -> str:
    """Return what a copy's PG_VERSION says; raise FileNotFoundError if it has none."""
    with open(os.path.join(path, "PG_VERSION"), encoding="ascii", errors="replace") as stored:
        return stored.read(VERSION_BYTES)


def copy(path: str, folder: str, tablespaces: str = "") -> None:
    """Copy a cluster; raise OSError where that cannot be done."""
    made = plan(path, tablespaces)
    make_folders(made, folder)
    with ThreadPoolExecutor(os.cpu_count() or 1) as workers:
        for _ in workers.map(lambda one: copy_file(one[0], os.path.join(folder, one[1])), made.files):
            pass
    link_tablespaces(made, folder)


def move(path: str, folder: str) -> None:
    """Move a cluster from elsewhere in the scratch folder, whoever its files belong to; raise OSError if that fails."""
    made = plan(path)
    make_folders(made, folder)
    for source, target, _ in made.files:
        place = os.path.join(folder, target)
        os.rename(source, place)
        if os.geteuid() == 0:
            os.chown(place, os.geteuid(), os.getegid(), follow_symlinks=False)
        os.chmod(place, 0o600)
    link_tablespaces(made, folder)


def copy_file(source: str, target: str) -> None:
    """Copy the bytes of a file that is no link."""
    with open(source, "rb", opener=_no_link) as read, open(target, "xb", opener=private) as written:
        shutil.copyfileobj(read, written, BLOCK_BYTES)


def _no_link(path: str, flags: int) -> int:
    """Open what is no link, without waiting where it has become a pipe."""
    return os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK)


def private(path: str, flags: int) -> int:
    """Open a file that only its owner may read."""
    return os.open(path, flags, 0o600)


def give(folder: str, identity: Identity) -> None:
    """Give the copied files to whom the server runs as."""
    if identity.uid < 0:
        return
    for top in (DATA, _TABLESPACES):
        for place, folders, names in os.walk(os.path.join(folder, top)):
            for path in (place, *(os.path.join(place, name) for name in (*folders, *names))):
                os.lchown(path, identity.uid, identity.gid)


PLAIN = Form(version, lambda path: plan(path).bytes, copy)
