from datetime import UTC, datetime
from typing import Any

from dulae.ledger import Ledger
from dulae.ledger.views.incidents import Incident, incidents


def at(minute: int) -> str:
    return f"2026-11-23T02:{minute:02}:00+00:00"


def moment(minute: int) -> datetime:
    return datetime(2026, 11, 23, 2, minute, tzinfo=UTC)


def tell(ledger: Ledger, event: str, minute: int, number: str = "INC-2570-0001", **body: Any) -> None:
    told = {"number": number, "at": at(minute), "by": "officer1", **body}
    ledger.append(f"incident.{event}", told, control="restoration")


def opened(ledger: Ledger, number: str = "INC-2570-0001", **body: Any) -> None:
    facts = {
        "key": "intranet/login_page",
        "system": "intranet",
        "subject": "intranet/login_page",
        "symptom": "หน้าเข้าสู่ระบบไม่ขึ้น",
        "channel": "phone",
        "severity": "high",
        "kind": "fault",
        "reporter": "ผู้ใช้งาน",
        "unit": "กองคลัง",
        "reported_at": at(1),
    }
    tell(ledger, "opened", 3, number, **{**facts, **body})


def only(ledger: Ledger) -> Incident:
    (incident,) = incidents(ledger.entries())
    return incident


def test_an_incident_is_known_from_when_it_was_reported(ledger: Ledger) -> None:
    opened(ledger)
    incident = only(ledger)
    assert (incident.reported_at, incident.opened_at, incident.status) == (moment(1), moment(3), "opened")
    assert (incident.channel, incident.unit, incident.by) == ("phone", "กองคลัง", "officer1")


def test_each_step_has_its_time_and_facts(ledger: Ledger) -> None:
    opened(ledger)
    tell(ledger, "notified", 5, to="vendor@example.go.th", how="email")
    tell(ledger, "acknowledged", 6)
    tell(ledger, "advised", 7, advice="use the other address")
    tell(ledger, "started", 10)
    tell(ledger, "finished", 20, cause="disk full", fix="cleaned")
    assert only(ledger).status == "finished"
    tell(ledger, "closed", 30, confirmed_by="user1", reason="", recheck={"run": "r1", "entry": 9})
    incident = only(ledger)
    assert incident.status == "closed"
    times = ("notified_at", "acknowledged_at", "advised_at", "started_at", "finished_at", "closed_at")
    assert [getattr(incident, name) for name in times] == [moment(minute) for minute in (5, 6, 7, 10, 20, 30)]
    assert (incident.to, incident.how, incident.cause, incident.fix) == (
        "vendor@example.go.th",
        "email",
        "disk full",
        "cleaned",
    )
    assert (incident.confirmed_by, incident.recheck) == ("user1", {"run": "r1", "entry": 9})
    assert incident.seq == tuple(range(1, 8)) and incident.by == "officer1"


def test_a_step_that_is_told_twice_keeps_its_first_time(ledger: Ledger) -> None:
    opened(ledger)
    tell(ledger, "notified", 5, how="email")
    tell(ledger, "notified", 9, how="phone")
    assert (only(ledger).notified_at, only(ledger).how) == (moment(5), "email")


def test_more_reports_of_the_same_fault_are_kept_with_it(ledger: Ledger) -> None:
    opened(ledger)
    tell(ledger, "reported", 8, reporter="another", symptom="the same")
    opened(ledger, symptom="opened twice")
    incident = only(ledger)
    assert [report["symptom"] for report in incident.reports] == ["the same", "opened twice"]
    assert incident.reporter == "ผู้ใช้งาน" and incident.reported_at == moment(1)


def test_incidents_stand_in_the_order_in_which_they_were_opened(ledger: Ledger) -> None:
    for number in ("INC-2570-0002", "INC-2570-0001"):
        opened(ledger, number)
    assert [incident.number for incident in incidents(ledger.entries())] == ["INC-2570-0002", "INC-2570-0001"]


def test_what_tells_of_no_known_incident_is_left_out(ledger: Ledger) -> None:
    tell(ledger, "notified", 5)
    tell(ledger, "mail", 6)
    ledger.append("incident.opened", {})
    ledger.append("finding", {"number": "INC-2570-0001"})
    assert incidents(ledger.entries()) == []


def test_without_times_of_its_own_the_entry_s_time_counts(ledger: Ledger) -> None:
    ledger.append("incident.opened", {"number": "1"})
    ledger.append("incident.closed", {"number": "1"})
    incident = only(ledger)
    assert incident.reported_at == incident.opened_at == incident.closed_at == ledger.clock()
