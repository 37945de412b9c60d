from datetime import date, timedelta
from pathlib import Path

from dulae.checks.finding import Verdict
from dulae.reports.data.incidents import Case, Incidents
from dulae.reports.evidence import gather
from dulae.reports.making import make
from dulae.reports.period import read
from tests.unit.reports.conftest import Made
from tests.unit.reports.department import Plan, department, find, run


def body(made: Made, period: str = "2026-11") -> Incidents:
    report: Incidents = made("incidents", period).body
    return report


def case(made: Made, number: str) -> Case:
    return next(one for one in body(made).cases if one.incident.number == number)


def test_reports_are_counted_by_channel_and_kind_without_what_was_carried_over(made: Made) -> None:
    month = body(made)
    assert month.channels == {"phone": 1, "email": 1, "check": 3, "walk_in": 1}
    assert month.kinds == {"fault": 3, "advice": 1, "rights_request": 1, "security": 1}
    assert month.carried == 1 and len(month.cases) == 7


def test_the_clocks_of_procedure_and_contract_run_apart(made: Made) -> None:
    late = case(made, "INC-2570-0005")
    assert [(clock.name, clock.minutes, clock.state) for clock in late.clocks] == [
        ("coordinate", 47, "over"),
        ("start", 35, "within"),
        ("finish", 1613, "over"),
    ]
    assert [clock.name for clock in late.overdue] == ["coordinate", "finish"]


def test_downtime_runs_from_the_report_to_the_repair(made: Made) -> None:
    assert case(made, "INC-2570-0002").downtime == timedelta(minutes=205)


def test_what_is_not_finished_runs_to_the_end_of_the_period(made: Made) -> None:
    still_open = case(made, "INC-2570-0004")
    assert still_open.downtime == timedelta(hours=10, minutes=29)
    assert [clock.state for clock in still_open.clocks] == ["within", "over", "running"]


def test_advice_has_no_downtime_and_no_clock(made: Made) -> None:
    advice = case(made, "INC-2570-0003")
    assert (advice.downtime, advice.clocks) == (None, ())


def test_a_fault_that_a_check_found_is_told_in_the_words_of_the_check(made: Made) -> None:
    because = case(made, "INC-2570-0002").because
    assert because and because.code == "health.http_words_missing"
    assert case(made, "INC-2570-0001").because is None


def test_a_subject_that_fails_again_is_a_repeated_problem(made: Made, tmp_path: Path) -> None:
    assert body(made).repeats == ()
    tale = department(tmp_path)
    for day, number in ((5, "INC-2570-0001"), (6, "INC-2570-0002")):
        at = tale.at(date(2026, 11, day), "09:00")
        fault = {
            "system": "saraban",
            "subject": "saraban/register",
            "symptom": "x",
            "key": "saraban/register",
        }
        facts = {"number": number, "kind": "fault", "channel": "check", "reported_at": at.isoformat()}
        tale.write(at, "incident.opened", {**fault, **facts}, control="restoration")
    tale.settle()
    [repeat] = make("incidents", gather(tale.ledger, tale.settings), read("2026-11")).body.repeats
    assert (repeat.subject, repeat.numbers) == ("saraban/register", ("INC-2570-0001", "INC-2570-0002"))


def test_an_incident_belongs_to_later_periods_only_while_it_is_open(made: Made) -> None:
    assert [one.incident.number for one in body(made, "2026-10").cases] == ["INC-2570-0001"]
    assert [one.incident.number for one in body(made, "2026-12").cases] == ["INC-2570-0006", "INC-2570-0004"]


def test_a_mailbox_that_could_not_be_read_is_told_and_no_quiet_month(made: Made, tmp_path: Path) -> None:
    assert body(made).unheard == ()
    tale = department(tmp_path)
    silent = find(
        "incident", "mailbox", Verdict.UNKNOWN, "incidents.no_mailbox", measured={"error": "no connection"}
    )
    for day in (5, 6):
        run(tale, Plan(tale.at(date(2026, 11, day), "08:30"), "restoration", (("localhost", silent),)))
    tale.settle()
    [unheard] = make("incidents", gather(tale.ledger, tale.settings), read("2026-11")).body.unheard
    assert (unheard.row.state, unheard.row.code, unheard.times) == ("unchecked", "incidents.no_mailbox", 2)
    assert unheard.row.at.day == 6
