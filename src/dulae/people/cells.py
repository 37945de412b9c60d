"""Single cells of a list: formulas, letters of columns, and a number that stands in the name's own cell."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from dulae.people.text import arabic, plain

_ID_INSIDE = re.compile(
    r"[(\[]\s*(\d(?:[\s\-\u2010-\u2015]?\d){12})\s*[)\]]|\n\s*(\d(?:[\s\-\u2010-\u2015]?\d){12})\s*$"
)
_EXCEL_TEXT = re.compile(r'="([^"]*)"')
_DASHES = re.compile("[-\u2010-\u2015]+")
# Numbers of days of five and six figures, and the days between the two beginnings.
_SERIAL = re.compile(r"\d{5,6}(?:\.\d+)?")
_DAYS_OF_1904 = range(10_000, 300_000)
_DAYS_TO_1904 = 1462
_LETTERS = 26
_LONGEST_NUMBER = 13
# No cell that says who leaves and when is longer.
LONGEST_CELL = 1000


def at(row: Sequence[Any], index: int) -> Any:
    """Return a cell of a row, or nothing beyond its end."""
    return row[index] if index < len(row) else ""


def cut(row: list[Any]) -> list[Any]:
    """Return a row whose long texts are cut, or the row itself where none is long."""
    if all(type(cell) is not str or len(cell) <= LONGEST_CELL for cell in row):
        return row
    return [cell[:LONGEST_CELL] if isinstance(cell, str) else cell for cell in row]


def letters(index: int) -> str:
    """Return a column's letters from its index (0 is A)."""
    first, last = divmod(index, _LETTERS)
    return (chr(ord("A") + first - 1) if first else "") + chr(ord("A") + last)


def of_1904(cell: Any) -> Any:
    """Return a day's number of a workbook that counts from 1904 as others count it; as text it stays unreadable."""
    if isinstance(cell, int | float) and not isinstance(cell, bool) and int(cell) in _DAYS_OF_1904:
        return cell + _DAYS_TO_1904
    return f"{cell} (1904?)" if isinstance(cell, str) and _SERIAL.fullmatch(cell.strip()) else cell


def put(cells: dict[str, Any], kind: str, cell: Any) -> None:
    """Keep a cell under its field; a further remark is added, an earlier other cell stays."""
    held = cells.get(kind)
    if held is None or held == "" or not plain(held):
        cells[kind] = cell
    elif kind == "remark":
        cells[kind] = f"{held} {plain(cell)}".strip()


def joined_name(row: Sequence[Any], begin: int, end: int) -> Any:
    """Return the name in a cell; under a title that spans several columns, its parts with spaces."""
    parts = [cell for cell in row[begin:end] if plain(cell)]
    return " ".join(str(part) for part in parts) if len(parts) > 1 else parts[0] if parts else ""


def split_name(cells: dict[str, Any], below: str = "") -> None:
    """Move what stands in the name's own cell to its field: a citizen number, or what the title says is below it."""
    name = cells.get("full_name")
    if not isinstance(name, str):
        return
    may_hold = len(name) >= _LONGEST_NUMBER and not plain(cells.get("citizen_id"))
    if may_hold and (found := _ID_INSIDE.search(arabic(name))):
        cells["citizen_id"] = found.group(1) or found.group(2)
        cells["full_name"] = name = f"{name[: found.start()]} {name[found.end() :]}"
    first, _, rest = name.strip().partition("\n")
    if below and below != "citizen_id" and rest.strip():
        cells["full_name"] = first
        put(cells, below, rest)


def as_text(cell: Any) -> str:
    """Return a cell as text; a dash, Excel's apostrophe and ``="..."`` are none of it."""
    if not cell:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    text = plain(cell)
    if not text or text[0].isalnum():
        return text
    if _DASHES.fullmatch(text):
        return ""
    return _EXCEL_TEXT.sub(r"\1", text).removeprefix("'") if text.startswith(("=", "'")) else text


def is_formula(cell: Any) -> bool:
    """Say whether a text cell would be computed by a spreadsheet; Excel's ``="..."`` text is none."""
    if type(cell) is not str or cell[:1].isalnum() or not cell.lstrip().startswith(("=", "@")):
        return False
    return not _EXCEL_TEXT.fullmatch(cell.strip())
