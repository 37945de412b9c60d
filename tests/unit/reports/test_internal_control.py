from dataclasses import replace

import pytest

from dulae.reports.assessment import component, evaluated
from dulae.reports.data.internal_control import InternalControl
from dulae.reports.evidence import Evidence
from dulae.reports.making import make
from dulae.reports.period import read
from dulae.reports.speech import Speech
from tests.unit.reports.conftest import Made


@pytest.fixture(scope="module")
def body(made: Made) -> InternalControl:
    report: InternalControl = made("internal_control", "2570-Q1").body
    return report


@pytest.fixture
def thai(evidence: Evidence) -> Speech:
    return Speech("th", "arabic", evidence.settings.calendar.zone)


def test_the_form_has_a_row_for_each_risk_of_the_procedure(body: InternalControl) -> None:
    assert [line.control.step for line in body.lines] == [1, 2, 3, 4]
    assert [line.control.step for line in body.sheets] == [1, 2, 3, 4, 5]


def test_column_four_states_how_often_a_control_was_kept(body: InternalControl, thai: Speech) -> None:
    told = evaluated(thai, body.lines[0])
    assert told[0] == "ตรวจสอบความพร้อมใช้งานของระบบ: ดำเนินการ 40 จาก 42 วันทำการ"
    assert told[1].startswith("ผลตรวจ 420 รายการ ปกติ 407")


def test_column_four_tells_what_matters_for_each_control(body: InternalControl, thai: Speech) -> None:
    restoration, recoverability, access = (evaluated(thai, line) for line in body.lines[1:])
    assert "ประสานผู้รับจ้างภายในเกณฑ์ 3 จาก 4 เหตุ" in restoration
    assert "ทดสอบกู้คืนสำเร็จ 2 จาก 2 ครั้ง" in recoverability
    assert any(told.startswith("มัธยฐานความล่าช้า") for told in access)


def test_work_that_was_never_done_is_an_exception_each_time(body: InternalControl) -> None:
    creation = next(covered for covered in body.lines[2].works if covered.work.id == "creation")
    assert creation.done == 0 and len(creation.exceptions) == len(creation.turns) > 50
    assert creation.proofs == ()


def test_the_test_sheet_names_the_exceptions_and_the_evidence(body: InternalControl) -> None:
    [covered] = body.lines[0].works
    assert [(turn.key, turn.state) for turn in covered.exceptions] == [
        ("2026-11-17", "missed"),
        ("2026-11-19", "incomplete"),
    ]
    assert len(covered.proofs) == 41


def test_columns_of_people_are_taken_as_typed(evidence: Evidence) -> None:
    typed = {"internal_control": {"availability": {"remaining_risk": "ไฟฟ้าดับ", "progress_percent": 40}}}
    body = make("internal_control", replace(evidence, typed=typed), read("2570-Q1")).body
    assert body.lines[0].typed["remaining_risk"] == "ไฟฟ้าดับ"
    assert body.lines[1].typed == {}


def test_a_control_that_is_not_due_yet_says_so(evidence: Evidence, thai: Speech) -> None:
    body = make("internal_control", evidence, read("2570-Q2")).body
    assert evaluated(thai, body.lines[0])[0] == "ตรวจสอบความพร้อมใช้งานของระบบ: ยังไม่ถึงกำหนดในงวดนี้"
    assert evaluated(thai, body.lines[1])[-1] == "ไม่มีเหตุขัดข้องในงวดนี้" or body.lines[1].facts


def test_the_draft_paragraphs_add_up_what_the_sheets_say(body: InternalControl, thai: Speech) -> None:
    assert "การควบคุม 5 รายการ" in component(thai, "activities", body)
    assert f"{thai.number(body.ledger_entries)} รายการ" in component(thai, "information", body)
    total = sum(line.counts.total for line in body.sheets)
    assert f"{thai.number(total)} รายการ" in component(thai, "monitoring", body)
