"""Physical copies that pg_basebackup wrote as tar: read as streams and compared with backup_manifest member by member.

They are a folder of archives with their manifest beside, or one archive, of which it is the last member. Nothing is
unpacked to a disk. Which programs are here does not matter, and the copy may lie in a vault.
"""

from __future__ import annotations

import os
import re
import struct
import tarfile
from dataclasses import dataclass, field
from typing import BinaryIO, Callable, Collection, Iterator, cast

from ...finding import reason
from .. import trees
from ..copies import shown
from ..faults import Bad, CannotTell
from ..manifest import FileCount
from ..medium import Medium
from ..tools import Tools
from . import backup_manifest, empty_folders, stream, tar
from .backup_manifest import BackupManifest, Listed
from .contents import Contents, Counted

DIFFERS = reason(
    "backup.basebackup_differs",
    "{file}: {different} of {items} files are missing, too many, or not as its backup_manifest tells, {item} for one;"
    " use an older copy and make a new one",
)
LOG_LACKS = reason(
    "backup.basebackup_log_lacks",
    "{file}: cannot recover, for of the log that it needs {item} is missing or not whole; use an older copy and make a"
    " new one, with its log (-X stream; where it is one file, -X fetch)",
)
TWICE = reason(
    "backup.basebackup_twice",
    "{file}: holds {item} and {other} for the same part, and nobody tells which of them is the copy's; take away the"
    " one that is not, or make a new copy",
)
NO_MANIFEST = reason(
    "backup.basebackup_no_manifest",
    "{file}: holds a cluster without the backup_manifest that pg_basebackup writes last, so nobody can tell whether all"
    " of it is there; make a new one by pg_basebackup -D - -Ft -X fetch, without --no-manifest",
)
BY_HAND = reason(
    "backup.basebackup_by_hand",
    "{file}: is an archive of a data folder that pg_basebackup did not make, and nothing in it tells whether all of it"
    " is there and the server stood still; have it made by pg_basebackup -D - -Ft -X fetch",
)
PACKED_AGAIN = reason(
    "backup.basebackup_packed_again",
    "{file}: is an archive around a copy that pg_basebackup made ({item}), and is not looked into; keep the copy as it"
    " is, or archive a plain one from within its folder (tar -C FOLDER -cf FILE .)",
)
NO_CLUSTER = reason(
    "backup.basebackup_no_cluster",
    "{file}: is an archive, but of no cluster of PostgreSQL; see what is backed up, or correct its kind",
)

_ARCHIVE = re.compile(r"(base|pg_wal|[1-9]\d*)\.tar(?:\.gz|\.zst|\.lz4)?")
_CONTROL = "global/pg_control"
_LABEL = "backup_label"
_LOG = "pg_wal/"
_TABLESPACES = "pg_tblspc/"
_LOG_FILE = re.compile(r"pg_wal/([0-9A-F]{24})")
# What pg_verifybackup passes over as well: the manifest tells nothing of them, or they are written afterwards.
_UNTOLD = (backup_manifest.NAME, "postgresql.auto.conf", "recovery.signal", "standby.signal")
_BLOCK_BYTES = 1 << 20
_LEAST_SEGMENT = 1 << 20
_MOST_SEGMENT = 1 << 30
# The head of a file of the log: mark, flags, timeline, its own place in the log.
_PAGE_HEAD = struct.Struct("=HHIQ")

Walk = Callable[[str, Medium], Iterator["tuple[tarfile.TarFile, tarfile.TarInfo]"]]
Reader = Callable[[str, BinaryIO], None]


@dataclass
class Found:
    """What the archives of a copy hold: bytes of each file by its path in the cluster, and which are not as told.

    ``made`` is the manifest as far as it lies beside them.
    """

    made: BackupManifest | None = None
    sizes: dict[str, int] = field(default_factory=dict)
    folders: set[str] = field(default_factory=set)
    different: set[str] = field(default_factory=set)
    log_broken: set[str] = field(default_factory=set)
    system: str = ""


def archives(path: str, medium: Medium) -> dict[str, str]:
    """Return the archives of a copy by where in the cluster their files belong; none for a copy of another form.

    A copy that is one file is its own archive.

    Raise CannotTell if there are two of one part, as are left where one is compressed and that is broken off.
    """
    if not medium.stat(path).is_folder:
        return {"": path}
    found: dict[str, str] = {}
    for name in sorted(medium.listed(path)):
        archive = _ARCHIVE.fullmatch(name)
        if archive:
            part = archive.group(1)
            place = {"base": "", "pg_wal": _LOG}.get(part, f"{_TABLESPACES}{part}/")
            if place in found:
                both = {"item": os.path.basename(found[place]), "other": name}
                raise CannotTell(TWICE, file=shown(os.path.basename(path)), **both)
            found[place] = os.path.join(path, name)
    return found if "" in found else {}


def is_one(path: str, medium: Medium) -> bool:
    """Say whether a file is plainly what pg_basebackup writes into one file, as far as that can be read."""
    try:
        head, _ = stream.head_of(path, medium)
    except (Bad, CannotTell, PermissionError):
        return False
    return tar.begins(head) and head.startswith(f"{_LABEL}\0".encode())


def files(
    path: str, medium: Medium, walk: Walk, made: BackupManifest | None = None
) -> Iterator[tuple[str, int, BinaryIO | None]]:
    """Yield each file of the archives by its path in the cluster with its bytes and data; a folder with None.

    Raise Bad where an archive is damaged. Links and devices are passed over, and archives of tablespaces of which a
    manifest tells no file: they are no part of the copy, or empty.
    """
    for place, archive_path in sorted(archives(path, medium).items()):
        if made and place.startswith(_TABLESPACES) and not any(name.startswith(place) for name in made.files):
            continue
        with stream.told(shown(os.path.basename(path))):
            for archive, member in walk(archive_path, medium):
                name = place + (member.name[2:] if member.name.startswith("./") else member.name)
                if member.isreg():
                    yield name, member.size, cast(BinaryIO, archive.extractfile(member))
                elif member.isdir():
                    yield name, 0, None


def told(path: str, medium: Medium) -> BackupManifest:
    """Return the manifest of a copy, for which one that is a single file is read to its end.

    Raise Fault if it has none, or is damaged.
    """
    found = _begun(path, medium)
    return found.made or _scan(path, medium, found, tar.listed)


def _begun(path: str, medium: Medium) -> Found:
    """Return what a copy tells without its archives being read."""
    return Found(backup_manifest.read(path, medium) if medium.stat(path).is_folder else None)


def structure(path: str, tools: Tools) -> Contents:
    """Return the files of a copy, all there in the sizes that its manifest tells; raise Fault if they are not."""
    found = _begun(path, tools.medium)
    packing = _packing(path, tools.medium)

    def look(name: str, data: BinaryIO) -> None:
        if name == _CONTROL:
            found.system = str(struct.unpack("=Q", data.read(8).ljust(8, b"\0"))[0])

    made = _scan(path, tools.medium, found, tar.listed, look)
    _judge(path, found, made)
    inside = {name: FileCount(name, size, "") for name, size in found.sizes.items()}
    # A manifest of dulae beside the copy tells of the archives, not of what is in them.
    beside = trees.files(path, tools.medium) if found.made else {}
    return Contents(
        stream.named("cluster tar", packing),
        files=len(inside),
        database=found.system,
        counted=Counted(files={**beside, **inside}),
        own_digests=made.digested,
        doubt=empty_folders.doubt(shown(os.path.basename(path)), found.folders),
    )


def read(path: str, tools: Tools) -> None:
    """Compare all data with the digests of the manifest; raise Fault where some are not the same."""
    made = told(path, tools.medium)
    found = Found(made)

    def compare(name: str, data: BinaryIO) -> None:
        listed = made.files.get(name)
        if _LOG_FILE.fullmatch(name) and not _at_its_place(name, data.read(_PAGE_HEAD.size), found):
            found.log_broken.add(name)
        elif listed and name not in _UNTOLD and not _same(listed, data):
            found.different.add(name)

    _scan(path, tools.medium, found, tar.walk, compare)
    _judge(path, found, made)


def _packing(path: str, medium: Medium) -> str:
    """Return what the archives are compressed with; raise Bad if the first is none."""
    head, packing = stream.head_of(archives(path, medium)[""], medium)
    if not head:
        raise Bad(stream.CUT_OFF, file=shown(os.path.basename(path)))
    if not tar.begins(head):
        raise stream.refuse(path, "pg_basebackup", head)
    return packing


def _scan(
    path: str, medium: Medium, found: Found, walk: Walk, reader: Reader = lambda name, data: None
) -> BackupManifest:
    """Note the sizes of all files, and let a reader see each; return the manifest, wherever it lies.

    Raise Bad where an archive is damaged.
    """
    kept = b""
    with stream.told(shown(os.path.basename(path))):
        for name, size, data in files(path, medium, walk, found.made):
            if data is None:
                found.folders.add(name)
            else:
                found.sizes[name] = size
                if name == backup_manifest.NAME:
                    kept = data.read()
                else:
                    reader(name, data)
    return found.made or _inside(path, found.sizes, kept)


def _inside(path: str, names: Collection[str], kept: bytes) -> BackupManifest:
    """Return the manifest that lay in the only archive; raise Fault, with what the archive is, if there was none."""
    file = shown(os.path.basename(path))
    if kept and _LABEL in names:
        return backup_manifest.parsed(kept, file)
    if _LABEL in names:
        raise Bad(NO_MANIFEST, file=file)
    for name in names:
        inner = os.path.basename(name)
        if _ARCHIVE.fullmatch(inner) or (inner == backup_manifest.NAME and not kept):
            raise CannotTell(PACKED_AGAIN, file=file, item=shown(name))
    if kept:
        return backup_manifest.parsed(kept, file)
    if any(name.endswith(_CONTROL) for name in names):
        raise CannotTell(BY_HAND, file=file)
    raise Bad(NO_CLUSTER, file=file)


def _same(told: Listed, data: BinaryIO) -> bool:
    """Say whether data have the digest that was told."""
    digest = told.digest()
    if digest is None:
        return True
    for block in iter(lambda: data.read(_BLOCK_BYTES), b""):
        digest.update(block)
    return digest.hexdigest() == told.checksum


def _at_its_place(name: str, head: bytes, found: Found) -> bool:
    """Say whether a file of the log says of itself what its name does."""
    size = found.sizes[name]
    if len(head) < _PAGE_HEAD.size or not _is_segment(size):
        return False
    _, _, timeline, place = _PAGE_HEAD.unpack(head)
    number = int(name[-16:-8], 16) * ((1 << 32) // size) + int(name[-8:], 16)
    # A file that takes over from another timeline may begin with a page of that one.
    return bool(place == number * size and 0 < timeline <= int(name[-24:-16], 16))


def _is_segment(size: int) -> bool:
    """Say whether a file of the log can have so many bytes."""
    return _LEAST_SEGMENT <= size <= _MOST_SEGMENT and size & (size - 1) == 0


def _judge(path: str, found: Found, made: BackupManifest) -> None:
    """Raise Bad if files are not those of the manifest, or the log is not whole."""
    file = shown(os.path.basename(path))
    counted = {name for name in found.sizes if not name.startswith(_LOG) and name not in _UNTOLD}
    told = {name for name in made.files if not name.startswith(_LOG) and name not in _UNTOLD}
    other = {name for name in told & counted if found.sizes[name] != made.files[name].bytes}
    different = sorted((told ^ counted) | other | found.different)
    if different:
        raise Bad(DIFFERS, file=file, different=len(different), items=len(told), item=shown(different[0]))
    lacking = _lacking(found, made)
    if lacking:
        raise Bad(LOG_LACKS, file=file, item=shown(lacking))


def _lacking(found: Found, made: BackupManifest) -> str:
    """Return the first file of the log that is needed and is not there or not whole, empty if there is none."""
    sizes = {name: size for name, size in found.sizes.items() if _LOG_FILE.fullmatch(name)}
    whole = max(sizes.values(), default=0)
    if not _is_segment(whole):
        return "pg_wal"
    needed = [_LOG + name for part in made.ranges for name in part.segments(whole)]
    broken = (name for name in needed if sizes.get(name) != whole or name in found.log_broken)
    return next(broken, "" if needed else "pg_wal")
