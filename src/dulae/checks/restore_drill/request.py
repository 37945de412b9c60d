"""What a drill restores, and what must be true of it afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Mapping

from ..backup.sets import BackupSet, set_from
from .assertions import Assertion, assertion_from
from .attachments import Attachments, attachments_from

__all__ = ["Assertion", "Drill", "Pick", "drill_from"]

PICKS = ("newest", "random")
THAI_TEXT = ("auto", "always", "never")


@dataclass(frozen=True)
class Pick:
    """Which copy is restored: the newest, or one drawn by lot; ``within_days`` 0 takes copies of any age.

    An empty seed is replaced by one that nobody can foresee.
    """

    how: str = "newest"
    within_days: int = 0
    seed: str = ""


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
    pick: Pick = Pick()
    thai_text: str = "auto"
    attachments: Attachments | None = None
    # Which database of a physical copy is asked.
    database: str = ""

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
            "within_days": self.pick.within_days,
            "thai_text": self.thai_text,
            **({"inside": self.backup_set.inside.path} if self.backup_set.inside else {}),
            **(self.attachments.limit() if self.attachments else {}),
        }


def drill_from(given: Mapping[str, Any]) -> Drill:
    """Return a drill from plain data: a backup set with assertions and limits beside it.

    Raise ValueError, in words for whoever wrote the data, if an assertion or the attachments make no sense.
    """
    assertions = tuple(
        assertion_from(number, one) for number, one in enumerate(given.get("assertions") or (), 1)
    )
    names = ("newest_record_sql", "max_record_age_hours", "max_rpo_hours", "max_rto_minutes", "thai_text")
    limits = {name: given[name] for name in names if given.get(name)}
    if given.get("drill_database"):
        limits["database"] = given["drill_database"]
    pick = Pick(
        given.get("pick") or "newest", int(given.get("within_days") or 0), str(given.get("seed") or "")
    )
    made = set_from(given)
    declared = given.get("attachments")
    attached = attachments_from(declared, made.system) if declared else None
    return Drill(made, assertions, pick=pick, attachments=attached, **limits)
