"""Movements: words are matched whole, and a wording that is not known never leads to an action."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dulae.people import movements
from dulae.people.movements import Counting

UNITS = frozenset({"กองคลัง", "กองแผนงาน"})


@pytest.mark.parametrize(
    ("wording", "expected"),
    [
        ("ลาออก", "resign"),
        (" ลาออกจากราชการ ", "resign"),
        ("ให้โอน", "transfer_out"),
        ("โอนไป", "transfer_out"),
        ("รับโอน", "transfer_in"),
        ("โอน", "transfer_ambiguous"),
        ("ย้าย", "move_inside"),
        ("ช่วยราชการ", "assist_out"),
        ("ช่วยราชการกองคลัง", "assist_inside"),
        ("เกษียณอายุราชการ", "retire"),
        ("เกษียณอายุก่อนกำหนด", "early_retire"),
        ("ลาคลอด", "short_leave"),
        ("118", "resign"),
        ("11810", "resign"),
        ("11810 ลาออก", "resign"),
        ("106: ลาออก", "unknown"),
        ("111", "assist_out"),
        ("999", "unknown"),
        ("Resignation", "resign"),
        ("ลาออก (เหตุผลส่วนตัว)", "unknown"),
        ("ไม่ลาออก", "unknown"),
        ("อื่น ๆ", "unknown"),
        ("", "unknown"),
        ("อนุญาตให้ลาออกจากราชการ", "resign"),
        ("เกษียนอายุราชการ", "retire"),
        ("Retired", "retire"),
        ("ครบกำหนดสัญญาจ้าง", "contract_end"),
        ("ไม่ต่อสัญญาจ้าง", "contract_end"),
        ("ยกเลิกการลาออก", "order_cancelled"),
        ("เปลี่ยนนามสกุล", "rename"),
        ("“ลาออก”", "resign"),
        ("1. ลาออก", "resign"),
        ("ลาออก,", "resign"),
        ("๑๑๘", "resign"),
        ("118.0", "resign"),
        ("ลาออก (11810)", "resign"),
        ("เกษียณ (11810)", "unknown"),
        ("ลาออก เนื่องจากป่วย", "unknown"),
        ("ลาออก โอน", "unknown"),
    ],
)
def test_a_wording_names_a_movement_or_none(wording: str, expected: str) -> None:
    assert movements.named(wording).id == expected


def test_every_kind_of_the_table_is_known_by_its_own_name() -> None:
    for kind in movements.all_movements().values():
        if kind.id not in {"transfer_ambiguous", "move_outside", "unknown"}:
            assert movements.named(kind.thai).id == kind.id


@given(st.text())
def test_any_wording_is_a_movement_of_the_table(wording: str) -> None:
    assert movements.named(wording).id in movements.all_movements()


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("บัญชีรายละเอียดการอนุญาตให้ข้าราชการลาออกจากราชการ กรมตัวอย่าง", "resign"),
        ("รายชื่อผู้เกษียณอายุราชการ ปีงบประมาณ พ.ศ. 2569", "retire"),
        ("ยกเลิกคำสั่งลาออกจากราชการ", "order_cancelled"),
        ("แก้ไขคำสั่งให้โอน", "order_corrected"),
        ("รายชื่อผู้โอน ย้าย ลาออก เกษียณอายุราชการ", None),
        ("รายชื่อข้าราชการ", None),
        ("รายชื่อผู้ที่ไม่ลาออก", None),
        ("รายชื่อผู้ขอชะลอการลาออก", None),
        ("รายชื่อผู้ยกเลิกการลาออก", "order_cancelled"),
        ("ลาออก (ไม่นับอายุราชการ)", "resign"),
        ("ผู้ไม่ต่อสัญญาจ้าง", "contract_end"),
        ("รายชื่อผู้ที่จะเกษียณอายุราชการ สิ้นปีงบประมาณ 2569", "retire"),
        ("ขอลาออก รออนุมัติ", None),
        ("รายชื่อผู้มีความประสงค์ลาออก", None),
        ("ผู้ขอโอน (อยู่ระหว่างเสนอ)", None),
        ("(ร่าง) รายชื่อผู้เกษียณอายุราชการ", None),
        ("รายชื่อผู้ยื่นใบลาออก", None),
        ("คาดว่าจะลาออก", None),
    ],
)
def test_a_title_names_one_movement_or_none(title: str, expected: str | None) -> None:
    found = movements.in_title(title)
    assert (found.id if found else None) == expected


@pytest.mark.parametrize(
    ("wording", "from_unit", "to_unit", "expected"),
    [
        ("โอน", "กองคลัง", "กรมอื่น", "transfer_out"),
        ("โอน", "กรมอื่น", "กองคลัง", "transfer_in"),
        ("โอน", "กองคลัง", "กองแผนงาน", "transfer_ambiguous"),
        ("โอน", "", "กรมอื่น", "transfer_ambiguous"),
        ("ย้าย", "กองคลัง", "กองแผนงาน", "move_inside"),
        ("ย้าย", "กองคลัง", "สำนักงานสาธารณสุขจังหวัดเชียงใหม่", "move_outside"),
        ("ลาออก", "กองคลัง", "กรมอื่น", "resign"),
    ],
)
def test_units_give_a_transfer_its_direction(
    wording: str, from_unit: str, to_unit: str, expected: str
) -> None:
    assert movements.directed(movements.named(wording), from_unit, to_unit, UNITS).id == expected


@pytest.mark.parametrize(("to_unit", "expected"), [("กรมอนามัย", "move_outside"), ("กองคลัง", "move_inside")])
def test_a_move_elsewhere_is_seen_by_its_words_where_no_units_are_given(to_unit: str, expected: str) -> None:
    assert movements.directed(movements.named("ย้าย"), "", to_unit, frozenset()).id == expected


def test_a_transfer_stays_without_direction_where_no_units_are_given() -> None:
    assert (
        movements.directed(movements.named("โอน"), "กองคลัง", "กรมอื่น", frozenset()).id == "transfer_ambiguous"
    )


@pytest.mark.parametrize(
    ("kind", "counting"),
    [
        ("resign", Counting.FIRST_DAY_OUT),
        ("contract_end", Counting.LAST_DAY),
        ("vendor_staff", Counting.LAST_DAY),
        ("expelled", Counting.AT_ONCE),
        ("death", Counting.AT_ONCE),
        ("retire", Counting.RETIREMENT),
    ],
)
def test_the_table_says_how_a_date_is_counted(kind: str, counting: Counting) -> None:
    assert movements.all_movements()[kind].counting is counting


def test_a_move_inside_the_department_never_takes_a_login_away() -> None:
    assert not movements.all_movements()["move_inside"].is_leaving
    assert not movements.all_movements()["unknown"].is_leaving
    assert movements.all_movements()["assist_out"].is_leaving
    assert movements.all_movements()["transfer_in"].is_joining
