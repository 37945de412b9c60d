"""What a list says of its own length, in every way that offices write it."""

import pytest

from dulae.people import totals
from dulae.people.totals import Totals


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("จำนวน 2 ราย", 2),
        ('จำนวน "2" ราย', 2),
        ('จำนวน ="2" ราย', 2),
        ("จำนวน 2.0 ราย", 2),
        ("จำนวน -2- ราย", 2),
        ("รวมจำนวนทั้งสิ้น ๑ (หนึ่ง) ราย", 1),
        ("จำนวน 1,234 ราย", 1234),
        ("ลาออก จำนวน 2 ราย เกษียณ จำนวน 1 ราย", 3),
        ("ลาออก จำนวน 2 ราย เกษียณ จำนวน 1 ราย รวม 3 ราย", 3),
        ("3 ราย ทั้งสิ้น", 3),
        ("total 5 persons", 5),
        ("รวม 0 ราย", 0),
        ("หมายเหตุ จำนวนวันลา 5", None),
        ("รายงานรวมเล่มที่ 2", None),
        ("บัญชีรายชื่อ ที่ 123/2569", None),
    ],
)
def test_a_text_says_how_many_persons_there_are(text: str, number: int | None) -> None:
    assert totals.said(text) == number


@pytest.mark.parametrize(
    ("filled", "number"),
    [
        (["รวม", "1.0", "ราย"], 1),
        (["รวม", "๑๒"], 12),
        (["รวมทั้งสิ้น", '="3"'], 3),
        (["Grand total", "5"], 5),
        (["รวม 2 ราย"], 2),
        (["รวม"], None),
    ],
)
def test_a_row_of_totals_is_known_and_read(filled: list[str], number: int | None) -> None:
    assert totals.is_row(filled)
    assert totals.of_row(filled) == number


@pytest.mark.parametrize("filled", [["รวมพร ใจดี", "กองคลัง", "12"], ["รวมพร", "5"], ["1", "รวม ใจดี"]])
def test_a_person_is_no_total(filled: list[str]) -> None:
    assert not totals.is_row(filled)


def sheet(found: int, *rows: list[str], title: str = "") -> Totals:
    made = Totals(found)
    made.add_title(title)
    for row in rows:
        made.add_row(row)
    return made


def test_totals_of_pages_are_added_and_one_of_all_is_not() -> None:
    assert sheet(3, ["รวม 2 ราย"], ["รวม 1 ราย"]).declared() == 3
    assert sheet(3, ["รวม 2 ราย"], ["รวม 1 ราย"], ["รวม 3 ราย"]).declared() == 3
    assert sheet(3, ["รวม 2 ราย"], ["รวม 1 ราย"], ["รวมทั้งสิ้น 3 ราย"]).declared() == 3


def test_a_number_that_is_not_what_was_found_is_the_one_that_is_told() -> None:
    assert sheet(3, ["รวม 3 ราย"], title="จำนวน 4 ราย").declared() == 4
    assert sheet(2, ["รวม 3 ราย"], title="จำนวน 2 ราย").declared() == 3


def test_categories_count_where_each_of_a_level_says_its_number() -> None:
    made = Totals(3)
    made.add_category("movement", "ลาออก จำนวน 2 ราย")
    made.add_category("movement", "โอนไป จำนวน 1 ราย")
    made.add_category("unit", "กองคลัง")
    assert made.declared() == 3
    made.add_category("movement", "เกษียณ")
    assert made.declared() is None


def test_sheets_are_added_and_one_may_speak_for_all() -> None:
    assert totals.of_sheets([sheet(2, title="จำนวน 2 ราย"), sheet(1, title="จำนวน 1 ราย")]) == 3
    assert totals.of_sheets([sheet(2, title="จำนวน 3 ราย"), sheet(1)]) == 3
    assert totals.of_sheets([sheet(2, title="จำนวน 2 ราย"), sheet(1)]) == 3
    assert totals.of_sheets([sheet(2), sheet(1)]) is None
