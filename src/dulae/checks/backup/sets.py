"""A declared backup set: where its copies lie and what is asked of them."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Mapping

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


def set_from(given: Mapping[str, Any]) -> BackupSet:
    """Return a set from plain data as the settings have it; what concerns others (a drill, a title) is passed over."""
    known = {field.name for field in fields(BackupSet)}
    stated = {key: value for key, value in given.items() if key in known and value is not None}
    return BackupSet(**{**stated, "subject": subject_of(given)})


def subject_of(given: Mapping[str, Any]) -> str:
    """Return a finding's subject, as it is given or as SYSTEM/NAME; empty if it has no name."""
    system, name = given.get("system") or "", given.get("name") or ""
    return str(given.get("subject") or "/".join(part for part in (system, name) if name and part))
