"""Wordings of movements as they are typed: all of a cell is understood, or a person decides."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dulae.people import Row, judging, movements, wordings
from dulae.people.tables import Record
from dulae.people.wordings import said
from tests.unit.people.lists import HEADER, TODAY, as_csv, as_xlsx, number, person, read, read_one

MANY = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
HEADS = {
    "resign": ["ลาออก", "ลาออกจากราชการ", "อนุญาตให้ลาออก", "ขอลาออก", "Resigned", "118 ลาออก", "ลา ออก"],
    "retire": ["เกษียณ", "เกษียณอายุราชการ", "เกษียนอายุราชการ", "เกษียณฯ", "11910 เกษียณอายุราชการ"],
    "transfer_out": ["ให้โอน", "โอนไป", "โอนออก", "โอน (ออก)"],
    "contract_end": ["สิ้นสุดสัญญาจ้าง", "ครบสัญญา", "ไม่ต่อสัญญา"],
}
FRONTS = ["", "ข้าราชการ", "พนักงานราชการ ", "กรณี", "1. ", "ได้รับอนุมัติให้", "พ้นจากราชการเพราะ", "ผู้", "ประเภท: "]
TAILS = [
    "",
    " ตั้งแต่ 1 ต.ค. 69",
    "ตั้งแต่วันที่ ๑ ตุลาคม ๒๕๖๙ เป็นต้นไป",
    " (มีผล 1/10/2569)",
    " - 01/10/2569",
    "\nมีผลตั้งแต่วันที่ 1 เดือนตุลาคม พ.ศ. 2569",
    " ตามคำสั่งที่ 123/2569 ลงวันที่ 1 ก.ย. 2569",
    " แล้ว",
    " (ข้าราชการ)",
    " effective 1 October 2026",
]
# Words that say that it is not so, no longer, or not yet, or that may say it.
DOUBTS = [
    *("ไม่", "ยังไม่อนุมัติ", "ยกเลิก", "ถอนเรื่อง", "รออนุมัติ", "แต่", "หรือ", "?", "ชะลอ", "คาดว่า", "ประสงค์จะ", "เลื่อน"),
    *("โอนมา", "รับโอน", "ย้ายภายใน", "กลับเข้ารับราชการ", "อยู่ระหว่างพิจารณา", "ขยายเวลา", "บรรจุ", "มิได้", "งด"),
    *("ถูกปฏิเสธ", "ภายหลัง", "cancelled", "not"),
]
NOISE = ["\u200b", "\ufeff", "\u00a0", " ", "\u200e"]


@pytest.mark.parametrize(
    ("wording", "kind", "beside"),
    [
        ("ลาออก ตั้งแต่ 1 ต.ค. 69", "resign", {"dates": ("ตั้งแต่ 1 ต.ค. 69",)}),
        ("ตั้งแต่ 1 ต.ค. 69 ลาออก", "resign", {"dates": ("ตั้งแต่ 1 ต.ค. 69",)}),
        ("โอนไปกรมอนามัย", "transfer_out", {"place": "กรมอนามัย"}),
        ("ให้โอนไปรับราชการที่กรมอนามัย กระทรวงสาธารณสุข", "transfer_out", {"place": "กรมอนามัย กระทรวงสาธารณสุข"}),
        ("โอนมาจากกรมการแพทย์", "transfer_in", {"place": "กรมการแพทย์"}),
        ("รับโอน จากสำนักงานปลัดกระทรวงสาธารณสุข", "transfer_in", {"place": "สำนักงานปลัดกระทรวงสาธารณสุข"}),
        ("ย้ายไปปฏิบัติราชการที่ สสจ. เชียงใหม่", "move_inside", {"place": "สสจ. เชียงใหม่"}),
        ("ย้ายไปจังหวัดเชียงใหม่", "move_inside", {"place": "จังหวัดเชียงใหม่"}),
        ("ย้ายภายในกรม", "move_inside", {}),
        ("ลาออก (ตามความประสงค์ของตนเอง)", "resign", {}),
        ("เกษียณอายุราชการ ปีงบประมาณ 2569", "retire", {"fiscal_year": 2569}),
        ("เกษียณอายุราชการเมื่อสิ้นปีงบประมาณ พ.ศ. ๒๕๖๙", "retire", {"fiscal_year": 2569}),
        ("เกษียณ ปี 69", "retire", {"fiscal_year": 2569}),
        ("Retired FY 2026", "retire", {"fiscal_year": 2569}),
        ("เกษียณอายุราชการ (อายุครบ 60 ปี)", "retire", {}),
        ("ให้ออกจากราชการไว้ก่อน (อยู่ระหว่างสอบสวน)", "suspended", {}),
        ("ช่วยราชการ สสจ.เชียงใหม่ 6 เดือน", "assist_out", {"place": "สสจ.เชียงใหม่"}),
        ("พ้นจากราชการ กรณีเสียชีวิต", "death", {}),
        ("คำสั่งที่ 12/2569 ลงวันที่ 1 ก.ย. 69 ให้ลาออกจากราชการ", "resign", {"order_no": "12/2569"}),
        ("ยกเลิกการลาออก ตามคำสั่งที่ 123/2569", "order_cancelled", {"order_no": "123/2569"}),
        ("removed from service", "dismissed_other", {}),
        ("contract expired 30 September 2026", "contract_end", {"dates": ("30 september 2026",)}),
    ],
)
def test_what_stands_around_a_movement_is_understood(
    wording: str, kind: str, beside: dict[str, object]
) -> None:
    found = said(wording)
    assert (found.kind, {name: getattr(found, name) for name in beside}) == (kind, beside)


@pytest.mark.parametrize(
    ("wording", "begins", "doubt"),
    [
        ("ไม่ลาออก", "resign", "taken_back"),
        ("ลาออก (ยกเลิกแล้ว)", "resign", "taken_back"),
        ("ขอลาออกแต่ยังไม่อนุมัติ", "resign", "undecided"),
        ("ลาออก?", "resign", "undecided"),
        ("จะเกษียณอายุราชการ", "retire", "undecided"),
        ("ลาออก/โอน", "resign", "several"),
        ("โอนย้าย", "move_inside", "several"),
        ("ลาออก เนื่องจากป่วย", "resign", "why"),
        ("โอนไปกรมอนามัยถูกปฏิเสธ", "transfer_out", "more"),
        ("โอนไปที่ใหม่", "transfer_out", "more"),
        ("106 ลาออก 1/10/2569", "resign", "more"),
        ("ลาออกไปเป็นข้าราชการ", "resign", "more"),
        ("โอน จากกรมอนามัย", "transfer_ambiguous", "more"),
        ("ลาออด", "resign", "mistyped"),
        ("ลาออก x", "resign", "more"),
        ("ลาออก ✓", "resign", "more"),
        ("เกษียณอายุราชกร", "retire", "mistyped"),
        ("ไปดูงาน", "", ""),
    ],
)
def test_what_is_not_certain_is_no_movement_and_says_why(wording: str, begins: str, doubt: str) -> None:
    found = said(wording)
    assert (found.kind, found.begins, found.doubt) == (movements.UNKNOWN, begins, doubt)


@MANY
@given(st.sampled_from(sorted(HEADS)), st.data())
def test_words_around_a_movement_never_change_it(kind: str, data: st.DataObject) -> None:
    head, front = data.draw(st.sampled_from(HEADS[kind])), data.draw(st.sampled_from(FRONTS))
    tail, noise = data.draw(st.sampled_from(TAILS)), data.draw(st.sampled_from(NOISE))
    front = "" if head[0].isdigit() or head[0].isascii() else front
    at = data.draw(st.integers(0, len(front)))
    wording = f"{front[:at]}{noise}{front[at:]}{head}{noise}{tail}"
    assert said(wording).kind == kind


@MANY
@given(st.sampled_from([head for heads in HEADS.values() for head in heads]), st.data())
def test_nobody_is_disabled_by_a_wording_with_a_doubt_in_it(head: str, data: st.DataObject) -> None:
    doubt, tail = data.draw(st.sampled_from(DOUBTS)), data.draw(st.sampled_from(TAILS))
    before, space = data.draw(st.booleans()), data.draw(st.sampled_from(["", " ", " (", "\n"]))
    wording = f"{doubt}{space}{head}{tail}" if before else f"{head}{tail}{space}{doubt}"
    row = _judged(wording)
    # With its first letters a doubt may be a movement of its own, which leads to no disabling either.
    assert row.standing in {"review", "no_action"}
    assert row.standing == "review" or row.movement in {"transfer_in", "order_cancelled"}


@MANY
@given(
    st.sampled_from([head for heads in HEADS.values() for head in heads]),
    st.text("กรมทีไปาเนอ ยกล่วแ", min_size=1, max_size=12),
)
def test_any_letters_beside_a_movement_are_not_passed_over(head: str, text: str) -> None:
    for wording in (f"{head} {text}", f"{text} {head}"):
        found = said(wording)
        rest = wordings.without_why(wording)
        assert found.kind == movements.UNKNOWN or not text.strip() or found.kind == said(rest).kind
        if found.kind != movements.UNKNOWN and text.strip() not in {"", "แล้ว", "ไป", "มา"}:
            assert movements.named(wording).id == found.kind


@given(st.text(max_size=400))
def test_any_text_says_a_movement_of_the_table(wording: str) -> None:
    found = said(wording)
    assert {found.kind, found.begins or found.kind, found.other or found.kind} <= set(
        movements.all_movements()
    )
    assert found.kind == movements.UNKNOWN or not found.doubt


def _judged(wording: str) -> Row:
    cells = {
        "full_name": "นายสมชาย ใจดี",
        "citizen_id": number(1),
        "movement": wording,
        "effective_date": "1 ต.ค. 69",
    }
    return judging.judge(Record(2, "list", cells), judging.Surroundings(TODAY))


@pytest.mark.parametrize(
    ("wording", "shown"),
    [
        ("ลาออก เนื่องจากป่วยเป็นโรคหัวใจ", "ลาออก"),
        ("ลาออก (เหตุผลส่วนตัว)", "ลาออก"),
        ("ให้ออกจากราชการไว้ก่อน (อยู่ระหว่างสอบสวน)", "ให้ออกจากราชการไว้ก่อน"),
        ("ลาออก ทุจริตการสอบ", "ลาออก"),
        ("พ้นจากราชการเพราะเหตุเกษียณอายุ", "พ้นจากราชการเพราะเหตุเกษียณอายุ"),
        ("ไปช่วยงานที่อื่น", "ไปช่วยงานที่อื่น"),
    ],
)
def test_why_somebody_leaves_is_not_shown(wording: str, shown: str) -> None:
    assert wordings.without_why(wording) == shown


@pytest.mark.parametrize("wording", ["ไล่ออก ครั้งที่ 2", "ลาออก/ไล่ออก", "ไม่ไล่ออก"])
def test_an_order_of_discipline_is_not_named_where_it_is_not_certain(tmp_path: Path, wording: str) -> None:
    row = read_one(tmp_path, movement=wording)
    assert (row.standing, [each.why.code for each in row.because]) == ("review", ["list_row.wording_at_once"])
    assert "ไล่ออก" not in f"{row.reason} {row.reason_th}"


@pytest.mark.parametrize(
    ("movement", "day", "standing", "first_out"),
    [
        ("ลาออก ตั้งแต่ 1 ต.ค. 69", "", "act", "2026-10-01"),
        ("ลาออก ตั้งแต่ 1 ต.ค. 69", "1 ตุลาคม 2569", "act", "2026-10-01"),
        ("ลาออก ถึง 30 ก.ย. 69", "1 ตุลาคม 2569", "act", "2026-10-01"),
        ("ลาออก ตั้งแต่ 1 ธ.ค. 69", "", "scheduled", "2026-12-01"),
        ("เกษียณอายุราชการ ปีงบประมาณ 2569", "", "act", "2026-10-01"),
        ("เกษียณอายุราชการ ปีงบประมาณ 2569", "30 ก.ย. 2569", "act", "2026-10-01"),
        ("สิ้นสุดสัญญาจ้าง 30 ก.ย. 69", "", "act", "2026-10-01"),
        ("ลาออก ปีงบประมาณ 2570", "1 ต.ค. 2569", "act", "2026-10-01"),
    ],
)
def test_a_date_in_the_wording_supplies_the_day_or_agrees_with_it(
    tmp_path: Path, movement: str, day: str, standing: str, first_out: str
) -> None:
    row = read_one(tmp_path, movement=movement, date=day)
    assert (row.standing, str(row.effective_date)) == (standing, first_out)
    assert ("date_from_wording" in row.flags) is (not day)


@pytest.mark.parametrize(
    ("movement", "day"),
    [
        ("ลาออก ตั้งแต่ 1 ต.ค. 69", "1 พ.ย. 2569"),
        ("ลาออก 31/9/2569", "1 ต.ค. 2569"),
        ("ลาออก ตั้งแต่ 1 ต.ค. 69 ถึง 30 ก.ย. 70", "1 ต.ค. 2569"),
        ("เกษียณอายุราชการ ปีงบประมาณ 2568", "1 ต.ค. 2569"),
        ("ลาออก ปีงบประมาณ 2568", "1 ต.ค. 2569"),
    ],
)
def test_nobody_chooses_between_the_wording_and_the_column_of_dates(
    tmp_path: Path, movement: str, day: str
) -> None:
    row = read_one(tmp_path, movement=movement, date=day)
    assert (row.standing, [each.why.code for each in row.because]) == (
        "review",
        ["list_row.wording_date_differs"],
    )


def test_a_date_in_the_wording_that_does_not_exist_goes_back(tmp_path: Path) -> None:
    row = read_one(tmp_path, movement="ลาออก 31/9/2569", date="")
    assert (row.standing, row.because[0].places["date"]) == ("rejected", "31/9/2569")


def test_a_retirement_long_ago_is_not_carried_out_by_the_title_alone(tmp_path: Path) -> None:
    rows = [["รายชื่อผู้เกษียณอายุราชการ ปีงบประมาณ 2559"], list(HEADER), person(movement="", date="")]
    row = read(as_xlsx(rows), tmp_path, "list.xlsx").rows[0]
    assert (row.standing, [each.why.code for each in row.because]) == (
        "review",
        ["list_row.date_out_of_window"],
    )


@pytest.mark.parametrize(
    ("title", "unit", "to_unit", "standing"),
    [
        ("รายชื่อข้าราชการกรมควบคุมโรค", "กองคลัง", "", "act"),
        ("รายชื่อข้าราชการกรมอนามัย", "กองคลัง", "", "review"),
        ("รายชื่อข้าราชการ", "กรมการแพทย์", "", "review"),
        ("รายชื่อข้าราชการกรมการแพทย์", "กรมการแพทย์", "", "act"),
        ("รายชื่อข้าราชการ", "กองคลัง", "กรมการแพทย์", "review"),
        ("รายชื่อข้าราชการ", "กองคลัง", "กรมอนามัย", "act"),
    ],
)
def test_a_transfer_to_where_the_list_comes_from_is_no_leaving(
    tmp_path: Path, title: str, unit: str, to_unit: str, standing: str
) -> None:
    rows = [[title], [*HEADER, "หน่วยงานใหม่"], [*person(movement="โอนไปกรมอนามัย", unit=unit), to_unit]]
    row = read(as_xlsx(rows), tmp_path, "list.xlsx").rows[0]
    assert row.standing == standing
    assert row.to_unit == (to_unit or "กรมอนามัย")


@pytest.mark.parametrize(
    "remark",
    [
        "ยังไม่อนุมัติ", "รออนุมัติ", "โอนมาจากกรมการแพทย์", "ย้ายภายใน", "ขอถอนเรื่อง", "กลับเข้ารับราชการ", "มีผลตั้งแต่ 1 พ.ย. 69",
        "อยู่ระหว่างพิจารณา", "เสียชีวิต",
    ],
)  # fmt: skip
def test_a_remark_that_speaks_against_the_movement_stops_it(tmp_path: Path, remark: str) -> None:
    row = read(as_csv([[*person(), remark]], [*HEADER, "หมายเหตุ"]), tmp_path).rows[0]
    assert row.standing == "review"


@pytest.mark.parametrize(
    "remark",
    [
        "ส่งมอบงานแล้ว",
        "ตามคำสั่งที่ 1/2569",
        "ลาออก",
        "มีผลตั้งแต่ 1 ต.ค. 69",
        "ใช้สิทธิลาพักผ่อน",
        "นางสาว ก รักษาราชการแทน",
    ],
)
def test_a_remark_that_says_nothing_against_it_does_not(tmp_path: Path, remark: str) -> None:
    row = read(as_csv([[*person(), remark]], [*HEADER, "หมายเหตุ"]), tmp_path).rows[0]
    assert row.standing == "act"


def test_a_category_may_hold_a_date_too(tmp_path: Path) -> None:
    rows = [list(HEADER), ["เกษียณอายุราชการ ปีงบประมาณ 2569"], person(movement="", date="")]
    row = read(as_xlsx(rows), tmp_path, "list.xlsx", today=date(2026, 9, 1)).rows[0]
    assert (row.movement, row.standing, str(row.effective_date)) == ("retire", "scheduled", "2026-10-01")
