"""A workbook looked over before it is parsed: what it unpacks to, how far its cells span, formulas, hidden rows.

The limits are limits of memory: a spreadsheet is held as a dense table of the area that its cells span. Everything
that no spreadsheet program writes is looked at slowly, or refused.
"""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from string import ascii_letters, digits

from dulae.people import refusals
from dulae.people.guards import MEBIBYTE
from dulae.people.refusals import RefusedList
from dulae.refusals import Refusal

LARGEST_UNPACKED_BYTES = 200 * MEBIBYTE
# One shared text is copied into every cell that names it.
LARGEST_REPEATED_BYTES = 1024 * MEBIBYTE
MOST_MEMBERS = 500
MOST_SHEETS = 20
MOST_ROWS = 249_999
MOST_COLUMNS = 702
MOST_CELLS = 9_000_000

_CHUNK = MEBIBYTE
_OVERLAP = 256
_LONGEST_CELL = 8192
_LETTERS = 26
_LOCAL_HEADER = struct.Struct("<4s22xHH")
_ENTITY = re.compile(rb"<!(DOCTYPE|ENTITY)", re.I)
# Letters of Latin-1, the mark of a damaged letter, and letters written as numbers; Thai has none of these bytes.
_ODD_LETTERS = (b"\xc2", b"\xc3", b"\xef", b"&")
_SHEETS = "xl/worksheets/"
_SHARED_TEXTS = "xl/sharedstrings.xml"

# Where a cell stands, as every program writes it: one pattern with a fixed beginning, which is searched fast.
_USUAL = rb' r="'
_ANY = rb"""\br\s*=\s*["']"""
_FAR = rb"[A-Za-z]{3,}\d|[A-Za-z]{0,2}(?:\d{7}|[3-9]\d{5}|2[5-9]\d{4})"
# Every letter as a, every digit as 0: then places with two letters or six digits are found by fixed bytes.
_SHAPE = bytes.maketrans((ascii_letters + digits).encode(), b"a" * len(ascii_letters) + b"0" * len(digits))
_FAR_SHAPES = (b'<a a="aa', b'<a a="a000000', b'<aaa a="000000')
_PREFIXED = re.compile(rb":(?:c|row|f)")
_FEW_ROWS, _MANY_ROWS = 9_999, 99_999
_CELL = re.compile(rb"<(?:\w+:)?c[\s/>]")
_ROW = re.compile(rb"<(?:\w+:)?row[\s/>]")
_TEXT = re.compile(rb"<(?:\w+:)?si[\s/>]")
_ANY_FORMULA = re.compile(rb"<(?:\w+:)?f[\s/>]")
_FORMULA = re.compile(
    rb"""<(?:\w+:)?c\b[^>]*?\br\s*=\s*["']([A-Za-z]{1,3}\d{1,7})["'][^>]*>\s*<(?:\w+:)?f[\s/>]"""
)
_HIDDEN_ROW = re.compile(
    rb"""<(?:\w+:)?row\b(?=[^>]*\bhidden\s*=\s*["'](?:1|true)["'])[^>]*?\br\s*=\s*["'](\d{1,7})["']"""
)
_FROM_1904 = re.compile(rb"""<(?:\w+:)?workbookPr\b[^>]*\bdate1904\s*=\s*["'](?:1|true|on)["']""")
_SHEET_TAG = re.compile(rb"<(?:\w+:)?sheet\s[^>]*>")
_RELATION_TAG = re.compile(rb"<(?:\w+:)?Relationship\s[^>]*>")
_RELATION_ID = re.compile(rb"""\b(?:r:id|Id)\s*=\s*["']([^"']+)""")
_TARGET = re.compile(rb"""\bTarget\s*=\s*["']([^"']+)""")


@dataclass
class Sheet:
    """What was seen of one sheet: formulas and hidden rows, and how far it may span."""

    formulas: set[str] = field(default_factory=set)
    hidden: set[int] = field(default_factory=set)
    cells: int = 0
    row_tags: int = 0
    rows: int = _FEW_ROWS
    columns: int = _LETTERS


@dataclass
class Survey:
    """What a look over the unpacked parts found: the sheets by their part's name in small letters."""

    sheets: dict[str, Sheet] = field(default_factory=dict)
    longest_text_bytes: int = 0
    open_text_bytes: int = 0
    odd_letters: bool = False

    @property
    def area(self) -> int:
        """Return how many cells the sheets may span together."""
        return sum(sheet.rows * sheet.columns for sheet in self.sheets.values())

    @property
    def repeated_bytes(self) -> int:
        """Return the most that the shared texts come to when every cell holds its own."""
        return sum(sheet.cells for sheet in self.sheets.values()) * self.longest_text_bytes


def survey(data: bytes, name: str) -> Survey:
    """Unpack a workbook once within limits, keeping nothing; raise ListError where it is not safe to parse."""
    found = Survey()
    members = _members(data, name)
    total = 0
    for member in members:
        before = b""
        for part in _parts(data, member, name):
            total += len(part)
            before = _look(before, part, part_name(member.filename), found, name)
            if total > LARGEST_UNPACKED_BYTES or found.repeated_bytes > LARGEST_REPEATED_BYTES:
                raise RefusedList(refusals.UNPACKS, name)
            if found.area > MOST_CELLS:
                raise _spans(f"{name}: {member.filename}")
    return found


def part_name(name: str) -> str:
    """Return the name of a part as programs compare it: without regard to case and kind of slash."""
    return name.replace("\\", "/").lower()


def sheet_files(data: bytes) -> list[str]:
    """Return the parts that hold the sheets, in the workbook's order; for bytes that have been surveyed."""
    with zipfile.ZipFile(BytesIO(data)) as archive:
        if "xl/_rels/workbook.xml.rels" not in archive.namelist():
            return []
        relations = archive.read("xl/_rels/workbook.xml.rels")
        sheets = archive.read("xl/workbook.xml")
    targets = {}
    for tag in _RELATION_TAG.findall(relations):
        identifier, target = _RELATION_ID.search(tag), _TARGET.search(tag)
        if identifier and target:
            targets[identifier.group(1)] = target.group(1).decode("utf-8", "replace")
    found = [_RELATION_ID.search(tag) for tag in _SHEET_TAG.findall(sheets)]
    named = [targets.get(made.group(1), "") if made else "" for made in found]
    return [part_name(name.lstrip("/") if name.startswith("/xl/") else f"xl/{name}") for name in named]


def counts_from_1904(data: bytes) -> bool:
    """Say whether a workbook numbers its days from 1904, as those of old Macintoshes do; for surveyed bytes."""
    with zipfile.ZipFile(BytesIO(data)) as archive:
        return bool(_FROM_1904.search(archive.read("xl/workbook.xml")))


def _members(data: bytes, name: str) -> list[zipfile.ZipInfo]:
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OverflowError, NotImplementedError) as error:
        raise RefusedList(refusals.HALF, name) from error
    names = {part_name(member.filename) for member in members}
    if "xl/workbook.xml" not in {member.filename for member in members}:
        raise RefusedList(_other_archive(names), name)
    sheets = sum(part.startswith(_SHEETS) and part.endswith(".xml") for part in names)
    if len(members) > MOST_MEMBERS or len(names) != len(members) or sheets > MOST_SHEETS:
        raise RefusedList(refusals.SHEETS, name, sheets=sheets, parts=len(members), most=MOST_SHEETS)
    if any(member.flag_bits & 1 for member in members):
        raise RefusedList(refusals.ENCRYPTED, name)
    return members


def _other_archive(names: set[str]) -> Refusal:
    if "xl/workbook.bin" in names:
        return refusals.XLSB
    if "word/document.xml" in names:
        return refusals.WORD
    return refusals.NO_WORKBOOK


def _parts(data: bytes, member: zipfile.ZipInfo, name: str) -> Iterator[bytes]:
    """Yield a member's bytes in chunks as they really unpack; its declared size is not believed."""
    try:
        mark, name_length, extra_length = _LOCAL_HEADER.unpack_from(data, member.header_offset)
    except struct.error:
        mark, name_length, extra_length = b"", 0, 0
    start = member.header_offset + 30 + name_length + extra_length
    packed = data[start : start + member.compress_size]
    if mark != b"PK\x03\x04" or member.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        raise RefusedList(refusals.UNUSUAL, name)
    if member.compress_type == zipfile.ZIP_STORED:
        yield from (packed[at : at + _CHUNK] for at in range(0, len(packed), _CHUNK))
        return
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        while packed and not inflater.eof:
            yield inflater.decompress(packed, _CHUNK)
            packed = inflater.unconsumed_tail
    except zlib.error as error:
        raise RefusedList(refusals.DAMAGED, name) from error


def _look(before: bytes, part: bytes, member: str, found: Survey, name: str) -> bytes:
    """Look at a chunk of a part with the end of the chunk before it; return its own end for the next one."""
    whole = before + part
    unusual = not before and part.startswith((b"\xff\xfe", b"\xfe\xff"))
    if unusual or (b"!" in whole and _ENTITY.search(whole)):
        raise RefusedList(refusals.ENTITIES, name)
    if member == _SHARED_TEXTS:
        _measure_texts(part, found)
    elif not member.startswith(_SHEETS):
        return part[-_OVERLAP:]
    found.odd_letters = found.odd_letters or any(mark in part for mark in _ODD_LETTERS)
    if member == _SHARED_TEXTS:
        return part[-_OVERLAP:]
    _look_at_sheet(whole, found.sheets.setdefault(member, Sheet()), f"{name}: {member}")
    # A cell that was cut through is looked at again from its beginning.
    last = whole.rfind(b"<", max(len(whole) - _OVERLAP, 0))
    cell = whole.rfind(b"<c ", max(len(whole) - _LONGEST_CELL, 0))
    return whole[min(at for at in (last, cell, len(whole)) if at >= 0) :]


def _measure_texts(part: bytes, found: Survey) -> None:
    first, *others = map(len, _TEXT.split(part) if b":si" in part else part.split(b"<si"))
    lengths = [found.open_text_bytes + first, *others]
    found.longest_text_bytes = max(found.longest_text_bytes, *lengths)
    found.open_text_bytes = lengths[-1]


def _look_at_sheet(part: bytes, sheet: Sheet, place: str) -> None:
    prefixed = _PREFIXED.search(part) is not None
    cells, rows = part.count(b"<c"), part.count(b"<row")
    if not prefixed and part.count(b'<c r="') == cells and part.count(b'<row r="') == rows:
        _measure_span(part, sheet, _USUAL)
    else:
        counts = [len(_CELL.findall(row)) for row in _ROW.split(part)]
        cells, rows = sum(counts), len(counts) - 1
        # Cells that do not say where they stand follow each other.
        sheet.columns = max(sheet.columns, *counts)
        _measure_span(part, sheet, _ANY)
    sheet.cells += cells
    sheet.row_tags += rows
    sheet.rows = max(sheet.rows, sheet.row_tags)
    if sheet.rows > MOST_ROWS or sheet.columns > MOST_COLUMNS:
        raise _spans(place)
    # A single letter is looked for at once, and most sheets have none.
    if b"f" in part:
        _find_formulas(part, sheet, place)
    if b"h" in part and b"hidden" in part:
        sheet.hidden.update(map(int, _HIDDEN_ROW.findall(part)))


def _spans(place: str) -> RefusedList:
    return RefusedList(refusals.SPANS, place, rows=MOST_ROWS, columns=MOST_COLUMNS, cells=MOST_CELLS)


def _measure_span(part: bytes, sheet: Sheet, start: bytes) -> None:
    """Take from the cells' own places, which begin as ``start`` says, how many rows and columns the sheet may span."""
    if sheet.rows < _MANY_ROWS and re.search(start + rb"[A-Za-z]{0,2}\d{5}", part):
        sheet.rows = _MANY_ROWS
    if start is _USUAL and not _may_be_far(part):
        return
    if re.search(start + rb"(?:" + _FAR + rb")", part):
        sheet.rows = MOST_ROWS + 1
    elif re.search(start + rb"[A-Za-z]{0,2}\d{6}", part):
        sheet.rows = MOST_ROWS
    if wide := set(re.findall(start + rb"([A-Za-z]{2})\d", part)):
        first, last = max(letters.upper() for letters in wide)
        sheet.columns = max(sheet.columns, (first - ord("@")) * _LETTERS + last - ord("@"))


def _may_be_far(part: bytes) -> bool:
    """Say whether a place may have two letters or six digits, as far as a fast look can tell."""
    shape = part.translate(_SHAPE)
    return any(far in shape for far in _FAR_SHAPES)


def _find_formulas(part: bytes, sheet: Sheet, place: str) -> None:
    placed = _FORMULA.findall(part)
    sheet.formulas.update(cell.decode().upper() for cell in placed)
    if len(_ANY_FORMULA.findall(part)) > len(placed):
        raise RefusedList(refusals.FORMULA_SOMEWHERE, place)
