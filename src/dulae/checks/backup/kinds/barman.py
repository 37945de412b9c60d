"""Servers that Barman backs up: its list of each backup, the cluster's files by pg_verifybackup, and the WAL."""

from __future__ import annotations

import os
import re
from datetime import timezone
from typing import Iterator, Mapping

from ...finding import reason
from .. import copies, trees
from ..copies import Copy, Found, Store, shown
from ..faults import Bad
from ..medium import HERE
from ..sets import BackupSet
from ..tools import Tools
from . import pg_basebackup, repository, stanzas, stream, walking
from .contents import FILES, Asked, Contents, Counted, Kind

INFO_BROKEN = reason(
    "backup.barman_info",
    "{file}: its backup.info cannot be read; use an older backup, and make a new one",
)
DATA_LOST = reason(
    "backup.barman_data_lost",
    "{file}: the cluster's files that its backup.info tells of are not there; use an older backup, and make a new one",
)

_INFO = "backup.info"
_DONE = "DONE"
_LINE = re.compile(r"(?m)^([a-z_]+)=(.*)$")
_SEGMENT = re.compile(r"[0-9A-F]{24}")


def store(backup_set: BackupSet, tools: Tools) -> Store:
    """Return the backups of a server; raise CannotTell if there are several servers, OSError if there is none."""
    folder = os.path.join(_server(backup_set), "base")

    def find() -> Iterator[Found]:
        for name in sorted(os.listdir(folder)):
            path = os.path.join(folder, name)
            if os.path.isdir(path):
                # Of a backup that is being made Barman notes so; one without a note has lost it.
                yield _copy(path), info(path).get("status", _DONE) == _DONE

    return Store(find=find, look=lambda copy: _copy(copy.path), being_written=repository.never_written)


def _server(backup_set: BackupSet) -> str:
    """Return the folder of the meant server: the path itself or one in it."""
    path = backup_set.path
    if os.path.isdir(os.path.join(path, "base")):
        return path
    servers = [name for name in sorted(os.listdir(path)) if os.path.isdir(os.path.join(path, name, "base"))]
    return os.path.join(path, stanzas.chosen(path, backup_set.stanza, servers))


def info(path: str) -> Mapping[str, str]:
    """Return what Barman noted of a backup, nothing where it noted nothing; raise OSError if it may not be read."""
    try:
        with open(os.path.join(path, _INFO), encoding="utf-8", errors="replace") as kept:
            return dict(_LINE.findall(kept.read()))
    except FileNotFoundError:
        return {}


def _copy(path: str) -> Copy:
    """Return a backup with the time at which it ended; one that has not ended, with that of its folder."""
    copy, about = copies.look(path), info(path)
    try:
        made_at = repository.moment(about["end_time"]).astimezone(timezone.utc)
    except (KeyError, ValueError):
        return copy
    return Copy(copy.path, copy.bytes, made_at, made_at, copy.state)


def structure(asked: Asked) -> Contents:
    """Return the files of a backup, all there with its WAL; raise Fault if not, or if it has no data."""
    data, _ = demanded(asked)
    if pg_basebackup.told(data, HERE):
        return pg_basebackup.structure(data, asked.tools, *pg_basebackup.WAL_APART)
    return pg_basebackup.without_digests(data)


def demanded(asked: Asked) -> tuple[str, dict[str, str]]:
    """Return the folder of a backup's files, and the archived WAL segments that it needs; raise Bad if some are lost.

    Of the segments only the first and the last are demanded: which lie between them, no list tells.
    """
    data, about = os.path.join(asked.path, "data"), info(asked.path)
    if not about.get("begin_wal") or not about.get("end_wal"):
        raise Bad(INFO_BROKEN, file=asked.copy.name)
    if not os.path.isdir(data) or not os.listdir(data):
        raise Bad(DATA_LOST, file=asked.copy.name)
    found = _wal(asked, about)
    for segment in (about["begin_wal"], about["end_wal"]):
        if segment not in found:
            raise Bad(repository.WAL_LOST, file=asked.copy.name, item=shown(segment))
    return data, found


def _wal(asked: Asked, about: Mapping[str, str]) -> dict[str, str]:
    """Return the archived WAL segments from the first to the last that a backup needs."""
    archive = os.path.join(os.path.dirname(os.path.dirname(asked.path)), "wals")
    first, last = about["begin_wal"], about["end_wal"]
    return {
        name: os.path.join(folder, name)
        for folder, names in walking.walked(archive)
        for name in names
        if _SEGMENT.fullmatch(name) and first <= name <= last
    }


def segment_bytes(path: str, usual: int) -> int:
    """Return the bytes of a WAL segment as Barman noted them, the usual ones where it noted none."""
    told = info(path).get("xlog_segment_size", "")
    return int(told) if told.isdigit() and int(told) else usual


def read(asked: Asked) -> None:
    """Read all data of a backup and its WAL; raise Bad if some are damaged as far as their digests and formats tell."""
    about, data = info(asked.path), os.path.join(asked.path, "data")
    whole = int(about.get("xlog_segment_size") or 0)
    for path in _wal(asked, about).values():
        with stream.opened(path) as (plain, _):
            size = sum(len(block) for block in iter(lambda: plain.read(1 << 20), b""))
        if whole and size != whole:
            raise Bad(stream.CUT_OFF, file=shown(os.path.basename(path)))
    if pg_basebackup.told(data, HERE):
        pg_basebackup.verify(data, asked.tools, *pg_basebackup.WAL_APART)
    trees.read(asked.path)


def count(asked: Asked) -> Counted:
    """Return the files of a backup."""
    return Counted(files=trees.files(os.path.join(asked.path, "data")))


KIND = Kind(FILES, store, structure, read, repository.same, count, repository=True)
