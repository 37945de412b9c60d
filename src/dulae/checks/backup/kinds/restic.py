"""Repositories of restic: snapshots of folders, each file in the repository named by the SHA-256 of its bytes."""

from __future__ import annotations

import contextlib
import errno
import fnmatch
import itertools
import os
import re
import stat
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Iterator, Mapping

from ...command import Answer
from ...finding import reason
from ..copies import Copy, Store, shown
from ..faults import Bad
from ..hashing import sha256_of
from ..manifest import FileCount
from ..sets import BackupSet
from ..snapshot import Held, Node, Poured, Pours
from ..tools import Tools
from . import repository, walking
from .contents import FILES, Asked, Contents, Counted, Kind
from .repository import Program, Snapshot

OTHER_NAME = reason(
    "backup.repository_file_damaged",
    "{path}: {damaged} files of the repository are not as when they were written, {item} for one; use another"
    " repository, and have this one repaired by its keeper",
)
UNLISTED = reason(
    "backup.snapshot_damaged",
    "{path}: {damaged} snapshots cannot be read; use another repository, and have this one repaired by its keeper",
)

PROGRAM = Program(
    tool="restic",
    no_repository=re.compile(r"Is there a repository at|unable to open config file"),
    no_passphrase=re.compile(r"empty password|Resolving password failed|unable to read password"),
    key_refused=re.compile(r"wrong password or no key found"),
    locked=re.compile(r"repository is already locked|unable to create lock"),
)
# Everything but the configuration is named by its own SHA-256.
_NAMED_BY_DIGEST = ("keys", "snapshots", "index", "data")
_SHOWN_OF_DIGEST = 16
_DIGEST = re.compile(r"[0-9a-f]{64}")
# What stands in JSON for a byte that is no text.
_NO_TEXT = "\ufffd"
_PLACES = ("RESTIC_REPOSITORY", "RESTIC_REPOSITORY_FILE")
_SECRETS = ("RESTIC_PASSWORD", "RESTIC_PASSWORD_FILE", "RESTIC_PASSWORD_COMMAND", "RESTIC_KEY_HINT")
_HALF_WRITTEN = re.compile(r"-tmp-\d+$")
_MODES = {"file": stat.S_IFREG, "dir": stat.S_IFDIR, "symlink": stat.S_IFLNK}


def store(backup_set: BackupSet, tools: Tools) -> Store:
    """Return a repository's snapshots; raise Fault if it is locked or does not open, OSError if it is not there."""
    demand_unlocked(backup_set.path)
    walking.demand_own(backup_set.path, "restic")
    before = _kept(backup_set.path)
    told = repository.told(backup_set.path, "restic", _ask(backup_set, tools, "snapshots", "--json")) or []
    # Others may have been made or forgotten meanwhile.
    lost = before & _kept(backup_set.path) - {about["id"] for about in told}
    if lost:
        raise Bad(UNLISTED, path=shown(backup_set.path), damaged=len(lost))
    copies = [_snapshot(about).found(backup_set.path) for about in told if _meant(about, backup_set.pattern)]
    sized = repository.remembered(lambda copy: sum(file.bytes for file in _files(backup_set, tools, copy)))

    def look(copy: Copy) -> Copy:
        name = repository.snapshot_name(backup_set, copy)
        if not any(kept.startswith(name) for kept in _kept(backup_set.path)):
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), name)
        return sized(copy)

    return Store(find=lambda: copies, look=look, being_written=repository.never_written)


def _kept(path: str) -> set[str]:
    """Return the names of the snapshots in a repository, not of what a broken run or somebody else left there."""
    names = walking.names(os.path.join(path, "snapshots"))
    return {name for name in names if _DIGEST.match(name) and not _HALF_WRITTEN.search(name)}


def demand_unlocked(path: str) -> None:
    """Raise CannotTell if a repository is locked, OSError if it is not there."""
    os.stat(path)
    locks = os.path.join(path, "locks")
    names = sorted(os.listdir(locks)) if os.path.isdir(locks) else []
    if names:
        raise repository.locked(path, "restic unlock", f"locks/{names[0][:8]}")


def _snapshot(about: Mapping[str, Any]) -> Snapshot:
    """Return what restic tells of a snapshot."""
    return Snapshot(
        name=about["id"][:_SHOWN_OF_DIGEST],
        made_at=repository.moment(about["time"]),
        digest=about["id"],
        series=f"{about.get('hostname', '')} {' '.join(about.get('paths') or ())}",
    )


def _meant(about: Mapping[str, Any], pattern: str) -> bool:
    """Say whether a pattern means a snapshot: by its host, one of its tags, or one of its paths."""
    words = (about.get("hostname", ""), *(about.get("tags") or ()), *(about.get("paths") or ()))
    return pattern == "*" or any(fnmatch.fnmatchcase(word, pattern) for word in words)


def structure(asked: Asked) -> Contents:
    """Return the files of a snapshot; raise Fault if a part of the repository is missing, or if it holds none."""
    _ask(asked.backup_set, asked.tools, "check")
    files = _files(asked.backup_set, asked.tools, asked.copy)
    return repository.contents("restic", asked.copy.name, files)


def read(asked: Asked) -> None:
    """Read every file of the repository; raise Bad if the bytes of one are not those that its name is made of."""
    path = asked.backup_set.path
    with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as workers:
        damaged = [name for name in workers.map(lambda name: _damaged(path, name), _parts(path)) if name]
    if damaged:
        demand_unlocked(path)
        raise Bad(OTHER_NAME, path=shown(path), damaged=len(damaged), item=shown(damaged[0]))


def _parts(path: str) -> Iterator[str]:
    """Yield the files of a repository that are named by their digest, by their path inside."""
    for part in _NAMED_BY_DIGEST:
        for folder, names in walking.walked(os.path.join(path, part)):
            inside = os.path.relpath(folder, path)
            yield from (os.path.join(inside, name) for name in names if _DIGEST.fullmatch(name))


def _damaged(path: str, name: str) -> str:
    """Return the name of a file if its bytes are not those that it is named by, else nothing."""
    digest, _ = sha256_of(os.path.join(path, name))
    return "" if digest == os.path.basename(name) else name


def count(asked: Asked) -> Counted:
    """Return the files of a snapshot by their paths, not hashed."""
    return Counted(files={file.path: file for file in _files(asked.backup_set, asked.tools, asked.copy)})


def _files(backup_set: BackupSet, tools: Tools, copy: Copy) -> list[FileCount]:
    """Return the files of a snapshot with their bytes, by their paths without the leading slash."""
    return [
        FileCount(node["path"].lstrip("/"), node.get("size", 0), "")
        for node in _nodes(backup_set, tools, copy)
        if node.get("type") == "file"
    ]


def _nodes(backup_set: BackupSet, tools: Tools, copy: Copy) -> list[Mapping[str, Any]]:
    """Return what restic tells of each path in a snapshot."""
    text = _ask(backup_set, tools, "ls", "--json", repository.snapshot_name(backup_set, copy))
    nodes = [node for node in repository.lines(backup_set.path, "restic", text) if "type" in node]
    untold = any(_NO_TEXT in node["path"] for node in nodes)
    return _whole(backup_set, tools, copy, nodes) if untold else nodes


def _whole(
    backup_set: BackupSet, tools: Tools, copy: Copy, nodes: list[Mapping[str, Any]]
) -> list[Mapping[str, Any]]:
    """Return nodes with their names to the byte; JSON tells only text, the plain list has the same order."""
    argv = [*_options(backup_set), "--quiet", "ls", repository.snapshot_name(backup_set, copy)]
    before = _state(backup_set.path)
    with PROGRAM.pouring(backup_set.path, tools, argv, **_settings(backup_set)) as (said, ending):
        words = iter(said.read().decode("utf-8", "surrogateescape").split("\n"))
        _demand_well(backup_set.path, ending(), before)
    # A name may have line breaks of its own.
    paths = ["\n".join(itertools.islice(words, node["path"].count("\n") + 1)) for node in nodes]
    return repository.whole(nodes, paths, _NO_TEXT)


def held(backup_set: BackupSet, tools: Tools, copy: Copy) -> Held:
    """Return what lies in a snapshot; raise Fault if it cannot be listed."""

    @contextlib.contextmanager
    def pour(path: str) -> Iterator[Poured]:
        words = ["dump", repository.snapshot_name(backup_set, copy), f"/{path}"]
        argv = [*_options(backup_set), *words]
        before = _state(backup_set.path)
        with PROGRAM.pouring(backup_set.path, tools, argv, **_settings(backup_set)) as (said, ending):
            yield said, lambda: _demand_well(backup_set.path, ending(), before)

    nodes = [
        Node(
            node["path"].lstrip("/"),
            _MODES.get(node["type"], stat.S_IFCHR),
            node.get("size", 0),
            repository.nanoseconds(node["mtime"]),
        )
        for node in _nodes(backup_set, tools, copy)
    ]
    return Held(nodes, Pours(pour, pour))


def _ask(backup_set: BackupSet, tools: Tools, *words: str) -> str:
    """Return what restic says; raise Fault for what hinders it, CannotTell if the repository is locked now."""
    argv = [*_options(backup_set), *words]
    before = _state(backup_set.path)
    answer = PROGRAM.asked(backup_set.path, tools, argv, **_settings(backup_set))
    _demand_well(backup_set.path, answer, before)
    return answer.text


def _options(backup_set: BackupSet) -> list[str]:
    """Return what each call of restic says first; raise CannotTell if the passphrase may not be read."""
    kept = repository.passphrase(backup_set, "restic")
    return ["-r", backup_set.path, "--no-lock", "--no-cache", *(["-p", kept] if kept else [])]


def _settings(backup_set: BackupSet) -> dict[str, str]:
    """Return the settings of the surroundings that do not count, for restic takes none together with its options."""
    secrets = _SECRETS if backup_set.password_file else ()
    return dict.fromkeys((*_PLACES, *secrets), "")


def _state(path: str) -> frozenset[str]:
    """Return what is another after each program that wrote data or took some away."""
    return walking.names(os.path.join(path, "index"))


def _demand_well(path: str, answer: Answer, before: frozenset[str]) -> None:
    """Raise Fault for what hindered restic, CannotTell if the repository is locked now or was changed meanwhile."""
    if answer.status:
        demand_unlocked(path)
        walking.demand_unchanged(path, "index", before)
        raise PROGRAM.fault(path, answer.error)


KIND = Kind(FILES, store, structure, read, repository.same, count, repository=True, held=held)
