"""The shapes of lists, row by row: what is no person is counted by its kind, and no person is taken for it."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from dulae.people import PersonnelList
from dulae.people.rows import kind_of
from tests.unit.people.lists import HEADER, as_csv, as_xlsx, number, person, read

SHORT = ["ลำดับ", "ชื่อ-สกุล", "เลขประจำตัวประชาชน", "การเคลื่อนไหว", "มีผลตั้งแต่"]


def sheet(folder: Path, *rows: list[Any], header: list[str] | None = None, **options: Any) -> PersonnelList:
    return read(as_xlsx([header or list(HEADER), *rows]), folder, "list.xlsx", **options)


def told(found: PersonnelList) -> list[tuple[str, str, str]]:
    return [(f"{row.first_name} {row.last_name}", row.movement, row.standing) for row in found.rows]


ONE = ("สมชาย ใจดี", "resign", "act")
OTHER = {"name": "นางกานดา มีสุข"}


@pytest.mark.parametrize(
    ("row", "kind"),
    [
        (["รวม", 1, "ราย"], "total"),
        (["", "", "", "รวมทั้งสิ้น", "๑ ราย"], "total"),
        (["-", "-", "-", "-", "-", "-"], "blank"),
        (["2", "", "", "", "", ""], "unfilled"),
        ([3, "-", "-"], "unfilled"),
        (["2", "", "", "ไม่มี"], "unfilled"),
        (["1/ ลาออกก่อนกำหนด"], "footnote"),
        (["ข้อมูลจากระบบ DPIS"], "footnote"),
        (["จบรายงาน"], "footnote"),
        (["", "", "", "(นายวิชัย ดีงาม)"], "signature"),
        (["", "", "", "(.......................)"], "signature"),
        (["1.", "ลาออก"], "category"),
        ([1, 2, 3, 4, 5, 6], "column numbers"),
        (["ก.", "กองแผนงาน"], "category"),
    ],
)
def test_what_is_no_person_is_counted_by_its_kind(tmp_path: Path, row: list[Any], kind: str) -> None:
    found = sheet(tmp_path, person(), row)
    assert told(found) == [ONE]
    assert found.other_rows == ({"header": 2} if kind == "column numbers" else {"header": 1, kind: 1})


@pytest.mark.parametrize(
    "row",
    [
        ["-", "", number(2), "ลาออก", "1 ต.ค. 69", ""],
        ["*", "", number(2), "", "", ""],
        ["2", "", "", "ลาออก", "", ""],
        ["1", "ไม่มีข้อมูล", number(2), "ลาออก", "1 ต.ค. 69", ""],
        ["", "กองแก้ว ใจดี", number(2), "ลาออก", "", ""],
        ["2", "กองแก้ว ใจดี"],
        ["2", "รวม ใจดี", number(2), "", "", ""],
    ],
)
def test_a_row_that_says_something_of_somebody_is_never_dropped(tmp_path: Path, row: list[Any]) -> None:
    found = sheet(tmp_path, person(), row)
    assert found.counts["received"] == 2
    assert found.rows[1].standing in {"review", "rejected"}


def test_the_block_below_a_signature_is_no_row(tmp_path: Path) -> None:
    block = ["(นายวิชัย ดีงาม)", "ผู้อำนวยการกองการเจ้าหน้าที่", "1 ตุลาคม 2569"]
    found = sheet(tmp_path, person(), [], *(["", "", "", text] for text in block))
    assert (told(found), found.other_rows["signature"]) == ([ONE], 3)


@pytest.mark.parametrize("words", ["กรมตัวอย่าง", "บัญชีรายชื่อข้าราชการลาออก (ต่อ)"])
def test_a_printed_page_repeats_titles_and_header(tmp_path: Path, words: str) -> None:
    page = [[words], [words, "", "", "", "", "หน้า 2"], list(HEADER)]
    found = sheet(tmp_path, person(), ["หน้า 1"], *page, person(2, **OTHER))
    assert [row.first_name for row in found.rows] == ["สมชาย", "กานดา"]
    assert found.other_rows["header"] == 2
    assert found.counts["act"] == 2


def test_a_section_with_a_title_of_its_own_is_judged_by_it(tmp_path: Path) -> None:
    def section(title: str, at: int) -> list[list[Any]]:
        return [[title], list(HEADER), person(at, movement="", id=number(at))]

    rows = [*section("รายชื่อผู้ลาออก", 1), *section("รายชื่อผู้เกษียณ", 2), *section("รายชื่อผู้ขอชะลอการลาออก", 3)]
    found = read(as_xlsx(rows), tmp_path, "list.xlsx")
    assert [(row.movement, row.standing) for row in found.rows] == [
        ("resign", "act"),
        ("retire", "act"),
        ("unknown", "review"),
    ]


def test_sheets_are_judged_by_their_own_titles(tmp_path: Path) -> None:
    titles = ("บัญชีผู้ลาออก ที่ 12/2569", "บัญชีผู้เกษียณ ที่ 13/2569")
    sheets = [[[title], list(HEADER), person(at, movement="")] for at, title in enumerate(titles, 1)]
    found = read(as_xlsx(*sheets), tmp_path, "list.xlsx")
    assert [(row.movement, row.order_no) for row in found.rows] == [
        ("resign", "12/2569"),
        ("retire", "13/2569"),
    ]


@pytest.mark.parametrize("line", ["ยกเลิกการลาออก", "ขอชะลอการลาออก", "ข้อความอะไรก็ไม่รู้"])
def test_a_category_does_not_reach_beyond_a_line_that_may_be_another(tmp_path: Path, line: str) -> None:
    found = sheet(tmp_path, ["ลาออก"], person(1, movement=""), [line], person(2, movement="", **OTHER))
    assert found.rows[0].standing == "act"
    assert found.rows[-1].standing == "review"


def test_the_title_of_a_name_may_span_several_columns(tmp_path: Path) -> None:
    header = ["ลำดับ", "ชื่อ - สกุล", "", "", *SHORT[2:]]
    row = ["1", "นาย", "สมชาย", "ใจดี", number(1), "ลาออก", "1 ต.ค. 2569"]
    assert told(sheet(tmp_path, row, header=header)) == [ONE]
    assert told(read(as_csv([row], header), tmp_path)) == [ONE]


def test_two_header_rows_are_read_together(tmp_path: Path) -> None:
    above = ["ลำดับ", "ชื่อ-สกุล", "", "", "เลขประจำตัว", "การเคลื่อนไหว", "คำสั่ง", "", "วันที่", ""]
    below = ["", "คำนำหน้า", "ชื่อ", "นามสกุล", "ประชาชน", "", "เลขที่", "ลงวันที่", "ตั้งแต่", "ถึง"]
    row = ["1", "นาย", "สมชาย", "ใจดี", number(1), "ลาออก", "12/2569", "1 ก.ย. 69", "1 ต.ค. 69", ""]
    (found,) = sheet(tmp_path, below, row, header=above).rows
    assert (found.first_name, found.order_no, found.effective_date) == ("สมชาย", "12/2569", date(2026, 10, 1))


def test_a_second_header_row_may_hold_one_word(tmp_path: Path) -> None:
    found = sheet(tmp_path, ["", "", "", "", "ตั้งแต่วันที่"], person()[:5], header=[*SHORT[:4], "มีผล"])
    assert (told(found), found.other_rows) == ([ONE], {"header": 2})


@pytest.mark.parametrize("below", ["(-)", "", "(3-9999-0000)", "(เลขหนังสือเดินทาง AA1234567)"])
def test_the_second_row_of_a_person_is_his_whatever_it_holds(tmp_path: Path, below: str) -> None:
    header = [["ลำดับ", "ชื่อ-สกุล", "ตำแหน่ง", "การเคลื่อนไหว", "มีผลตั้งแต่"], ["", "(เลขประจำตัวประชาชน)", "สังกัด"]]
    rows = [["1", "นายสมชาย ใจดี", "นวช.", "ลาออก", "1 ต.ค. 69"], ["", below, "กองคลัง"]]
    found = sheet(
        tmp_path, header[1], *rows, ["2", *rows[0][1:]], ["", f"({number(2)})", ""], header=header[0]
    )
    assert [row.standing for row in found.rows] == ["review", "act"]
    assert found.rows[0].unit == "กองคลัง"


def test_what_stands_in_columns_without_title_is_told(tmp_path: Path) -> None:
    found = sheet(tmp_path, [*person(), "", "ต้องยกเลิก"])
    assert found.ignored_columns == ("(H)",)


def test_an_instruction_of_a_form_is_no_word_that_there_is_nobody(tmp_path: Path) -> None:
    for words in ("กรณีไม่มีข้อมูลให้ขีด -", "หากไม่มีรายชื่อให้ระบุ", "ไม่มีข้อมูลให้ระบุว่าไม่มี"):
        assert not read(as_xlsx([[words], list(HEADER)]), tmp_path, "list.xlsx").nothing_to_report
    assert read(as_xlsx([["สัปดาห์นี้ไม่มีการเคลื่อนไหว"], list(HEADER)]), tmp_path, "list.xlsx").nothing_to_report


def test_kinds_need_no_sheet() -> None:
    assert kind_of(["นางกานดา มีสุข"], "นางกานดา มีสุข") == "person"
    assert kind_of(["ไม่มีข้อมูล"], "") == "nothing"


LONG = [
    "ก" + " " * 60_000 + "ก",
    "( " * 20_000,
    "รวม " * 9_000,
    "รวม" + "-" * 30_000,
    "1 " * 20_000,
    "1" * 30_000 + "e",
    "ที่ 1/" * 9_000,
]


@pytest.mark.parametrize("long", LONG, ids=range(len(LONG)))
def test_a_row_with_a_cell_far_too_long_takes_no_time_and_goes_to_somebody(tmp_path: Path, long: str) -> None:
    rows = [person(1, **{kind: long}) for kind in ("seq", "name", "id", "movement", "date", "unit")]
    found = read(as_csv([[long], *rows, [long]], HEADER), tmp_path)
    assert not {row.standing for row in found.rows} & {"act", "scheduled"}
    assert any("more than a thousand letters" in row.reason for row in found.rows)


@pytest.mark.parametrize("title", ["ชื่อ-สกุล/ตำแหน่ง", "ชื่อ-สกุล\nตำแหน่ง", "ชื่อ - สกุล (ตำแหน่ง)"])
def test_a_position_below_the_name_is_no_part_of_it(tmp_path: Path, title: str) -> None:
    header = [SHORT[0], title, *SHORT[2:]]
    one = ["1", "นายสมชาย ใจดี\nนักวิชาการ", number(1), "ลาออก", "1 ต.ค. 2569"]
    assert told(sheet(tmp_path, one, header=header)) == [ONE]
    two = [["1", "นายสมชาย ใจดี", *one[2:]], ["", "นักวิชาการ ชำนาญการ"]]
    assert told(sheet(tmp_path, *two, header=header)) == [ONE]


@pytest.mark.parametrize("title", ["ชื่อ-สกุล/เลขประจำตัวประชาชน", "ชื่อ-สกุล (เลขประจำตัวประชาชน)"])
def test_a_number_behind_the_name_is_found_by_a_title_of_one_line(tmp_path: Path, title: str) -> None:
    header = [SHORT[0], title, *SHORT[3:]]
    assert told(
        sheet(tmp_path, ["1", f"นายสมชาย ใจดี\n{number(1)}", "ลาออก", "1 ต.ค. 2569"], header=header)
    ) == [ONE]


def test_a_repetition_on_another_sheet_says_which(tmp_path: Path) -> None:
    found = read(as_xlsx([list(HEADER), person()], [list(HEADER), person()]), tmp_path, "list.xlsx")
    assert found.rows[1].reason == "the same as row Sheet1!2"


@pytest.mark.parametrize("words", ["ผู้พ้นจากราชการ : ไม่มี", "- ไม่มี -", "NIL"])
def test_short_words_that_there_is_nobody_are_understood(tmp_path: Path, words: str) -> None:
    assert read(as_xlsx([[words]]), tmp_path, "list.xlsx").nothing_to_report


def test_a_title_that_begins_like_a_note_is_a_title(tmp_path: Path) -> None:
    rows = [
        ["รายงานประจำสัปดาห์ ผู้ลาออก จำนวน 2 ราย"],
        list(HEADER),
        person(movement=""),
        ["หน้า 2"],
        list(HEADER),
    ]
    found = read(as_xlsx([*rows, person(2, movement="", **OTHER)]), tmp_path, "list.xlsx")
    assert [row.standing for row in found.rows] == ["act", "act"]
    assert found.declared_total == 2
