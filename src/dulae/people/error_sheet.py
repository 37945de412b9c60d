"""The sheet that goes back to the personnel division: each row that is not certain, with the reason in Thai.

Rows are found again by sheet, row and name. A citizen number is masked there as everywhere, unless it is itself what
must be corrected: then it stands as it was typed.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from io import BytesIO
from pathlib import Path

import xlsxwriter

from dulae.ledger import files
from dulae.people import citizen_id
from dulae.people.personnel_list import PersonnelList, Row

RETURNED = ("rejected", "review")
_STANDING = {"rejected": "ปฏิเสธ (อ่านไม่ได้)", "review": "รอตรวจสอบ"}
_COLUMNS = (
    ("แผ่นงาน", 12),
    ("แถวที่", 8),
    ("ชื่อ-สกุล", 32),
    ("เลขประจำตัวประชาชน", 22),
    ("ประเภทการเคลื่อนไหว", 24),
    ("มีผลตั้งแต่", 18),
    ("สังกัด", 24),
    ("ผลการอ่าน", 18),
    ("เหตุผล", 70),
)
_COMPUTED = ("=", "+", "-", "@", "\t", "\r")


def returned(read: PersonnelList) -> list[Row]:
    """Return the rows that the personnel division should look at again, the unreadable ones first."""
    return [row for standing in RETURNED for row in read.rows if row.standing == standing]


def write(read: PersonnelList, path: Path, made_at: datetime) -> bool:
    """Write the sheet as a private XLSX file and say whether that changed it; raise OSError if it cannot be written."""
    data = content(returned(read), made_at)
    if path.is_file() and path.read_bytes() == data:
        return False
    files.make_folder(path.parent)
    files.write(path, data)
    return True


def content(rows: Iterable[Row], made_at: datetime) -> bytes:
    """Return the sheet's bytes; what was typed stands in text cells that no program computes."""
    buffer = BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(buffer, options) as book:
        book.set_properties({"created": made_at.replace(tzinfo=None)})
        sheet = book.add_worksheet("ส่งคืนให้แก้ไข")
        head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True})
        body = book.add_format({"text_wrap": True, "valign": "top", "num_format": "@"})
        for column, (title, width) in enumerate(_COLUMNS):
            sheet.set_column(column, column, width)
            sheet.write_string(0, column, title, head)
        for at, row in enumerate(rows, 1):
            for column, text in enumerate(_cells(row)):
                sheet.write_string(at, column, neutral(text), body)
        sheet.freeze_panes(1, 0)
    return buffer.getvalue()


def neutral(text: str) -> str:
    """Return text that a spreadsheet shows and never computes."""
    return f"'{text}" if text.startswith(_COMPUTED) else text


def _cells(row: Row) -> tuple[str, ...]:
    kinds = ("name", "citizen_id", "movement", "effective_date", "unit")
    typed = [_number(row) if kind == "citizen_id" else row.typed.get(kind, "") for kind in kinds]
    return (row.sheet, str(row.row), *typed, _STANDING[row.standing], row.reason_th)


def _number(row: Row) -> str:
    """Return a citizen number masked; as it was typed only where it is what must be corrected."""
    right = row.citizen_id_status == "ok" and "placeholder_id" not in row.flags
    return citizen_id.masked(row.citizen_id) if right else row.typed.get("citizen_id", "")
