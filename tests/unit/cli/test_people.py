"""`dulae people read`: the list for people and for programs."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from dulae.cli import group, main
from tests.unit.people.lists import HEADER, as_csv, as_xlsx, number, person


@pytest.fixture
def week(tmp_path: Path) -> Path:
    path = tmp_path / "week.csv"
    path.write_bytes(as_csv([[*person(1), "9"], [*person(2, id=""), "9"]], [*HEADER, "เงินเดือน"]))
    return path


def run(*arguments: str) -> str:
    result = CliRunner().invoke(group, ["people", "read", *arguments])
    assert result.exit_code == 0, result.output
    return result.stdout


def test_json_holds_rows_counts_and_dropped_columns(week: Path) -> None:
    made = json.loads(run(str(week), "--format", "json"))
    assert made["dropped_columns"] == ["เงินเดือน"]
    assert made["counts"]["received"] == 2
    assert made["rows"][0]["citizen_id"].startswith("x-xxxx-xxxxx-")


def test_whole_numbers_are_printed_only_where_asked(week: Path) -> None:
    assert json.loads(run(str(week), "--format", "json", "--unmasked"))["rows"][0]["citizen_id"] == number(1)
    assert number(1) not in run(str(week))
    assert number(1) in run(str(week), "--unmasked")


def test_text_says_where_everybody_stands_and_what_was_dropped(week: Path) -> None:
    text = run(str(week))
    assert "นาย สมชาย ใจดี" in text
    assert "2 received, 1 act, 0 scheduled, 1 review, 0 no_action, 0 rejected" in text
    assert "dropped: เงินเดือน" in text


def test_an_empty_week_is_said_in_words(tmp_path: Path) -> None:
    (tmp_path / "week.csv").write_bytes(as_csv([["ไม่มีข้อมูล"], ["รวม 0 ราย"]]))
    text = run(str(tmp_path / "week.csv"))
    assert "nothing to report" in text
    assert "declared by the list: 0" in text


def test_the_day_can_be_chosen(week: Path) -> None:
    assert json.loads(run(str(week), "--format", "json", "--on", "2026-09-30"))["counts"]["scheduled"] == 1


def test_rows_to_send_back_are_written(week: Path, tmp_path: Path) -> None:
    run(str(week), "--errors", str(tmp_path / "back.xlsx"))
    assert (tmp_path / "back.xlsx").read_bytes().startswith(b"PK")


def test_nothing_is_written_over_another_file(
    week: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "kept.xlsx").write_bytes(week.read_bytes())
    with pytest.raises(SystemExit) as ended:
        main(["people", "read", str(tmp_path / "week.csv"), "--errors", str(tmp_path / "kept.xlsx")])
    assert ended.value.code == 4
    assert "nothing is written over it" in capsys.readouterr().err
    assert (tmp_path / "kept.xlsx").read_bytes() == week.read_bytes()


def test_a_sheet_to_send_back_is_a_workbook_in_a_folder_that_is_there(week: Path, tmp_path: Path) -> None:
    named = CliRunner().invoke(group, ["people", "read", str(week), "--errors", str(week)])
    assert (named.exit_code, "must end in .xlsx" in named.output) == (2, True)
    with pytest.raises(SystemExit) as ended:
        main(["people", "read", str(week), "--errors", str(tmp_path / "no/such/back.xlsx")])
    assert ended.value.code == 4
    assert not (tmp_path / "no").exists()


def test_a_list_in_which_all_is_certain_sends_nothing_back(tmp_path: Path) -> None:
    (tmp_path / "week.csv").write_bytes(as_csv([person(1)]))
    run(str(tmp_path / "week.csv"), "--errors", str(tmp_path / "back.xlsx"))
    assert not (tmp_path / "back.xlsx").exists()


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([], "holds no row and does not say"),
        ([person(1), ["รวม 5 ราย"]], "declares 5 persons and holds 1"),
    ],
)
def test_what_is_odd_about_a_whole_list_is_told(rows: list[list[str]], told: str, tmp_path: Path) -> None:
    (tmp_path / "week.csv").write_bytes(as_csv(rows))
    assert told in run(str(tmp_path / "week.csv"))


def test_a_pdf_with_another_name_is_refused_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "week.xlsx").write_bytes(b"%PDF-1.7")
    with pytest.raises(SystemExit) as ended:
        main(["people", "read", str(tmp_path / "week.xlsx")])
    assert ended.value.code == 4
    assert "is a PDF document" in capsys.readouterr().err


def test_a_list_is_told_in_thai_with_days_as_offices_print_them(week: Path) -> None:
    text = run(str(week), "--language", "th")
    assert "รับ 2 ราย, ดำเนินการทันที 1, รอวันมีผล 0, รอตรวจสอบ 1" in text
    assert "1 ต.ค. 2569" in text
    assert "ไม่มีเลขประจำตัวประชาชน" in text
    assert "คอลัมน์ที่ห้ามอ่าน ตัดทิ้งแล้ว: เงินเดือน" in text


def test_what_is_odd_is_told_in_thai_too(tmp_path: Path) -> None:
    (tmp_path / "week.csv").write_bytes(as_csv([person(1), ["รวม 5 ราย"]]))
    assert "โปรดดูอีกครั้ง: แจ้งจำนวน 5 ราย แต่พบ 1 ราย" in run(str(tmp_path / "week.csv"), "--language", "th")


def test_lines_that_are_no_persons_are_counted_by_their_kind(tmp_path: Path) -> None:
    (tmp_path / "week.csv").write_bytes(as_csv([person(1), ["2"], ["รวม 1 ราย"]]))
    text = run(str(tmp_path / "week.csv"))
    assert "lines that are no persons: header 1, total 1, unfilled 1" in text


def test_rows_of_several_sheets_are_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "week.xlsx"
    path.write_bytes(as_xlsx([list(HEADER), person(1)], [list(HEADER), person(2, name="นางกานดา มีสุข")]))
    text = run(str(path))
    assert "Sheet1!2" in text
    assert "Sheet2!2" in text


def test_a_refusal_is_told_in_thai_where_asked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "week.xls").write_bytes(b"<html><table>")
    with pytest.raises(SystemExit) as ended:
        main(["people", "read", str(tmp_path / "week.xls"), "--language", "th"])
    assert ended.value.code == 4
    assert "week.xls: ไฟล์นี้เป็นหน้าเว็บที่บันทึกเป็นรายชื่อ" in capsys.readouterr().err
