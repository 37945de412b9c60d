"""The week's list from the personnel division, as such lists come: CP874, mixed ways to write a date, Thai digits."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta
from pathlib import Path

from tests.lab.people import (
    CONTRACT_ENDS,
    HOMONYM,
    MOVED,
    RESIGNED,
    RETIRED,
    TRANSFERRED,
    UNCLEAR,
    department,
    somebody_else,
)

HEADER = ("ลำดับ", "ชื่อ-นามสกุล", "เลขประจำตัวประชาชน", "ประเภทการเคลื่อนไหว", "มีผลตั้งแต่", "สังกัด")
_SHORT = ("ม.ค.", "ก.พ.", "มี.ค.", "เม.ย.", "พ.ค.", "มิ.ย.", "ก.ค.", "ส.ค.", "ก.ย.", "ต.ค.", "พ.ย.", "ธ.ค.")
_LONG = (
    *("มกราคม", "กุมภาพันธ์", "มีนาคม", "เมษายน", "พฤษภาคม", "มิถุนายน"),
    *("กรกฎาคม", "สิงหาคม", "กันยายน", "ตุลาคม", "พฤศจิกายน", "ธันวาคม"),
)
_BE = 543
_THAI_DIGITS = str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙")
RESIGNED_DAYS_AGO = 3


def resigned_on(today: date) -> date:
    """Return the first day out of the person who resigned, and whom the fault ``leaver_logged_in`` lets in again."""
    return today - timedelta(days=RESIGNED_DAYS_AGO)


def retirement(today: date) -> date:
    """Return the 1 October of a retirement on today's list: the last one, or the next where that is near."""
    this_year = date(today.year, 10, 1)
    if today >= this_year:
        return this_year
    return this_year if (this_year - today).days <= 60 else date(today.year - 1, 10, 1)


def dashed(citizen_id: str) -> str:
    """Return a citizen ID with separators, as on the card."""
    return "-".join((citizen_id[0], citizen_id[1:5], citizen_id[5:10], citizen_id[10:12], citizen_id[12]))


def rows(today: date) -> list[tuple[str, ...]]:
    """Return the rows below the header: who leaves, how, and when, relative to today."""
    people = department()
    resigned, retired, transferred = people[RESIGNED], people[RETIRED], people[TRANSFERRED]
    moved, contract, unclear, homonym = people[MOVED], people[CONTRACT_ENDS], people[UNCLEAR], people[HOMONYM]
    nobody = somebody_else()
    resigned_day, yesterday = resigned_on(today), today - timedelta(days=1)
    retired_day, later = retirement(today), today + timedelta(days=20)
    body = (
        (resigned.full_name, dashed(resigned.citizen_id), "ลาออก", _short(resigned_day), resigned.unit),
        (retired.full_name, retired.citizen_id, "เกษียณอายุราชการ", _slashes(retired_day), retired.unit),
        (transferred.full_name, dashed(transferred.citizen_id), "ให้โอน", _thai(yesterday), transferred.unit),
        (moved.full_name, moved.citizen_id, "ย้าย", today.isoformat(), moved.unit),
        (contract.full_name, dashed(contract.citizen_id), "สิ้นสุดสัญญาจ้าง", _long(later), contract.unit),
        (unclear.full_name, unclear.citizen_id, "โอน", _short(yesterday), unclear.unit),
        (nobody.full_name, dashed(nobody.citizen_id), "ลาออก", _slashes(yesterday), nobody.unit),
        (f"{homonym.first} {homonym.last}", "", "ลาออก", _short(yesterday), ""),
    )
    return [(str(number), *row) for number, row in enumerate(body, 1)]


def write(folder: Path, today: date) -> Path:
    """Write the list into the folder where lists arrive; return its path."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows([HEADER, *rows(today)])
    path = folder / f"leavers-{today.isoformat()}.csv"
    path.touch(0o600)
    path.write_bytes(text.getvalue().encode("cp874"))
    return path


def _short(day: date) -> str:
    return f"{day.day} {_SHORT[day.month - 1]} {(day.year + _BE) % 100:02}"


def _long(day: date) -> str:
    return f"{day.day} {_LONG[day.month - 1]} {day.year + _BE}"


def _thai(day: date) -> str:
    return _long(day).translate(_THAI_DIGITS)


def _slashes(day: date) -> str:
    return f"{day.day:02}/{day.month:02}/{day.year + _BE}"
