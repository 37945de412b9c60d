"""What a kind of backup must be able to say about its copies: a new kind fills in a ``Kind``."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Callable, Mapping

from ...finding import Reason, reason
from .. import medium, places, trees
from ..copies import ONLY_UNFINISHED, Copy, Store
from ..faults import Bad, Doubt
from ..hashing import sha256_of
from ..manifest import FileCount, Manifest
from ..places import Told
from ..sets import BackupSet
from ..snapshot import Held
from ..tools import Tools

OTHER_SIZE = reason(
    "backup.other_size",
    "{file}: {bytes} bytes, but {manifest_bytes} when it was made; it was cut off or replaced, use an older copy",
)
OTHER_DATA = reason(
    "backup.other_data",
    "{file}: its SHA-256 is not the one of when it was made; data in it changed since, use an older copy",
)

TABLES = "tables"
FILES = "files"


@dataclass(frozen=True)
class Asked:
    """One copy that is asked about, with the set that it belongs to and the tools at hand."""

    backup_set: BackupSet
    copy: Copy
    tools: Tools

    @property
    def path(self) -> str:
        """Return where the copy lies."""
        return self.copy.path


@dataclass(frozen=True)
class Counted:
    """What a copy holds: rows of each table by its ``key``, or files by their path inside.

    A file's SHA-256 is empty where its bytes were not read for it; ``database`` is what it is of, where that is known.
    """

    tables: Mapping[str, int] = field(default_factory=dict)
    files: Mapping[str, FileCount] = field(default_factory=dict)
    database: str = ""

    def with_data(self) -> dict[str, int]:
        """Return the tables that hold rows, and the files that hold bytes."""
        rows = {name: rows for name, rows in self.tables.items() if rows}
        return rows or {path: file.bytes for path, file in self.files.items() if file.bytes}


@dataclass(frozen=True)
class Contents:
    """What a copy lists: tables (by their ``key``, or as lists write them), or a number of files.

    ``all_read`` says that listing read all data; ``database`` is what the format itself says the data are of,
    ``counted`` what was counted on the way, and ``own_digests`` whether the format holds digests of when the copy was
    made, which ``Kind.read`` then compares; ``doubt`` is what is to be told of a copy that is good for all that.
    """

    format: str
    tables: frozenset[str] = frozenset()
    with_data: frozenset[str] = frozenset()
    rows: int | None = None
    files: int | None = None
    all_read: bool = False
    database: str = ""
    counted: Counted | None = None
    own_digests: bool = False
    doubt: Doubt | None = None

    @property
    def items(self) -> int:
        """Return the number of tables or files."""
        return len(self.tables) if self.files is None else self.files


@dataclass(frozen=True)
class Kind:
    """The questions that every kind of backup answers; all raise Fault, or OSError where the medium fails.

    ``store`` says which copies there are and how the state of one is told; ``structure`` what a copy lists;
    ``read`` reads all its data; ``same`` demands that it is the one of a manifest and returns what it measured;
    ``count`` counts what it holds. ``counted_as`` names what the content is counted as: tables or files; of a
    ``repository`` the copies are parts that no path leads to.
    ``streams`` says that the answers ask nothing but the medium of the tools, which may be on another machine;
    ``held`` gives, where that can be had, the medium of what lies in a copy.
    """

    counted_as: str
    store: Callable[[BackupSet, Tools], Store]
    structure: Callable[[Asked], Contents]
    read: Callable[[Asked], None]
    same: Callable[[Asked, Manifest], dict[str, Any]]
    count: Callable[[Asked], Counted]
    repository: bool = False
    streams: bool = False
    held: Callable[[BackupSet, Tools, Copy], Held] | None = None


_Question = Callable[[str, Tools], Any]


def of_file(
    counted_as: str,
    *questions: _Question,
    told: Told = places.is_file,
    streams: bool = False,
    unfinished: Reason = ONLY_UNFINISHED,
) -> Kind:
    """Return a kind whose copies are files (or what ``told`` says), from its answers to a path and the tools.

    The questions are, in this order, ``structure``, ``read`` and ``count``.
    """
    structure, read, count = questions
    return Kind(
        counted_as=counted_as,
        store=lambda backup_set, tools: places.store(backup_set, told, tools.medium, unfinished),
        structure=lambda asked: structure(asked.path, asked.tools),
        read=lambda asked: read(asked.path, asked.tools),
        same=same_file,
        count=lambda asked: count(asked.path, asked.tools),
        streams=streams,
    )


def same_file(asked: Asked, made: Manifest) -> dict[str, Any]:
    """Return the SHA-256 of a copy; raise Bad if it is not byte for byte the one that was made.

    A copy that is a folder is compared file by file; raise Doubt if its manifest tells of no files.
    """
    if medium.is_folder(asked.tools.medium, asked.path):
        trees.compare(asked.path, made, asked.tools.medium)
        return {"manifest_bytes": made.bytes}
    about = {"file": asked.copy.name, "bytes": asked.copy.bytes, "manifest_bytes": made.bytes}
    if asked.copy.bytes != made.bytes:
        raise Bad(OTHER_SIZE, **about)
    sha256, _ = sha256_of(asked.path, asked.tools.medium)
    if sha256 != made.sha256:
        raise Bad(OTHER_DATA, **about, sha256=sha256, manifest_sha256=made.sha256)
    return {"sha256": sha256, "manifest_bytes": made.bytes}
