"""Repositories of pgBackRest: every file of a backup, and the WAL that makes it consistent, against their SHA-1.

``pgbackrest verify`` passes a backup whose manifest is lost and one whose WAL is missing (2.45), hence the lists are
read here, without the program, on any machine that the repository lies on.
"""

from __future__ import annotations

import contextlib
import os
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone
from typing import Any, Iterator, Mapping

from ...finding import reason
from .. import copies
from ..copies import Copy, Found, Store, shown
from ..faults import Bad, CannotTell
from ..manifest import FileCount
from ..sets import BackupSet
from ..tools import Tools
from . import repository, stanzas, walking
from .contents import FILES, Asked, Contents, Counted, Kind
from .dumps import NO_TABLES
from .pg_basebackup import of_users
from .pgbackrest_files import Section, Stored, is_encrypted, kept_secret, sections, sha1_of

PARTS_LOST = reason(
    "backup.parts_lost",
    "{file}: {damaged} of its parts are missing in the repository or of another size, {item} for one; use an older"
    " backup, and make a new one",
)
PARTS_DAMAGED = reason(
    "backup.parts_damaged",
    "{file}: {damaged} of its parts are not as they were in the cluster, {item} for one; use an older backup, and make"
    " a new one",
)
IN_BLOCKS = reason(
    "backup.in_blocks",
    "{file}: was made in blocks (repo-block), which cannot be verified here; verify it by a restore",
)
PAGES_DAMAGED = reason(
    "backup.pages_damaged",
    "{file}: pgBackRest found damaged pages in {damaged} files of the cluster when it made it, {item} for one; look at"
    " the cluster at once, and keep older backups",
)

_PACKED = re.compile(r"\.(gz|bz2|lz4|zst)$")
_PACKED_BY = {"none": "", "gz": "gz", "bz2": "bz2", "lz4": "lz4", "zst": "zst"}
_MANIFEST = "backup.manifest"
_LABEL = re.compile(r"\d{8}-\d{6}F(?:_\d{8}-\d{6}[DI])?")


def store(backup_set: BackupSet, tools: Tools) -> Store:
    """Return the backups of a stanza; raise Fault if its list cannot be read, OSError if there is none."""
    folder = _folder(backup_set)
    listed = _list(folder, "backup.info", repository.passphrase(backup_set, "openssl"), tools)
    current = listed.get("backup:current", {})

    def find() -> Iterator[Found]:
        for label in sorted({*current, *filter(_LABEL.fullmatch, os.listdir(folder))}):
            if label in current or os.path.isdir(os.path.join(folder, label)):
                yield _copy(os.path.join(folder, label), current.get(label)), label in current

    def look(copy: Copy) -> Copy:
        return _copy(copy.path, current.get(copy.name))

    return Store(find=find, look=look, being_written=repository.never_written)


def _folder(backup_set: BackupSet) -> str:
    """Return where the backups of the meant stanza lie; raise OSError if there are none, CannotTell if many."""
    root = os.path.join(backup_set.path, "backup")
    return os.path.join(root, stanzas.chosen(backup_set.path, backup_set.stanza, sorted(os.listdir(root))))


def _copy(path: str, about: Mapping[str, Any] | None) -> Copy:
    """Return a backup as the list tells of it, one that it does not list as the file system does."""
    if about is None:
        with contextlib.suppress(FileNotFoundError):
            return copies.glance(path)
    made_at = datetime.fromtimestamp((about or {}).get("backup-timestamp-stop", 0), timezone.utc)
    size = int((about or {}).get("backup-info-size", 0))
    number = int.from_bytes(os.path.basename(path).encode("ascii", "replace"), "big")
    return Copy(path, size, made_at, made_at, (number, size))


def _list(folder: str, name: str, secret: str, tools: Tools) -> dict[str, Section]:
    """Return a list or, where it cannot be read, its twin; raise what hinders the first if both fail."""
    path = os.path.join(folder, name)
    try:
        return sections(path, secret, tools)
    except (Bad, FileNotFoundError):
        with contextlib.suppress(Bad, FileNotFoundError):
            return sections(f"{path}.copy", secret, tools)
        raise


@contextlib.contextmanager
def _manifest(asked: Asked) -> Iterator[tuple[dict[str, Section], str]]:
    """Give the manifest of a backup and the file that decrypts its parts; raise Fault if it cannot be read."""
    folder, tools = os.path.dirname(asked.path), asked.tools
    info = _list(folder, "backup.info", _own(asked), tools)
    with kept_secret(_told_secret(info), tools) as of_manifest:
        try:
            manifest = _list(asked.path, _MANIFEST, of_manifest, tools)
        except FileNotFoundError as error:
            raise Bad(PARTS_LOST, file=asked.copy.name, damaged=1, item=_MANIFEST) from error
        with kept_secret(_told_secret(manifest), tools) as of_parts:
            yield manifest, of_parts


def twins(asked: Asked) -> list[dict[str, Section]]:
    """Return the manifest of a backup and, where it can be read, its twin; raise Fault as ``structure`` does."""
    with _manifest(asked) as (manifest, _):
        found = [manifest]
    info = _list(os.path.dirname(asked.path), "backup.info", _own(asked), asked.tools)
    with kept_secret(_told_secret(info), asked.tools) as secret, contextlib.suppress(Bad, FileNotFoundError):
        found.append(sections(os.path.join(asked.path, f"{_MANIFEST}.copy"), secret, asked.tools))
    return found


def stated_passphrase(asked: Asked) -> str:
    """Return the declared passphrase of a repository that is encrypted, empty for another; raise Fault without one."""
    listed = os.path.join(os.path.dirname(asked.path), "backup.info")
    if not is_encrypted(listed if os.path.exists(listed) else f"{listed}.copy"):
        return ""
    # The first line, as openssl takes it.
    with open(_own(asked), "rb") as kept:
        return os.fsdecode(kept.readline().rstrip(b"\n"))


def _own(asked: Asked) -> str:
    """Return the declared file of the passphrase, empty if none is; raise CannotTell if it may not be read."""
    return repository.passphrase(asked.backup_set, "openssl")


def _told_secret(listed: Mapping[str, Section]) -> str:
    """Return the passphrase that a list tells for what it lists."""
    return str(listed.get("cipher", {}).get("cipher-pass", ""))


def structure(asked: Asked) -> Contents:
    """Return the files of a backup, all there in their sizes, and its WAL; raise Fault if not, or if it has no data."""
    with _manifest(asked) as (manifest, secret):
        parts = dict(_parts(asked, manifest, secret))
        lost = [name for name, (stored, about) in parts.items() if not _in_place(stored, about)]
        if lost:
            raise Bad(PARTS_LOST, file=asked.copy.name, damaged=len(lost), item=shown(lost[0]))
        demand_wal(asked, manifest)
        demand_sound_pages(asked, manifest)
        files = {
            name: FileCount(name, about.get("size", 0), "") for name, about in manifest["target:file"].items()
        }
        if not any(of_users(name.partition("/")[2]) and file.bytes for name, file in files.items()):
            raise Bad(NO_TABLES, file=asked.copy.name)
        cluster = str(manifest.get("backup:db", {}).get("db-system-id", ""))
    return Contents(
        "pgbackrest", files=len(files), database=cluster, counted=Counted(files=files), own_digests=True
    )


def _parts(
    asked: Asked, manifest: Mapping[str, Section], secret: str
) -> Iterator[tuple[str, tuple[Stored, Mapping[str, Any]]]]:
    """Yield the files of a backup that hold data, where each is stored (maybe with an earlier one), and its facts."""
    folder, label = os.path.dirname(asked.path), os.path.basename(asked.path)
    packed = _PACKED_BY.get(manifest.get("backup:option", {}).get("option-compress-type", "none"), "")
    for name, about in manifest["target:file"].items():
        if not about.get("size") or not about.get("checksum"):
            continue
        if "bims" in about or "bi" in about:
            raise CannotTell(IN_BLOCKS, file=asked.copy.name)
        of = os.path.join(folder, str(about.get("reference", label)))
        if "bni" in about:
            path, offset, length = (
                os.path.join(of, "bundle", str(about["bni"])),
                about.get("bno", 0),
                _stored(about),
            )
            yield name, (Stored(path, packed, secret, offset, length), about)
        else:
            path = os.path.join(of, name) + (f".{packed}" if packed else "")
            yield name, (Stored(path, packed, secret), about)


def _stored(about: Mapping[str, Any]) -> int:
    """Return the bytes of a file in the repository."""
    return int(about.get("repo-size", about["size"]))


def _in_place(stored: Stored, about: Mapping[str, Any]) -> bool:
    """Say whether a part is there, and is as large as its manifest says."""
    try:
        size = os.stat(stored.path).st_size
    except FileNotFoundError:
        return False
    return size == _stored(about) if stored.bytes is None else size >= stored.offset + stored.bytes


def wal(asked: Asked, manifest: Mapping[str, Section]) -> dict[str, str]:
    """Return the archived WAL segments that a backup needs to become consistent, by their names without digest."""
    about = manifest["backup"]
    first, last = str(about.get("backup-archive-start", "")), str(about.get("backup-archive-stop", ""))
    archive = os.path.join(asked.backup_set.path, "archive", os.path.basename(os.path.dirname(asked.path)))
    found = {}
    for folder, names in walking.walked(archive):
        for name in names:
            segment = name.partition("-")[0]
            if "-" in name and first <= segment <= last:
                found[segment] = os.path.join(folder, name)
    return found


def demand_wal(asked: Asked, manifest: Mapping[str, Section]) -> None:
    """Raise Bad if the first or the last WAL segment of a backup is not in the archive, nor in the backup."""
    about, inside = manifest["backup"], " ".join(manifest["target:file"])
    if not is_online(manifest):
        return
    found = wal(asked, manifest)
    for segment in (about.get("backup-archive-start"), about.get("backup-archive-stop")):
        if segment and segment not in found and segment not in inside:
            raise Bad(repository.WAL_LOST, file=asked.copy.name, item=shown(str(segment)))


def is_online(manifest: Mapping[str, Section]) -> bool:
    """Say whether the cluster ran while it was backed up."""
    return bool(manifest.get("backup:option", {}).get("option-online", True))


def demand_sound_pages(asked: Asked, manifest: Mapping[str, Section]) -> None:
    """Raise Bad if pages of the cluster failed their own checksums when the backup was made."""
    damaged = [name for name, about in manifest["target:file"].items() if about.get("checksum-page") is False]
    if damaged:
        raise Bad(PAGES_DAMAGED, file=asked.copy.name, damaged=len(damaged), item=shown(damaged[0]))


def read(asked: Asked) -> None:
    """Read every part of a backup and its WAL; raise Bad if the SHA-1 of one is not that of when it was made."""
    with _manifest(asked) as (manifest, secret):
        wanted = [
            (name, stored, about["checksum"]) for name, (stored, about) in _parts(asked, manifest, secret)
        ]
        with kept_secret(_told_secret(_archive_list(asked)), asked.tools) as of_archive:
            for segment, path in wal(asked, manifest).items():
                packed = _PACKED.search(path)
                digest = os.path.basename(path).partition("-")[2].partition(".")[0]
                stored = Stored(path, packed.group(1) if packed else "", of_archive)
                wanted.append((segment, stored, digest))
            with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as workers:
                told = workers.map(
                    lambda one: one[0] if _damaged(one[1], one[2], asked.tools) else "", wanted
                )
                damaged = [name for name in told if name]
    if damaged:
        raise Bad(PARTS_DAMAGED, file=asked.copy.name, damaged=len(damaged), item=shown(damaged[0]))


def _archive_list(asked: Asked) -> dict[str, Section]:
    """Return the list of the archive, none where it is not there."""
    stanza = os.path.basename(os.path.dirname(asked.path))
    folder = os.path.join(asked.backup_set.path, "archive", stanza)
    with contextlib.suppress(FileNotFoundError):
        return _list(folder, "archive.info", _own(asked), asked.tools)
    return {}


def _damaged(stored: Stored, checksum: str, tools: Tools) -> bool:
    """Say whether a part is not as it was in the cluster."""
    try:
        return sha1_of(stored, tools)[0] != checksum
    except Bad:
        return True


def count(asked: Asked) -> Counted:
    """Return the files of a backup."""
    return structure(asked).counted or Counted()


KIND = Kind(FILES, store, structure, read, repository.same, count, repository=True)
