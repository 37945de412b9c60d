"""The highest measurement of each day, by host and path."""

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

from dulae.ledger.entry import Entry
from dulae.ledger.views.space import peaks

BANGKOK = timezone(timedelta(hours=7))
MORNING = datetime(2026, 11, 2, 1, tzinfo=UTC)


def told(moment: datetime, used: int | None, host: str = "db1", **about: Any) -> Entry:
    """Return the entry of one measurement of a disk of 1,000 bytes."""
    measured = {} if used is None else {"used_bytes": used, "free_bytes": 1000 - used}
    limit = {"min_free_percent": 15, "min_free_bytes": 0}
    finding = {"check": "disk", "subject": "/srv", "started_at": moment.isoformat()}
    finding |= {"measured": measured, "limit": limit} | about
    return Entry(1, moment, "finding", "run", "recoverability", "pass", {"host": host, "finding": finding})


def test_the_highest_of_a_day_counts_and_the_last_size_of_the_disk() -> None:
    evening = MORNING + timedelta(hours=8)
    entries = [
        told(MORNING, 700),
        told(evening, 600, limit={"min_free_bytes": 300, "min_free_percent": 10}),
        told(MORNING + timedelta(days=1), 650),
    ]
    first, second = peaks(entries, UTC)["db1", "/srv"]
    assert (first.day, first.used_bytes, first.ceiling_bytes) == (date(2026, 11, 2), 700, 700)
    assert first.last_bytes == 600
    assert (second.day, second.used_bytes, second.ceiling_bytes) == (date(2026, 11, 3), 650, 850)


def test_days_are_those_of_the_department() -> None:
    late = datetime(2026, 11, 2, 18, tzinfo=UTC)
    [peak] = peaks([told(late, 1)], BANGKOK)["db1", "/srv"]
    assert peak.day == date(2026, 11, 3)


def test_hosts_are_told_apart() -> None:
    assert set(peaks([told(MORNING, 1), told(MORNING, 2, host="web1")], UTC)) == {
        ("db1", "/srv"),
        ("web1", "/srv"),
    }


def test_what_could_not_be_measured_is_no_measurement_of_nothing() -> None:
    assert peaks([told(MORNING, None)], UTC) == {}
    assert peaks([told(MORNING, 5, check="backup")], UTC) == {}
    erased = Entry(1, MORNING, "finding", "run", "recoverability", "", {})
    assert peaks([erased], UTC) == {}
