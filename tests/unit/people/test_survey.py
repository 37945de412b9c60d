"""What a workbook may unpack to, however it is written: everything odd is seen, or refused, before it is parsed."""

import re
import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from dulae.errors import ListError
from dulae.people import reading, survey
from tests.unit.people.lists import HEADER, as_xlsx, person, read

WORKBOOK = as_xlsx([HEADER, person()])
SHEET = "xl/worksheets/sheet1.xml"


def changed(parts: dict[str, bytes], base: bytes = WORKBOOK) -> bytes:
    """Return a workbook with parts replaced or added."""
    buffer = BytesIO()
    with zipfile.ZipFile(BytesIO(base)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for name in {*old.namelist(), *parts}:
            new.writestr(name, parts[name] if name in parts else old.read(name))
    return buffer.getvalue()


def part(name: str, base: bytes = WORKBOOK) -> bytes:
    return zipfile.ZipFile(BytesIO(base)).read(name)


def with_rows(rows: bytes) -> bytes:
    return changed({SHEET: b"<worksheet><sheetData>" + rows + b"</sheetData></worksheet>"})


def refused(data: bytes) -> str:
    with pytest.raises(ListError) as caught:
        reading.document(data, "list.xlsx")
    assert caught.value.remedy
    return caught.value.what


FAR = [
    b'<row r="1"><c r="AAA1"/></row>',
    b'<row r="1"><c r="rrr1"/></row>',
    b"<row r='1'><c r='XFD1'/></row>",
    b'<row r="1"><c\nr\n=\n"XFD1"/></row>',
    b'<row r="1"><c s="1" r="XFD1"/></row>',
    b'<x:row r="1"><x:c r="XFD1"/></x:row>',
    b'<row r="250000"><c r="A250000"/></row>',
    b'<row r="1"><c r="A1000000"/></row>',
    b'<row r="1"><c r="AZ1"/></row><row r="200000"><c r="A200000"/></row>',
    b"<row>" + b"<c/>" * 703 + b"</row>",
    b"<row>" + b"<x:c/>" * 703 + b"</row>",
    b"<row/>" * 250_001,
    b"<row>" + b"<c/>" * 40 + b'</row><row r="200000"><c r="A200000"/></row>',
]


@pytest.mark.parametrize("rows", FAR, ids=range(len(FAR)))
def test_a_cell_far_away_is_seen_however_it_is_written(rows: bytes) -> None:
    assert "spans more than" in refused(with_rows(rows))


def test_sheets_that_span_too_much_together_are_refused() -> None:
    rows = b'<row r="1"><c r="Z1"/></row><row r="249999"><c r="A249999"/></row>'
    wide = b"<worksheet><sheetData>" + rows + b"</sheetData></worksheet>"
    base = as_xlsx([["ก"]], [["ข"]])
    assert reading.document(changed({SHEET: wide}, base), "list.xlsx").tables
    both = {SHEET: wide, SHEET.replace("1", "2"): wide}
    assert "spans more than" in refused(changed(both, base))


def test_a_place_in_a_later_chunk_is_seen_too() -> None:
    usual = b"".join(b'<row r="%d"><c r="A%d"><v>1</v></c></row>' % (at, at) for at in range(1, 60_000))
    assert len(usual) > 2 * survey._CHUNK
    assert "spans more than" in refused(with_rows(usual + b'<row r="60000"><c r="XFD60000"/></row>'))


@pytest.mark.parametrize("tag", [b"si", b"x:si"])
def test_a_shared_text_longer_than_a_chunk_is_measured_whole(
    tag: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(survey, "LARGEST_REPEATED_BYTES", 5 * survey._CHUNK)
    text = b"<" + tag + b"><t>" + b"a" * (4 * survey._CHUNK) + b"</t></" + tag + b">"
    assert "far more than a list has" in refused(
        changed({"xl/sharedStrings.xml": b"<sst>" + text + b"</sst>"})
    )


@pytest.mark.parametrize("name", ["xl/SharedStrings.xml", "XL\\sharedstrings.xml"])
def test_a_part_is_known_by_its_name_in_other_letters(name: str) -> None:
    assert "parts" in refused(changed({name: b"<sst/>"}))


def test_a_sheet_that_lies_elsewhere_is_not_read_unseen() -> None:
    relations = part("xl/_rels/workbook.xml.rels").replace(b"worksheets/sheet1.xml", b"elsewhere/sheet1.xml")
    moved = {"xl/_rels/workbook.xml.rels": relations, "xl/elsewhere/sheet1.xml": part(SHEET)}
    assert "cannot be read" in refused(changed(moved))


@pytest.mark.parametrize("base", [WORKBOOK, as_xlsx([HEADER, *(person(at) for at in range(1, 9000))])])
def test_tags_with_a_prefix_are_the_same_tags(base: bytes) -> None:
    sheet = re.sub(rb"<(/?)(worksheet|sheetData|row|c|v|f)\b", rb"<\1x:\2", part(SHEET, base))
    sheet = sheet.replace(b"xmlns=", b"xmlns:x=")
    rows = reading.document(changed({SHEET: sheet}, base), "list.xlsx").tables[0].rows
    assert rows == reading.document(base, "list.xlsx").tables[0].rows


def test_a_formula_is_found_with_its_place_or_refused() -> None:
    found = survey.survey(as_xlsx([["=1+1", "ก", "=2"]]), "list.xlsx").sheets[SHEET]
    assert found.formulas == {"A1", "C1"}
    assert "does not say where it stands" in refused(with_rows(b"<row><c><f>1+1</f><v>2</v></c></row>"))


def test_a_formula_on_the_edge_of_a_chunk_keeps_its_place() -> None:
    rows = b"".join(
        b'<row r="%d"><c r="A%d"><f>1+1</f><v>2</v></c></row>' % (at, at) for at in range(1, 60_000)
    )
    assert len(rows) > 2 * survey._CHUNK
    assert len(survey.survey(with_rows(rows), "list.xlsx").sheets[SHEET].formulas) == 59_999


def test_rows_that_are_hidden_go_to_review(tmp_path: Path) -> None:
    base = as_xlsx([list(HEADER), person(), person(2, name="นางกานดา มีสุข")])
    hidden = part(SHEET, base).replace(b'<row r="3"', b'<row hidden="1" r="3"')
    found = read(changed({SHEET: hidden}, base), tmp_path, "list.xlsx")
    assert [row.standing for row in found.rows] == ["act", "review"]
    assert "hidden" in found.rows[1].reason


def test_far_more_merged_cells_than_a_list_has_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    merged = as_xlsx([["ก"], [""], [""]], merged=["A1:A3"])
    reading.document(merged, "list.xlsx")
    monkeypatch.setattr(survey, "MOST_ROWS", 1)
    with pytest.raises(ListError, match="merges far more cells"):
        reading._table_rows(reading.opened(merged).get_sheet_by_index(0))


@pytest.mark.parametrize("text", ["น\ufffdยสมชาย", "à¸™à¸²à¸¢", "&#65533;"])
def test_damaged_letters_are_seen_in_shared_texts_and_in_the_sheet(text: str) -> None:
    inline = f'<row r="1"><c r="A1" t="inlineStr"><is><t>{text}</t></is></c></row>'.encode()
    shared = f"<sst><si><t>{text}</t></si></sst>".encode()
    assert "damaged" in refused(with_rows(inline))
    cell = b'<row r="1"><c r="A1" t="s"><v>0</v></c></row>'
    assert "damaged" in refused(changed({"xl/sharedStrings.xml": shared}, with_rows(cell)))


def test_what_latin_letters_and_hard_spaces_mean_is_not_damage() -> None:
    document = reading.document(as_xlsx([["José\u00a0García", "นาย\u00a0สมชาย"]]), "list.xlsx")
    assert document.tables[0].rows[0][0].startswith("José")
