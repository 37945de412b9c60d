"""Dates as Thai offices write them: day, month, year; Buddhist or Christian era; in words, figures or cells.

Ambiguous or partial dates are told apart, never guessed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, timezone

from dulae.people.text import arabic, normalised

BE_OFFSET = 543
FIRST_BE_YEAR = 2400
WINDOW_YEARS = 5
BANGKOK = timezone(timedelta(hours=7))
RETIREMENT_AGE = 60

_EXCEL_EPOCH = date(1899, 12, 30)
# Serials of 1954 to 2119, and of the same years typed as BE into a date cell.
_SERIALS = range(20_000, 80_000)
_BE_SERIALS = range(218_000, 279_000)
_LARGEST_FIGURE = 10**8
_SHORT_YEAR = 2
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_YEAR_FIRST = re.compile(r"(\d{4})\s*[-/.]\s*(\d{1,2})\s*[-/.]\s*(\d{1,2})(?:[T ]\d{1,2}:\d{2}.*)?")
_DAY_FIRST = re.compile(r"(\d{1,2})\s*[-/.]\s*(\d{1,2})\s*[-/.]\s*(\d{4}|\d{2})(?:[T ]\d{1,2}:\d{2}.*)?")
_IN_WORDS = re.compile(r"(\d{1,2})\s*([^\W\d][^\d]*?)[\s,]*(\d{4}|\d{2})")
_MONTH_FIRST = re.compile(r"([A-Za-z]+)\.?\s+(\d{1,2})\s*,?\s+(\d{4})")
_MONTH_ONLY = re.compile(r"([^\W\d][^\d]*?)\s*(\d{4}|\d{2})")
_YEAR_ONLY = re.compile(r"\d{4}")
_SERIAL = re.compile(r"(\d{5,6})(?:\.0+)?")
_NAMES_BE = re.compile(r"พ\.?\s?ศ\.?|\bB\.?E\.?")
_NAMES_CE = re.compile(r"ค\.?\s?ศ\.?(?=\s*\d)")
_NOTHING = {"", "-", "--"}
_LAST_DAY = re.compile("ถึง|สิ้นสุด|วันสุดท้าย")
_FIRST_DAY = re.compile("ตั้งแต่|เป็นต้นไป")
# Words around a date that say nothing about which day it is.
_AROUND = re.compile(
    r"มีผล|ตั้งแต่|เป็นต้นไป|สิ้นสุด|วันสุดท้าย|ถึง|ณ |วัน(?:จันทร์|อังคาร|พุธ|พฤหัสบดี|พฤหัสฯ?|ศุกร์|เสาร์|อาทิตย์)?ที่|วันที่"
    r"|เดือน|เวลา.*$|พ\.?\s?ศ\.?|ค\.?\s?ศ\.?(?=\s*\d)|\bB\.?E\.?(?=\s*\d)|[()]|:(?!\d)"
)
_MONTH_NAMES = (
    ("มกราคม", "มค", "january", "jan"),
    ("กุมภาพันธ์", "กพ", "february", "feb"),
    ("มีนาคม", "มีค", "march", "mar"),
    ("เมษายน", "เมย", "april", "apr"),
    ("พฤษภาคม", "พค", "may"),
    ("มิถุนายน", "มิย", "june", "jun"),
    ("กรกฎาคม", "กค", "july", "jul"),
    ("สิงหาคม", "สค", "august", "aug"),
    ("กันยายน", "กย", "september", "sep", "sept"),
    ("ตุลาคม", "ตค", "october", "oct"),
    ("พฤศจิกายน", "พย", "november", "nov"),
    ("ธันวาคม", "ธค", "december", "dec"),
)
_SHORT_MONTHS = [
    "ม.ค.",
    "ก.พ.",
    "มี.ค.",
    "เม.ย.",
    "พ.ค.",
    "มิ.ย.",
    "ก.ค.",
    "ส.ค.",
    "ก.ย.",
    "ต.ค.",
    "พ.ย.",
    "ธ.ค.",
]
_MONTHS = {name: number for number, names in enumerate(_MONTH_NAMES, 1) for name in names}


@dataclass(frozen=True)
class ReadDate:
    """A date as read: the day, a status, and which day the words around it call it.

    The statuses are ok, empty, partial, ambiguous_year, out_of_window, range, bad_date, bad_month.
    ``bound`` is ``first_day_out``, ``last_day`` or empty.
    """

    day: date | None
    status: str
    flags: frozenset[str] = frozenset()
    bound: str = ""


def read(raw: object, *, today: date) -> ReadDate:
    """Return the date in a cell; years are plausible within five years of ``today``."""
    if isinstance(raw, datetime | date):
        return _from_object(raw, today)
    if isinstance(raw, int | float) and not isinstance(raw, bool):
        return _from_number(raw, today)
    text = normalised("" if raw is None else str(raw)).value
    if text in _NOTHING:
        return ReadDate(None, "empty")
    return _from_text(text, today)


def in_thai(day: date) -> str:
    """Return a day as offices print it (``1 ต.ค. 2569``)."""
    return f"{day.day} {_SHORT_MONTHS[day.month - 1]} {day.year + BE_OFFSET}"


def retirement_day(birth: date) -> date:
    """Return the first day out of service: 1 October after the fiscal year in which 60 full years are reached."""
    late = (birth.month, birth.day) >= (10, 2)
    return date(birth.year + RETIREMENT_AGE + late, 10, 1)


def _from_object(raw: date, today: date) -> ReadDate:
    if raw.year >= FIRST_BE_YEAR:
        return _dated((raw.year - BE_OFFSET, raw.month, raw.day), today, {"be_in_ce_cell"})
    return _dated((raw.year, raw.month, raw.day), today, set())


def _from_number(raw: float, today: date) -> ReadDate:
    whole = int(raw) if abs(raw) < _LARGEST_FIGURE else 0
    if whole in _SERIALS or whole in _BE_SERIALS:
        return _from_serial(whole, today, set())
    return _from_text(str(whole), today)


def _from_serial(serial: int, today: date, flags: set[str]) -> ReadDate:
    found = _from_object(_EXCEL_EPOCH + timedelta(days=serial), today)
    return replace(found, flags=found.flags | flags | {"excel_serial"})


def _from_text(text: str, today: date) -> ReadDate:
    flags: set[str] = set()
    figures = arabic(text)
    if figures != text:
        flags.add("thai_digits")
    first, last = _FIRST_DAY.search(figures), _LAST_DAY.search(figures)
    bare = " ".join(_AROUND.sub(" ", figures).split())
    found = _by_shape(bare, today, flags)
    if found.status.startswith("bad"):
        found = _range(bare, today) or found
    if found.day and _contradicts_era(figures, found):
        found = ReadDate(None, "ambiguous_year", found.flags)
    bound = "first_day_out" if first else "last_day" if last else ""
    return replace(found, flags=found.flags | flags, bound=bound)


def _contradicts_era(figures: str, found: ReadDate) -> bool:
    """Say whether the era that is named is not the one that the year was read in."""
    return bool(_NAMES_BE.search(figures) if "ce_year" in found.flags else _NAMES_CE.search(figures))


def _range(bare: str, today: date) -> ReadDate | None:
    starts = [found.end() for found in re.finditer(r"\d{4}|(?<=\D)\d{2}(?=[\s-]|$)", bare)]
    for cut in starts[:-1]:
        begin = _by_shape(bare[:cut], today, set())
        if begin.day and _by_shape(bare[cut:].strip(" -"), today, set()).day:
            return replace(begin, status="range")
    return None


def _by_shape(bare: str, today: date, flags: set[str]) -> ReadDate:
    if found := _SERIAL.fullmatch(bare):
        serial = int(found.group(1))
        if serial in _SERIALS or serial in _BE_SERIALS:
            return _from_serial(serial, today, flags)
    if "T" in bare and (moment := _moment(bare)):
        return _by_year(moment.year, (moment.month, moment.day), today, flags)
    if found := _COMPACT.fullmatch(bare) or _YEAR_FIRST.fullmatch(bare):
        return _by_year(int(found.group(1)), (int(found.group(2)), int(found.group(3))), today, flags)
    if found := _DAY_FIRST.fullmatch(bare):
        return _day_month(found.group(1), int(found.group(2)), found.group(3), today)
    return _by_words(bare, today)


def _moment(bare: str) -> datetime | None:
    """Return a moment with an offset in Bangkok's time; a time without an offset is left as it stands."""
    try:
        moment = datetime.fromisoformat(bare)
    except ValueError:
        return None
    return moment.astimezone(BANGKOK) if moment.tzinfo else moment


def _by_words(bare: str, today: date) -> ReadDate:
    if found := _IN_WORDS.fullmatch(bare):
        return _day_month(found.group(1), _month(found.group(2)), found.group(3), today)
    if found := _MONTH_FIRST.fullmatch(bare):
        return _day_month(found.group(2), _month(found.group(1)), found.group(3), today)
    if _YEAR_ONLY.fullmatch(bare) or ((found := _MONTH_ONLY.fullmatch(bare)) and _month(found.group(1))):
        return ReadDate(None, "partial")
    return ReadDate(None, "bad_date")


def _month(word: str) -> int | None:
    return _MONTHS.get(word.replace(".", "").replace(" ", "").casefold())


def _day_month(day: str, month: int | None, year: str, today: date) -> ReadDate:
    if month is None:
        return ReadDate(None, "bad_month")
    if len(year) > _SHORT_YEAR:
        return _by_year(int(year), (month, int(day)), today, set())
    short, flags = int(year), {"two_digit_year"}
    thai, christian = 2500 + short - BE_OFFSET, 2000 + short
    if abs(thai - today.year) <= WINDOW_YEARS:
        return _dated((thai, month, int(day)), today, flags)
    if abs(christian - today.year) <= WINDOW_YEARS:
        return _dated((christian, month, int(day)), today, {*flags, "ce_year"})
    return ReadDate(None, "ambiguous_year", frozenset(flags))


def _by_year(year: int, rest: tuple[int, int], today: date, flags: set[str]) -> ReadDate:
    if year >= FIRST_BE_YEAR:
        return _dated((year - BE_OFFSET, *rest), today, flags)
    return _dated((year, *rest), today, {*flags, "ce_year"})


def _dated(parts: tuple[int, int, int], today: date, flags: set[str]) -> ReadDate:
    kept = frozenset(flags)
    if 0 in parts:
        return ReadDate(None, "partial", kept)
    try:
        day = date(*parts)
    except ValueError:
        return ReadDate(None, "bad_date", kept)
    near = abs(day.year - today.year) <= WINDOW_YEARS
    return ReadDate(day, "ok" if near else "out_of_window", kept)
