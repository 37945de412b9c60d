"""Dates as Thai offices write them: day, month, year; Buddhist or Christian era; in words, figures or cells.

Ambiguous or partial dates are told apart, never guessed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, timezone
from functools import lru_cache

from dulae.people import months
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
_SHORT_YEAR, _LONG_YEAR = 2, 4
_FEWEST_PARTS, _MOST_PARTS = 3, 12
_REMEMBERED = 1 << 12
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_COMPACT_DAY_FIRST = re.compile(r"(\d{2})(\d{2})((?:19|20|2[4-6])\d{2})")
_YEARS_WRITTEN = (range(1900, 2100), range(FIRST_BE_YEAR, 2700))
_SERIAL = re.compile(r"(\d{5,6})(?:\.\d+)?")
_TIME = re.compile(r"[T ]\d{1,2}:\d{2}.*$")
# Figures and words, with nothing but signs between them.
_PART = re.compile(r"[0-9]+|[A-Za-z\u0e01-\u0e4e][A-Za-z\u0e01-\u0e4e. ]*")
_SIGNS = re.compile(r"[\s\-\u2010-\u2015\u2212/.,\\_'\u2018\u2019]*")
_ORDINAL = re.compile(r"(?<=\d)(?:st|[nr]d|th)\b", re.I)
_QUOTES = re.compile(r"""^=?["'`\u2018-\u201d]+|["'\u2018-\u201d]+$""")
_NAMES_BE = re.compile(r"พ\.?\s?ศ\.?|พุทธศักราช|\bB\.?E\b")
_NAMES_CE = re.compile(r"ค\.?\s?ศ\.?(?=\s*\d)|คริสต์?ศักราช|\b(?:C\.?E|A\.?D)\b")
_NOTHING = re.compile(r"[-\u2010-\u2015\u2212\s]*")
_LAST_DAY = re.compile(r"ถึง|สิ้น|วันสุดท้าย|(?:หมด|ครบ|ครบกำหนด)สัญญา|\b(?:until|till|last day)\b", re.I)
_FIRST_DAY = re.compile(r"ตั้งแต่|นับแต่|เป็นต้นไป|\b(?:from|since|effective|as of)\b", re.I)
# Words around a date that say nothing about which day it is.
_AROUND = re.compile(
    r"มีผล(?:บังคับใช้)?|นับ(?=แต่|ตั้งแต่)|(?:ตั้ง)?แต่|เป็นต้นไป|เป็น(?=วันสุดท้าย)|สิ้น(?:สุด|วัน|เดือน|ปี)?(?:งบประมาณ|สัญญา)?(?:จ้าง)?"
    r"|(?:หมด|ครบกำหนด|ครบ)สัญญา(?:จ้าง)?|วันสุดท้าย|ถึง|เมื่อ|ณ |ใน(?=วัน)"
    r"|(?:วัน)?(?:จันทร์|อังคาร|พุธ|พฤหัสบดี|พฤหัสฯ?|ศุกร์|เสาร์|อาทิตย์)(?:ที่)?|\((?:จ|อ|พ|พฤ|ศ|ส|อา)\.?\)"
    r"|วันที่|(?<!ระหว่าง)ที่(?=\s*\d)|เดือน|เวลา.*$|ปี(?:งบประมาณ)?(?=\s*(?:พ|ค|\d))|พ\.?\s?ศ\.?|พุทธศักราช|ค\.?\s?ศ\.?(?=\s*\d)|คริสต์?ศักราช"
    r"|\b(?:from|since|until|till|effect(?:ive)?|as of|on|with|last day)\b"
    r"|\b(?:B\.?E|C\.?E|A\.?D)\b\.?"
    r"|\b(?:Mon|Tues?|Wed(?:nes)?|Thu(?:rs)?|Fri|Sat(?:ur)?|Sun)(?:day)?\b[.,]?|[()]|:(?!\d)",
    re.I,
)


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
    if isinstance(raw, str):
        return _from_text(raw, today)
    if isinstance(raw, datetime | date):
        return _from_object(raw, today)
    if isinstance(raw, int | float) and not isinstance(raw, bool):
        return _from_number(raw, today)
    return _from_text("" if raw is None else str(raw), today)


def in_thai(day: date) -> str:
    """Return a day as offices print it (``1 ต.ค. 2569``)."""
    return f"{day.day} {months.printed(day.month)} {day.year + BE_OFFSET}"


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


# A list repeats its dates.
@lru_cache(_REMEMBERED)
def _from_text(raw: str, today: date) -> ReadDate:
    text = _QUOTES.sub("", normalised(raw).value).strip()
    if _NOTHING.fullmatch(text):
        return ReadDate(None, "empty")
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
    """Return the first day of a period (``1 ต.ค. 69 - 30 ก.ย. 70``, ``1-5 ต.ค. 69``), or None if it is none."""
    parts = _parts(bare)
    shape = _shape(parts)
    if shape in {"nnwn", "nwnwn"}:
        begin, end = [parts[0], parts[-4 if shape == "nwnwn" else -2], parts[-1]], parts[-3:]
        pairs = [(begin, end)]
    else:
        cuts = range(_FEWEST_PARTS, len(parts) - 1) if len(parts) <= _MOST_PARTS else ()
        pairs = [(parts[:cut], parts[cut:]) for cut in cuts]
    for first, last in pairs:
        begun = _by_parts(first, today)
        if begun.day and _by_parts(last, today).day:
            return replace(begun, status="range")
    return None


def _by_shape(bare: str, today: date, flags: set[str]) -> ReadDate:
    if found := _SERIAL.fullmatch(bare):
        serial = int(found.group(1))
        if serial in _SERIALS or serial in _BE_SERIALS:
            return _from_serial(serial, today, flags)
    if "T" in bare and (moment := _moment(bare)):
        return _by_year(moment.year, (moment.month, moment.day), today, flags)
    return _by_parts(_parts(_TIME.sub("", bare)), today)


def _parts(bare: str) -> list[str]:
    """Return the figures and words of a date, or nothing where something else stands between them."""
    text = _ORDINAL.sub("", bare)
    clean = _PART.match(text) and _SIGNS.fullmatch(_PART.sub("", text))
    return [part.strip() for part in _PART.findall(text)] if clean else []


def _shape(parts: list[str]) -> str:
    return "".join("n" if part.isdigit() else "w" for part in parts)


def _by_parts(parts: list[str], today: date) -> ReadDate:
    """Return the date that figures and words spell in their order."""
    shape = _shape(parts)
    if shape == "nnn":
        return _three_figures(parts, today)
    if shape == "nwn":
        first, word, last = parts
        day, year = (last, first) if len(first) > _SHORT_YEAR else (first, last)
        return _day_month(day, months.number(word), year, today)
    if shape == "wnn" and months.number(parts[0]):
        return _day_month(parts[1], months.number(parts[0]), parts[2], today)
    if shape == "n" and (compact := _compact(parts[0])):
        return _by_year(compact[0], compact[1:], today, set())
    return ReadDate(None, "partial" if _is_partial(shape, parts) else "bad_date")


def _three_figures(parts: list[str], today: date) -> ReadDate:
    first, second, third = parts
    if len(first) > _SHORT_YEAR and len(third) <= _SHORT_YEAR:
        first, third = third, first
    return _day_month(first, int(second) if len(second) <= _SHORT_YEAR else -1, third, today)


def _compact(figures: str) -> tuple[int, int, int] | None:
    """Return year, month and day of eight figures: the year comes first, or else last."""
    found = _COMPACT.fullmatch(figures)
    if found and any(int(found.group(1)) in years for years in _YEARS_WRITTEN):
        return int(found.group(1)), int(found.group(2)), int(found.group(3))
    if found := _COMPACT_DAY_FIRST.fullmatch(figures):
        return int(found.group(3)), int(found.group(2)), int(found.group(1))
    return None


def _is_partial(shape: str, parts: list[str]) -> bool:
    """Say whether a date lacks its day, its month or its year, and nothing else is wrong with it."""
    if shape == "n":
        return len(parts[0]) == _LONG_YEAR
    if shape == "nn":
        lengths = sorted(map(len, parts))
        return lengths[0] <= _SHORT_YEAR and lengths[1] in {1, _SHORT_YEAR, _LONG_YEAR}
    return shape in {"w", "nw", "wn"} and any(map(months.number, parts))


def _moment(bare: str) -> datetime | None:
    """Return a moment with an offset in Bangkok's time; a time without an offset is left as it stands."""
    try:
        moment = datetime.fromisoformat(bare)
    except ValueError:
        return None
    return moment.astimezone(BANGKOK) if moment.tzinfo else moment


def _day_month(day: str, month: int | None, year: str, today: date) -> ReadDate:
    if month is None:
        return ReadDate(None, "bad_month")
    if len(day) > _SHORT_YEAR or len(year) not in {_SHORT_YEAR, _LONG_YEAR}:
        return ReadDate(None, "bad_date")
    if len(year) == _LONG_YEAR:
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
