"""The header of a list, found by its words: which column holds what, which are forbidden, which are not used."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any

from dulae.people import movements
from dulae.people.text import arabic, plain

DROP = "DROP"
NAME_FIELDS = {"full_name", "first_name"}
# A header stands within these rows; above it are titles.
DEEPEST_HEADER = 40
_FEWEST_WORDS = 2
_PAIR = 2
_STROKE = re.compile("[/(]")
# What may stand below a person's name, in a row or a line of its own.
_BELOW_NAMES = {"citizen_id", "position_title", "position_no", "unit"}
_AROUND_SIGN = re.compile(r"\s*([-/])\s*")
_DASHES = str.maketrans("\u2010\u2011\u2012\u2013\u2014_", "------")
_NUMBER_WORDS = re.compile(r"(?:เลข|หมายเลข|รหัส)?(?:ที่)?(?:บัตร)?(?:ประจำตัว)?(?:ประชาชน|ปชช\.?)(?:\(?13หลัก)?")
_WHO = (
    "ข้าราชการ|บุคลากร|เจ้าหน้าที่|พนักงาน(?:ราชการ)?|ลูกจ้าง(?:ประจำ|ชั่วคราว)?"
    "|ผู้(?:ลาออก|เกษียณ(?:อายุ)?(?:ราชการ)?|พ้น(?:จากราชการ|สภาพ)?|โอน|ย้าย|ออก(?:จากราชการ)?)"
)
_LEAVING = (
    "(?:ลาออก|ให้โอน|โอน|ย้าย|เกษียณ(?:อายุ)?(?:ราชการ)?|ออกจากราชการ|พ้น(?:จาก)?(?:ราชการ|ตำแหน่ง|สภาพ|งาน)?)"
)
# Words of headers that offices vary: without spaces and brackets, and with nothing else beside them.
_VARIED = (
    (
        "full_name",
        rf"ชื่อ(?:ตัว)?[-/]?(?:และ)?(?:ชื่อ|นาม)?สกุล(?:ภาษา)?(?:ไทย)?(?:ของ)?(?:{_WHO})?",
    ),
    ("citizen_id", r"(?:(?:citizen|national|thai)?id(?:card)?(?:no\.?|number)|thaiid|เลข(?:ที่)?id|pid)"),
    ("last_day", "วัน(?:ที่)?(?:สิ้นสุด|ครบกำหนด|หมด|ครบ)(?:การจ้าง|สัญญา)(?:จ้าง)?|ปฏิบัติ(?:งาน|ราชการ)วันสุดท้าย"),
    (
        "effective_date",
        r"(?:วัน(?:ที่)?(?:เริ่ม)?|ว\.?ด\.?ป\.?(?:ที่)?|วัน/?เดือน/?ปี(?:ที่)?)?มีผล(?:บังคับ)?(?:ใช้)?(?:ตั้งแต่|เมื่อ)?(?:วันที่)?",
    ),
    ("effective_date?", "วัน(?:ที่)?(?:ครบ)?เกษียณ(?:อายุ)?(?:ราชการ)?"),
    (
        "effective_date",
        rf"วัน(?:ที่)?{_LEAVING}(?:[/,]?{_LEAVING})*|พ้นจาก(?:ราชการ|ตำแหน่ง|งาน)(?:เมื่อ)?วันที่|effective",
    ),
    (
        "movement",
        "(?:ประเภท|ชนิด|ลักษณะ|รูปแบบ|รายการ)?(?:ของ)?(?:การ|ความ)เคลื่อนไหว(?:ของ)?(?:บุคลากร|ข้าราชการ)?",
    ),
    (
        "movement",
        "(?:ประเภท|ชนิด|ลักษณะ|เหตุ|สาเหตุ|กรณี)(?:ที่|แห่ง|ของ)?(?:การ)?(?:พ้น(?:จากราชการ|สภาพ)?|ออก(?:จากราชการ)?)",
    ),
    ("remark", "หมายเหตุ(?:ถ้ามี|อื่นๆ)"),
)
_BRACKETS = re.compile(r"[()\s]")
# A word that names a field only where no other column names it better.
_PERHAPS = "?"
_CONDITION = re.compile(r"\s*\((เมื่อ.*)\)$")
# Columns that may not be read, however their header is worded.
_FORBIDDEN = re.compile(
    "เงินเดือน|เงินประจำตำแหน่ง|เงินเพิ่ม|ค่าจ้าง|ค่าตอบแทน|รายได้|เกิด|^อายุ|ที่อยู่|ภูมิลำเนา|โทร|มือถือ|เหตุผล|สาเหตุการลาออก|โทษ|วินัย"
    "|สุขภาพ|โรค|ป่วย|พิการ|ศาสนา|หมู่เลือด|กรุ๊ปเลือด|บ้านเลขที่|บัญชีธนาคาร|เลขที่บัญชี|อีเมล|^line|salary|birth|\\bdob\\b|address|phone"
    "|\\btel\\b|mobile|e-?mail|\\bage\\b|reason|health|religion",
    re.I,
)


@dataclass(frozen=True)
class Column:
    """What a column holds in the first and, where a person takes two rows, in the second row."""

    title: str
    first: str
    second: str = ""

    @property
    def is_forbidden(self) -> bool:
        """Say whether the column may not be read."""
        return DROP in (self.first, self.second)


@dataclass(frozen=True)
class Header:
    """The header: its last row (from 0), the columns by index, and whether a person takes two rows."""

    last_row: int
    rows: int
    columns: dict[int, Column] = field(default_factory=dict)
    two_rows: bool = False

    def fields(self) -> set[str]:
        """Return every field that a column of the list holds."""
        return {kind for column in self.columns.values() for kind in (column.first, column.second) if kind}

    def column_of(self, kind: str) -> int | None:
        """Return the first column that holds a field."""
        return next((index for index, column in self.columns.items() if column.first == kind), None)

    def titles(self, *, forbidden: bool) -> list[str]:
        """Return the headers of the columns that are dropped because they may not be read, or are not used."""
        if forbidden:
            return [column.title for column in self.columns.values() if column.is_forbidden]
        return [column.title for column in self.columns.values() if not column.first and not column.second]


def find(rows: Sequence[Sequence[Any]]) -> Header | None:
    """Return the header of a table, or None if it has none."""
    for index, row in enumerate(rows[:DEEPEST_HEADER]):
        known = {_single(cell).first for cell in row if plain(cell)} - {""}
        if len(known - {DROP}) >= _FEWEST_WORDS and known & (NAME_FIELDS | {"last_name"}):
            return _with_second_row(rows, index)
    return None


def word(cell: Any) -> str:
    """Return the field that a header names, ``DROP`` for a forbidden one, or nothing."""
    key = _key(cell)
    found = _words().get(key) or _loose_words().get(_loose(key))
    if found:
        return found
    if _NUMBER_WORDS.fullmatch(_loose(key)):
        return "citizen_id"
    if key and _FORBIDDEN.search(key):
        return DROP
    bare = _BRACKETS.sub("", key)
    return next((kind for kind, pattern in _varied() if pattern.fullmatch(bare)), "")


def has_word(cells: Sequence[Any]) -> bool:
    """Say whether one of the cells is a header word as it stands, without any trouble taken."""
    return not _words().keys().isdisjoint(cells)


def _with_second_row(rows: Sequence[Sequence[Any]], index: int) -> Header:
    above = rows[index]
    below = rows[index + 1] if index + 1 < len(rows) else []
    if not _is_second_row(below):
        return _resolved(
            Header(index, 1, {at: _single(cell) for at, cell in enumerate(above) if plain(cell)})
        )
    columns = {
        at: _double(above[at] if at < len(above) else "", below[at] if at < len(below) else "")
        for at in range(max(len(above), len(below)))
    }
    return _resolved(Header(index + 1, 2, {at: column for at, column in columns.items() if column.title}))


def _is_second_row(below: Sequence[Any]) -> bool:
    """Say whether a row below a header is its second row: header words, or at least one and nothing else."""
    words_below = [(word(cell), plain(cell)) for cell in below if plain(cell)]
    known = [text for found, text in words_below if found]
    if len(known) < len(words_below) or not known:
        return len(known) >= _FEWEST_WORDS and len(known) * 2 >= len(words_below)
    # Words such as โอนไป are a category of persons too.
    return len(known) >= _FEWEST_WORDS or movements.named(known[0]).id == movements.UNKNOWN


def _single(cell: Any) -> Column:
    """Return a column of one header cell, whose two lines may name what stands in two rows."""
    if found := word(cell):
        return Column(plain(cell), found)
    lines = [line for line in str(cell).splitlines() if line.strip()]
    # What stands in two lines of a cell may stand behind a stroke or in brackets too.
    for parts in (lines, [part for part in _STROKE.split(plain(cell)) if part.strip()]):
        kinds = [word(part.strip(" )")) for part in parts]
        if len(kinds) == _PAIR and all(kinds):
            return Column(plain(cell), *kinds)
    return Column(plain(cell), "")


def _double(above: Any, below: Any) -> Column:
    upper, lower = plain(above), plain(below)
    title = upper if upper == lower or not lower else f"{upper} {lower}".strip()
    together = word(f"{upper} {lower}") if upper and lower and upper != lower else ""
    if together and together != DROP:
        return Column(title, together)
    first, second = word(above), word(below)
    return Column(title, first or second, second if first and second != first else "")


def _resolved(header: Header) -> Header:
    """Return the header with the words that depend on other columns settled."""
    two_rows = any(
        column.first in NAME_FIELDS and column.second in _BELOW_NAMES for column in header.columns.values()
    )
    columns = dict(header.columns)
    if not two_rows:
        columns = {
            at: Column(column.title, DROP if column.is_forbidden else column.second or column.first)
            for at, column in columns.items()
        }
    held = {column.first for column in columns.values()} | {column.second for column in columns.values()}
    columns = {at: _by_company(column, held) for at, column in columns.items()}
    return Header(header.last_row, header.rows, columns, two_rows)


def _by_company(column: Column, held: set[str]) -> Column:
    """Settle the words whose meaning depends on which other columns there are."""
    if column.first.endswith(_PERHAPS):
        kind = column.first.removesuffix(_PERHAPS)
        taken = {"effective_date", "last_day"} if kind == "effective_date" else {kind}
        return Column(column.title, "" if held & taken else kind)
    if column.first == "full_name" and "last_name" in held and _key(column.title) == "ชื่อ":
        return Column(column.title, "first_name", column.second)
    if column.first == "last_name" and not held & NAME_FIELDS:
        return Column(column.title, "full_name", column.second)
    if column.first == "remark" and "movement" not in held:
        return Column(column.title, "movement_remark", column.second)
    return column


def _key(cell: Any) -> str:
    text = arabic(plain(cell)).translate(_DASHES)
    return _AROUND_SIGN.sub(r"\1", text).strip(" :*.").casefold()


def _loose(key: str) -> str:
    return key.replace(" ", "").strip("()")


@cache
def _varied() -> list[tuple[str, re.Pattern[str]]]:
    return [(kind, re.compile(pattern)) for kind, pattern in _VARIED]


@cache
def _loose_words() -> dict[str, str]:
    """Return the header words without spaces and brackets, where that leaves no doubt which is meant."""
    owners: dict[str, set[str]] = {}
    for key, kind in _words().items():
        owners.setdefault(_loose(key), set()).add(kind)
    return {key: min(kinds) for key, kinds in owners.items() if len(kinds) == 1}


@cache
def _words() -> dict[str, str]:
    """Return the field for each header word; the conditional ones are settled by their company."""
    made: dict[str, str] = {}
    # The personnel division's own table comes first; the other one has further words for the same fields.
    for name in ("header_synonyms.csv", "header_words.csv"):
        source = resources.files("dulae.people").joinpath(name).read_text(encoding="utf-8")
        for row in csv.DictReader(source.splitlines()):
            for synonym in row["thai_headers"].split("|"):
                if not _CONDITION.search(synonym):
                    made.setdefault(_key(synonym), row["field"])
    return made
