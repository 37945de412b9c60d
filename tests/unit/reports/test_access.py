from datetime import date

import pytest

from dulae.reports.data.access import AccessReview
from tests.unit.reports.conftest import Made, Rendered


@pytest.fixture(scope="module")
def week(made: Made) -> AccessReview:
    body: AccessReview = made("access", "2026-W48").body
    return body


def test_a_week_without_a_list_is_told_as_an_exception(made: Made) -> None:
    body = made("access", "2026-W47").body
    assert body.lists == () and body.actions == () and not body.reviewed
    assert [(row.code, row.state) for row in body.list_rows] == [("list.missing", "abnormal")]


def test_the_summary_counts_rows_and_accounts(week: AccessReview) -> None:
    assert week.summary == {
        "received": 6,
        "matched": 7,
        "disabled": 3,
        "suspended": 0,
        "given_back": 1,
        "transferred": 0,
        "waiting": 1,
        "review": 1,
        "no_account": 1,
        "rejected": 1,
    }


def test_each_action_says_who_approved_it_and_how_it_was_proven(week: AccessReview) -> None:
    first = week.actions[0]
    assert (first.login, first.status, first.verified) == ("namfon.y", "done", "login_refused")
    assert first.approver and getattr(first.approver, "en", "") == "Somsri Namsommut"
    assert (first.effective, first.lag_days) == (date(2026, 11, 23), 4)


def test_a_right_that_was_given_back_is_no_longer_suspended(week: AccessReview) -> None:
    status = {(action.login, action.status) for action in week.actions}
    assert ("kanlaya", "undone") in status
    [undone] = week.undone
    assert (undone.login, undone.by, undone.reason) == ("kanlaya", "engineer1", "กองการเจ้าหน้าที่แก้ไขคำสั่ง")


def test_who_waits_and_who_is_protected_stand_in_the_table_without_an_action(week: AccessReview) -> None:
    status = {action.login: action.status for action in week.actions if action.at is None}
    assert status == {"pichit": "waiting", "admin": "protected"}


def test_doubts_are_told_in_both_languages_and_unreadable_rows_go_back(week: AccessReview) -> None:
    rejected, review = week.doubts
    assert rejected.rejected and rejected.name == "นาง สุดา ทดสอบ" and "31/02/2569" in rejected.reason_th
    assert not review.rejected and review.said.code == "access.row_unclear" and "ทิศทาง" in review.reason_th


def test_a_login_after_the_last_day_is_told(week: AccessReview) -> None:
    [late] = week.uses
    [use] = late.uses
    assert (use.login, use.numbers) == ("teeradech", ("INC-2570-0007",)) and late.row.state == "abnormal"


def test_only_masked_numbers_are_in_the_data(week: AccessReview) -> None:
    assert all(action.citizen_id.startswith("x-xxxx-xxxxx-") for action in week.actions)


def test_what_waits_at_leavers_accounts_is_listed_by_unit_without_titles(week: AccessReview) -> None:
    assert [(one.unit, one.login, one.documents, one.unlisted) for one in week.pending] == [
        ("กองแผนงาน", "namfon.y", 61, 11),
        ("สำนักงานเลขานุการกรม", "teeradech", 3, 0),
    ]


def test_the_lag_is_told_as_median_largest_and_late(week: AccessReview) -> None:
    assert week.lag is not None
    assert (week.lag.accounts, week.lag.median_days, week.lag.largest_days, week.lag.late) == (3, 4, 57, 1)


def test_whoever_could_still_log_in_is_told_beside_the_lag(week: AccessReview, rendered: Rendered) -> None:
    [row] = week.lag_rows
    assert (row.measured["still_open"], row.measured["open_days"]) == (1, 57)
    for output in ("html", "markdown"):
        assert "ยังไม่ปิด 1 บัญชี นานที่สุด 57 วัน" in rendered("access", "2026-W48", output=output)


def test_what_is_open_again_is_told_with_whose_it_is_since_when_and_its_incident(week: AccessReview) -> None:
    sure, doubted = week.again
    assert (sure.login, sure.opened, sure.used, sure.is_sure) == (
        "teeradech",
        ("flag", "sessions"),
        True,
        True,
    )
    assert sure.incidents == ("INC-2570-0007",) and sure.noticed_at.startswith("2026-11-22")
    assert (doubted.name, doubted.used, doubted.is_sure, doubted.incidents) == (
        "นางสาวมาลี ลาออก",
        False,
        False,
        (),
    )
    assert {(row.subject, row.state) for row in week.again_rows} == {
        ("saraban", "abnormal"),
        ("intranet", "normal"),
    }


@pytest.mark.parametrize("output", ["html", "markdown"])
def test_it_is_read_in_both_languages(rendered: Rendered, output: str) -> None:
    thai = rendered("access", "2026-W48", output=output)
    for words in (
        "บัญชีที่ปิดแล้วกลับมาเปิดอีก หรือทำขึ้นใหม่หลังพ้นสภาพ",
        "สถานะบัญชีเป็นใช้งานได้, เซสชัน",
        "บัญชีใหม่, odd_rows",
        "กลับมาเปิดอยู่อีก (teeradech, malee.new) หลังจากนั้นมีการใช้งาน 1 บัญชี",
        "ใช้หลังเปิด",
        "ต้องพิจารณาว่าเป็นของผู้ใด",
        "ไม่มีผู้ใดกลับเข้าใช้งานได้อีก บัญชีที่ปิดไว้ 41 บัญชียังปิดอยู่",
        "จับคู่ได้ด้วยชื่อเท่านั้น",
    ):
        assert words in thai
    english = rendered("access", "2026-W48", language="en", output=output)
    assert "the account is active, sessions" in english and "whose it is must be decided" in english


def test_a_week_in_which_nobody_was_looked_for_has_no_such_table(made: Made, rendered: Rendered) -> None:
    assert made("access", "2026-W47").body.again_rows == ()
    assert "กลับมาเปิด" not in rendered("access", "2026-W47", output="markdown")


def test_a_plan_that_waited_is_told_with_what_came_of_it(week: AccessReview, rendered: Rendered) -> None:
    waited = {row.seq: row for row in week.rows if row.check == "access" and "plan_id" in row.measured}
    assert waited and set(week.carried_out) == set(waited)
    for seq, event in week.carried_out.items():
        assert (event.body["outcome"], event.body["system"]) == ("applied", waited[seq].system)
        assert event.seq > seq
        for output in ("html", "markdown"):
            assert f"#{event.seq}" in rendered("access", "2026-W48", output=output)
    assert "carried out" in rendered("access", "2026-W48", language="en", output="markdown")


def test_a_list_that_is_received_again_by_each_run_is_told_once(week: AccessReview) -> None:
    received = [row for row in week.rows if row.check == "leavers"]
    assert [row.seq for row in week.list_rows] == [row.seq for row in received][len(received) // 2 :]
