"""When a backup was made: by the time in its name and the time of its last change, which may disagree.

Copying a file renews its time of change and keeps its name; a name may be in another time zone, or hold
only a day, or a year of the Buddhist era.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone

_STAMPS = (
    # 20261122T010000Z, 2026-11-22_01-00, 25691122
    re.compile(
        r"(?<!\d)(?P<year>2[0-9]\d\d)[-_.]?(?P<month>[01]\d)[-_.]?(?P<day>[0-3]\d)"
        r"(?:[-_.T]?(?P<hour>[0-2]\d)[-_.:h]?(?P<minute>[0-5]\d)(?:[-_.:m]?(?P<second>[0-5]\d))?(?P<utc>Z)?)?(?!\d)"
    ),
    # 22-11-2569, the order in which Thai people write a date
    re.compile(r"(?<!\d)(?P<day>[0-3]\d)[-_.](?P<month>[01]\d)[-_.](?P<year>2[0-9]\d\d)(?!\d)"),
)
_BUDDHIST_ERA = 543
_FIRST_BUDDHIST_YEAR = 2400
# No two places on earth have clocks that differ by more, but for a few islands.
_TIME_ZONES_APART = timedelta(hours=14)


def made_at(name: str, modified_at: datetime) -> datetime:
    """Return when a backup was made: its time of change, unless its name says clearly otherwise."""
    span = in_name(name)
    if span is None:
        return modified_at
    earliest, latest = span
    if modified_at < earliest - _TIME_ZONES_APART:
        return earliest
    return latest if modified_at > latest + _TIME_ZONES_APART else modified_at


def in_name(name: str) -> tuple[datetime, datetime] | None:
    """Return the first and last moment that a file name stands for; local time, unless it ends in Z."""
    for stamp in _STAMPS:
        for found in stamp.finditer(name):
            span = _span(found.groupdict())
            if span:
                return span
    return None


def _span(part: dict[str, str | None]) -> tuple[datetime, datetime] | None:
    """Return the moments that the parts of a date stand for, or None if there is no such day."""
    year = int(part["year"] or 0)
    year -= _BUDDHIST_ERA if year >= _FIRST_BUDDHIST_YEAR else 0
    hour, minute, second = (int(part.get(unit) or 0) for unit in ("hour", "minute", "second"))
    try:
        day = datetime(year, int(part["month"] or 0), int(part["day"] or 0), hour, minute, second)
    except ValueError:
        return None
    moment = day.replace(tzinfo=timezone.utc) if part.get("utc") else day.astimezone(timezone.utc)
    return moment, moment if part.get("hour") else moment + timedelta(days=1)
