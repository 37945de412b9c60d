"""Two columns of one kind, two lists side by side, days counted from 1904: nothing is taken from the wrong place."""

import io
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from dulae.errors import ListError
from dulae.people import cells
from tests.unit.people.lists import HEADER, as_csv, as_xlsx, number, person, read

DAYS_FROM_1904 = (date(2026, 10, 1) - date(1904, 1, 1)).days


@pytest.mark.parametrize(
    ("title", "further", "standing"),
    [
        ("มีผลตั้งแต่", "1 พ.ย. 2569", "review"),
        ("มีผลตั้งแต่", "01/10/2569", "act"),
        ("วันที่ลาออก", "", "act"),
        ("เลขประจำตัวประชาชน", number(2), "review"),
        ("เลขประจำตัวประชาชน", "1-9999-00000-01-3", "act"),
        ("เลขบัตรประชาชน", "x", "review"),
        ("ชื่อ-นามสกุล", "นายมานะ ดีใจ", "review"),
        ("ชื่อ-นามสกุล", "น.ส.สมชาย  ใจดี", "act"),
        ("name", "Somchai Jaidee", "act"),
        ("สาเหตุ", "โอนมา", "review"),
        ("สาเหตุ", "ยังไม่อนุมัติ", "review"),
        ("สาเหตุ", "ลาออก", "act"),
        ("หมายเหตุ", "ลาออก", "act"),
    ],
)
def test_a_second_column_of_one_kind_must_not_say_something_else(
    tmp_path: Path, title: str, further: str, standing: str
) -> None:
    row = read(as_csv([[*person(), further]], [*HEADER, title]), tmp_path).rows[0]
    assert row.standing == standing
    assert (title in row.reason_th) is (standing == "review")


@pytest.mark.parametrize(
    ("movement", "title", "further", "standing"),
    [
        ("รับโอน", "สาเหตุ", "ลาออก", "review"),
        ("รับโอน", "สาเหตุ", "โอนมาจากกรมการแพทย์", "no_action"),
        ("เลื่อนระดับ", "หมายเหตุ", "ลาออก ตั้งแต่ 1 ต.ค. 69", "review"),
        ("บรรจุ", "หมายเหตุ", "แทนผู้เกษียณอายุราชการ", "no_action"),
        ("เปลี่ยนชื่อสกุล", "หมายเหตุ", "สมรส", "no_action"),
    ],
)
def test_who_stays_by_one_column_and_leaves_by_another_is_not_passed_over(
    tmp_path: Path, movement: str, title: str, further: str, standing: str
) -> None:
    row = read(as_csv([[*person(movement=movement), further]], [*HEADER, title]), tmp_path).rows[0]
    assert row.standing == standing


def test_two_lists_side_by_side_are_refused_for_the_second_would_be_lost(tmp_path: Path) -> None:
    rows = [[*HEADER, "", *HEADER], [*person(1), "", *person(2, name="นายมานะ ดีใจ")]]
    with pytest.raises(ListError, match="two lists side by side"):
        read(as_xlsx(rows), tmp_path, "list.xlsx")


def test_a_cell_without_an_end_is_told_as_such(tmp_path: Path) -> None:
    with pytest.raises(ListError, match=r"list\.csv:2: a cell holds more than 131072 letters"):
        read(as_csv([person(unit="ก" * 140_000)]), tmp_path)


def of_1904(day: Any) -> bytes:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True, "date_1904": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEADER)
        sheet.write_row(1, 0, person())
        if isinstance(day, datetime):
            sheet.write_datetime(1, 4, day, book.add_format({"num_format": "dd/mm/yyyy"}))
        else:
            sheet.write(1, 4, day)
    return buffer.getvalue()


@pytest.mark.parametrize("day", [datetime(2026, 10, 1), DAYS_FROM_1904, DAYS_FROM_1904 + 0.5, "1 ต.ค. 2569"])
def test_a_workbook_that_counts_its_days_from_1904_is_read_so(tmp_path: Path, day: Any) -> None:
    row = read(of_1904(day), tmp_path, "list.xlsx").rows[0]
    assert (row.standing, str(row.effective_date)) == ("act", "2026-10-01")


def test_a_days_number_as_text_says_not_where_it_is_counted_from(tmp_path: Path) -> None:
    assert read(of_1904(str(DAYS_FROM_1904)), tmp_path, "list.xlsx").rows[0].standing == "rejected"


@pytest.mark.parametrize("cell", [True, 5, 25691001, "ลาออก", "", None])
def test_what_is_no_days_number_stays_as_it_is(cell: Any) -> None:
    assert cells.of_1904(cell) is cell
