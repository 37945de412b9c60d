"""Make lists as the personnel division sends them, with numbers of the registrar 9999 that nobody has."""

import csv
import io
import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import xlsxwriter

from dulae.people import PersonnelList, Row, citizen_id, read_list

HERE = Path(__file__).parent
TODAY = date(2026, 11, 22)
HEADER = ("ลำดับ", "ชื่อ-นามสกุล", "เลขประจำตัวประชาชน", "ประเภทการเคลื่อนไหว", "มีผลตั้งแต่", "สังกัด")
_ESCAPED = re.compile(r"\\u([0-9a-f]{4})")


def vectors(name: str) -> list[dict[str, str]]:
    """Return the rows of a file of vectors."""
    with (HERE / "vectors" / f"{name}_vectors.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def unescaped(text: str) -> str:
    """Return the text of a column whose invisible characters were escaped."""
    return _ESCAPED.sub(lambda found: chr(int(found.group(1), 16)), text).replace("\\n", "\n")


def number(index: int) -> str:
    """Return a citizen number that is right in form and belongs to nobody."""
    first_twelve = f"19999{index:07d}"
    return first_twelve + citizen_id.check_digit(first_twelve)


def person(index: int = 1, **cells: Any) -> list[Any]:
    """Return the cells of somebody who resigned, with what differs."""
    usual = {
        "seq": str(index),
        "name": "นายสมชาย ใจดี",
        "id": number(index),
        "movement": "ลาออก",
        "date": "1 ต.ค. 2569",
        "unit": "กองคลัง",
    }
    return list({**usual, **cells}.values())


def as_csv(rows: Sequence[Sequence[Any]], header: Sequence[str] = HEADER) -> bytes:
    """Return rows under a header as CSV in UTF-8."""
    stream = io.StringIO()
    csv.writer(stream).writerows([header, *rows])
    return stream.getvalue().encode()


def as_xlsx(*sheets: Sequence[Sequence[Any]], merged: Sequence[str] = ()) -> bytes:
    """Return sheets as a workbook; a text that begins with ``=`` becomes a formula, ``merged`` cells are joined."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True, "default_date_format": "dd/mm/yyyy"}) as book:
        for rows in sheets:
            sheet = book.add_worksheet()
            for at, row in enumerate(rows):
                for column, cell in enumerate(row):
                    if cell != "":
                        sheet.write(at, column, cell)
            for area in merged:
                first = area.split(":")[0]
                column, line = ord(first[0]) - ord("A"), int(first[1:]) - 1
                sheet.merge_range(area, rows[line][column])
    return buffer.getvalue()


def read(data: bytes, folder: Path, name: str = "list.csv", **options: Any) -> PersonnelList:
    """Return a list read from bytes."""
    path = folder / name
    path.write_bytes(data)
    return read_list(path, **{"today": TODAY, **options})


def read_one(folder: Path, **cells: Any) -> Row:
    """Return the one row of a list with one person."""
    found = read(as_csv([person(**cells)]), folder)
    assert len(found.rows) == 1
    return found.rows[0]
