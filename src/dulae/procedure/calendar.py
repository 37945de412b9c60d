"""Working days, and the fiscal year: 1 October to 30 September, named by the Buddhist-era year in which it ends."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from dulae.settings.office import Calendar
from dulae.settings.procedure import WEEKDAYS
from dulae.settings.shape import Words

BE_OFFSET = 543
_FIRST_FISCAL_MONTH = 10
_MONTHS_OF_A_QUARTER = 3


def fiscal_year(day: date) -> int:
    """Return the Buddhist-era fiscal year of a day: 2026-10-01 is in 2570."""
    return day.year + BE_OFFSET + (1 if day.month >= _FIRST_FISCAL_MONTH else 0)


def fiscal_quarter(day: date) -> int:
    """Return the quarter of the fiscal year of a day, 1 (from October) to 4."""
    return (day.month - _FIRST_FISCAL_MONTH) % 12 // _MONTHS_OF_A_QUARTER + 1


def quarter_start(day: date) -> date:
    """Return the first day of the quarter that a day is in; quarters of both years begin on the same days."""
    return date(day.year, (day.month - 1) // _MONTHS_OF_A_QUARTER * _MONTHS_OF_A_QUARTER + 1, 1)


def months_later(first: date, months: int) -> date:
    """Return the first of the month that comes some months after (or before) the month of a day."""
    index = first.year * 12 + first.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)


@dataclass(frozen=True)
class WorkingTime:
    """The office's calendar, ready to be asked."""

    calendar: Calendar

    @property
    def zone(self) -> ZoneInfo:
        """Return the office's time zone."""
        return self.calendar.zone

    @cached_property
    def holidays(self) -> Mapping[date, Words]:
        """Return the name of each holiday."""
        return {holiday.date: holiday.title for holiday in self.calendar.holidays}

    def works(self, day: date) -> bool:
        """Say whether a day is a working day."""
        return WEEKDAYS[day.weekday()] in self.calendar.working_days and day not in self.holidays

    def working_days(self, first: date, end: date) -> Iterator[date]:
        """Yield the working days from ``first`` up to, not including, ``end``."""
        for ahead in range((end - first).days):
            day = first + timedelta(days=ahead)
            if self.works(day):
                yield day

    def today(self, now: datetime) -> date:
        """Return the office's date at a moment."""
        return now.astimezone(self.zone).date()

    def moment(self, day: date, clock: time = time.min) -> datetime:
        """Return the moment at which the office's clock shows a time on a day."""
        return datetime.combine(day, clock, self.zone)
