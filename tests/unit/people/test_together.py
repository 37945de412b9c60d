"""What rows of one list say of the same person."""

from pathlib import Path

import pytest

from tests.unit.people.lists import HEADER, as_csv, number, person, read

Cells = dict[str, str]


def standings(folder: Path, *people: Cells, orders: tuple[str, ...] = ()) -> list[tuple[str, str]]:
    """Return standing and first reason of rows about the citizen number 1, in the list's order."""
    rows = [
        [*person(1, **cells), order]
        for cells, order in zip(people, orders or [""] * len(people), strict=True)
    ]
    found = read(as_csv(rows, [*HEADER, "เลขที่คำสั่ง"]), folder)
    return [(row.standing, row.because[0].why.code.removeprefix("list_row.")) for row in found.rows]


def test_the_same_row_twice_is_acted_on_once(tmp_path: Path) -> None:
    assert standings(tmp_path, {}, {}) == [("act", "has_left"), ("no_action", "repeated")]


def test_two_days_for_one_leaving_go_to_review(tmp_path: Path) -> None:
    both = standings(tmp_path, {}, {"date": "5 ต.ค. 2569"})
    assert both == [("review", "same_id_other_movement")] * 2


@pytest.mark.parametrize("name", ["นางกานดา มีสุข", "นายสมชาย ทองดี"])
def test_one_number_with_two_names_goes_to_review(tmp_path: Path, name: str) -> None:
    assert standings(tmp_path, {}, {"name": name}) == [("review", "same_id_other_name")] * 2


def test_a_changed_name_in_the_same_list_is_no_contradiction(tmp_path: Path) -> None:
    both = standings(tmp_path, {}, {"name": "นายสมชาย ทองดี", "movement": "เปลี่ยนชื่อสกุล"})
    assert both == [("act", "has_left"), ("no_action", "not_a_leaver")]


def test_who_leaves_and_joins_in_one_list_goes_to_review(tmp_path: Path) -> None:
    both = standings(tmp_path, {}, {"movement": "บรรจุกลับ"})
    assert both == [("review", "leaves_and_joins"), ("no_action", "not_a_leaver")]


def test_a_renewed_contract_does_not_end(tmp_path: Path) -> None:
    both = standings(tmp_path, {"movement": "สิ้นสุดสัญญาจ้าง"}, {"movement": "ต่อสัญญาจ้าง"})
    assert both == [("no_action", "renewed"), ("no_action", "not_a_leaver")]


def test_a_cancelled_order_takes_its_row_with_it(tmp_path: Path) -> None:
    both = standings(tmp_path, {}, {"movement": "ยกเลิกคำสั่ง"}, orders=("12/2569", "12/2569"))
    assert both == [("no_action", "cancelled"), ("review", "needs_decision")]


@pytest.mark.parametrize("orders", [("12/2569", "13/2569"), ("", "")])
def test_a_cancelled_order_that_may_be_another_one_goes_to_review(
    tmp_path: Path, orders: tuple[str, str]
) -> None:
    both = standings(tmp_path, {}, {"movement": "ยกเลิกคำสั่ง"}, orders=orders)
    assert both[0] == ("review", "perhaps_cancelled")


def test_rows_without_a_usable_number_are_not_joined(tmp_path: Path) -> None:
    assert standings(tmp_path, {"id": ""}, {"id": ""}) == [("review", "id_empty")] * 2
    assert standings(tmp_path, *[{"id": "1111111111119"}] * 2) == [("review", "id_placeholder")] * 2


def test_two_persons_do_not_touch_each_other(tmp_path: Path) -> None:
    assert standings(tmp_path, {}, {"id": number(2), "name": "นางกานดา มีสุข"}) == [("act", "has_left")] * 2


@pytest.mark.parametrize("movement", ["ขอชะลอไว้ก่อน", "แก้ไขคำสั่ง", "สอบบรรจุเข้ารับราชการได้", "ย้าย"])
def test_words_that_may_speak_against_a_leaving_send_it_to_review(tmp_path: Path, movement: str) -> None:
    assert standings(tmp_path, {}, {"movement": movement})[0] == ("review", "same_id_other_movement")


def test_a_promotion_before_a_retirement_is_no_contradiction(tmp_path: Path) -> None:
    both = standings(tmp_path, {"movement": "เกษียณอายุราชการ"}, {"movement": "เลื่อนระดับ"})
    assert both == [("act", "has_left"), ("no_action", "not_a_leaver")]
