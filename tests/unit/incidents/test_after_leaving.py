"""An account that was used after its owner's last day has one incident, however often the review tells of it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dulae.accounts.reviewing import OPEN, USE_CHECK, USED
from dulae.checks.finding import Finding, Verdict, judged
from dulae.errors import IncidentError
from dulae.incidents.after_leaving import open_for
from dulae.incidents.desk import Desk

from .conftest import NOW


def told(*uses: tuple[str, str], system: str = "saraban", why: Any = USED) -> Finding:
    """Return a review's finding about some accounts: login, and when each was used."""
    listed = [
        {"login": login, "last_used_at": at, "effective_date": "2026-11-01", "open": {}} for login, at in uses
    ]
    measured = {"used": len(uses), "logins": ", ".join(login for login, _ in uses), "uses": listed}
    return replace(judged(USE_CHECK, system, Verdict.FAIL, why, measured=measured), system=system)


FIRST, LATER = "2026-11-10T01:30:00+00:00", "2026-11-12T01:30:00+00:00"


def test_each_account_has_an_incident_of_its_own_that_is_no_fault_of_the_contractors(desk: Desk) -> None:
    opened = open_for(desk, [told(("user2", FIRST), ("user3", LATER))], NOW)
    assert [one.number for one in opened] == ["INC-2570-0001", "INC-2570-0002"]
    first = opened[0]
    assert (first.kind, first.severity, first.channel, first.system) == (
        "security",
        "high",
        "check",
        "saraban",
    )
    assert first.finding["code"] == "incidents.used_after_leaving"
    assert "user2" in first.symptom and "2026-11-10" in first.symptom and "2026-11-01" in first.symptom


def test_the_contractor_is_not_told_and_no_clock_runs(desk: Desk) -> None:
    open_for(desk, [told(("user2", FIRST))], NOW)
    assert [found.code for found in desk.judge(NOW)] == ["incidents.none_open"]


def test_the_same_use_opens_nothing_twice(desk: Desk) -> None:
    found = [told(("user2", FIRST))]
    open_for(desk, found, NOW)
    count = desk.ledger.anchor().count
    assert open_for(desk, found, NOW + timedelta(days=7)) == [] and desk.ledger.anchor().count == count


def test_the_same_use_opens_nothing_after_it_was_looked_into_either(desk: Desk) -> None:
    (first,) = open_for(desk, [told(("user2", FIRST))], NOW)
    desk.register.close(first.number, NOW, reason="เจ้าของบัญชีส่งมอบงาน")
    assert open_for(desk, [told(("user2", FIRST))], NOW + timedelta(days=7)) == []


def test_a_later_use_is_added_while_it_is_open_and_is_new_after_that(desk: Desk) -> None:
    (first,) = open_for(desk, [told(("user2", FIRST))], NOW)
    assert open_for(desk, [told(("user2", LATER))], NOW) == []
    (kept,) = desk.register.all()
    assert [report["finding"]["measured"]["last_used_at"] for report in kept.reports] == [LATER]
    desk.register.close(first.number, NOW, reason="looked into")
    assert open_for(desk, [told(("user2", LATER))], NOW) == []
    (second,) = open_for(desk, [told(("user2", "2026-11-20T01:30:00+00:00"))], NOW)
    assert second.number == "INC-2570-0002"


def test_the_same_name_in_another_system_is_another_account(desk: Desk) -> None:
    open_for(desk, [told(("user2", FIRST))], NOW)
    assert len(open_for(desk, [told(("user2", FIRST), system="intranet")], NOW)) == 1


def test_an_account_named_as_a_probe_is_not_taken_for_its_fault(desk: Desk) -> None:
    open_for(desk, [told(("login_page", FIRST))], NOW)
    body = {"check": "http", "subject": "saraban/login_page", "verdict": "fail", "system": "saraban"}
    finding = {**body, "because": "status 503", "code": "http.status", "measured": {}, "limit": {}}
    desk.ledger.append(
        "finding", {"host": "localhost", "finding": finding}, run="r", control="availability", verdict="fail"
    )
    assert [one.kind for one in desk.open_failed(datetime.now(UTC))] == ["fault"]


def test_what_is_only_still_open_and_what_passes_opens_nothing(desk: Desk) -> None:
    fine = judged(
        "access", "saraban", Verdict.PASS, replace(USED, text="fine"), measured={"used": 0, "uses": []}
    )
    assert open_for(desk, [told(("user2", FIRST), why=OPEN), fine], NOW) == []


def test_a_clock_of_another_zone_is_compared_as_a_moment(desk: Desk) -> None:
    open_for(desk, [told(("user2", "2026-11-10T01:30:00+00:00"))], NOW)
    assert open_for(desk, [told(("user2", "2026-11-10T08:30:00+07:00"))], NOW) == []


def test_no_check_can_say_that_somebody_has_looked_into_it(desk: Desk) -> None:
    (opened,) = open_for(desk, [told(("user2", FIRST))], NOW)
    fine = {"check": "access_use", "subject": "saraban", "verdict": "pass", "system": "saraban"}
    desk.ledger.append(
        "finding", {"host": "localhost", "finding": fine}, run="r", control="access", verdict="pass"
    )
    with pytest.raises(IncidentError, match="close it with --reason"):
        desk.register.close(opened.number, NOW)
    closed, _ = desk.register.close(opened.number, NOW, reason="ส่งมอบงาน")
    assert closed.closed_at


def test_a_round_tells_the_contractor_nothing_of_it(desk: Desk) -> None:
    (opened,) = open_for(desk, [told(("user2", FIRST))], NOW)
    desk.round(NOW)
    assert desk.register.find(opened.number).notified_at is None and not list(desk._untold())
