"""The sheet that goes back to the personnel division."""

import stat
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from dulae.people import error_sheet
from tests.unit.people.lists import as_csv, number, person, read

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def cells(path: Path) -> list[list[str]]:
    rows = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
    return [[str(cell) for cell in row] for row in rows]


def test_rejected_and_doubtful_rows_go_back_with_the_reason_in_thai(tmp_path: Path) -> None:
    found = read(as_csv([person(1), person(2, id="1999900001011"), person(3, date="29/02/2568")]), tmp_path)
    assert error_sheet.write(found, tmp_path / "back.xlsx", NOW)
    head, first, second = cells(tmp_path / "back.xlsx")
    assert head[-1] == "เหตุผล"
    assert first[1:3] == ["4", "นายสมชาย ใจดี"]
    assert first[-2:] == ["ปฏิเสธ (อ่านไม่ได้)", "วันที่ '29/02/2568' ไม่มีจริงหรืออ่านไม่ได้"]
    assert second[3] == "1999900001011"
    assert second[-2] == "รอตรวจสอบ"


def test_the_sheet_is_private_and_the_same_when_written_again(tmp_path: Path) -> None:
    found = read(as_csv([person(1, id="")]), tmp_path)
    path = tmp_path / "back.xlsx"
    assert error_sheet.write(found, path, NOW)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert not error_sheet.write(found, path, NOW)


def test_a_number_that_is_right_is_masked_and_a_wrong_one_stands_as_typed(tmp_path: Path) -> None:
    found = read(
        as_csv([person(1, date=""), person(2, id="1111111111119"), person(3, id="AA1234567")]), tmp_path
    )
    error_sheet.write(found, tmp_path / "back.xlsx", NOW)
    shown = [row[3] for row in cells(tmp_path / "back.xlsx")[1:]]
    assert shown == [f"x-xxxx-xxxxx-{number(1)[10:12]}-{number(1)[12]}", "1111111111119", "AA1234567"]


@pytest.mark.parametrize("typed", ["=1+1", "+66", "-นายสมชาย", "@SUM(A1)"])
def test_nothing_in_it_is_computed(tmp_path: Path, typed: str) -> None:
    found = read(as_csv([person(1, movement=typed, id=number(1))]), tmp_path)
    error_sheet.write(found, tmp_path / "back.xlsx", NOW)
    assert cells(tmp_path / "back.xlsx")[1][4] == f"'{typed}"


def test_a_list_without_doubt_gives_an_empty_sheet() -> None:
    book = CalamineWorkbook.from_filelike(BytesIO(error_sheet.content([], NOW)))
    assert len(book.get_sheet_by_index(0).to_python()) == 1
