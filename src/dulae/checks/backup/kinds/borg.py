"""Repositories of borg: archives of folders. Borg is shown a shadow of the repository, for it may write when it reads.

A repository whose last writer was killed is rolled back by the next ``borg list``, lock or no lock. In the shadow the
segments are those of the repository, and what Borg would write about them is let go afterwards.
"""

from __future__ import annotations

import contextlib
import fnmatch
import json
import os
import re
import shlex
import shutil
import stat
import tempfile
from typing import Any, Callable, ContextManager, Iterator, Mapping, Sequence

from ...command import Answer
from ...finding import reason
from ..copies import Copy, Store, shown
from ..faults import Bad
from ..manifest import FileCount
from ..sets import BackupSet
from ..snapshot import Held, Node, Poured, Pours
from ..tools import Tools
from . import repository, walking
from .contents import FILES, Asked, Contents, Counted, Kind
from .repository import Program, Snapshot

CHUNKS_LOST = reason(
    "backup.snapshot_incomplete",
    "{file}: {damaged} files lack data that a repair replaced by zeros, {item} for one; use an older snapshot",
)

PROGRAM = Program(
    tool="borg",
    no_repository=re.compile(r"is not a valid repository|does not exist|does not have a valid configuration"),
    no_passphrase=re.compile(r"can not acquire a passphrase|PasscommandFailure|Interactive password query"),
    key_refused=re.compile(
        r"passphrase supplied .* is incorrect|No key entry|borg/crypto/key"
        r"|Mismatch between repository .* and key file|Invalid key file"
    ),
    no_key=re.compile(r"No key file for repository"),
    locked=re.compile(r"Failed to create/acquire the lock"),
)
# Borg would rather ask whether a repository may be read that it has not seen, or not at this place.
_READING = {
    "TZ": "UTC",
    "BORG_RELOCATED_REPO_ACCESS_IS_OK": "yes",
    "BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK": "yes",
}
# What Borg says for a byte that is no text, and how it tells such bytes all the same.
_NO_TEXT = "?"
_ESCAPED = {"PYTHONIOENCODING": "unicode_escape"}
_INDEX = re.compile(r"index\.(\d+)")
# How the folders are called in which shadows lie.
SHADOW = "dulae-borg-"
_ARCHIVE = "ARCHIVE"
_SECOND_NS = 10**9
_MODES = {"-": stat.S_IFREG, "h": stat.S_IFREG, "d": stat.S_IFDIR, "l": stat.S_IFLNK}
_UNFINISHED = re.compile(r"\.checkpoint(?:\.\d+)?$")


def store(backup_set: BackupSet, tools: Tools) -> Store:
    """Return a repository's archives; raise Fault if it is locked or does not open, OSError if it is not there."""
    demand_unlocked(backup_set.path)
    walking.demand_own(backup_set.path, "borg")
    _demand_newest_segment(backup_set.path)
    sized = repository.remembered(lambda copy: sum(file.bytes for file in _files(backup_set, tools, copy)))
    listed = _listed(backup_set, tools)

    def look(copy: Copy) -> Copy:
        os.stat(os.path.join(backup_set.path, "config"))
        return sized(copy)

    def find() -> list[tuple[Copy, bool]]:
        return [
            (_snapshot(about).copy(backup_set.path), not _UNFINISHED.search(about["name"]))
            for about in listed
            if fnmatch.fnmatchcase(_UNFINISHED.sub("", about["name"]), backup_set.pattern)
        ]

    return Store(find=find, look=look, being_written=repository.never_written)


def demand_unlocked(path: str) -> None:
    """Raise CannotTell if a repository is locked, OSError if it is not there."""
    os.stat(path)
    if os.path.isdir(os.path.join(path, "lock.exclusive")):
        raise repository.locked(path, "borg break-lock", "lock.exclusive")
    with contextlib.suppress(FileNotFoundError, ValueError):
        with open(os.path.join(path, "lock.roster"), encoding="utf-8") as roster:
            holders = json.load(roster)
        if any(holders.values()):
            raise repository.locked(path, "borg break-lock", "lock.roster")


def _demand_newest_segment(path: str) -> None:
    """Raise Bad if the segment that a repository's index ends with is not there: Borg would do without, in silence."""
    found = [int(name.group(1)) for name in map(_INDEX.fullmatch, os.listdir(path)) if name]
    segments = [
        int(name)
        for _, names in walking.walked(os.path.join(path, "data"))
        for name in names
        if name.isdigit()
    ]
    if found and max(found) > max(segments, default=-1):
        error = f"segment {max(found)} is missing"
        raise Bad(repository.BROKEN, path=shown(path), error=error)


def _listed(backup_set: BackupSet, tools: Tools) -> list[Mapping[str, Any]]:
    """Return what borg tells of each archive, unfinished ones among them."""
    text = _ask(backup_set, tools, "list", "--json", "--consider-checkpoints")
    return list(repository.told(backup_set.path, "borg", text)["archives"])


def _snapshot(about: Mapping[str, Any]) -> Snapshot:
    """Return what borg tells of an archive."""
    return Snapshot(
        name=about["name"],
        made_at=repository.moment(about["time"]),
        digest=about["id"],
        series=repository.series_of(about["name"]),
    )


def structure(asked: Asked) -> Contents:
    """Return the files of an archive; raise Fault if it cannot be listed, if files lost data, or if it holds none."""
    return repository.contents(
        "borg", asked.copy.name, _files(asked.backup_set, asked.tools, asked.copy, whole=True)
    )


def read(asked: Asked) -> None:
    """Have all data of the repository read and compared with its digests; raise Bad if some are not the same."""
    _ask(asked.backup_set, asked.tools, "check", "--verify-data")


def count(asked: Asked) -> Counted:
    """Return the files of an archive by their paths, not hashed."""
    return Counted(files={file.path: file for file in _files(asked.backup_set, asked.tools, asked.copy)})


def _files(backup_set: BackupSet, tools: Tools, copy: Copy, whole: bool = False) -> list[FileCount]:
    """Return the files of an archive with their bytes; raise Bad if they must be ``whole`` and are not."""
    nodes = [node for node in _nodes(backup_set, tools, copy) if node.get("type") in ("-", "h")]
    lost = [node["path"] for node in nodes if not node.get("healthy", True)]
    if whole and lost:
        raise Bad(CHUNKS_LOST, file=copy.name, damaged=len(lost), item=shown(lost[0]))
    return [FileCount(node["path"], node.get("size", 0), "") for node in nodes]


def _nodes(backup_set: BackupSet, tools: Tools, copy: Copy) -> list[Mapping[str, Any]]:
    """Return what Borg tells of each path in an archive."""
    archive = repository.snapshot_name(backup_set, copy)
    text = _ask(backup_set, tools, "list", "--json-lines", archive=archive)
    nodes = repository.lines(backup_set.path, "borg", text)
    if not any(_NO_TEXT in node["path"] for node in nodes):
        return nodes
    names = _ask(backup_set, tools, "list", "--format", "{bpath}{NUL}", archive=archive, **_ESCAPED)
    return _whole(nodes, names)


def _whole(nodes: list[Mapping[str, Any]], escaped: str) -> list[Mapping[str, Any]]:
    """Return nodes with their names to the byte, as Python escaped them; as they are where it did not."""
    if not escaped.isascii() or "\0" in escaped:
        return nodes
    paths = escaped.encode("ascii").decode("unicode_escape").split("\0")[:-1]
    whole = repository.whole(nodes, paths, _NO_TEXT)
    known = {node["path"]: one["path"] for node, one in zip(nodes, whole)}
    return [{**one, "source": known.get(one["source"], one["source"])} for one in whole]


def held(backup_set: BackupSet, tools: Tools, copy: Copy) -> Held:
    """Return what lies in an archive; raise Fault if it cannot be listed."""
    archive = repository.snapshot_name(backup_set, copy)
    told = _nodes(backup_set, tools, copy)
    changed_ns = [repository.nanoseconds(node["mtime"]) for node in told]
    began_ns = repository.nanoseconds(copy.made_at.isoformat())
    # Only what was poured into Borg has whole seconds, but for that of some disks.
    late = any(one >= began_ns + _SECOND_NS and one % _SECOND_NS == 0 for one in changed_ns)
    poured = _name_of_poured(backup_set, tools, archive) if late else ""
    nodes = [
        Node(
            node["path"].strip("/"),
            _MODES.get(node["type"], stat.S_IFCHR),
            node.get("size", 0),
            # Borg tells the second in which an archive began, and dates what was poured into it when it took it.
            min(one, began_ns) if node["path"] == poured or one < began_ns + _SECOND_NS else one,
            node.get("source", "") if node["mode"].startswith("h") else "",
        )
        for node, one in zip(told, changed_ns)
    ]

    def pour(*words: str) -> Callable[[str], ContextManager[Poured]]:
        return lambda path: _poured(backup_set, tools, archive, [*words, path])

    return Held(nodes, Pours(pour("extract", "--stdout", _ARCHIVE), pour("export-tar", _ARCHIVE, "-")))


def _name_of_poured(backup_set: BackupSet, tools: Tools, archive: str) -> str:
    """Return what an archive calls the data that were poured into Borg; nothing where none were."""
    text = _ask(backup_set, tools, "info", "--json", archive=archive)
    words = iter(repository.told(backup_set.path, "borg", text)["archives"][0]["command_line"])
    poured, name = False, "stdin"
    for word in words:
        poured = poured or word in ("-", "--content-from-command")
        if word.startswith("--stdin-name"):
            name = word.partition("=")[2] or next(words, name)
    return name if poured else ""


@contextlib.contextmanager
def _poured(backup_set: BackupSet, tools: Tools, archive: str, words: Sequence[str]) -> Iterator[Poured]:
    """Give what borg says of a path in an archive, as it says it; the root has no name of its own."""
    given = [*words[:-1], *([f"pp:{words[-1]}"] if words[-1] else [])]
    path, before = backup_set.path, walking.names(backup_set.path)
    with _shown(backup_set, tools) as (shadow, environment):
        argv = [_location(shadow, archive) if word == _ARCHIVE else word for word in given]
        with PROGRAM.pouring(path, tools, argv, **environment) as (said, ending):
            yield said, lambda: _demand_well(path, shadow, ending(), before)


def _ask(backup_set: BackupSet, tools: Tools, *words: str, archive: str = "", **more: str) -> str:
    """Return what borg says of a shadow of the repository; raise Fault for what hinders it."""
    before = walking.names(backup_set.path)
    with _shown(backup_set, tools) as (shadow, environment):
        place = _location(shadow, archive) if archive else shadow
        answer = PROGRAM.asked(backup_set.path, tools, [*words, place], **environment, **more)
    _demand_well(backup_set.path, shadow, answer, before)
    return answer.text


def _location(shadow: str, archive: str) -> str:
    """Return how borg is told of an archive; braces that are not doubled would stand for a host or a date."""
    name = archive.replace("{", "{{").replace("}", "}}")
    return f"{shadow}::{name}"


def _demand_well(path: str, shadow: str, answer: Answer, before: frozenset[str]) -> None:
    """Raise Fault for what hindered borg, CannotTell if the repository is locked now or was changed meanwhile."""
    if answer.status:
        demand_unlocked(path)
        # Its index has the number of the last change.
        walking.demand_unchanged(path, "", before)
        raise PROGRAM.fault(path, answer.error.replace(shadow, path))


@contextlib.contextmanager
def _shown(backup_set: BackupSet, tools: Tools) -> Iterator[tuple[str, dict[str, str]]]:
    """Give a shadow of the repository, and the settings with which Borg reads it."""
    kept = repository.passphrase(backup_set, "borg")
    secret = {"BORG_PASSPHRASE": "", "BORG_PASSCOMMAND": f"cat {shlex.quote(kept)}"} if kept else {}
    held = repository.key(backup_set, "borg")
    key = {"BORG_KEY_FILE": held} if held else {}
    with _shadow(backup_set.path, tools.temporary) as (shadow, own):
        yield shadow, {**_READING, **own, **secret, **key}


@contextlib.contextmanager
def _shadow(path: str, place_of: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Give a folder that looks like a repository, and the settings that keep what Borg remembers in a place of its own.

    Its segments and index are links to the repository's, for Borg replaces them whole; all else is copied.
    """
    with tempfile.TemporaryDirectory(prefix=SHADOW, dir=place_of or None) as place:
        shadow = os.path.join(place, "repository")
        for folder, names in walking.walked(path):
            beside = os.path.normpath(os.path.join(shadow, os.path.relpath(folder, path)))
            os.mkdir(beside, 0o700)
            for name in names:
                if not name.startswith("lock."):
                    _shadowed(os.path.join(folder, name), os.path.join(beside, name))
        own = {
            "BORG_CACHE_DIR": os.path.join(place, "cache"),
            "BORG_SECURITY_DIR": os.path.join(place, "security"),
        }
        yield shadow, own


def _shadowed(path: str, beside: str) -> None:
    """Put a file of the repository into its shadow."""
    name = os.path.basename(path)
    if name.isdigit() or _INDEX.fullmatch(name):
        os.symlink(path, beside)
    else:
        # Borg rewrites its configuration in place, with the place at which it saw the repository last.
        with contextlib.suppress(FileNotFoundError):
            shutil.copyfile(path, beside)


KIND = Kind(FILES, store, structure, read, repository.same, count, repository=True, held=held)
