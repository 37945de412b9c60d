"""The desk's round over the ledger: failed checks become incidents, clocks are judged, mail is told apart."""

from datetime import timedelta
from typing import Any

import pytest

from dulae.checks.finding import Verdict
from dulae.incidents.desk import Desk
from dulae.incidents.mail_reading import Mail
from dulae.incidents.register import Report

from .conftest import NOW


def measured(desk: Desk, verdict: str, host: str = "localhost", run: str = "r1", check: str = "http") -> None:
    finding: dict[str, Any] = {
        "check": check,
        "subject": "saraban/login_page",
        "verdict": verdict,
        "code": "http.status",
        "because": "status 503, 200 expected",
        "measured": {"status": 503},
        "limit": {"expected": "200"},
        "system": "saraban",
    }
    body = {"host": host, "task": "probe", "grade": "measured", "finding": finding}
    desk.ledger.append("finding", body, run=run, control="availability", verdict=verdict)


def later(desk: Desk, minutes: int) -> Any:
    return max(entry.ts for entry in desk.ledger.entries()) + timedelta(minutes=minutes)


def test_a_failed_check_opens_one_incident_with_its_words(desk: Desk) -> None:
    measured(desk, "fail")
    measured(desk, "fail")
    [opened] = desk.open_failed(later(desk, 1))
    assert (opened.channel, opened.subject, opened.symptom) == (
        "check",
        "saraban/login_page",
        "status 503, 200 expected",
    )
    assert opened.finding["measured"] == {"status": 503}
    assert desk.open_failed(later(desk, 2)) == []


def test_what_passes_again_opens_nothing(desk: Desk) -> None:
    measured(desk, "fail")
    measured(desk, "pass")
    assert desk.open_failed(later(desk, 1)) == []


def test_what_one_host_cannot_reach_is_a_fault_although_another_can(desk: Desk) -> None:
    measured(desk, "fail", "web1")
    measured(desk, "pass")
    [opened] = desk.open_failed(later(desk, 1))
    measured(desk, "fail", "web1", "r2")
    measured(desk, "pass", run="r2")
    assert not desk.register.passing_recheck(opened)
    measured(desk, "pass", "web1", "r3")
    measured(desk, "pass", run="r3")
    assert desk.register.passing_recheck(opened)["run"] == "r3"


def test_a_check_of_another_kind_under_the_same_name_proves_no_repair(desk: Desk) -> None:
    measured(desk, "fail")
    [opened] = desk.open_failed(later(desk, 1))
    measured(desk, "pass", run="r2", check="backup")
    assert not desk.register.passing_recheck(opened)


def test_what_a_user_reported_is_closed_by_passing_checks_of_the_whole_system(desk: Desk) -> None:
    told, _ = desk.register.open(Report(system="saraban", symptom="เปิดไม่ได้"), later(desk, 0))
    assert not desk.register.passing_recheck(told)
    measured(desk, "fail", "web1")
    measured(desk, "pass")
    assert not desk.register.passing_recheck(told)
    measured(desk, "pass", "web1", "r2")
    measured(desk, "pass", run="r2")
    assert desk.register.passing_recheck(told)["run"] == "r2"


def test_what_was_only_tried_in_check_mode_opens_nothing_and_proves_no_repair(desk: Desk) -> None:
    measured(desk, "fail")
    [opened] = desk.open_failed(later(desk, 1))
    desk.ledger.append("run.intent", {"check_mode": True}, run="r2", control="availability")
    measured(desk, "pass", run="r2")
    assert not desk.register.passing_recheck(opened)
    desk.register.close(opened.number, later(desk, 0), reason="แก้ไขแล้ว")
    measured(desk, "fail", run="r2")
    assert desk.open_failed(later(desk, 1)) == []


def test_a_check_from_before_the_closing_opens_nothing_anew(desk: Desk) -> None:
    measured(desk, "fail")
    [opened] = desk.open_failed(later(desk, 1))
    desk.register.close(opened.number, later(desk, 2), reason="ยกเลิกการตรวจรายการนี้")
    assert desk.open_failed(later(desk, 3)) == []


def test_a_check_that_fails_after_the_closing_is_a_new_fault(desk: Desk) -> None:
    measured(desk, "fail")
    [opened] = desk.open_failed(later(desk, 0))
    desk.register.close(opened.number, later(desk, 0), reason="แก้ไขแล้ว")
    measured(desk, "fail")
    [again] = desk.open_failed(later(desk, 1))
    assert again.number != opened.number


def test_a_check_of_long_ago_opens_nothing_and_breaks_nothing(desk: Desk) -> None:
    measured(desk, "fail")
    assert desk.open_failed(later(desk, 60 * 24 * 40)) == []


def test_a_check_of_a_system_that_is_gone_opens_nothing(desk: Desk) -> None:
    finding = {"subject": "old/login", "system": "old", "verdict": "fail", "because": "x", "code": "x"}
    desk.ledger.append("finding", {"finding": finding}, control="availability", verdict="fail")
    assert desk.open_failed(later(desk, 1)) == []


def test_what_could_not_be_checked_is_no_fault_of_the_contractor(desk: Desk) -> None:
    measured(desk, "unknown")
    assert desk.open_failed(later(desk, 1)) == []


@pytest.mark.parametrize(
    ("minutes", "told", "verdict"),
    [
        (30, True, Verdict.PASS),
        (31, True, Verdict.FAIL),
        (30, False, Verdict.WARN),
        (31, False, Verdict.FAIL),
    ],
)
def test_the_clock_of_coordinating_turns_exactly_at_the_limit(
    desk: Desk, minutes: int, told: bool, verdict: Verdict
) -> None:
    number = desk.register.open(Report(system="saraban", symptom="ล่ม"), NOW)[0].number
    after = NOW + timedelta(minutes=minutes)
    if told:
        desk.register.advance(number, "notified", after, how="phone")
    [finding] = desk.judge(after)
    assert (finding.subject, finding.verdict) == (number, verdict)
    assert finding.measured == {"minutes": minutes} and finding.limit == {"limit_minutes": 30}


def test_the_contracts_clocks_warn_apart_from_the_procedures_clock(desk: Desk) -> None:
    number = desk.register.open(Report(system="saraban", symptom="ล่ม"), NOW)[0].number
    desk.register.advance(number, "notified", NOW, how="phone")
    codes = [finding.code for finding in desk.judge(NOW + timedelta(days=9))]
    assert codes == ["incidents.notified_in_time", "incidents.start_late", "incidents.finish_late"]


def test_advice_has_no_clock(desk: Desk) -> None:
    desk.register.open(Report(system="saraban", symptom="ลืมรหัสผ่าน", kind="advice"), NOW)
    [finding] = desk.judge(NOW + timedelta(days=1))
    assert finding.code == "incidents.none_open"


def test_without_a_mail_server_the_mailbox_is_unknown_and_never_passed(desk: Desk) -> None:
    findings, _changed = desk.round(NOW)
    assert {f.subject: f.verdict for f in findings if f.subject.startswith("mail")} == {
        "mailbox": Verdict.UNKNOWN,
        "mail_server": Verdict.UNKNOWN,
    }


def test_a_second_round_changes_nothing(desk: Desk) -> None:
    measured(desk, "fail")
    now = later(desk, 1)
    assert desk.round(now)[1]
    assert not desk.round(now)[1]


def mail(**said: Any) -> Mail:
    facts = {
        "message_id": "<1@x>",
        "sender": "กองคลัง",
        "address": "",
        "subject": "Intranet เข้าไม่ได้",
        "text": "",
    }
    return Mail(**(facts | said))


def test_a_mail_opens_an_incident_of_the_system_it_mentions(desk: Desk) -> None:
    desk._keep(mail(), NOW)
    [opened] = desk.register.all()
    assert (opened.system, opened.channel, opened.symptom) == ("intranet", "email", "Intranet เข้าไม่ได้")


def test_a_mail_that_mentions_no_system_is_not_dropped(desk: Desk) -> None:
    desk._keep(mail(subject="", text="ช่วยด้วย"), NOW)
    assert desk.register.all()[0].symptom == "ช่วยด้วย"


@pytest.mark.parametrize(
    "reply", [{"subject": "Re: [INC-2570-0001] x"}, {"answers": ("<INC-2570-0001.notice@x>",)}]
)
def test_an_answer_joins_its_incident_and_opens_none(desk: Desk, reply: dict[str, Any]) -> None:
    desk.register.open(Report(system="saraban", symptom="ล่ม"), NOW)
    desk._keep(mail(message_id="<2@x>", **reply), NOW)
    assert len(desk.register.all()) == 1
    [kept] = desk.ledger.entries(("incident.mail",))
    assert kept.body["number"] == "INC-2570-0001"


def test_an_automatic_reply_opens_nothing_but_is_kept(desk: Desk) -> None:
    desk._keep(mail(automatic=True), NOW)
    assert desk.register.all() == []
    assert len(list(desk.ledger.entries(("incident.mail",)))) == 1
