"""The manifest beside a backup: what was backed up, counted and hashed in the same snapshot.

Format 1 is a JSON object in NAME.manifest.json; see ``Manifest`` for its keys.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field
from typing import Any, Mapping

from ..finding import reason
from .faults import Bad
from .medium import HERE, Medium

FORMAT = 1
SUFFIX = ".manifest.json"
MADE_BY = "dulae"

BROKEN = reason(
    "backup.manifest_broken",
    "{manifest_file}: the manifest cannot be read ({error}); treat {file} as unproven and make a new backup",
)


@dataclass(frozen=True)
class TableCount:
    """One table in the snapshot: its rows, and a digest that does not depend on their order."""

    schema: str
    name: str
    rows: int
    digest: str


@dataclass(frozen=True)
class FileCount:
    """One file of an archive: its path inside, bytes, SHA-256."""

    path: str
    bytes: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """What a backup was when it was made. Times are ISO 8601 in UTC; ``digest`` names how tables are digested.

    ``source`` says where the data came from (database or folder, server_version, database_bytes), ``tools`` which
    programs in which versions made the backup; ``changed`` lists files that changed while they were read.
    """

    kind: str
    file: str
    bytes: int
    sha256: str
    started_at: str
    finished_at: str
    system: str = ""
    subject: str = ""
    source: Mapping[str, Any] = field(default_factory=dict)
    tools: Mapping[str, str] = field(default_factory=dict)
    digest: str = ""
    tables: tuple[TableCount, ...] = ()
    files: tuple[FileCount, ...] = ()
    changed: tuple[str, ...] = ()
    made_by: str = MADE_BY

    def to_json(self) -> str:
        """Return the manifest as it is stored."""
        return json.dumps({"format": FORMAT, **asdict(self)}, ensure_ascii=False, indent=1) + "\n"


def from_json(text: str) -> Manifest:
    """Return the manifest that a text holds; raise ValueError saying what is wrong with it."""
    plain = json.loads(text)
    if not isinstance(plain, dict) or plain.pop("format", None) != FORMAT:
        raise ValueError(f"it is no manifest of format {FORMAT}")
    try:
        plain["tables"] = tuple(TableCount(**table) for table in plain.get("tables") or ())
        plain["files"] = tuple(FileCount(**file) for file in plain.get("files") or ())
        plain["changed"] = tuple(plain.get("changed") or ())
        return Manifest(**plain)
    except TypeError as error:
        raise ValueError(str(error)) from error


def beside(path: str) -> str:
    """Return where the manifest of a backup is looked for."""
    return path + SUFFIX


def within(folder: str) -> str:
    """Return where the manifest of a folder is looked for first: in it."""
    return os.path.join(folder, SUFFIX)


def read(path: str, file: str, medium: Medium = HERE) -> Manifest:
    """Return a stored manifest; raise Bad if it is broken, OSError if it is absent or may not be read."""
    with medium.open(path) as stored:
        try:
            return from_json(stored.read().decode("utf-8", "surrogateescape"))
        except ValueError as error:
            raise Bad(BROKEN, manifest_file=path, file=file, error=str(error)[:120]) from error
