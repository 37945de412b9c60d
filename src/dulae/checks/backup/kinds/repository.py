"""Repositories of snapshots: stores with a format, a key and a lock of their own, judged by their own programs.

Nothing in a repository is written, repaired, unlocked or deleted: programs are called so that they only read.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
import shutil
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from typing import Any, BinaryIO, Callable, Iterable, Iterator, Mapping, Sequence

from ...command import Answer, lacks
from ...finding import Reason, reason
from ..copies import Copy, Found, shown
from ..faults import Bad, CannotTell, Fault
from ..manifest import FileCount, Manifest
from ..sets import BackupSet
from ..tools import HINDERED, Ending, Tools, first_error, surroundings
from . import stream
from .contents import Asked, Contents, Counted

LOCKED = reason(
    "backup.repository_locked",
    "{path}: is locked ({lock}); a program is at work on it, or was killed: check again when it has finished, and if"
    " none is at work have the lock taken off with {tool}",
)
NO_REPOSITORY = reason(
    "backup.no_repository",
    "{path}: is no repository of {tool}, or its configuration is lost; correct its path or kind, or mount it",
)
NO_PASSPHRASE = reason(
    "backup.no_passphrase",
    "{path}: {tool} was given no passphrase that can be read ({error}); name a file that the checking user may read"
    " in password_file",
)
NO_KEY = reason(
    "backup.no_key",
    "{path}: {tool} was given no file with its key that can be read ({error}); name a file that the checking user may"
    " read in key_file, and look for the key where the backups are made: without it nothing can be recovered",
)
KEY_REFUSED = reason(
    "backup.key_refused",
    "{path}: no key opens with the passphrase that is kept for it; find the right key and passphrase, for without"
    " them nothing can be recovered",
)
REFUSED = reason(
    "backup.repository_refused",
    "{path}: {tool} may not read it: {error}; let the checking user read it, or look at the disk",
)
BROKEN = reason(
    "backup.repository_damaged",
    "{path}: damaged: {error}; use another repository or an older state, and make new backups",
)
EMPTY_SNAPSHOT = reason(
    "backup.snapshot_empty",
    "{file}: holds no file, it is the snapshot of an empty folder; back up the right folder",
)

WAL_LOST = reason(
    "backup.wal_lost",
    "{file}: the WAL segment {item}, without which it cannot be started, is not in the archive; make a new backup",
)
MANIFEST_OF_NO_USE = reason(
    "backup.manifest_of_no_use",
    "{file}: a manifest cannot be compared with a repository, which has digests of its own; take the manifest out of"
    " the settings",
)

# Between a name and what it names; no path on disk is meant by it.
SEPARATOR = "::"
_NOT_PERMITTED = re.compile(r"(?i)permission denied|input/output error|no space left|read-only file system")
_TRACED = re.compile(r"(?m)^([A-Za-z_.]+(?:Error|Exception): .*)$")
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
# How Python keeps a byte of a name that is no text.
_BROKEN_BYTE = re.compile("[\udc80-\udcff]")
_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True)
class Snapshot:
    """What a repository tells of one backup: its name, when its data are of, and which series it belongs to.

    ``digest`` is the same as long as the snapshot is the same one.
    """

    name: str
    made_at: datetime
    digest: str
    series: str = ""
    bytes: int = 0

    def found(self, path: str) -> Found:
        """Return it as a finished copy in the repository at a path."""
        return self.copy(path), True

    def copy(self, path: str) -> Copy:
        """Return it as a copy in the repository at a path."""
        number = int(hashlib.sha256(self.digest.encode("utf-8", "replace")).hexdigest()[:15], 16)
        return Copy(
            path=f"{path}{SEPARATOR}{self.name}",
            bytes=self.bytes,
            modified_at=self.made_at,
            made_at=self.made_at,
            state=(number, 0),
            series=self.series,
        )


@dataclass(frozen=True)
class Program:
    """A repository's own program: its name, and the words by which it says what hinders it."""

    tool: str
    no_repository: re.Pattern[str]
    no_passphrase: re.Pattern[str]
    key_refused: re.Pattern[str]
    locked: re.Pattern[str]
    no_key: re.Pattern[str] = re.compile("(?!)")

    def asked(self, path: str, tools: Tools, argv: Sequence[str], **environment: str) -> Answer:
        """Return what the program answered about a path; raise CannotTell if it is missing or does not end.

        Settings of the environment that are empty are taken from it.
        """
        demand(self.tool, path)
        return replace(tools, bin_dir="").ask([self.tool, *argv], _settings(environment))

    @contextlib.contextmanager
    def pouring(
        self, path: str, tools: Tools, argv: Sequence[str], **environment: str
    ) -> Iterator[tuple[BinaryIO, Ending]]:
        """Give what the program says as it says it, and how it ended; raise CannotTell as ``asked`` does."""
        demand(self.tool, path)
        there = replace(tools, bin_dir="")
        with there.output([self.tool, *argv], environment=_settings(environment)) as said:
            yield said

    def fault(self, path: str, error: str) -> Fault:
        """Return what the words of a program that failed mean for its repository."""
        about = {"path": shown(path), "tool": self.tool, "error": shown(_words(error))[:200]}
        for pattern, why in (
            (self.locked, LOCKED),
            (self.no_passphrase, NO_PASSPHRASE),
            (self.no_key, NO_KEY),
        ):
            if pattern.search(error):
                said = shown(next(filter(pattern.search, error.splitlines()), about["error"]))[:200]
                return CannotTell(why, **{**about, "error": said, "lock": said})
        if self.key_refused.search(error):
            return Bad(KEY_REFUSED, **about)
        if _NOT_PERMITTED.search(error):
            return CannotTell(REFUSED, **about)
        if lacks(error):
            return CannotTell(HINDERED, **about, file=shown(path))
        return Bad(NO_REPOSITORY if self.no_repository.search(error) else BROKEN, **about)


def _settings(given: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of a program; settings that are empty are taken from it."""
    return {name: value for name, value in surroundings(**given).items() if value}


def _words(error: str) -> str:
    """Return the error in what a program said, which may be the last line of a traceback."""
    traced = _TRACED.findall(error)
    return first_error(traced[-1] if traced else error)


def demand(tool: str, path: str) -> None:
    """Raise CannotTell if the program that a path needs is not on this machine."""
    if not shutil.which(tool):
        raise CannotTell(stream.NO_PROGRAM, file=shown(path), tool=tool)


def never_written(copy: Copy, now: datetime) -> bool:
    """Say that nobody writes to a listed backup: it is listed when it is finished, and then never changes."""
    return False


def same(asked: Asked, made: Manifest) -> dict[str, Any]:
    """Raise CannotTell: no manifest tells of a repository, whose own digests are compared instead."""
    raise CannotTell(MANIFEST_OF_NO_USE, file=asked.copy.name)


def locked(path: str, tool: str, lock: str) -> CannotTell:
    """Return that a repository is locked, and by what."""
    return CannotTell(LOCKED, path=shown(path), tool=tool, lock=shown(lock))


def told(path: str, tool: str, text: str) -> Any:
    """Return what a program answered as JSON; raise CannotTell if it is none."""
    try:
        return json.loads(text)
    except ValueError as error:
        raise CannotTell(REFUSED, path=shown(path), tool=tool, error=f"answered no JSON: {error}") from error


def lines(path: str, tool: str, text: str) -> list[Mapping[str, Any]]:
    """Return what a program answered as JSON, an object a line; raise CannotTell if it is none."""
    return [told(path, tool, line) for line in text.splitlines() if line.strip()]


def whole(nodes: list[Mapping[str, Any]], paths: Sequence[str], no_text: str) -> list[Mapping[str, Any]]:
    """Return nodes with their paths to the byte; as they are where those paths are not theirs.

    ``no_text`` is what the nodes have for a byte that is no text.
    """
    if [_BROKEN_BYTE.sub(no_text, path) for path in paths] != [node["path"] for node in nodes]:
        return nodes
    return [{**node, "path": path} for node, path in zip(nodes, paths)]


def moment(text: str) -> datetime:
    """Return a time in ISO 8601, of UTC where it names no zone; fractions beyond microseconds are cut."""
    clean = re.sub(r"(\.\d{1,6})\d*", r"\1", text.replace("Z", "+00:00"))
    if "." in clean:
        head, _, tail = clean.partition(".")
        digits = re.match(r"\d+", tail)
        assert digits
        clean = f"{head}.{digits.group(0):0<6}{tail[digits.end() :]}"
    stamp = datetime.fromisoformat(clean)
    return stamp.replace(tzinfo=timezone.utc) if stamp.tzinfo is None else stamp.astimezone(timezone.utc)


def nanoseconds(text: str) -> int:
    """Return a time in ISO 8601 as nanoseconds since 1970, whole microseconds of them."""
    return (moment(text) - _EPOCH) // timedelta(microseconds=1) * 1000


def snapshot_name(backup_set: BackupSet, copy: Copy) -> str:
    """Return a snapshot's own name, as its program knows it."""
    return copy.path[len(f"{backup_set.path}{SEPARATOR}") :]


def series_of(name: str) -> str:
    """Return what names of one series have in common: a name without its numbers."""
    return _DIGITS.sub("#", name)


def contents(form: str, file: str, files: Iterable[FileCount]) -> Contents:
    """Return what a snapshot lists; raise Bad if it holds no file."""
    found = {one.path: one for one in files}
    if not found:
        raise Bad(EMPTY_SNAPSHOT, file=file)
    return Contents(form, files=len(found), counted=Counted(files=found), own_digests=True)


def remembered(question: Callable[[Copy], int]) -> Callable[[Copy], Copy]:
    """Return how one looks at a copy whose size is asked for once; a snapshot never changes."""
    known: dict[str, int] = {}

    def look(copy: Copy) -> Copy:
        if copy.path not in known:
            known[copy.path] = question(copy)
        return replace(copy, bytes=known[copy.path])

    return look


def passphrase(backup_set: BackupSet, tool: str) -> str:
    """Return the declared file of the passphrase, empty if none is; raise CannotTell if it may not be read."""
    return _readable(backup_set, tool, backup_set.password_file, NO_PASSPHRASE)


def key(backup_set: BackupSet, tool: str) -> str:
    """Return the declared file of the key, empty if none is; raise CannotTell if it may not be read."""
    return _readable(backup_set, tool, backup_set.key_file, NO_KEY)


def _readable(backup_set: BackupSet, tool: str, path: str, why: Reason) -> str:
    """Return the path of a secret, empty if there is none; raise CannotTell if it may not be read."""
    if not path:
        return ""
    try:
        with open(path, "rb") as kept:
            if kept.read().strip():
                return path
            error = "is empty"
    except OSError as failed:
        error = failed.strerror or str(failed)
    raise CannotTell(why, path=shown(backup_set.path), tool=tool, error=f"{shown(path)}: {error}")
