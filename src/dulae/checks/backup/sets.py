"""A declared backup set: where its copies lie and what is asked of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

MANIFESTS = ("optional", "required")


@dataclass(frozen=True)
class BackupSet:
    """Copies of one thing in one folder (or one file), and the limits that they are judged by."""

    path: str
    kind: str
    subject: str = ""
    system: str = ""
    pattern: str = "*"
    max_age_hours: int = 26
    min_bytes: int = 1
    min_count: int = 1
    level: str = "integrity"
    manifest: str = "optional"
    manifest_file: str = ""

    @property
    def name(self) -> str:
        """Return the finding's subject: SYSTEM/SET, or the path where nothing else is given."""
        return self.subject or self.path

    def limit(self) -> dict[str, Any]:
        """Return the limits as a finding holds them."""
        return {
            "level": self.level,
            "max_age_hours": self.max_age_hours,
            "min_bytes": self.min_bytes,
            "min_count": self.min_count,
            "manifest": self.manifest,
        }
