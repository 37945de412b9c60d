"""The header of a list, found by its words."""

from typing import Any

import pytest

from dulae.people import headers


def fields(*rows: list[Any]) -> dict[str, str]:
    header = headers.find(rows)
    assert header
    return {column.title: column.first for column in header.columns.values()}


@pytest.mark.parametrize(
    ("title", "field"),
    [
        ("ชื่อ - นามสกุล", "full_name"),
        ("ชื่อ-\nนามสกุล", "full_name"),
        ("ชื่อ สกุล", "full_name"),
        ("เลขประจำตัว\nประชาชน", "citizen_id"),
        ("(เลขประจำตัวประชาชน)", "citizen_id"),
        ("PER_CARDNO", "citizen_id"),
        ("มีผลตั้งแต่ :", "effective_date"),
        ("วันสิ้นสุดสัญญา", "last_day"),
        ("เงินเดือน (บาท)", "DROP"),
        ("วัน/เดือน/ปี เกิด", "DROP"),
        ("โทรศัพท์มือถือ", "DROP"),
        ("โรคประจำตัว", "DROP"),
        ("ชื่อ – สกุล", "full_name"),
        ("ชื่อ/สกุล", "full_name"),
        ("เลขที่บัตรประจำตัวประชาชน (๑๓ หลัก)", "citizen_id"),
        ("หมายเลขประจำตัวประชาชน", "citizen_id"),
        ("วันที่พ้นจากราชการ", "effective_date"),
        ("Effective Date", "effective_date"),
        ("วันสิ้นสุดการจ้าง", "last_day"),
        ("ประเภทการพ้นสภาพ", "movement"),
        ("ว.ด.ป. เกิด", "DROP"),
        ("E-mail", "DROP"),
        ("เกษียณอายุราชการ", ""),
        ("", ""),
        (None, ""),
    ],
)
def test_a_header_word_names_a_field(title: Any, field: str) -> None:
    assert headers.word(title) == field


def test_the_header_is_found_below_the_titles() -> None:
    found = headers.find([["กรมตัวอย่าง"], [], ["ลำดับ", "ชื่อ-สกุล"], ["1", "นายสมชาย ใจดี"]])
    assert found
    assert (found.last_row, found.rows) == (2, 1)


def test_a_table_without_names_has_no_header() -> None:
    assert headers.find([["ลำดับ", "สังกัด"], ["1", "กองคลัง"]]) is None


def test_a_name_beside_a_surname_is_the_first_name() -> None:
    assert fields(["คำนำหน้า", "ชื่อ", "นามสกุล"]) == {
        "คำนำหน้า": "prefix",
        "ชื่อ": "first_name",
        "นามสกุล": "last_name",
    }


def test_a_name_alone_is_the_whole_name() -> None:
    assert fields(["ลำดับ", "ชื่อ"])["ชื่อ"] == "full_name"
    assert fields(["ลำดับ", "ชื่อสกุล"])["ชื่อสกุล"] == "full_name"


def test_a_remark_stands_for_the_movement_only_where_nothing_else_does() -> None:
    assert fields(["ชื่อ-สกุล", "หมายเหตุ"])["หมายเหตุ"] == "movement_remark"
    assert fields(["ชื่อ-สกุล", "การเคลื่อนไหว", "หมายเหตุ"])["หมายเหตุ"] == "remark"


def test_a_second_header_row_refines_the_first() -> None:
    columns = fields(["ลำดับ", "ชื่อ-สกุล", "", ""], ["", "คำนำหน้า", "ชื่อ", "นามสกุล"])
    assert list(columns.values()) == ["seq", "prefix", "first_name", "last_name"]


def test_two_lines_in_a_header_name_what_stands_in_two_rows() -> None:
    header = headers.find([["ลำดับ", "ชื่อ-สกุล\n(เลขประจำตัวประชาชน)"]])
    assert header
    assert header.two_rows
    assert (header.columns[1].first, header.columns[1].second) == ("full_name", "citizen_id")


def test_forbidden_and_unused_columns_are_named() -> None:
    header = headers.find([["ชื่อ-สกุล", "สังกัด", "เงินเดือน", "งานอดิเรก"]])
    assert header
    assert header.titles(forbidden=True) == ["เงินเดือน"]
    assert header.titles(forbidden=False) == ["งานอดิเรก"]
    assert "DROP" in header.fields()


def test_a_word_of_many_meanings_counts_where_no_other_column_says_it_better() -> None:
    assert fields(["ชื่อ-สกุล", "วันที่"])["วันที่"] == "effective_date"
    assert fields(["ชื่อ-สกุล", "วันที่", "มีผลตั้งแต่"])["วันที่"] == ""
    assert fields(["ชื่อ-สกุล", "วันเกษียณอายุ", "วันสิ้นสุดสัญญา"])["วันเกษียณอายุ"] == ""
    assert fields(["ชื่อ-สกุล", "ID"])["ID"] == "citizen_id"


def test_a_category_below_the_header_is_no_second_row() -> None:
    header = headers.find([["ลำดับ", "ชื่อ-สกุล"], ["โอนไป"], ["1", "นายสมชาย ใจดี"]])
    assert header
    assert header.rows == 1


@pytest.mark.parametrize(
    ("cell", "kind"),
    [
        ("ชื่อ-สกุล (ภาษาไทย)", "full_name"),
        ("ชื่อ - สกุล ผู้ลาออก", "full_name"),
        ("ชื่อตัว - นามสกุล", "full_name"),
        ("ชื่อ-สกุลพนักงานราชการ", "full_name"),
        ("รายชื่อผู้เกษียณอายุราชการ", ""),
        ("รายนามผู้ลาออก", ""),
        ("ชื่อ-สกุล ผู้บังคับบัญชา", ""),
        ("ชื่อ-สกุล ผู้รับมอบงาน", ""),
        ("ชื่อหน่วยงาน", ""),
        ("Citizen ID No.", "citizen_id"),
        ("ID Card Number", "citizen_id"),
        ("เลข ID", "citizen_id"),
        ("มีผลเมื่อวันที่", "effective_date"),
        ("มีผล", "effective_date"),
        ("ว.ด.ป. ที่มีผล", "effective_date"),
        ("พ้นจากราชการวันที่", "effective_date"),
        ("วันที่ลาออก/โอน", "effective_date"),
        ("วันที่โอน ย้าย ลาออก", "effective_date"),
        ("วันครบเกษียณอายุราชการ", "effective_date?"),
        ("วันที่สิ้นสุดการจ้าง", "last_day"),
        ("วันเกิด", "DROP"),
        ("ชนิดการเคลื่อนไหว", "movement"),
        ("การเคลื่อนไหวบุคลากร", "movement"),
        ("สาเหตุการออก", "movement"),
        ("เหตุพ้นจากราชการ", "movement"),
        ("สาเหตุการลาออก", "DROP"),
        ("ผลการปฏิบัติงาน", ""),
        ("ต้นสังกัด", "unit"),
        ("หน่วยงานปลายทาง", "to_unit"),
        ("หมายเหตุ (ถ้ามี)", "remark"),
    ],
)
def test_a_header_is_known_in_the_words_of_other_offices(cell: str, kind: str) -> None:
    assert headers.word(cell) == kind
