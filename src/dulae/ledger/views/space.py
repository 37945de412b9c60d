"""Used space over time: the highest measurement of each day, for each file system that was looked at."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, tzinfo
from typing import Any

from dulae.ledger.entry import Entry

KINDS = ("finding",)
CONTROL = "recoverability"
CHECK = "disk"
# A department that measures once a month has seven days after half a year.
LOOKBACK = timedelta(days=366)
_NEEDED = ("used_bytes", "free_bytes")
Place = tuple[str, str]


@dataclass(frozen=True)
class Peak:
    """The most that was used on one day, what was used at its end, and how much may be used, in bytes.

    Above the ceiling less is free than the least that is asked.
    """

    day: date
    used_bytes: int
    last_bytes: int
    ceiling_bytes: int


def peaks(entries: Iterable[Entry], zone: tzinfo) -> Mapping[Place, tuple[Peak, ...]]:
    """Return by host and path the daily peaks that some findings tell of, oldest first; days are those of a zone.

    The ceiling is that of the day's last measurement, for a disk may have been enlarged.
    """
    found: dict[Place, dict[date, Peak]] = {}
    for entry in entries:
        finding = entry.body.get("finding") or {}
        measured = finding.get("measured") or {}
        if finding.get("check") != CHECK or not all(isinstance(measured.get(name), int) for name in _NEEDED):
            continue
        days = found.setdefault((str(entry.body.get("host", "")), str(finding["subject"])), {})
        peak = _peak(_moment(entry, finding).astimezone(zone).date(), measured, finding.get("limit") or {})
        before = days.get(peak.day, peak)
        days[peak.day] = replace(peak, used_bytes=max(peak.used_bytes, before.used_bytes))
    return {place: tuple(days[day] for day in sorted(days)) for place, days in found.items()}


def _moment(entry: Entry, finding: Mapping[str, Any]) -> datetime:
    """Return when a finding was made, or else when it was entered."""
    started = finding.get("started_at")
    return datetime.fromisoformat(started) if started else entry.ts


def _peak(day: date, measured: Mapping[str, Any], limit: Mapping[str, Any]) -> Peak:
    usable = measured["used_bytes"] + measured["free_bytes"]
    percent, least = int(limit.get("min_free_percent", 0)), int(limit.get("min_free_bytes", 0))
    # Rounded up, as the check fails below the limit and not at it.
    used, ceiling = measured["used_bytes"], usable - max(-(-usable * percent // 100), least)
    return Peak(day, used, used, ceiling)
