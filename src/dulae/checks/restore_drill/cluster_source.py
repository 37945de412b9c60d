"""Where a physical copy of a PostgreSQL cluster comes from, and how it and its log come into a scratch folder."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from typing import Callable, Mapping

from ..backup.faults import Bad
from ..backup.kinds import backup_manifest, barman, basebackup_tar, pg_basebackup, stream
from ..backup.kinds.contents import Asked
from ..backup.medium import HERE
from ..backup.tools import Tools
from . import cluster_copy, cluster_unpack
from .cluster_copy import DATA
from .restoring import NOT_RESTORED

SEGMENT_BYTES = 16 << 20


@dataclass(frozen=True)
class Source:
    """A physical copy: what its PG_VERSION says, the bytes that it will take, how it comes into a scratch folder.

    ``verify`` demands that what came is what was backed up, and says whether all of it was compared with digests; of a
    copy that is not ``online`` the cluster stood still, and has nothing to recover from. All raise Fault or OSError.
    """

    version: Callable[[], str]
    needed: Callable[[], int]
    bring: Callable[[str], None]
    verify: Callable[[str, Tools], bool]
    online: bool = True


def of_basebackup(asked: Asked) -> Source:
    """Return what pg_basebackup made: a folder or archives; raise Fault if its manifest cannot be read."""
    path = asked.path
    form = cluster_unpack.form(path) if basebackup_tar.archives(path, HERE) else cluster_copy.PLAIN
    return Source(
        version=lambda: form.version(path),
        needed=lambda: form.needed(path),
        bring=lambda folder: form.copy(path, folder),
        verify=_verified,
    )


def of_barman(asked: Asked) -> Source:
    """Return a backup of Barman with the log that it needs; raise Bad if some of it is lost."""
    path, log = barman.demanded(asked)
    form = cluster_unpack.form(path) if basebackup_tar.archives(path, HERE) else _beside(asked.path)

    def bring(folder: str) -> None:
        form.copy(path, folder)
        _put_log(log, os.path.join(folder, DATA, "pg_wal"))

    return Source(
        version=lambda: form.version(path),
        needed=lambda: form.needed(path) + len(log) * barman.segment_bytes(asked.path, SEGMENT_BYTES),
        bring=bring,
        verify=_verified,
    )


def _beside(place: str) -> cluster_copy.Form:
    """Return how a cluster is copied whose tablespaces lie in a folder by their numbers, wherever its links lead."""
    return cluster_copy.Form(
        cluster_copy.version,
        lambda path: cluster_copy.plan(path, place).bytes,
        lambda path, folder: cluster_copy.copy(path, folder, place),
    )


def _put_log(log: Mapping[str, str], target: str) -> None:
    """Unpack files of the log to where a cluster has them; those that came with it stay as they are.

    Raise Bad if one is damaged.
    """
    for name, path in sorted(log.items()):
        place = os.path.join(target, name)
        if not os.path.lexists(place):
            try:
                _unpack(path, place)
            except Bad as fault:
                error = f"WAL {name}: {fault.numbers.get('error', 'ends too early')}"
                raise Bad(NOT_RESTORED, error=error) from fault


def _unpack(path: str, target: str) -> None:
    """Write what is in a file, whatever it is compressed with; raise Bad if it is damaged."""
    with stream.opened(path) as (plain, _), open(target, "xb", opener=cluster_copy.private) as written:
        shutil.copyfileobj(plain, written, cluster_copy.BLOCK_BYTES)


def _verified(data: str, tools: Tools) -> bool:
    """Say whether a copy brought digests, and demand that they and its log are right; raise Bad if they are not."""
    if not os.path.lexists(os.path.join(data, backup_manifest.NAME)):
        return False
    made = backup_manifest.read(data)
    pg_basebackup.verify(data, tools)
    return made.digested
