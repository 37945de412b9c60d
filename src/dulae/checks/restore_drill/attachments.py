"""The attachments that rows of a database speak of, and where their files are looked for: an archive, or a folder."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Mapping

_SAMPLE = 50


@dataclass(frozen=True)
class Attachments:
    """A query giving ``path`` and where known ``bytes`` and ``sha256``, and the files: a set's subject, or a folder.

    ``sample`` files are hashed, drawn with ``seed``; an empty seed is replaced by one that nobody can foresee.
    """

    sql: str
    files_set: str = ""
    folder: str = ""
    sample: int = _SAMPLE
    seed: str = ""
    max_missing: int = 0

    def limit(self) -> dict[str, Any]:
        """Return the limits as a finding holds them."""
        return {"max_missing": self.max_missing, "sample": self.sample}


def attachments_from(given: Mapping[str, Any], system: str) -> Attachments:
    """Return the declaration from plain data; raise ValueError, in words, unless it names one place of files."""
    files_set, folder = str(given.get("set") or ""), str(given.get("folder") or "")
    if bool(files_set) == bool(folder):
        raise ValueError("attachments: write either set, the name of a backup set, or folder")
    if files_set and system and "/" not in files_set:
        files_set = f"{system}/{files_set}"
    sample = given.get("sample")
    return Attachments(
        str(given["sql"]),
        files_set,
        folder,
        _SAMPLE if sample is None else int(sample),
        str(given.get("seed") or ""),
        int(given.get("max_missing") or 0),
    )
