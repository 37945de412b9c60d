"""What a row of a list is, when it is no person: title, category, footnote, total, "nothing to report"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from dulae.people import movements, names
from dulae.people.text import arabic, plain

PERSON = "person"
CATEGORY = "category"
FOOTNOTE = "footnote"
NOTHING = "nothing"
TOTAL = "total"
SIGNATURE = "signature"

_NO_ONE = "ไม่มี(?:ข้อมูล|รายชื่อ|รายการ|บุคลากร|ข้าราชการ|ผู้|การเคลื่อนไหว|เจ้าหน้าที่)"
_NOTHING = re.compile(rf"^[-–\s(]*(?:{_NO_ONE}.*|ไม่มี|nothing to report|none)[-–\s).]*$", re.I)
_SAYS_NOTHING = re.compile(f"{_NO_ONE}|nothing to report", re.I)
_FOOTNOTE = re.compile(
    r"^\s*(?:\*|หมายเหตุ|ข้อมูล ณ|ที่มา|อ้างอิง|พิมพ์|หน้า(?:ที่)?\s*\d|note\b|source\b|[.…_-]+$)", re.I
)
_SIGNATURE = re.compile(r"^\s*\(?(?:ลงชื่อ|ลงนาม|ผู้จัดทำ|ผู้ตรวจสอบ|ผู้รับรอง|ขอแสดงความนับถือ)")
_TOTAL = re.compile(r"(?:รวม|จำนวน|ทั้งสิ้น|total)[^\d]{0,25}(\d{1,6})(?:\s*(?:ราย|คน|นาย|persons?)|\s*$)", re.I)
_TOTAL_ROW = re.compile(r"^\s*(?:รวม|จำนวน|ทั้งสิ้น|total)", re.I)
_UNIT = re.compile(r"^(?:สังกัด\s*)?((?:กอง|สำนัก|กลุ่ม|ฝ่าย|ศูนย์|สถาบัน)\S.*)$")
_PERSONNEL = re.compile("^(?:ประเภท|ข้าราชการ|พนักงานราชการ|พนักงานกระทรวง|ลูกจ้าง|จ้างเหมา)")
_NUMBERED = re.compile(r"^[\d๐-๙]+\s*[.)]\s*")
_COLUMN_NUMBER = re.compile(r"\(?\d{1,2}\)?")
_FEWEST_NUMBERED_COLUMNS = 3
_MOST_TOTAL_CELLS = 2
_ID_CELL = re.compile(r"[\s(\[]*\d[\d\s\-\u2010-\u2015()\]]{8,}")
_ORDER = re.compile(r"ที่\s*([\d๐-๙]{1,6}\s*/\s*[\d๐-๙]{4})")
_FISCAL_YEAR = re.compile(r"ปีงบประมาณ\s*(?:พ\.?\s*ศ\.?)?\s*(\d{4})")


def joined(row: Sequence[Any]) -> str:
    """Return the filled cells of a row as one text."""
    return " ".join(filter(None, map(plain, row)))


def kind_of(filled: Sequence[str], named: str) -> str:
    """Return what a row is, from its filled cells and from what stands in the column of names."""
    if (
        len(filled) <= _MOST_TOTAL_CELLS
        and _TOTAL_ROW.match(filled[0])
        and declared_total(" ".join(filled)) is not None
    ):
        return TOTAL
    if _NOTHING.match(named or filled[0]):
        return NOTHING
    if named in ("", filled[0]) and not _is_name(named):
        return _around(filled)
    return PERSON


def _around(filled: Sequence[str]) -> str:
    """Return what a row without a name is; one with several cells and no known beginning stays a person."""
    if _FOOTNOTE.match(filled[0]):
        return FOOTNOTE
    if _SIGNATURE.match(filled[0]):
        return SIGNATURE
    if len(filled) == 1 and (
        movement_of(filled[0]) or unit_of(filled[0]) or _PERSONNEL.match(_bare(filled[0]))
    ):
        return CATEGORY
    return PERSON


def movement_of(text: str) -> str:
    """Return the wording of a category that names one movement, or nothing."""
    bare = _bare(text)
    if movements.named(bare).id != movements.UNKNOWN:
        return bare
    found = movements.in_title(bare)
    return found.thai if found else ""


def unit_of(text: str) -> str:
    """Return the unit that a category names, or nothing."""
    found = _UNIT.match(_bare(text))
    return found.group(1) if found else ""


def are_column_numbers(filled: Sequence[str]) -> bool:
    """Say whether a row only numbers the columns, as printed forms do."""
    return len(filled) >= _FEWEST_NUMBERED_COLUMNS and all(map(_COLUMN_NUMBER.fullmatch, map(arabic, filled)))


def is_number_cell(text: str) -> bool:
    """Say whether a text is a citizen number and nothing else, however it is written."""
    return bool(_ID_CELL.fullmatch(arabic(text)))


def says_nothing(text: str) -> bool:
    """Say whether a text states that there is nobody to report."""
    return bool(_SAYS_NOTHING.search(text))


def declared_total(text: str) -> int | None:
    """Return the number of persons that a text declares, or None."""
    found = _TOTAL.search(arabic(text))
    return int(found.group(1)) if found else None


def order_no(text: str) -> str:
    """Return the number of the order in a title (``123/2569``), or nothing."""
    found = _ORDER.search(text)
    return arabic(found.group(1)).replace(" ", "") if found else ""


def fiscal_year(text: str) -> int | None:
    """Return the fiscal year (BE) in a title, or None."""
    found = _FISCAL_YEAR.search(arabic(text))
    return int(found.group(1)) if found else None


def _bare(text: str) -> str:
    return _NUMBERED.sub("", text).strip(" :-")


def _is_name(text: str) -> bool:
    return bool(text) and not _NUMBERED.sub("", text).startswith("(") and bool(names.read(text).prefix)
