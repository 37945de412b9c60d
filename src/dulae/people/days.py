"""Which day is somebody's first day out: from the columns of dates, from the wording beside them, from the title."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

from dulae.people import dates, rows, wordings
from dulae.people.dates import ReadDate
from dulae.people.movements import Counting, Movement
from dulae.people.tables import Record
from dulae.people.wordings import Said

# Dates that a wording or a remark says differently from the column of dates.
WORDING_DIFFERS, REMARK_DIFFERS, COLUMNS_DISAGREE = (
    "wording_date_differs",
    "remark_date_differs",
    "dates_disagree",
)
_END_OF_FISCAL_YEAR = (9, 30)
_FIRST_OF_FISCAL_YEAR = (10, 1)


@dataclass(frozen=True)
class Day:
    """The date as read, the first day out that follows from it, what was typed, and flags on how it was counted."""

    read: ReadDate
    first_out: date | None
    typed: str = ""
    flags: frozenset[str] = frozenset()


def of(record: Record, movement: Movement, said: Said, today: date) -> Day:
    """Return the day of one record; what contradicts it leaves a flag, for nobody may choose between two days."""
    told = _told(said, movement, today)
    found = _of_columns(record, movement, today)
    if found.read.status == "empty" and told:
        return replace(told, flags=told.flags | {"date_from_wording"})
    if found.read.status == "empty":
        return _of_title(record, movement, today) or found
    if movement.counting is Counting.AT_ONCE:
        return found
    otherwise = told and (told.read.status != "ok" or told.first_out != found.first_out)
    differing = set()
    if otherwise or not _in_fiscal_year(said, found.first_out):
        differing.add(WORDING_DIFFERS)
    if (remark := record.texts.get("remark")) and _remark_differs(remark, movement, found, today):
        differing.add(REMARK_DIFFERS)
    return replace(found, flags=found.flags | differing) if differing else found


def _of_columns(record: Record, movement: Movement, today: date) -> Day:
    stated = dates.read(record.cells.get("effective_date"), today=today)
    last = dates.read(record.cells.get("last_day"), today=today)
    if stated.status == "empty" and last.status != "empty":
        return Day(last, _next(last.day), record.texts.get("last_day", ""), frozenset({"last_day_given"}))
    day, flags = _first_day_out(stated, movement)
    if last.day and day and _next(last.day) != day:
        flags |= {COLUMNS_DISAGREE}
    return Day(stated, day, record.texts.get("effective_date", ""), flags)


def _told(said: Said, movement: Movement, today: date) -> Day | None:
    """Return the day that a wording tells, or None where it tells none."""
    if len(said.dates) > 1:
        return Day(ReadDate(None, "range"), None, "; ".join(said.dates))
    if said.dates:
        read = dates.read(said.dates[0], today=today)
        day, flags = _first_day_out(read, movement)
        return Day(read, day, said.dates[0], flags)
    if said.fiscal_year and movement.counting is Counting.RETIREMENT:
        return _retirement(said.fiscal_year, today)
    return None


def _of_title(record: Record, movement: Movement, today: date) -> Day | None:
    year = rows.fiscal_year(record.title) if movement.counting is Counting.RETIREMENT else None
    return _retirement(year, today) if year else None


def _retirement(fiscal_year: int, today: date) -> Day:
    """Return the first day out after a fiscal year (BE)."""
    computed = dates.read(date(fiscal_year - dates.BE_OFFSET, *_FIRST_OF_FISCAL_YEAR), today=today)
    flags = frozenset({"date_computed"})
    return Day(replace(computed, flags=frozenset()), computed.day, str(fiscal_year), flags)


def _in_fiscal_year(said: Said, first_out: date | None) -> bool:
    """Say whether a first day out follows a day in the fiscal year that a wording names, if it names one."""
    if not said.fiscal_year or not first_out:
        return True
    end = date(said.fiscal_year - dates.BE_OFFSET, *_FIRST_OF_FISCAL_YEAR)
    return end.replace(year=end.year - 1) <= first_out <= end


def _remark_differs(remark: str, movement: Movement, found: Day, today: date) -> bool:
    read = dates.read(wordings.date_in(remark), today=today)
    return (
        read.day is not None
        and read.status != "out_of_window"
        and (read.status == "range" or _first_day_out(read, movement)[0] != found.first_out)
    )


def _first_day_out(stated: ReadDate, movement: Movement) -> tuple[date | None, frozenset[str]]:
    """Return the first day out; the words in the cell come first, then the rule of the movement."""
    day = stated.day
    if day is None or stated.bound == "first_day_out":
        return day, frozenset()
    retires_last = movement.counting is Counting.RETIREMENT and (day.month, day.day) == _END_OF_FISCAL_YEAR
    if stated.bound == "last_day" or movement.counting is Counting.LAST_DAY or retires_last:
        return _next(day), frozenset({"last_day_given"})
    return day, frozenset()


def _next(day: date | None) -> date | None:
    return day + timedelta(days=1) if day else None
