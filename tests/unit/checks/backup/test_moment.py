"""When a backup was made, by its name and its time of change."""

import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from dulae.checks.backup import moment

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def bangkok() -> Iterator[None]:
    """Let local time be that of Bangkok."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = "Asia/Bangkok"
    time.tzset()
    yield
    os.environ.pop("TZ")
    if before:
        os.environ["TZ"] = before
    time.tzset()


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("saraban-20261122T010000Z.dump", "2026-11-22T01:00:00+00:00"),
        ("saraban-20261122T010000Z-2.dump", "2026-11-22T01:00:00+00:00"),
        ("saraban-20261122_080000.dump", "2026-11-22T01:00:00+00:00"),
        ("saraban_2026-11-22_08-00.sql.gz", "2026-11-22T01:00:00+00:00"),
        ("saraban-25691122-0800.dump", "2026-11-22T01:00:00+00:00"),
        ("db.2026-11-22T08:00:00.dump", "2026-11-22T01:00:00+00:00"),
        ("saraban-20261122.dump", "2026-11-21T17:00:00+00:00"),
        ("สำรอง 22-11-2569.zip", "2026-11-21T17:00:00+00:00"),
    ],
)
def test_a_name_tells_the_moment(name: str, first: str) -> None:
    span = moment.in_name(name)
    assert span and span[0].isoformat() == first


@pytest.mark.parametrize("name", ["saraban.dump", "v20261399.dump", "id-12345678901.dump", "29-02-2569.dump"])
def test_a_name_without_a_day_tells_nothing(name: str) -> None:
    assert moment.in_name(name) is None


def test_a_day_stands_for_all_its_hours() -> None:
    span = moment.in_name("saraban-20261122.dump")
    assert span and span[1] - span[0] == timedelta(days=1)


def test_without_a_date_in_the_name_the_time_of_change_counts() -> None:
    assert moment.made_at("saraban.dump", NOON) == NOON


def test_a_name_in_another_time_zone_is_no_contradiction() -> None:
    assert moment.made_at("saraban-20261122_190000.dump", NOON) == NOON
    assert moment.made_at("saraban-20261122_050000.dump", NOON) == NOON


def test_an_old_backup_that_was_copied_today_stays_old() -> None:
    made = moment.made_at("saraban-20261101T000000Z.dump", NOON)
    assert made == datetime(2026, 11, 1, tzinfo=UTC)


def test_a_name_from_the_future_is_believed() -> None:
    made = moment.made_at("saraban-20271101T000000Z.dump", NOON)
    assert made.year == 2027
