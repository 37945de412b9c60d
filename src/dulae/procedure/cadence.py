"""When work is due. Periods follow each other without a gap, so every run belongs to exactly one.

A period lasts from the day on which work is due until the day on which it is due next. So what was missed on
Friday can be caught up on Saturday or Monday: it then counts for that Friday, and is late. A week, month or quarter
without any working day has no period.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from dulae.procedure.calendar import (
    WorkingTime,
    fiscal_quarter,
    fiscal_year,
    months_later,
    quarter_start,
)
from dulae.settings.procedure import WEEKDAYS, Rhythm

_DAY = timedelta(days=1)
_WEEK = timedelta(weeks=1)
_QUARTER = 3


@dataclass(frozen=True)
class Period:
    """One turn of a rhythm: its key (2026-11-22, 2026-W47, 2026-11, 2570-Q1), when it begins, is due, and ends."""

    key: str
    starts: datetime
    due_at: datetime
    late_after: datetime
    ends: datetime


@dataclass(frozen=True)
class Done:
    """What the ledger knows: when work that was done with evidence last began, and when evidence began to be kept."""

    last: datetime | None = None
    began: datetime | None = None


@dataclass(frozen=True)
class Due:
    """How some work stands in the period of a moment.

    ``due``: the time has come and nothing was done; ``overdue``: so, and the grace has passed as well;
    ``late``: it was done, after the grace. What was due before evidence began is due, but never late.
    ``next_due_at`` is the next moment at which something is to be done.
    """

    period_key: str
    due_at: datetime
    done: bool
    due: bool
    overdue: bool
    late: bool
    next_due_at: datetime


def due(rhythm: Rhythm, time: WorkingTime, known: Done, now: datetime) -> Due:
    """Return how work stands at ``now``."""
    period = period_at(rhythm, time, now)
    done = known.last is not None and period.starts <= known.last < period.ends
    again = next_turn(rhythm, time, period, known.last) if done else None
    judged_late = known.began is None or known.began <= period.late_after
    return Due(
        period_key=period.key,
        due_at=period.due_at,
        done=done,
        due=now >= again if again else not done and now >= period.due_at,
        overdue=judged_late and not done and now > period.late_after,
        late=judged_late and done and (known.last or now) > period.late_after,
        next_due_at=(again or period_at(rhythm, time, period.ends).due_at) if done else period.due_at,
    )


def next_turn(rhythm: Rhythm, time: WorkingTime, period: Period, last: datetime | None) -> datetime | None:
    """Return when work that repeats in office hours is to be done again in a period, or None if not any more."""
    if rhythm.repeat_minutes is None or last is None:
        return None
    every = timedelta(minutes=rhythm.repeat_minutes)
    turn = period.due_at + max(0, (last - period.due_at) // every + 1) * every
    closing = time.moment(time.today(period.due_at), time.calendar.office_hours.end)
    return turn if turn <= closing else None


def period_at(rhythm: Rhythm, time: WorkingTime, now: datetime) -> Period:
    """Return the period that a moment is in."""
    today = time.today(now)
    first = _STARTS[rhythm.cadence](today)
    due_day = _due_day(rhythm, time, first)
    while due_day is None or due_day > today:
        first = _STEPS[rhythm.cadence](first, -1)
        due_day = _due_day(rhythm, time, first)
    return _period(rhythm, time, first, due_day)


def periods(rhythm: Rhythm, time: WorkingTime, since: datetime, until: datetime) -> Iterator[Period]:
    """Yield the periods that are due from ``since`` up to, not including, ``until``, oldest first."""
    period = period_at(rhythm, time, since)
    while period.due_at < until:
        if period.due_at >= since:
            yield period
        period = period_at(rhythm, time, period.ends)


def _period(rhythm: Rhythm, time: WorkingTime, first: date, due_day: date) -> Period:
    following = _STEPS[rhythm.cadence](first, 1)
    next_due_day = _due_day(rhythm, time, following)
    while next_due_day is None:
        following = _STEPS[rhythm.cadence](following, 1)
        next_due_day = _due_day(rhythm, time, following)
    due_at = time.moment(due_day, rhythm.at)
    return Period(
        key=_KEYS[rhythm.cadence](first),
        starts=time.moment(due_day),
        due_at=due_at,
        late_after=due_at + timedelta(minutes=rhythm.grace),
        ends=time.moment(next_due_day),
    )


def _due_day(rhythm: Rhythm, time: WorkingTime, first: date) -> date | None:
    """Return the due day of the day, week, month or quarter that begins on ``first``; None if nobody works in it."""
    if rhythm.cadence == "daily":
        return first
    end = _STEPS[rhythm.cadence](first, 1)
    working = list(time.working_days(first, end))
    if not working or rhythm.cadence == "each_working_day":
        return working[0] if working else None
    if rhythm.day == "last_working_day" and rhythm.cadence != "weekly":
        return working[-1]
    wanted = _wanted(rhythm, first)
    return next((day for day in working if day >= wanted), working[-1])


def _wanted(rhythm: Rhythm, first: date) -> date:
    """Return the day that the rhythm names, before holidays are looked at."""
    if rhythm.cadence == "weekly":
        return first + WEEKDAYS.index(rhythm.weekday) * _DAY
    return first.replace(day=rhythm.day) if isinstance(rhythm.day, int) else first


_STARTS: Mapping[str, Callable[[date], date]] = {
    "each_working_day": lambda day: day,
    "daily": lambda day: day,
    "weekly": lambda day: day - day.weekday() * _DAY,
    "monthly": lambda day: day.replace(day=1),
    "quarterly": quarter_start,
}
_STEPS: Mapping[str, Callable[[date, int], date]] = {
    "each_working_day": lambda first, turns: first + turns * _DAY,
    "daily": lambda first, turns: first + turns * _DAY,
    "weekly": lambda first, turns: first + turns * _WEEK,
    "monthly": months_later,
    "quarterly": lambda first, turns: months_later(first, turns * _QUARTER),
}
_KEYS: Mapping[str, Callable[[date], str]] = {
    "each_working_day": date.isoformat,
    "daily": date.isoformat,
    "weekly": lambda first: f"{first.isocalendar().year}-W{first.isocalendar().week:02}",
    "monthly": lambda first: f"{first:%Y-%m}",
    "quarterly": lambda first: f"{fiscal_year(first)}-Q{fiscal_quarter(first)}",
}
