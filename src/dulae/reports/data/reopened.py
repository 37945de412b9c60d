"""Accounts of people who left earlier that are open again, as the period's last review saw them (report 4)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from dulae.reports.data.common import Row
from dulae.reports.data.late_uses import by_subject, numbers
from dulae.reports.evidence import Evidence
from dulae.settings.shape import Words

CHECK = "access_again"


@dataclass(frozen=True)
class Reopened:
    """One account: whose it is, what is open, since when, and whether it was used since.

    Moments are ISO 8601, empty where there is none. ``is_sure`` is false where a person must decide whose it is.
    """

    name: str
    unit: str
    system: Words | None
    login: str
    opened: tuple[str, ...]
    closed_at: str
    seen_closed_at: str
    noticed_at: str
    last_used_at: str
    used: bool
    is_sure: bool
    incidents: tuple[str, ...]
    seq: int


def reopened(evidence: Evidence, rows: Iterable[Row]) -> Iterator[Reopened]:
    """Yield each account that the newest finding of its system names."""
    told = [(row, one) for row in rows if row.check == CHECK for one in row.measured.get("accounts", ())]
    known = by_subject(evidence) if told else {}
    for row, one in told:
        yield _reopened(row, one, numbers(known, row.subject, str(one.get("login", ""))))


def _reopened(row: Row, one: Mapping[str, Any], found: tuple[str, ...]) -> Reopened:
    moments = ("closed_at", "seen_closed_at", "noticed_at", "last_used_at")
    return Reopened(
        name=str(one.get("name", "")),
        unit=str(one.get("unit", "")),
        system=row.title,
        login=str(one.get("login", "")),
        opened=tuple(map(str, one.get("opened", ()))),
        **{moment: str(one.get(moment, "")) for moment in moments},
        used=bool(one.get("used")),
        is_sure=bool(one.get("sure")),
        incidents=found,
        seq=row.seq,
    )
