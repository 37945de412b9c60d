"""When work is due, overdue, done, late: day by day around weekends, holidays and quarters."""

import itertools
from datetime import date
from datetime import time as clock
from typing import Any

import pytest

from dulae.procedure.cadence import Done, due, period_at, periods
from dulae.procedure.calendar import WorkingTime
from dulae.settings.office import Holiday
from dulae.settings.procedure import Rhythm
from dulae.settings.shape import Words

from .conftest import at


def rhythm(cadence: Any, hour: Any = "08:15", **more: Any) -> Rhythm:
    return Rhythm(cadence=cadence, at=hour, playbook="x.yml", **more)


DAILY = rhythm("each_working_day", grace_minutes=60)
FRIDAYS = rhythm("weekly", "13:30", weekday="fri", grace_minutes=180)
MONTHLY = rhythm("monthly", "09:00")
LAST_OF_A_QUARTER = rhythm("quarterly", day="last_working_day")

PERIODS = [
    # rhythm, moment, key, due at, ends
    (DAILY, "2026-11-23 00:00", "2026-11-23", "2026-11-23 08:15", "2026-11-24 00:00"),
    (DAILY, "2026-11-22 12:00", "2026-11-20", "2026-11-20 08:15", "2026-11-23 00:00"),
    (DAILY, "2026-12-07 12:00", "2026-12-04", "2026-12-04 08:15", "2026-12-08 00:00"),
    (rhythm("daily", "20:00"), "2026-12-05 01:00", "2026-12-05", "2026-12-05 20:00", "2026-12-06 00:00"),
    (FRIDAYS, "2026-11-19 23:59", "2026-W46", "2026-11-13 13:30", "2026-11-20 00:00"),
    (FRIDAYS, "2026-11-20 00:00", "2026-W47", "2026-11-20 13:30", "2026-11-27 00:00"),
    # 1 January 2027 is a Friday and a holiday, and so is the Thursday: the Wednesday remains.
    (FRIDAYS, "2027-01-04 09:00", "2026-W53", "2026-12-30 13:30", "2027-01-08 00:00"),
    (rhythm("weekly", weekday="mon"), "2026-12-08 12:00", "2026-W50", "2026-12-08 08:15", "2026-12-14 00:00"),
    (MONTHLY, "2026-11-01 12:00", "2026-10", "2026-10-01 09:00", "2026-11-02 00:00"),
    (MONTHLY, "2027-01-03 12:00", "2026-12", "2026-12-01 09:00", "2027-01-04 00:00"),
    (rhythm("monthly", day=5), "2026-12-06 12:00", "2026-11", "2026-11-05 08:15", "2026-12-08 00:00"),
    (rhythm("monthly", day=5), "2026-12-08 12:00", "2026-12", "2026-12-08 08:15", "2027-01-05 00:00"),
    (rhythm("monthly", day="last_working_day"), "2026-12-30 12:00", "2026-12", "2026-12-30 08:15", "2027-01-29 00:00"),
    (rhythm("monthly", day=28), "2027-02-28 12:00", "2027-02", "2027-02-26 08:15", "2027-03-29 00:00"),
    (rhythm("quarterly"), "2026-10-01 00:00", "2570-Q1", "2026-10-01 08:15", "2027-01-04 00:00"),
    (rhythm("quarterly"), "2027-01-03 00:00", "2570-Q1", "2026-10-01 08:15", "2027-01-04 00:00"),
    (LAST_OF_A_QUARTER, "2027-01-03 00:00", "2570-Q1", "2026-12-30 08:15", "2027-03-31 00:00"),
    (rhythm("quarterly", day=15), "2027-10-20 00:00", "2571-Q1", "2027-10-15 08:15", "2028-01-17 00:00"),
]  # fmt: skip


@pytest.mark.parametrize("case", PERIODS, ids=lambda case: f"{case[0].cadence} {case[1]}")
def test_a_moment_is_in_one_period(case: tuple[Rhythm, str, str, str, str], time: WorkingTime) -> None:
    beat, moment, key, due_at, ends = case
    period = period_at(beat, time, at(moment))
    assert (period.key, period.due_at, period.ends) == (key, at(due_at), at(ends))


@pytest.mark.parametrize(
    "beat", [DAILY, FRIDAYS, MONTHLY, rhythm("quarterly"), rhythm("daily")], ids=lambda beat: beat.cadence
)
def test_periods_follow_each_other_without_gap(beat: Rhythm, time: WorkingTime) -> None:
    found = list(periods(beat, time, at("2026-10-01 00:00"), at("2027-10-01 00:00")))
    assert all(one.ends == other.starts for one, other in itertools.pairwise(found))
    expected = {"daily": 365, "weekly": 52, "monthly": 12, "quarterly": 4}
    assert len(found) == expected.get(
        beat.cadence, sum(1 for _ in time.working_days(found[0].starts.date(), at("2027-10-01 00:00").date()))
    )


def test_a_week_without_working_days_has_no_period(time: WorkingTime) -> None:
    closed = tuple(
        Holiday(date=date(2026, 11, day), title=Words(th="ปิด", en="closed")) for day in range(23, 28)
    )
    office = WorkingTime(time.calendar.model_copy(update={"holidays": closed}))
    found = periods(FRIDAYS, office, at("2026-11-16 00:00"), at("2026-12-10 00:00"))
    assert [period.key for period in found] == ["2026-W47", "2026-W49"]


STATES = [
    # last run, now -> states
    (None, "2026-11-23 08:14", set()),
    (None, "2026-11-23 08:15", {"due"}),
    (None, "2026-11-23 09:15", {"due"}),
    (None, "2026-11-23 09:16", {"due", "overdue"}),
    ("2026-11-20 08:20", "2026-11-23 08:00", set()),
    ("2026-11-20 08:20", "2026-11-22 12:00", {"done"}),
    ("2026-11-23 07:00", "2026-11-23 08:30", {"done"}),
    ("2026-11-23 09:15", "2026-11-23 10:00", {"done"}),
    ("2026-11-23 09:16", "2026-11-23 10:00", {"done", "late"}),
    # Friday's run was missed and caught up on Sunday: it is late, and not done before Friday.
    ("2026-11-22 11:00", "2026-11-22 12:00", {"done", "late"}),
    ("2026-11-19 08:20", "2026-11-22 12:00", {"due", "overdue"}),
]


@pytest.mark.parametrize(("last", "now", "states"), STATES)
def test_work_is_due_until_it_is_done_and_late_after_the_grace(
    last: str | None, now: str, states: set[str], time: WorkingTime
) -> None:
    found = due(DAILY, time, Done(at(last) if last else None), at(now))
    assert {name for name in ("done", "due", "overdue", "late") if getattr(found, name)} == states


def test_the_next_time_is_now_until_it_is_done(time: WorkingTime) -> None:
    assert due(DAILY, time, Done(), at("2026-11-20 12:00")).next_due_at == at("2026-11-20 08:15")
    done = Done(at("2026-11-20 08:20"))
    assert due(DAILY, time, done, at("2026-11-20 12:00")).next_due_at == at("2026-11-23 08:15")


def test_what_was_due_before_evidence_began_is_due_but_never_late(time: WorkingTime) -> None:
    began = at("2026-11-22 10:00")
    found = due(MONTHLY, time, Done(None, began), at("2026-11-22 12:00"))
    assert (found.due, found.overdue) == (True, False)
    found = due(MONTHLY, time, Done(at("2026-11-22 11:00"), began), at("2026-11-22 12:00"))
    assert (found.done, found.late) == (True, False)


MAILBOX = rhythm("each_working_day", "08:30", repeat_minutes=15)
TURNS = [
    ("2026-11-23 08:30", "2026-11-23 08:44", False, "2026-11-23 08:45"),
    ("2026-11-23 08:30", "2026-11-23 08:45", True, "2026-11-23 08:45"),
    ("2026-11-23 08:44", "2026-11-23 08:45", True, "2026-11-23 08:45"),
    ("2026-11-23 08:46", "2026-11-23 08:59", False, "2026-11-23 09:00"),
    ("2026-11-23 07:00", "2026-11-23 08:29", False, "2026-11-23 08:30"),
    ("2026-11-23 16:14", "2026-11-23 16:30", True, "2026-11-23 16:15"),
    ("2026-11-23 16:30", "2026-11-23 18:00", False, "2026-11-24 08:30"),
    ("2026-11-20 16:30", "2026-11-21 10:00", False, "2026-11-23 08:30"),
]


@pytest.mark.parametrize(("last", "now", "again", "following"), TURNS)
def test_work_that_repeats_is_due_again_in_office_hours(
    last: str, now: str, again: bool, following: str, time: WorkingTime
) -> None:
    found = due(MAILBOX, time, Done(at(last)), at(now))
    assert (found.done, found.due, found.next_due_at) == (True, again, at(following))


def test_grace_is_an_hour_for_days_and_a_day_for_more() -> None:
    assert (rhythm("daily").grace, rhythm("weekly").grace, DAILY.grace) == (60, 1440, 60)
    assert Rhythm(cadence="daily", playbook="x.yml").at == clock(8, 30)
