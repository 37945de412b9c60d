"""The time that a report is about: a day, an ISO week, a month, a quarter or a fiscal year.

A fiscal year runs from 1 October to 30 September and is named by the Buddhist-era year in which it ends.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from dulae.errors import ReportError
from dulae.procedure.calendar import BE_OFFSET, fiscal_quarter, fiscal_year, months_later, quarter_start

KINDS = ("day", "week", "month", "quarter", "year")
_OCTOBER = 10
# A year written as 2400 or later is of the Buddhist era, earlier ones of the common era.
_FIRST_BE_YEAR = 2400
_FORMS = {
    "day": re.compile(r"(\d{4})-(\d{2})-(\d{2})"),
    "week": re.compile(r"(\d{4})-W(\d{2})"),
    "month": re.compile(r"(\d{4})-(\d{2})"),
    "quarter": re.compile(r"(\d{4})-Q([1-4])"),
    "year": re.compile(r"(\d{4})"),
}
_REMEDY = "Write 2026-11-22, 2026-W47, 2026-11, 2570-Q1 or 2570 (fiscal year, Buddhist era)"
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Period:
    """Some days, first and last included; ``text`` is how it is written in numbers and file names."""

    kind: str
    text: str
    first: date
    last: date

    def days(self) -> Iterator[date]:
        """Yield each day."""
        for ahead in range((self.last - self.first).days + 1):
            yield self.first + timedelta(days=ahead)

    def start(self, zone: tzinfo) -> datetime:
        """Return the moment at which it begins."""
        return datetime.combine(self.first, time.min, zone)

    def end(self, zone: tzinfo) -> datetime:
        """Return the first moment after it."""
        return datetime.combine(self.last + _ONE_DAY, time.min, zone)

    def before(self) -> Period:
        """Return the period of the same kind before this one."""
        return containing(self.first - _ONE_DAY, self.kind)


def _months(kind: str, text: str, first: date, count: int) -> Period:
    return Period(kind, text, first, months_later(first, count) - _ONE_DAY)


def _quarter(day: date) -> Period:
    text = f"{fiscal_year(day)}-Q{fiscal_quarter(day)}"
    return _months("quarter", text, quarter_start(day), 3)


def _first_of_fiscal_year(year: int) -> date:
    return date(year - BE_OFFSET - 1, _OCTOBER, 1)


def _week(day: date) -> Period:
    year, week, _ = day.isocalendar()
    monday = date.fromisocalendar(year, week, 1)
    return Period("week", f"{year}-W{week:02}", monday, monday + timedelta(days=6))


def _year(day: date) -> Period:
    year = fiscal_year(day)
    return _months("year", str(year), _first_of_fiscal_year(year), 12)


_MAKERS: Mapping[str, Callable[[date], Period]] = {
    "day": lambda day: Period("day", day.isoformat(), day, day),
    "week": _week,
    "month": lambda day: _months("month", f"{day:%Y-%m}", day.replace(day=1), 1),
    "quarter": _quarter,
    "year": _year,
}


def containing(day: date, kind: str) -> Period:
    """Return the day, week, month, quarter or (fiscal) year that a day is in."""
    return _MAKERS[kind](day)


def _common_era(year: str) -> int:
    return int(year) - BE_OFFSET if int(year) >= _FIRST_BE_YEAR else int(year)


def _fiscal(year: str, months: int) -> date:
    if int(year) < _FIRST_BE_YEAR:
        raise ValueError("quarters and years are those of the fiscal year, in the Buddhist era")
    return months_later(_first_of_fiscal_year(int(year)), months)


def _first_day(kind: str, parts: tuple[str, ...]) -> date:
    """Return the first day of what the parts say; raise ValueError if there is none."""
    if kind == "quarter":
        return _fiscal(parts[0], 3 * (int(parts[1]) - 1))
    if kind == "year":
        return _fiscal(parts[0], 0)
    numbers = [_common_era(parts[0]), *map(int, parts[1:])]
    if kind == "week":
        return date.fromisocalendar(numbers[0], numbers[1], 1)
    return date(numbers[0], numbers[1], numbers[2] if kind == "day" else 1)


def read(text: str) -> Period:
    """Return the period that a text names; raise ReportError if it names none."""
    for kind, form in _FORMS.items():
        found = form.fullmatch(text.strip())
        if not found:
            continue
        try:
            return containing(_first_day(kind, found.groups()), kind)
        except ValueError as error:
            raise ReportError(f"'{text}' is no period: {error}", remedy=_REMEDY) from error
    raise ReportError(f"'{text}' is no period", remedy=_REMEDY)
