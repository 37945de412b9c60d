"""A file's bytes as tables of cells: workbooks with calamine, text by its encoding; nothing is guessed."""

from __future__ import annotations

import codecs
import csv
import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import Any

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from dulae.people import guards, refusals, survey
from dulae.people.refusals import RefusedList
from dulae.people.text import REPLACEMENT

Cells = list[Any]

_BOMS: tuple[tuple[bytes, str], ...] = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DELIMITERS = ",;\t|"
_SAMPLE_LINES = 40
_SAMPLE_LETTERS = 512
# Thai that was read as Latin-1 and saved again: from UTF-8 (à¸™), and from CP874 (¹Ò¹).
_MOJIBAKE = re.compile("à[¸¹]|[\u00a1-\u00da\u00df-\u00fb]{3,}")
_BINARY = "\x00"
# What a wrong byte in a workbook may lead to; a sheet that was not looked over is a key that is missing.
_DAMAGE = (CalamineError, zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, IndexError, KeyError)
_EXCEL_SEPARATOR = re.compile(r"\ufeff?sep=(.)\s*\n", re.I)


@dataclass(frozen=True)
class Table:
    """One sheet, or a CSV file: rows of cells as they were typed, where formulas stand (``B7``), and hidden rows.

    ``from_1904`` says that bare numbers of days are counted from 1904 in this workbook.
    """

    name: str
    rows: list[Cells]
    formulas: frozenset[str] = frozenset()
    hidden: frozenset[int] = frozenset()
    from_1904: bool = False


@dataclass(frozen=True)
class Document:
    """The readable tables of a list, the sheets left unread, and the encoding."""

    tables: tuple[Table, ...]
    encoding: str
    unread_sheets: tuple[str, ...] = ()


def document(data: bytes, name: str) -> Document:
    """Return the tables in a list's bytes; raise ListError where they are no list that can be trusted."""
    if not data.strip():
        raise RefusedList(refusals.EMPTY, name)
    if guards.is_workbook(data, name):
        return _workbook(data, name)
    text, encoding = _text(data, name)
    return Document((Table(PurePath(name).stem, _csv_rows(text, name)),), encoding)


def _workbook(data: bytes, name: str) -> Document:
    seen = survey.survey(data, name)
    try:
        files, from_1904 = survey.sheet_files(data), survey.counts_from_1904(data)
        with opened(data) as book:
            shown = [
                (index, sheet.name)
                for index, sheet in enumerate(book.sheets_metadata)
                if sheet.typ == SheetTypeEnum.WorkSheet and sheet.visible == SheetVisibleEnum.Visible
            ]
            named = {made for _, made in shown}
            unread = [sheet.name for sheet in book.sheets_metadata if sheet.name not in named]
            tables = tuple(
                replace(_table(book, index, seen.sheets[files[index]]), from_1904=from_1904)
                for index, _ in shown
            )
    except _DAMAGE as error:
        raise RefusedList(refusals.UNREADABLE, name) from error
    if seen.odd_letters:
        _refuse_damaged((cell for table in tables for row in table.rows for cell in row), name)
    return Document(tables, "xlsx", tuple(unread))


def opened(data: bytes) -> CalamineWorkbook:
    """Return a workbook's bytes opened for reading; raise CalamineError where they are none."""
    return CalamineWorkbook.from_filelike(io.BytesIO(data))


def _table(book: CalamineWorkbook, index: int, seen: survey.Sheet) -> Table:
    sheet = book.get_sheet_by_index(index)
    return Table(sheet.name, _table_rows(sheet), frozenset(seen.formulas), frozenset(seen.hidden))


def _table_rows(sheet: CalamineSheet) -> list[Cells]:
    rows: list[Cells] = sheet.to_python(skip_empty_area=False)
    filled = 0
    for (top, left), (bottom, _) in sheet.merged_cell_ranges or []:
        filled += bottom - top
        if filled > survey.MOST_ROWS:
            raise RefusedList(refusals.MERGES, sheet.name)
        _fill_down(rows, left, top, bottom)
    return rows


def _fill_down(rows: list[Cells], column: int, top: int, bottom: int) -> None:
    """Repeat a vertically merged cell's value in the rows that it spans; its width stays one cell."""
    if top >= len(rows) or column >= len(rows[top]):
        return
    for row in rows[top + 1 : bottom + 1]:
        if column < len(row):
            row[column] = rows[top][column]


def _text(data: bytes, name: str) -> tuple[str, str]:
    """Return the text and its encoding: by its mark, else all of it UTF-8, else all of it CP874."""
    encodings = next(([made] for mark, made in _BOMS if data.startswith(mark)), ["utf-8", "cp874"])
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if _BINARY in text:
            line = text.count("\n", 0, text.index(_BINARY)) + 1
            raise RefusedList(refusals.NOT_TEXT, f"{name}:{line}")
        if guards.MARKUP.match(text[:_SAMPLE_LETTERS]):
            raise RefusedList(refusals.WEB_PAGE, name)
        _refuse_damaged([text], name)
        return text, encoding
    raise RefusedList(refusals.ENCODING, name, encodings=" / ".join(encodings))


def _refuse_damaged(cells: Iterable[Any], name: str) -> None:
    """Raise ListError where letters were damaged; each text is looked at once, for a list repeats most of them."""
    text = "\n".join({cell for cell in cells if type(cell) is str})
    if REPLACEMENT in text or (not text.isascii() and _MOJIBAKE.search(text)):
        raise RefusedList(refusals.LETTERS, name)


def _csv_rows(text: str, name: str) -> list[Cells]:
    rows: list[Cells] = []
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=_delimiter(text), skipinitialspace=True, strict=True
    )
    try:
        for row in reader:
            rows.append(list(row))
            if len(rows) > survey.MOST_ROWS or len(row) > survey.MOST_COLUMNS:
                raise RefusedList(refusals.ROWS, name, rows=survey.MOST_ROWS, columns=survey.MOST_COLUMNS)
    except csv.Error as error:
        place = f"{name}:{reader.line_num}"
        if "field limit" in str(error):
            raise RefusedList(refusals.CELL, place, most=csv.field_size_limit()) from error
        raise RefusedList(refusals.QUOTES, place, problem=str(error)) from error
    return rows


def _delimiter(text: str) -> str:
    """Return the delimiter that the file names, or the one that stands in most of the first lines."""
    if named := _EXCEL_SEPARATOR.match(text):
        return named.group(1)
    lines = [line for line in text.splitlines()[:_SAMPLE_LINES] if line.strip()]

    def weight(delimiter: str) -> tuple[int, int]:
        counts: Sequence[int] = [line.count(delimiter) for line in lines]
        return sum(count > 0 for count in counts), sum(counts)

    return max(_DELIMITERS, key=weight)
