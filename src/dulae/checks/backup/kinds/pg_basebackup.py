"""Physical copies of a PostgreSQL cluster: a folder with backup_manifest, judged by pg_verifybackup, or archives.

Archives lie in a folder with their manifest, or are one file that holds it.
"""

from __future__ import annotations

import os
import re
import struct
from dataclasses import replace

from ...finding import reason
from .. import copies, medium, places, trees
from ..copies import Found, Store, shown
from ..faults import Bad, CannotTell
from ..medium import Medium
from ..sets import BackupSet
from ..tools import Tools, first_error
from . import backup_manifest, basebackup_tar, empty_folders, stream
from .contents import FILES, Contents, Counted, Kind, of_file
from .dumps import NO_TABLES

OTHER_VERSION = reason(
    "backup.basebackup_other_version",
    "{file}: is of PostgreSQL {copy_version}, and pg_verifybackup here is of {tool_version}, which cannot read all of"
    " it; install the programs of {copy_version}, and name their folder in bin_dir",
)

UNFINISHED = reason(
    "backup.basebackup_unfinished",
    "{path}: no copy that matches {pattern} has a backup_manifest, which pg_basebackup writes last: {unfinished} are"
    " still being written, were broken off, or were made with --no-manifest; make one to its end, with its manifest",
)

NAME = "pg_basebackup"
_NO_LOG = "could not find any WAL file"
_MANIFEST = backup_manifest.NAME
_CONTROL = "global/pg_control"
_TOC_MARKS = ("PG_VERSION", "base.tar", "base.tar.gz", "base.tar.zst", "base.tar.lz4", f"{_MANIFEST}.tmp")
# Relations that somebody made have numbers from 16384 on (FirstNormalObjectId); below are the system's own.
_RELATION = re.compile(r"(?:base|pg_tblspc/\d+/[^/]+)/\d+/(\d+)")
_FIRST_OF_USERS = 16384
# Where the WAL is kept in an archive, not in the copy.
WAL_APART = ("--no-parse-wal",)
# What it says where the program that reads the log is not beside it, or is another version's; that a file of the log
# is not found is said in other words.
_NO_WALDUMP = re.compile(r'program "pg_waldump" (?:is needed|was found) by')
_MAJOR = re.compile(r"\(PostgreSQL\) (\d+)")
# What older programs say to a manifest of newer ones.
_NEWER_MANIFEST = "unexpected manifest version"
_VERSION_LETTERS = 20


def told(path: str, held_by: Medium) -> bool | None:
    """Say whether a folder is such a copy: one without its manifest, which is written last, is not finished."""
    if not medium.is_folder(held_by, path):
        return None
    names = held_by.listed(path)
    if _MANIFEST in names:
        return True
    return False if not names or set(names) & set(_TOC_MARKS) else None


def store(backup_set: BackupSet, tools: Tools) -> Store:
    """Return the copies of a set: folders, or files that are archives."""
    held_by = tools.medium
    made = places.store(backup_set, _told, held_by, UNFINISHED)
    return replace(made, find=lambda: _found(backup_set, list(made.find()), held_by))


def _told(path: str, held_by: Medium) -> bool | None:
    """Say of a path what ``told`` does, and that a file is a copy."""
    return True if medium.is_file(held_by, path) else told(path, held_by)


def _found(backup_set: BackupSet, found: list[Found], held_by: Medium) -> list[Found]:
    """Return what was found without files that lie about where the copies are folders."""
    path = backup_set.path
    folders = [one for one in found if medium.is_folder(held_by, one[0].path)]
    if folders:
        return [one for one in found if one in folders or basebackup_tar.is_one(one[0].path, held_by)]
    if not found or backup_set.pattern != "*" or told(path, held_by) is not False:
        return found
    # The folder is itself a copy without its manifest, or holds one file that has a name as in such copies.
    archives = basebackup_tar.archives(path, held_by).values()
    alone = [one for one in found if one[0].path in archives]
    return alone if len(archives) == 1 else [(copies.glance(path, held_by), False)]


def structure(path: str, tools: Tools, *options: str) -> Contents:
    """Return the files that a copy lists, all there in their sizes; raise Fault if not, or if it has no data."""
    if basebackup_tar.archives(path, tools.medium):
        return _with_tables(path, basebackup_tar.structure(path, tools))
    stream.demand_here(path, tools.medium, NAME)
    made = backup_manifest.read(path)
    verify(path, tools, "--skip-checksums", *WAL_APART, *options)
    files = trees.files(path)
    contents = Contents(
        "cluster",
        files=len(files),
        database=_cluster(path),
        counted=Counted(files=files),
        own_digests=made.digested,
        doubt=empty_folders.doubt(shown(os.path.basename(path)), _folders(path)),
    )
    return _with_tables(path, contents)


def _folders(path: str) -> list[str]:
    """Return which of the folders that may be empty are there."""
    return [name for name in empty_folders.NEEDED if os.path.isdir(os.path.join(path, name))]


def _with_tables(path: str, contents: Contents) -> Contents:
    """Return the contents of a copy; raise Bad if it has no data of anybody."""
    files = contents.counted.files if contents.counted else {}
    if not any(of_users(name) and file.bytes for name, file in files.items()):
        raise Bad(NO_TABLES, file=shown(os.path.basename(path)))
    return contents


def of_users(name: str) -> bool:
    """Say whether a file belongs to a relation that is not the system's."""
    found = _RELATION.fullmatch(name)
    return found is not None and int(found.group(1)) >= _FIRST_OF_USERS


def _cluster(path: str) -> str:
    """Return the number that initdb gave to the cluster, with which pg_control begins."""
    with open(os.path.join(path, _CONTROL), "rb") as control:
        return str(struct.unpack("=Q", control.read(8))[0])


def read(path: str, tools: Tools) -> None:
    """Have all data read and compared with the digests of backup_manifest; raise Bad if some are not the same."""
    if basebackup_tar.archives(path, tools.medium):
        basebackup_tar.read(path, tools)
    else:
        verify(path, tools)


def count(path: str, tools: Tools) -> Counted:
    """Return the files of a copy."""
    if basebackup_tar.archives(path, tools.medium):
        return basebackup_tar.structure(path, tools).counted or Counted()
    return Counted(files=trees.files(path))


def without_digests(path: str) -> Contents:
    """Return the files of a copy that was made without backup_manifest; raise Bad if it has no data of anybody."""
    files = trees.files(path)
    counted = Counted(files=files)
    return _with_tables(path, Contents("cluster", files=len(files), database=_cluster(path), counted=counted))


def verify(path: str, tools: Tools, *options: str) -> None:
    """Raise Bad for what pg_verifybackup finds, CannotTell if it cannot judge this copy.

    Of another version's copy it still compares the files, but the log is read by programs of its own version alone.
    """
    other = _other_version(path, tools)
    apart = WAL_APART if other and not set(WAL_APART) & set(options) else ()
    answer = tools.ask(["pg_verifybackup", "-q", *options, *apart, path])
    if answer.status == 0 and not apart:
        return
    file, error = shown(os.path.basename(path)), first_error(answer.error)
    if other and (answer.status == 0 or _NEWER_MANIFEST in answer.error):
        raise CannotTell(OTHER_VERSION, file=file, copy_version=other[0], tool_version=other[1])
    if _NO_WALDUMP.search(answer.error):
        raise CannotTell(stream.NO_PROGRAM, file=file, tool="pg_waldump")
    if _NO_LOG in answer.error:
        raise Bad(basebackup_tar.LOG_LACKS, file=file, item="pg_wal")
    raise Bad(stream.DAMAGED, file=file, error=error)


def _other_version(path: str, tools: Tools) -> tuple[str, str] | None:
    """Return the versions of a copy and of pg_verifybackup, None if they are one or either is not told."""
    try:
        with open(os.path.join(path, "PG_VERSION"), encoding="ascii", errors="replace") as stored:
            copied = stored.read(_VERSION_LETTERS).strip()
    except FileNotFoundError:
        return None
    here = _MAJOR.search(tools.ask(["pg_verifybackup", "--version"]).text)
    if not here or not copied.isdigit() or copied == here.group(1):
        return None
    return copied, here.group(1)


KIND: Kind = replace(of_file(FILES, structure, read, count, streams=True), store=store)
