"""Which sets stay on the ladder, over years."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from dulae.checks.backup import rules
from dulae.checks.backup.sets import STEP_DAYS
from dulae.checks.backup_create import ladder

FIRST = datetime(2026, 1, 1, 18, tzinfo=UTC)
DAY = timedelta(days=1)


def after(days: int, keep: int, retention: dict[str, int], hours: tuple[int, ...] = (0,)) -> list[datetime]:
    """Return what stays, newest first, after a set was made on each of some days and the others removed each time."""
    kept: list[datetime] = []
    for day in range(days):
        kept.insert(0, FIRST + day * DAY + timedelta(hours=hours[day % len(hours)]))
        stay = ladder.staying(kept, keep, retention)
        kept = [moment for place, moment in enumerate(kept) if place in stay]
    return kept


def test_without_a_ladder_the_newest_stay() -> None:
    assert after(30, 7, {}) == [FIRST + day * DAY for day in range(29, 22, -1)]


def test_keep_0_keeps_all() -> None:
    assert len(after(30, 0, {"daily": 1})) == 30


def test_each_day_week_and_month_keeps_its_last() -> None:
    kept = after(2 * 365, 1, {"daily": 7, "weekly": 4, "monthly": 12})
    assert [moment.date().isoformat() for moment in kept] == [
        *("2027-12-31", "2027-12-30", "2027-12-29", "2027-12-28", "2027-12-27", "2027-12-26", "2027-12-25"),
        *("2027-12-19", "2027-12-12", "2027-12-05", "2027-11-30", "2027-10-31", "2027-09-30", "2027-08-31"),
        *("2027-07-31", "2027-06-30", "2027-05-31", "2027-04-30", "2027-03-31", "2027-02-28", "2027-01-31"),
        "2026-12-31",
    ]


def test_the_newest_stay_beside_the_ladder() -> None:
    kept = after(70, 10, {"monthly": 2})
    assert [moment.date().isoformat() for moment in kept[9:]] == ["2026-03-02", "2026-02-28", "2026-01-31"]


def test_where_none_were_made_for_a_while_none_is_lost() -> None:
    kept = after(40, 1, {"daily": 3})
    kept.insert(0, FIRST + 400 * DAY)
    assert ladder.staying(kept, 1, {"daily": 3}) == {0, 1, 2}


def test_of_several_sets_of_a_day_the_last_stays() -> None:
    moments = [FIRST + timedelta(hours=2), FIRST, FIRST - timedelta(hours=10)]
    assert ladder.staying(moments, 1, {"daily": 3}) == {0}


def gap(kept: list[datetime], step: str, number: int) -> object:
    period = timedelta(days=STEP_DAYS[step])
    return rules._gap(kept, (period, 1.5 * period), number)


@pytest.mark.parametrize("step", list(STEP_DAYS))
@settings(max_examples=25, deadline=None)
@given(
    number=some.integers(1, 14), days=some.integers(500, 700), hours=some.tuples(*[some.integers(0, 5)] * 7)
)
def test_the_rule_of_a_set_finds_no_gap_in_what_stays(
    step: str, number: int, days: int, hours: tuple[int, ...]
) -> None:
    # An older set makes a gap visible, as steps further up do.
    kept = [*after(days, 1, {step: number}, hours), FIRST - 3650 * DAY]
    assert gap(kept, step, number) is None
    assert len(kept) <= number + 3


@settings(max_examples=25, deadline=None)
@given(days=some.integers(200, 500), numbers=some.tuples(*[some.integers(1, 14)] * 3))
def test_all_steps_together_leave_no_gap(days: int, numbers: tuple[int, int, int]) -> None:
    retention = dict(zip(STEP_DAYS, numbers, strict=True))
    kept = after(days, 1, retention)
    for step, number in retention.items():
        assert gap(kept, step, number) is None
