"""A declared backup set: where its copies lie and what is asked of them."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, field, fields, replace
from typing import Any, Mapping

MANIFESTS = ("optional", "required")


STEP_DAYS = {"daily": 1, "weekly": 7, "monthly": 31}


@dataclass(frozen=True)
class Expectation:
    """The least rows that a table, or the least files that a pattern must have; a table of 0 rows may be empty."""

    name: str
    least: int = 1


@dataclass(frozen=True)
class Inside:
    """What the snapshots of a repository hold: a shell pattern of its path in them, and the kind of what lies there."""

    path: str
    kind: str

    @property
    def place(self) -> tuple[str, str]:
        """Return the pattern of the folder (empty: the snapshot's root) and of the name in it."""
        return posixpath.split(posixpath.normpath(self.path.lstrip("/") or "."))


@dataclass(frozen=True)
class BackupSet:
    """Copies of one thing in one place, and the limits that they are judged by; 0 and empty set no limit.

    ``retention`` names steps (``STEP_DAYS``) with how many copies each keeps, ``second_path`` where the same copies
    lie once more, ``database`` what the data must be of. A repository is opened by ``password_file`` and ``key_file``;
    ``stanza`` names the cluster in it (pgBackRest) or the server (Barman). Where something lies ``inside`` its
    snapshots, that is what must hold what it must hold: ``min_bytes``, ``manifest``, ``database`` and expectations.
    """

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
    max_shrink_percent: int = 0
    max_growth_percent: int = 0
    retention: Mapping[str, int] = field(default_factory=dict)
    second_path: str = ""
    second_max_age_hours: int = 0
    database: str = ""
    password_file: str = ""
    key_file: str = ""
    stanza: str = ""
    expected_tables: tuple[Expectation, ...] = ()
    expected_files: tuple[Expectation, ...] = ()
    inside: Inside | None = None

    @property
    def around(self) -> BackupSet:
        """Return the set as its copies are judged, without what is asked of what lies in them."""
        if not self.inside:
            return self
        level = "integrity" if self.level == "content" else self.level
        rest = replace(self, level=level, min_bytes=1, manifest="optional", database="")
        return replace(rest, expected_tables=(), expected_files=())

    @property
    def name(self) -> str:
        """Return the finding's subject: SYSTEM/SET, or the path where nothing else is given."""
        return self.subject or self.path

    def limit(self) -> dict[str, Any]:
        """Return the limits as a finding holds them."""
        always = ("level", "max_age_hours", "min_bytes", "min_count", "manifest")
        stated = (
            "max_shrink_percent",
            "max_growth_percent",
            "second_path",
            "second_max_age_hours",
            "database",
            "stanza",
        )
        return {
            **{name: getattr(self, name) for name in always},
            **{name: getattr(self, name) for name in stated if getattr(self, name)},
            **({"retention": dict(self.retention)} if self.retention else {}),
            **({"inside": self.inside.path, "inside_kind": self.inside.kind} if self.inside else {}),
        }


def set_from(given: Mapping[str, Any]) -> BackupSet:
    """Return a set from plain data as the settings have it; what concerns others (a drill, a title) is passed over."""
    known = {known.name for known in fields(BackupSet)}
    stated = {key: value for key, value in given.items() if key in known and value is not None}
    stated["retention"] = {step: kept for step, kept in (given.get("retention") or {}).items() if kept}
    expect = given.get("expect") or {}
    tables = tuple(_expected(one, "name", "min_rows") for one in expect.get("tables") or ())
    files = tuple(_expected(one, "pattern", "min_files") for one in expect.get("files") or ())
    about: dict[str, Any] = {"subject": subject_of(given), "expected_tables": tables, "expected_files": files}
    inside = given.get("inside") or {}
    about["inside"] = Inside(inside["path"], inside["kind"]) if inside else None
    return BackupSet(**{**stated, **about})


def _expected(given: Mapping[str, Any], name: str, least: str) -> Expectation:
    """Return one expectation; without a number at least one is expected."""
    return Expectation(given[name], 1 if given.get(least) is None else given[least])


def subject_of(given: Mapping[str, Any]) -> str:
    """Return a finding's subject, as it is given or as SYSTEM/NAME; empty if it has no name."""
    system, name = given.get("system") or "", given.get("name") or ""
    return str(given.get("subject") or "/".join(part for part in (system, name) if name and part))
