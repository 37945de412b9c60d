"""Where one person of the list stands: what is not certain is not acted on."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dulae.people import Row
from dulae.people.movements import all_movements
from dulae.people.personnel_list import STANDINGS
from tests.unit.people.lists import HEADER, HERE, TODAY, as_csv, as_xlsx, number, person, read, read_one

SAMPLES = HERE / "samples"


def codes(row: Row) -> list[str]:
    return [each.why.code.removeprefix("list_row.") for each in row.because]


def test_the_dirty_sample_is_judged_row_by_row(tmp_path: Path) -> None:
    found = read((SAMPLES / "leavers_dirty.csv").read_bytes(), tmp_path, today=date(2026, 10, 1))
    assert [(row.movement, row.action, row.standing) for row in found.rows] == [
        ("resign", "DISABLE", "act"),
        ("transfer_out", "DISABLE", "act"),
        ("retire", "DISABLE", "review"),
        ("move_inside", "TRANSFER_RIGHTS", "review"),
        ("contract_end", "DISABLE", "act"),
    ]
    assert found.rows[3].former_surname == "ทองดี"
    assert found.rows[4].last_name == "ณ เชียงใหม่"
    assert str(found.rows[4].effective_date) == "2026-10-01"


def test_the_annex_takes_its_movement_and_order_from_the_title(tmp_path: Path) -> None:
    found = read(
        (SAMPLES / "leavers_dpis_annex.xlsx").read_bytes(), tmp_path, "annex.xlsx", today=date(2026, 9, 20)
    )
    assert {(row.movement, row.order_no, row.standing) for row in found.rows} == {
        ("resign", "123/2569", "scheduled")
    }
    assert all("movement_from_title" in row.flags for row in found.rows)


def test_the_day_out_decides_between_now_and_later(tmp_path: Path) -> None:
    assert read_one(tmp_path, date="22 พ.ย. 2569").standing == "act"
    assert read_one(tmp_path, date="23 พ.ย. 2569").standing == "scheduled"


def test_the_last_day_in_is_one_day_before_the_first_day_out(tmp_path: Path) -> None:
    for cells in (
        {"movement": "สิ้นสุดสัญญาจ้าง", "date": "22 พ.ย. 2569"},
        {"date": "ถึงวันที่ 22 พ.ย. 2569"},
    ):
        row = read_one(tmp_path, **cells)
        assert (row.standing, str(row.effective_date)) == ("scheduled", "2026-11-23")
        assert "last_day_given" in row.flags


def test_words_in_the_cell_outweigh_the_rule_of_the_movement(tmp_path: Path) -> None:
    row = read_one(tmp_path, movement="สิ้นสุดสัญญาจ้าง", date="ตั้งแต่วันที่ 22 พ.ย. 2569")
    assert (row.standing, str(row.effective_date)) == ("act", "2026-11-22")


def test_a_column_for_the_last_day_is_understood(tmp_path: Path) -> None:
    header = ["ชื่อ-สกุล", "เลขประจำตัวประชาชน", "ประเภทการเคลื่อนไหว", "วันสิ้นสุดสัญญา"]
    rows = [["นายสมชาย ใจดี", number(1), "สิ้นสุดสัญญาจ้าง", "30 ก.ย. 2569"]]
    row = read(as_csv(rows, header), tmp_path).rows[0]
    assert (row.standing, str(row.effective_date)) == ("act", "2026-10-01")


@pytest.mark.parametrize(
    ("last", "standing"), [("30 ก.ย. 2569", "act"), ("1 ต.ค. 2569", "review"), ("", "act")]
)
def test_first_and_last_day_must_follow_each_other(tmp_path: Path, last: str, standing: str) -> None:
    row = read(as_csv([[*person(), last]], [*HEADER, "ถึงวันที่"]), tmp_path).rows[0]
    assert row.standing == standing


def test_the_thirtieth_of_september_is_the_last_day_before_retirement(tmp_path: Path) -> None:
    row = read_one(tmp_path, movement="เกษียณอายุราชการ", date="30 กันยายน 2569")
    assert str(row.effective_date) == "2026-10-01"


def test_retirement_without_a_date_follows_the_fiscal_year_of_the_title(tmp_path: Path) -> None:
    rows = [["รายชื่อผู้เกษียณอายุราชการ สิ้นปีงบประมาณ พ.ศ. 2569"], list(HEADER), person(movement="", date="")]
    row = read(as_xlsx(rows), tmp_path, "list.xlsx").rows[0]
    assert (row.movement, str(row.effective_date), row.standing) == ("retire", "2026-10-01", "act")
    assert "date_computed" in row.flags


def test_the_date_of_the_order_wins_over_the_computed_one(tmp_path: Path) -> None:
    rows = [["รายชื่อผู้เกษียณอายุราชการ ปีงบประมาณ 2569"], list(HEADER), person(movement="", date="1 ธ.ค. 2569")]
    assert str(read(as_xlsx(rows), tmp_path, "list.xlsx").rows[0].effective_date) == "2026-12-01"


@pytest.mark.parametrize("wording", ["ไล่ออก", "ปลดออก", "เสียชีวิต", "เลิกจ้าง", "พักราชการ"])
@pytest.mark.parametrize("day", ["1 ต.ค. 2569", "1 ธ.ค. 2569", ""])
def test_some_movements_take_effect_as_soon_as_they_are_known(tmp_path: Path, wording: str, day: str) -> None:
    row = read_one(tmp_path, movement=wording, date=day)
    assert (row.standing, codes(row)) == ("act", ["at_once"])
    assert wording not in row.reason_th


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ({"movement": "ลาพัก"}, "unknown_movement"),
        ({"movement": ""}, "no_movement"),
        ({"movement": "โอน"}, "no_direction"),
        ({"movement": "ย้าย"}, "needs_decision"),
        ({"movement": "ไปช่วยราชการ"}, "needs_decision"),
        ({"movement": "ยกเลิกคำสั่ง"}, "needs_decision"),
        ({"id": ""}, "id_empty"),
        ({"id": "1.99999E+12"}, "id_lossy"),
        ({"id": "ไม่มี"}, "id_bad_char"),
        ({"id": "199990000101"}, "id_bad_length"),
        ({"id": "0999900001011"}, "id_bad_first_digit"),
        ({"id": "1999900001011"}, "id_bad_checksum"),
        ({"id": "1-9999-xxxxx-01-0"}, "id_masked"),
        ({"id": "AA1234567"}, "id_passport"),
        ({"id": "1111111111119"}, "id_placeholder"),
        ({"date": ""}, "date_missing"),
        ({"date": "ตุลาคม 2569"}, "date_partial"),
        ({"date": "1 ต.ค. 45"}, "date_ambiguous"),
        ({"date": "1 ต.ค. 2559"}, "date_out_of_window"),
        ({"date": "1 ต.ค. 2569 - 30 ก.ย. 2570"}, "date_range"),
        ({"movement": "เสียชีวิต", "date": "ตุลาคม 2569"}, "date_partial"),
        ({"name": "นายชูุศักดิ์ ดีงาม"}, "name_suspicious"),
        ({"name": "นายสาวแก้วตา แสงทอง"}, "prefix_mistyped"),
        ({"name": "นายสมชาย"}, "no_surname"),
    ],
)
def test_what_is_doubtful_goes_to_review_with_its_reason(
    tmp_path: Path, cells: dict[str, str], code: str
) -> None:
    row = read_one(tmp_path, **cells)
    assert (row.standing, code in codes(row)) == ("review", True)
    assert row.reason
    assert row.reason_th


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ({"name": ""}, "no_name"),
        ({"date": "29/02/2568"}, "bad_date"),
        ({"date": "1 สิบหก 2569"}, "bad_date"),
        ({"name": "=1+1"}, "formula"),
    ],
)
def test_what_cannot_be_read_is_rejected_with_its_reason(
    tmp_path: Path, cells: dict[str, str], code: str
) -> None:
    row = read_one(tmp_path, **cells)
    assert (row.standing, code in codes(row)) == ("rejected", True)


@pytest.mark.parametrize(
    "wording", ["รับโอน", "บรรจุกลับ", "เลื่อนระดับ", "ลาคลอด", "เปลี่ยนชื่อสกุล", "ต่อสัญญาจ้าง", "มาช่วยราชการ"]
)
def test_who_does_not_leave_needs_no_action(tmp_path: Path, wording: str) -> None:
    row = read_one(tmp_path, movement=wording, date="")
    assert (row.standing, codes(row)) == ("no_action", ["not_a_leaver"])


@pytest.mark.parametrize("remark", ["ยกเลิกแล้ว", "ชะลอการลาออก", "ต่อสัญญาอีก 1 ปี"])
def test_a_remark_against_the_movement_stops_it(tmp_path: Path, remark: str) -> None:
    row = read(as_csv([[*person(), remark]], [*HEADER, "หมายเหตุ"]), tmp_path).rows[0]
    assert (row.standing, codes(row)) == ("review", ["remark_contradicts"])


def test_a_remark_is_the_movement_where_no_column_says_it(tmp_path: Path) -> None:
    header = ["ชื่อ-สกุล", "เลขประจำตัวประชาชน", "มีผลตั้งแต่", "หมายเหตุ"]
    rows = [["นายสมชาย ใจดี", number(1), "1 ต.ค. 2569", "ลาออก"]]
    assert read(as_csv(rows, header), tmp_path).rows[0].movement == "resign"


def test_units_tell_a_transfer_out_from_one_in(tmp_path: Path) -> None:
    header = [*HEADER, "ไปสังกัด"]
    rows = [[*person(1, movement="โอน"), "กรมอื่น"], [*person(2, movement="โอน", unit="กรมอื่น"), "กองคลัง"]]
    found = read(as_csv(rows, header), tmp_path, units=["กองคลัง"])
    assert [(row.movement, row.standing) for row in found.rows] == [
        ("transfer_out", "act"),
        ("transfer_in", "no_action"),
    ]
    assert found.rows[0].to_unit == "กรมอื่น"


def test_names_in_columns_of_their_own_are_read(tmp_path: Path) -> None:
    header = ["คำนำหน้า", "ชื่อ", "นามสกุล", "เลขประจำตัวประชาชน", "ประเภทการเคลื่อนไหว", "มีผลตั้งแต่"]
    row = read(as_csv([["น.ส.", "แก้วตา", "แสงทอง", number(1), "ลาออก", "1 ต.ค. 69"]], header), tmp_path).rows[
        0
    ]
    assert (row.prefix, row.name_key, row.standing) == ("นางสาว", "แก้วตา|แสงทอง", "act")
    assert row.typed["name"] == "น.ส. แก้วตา แสงทอง"


def test_a_prefix_in_a_column_of_its_own_joins_the_whole_name(tmp_path: Path) -> None:
    header = ["คำนำหน้า", "ชื่อ-สกุล", "เลขประจำตัวประชาชน"]
    row = read(as_csv([["นพ.", "วิชัย ดีงาม", number(1)]], header), tmp_path).rows[0]
    assert (row.prefix, row.first_name) == ("นพ.", "วิชัย")


def test_forbidden_columns_leave_nothing_behind(tmp_path: Path) -> None:
    found = read(as_csv([[*person(), "54321", "ป่วยหนัก"]], [*HEADER, "เงินเดือน", "เหตุผลการลาออก"]), tmp_path)
    assert found.dropped_columns == ("เงินเดือน", "เหตุผลการลาออก")
    assert "54321" not in repr(found)
    assert "ป่วยหนัก" not in repr(found)


def test_citizen_numbers_are_masked_unless_asked(tmp_path: Path) -> None:
    found = read(as_csv([person()]), tmp_path)
    assert number(1) not in repr(found.to_dict())
    assert found.to_dict(unmasked=True)["rows"][0]["citizen_id"] == number(1)


def test_the_json_of_a_row_says_everything_about_it(tmp_path: Path) -> None:
    made = read_one(tmp_path).to_dict()
    assert made == {
        "row": 2,
        "sheet": "list",
        "name_key": "สมชาย|ใจดี",
        "prefix": "นาย",
        "first_name": "สมชาย",
        "last_name": "ใจดี",
        "former_surname": "",
        "citizen_id": f"x-xxxx-xxxxx-{number(1)[10:12]}-{number(1)[12]}",
        "citizen_id_status": "ok",
        "movement": "resign",
        "action": "DISABLE",
        "effective_date": "2026-10-01",
        "unit": "กองคลัง",
        "to_unit": "",
        "order_no": "",
        "standing": "act",
        "flags": [],
        "reason": "'resignation': out of service since 2026-10-01",
        "reason_th": "'ลาออก' พ้นจากราชการตั้งแต่ 1 ต.ค. 2569",
        "reasons": [
            {"code": "list_row.has_left", "places": {"movement": "resign", "effective_date": "2026-10-01"}}
        ],
    }


def test_a_title_never_overrules_what_the_row_says(tmp_path: Path) -> None:
    rows = [["บัญชีรายชื่อข้าราชการลาออกจากราชการ"], list(HEADER), person(movement="คำที่ไม่รู้จัก")]
    assert read(as_xlsx(rows), tmp_path, "list.xlsx").rows[0].movement == "unknown"


WORDS = st.sampled_from([kind.thai for kind in all_movements().values()] + ["", "อะไรก็ไม่รู้", "ลาออก", "โอน"])
DAYS = st.sampled_from(["1 ต.ค. 69", "1 ม.ค. 2570", "", "29/02/2568", "ตุลาคม", "46296", "30 กันยายน 2569"])
NUMBERS = st.sampled_from([number(1), number(2), number(3), "", "1.9E+12", "1111111111119"])
PEOPLE = st.sampled_from(
    ["นายสมชาย ใจดี", "นางกานดา มีสุข", "นางกานดา (สกุลเดิม ทองดี) มีสุข", "", "นายสมชาย", "=1+1"]
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.tuples(PEOPLE, NUMBERS, WORDS, DAYS), max_size=8))
def test_counts_always_add_up_and_only_the_certain_is_acted_on(
    tmp_path: Path, people: list[tuple[str, ...]]
) -> None:
    rows: list[list[Any]] = [
        person(index, name=name, id=identity, movement=movement, date=day)
        for index, (name, identity, movement, day) in enumerate(people, 1)
    ]
    found = read(as_csv(rows), tmp_path)
    assert found.counts["received"] == len(rows) == len(found.rows)
    assert found.counts["received"] == sum(found.counts[standing] for standing in STANDINGS)
    for row in found.rows:
        if row.standing in {"act", "scheduled"}:
            assert row.citizen_id_status == "ok"
            assert row.action in {"DISABLE", "DISABLE_NOW", "SUSPEND_NOW"}
            assert row.first_name
            assert row.last_name
        if row.standing == "scheduled":
            assert row.effective_date
            assert row.effective_date > TODAY
