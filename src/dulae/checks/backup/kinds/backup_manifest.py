"""PostgreSQL's own manifest of a physical copy: its files with sizes and digests, and the log that it needs."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from dataclasses import dataclass
from typing import Any, Iterator, Mapping, Protocol

from ...finding import reason
from ..copies import shown
from ..crc32c import Crc32c
from ..faults import Bad, CannotTell
from ..medium import HERE, Medium

BROKEN = reason(
    "backup.basebackup_broken", "{file}: its backup_manifest cannot be read ({error}); make it again"
)
INCREMENTAL = reason(
    "backup.basebackup_incremental",
    "{file}: is incremental, and is restored only together with those that it rests on; have them put together with"
    " pg_combinebackup and name that copy, or have full ones made",
)

NAME = "backup_manifest"
# What files are called of which only the blocks that changed were copied (PostgreSQL 17).
_ONLY_CHANGES = "INCREMENTAL."
_SIGNED_BY = b'"Manifest-Checksum"'
_SHA = {"SHA224": "sha224", "SHA256": "sha256", "SHA384": "sha384", "SHA512": "sha512"}


class Digest(Protocol):
    """What is fed with the bytes of a file."""

    def update(self, data: bytes) -> None:
        """Take the next bytes."""

    def hexdigest(self) -> str:
        """Return the digest of all of them."""


@dataclass(frozen=True)
class Listed:
    """A file as it was when it was copied; without ``algorithm`` it has no digest."""

    path: str
    bytes: int
    algorithm: str = ""
    checksum: str = ""

    def digest(self) -> Digest | None:
        """Return what computes the file's kind of digest, None where it has none; raise ValueError for others."""
        if not self.algorithm:
            return None
        return Crc32c() if self.algorithm == "CRC32C" else hashlib.new(_SHA.get(self.algorithm, "unknown"))


@dataclass(frozen=True)
class Range:
    """A part of the log, from the byte ``start`` to before ``end`` on a timeline."""

    timeline: int
    start: int
    end: int

    def segments(self, size: int) -> Iterator[str]:
        """Yield the names of the log's files that hold it, if each has so many bytes."""
        of_each = (1 << 32) // size
        for number in range(self.start // size, (max(self.end, self.start + 1) - 1) // size + 1):
            yield f"{self.timeline:08X}{number // of_each:08X}{number % of_each:08X}"


@dataclass(frozen=True)
class BackupManifest:
    """The files of a copy by path, and the parts of the log that it needs."""

    files: Mapping[str, Listed]
    ranges: tuple[Range, ...]

    @property
    def digested(self) -> bool:
        """Say whether each file has a digest."""
        return all(file.algorithm for file in self.files.values())


def read(folder: str, medium: Medium = HERE) -> BackupManifest:
    """Return the manifest of a copy; raise Bad if it cannot be read, or is not as it was written.

    Raise CannotTell if the copy is incremental, for what it rests on is not known here.
    """
    with medium.open(os.path.join(folder, NAME)) as stored:
        return parsed(stored.read(), shown(os.path.basename(folder)))


def parsed(data: bytes, file: str) -> BackupManifest:
    """Return the manifest that some bytes hold, of a copy of that name; raise Fault as ``read`` does."""
    made = _parsed(data, file)
    if any(os.path.basename(name).startswith(_ONLY_CHANGES) for name in made.files):
        raise CannotTell(INCREMENTAL, file=file)
    return made


def _parsed(data: bytes, file: str) -> BackupManifest:
    """Return the manifest that some bytes hold; raise Bad if they cannot be read, or are not as they were written."""
    try:
        told = json.loads(data.decode("utf-8"), object_hook=_told)
        _demand_whole(data, told)
        files = {one.path: one for one in told["Files"]}
        return BackupManifest(files, tuple(told["WAL-Ranges"]))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Bad(BROKEN, file=file, error=shown(str(error))[:120]) from error


def _demand_whole(data: bytes, told: Mapping[str, Any]) -> None:
    """Raise ValueError if the manifest's own SHA-256, which stands on its last line, is another."""
    signed = data[: data.rindex(_SIGNED_BY)]
    if hashlib.sha256(signed).hexdigest() != told["Manifest-Checksum"]:
        raise ValueError("its own checksum is another")


def _told(about: dict[str, Any]) -> dict[str, Any] | Listed | Range:
    """Return what an object of a manifest tells, each at once, for all of them take many times the memory."""
    if "Size" in about:
        return _listed(about)
    return _range(about) if "Start-LSN" in about else about


def _listed(about: Mapping[str, Any]) -> Listed:
    """Return a file that a manifest tells of; raise ValueError for a kind of digest that nobody knows."""
    path = about["Path"] if "Path" in about else os.fsdecode(bytes.fromhex(about["Encoded-Path"]))
    made = Listed(
        path, int(about["Size"]), sys.intern(about.get("Checksum-Algorithm", "")), about.get("Checksum", "")
    )
    made.digest()
    return made


def _range(about: Mapping[str, Any]) -> Range:
    return Range(int(about["Timeline"]), _position(about["Start-LSN"]), _position(about["End-LSN"]))


def _position(text: str) -> int:
    """Return the byte of the log that ``0/2000028`` stands for."""
    high, _, low = text.partition("/")
    return (int(high, 16) << 32) + int(low, 16)
