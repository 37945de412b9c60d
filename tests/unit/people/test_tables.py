"""Tables as persons: what the HR system prints around them, and that nothing is dropped silently."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dulae.errors import ListError
from dulae.people import reading, tables
from dulae.people.tables import Extract
from tests.unit.people.lists import HEADER, HERE, as_csv, as_xlsx, number, person, read

TITLE = "บัญชีรายละเอียดการอนุญาตให้ข้าราชการลาออกจากราชการ กรมตัวอย่าง ที่ 123/2569 ลงวันที่ 15 กันยายน 2569"


def extract(*rows: list[Any]) -> Extract:
    return tables.extract(reading.Document((reading.Table("list", list(rows)),), "utf-8"), "list")


def names(found: Extract) -> list[str]:
    return [str(record.cells["full_name"]) for record in found.records]


@pytest.mark.parametrize("sample", ["leavers_cp874.csv", "leavers_dirty.csv"])
def test_the_tidy_samples_are_read_whole(sample: str) -> None:
    data = (HERE / "samples" / sample).read_bytes()
    found = tables.extract(reading.document(data, sample), sample)
    assert [record.row for record in found.records] == [2, 3, 4, 5, 6]


def test_the_printed_annex_is_read_whole() -> None:
    data = (HERE / "samples" / "leavers_dpis_annex.xlsx").read_bytes()
    found = tables.extract(reading.document(data, "annex.xlsx"), "annex.xlsx")
    assert names(found) == ["นายสมชาย ใจดี", "นางสาวน้ำฝน จำนงค์", "นพ.วิชัย ดีงาม"]
    assert [record.cells["citizen_id"] for record in found.records] == [
        f"({text})" for text in ("1-9999-00010-01-9", "1-9999-00010-02-7", "1-9999-00010-03-5")
    ]
    assert [record.cells["unit"] for record in found.records] == ["กองคลัง", "กองแผนงาน", "สำนักทันตสาธารณสุข"]
    assert found.dropped_columns == ["เงินเดือน"]
    assert found.other_rows == {"title": 1, "header": 2, "continuation": 3, "footnote": 1}
    assert all("123/2569" in record.title for record in found.records)


def test_what_stands_around_the_persons_is_counted_by_its_kind() -> None:
    found = extract(
        ["กรมตัวอย่าง"],
        ["รายชื่อผู้พ้นจากราชการ จำนวน 2 ราย"],
        [],
        list(HEADER),
        ["(1)", "(2)", "(3)", "(4)", "(5)", "(6)"],
        ["ลาออก"],
        person(1, movement=""),
        ["", "กองแผนงาน"],
        person(2, movement="", unit="", name="นางกานดา มีสุข"),
        list(HEADER),
        ["รวม 2 ราย"],
        ["* หมายเหตุ ทดสอบ"],
        ["ลงชื่อ ........................"],
        ["(นายวิชัย ดีงาม)"],
        ["ผู้อำนวยการ"],
    )
    assert found.other_rows == {
        "title": 2,
        "header": 3,
        "category": 2,
        "total": 1,
        "footnote": 1,
        "signature": 3,
    }
    assert [record.movement for record in found.records] == ["ลาออก", "ลาออก"]
    assert [record.unit for record in found.records] == ["", "กองแผนงาน"]
    assert found.declared_total == 2


@pytest.mark.parametrize("header", [["ลำดับ", "ชื่อ-สกุล", "สังกัด"], ["ลำดับ", "", "สังกัด", "ชื่อ-สกุล"]])
def test_a_header_with_other_columns_further_down_is_obeyed(header: list[str]) -> None:
    second = ["นางกานดา มีสุข" if title == "ชื่อ-สกุล" else "กองคลัง" for title in header]
    found = extract(["ลำดับ", "ชื่อ-สกุล"], ["1", "นายสมชาย ใจดี"], header, second)
    assert names(found) == ["นายสมชาย ใจดี", "นางกานดา มีสุข"]
    assert found.records[1].cells["unit"] == "กองคลัง"


def test_a_row_that_is_nothing_known_stays_a_person() -> None:
    found = extract(list(HEADER), ["1", "", "", "ลาออก", "1 ต.ค. 69", ""], ["ข้อความอะไรก็ไม่รู้"])
    assert len(found.records) == 2


def test_a_name_alone_is_a_person_and_no_category() -> None:
    found = extract(list(HEADER), ["", "นายโอนชัย ลาออกดี", "", "", "", ""], ["", "สมชาย ใจดี"])
    assert names(found) == ["นายโอนชัย ลาออกดี", "สมชาย ใจดี"]


def test_a_person_whose_name_begins_like_a_total_is_a_person() -> None:
    found = extract(["ชื่อ-สกุล", "สังกัด", "เลขที่"], ["รวมพร ใจดี", "กองคลัง", "12"])
    assert names(found) == ["รวมพร ใจดี"]


def test_a_citizen_number_within_the_cell_of_the_name_is_found() -> None:
    found = extract(
        ["ลำดับ", "ชื่อ-สกุล"], ["1", f"นายสมชาย ใจดี\n({number(1)})"], ["2", f"นางกานดา มีสุข ({number(2)})"]
    )
    assert [record.cells["citizen_id"] for record in found.records] == [number(1), number(2)]
    assert "นายสมชาย ใจดี" in names(found)[0]


def test_a_number_below_the_name_belongs_to_the_person_above() -> None:
    found = extract(
        ["ลำดับ", "ชื่อ-สกุล\n(เลขประจำตัวประชาชน)", "สังกัด"],
        ["1", "นายสมชาย ใจดี", "กองคลัง"],
        ["", f"({number(1)})", ""],
    )
    assert len(found.records) == 1
    assert found.records[0].cells["citizen_id"] == f"({number(1)})"


def test_a_number_below_a_person_who_has_one_is_a_row_of_its_own() -> None:
    found = extract(["ชื่อ-สกุล", "เลขประจำตัวประชาชน"], ["นายสมชาย ใจดี", number(1)], [number(2), ""])
    assert len(found.records) == 2


@pytest.mark.parametrize("words", ["ไม่มีข้อมูล", "- ไม่มี -", "ไม่มีรายชื่อในสัปดาห์นี้", "nothing to report"])
def test_nothing_to_report_is_understood_within_the_table(words: str) -> None:
    found = extract(list(HEADER), ["1", words, "", "", "", ""])
    assert found.nothing_to_report
    assert not found.records


def test_nothing_to_report_needs_no_table() -> None:
    assert extract(["กรมตัวอย่าง"], ["ไม่มีรายชื่อผู้พ้นจากราชการในสัปดาห์นี้"]).nothing_to_report


def test_a_table_without_header_is_refused() -> None:
    with pytest.raises(ListError, match="no header"):
        extract(["1", "นายสมชาย ใจดี", number(1)])


def test_a_sheet_without_header_is_named_where_another_has_one(tmp_path: Path) -> None:
    found = read(as_xlsx([list(HEADER), person()], [["บันทึกช่วยจำ"]], [[]]), tmp_path, "list.xlsx")
    assert found.unread_sheets == ("Sheet2",)
    assert found.counts["received"] == 1


def test_several_sheets_are_one_list(tmp_path: Path) -> None:
    found = read(as_xlsx([list(HEADER), person()], [list(HEADER), person(2)]), tmp_path, "list.xlsx")
    assert [(row.sheet, row.row) for row in found.rows] == [("Sheet1", 2), ("Sheet2", 2)]


def test_more_cells_than_columns_are_noticed_in_text_only(tmp_path: Path) -> None:
    rows = [[*person(), "เกิน"]]
    assert read(as_csv(rows), tmp_path).rows[0].standing == "rejected"
    assert read(as_xlsx([list(HEADER), *rows]), tmp_path, "list.xlsx").rows[0].standing == "act"


def test_a_formula_in_a_used_column_refuses_the_workbook(tmp_path: Path) -> None:
    rows = [list(HEADER), person(name='=CONCATENATE("นายสมชาย"," ใจดี")')]
    with pytest.raises(ListError, match="formula") as caught:
        read(as_xlsx(rows), tmp_path, "list.xlsx")
    assert "Sheet1!B2" in caught.value.place


def test_a_formula_that_only_numbers_the_rows_is_let_pass(tmp_path: Path) -> None:
    rows = [list(HEADER), person(), person(2, seq="=A2+1")]
    assert read(as_xlsx(rows), tmp_path, "list.xlsx").counts["act"] == 2


def test_a_formula_in_a_text_file_rejects_the_row(tmp_path: Path) -> None:
    found = read(as_csv([person(name="=cmd|'/C calc'!A0"), person(2)]), tmp_path)
    assert [row.standing for row in found.rows] == ["rejected", "act"]


def test_an_excel_date_and_number_are_read_from_their_cells(tmp_path: Path) -> None:
    row = person(id=float(number(1)), date=date(2026, 10, 1))
    found = read(as_xlsx([list(HEADER), row]), tmp_path, "list.xlsx").rows[0]
    assert (found.citizen_id, str(found.effective_date), found.standing) == (number(1), "2026-10-01", "act")


def test_further_remarks_are_kept_together() -> None:
    found = extract(["ชื่อ-สกุล", "การเคลื่อนไหว", "หมายเหตุ 1", "หมายเหตุ 2"], ["นายสมชาย ใจดี", "ลาออก", "ก", "ข"])
    assert found.records[0].cells["remark"] == "ก ข"


CELLS = st.one_of(
    st.just(""), st.sampled_from(person(1)), st.text(max_size=20), st.floats(allow_nan=True), st.none()
)


@given(st.lists(st.lists(CELLS, max_size=8), max_size=12))
def test_every_row_is_a_person_or_counted_by_its_kind(rows: list[list[Any]]) -> None:
    found = extract(list(HEADER), *rows)
    around = sum(found.other_rows.values())
    assert len(found.records) + around >= len(rows) + 1


def test_a_category_below_the_header_is_no_second_row_of_it(tmp_path: Path) -> None:
    rows = [list(HEADER), ["รายชื่อผู้ลาออก"], person(movement=""), ["ย้ายภายในกรม"], person(2, movement="")]
    found = read(as_xlsx(rows), tmp_path, "list.xlsx")
    assert [row.movement for row in found.rows] == ["resign", "move_inside"]
