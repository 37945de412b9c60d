"""What a row of a list is, when it is no person: title, category, footnote, total, "nothing to report"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Any

from dulae.people import movements, names, totals, wordings
from dulae.people.text import arabic, plain

PERSON = "person"
BLANK = "blank"
UNFILLED = "unfilled"
HEADER = "header"
TITLE = "title"
CATEGORY = "category"
FOOTNOTE = "footnote"
NOTHING = "nothing"
TOTAL = "total"
SIGNATURE = "signature"

_NO_ONE = (
    "ไม่มี(?:ข้อมูล|รายชื่อ|รายการ|รายงาน|บุคลากร|ข้าราชการ|พนักงาน|ลูกจ้าง|เจ้าหน้าที่|ผู้|ราย|ความเคลื่อนไหว"
    "|การ(?:เคลื่อนไหว|โอน|ย้าย|ลาออก|เปลี่ยนแปลง))"
)
_NOTHING = re.compile(
    rf"^[-–\s(\"'“]*(?:{_NO_ONE}(?!\s*ให้).*|ไม่มี|nothing to report|none|nil)[-–\s).\"'”]*$", re.I
)
# A form says what to do where there is nobody; that is no word that there is nobody.
_SAYS_NOTHING = re.compile(
    rf"(?<!หาก)(?<!กรณี)(?<!กรณีที่)(?<!ถ้า)(?<!เมื่อ)(?:{_NO_ONE}|nothing to report)(?!\s*ให้)", re.I
)
_NONE_BEHIND = re.compile(r"[:=]\s?-?\s?ไม่มี\s?-?$")
_FOOTNOTE = re.compile(
    r"^(?:\*|หมายเหตุ|ข้อมูล(?: ณ|จาก|ประจำ)|(?:แหล่ง)?ที่มา|อ้างอิง|(?:วันที่)?พิมพ์|รายงาน(?:โดย| ณ|เมื่อ|ประจำ)|จบรายงาน"
    r"|จึงเรียน|หน้า(?:ที่)?\s*[\d๐-๙]|page\s*\d"
    r"|[-–—]{0,9} ?(?:จบ|end of report)[-–— ]*$|note\b|source\b|[\d๐-๙]{1,2}/\s|[.…_-]+$)",
    re.I,
)
_SIGNATURE = re.compile(
    r"^\(?(?:ลงชื่อ|ลงนาม|ผู้จัดทำ|ผู้ตรวจสอบ|ผู้รับรอง|ผู้รายงาน|ผู้พิมพ์|ขอแสดงความนับถือ)|^\([\s.…_]+\)|^ตำแหน่ง\s?[.…_]{3,}"
)
_DASHES = re.compile(r"[-–—.…_*\s]+")
_SEQUENCE = re.compile(r"\(?[\d๐-๙]{1,5}(?:\.0)?\s*[.)]?")
_MARK = re.compile(r"(?:[\d๐-๙]{1,2}|[ก-ฮ])\s*[.)]?")
_MOST_FOOTNOTE_CELLS = 3
# A row with more cells, one of them a name behind the first, is a person's.
_MOST_AROUND_CELLS = 4
_LONGEST_CATEGORY = 80
_UNIT = re.compile(r"^(?:สังกัด\s*)?((?:กอง|สำนัก|กลุ่ม|ฝ่าย|ศูนย์|สถาบัน)\S.*)$")
_PERSONNEL = re.compile("^(?:ประเภท|ข้าราชการ|พนักงานราชการ|พนักงานกระทรวง|ลูกจ้าง|จ้างเหมา)")
_NUMBERED = re.compile(r"^[\d๐-๙]+\s*[.)]\s*")
_COLUMN_NUMBER = re.compile(r"\(?\d{1,2}(?:\.0)?\)?")
_FEWEST_NUMBERED_COLUMNS = 3
_PAIR = 2
_ID_CELL = re.compile(r"[\s(\[]*\d[\d\s\-\u2010-\u2015()\]]{8,}")
_ORDER = re.compile(r"ที่\s*([\d๐-๙]{1,6}\s*/\s*[\d๐-๙]{4})")
_FISCAL_YEAR = re.compile(r"ปีงบประมาณ\s?(?:พ\.?\s?ศ\.?)?\s?(\d{4})")


def joined(row: Sequence[Any]) -> str:
    """Return the filled cells of a row as one text."""
    return " ".join(filter(None, map(plain, row)))


def kind_of(filled: Sequence[str], named: str) -> str:
    """Return what a row is, from its filled cells and from what stands in the column of names."""
    if len(filled) > _MOST_AROUND_CELLS and named not in ("", filled[0]) and named[0].isalpha():
        return NOTHING if _NOTHING.match(named) and not _says_more(filled, named) else PERSON
    return _kind_of_few(filled, "" if _DASHES.fullmatch(named) else named)


def _kind_of_few(filled: Sequence[str], named: str) -> str:
    """Return what a row of few cells is."""
    if all(map(_DASHES.fullmatch, filled)):
        return BLANK
    if totals.is_row(filled):
        return TOTAL
    if _NOTHING.match(named or filled[0]) and not _says_more(filled, named or filled[0]):
        return NOTHING
    if not named and all(map(_says_little, filled)):
        return UNFILLED
    if named in ("", filled[0]) and not is_name(named):
        return _around(filled)
    return CATEGORY if named == filled[-1] and category(filled) else PERSON


def _says_more(filled: Sequence[str], said: str) -> bool:
    """Say whether a row holds more than one text, numbers and dashes."""
    return not all(text == said or _says_little(text) for text in filled)


def _says_little(text: str) -> bool:
    """Say whether a cell holds a row's number, a dash, or the words that there is nobody."""
    return bool(_SEQUENCE.fullmatch(text) or _DASHES.fullmatch(text) or _NOTHING.match(text))


def _around(filled: Sequence[str]) -> str:
    """Return what a row without a name is; one with several cells and no known beginning stays a person."""
    if len(filled) <= _MOST_FOOTNOTE_CELLS and not any(map(is_number_cell, filled)):
        if _FOOTNOTE.match(filled[0]):
            return FOOTNOTE
        if _SIGNATURE.match(filled[0]):
            return SIGNATURE
    if len(filled) == 1 and _is_signed_name(filled[0]):
        return SIGNATURE
    return CATEGORY if len(filled) == 1 and category(filled) else PERSON


def category(filled: Sequence[str]) -> str:
    """Return the text of a row that names what the persons below have in common, or nothing."""
    if len(filled) == 1:
        text = filled[0]
        known = len(text) <= _LONGEST_CATEGORY and (movement_of(text) or unit_of(text))
        return text if known or _PERSONNEL.match(_bare(text)) else ""
    if len(filled) == _PAIR and _MARK.fullmatch(filled[0]):
        whole = movements.named(_bare(filled[1])).id != movements.UNKNOWN
        return filled[1] if whole or (" " not in filled[1] and unit_of(filled[1])) else ""
    return ""


def movement_of(text: str) -> str:
    """Return the wording of a category that names one movement, or nothing."""
    bare = _bare(text)
    if wordings.said(bare).kind != movements.UNKNOWN:
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


def is_footnote(text: str) -> bool:
    """Say whether a text is a note or a page's number."""
    return bool(_FOOTNOTE.match(text))


def is_number_cell(text: str) -> bool:
    """Say whether a text is a citizen number and nothing else, however it is written."""
    return bool(_ID_CELL.fullmatch(arabic(text)))


def says_nothing(text: str) -> bool:
    """Say whether a text states that there is nobody to report."""
    return bool(_SAYS_NOTHING.search(text) or _NOTHING.match(text) or _NONE_BEHIND.search(text))


@cache
def order_no(text: str) -> str:
    """Return the number of the order in a title (``123/2569``), or nothing."""
    found = _ORDER.search(text)
    return arabic(found.group(1)).replace(" ", "") if found else ""


@cache
def fiscal_year(text: str) -> int | None:
    """Return the fiscal year (BE) in a title, or None."""
    found = _FISCAL_YEAR.search(arabic(text))
    return int(found.group(1)) if found else None


def _bare(text: str) -> str:
    return _NUMBERED.sub("", text).strip(" :-")


def _is_signed_name(text: str) -> bool:
    """Say whether a text is a name in brackets, as it stands below a signature."""
    inside = text[1:-1].strip() if text.startswith("(") and text.endswith(")") else ""
    return bool(inside) and not any(map(str.isdigit, inside)) and bool(names.read(inside).last)


def is_name(text: str) -> bool:
    """Say whether a text is a person's name, by the title before it."""
    return bool(text) and not _NUMBERED.sub("", text).startswith("(") and bool(names.read(text).prefix)
