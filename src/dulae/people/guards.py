"""What a file must look like before anything parses it: its kind, its size, and what it would unpack to.

The sizes are limits of memory: a spreadsheet is held as a dense table of the area that its cells span.
"""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

from dulae.errors import ListError

MEBIBYTE = 1024 * 1024
LARGEST_FILE_BYTES = 20 * MEBIBYTE
LARGEST_UNPACKED_BYTES = 200 * MEBIBYTE
# One shared text is copied into every cell that names it.
LARGEST_REPEATED_BYTES = 1024 * MEBIBYTE
MOST_MEMBERS = 500
MOST_SHEETS = 20
MOST_ROWS = 99_999
MOST_COLUMNS = 702

_CHUNK = MEBIBYTE
_OVERLAP = 256
_LOCAL_HEADER = struct.Struct("<4s22xHH")
_ENTITY = re.compile(rb"<!(DOCTYPE|ENTITY)", re.I)
_FORMULA = re.compile(
    rb"""<(?:\w+:)?c\b[^>]*?\br\s*=\s*["']([A-Za-z]{1,3}\d{1,7})["'][^>]*>\s*<(?:\w+:)?f[\s/>]"""
)
_FAR_RIGHT = re.compile(rb"""\br\s*=\s*["'][A-Za-z]{3,}\d""")
_FAR_DOWN = re.compile(rb"""\br\s*=\s*["'][A-Za-z]{0,3}\d{6,}["']""")
_WIDE = re.compile(rb"""\br\s*=\s*["'][A-Za-z]{2}\d""")
_TALL = re.compile(rb"""\br\s*=\s*["'][A-Za-z]{0,3}\d{5}["']""")
_SHEETS = "xl/worksheets/"
_SHARED_TEXTS = "xl/sharedStrings.xml"
_SHEET_TAG = re.compile(rb"<(?:\w+:)?sheet\s[^>]*>")
_RELATION_TAG = re.compile(rb"<(?:\w+:)?Relationship\s[^>]*>")
_RELATION_ID = re.compile(rb"""\b(?:r:id|Id)\s*=\s*["']([^"']+)""")
_TARGET = re.compile(rb"""\bTarget\s*=\s*["']([^"']+)""")

SAVE_AS = "Open it in the program that made it and save it as .xlsx or as CSV UTF-8"
_OTHER_KINDS: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "is a PDF document"),
    (b"\xd0\xcf\x11\xe0", "is an old .xls workbook or is protected by a password"),
    (b"{\\rtf", "is an RTF document"),
    (b"\x1f\x8b", "is a gzip archive"),
    (b"\x89PNG", "is a picture"),
    (b"\xff\xd8\xff", "is a picture"),
    (b"Rar!", "is a RAR archive"),
    (b"7z\xbc\xaf", "is a 7-Zip archive"),
)
_MARKUP = re.compile(rb"(\xef\xbb\xbf)?\s*<(!doctype html|html|head|body|table|meta|\?xml|script)", re.I)


@dataclass
class Survey:
    """What a scan of the unpacked parts found, sheet by sheet."""

    formulas: dict[str, set[str]] = field(default_factory=dict)
    wide: bool = False
    tall: bool = False
    cells: int = 0
    longest_text_bytes: int = 0


def content(path: Path) -> bytes:
    """Return the bytes of a list, read once; raise ListError for what is no file or is too large."""
    if not path.is_file():
        raise ListError(
            "there is no such file",
            place=str(path),
            remedy="Give the path of the list that the personnel division sent",
        )
    size = path.stat().st_size
    if size > LARGEST_FILE_BYTES:
        raise ListError(
            f"the file has {size // MEBIBYTE} MiB; a list has at most {LARGEST_FILE_BYTES // MEBIBYTE} MiB",
            place=path.name,
            remedy="Ask the personnel division for the list alone, without pictures and other sheets",
        )
    return path.read_bytes()


def is_workbook(data: bytes, name: str) -> bool:
    """Say whether the bytes are a zip file; raise ListError where they are a known kind that is no list."""
    for beginning, kind in _OTHER_KINDS:
        if data.startswith(beginning):
            raise ListError(f"the file {kind}, whatever its name says", place=name, remedy=SAVE_AS)
    if _MARKUP.match(data[:512]):
        raise ListError("the file is a web page saved as a list", place=name, remedy=SAVE_AS)
    return data.startswith(b"PK")


def survey(data: bytes, name: str) -> Survey:
    """Unpack a workbook once within limits, keeping nothing; raise ListError where it is not safe to parse."""
    found = Survey()
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OverflowError, NotImplementedError) as error:
        raise ListError(
            "the workbook is damaged or only half of it arrived", place=name, remedy="Ask for the file again"
        ) from error
    _check_members(members, name)
    total = 0
    for member in members:
        before = b""
        for part in _parts(data, member, name):
            total += len(part)
            if (
                total > LARGEST_UNPACKED_BYTES
                or found.cells * found.longest_text_bytes > LARGEST_REPEATED_BYTES
            ):
                raise ListError(
                    "the workbook unpacks to far more than a list has", place=name, remedy=SAVE_AS
                )
            _look(before + part, member.filename, found, name)
            before = part[-_OVERLAP:]
    return found


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
    return [name.lstrip("/") if name.startswith("/xl/") else f"xl/{name}" for name in named]


def _check_members(members: list[zipfile.ZipInfo], name: str) -> None:
    names = {member.filename for member in members}
    if "xl/workbook.xml" not in names:
        raise ListError("the file is a zip archive but no Excel workbook", place=name, remedy=SAVE_AS)
    sheets = sum(part.startswith(_SHEETS) and part.endswith(".xml") for part in names)
    if len(members) > MOST_MEMBERS or len(names) != len(members) or sheets > MOST_SHEETS:
        raise ListError(
            f"the workbook has {sheets} sheets and {len(members)} parts; a list has at most {MOST_SHEETS} sheets",
            place=name,
            remedy="Ask for a workbook with the list alone",
        )
    if any(member.flag_bits & 1 for member in members):
        raise ListError("the workbook is encrypted", place=name, remedy="Ask for it without a password")


def _parts(data: bytes, member: zipfile.ZipInfo, name: str) -> Iterator[bytes]:
    """Yield a member's bytes in chunks as they really unpack; its declared size is not believed."""
    try:
        mark, name_length, extra_length = _LOCAL_HEADER.unpack_from(data, member.header_offset)
    except struct.error:
        mark, name_length, extra_length = b"", 0, 0
    start = member.header_offset + 30 + name_length + extra_length
    packed = data[start : start + member.compress_size]
    if mark != b"PK\x03\x04" or member.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        raise ListError("the workbook is packed in an unusual way", place=name, remedy=SAVE_AS)
    if member.compress_type == zipfile.ZIP_STORED:
        yield from (packed[at : at + _CHUNK] for at in range(0, len(packed), _CHUNK))
        return
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        while packed and not inflater.eof:
            yield inflater.decompress(packed, _CHUNK)
            packed = inflater.unconsumed_tail
    except zlib.error as error:
        raise ListError("the workbook is damaged", place=name, remedy="Ask for the file again") from error


def _look(part: bytes, member: str, found: Survey, name: str) -> None:
    if _ENTITY.search(part) or part.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise ListError(
            "the workbook declares entities, which no spreadsheet needs", place=name, remedy=SAVE_AS
        )
    if member == _SHARED_TEXTS:
        found.longest_text_bytes = max(found.longest_text_bytes, *map(len, part.split(b"<si")))
    if member.startswith(_SHEETS):
        _look_at_sheet(part, member, found, name)


def _look_at_sheet(part: bytes, member: str, found: Survey, name: str) -> None:
    found.cells += part.count(b"<c ")
    found.wide = found.wide or bool(_WIDE.search(part))
    found.tall = found.tall or bool(_TALL.search(part))
    if _FAR_RIGHT.search(part) or _FAR_DOWN.search(part) or (found.wide and found.tall):
        raise ListError(
            f"the sheet spans more than {MOST_ROWS} rows or {MOST_COLUMNS} columns",
            place=f"{name}: {member}",
            remedy="Delete the empty rows and columns around the list and save it again",
        )
    cells = found.formulas.setdefault(member, set())
    cells.update(formula.group(1).decode().upper() for formula in _FORMULA.finditer(part))
