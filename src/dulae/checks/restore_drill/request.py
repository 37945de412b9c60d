"""What a drill restores, and what must be true of it afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Mapping

from ..backup.sets import BackupSet, set_from


@dataclass(frozen=True)
class Assertion:
    """A query of one value, and the text that it must give."""

    sql: str
    expect: str


@dataclass(frozen=True)
class Drill:
    """A backup set to restore, assertions about it, and limits (0: none).

    ``newest_record_sql`` gives the time of the newest record, which may be ``max_record_age_hours`` old.
    """

    backup_set: BackupSet
    assertions: tuple[Assertion, ...] = ()
    newest_record_sql: str = ""
    max_record_age_hours: int = 0
    max_rpo_hours: int = 0
    max_rto_minutes: int = 0

    def limit(self) -> dict[str, Any]:
        """Return the limits as a finding holds them."""
        return {
            "max_rpo_hours": self.max_rpo_hours,
            "max_rto_minutes": self.max_rto_minutes,
            "max_record_age_hours": self.max_record_age_hours,
            "assertions": len(self.assertions),
            "manifest": self.backup_set.manifest,
            "min_bytes": self.backup_set.min_bytes,
            "min_count": self.backup_set.min_count,
        }


def drill_from(given: Mapping[str, Any]) -> Drill:
    """Return a drill from plain data: a backup set with assertions and limits beside it."""
    assertions = tuple(Assertion(one["sql"], str(one["expect"])) for one in given.get("assertions") or ())
    names = ("newest_record_sql", "max_record_age_hours", "max_rpo_hours", "max_rto_minutes")
    limits = {name: given[name] for name in names if given.get(name)}
    return Drill(set_from(given), assertions, **limits)
