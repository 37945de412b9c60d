"""A file's bytes as tables: every encoding of the domain, and everything that is no list refused with the reason."""

import struct
import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from dulae.errors import ListError
from dulae.people import guards, reading, survey
from tests.unit.people.lists import HEADER, as_csv, as_xlsx, person

LINES = "ลำดับ,ชื่อ-นามสกุล\n1,นางสาวน้ำฝน จำนงค์\n"
WORKBOOK = as_xlsx([HEADER, person()])


def refusal(data: bytes, name: str = "list.xlsx") -> str:
    with pytest.raises(ListError) as caught:
        reading.document(data, name)
    assert caught.value.remedy
    assert name in caught.value.place
    return caught.value.what


def workbook_with(part: str, content: bytes) -> bytes:
    """Return the workbook with one part replaced or added."""
    buffer = BytesIO()
    with zipfile.ZipFile(BytesIO(WORKBOOK)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name != part:
                new.writestr(name, old.read(name))
        new.writestr(part, content)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (LINES.encode(), "utf-8"),
        (b"\xef\xbb\xbf" + LINES.encode(), "utf-8-sig"),
        (LINES.encode("utf-16"), "utf-16"),
        (b"\xfe\xff" + LINES.encode("utf-16-be"), "utf-16"),
        (LINES.encode("cp874"), "cp874"),
        (LINES.replace(" ", "\u00a0").encode("cp874"), "cp874"),
    ],
)
def test_each_encoding_is_told_by_the_file_itself(data: bytes, encoding: str) -> None:
    found = reading.document(data, "list.csv")
    assert found.encoding == encoding
    assert found.tables[0].rows[1][1].replace("\u00a0", " ") == "นางสาวน้ำฝน จำนงค์"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_each_delimiter_is_seen(delimiter: str) -> None:
    found = reading.document(LINES.replace(",", delimiter).encode(), "list.csv")
    assert found.tables[0].rows[0] == ["ลำดับ", "ชื่อ-นามสกุล"]


def test_the_delimiter_that_excel_writes_into_the_file_is_obeyed() -> None:
    found = reading.document(b"sep=;\nNo.;CID\n1;2,3\n", "list.csv")
    assert found.tables[0].rows[2] == ["1", "2,3"]


def test_quotation_marks_behind_a_space_are_none_of_the_text() -> None:
    found = reading.document('ลำดับ, "ชื่อ-สกุล", สังกัด\n1, "นายสมชาย, ใจดี", กองคลัง\n'.encode(), "list.csv")
    assert found.tables[0].rows[1] == ["1", "นายสมชาย, ใจดี", "กองคลัง"]


def test_a_line_break_within_quotation_marks_stays_in_its_cell() -> None:
    found = reading.document('ชื่อ,สังกัด\n"นายสมชาย\nใจดี",กองคลัง\n'.encode(), "list.csv")
    assert found.tables[0].rows[1] == ["นายสมชาย\nใจดี", "กองคลัง"]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is empty"),
        (b" \r\n", "is empty"),
        (b"%PDF-1.7\n...", "PDF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old .xls"),
        (b"{\\rtf1\\ansi", "RTF"),
        (b"\x89PNG\r\n", "picture"),
        (b"<html><table><tr><td>", "web page"),
        (b"\xef\xbb\xbf <!DOCTYPE html>", "web page"),
        (b"<?xml version='1.0'?><Workbook>", "web page"),
        (b"PK\x03\x04 half of it", "half of it"),
        (WORKBOOK[: len(WORKBOOK) // 2], "half of it"),
        (LINES.encode("utf-16")[2:], "not text"),
        (LINES.encode() + "ชื่อ".encode("cp874"), "utf-8 / cp874"),
        (b"\xff\xfe" + LINES.encode("utf-16-le")[:-1], "utf-16"),
        ("ชื่อ,น\ufffdยสมชาย".encode(), "damaged"),
        (LINES.encode().decode("latin-1").encode(), "damaged"),
        (LINES.encode("cp874").decode("latin-1").encode(), "damaged"),
        ('ชื่อ,สังกัด\n"นายสมชาย,กองคลัง\n'.encode(), "quotation marks"),
    ],
)
def test_what_is_no_list_is_refused_with_the_reason(data: bytes, words: str) -> None:
    with pytest.raises(ListError, match=words):
        reading.document(data, "list.csv")


def test_a_workbook_is_read_with_its_types() -> None:
    table = reading.document(as_xlsx([["ก", 1.5, 2]]), "list.xlsx").tables[0]
    assert table.rows == [["ก", 1.5, 2]]


def test_a_vertically_merged_cell_counts_for_each_of_its_rows() -> None:
    rows = [["ก", "ข"], ["กองคลัง", "1"], ["", "2"], ["", "3"]]
    table = reading.document(as_xlsx(rows, merged=["A2:A4"]), "list.xlsx").tables[0]
    assert [row[0] for row in table.rows] == ["ก", "กองคลัง", "กองคลัง", "กองคลัง"]


def test_hidden_sheets_are_named_and_not_read() -> None:
    parts = {
        name: zipfile.ZipFile(BytesIO(as_xlsx([["ก"]], [["ข"]]))).read(name) for name in ["xl/workbook.xml"]
    }
    hidden = parts["xl/workbook.xml"].replace(b'name="Sheet2"', b'name="Sheet2" state="hidden"')
    buffer = BytesIO()
    with (
        zipfile.ZipFile(BytesIO(as_xlsx([["ก"]], [["ข"]]))) as old,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            new.writestr(name, hidden if name == "xl/workbook.xml" else old.read(name))
    found = reading.document(buffer.getvalue(), "list.xlsx")
    assert found.unread_sheets == ("Sheet2",)
    assert [table.name for table in found.tables] == ["Sheet1"]


def test_a_damaged_letter_in_a_workbook_refuses_it() -> None:
    assert "damaged" in refusal(as_xlsx([["น\ufffdยสมชาย"]]))


def test_a_zip_that_is_no_workbook_is_refused() -> None:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
    assert "Word document" in refusal(buffer.getvalue())


def test_three_hundred_sheets_are_refused() -> None:
    assert "sheets" in refusal(as_xlsx(*[[["ก"]]] * 300))


def test_a_zip_bomb_is_refused_before_anything_parses_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(survey, "LARGEST_UNPACKED_BYTES", 3 * guards.MEBIBYTE)
    bomb = workbook_with("xl/media/bomb.xml", b"0" * (5 * guards.MEBIBYTE))
    assert len(bomb) < 100_000
    assert "unpacks" in refusal(bomb)


def test_a_zip_bomb_that_lies_about_its_size_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(survey, "LARGEST_UNPACKED_BYTES", 3 * guards.MEBIBYTE)
    size = 5 * guards.MEBIBYTE
    bomb = workbook_with("xl/media/bomb.xml", b"0" * size)
    assert "unpacks" in refusal(bomb.replace(struct.pack("<L", size), struct.pack("<L", 10)))


def test_one_text_copied_into_many_cells_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(survey, "LARGEST_REPEATED_BYTES", 10_000)
    assert "unpacks" in refusal(as_xlsx([["ก" * 1000] * 20]))


@pytest.mark.parametrize(
    "declaration", [b"<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>", b"<!entity e 'x'>"]
)
def test_entities_are_refused(declaration: bytes) -> None:
    assert "entities" in refusal(
        workbook_with("xl/sharedStrings.xml", b"<?xml version='1.0'?>" + declaration)
    )


def test_a_part_in_another_encoding_is_refused() -> None:
    assert "entities" in refusal(workbook_with("xl/sharedStrings.xml", "<sst/>".encode("utf-16")))


@pytest.mark.parametrize("cell", [b"A1048576", b"A250000", b"XFD1", b"AAA1"])
def test_a_cell_far_away_is_refused_before_anything_parses_it(cell: bytes) -> None:
    sheet = (
        b'<worksheet><sheetData><row r="1"><c r="' + cell + b'"><v>1</v></c></row></sheetData></worksheet>'
    )
    with pytest.raises(ListError, match="spans more than") as caught:
        reading.document(workbook_with("xl/worksheets/sheet1.xml", sheet), "list.xlsx")
    assert "sheet1.xml" in caught.value.place


def test_a_sheet_both_wide_and_tall_is_refused() -> None:
    sheet = b'<worksheet><sheetData><c r="ZZ1"/><c r="A99999"/></sheetData></worksheet>'
    with pytest.raises(ListError, match="spans more than"):
        reading.document(workbook_with("xl/worksheets/sheet1.xml", sheet), "list.xlsx")


def test_a_million_lines_are_refused() -> None:
    assert "more than 249999 rows" in refusal(b"a\n" * 1_000_000, "list.csv")


def test_a_damaged_member_is_refused() -> None:
    with zipfile.ZipFile(BytesIO(WORKBOOK)) as archive:
        member = archive.getinfo("xl/worksheets/sheet1.xml")
    start = member.header_offset + 30 + len(member.filename)
    assert "damaged" in refusal(WORKBOOK[:start] + b"\xff" * 20 + WORKBOOK[start + 20 :])


def test_an_encrypted_member_is_refused() -> None:
    flagged = bytearray(WORKBOOK)
    at = flagged.find(b"PK\x01\x02")
    flagged[at + 8] |= 1
    assert "encrypted" in refusal(bytes(flagged))


def test_an_unusual_compression_is_refused() -> None:
    buffer = BytesIO()
    with zipfile.ZipFile(BytesIO(WORKBOOK)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_LZMA) as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
    assert "unusual" in refusal(buffer.getvalue())


def test_a_member_outside_the_file_is_refused() -> None:
    moved = bytearray(WORKBOOK)
    at = moved.find(b"PK\x01\x02")
    struct.pack_into("<L", moved, at + 42, len(moved) - 2)
    assert refusal(bytes(moved))


def test_a_stored_workbook_is_read_too() -> None:
    buffer = BytesIO()
    with zipfile.ZipFile(BytesIO(WORKBOOK)) as old, zipfile.ZipFile(buffer, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
    assert reading.document(buffer.getvalue(), "list.xlsx").tables[0].rows[0] == list(HEADER)


def test_a_workbook_whose_sheet_is_no_xml_is_refused() -> None:
    assert "cannot be read" in refusal(workbook_with("xl/workbook.xml", b"<workbook><sheets>"))


def test_a_workbook_without_relations_is_refused() -> None:
    assert survey.sheet_files(as_xlsx([["ก"]])) == ["xl/worksheets/sheet1.xml"]
    buffer = BytesIO()
    with zipfile.ZipFile(BytesIO(WORKBOOK)) as old, zipfile.ZipFile(buffer, "w") as new:
        for name in old.namelist():
            if name != "xl/_rels/workbook.xml.rels":
                new.writestr(name, old.read(name))
    assert survey.sheet_files(buffer.getvalue()) == []
    assert "cannot be read" in refusal(buffer.getvalue())


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ListError, match="no such file"):
        guards.content(tmp_path / "list.csv")


def test_a_file_too_large_is_refused_before_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guards, "LARGEST_FILE_BYTES", 100)
    (tmp_path / "list.csv").write_bytes(as_csv([person(), person(2)]))
    with pytest.raises(ListError, match="at most"):
        guards.content(tmp_path / "list.csv")
