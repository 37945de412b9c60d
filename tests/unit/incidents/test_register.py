"""One fault has one number; every step is recorded once; nothing is closed as fixed without proof or reason."""

from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from dulae.errors import IncidentError
from dulae.incidents.register import Register, Report
from dulae.ledger import Ledger

from .conftest import NOW

CALL = Report(system="saraban", symptom="เปิดหนังสือรับไม่ได้", reporter="กองคลัง", contact="1234")
CHECK = Report(
    system="saraban", symptom="status 503", subject="saraban/login_page", channel="check", reported_at=NOW
)


def measured(ledger: Ledger, verdict: str, subject: str = "saraban/login_page") -> None:
    finding: dict[str, Any] = {"check": "http", "subject": subject, "verdict": verdict, "system": "saraban"}
    body = {"host": "localhost", "task": "probe", "grade": "measured", "finding": finding}
    ledger.append("finding", body, run="r1", control="availability", verdict=verdict)


def test_numbers_run_through_the_fiscal_year_of_the_buddhist_era(register: Register) -> None:
    first, _ = register.open(CALL, NOW)
    second, _ = register.open(Report(system="intranet", symptom="ช้ามาก"), NOW)
    assert (first.number, second.number) == ("INC-2570-0001", "INC-2570-0002")


def test_a_new_fiscal_year_begins_at_one(register: Register) -> None:
    register.open(CALL, datetime(2026, 9, 30, 5, tzinfo=UTC))
    later, _ = register.open(CHECK, datetime(2026, 10, 1, 5, tzinfo=UTC) + timedelta(days=60))
    assert later.number == "INC-2570-0001"


def test_the_fiscal_year_turns_at_midnight_in_bangkok(register: Register) -> None:
    opened, _ = register.open(CALL, datetime(2026, 9, 30, 17, 30, tzinfo=UTC))
    assert opened.number == "INC-2570-0001"


def test_the_same_failed_check_opens_nothing_twice(register: Register) -> None:
    first, new = register.open(CHECK, NOW)
    again, more = register.open(CHECK, NOW + timedelta(minutes=5))
    assert (new, more, again.number) == (True, False, first.number)


def test_a_caller_who_tells_of_a_known_fault_is_added_to_it(register: Register) -> None:
    register.open(CHECK, NOW)
    call = Report(system="saraban", subject="saraban/login_page", symptom="เข้าไม่ได้", reporter="กองคลัง")
    told, new = register.open(call, NOW)
    assert new and told.number == "INC-2570-0001"
    assert [report["reporter"] for report in told.reports] == ["กองคลัง"]


def test_a_closed_incident_is_not_reopened_but_a_new_one_begins(register: Register) -> None:
    first, _ = register.open(CALL, NOW)
    register.close(first.number, NOW, reason="แจ้งผิดระบบ")
    second, _ = register.open(CALL, NOW)
    assert second.number != first.number


def test_steps_are_recorded_once(register: Register) -> None:
    number = register.open(CALL, NOW)[0].number
    told, first = register.advance(number, "notified", NOW, how="phone")
    again, second = register.advance(number, "notified", NOW + timedelta(hours=1), how="email")
    assert (first, second) == (True, False)
    assert again.notified_at == told.notified_at


def test_finishing_what_was_never_started_records_both(register: Register) -> None:
    number = register.open(CALL, NOW)[0].number
    done, _ = register.advance(number, "finished", NOW, cause="ดิสก์เต็ม", fix="เพิ่มพื้นที่")
    assert (done.started_at, done.cause, done.fix) == (NOW, "ดิสก์เต็ม", "เพิ่มพื้นที่")


def test_it_is_not_closed_as_fixed_while_its_check_still_fails(register: Register, ledger: Ledger) -> None:
    number = register.open(CHECK, NOW)[0].number
    measured(ledger, "pass")
    measured(ledger, "fail")
    with pytest.raises(IncidentError, match="no check of it has passed"):
        register.close(number, NOW)


def test_a_passing_check_of_another_subject_does_not_close_it(register: Register, ledger: Ledger) -> None:
    number = register.open(CHECK, NOW)[0].number
    measured(ledger, "pass", "saraban/certificate")
    with pytest.raises(IncidentError, match="no check of it has passed"):
        register.close(number, NOW)


def test_a_passing_re_check_closes_it_and_is_named(settings: Any, ledger: Ledger, register: Register) -> None:
    past = datetime.now(UTC) - timedelta(minutes=1)
    number = register.open(Report(**{**vars(CHECK), "reported_at": past}), datetime.now(UTC))[0].number
    measured(ledger, "pass")
    closed, _ = register.close(number, datetime.now(UTC), confirmed_by="กองคลัง")
    assert closed.closed_at and closed.recheck["run"] == "r1" and closed.confirmed_by == "กองคลัง"


def test_closing_without_a_re_check_keeps_the_reason(register: Register) -> None:
    number = register.open(CALL, NOW)[0].number
    closed, _ = register.close(number, NOW, reason="ผู้ใช้ยืนยันทางโทรศัพท์")
    assert (closed.status, closed.reason) == ("closed", "ผู้ใช้ยืนยันทางโทรศัพท์")


def test_a_closed_incident_takes_no_more_steps(register: Register) -> None:
    number = register.open(CALL, NOW)[0].number
    register.close(number, NOW, reason="x")
    with pytest.raises(IncidentError, match="it is closed"):
        register.advance(number, "started", NOW)


@pytest.mark.parametrize(
    ("report", "words"),
    [
        (Report(system="payroll", symptom="x"), "no system 'payroll'.*Known: intranet, saraban"),
        (Report(system="saraban", symptom=" \u200b"), "symptom is empty"),
        (Report(system="saraban", symptom="x", channel="fax"), "channel 'fax' is unknown"),
        (Report(system="saraban", symptom="x", kind="joke"), "kind 'joke' is unknown"),
        (Report(system="saraban", symptom="x", reported_at=NOW + timedelta(hours=1)), "in the future"),
        (
            Report(system="saraban", symptom="x", reported_at=NOW - timedelta(days=40)),
            "31 days old.*CE, not BE",
        ),
        (Report(system="saraban", symptom="x", reported_at=NOW - timedelta(hours=2)), "without a reason"),
    ],
)
def test_what_is_no_report_is_refused_with_the_remedy(register: Register, report: Report, words: str) -> None:
    with pytest.raises(IncidentError, match=words):
        register.open(report, NOW)
    assert register.all() == []


def test_an_unknown_number_is_refused(register: Register) -> None:
    with pytest.raises(IncidentError, match=r"INC-1: there is no such incident.*incident list"):
        register.find("INC-1")


def test_a_mail_that_was_taken_is_not_taken_again(register: Register) -> None:
    mail = Report(system="saraban", symptom="ล่ม", channel="email", message_id="<1@x>")
    assert register.open(mail, NOW)[1]
    assert not register.open(mail, NOW)[1]


def _open_one(arguments: tuple[Path, int]) -> str:
    folder, number = arguments
    register = Register(Ledger.open(folder / "ledger"), "officer1", FileLock(folder / "lock"))
    return register.open(Report(system="saraban", symptom=f"fault {number}"), NOW)[0].number


def test_processes_that_open_at_once_never_share_a_number(tmp_path: Path) -> None:
    Ledger.create(tmp_path / "ledger", organisation="office", node="n")
    with ProcessPoolExecutor(4) as pool:
        numbers = list(pool.map(_open_one, [(tmp_path, number) for number in range(12)]))
    assert sorted(numbers) == [f"INC-2570-{number:04}" for number in range(1, 13)]
