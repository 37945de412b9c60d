"""What offices write behind a movement: dates, fiscal years, orders, times, places, and words that add nothing.

Each step takes one of them from the front of a text; a text from which no step takes anything is not understood.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from dulae.people import months, places
from dulae.people.dates import BE_OFFSET, FIRST_BE_YEAR

_MOVES = {"transfer_out", "transfer_in", "transfer_ambiguous", "move_inside", "move_outside"}
_ASSISTS = {"assist_out", "assist_inside", "assist_in"}
_FOR_A_TIME = _ASSISTS | {"study_leave", "spouse_leave", "acting", "delegate"}
_CENTURY = 100
SIGNS = " ,;:.-\u2010-\u2015/*ฯ"
_THAI = "[\u0e01-\u0e2e\u0e30-\u0e3a\u0e40-\u0e4e]"
_MONTH = f"(?:{months.PATTERN})"
_ERA = r"(?: ?[พค]\. ?ศ\. ?| ?[พค]ศ ?)?"
_DAY = (
    rf"(?:\d{{1,2}} ?(?:[-/.] ?)?(?:เดือน ?)?{_MONTH} ?[-/.,]? ?(?:ปี ?)?{_ERA}(?:\d{{4}}|\d{{2}})(?!\d)"
    r"|\d{1,2} ?[-/.] ?\d{1,2} ?[-/.] ?(?:\d{4}|\d{2})(?!\d)"
    r"|\d{4}-\d{1,2}-\d{1,2}|(?<!\d)\d{8}(?!\d))"
)
DATE = re.compile(
    r"(?:โดย ?|และ ?|with )?(?:ให้ ?)?(?P<date>(?:มีผล(?:บังคับ)?(?:ใช้)? ?)?"
    r"(?:(?:นับ ?)?ตั้งแต่ ?|นับ ?แต่ ?|เมื่อ ?|ณ |ใน(?=วัน)|ถึง ?|สิ้นสุด ?"
    r"|effect(?:ive)? (?:from )?|from |since |until |on |as of )?"
    rf"(?:วัน(?:จันทร์|อังคาร|พุธ|พฤหัสบดี|ศุกร์|เสาร์|อาทิตย์)?(?:ที่)? ?)?{_DAY}"
    rf"(?: ?(?:-|ถึง|จนถึง) ?(?:วันที่ ?)?{_DAY})?(?: ?เป็นต้นไป)?)"
)
_FISCAL_YEAR = re.compile(
    r"(?:ใน|ณ |เมื่อ|ประจำ)? ?(?:สิ้นสุด|สิ้น)? ?(?:ปี(?: ?งบประมาณ| ?งปม\.?)?|fy|fiscal year) ?"
    rf"{_ERA}(?P<year>\d{{4}}|\d{{2}})(?![\d/])"
)
ORDER = re.compile(
    rf"(?:ตาม ?)?คำสั่ง ?(?:กรม{_THAI}{{0,40}} ?)?(?:เลข)?(?:ที่)? ?(?:[\u0e01-\u0e2e]{{1,4}}\.? ?)?"
    rf"(?P<order>\d{{1,6}} ?/ ?\d{{4}})(?: ?ลง(?:วันที่)? ?{_DAY})?"
)
_TO = re.compile(r"(?:(?:ไป)?(?:ปฏิบัติ(?:ราชการ|งาน|หน้าที่)|รับราชการ|สังกัด) ?)?(?:ไป|ยัง)? ?(?:ที่|ณ|ยัง|to )? ?")
_FROM = re.compile(r"(?:มา)?(?:จาก|from ) ?")
_TIME = re.compile(r"(?:มีกำหนด(?:เวลา)?|เป็น(?:ระยะ)?เวลา|ระยะเวลา|กำหนด)? ?\d{1,3} ?(?:วัน|เดือน|ปี)")
# Words behind a movement that say no more than the movement itself, for all kinds or for one.
_ALL = re.compile(r"แล้ว|เรียบร้อยแล้ว|จากราชการ|ข้าราชการ|พนักงานราชการ|ลูกจ้าง(?:ประจำ|ชั่วคราว)?")
_OF_KIND = {
    "resign": re.compile(r"(?:ตาม|ด้วย|โดย)ความ(?:ประสงค์|สมัครใจ)(?:ของ(?:ตนเอง|ตน|ผู้ลาออก))?"),
    "retire": re.compile(r"(?:เมื่อ)?(?:อายุ)?(?:ครบ)? ?60 ?ปี(?:บริบูรณ์)?|ราชการ"),
    "suspended": re.compile(
        r"(?:เพื่อรอ|(?:อยู่)?(?:ใน)?ระหว่าง)(?:การ|ถูก)?(?:(?:สอบสวน|สืบสวน)(?:ทางวินัย(?:อย่างร้ายแรง)?)?|ดำเนินการทางวินัย)"
    ),
    "move_inside": re.compile(r"ภายใน(?:กรม|กอง|สำนัก|หน่วยงาน|สังกัด)?"),
}


@dataclass
class Tail:
    """What stood behind a movement of a kind, as it was written, and what of it is left.

    A fiscal year is one of the Buddhist era.
    """

    kind: str
    rest: str
    dates: tuple[str, ...] = ()
    fiscal_year: int | None = None
    place: str = ""
    order_no: str = ""


def taken(tail: Tail) -> bool:
    """Take everything behind a movement that is understood; say whether nothing is left."""
    steps = (_take_words, _take_date, _take_fiscal_year, _take_order, _take_time, _take_place)
    tail.rest = tail.rest.strip(SIGNS)
    while tail.rest:
        length = next((length for step in steps if (length := step(tail))), 0)
        if not length:
            return False
        tail.rest = tail.rest[length:].strip(SIGNS)
    return True


def _take_words(tail: Tail) -> int:
    of_kind = _OF_KIND.get(tail.kind)
    found = (of_kind.match(tail.rest) if of_kind else None) or _ALL.match(tail.rest)
    return found.end() if found else 0


def _take_date(tail: Tail) -> int:
    found = DATE.match(tail.rest)
    if found:
        tail.dates = (*tail.dates, found["date"])
    return found.end() if found else 0


def _take_fiscal_year(tail: Tail) -> int:
    found = _FISCAL_YEAR.match(tail.rest)
    if not found or tail.fiscal_year:
        return 0
    tail.fiscal_year = _buddhist(int(found["year"]))
    return found.end()


def _take_order(tail: Tail) -> int:
    found = ORDER.match(tail.rest)
    if not found or tail.order_no:
        return 0
    tail.order_no = found["order"].replace(" ", "")
    return found.end()


def _take_time(tail: Tail) -> int:
    found = _TIME.match(tail.rest) if tail.kind in _FOR_A_TIME else None
    return found.end() if found else 0


def _take_place(tail: Tail) -> int:
    if tail.place or tail.kind not in _MOVES | _ASSISTS:
        return 0
    comes = tail.kind in {"transfer_in", "assist_in"}
    lead = (_FROM if comes else _TO).match(tail.rest)
    name = places.beginning(tail.rest[lead.end() :]) if lead else ""
    if not lead or not name:
        return 0
    tail.place = name
    return lead.end() + len(name)


def _buddhist(year: int) -> int:
    """Return a year of the Buddhist era; one of two digits is one, one below 2400 is Christian."""
    if year < _CENTURY:
        return year + 2500
    return year if year >= FIRST_BE_YEAR else year + BE_OFFSET
