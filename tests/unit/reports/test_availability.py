from datetime import date, timedelta
from pathlib import Path

import pytest

from dulae.reports.data.availability import Availability
from dulae.reports.evidence import gather
from dulae.reports.making import make
from dulae.reports.period import read
from tests.unit.reports.conftest import Made
from tests.unit.reports.department import Department, department, run
from tests.unit.reports.story import KILLED, MISSED, SLOW, UNREACHABLE, WRONG_PAGE, morning


def body(made: Made, period: str) -> Availability:
    report: Availability = made("availability", period).body
    return report


def test_a_wrong_page_is_abnormal_although_the_system_was_well_again_later(made: Made) -> None:
    day = body(made, WRONG_PAGE.isoformat())
    saraban = day.systems[1]
    assert (saraban.worst, saraban.last) == ("abnormal", "normal")
    assert (day.counts.total, day.counts.abnormal) == (20, 2)
    [trouble] = day.troubles
    assert (trouble.subject, trouble.times) == ("saraban/login_page", 2)
    assert [case.incident.number for case in trouble.cases] == ["INC-2570-0002"]


def test_the_slowest_answer_is_named(made: Made) -> None:
    slowest = body(made, SLOW.isoformat()).systems[0].slowest
    assert slowest and (slowest.subject, slowest.measured["latency_ms"]) == ("intranet/login_page", 8412)


def test_what_could_not_be_seen_is_neither_normal_nor_abnormal(made: Made) -> None:
    day = body(made, UNREACHABLE.isoformat())
    assert (day.counts.unchecked, day.counts.abnormal) == (3, 0)
    assert day.systems[0].worst == "unchecked"
    assert day.runs[0].told.within_limit is False


def test_a_day_without_a_check_has_no_result(made: Made) -> None:
    day = body(made, MISSED.isoformat())
    assert [system.worst for system in day.systems] == ["unchecked", "unchecked"]
    assert [(item.day, item.why) for item in day.unchecked] == [(MISSED, "missed")]


def test_a_killed_run_leaves_its_missing_checks_as_unchecked(made: Made) -> None:
    day = body(made, KILLED.isoformat())
    assert (day.counts.total, day.counts.unchecked) == (10, 7)
    assert not day.runs[0].ended
    assert [(item.day, item.why) for item in day.unchecked] == [(KILLED, "incomplete")]


def test_a_holiday_is_told_with_its_name(made: Made) -> None:
    [holiday] = body(made, "2026-10-13").unchecked
    assert holiday.why == "holiday" and holiday.title and holiday.title.en == "Navamindra Maharaj Day"


def test_a_weekend_is_not_due(made: Made) -> None:
    saturday = body(made, "2026-11-07")
    assert (saturday.due_days, saturday.unchecked) == (0, ())


def test_a_day_after_the_evidence_is_not_yet_due(made: Made) -> None:
    assert body(made, "2026-12-02").unchecked == ()


def test_a_warning_counts_as_normal_and_is_told_as_watched(made: Made) -> None:
    day = body(made, "2026-11-25")
    assert (day.counts.watch, day.counts.normal) == (1, 9)
    assert day.systems[1].worst == "watch"
    assert day.troubles == ()


def test_a_month_lists_its_days_and_only_what_was_not_plainly_normal(made: Made) -> None:
    month = body(made, "2026-11")
    assert month.bundle and len(month.days) == 20
    assert month.counts.total == 210 and "normal" not in {row.state for row in month.rows}
    marks = dict(month.calendar[1].days)
    assert (marks[WRONG_PAGE], marks[MISSED], marks[date(2026, 11, 8)]) == ("abnormal", "missed", "closed")


def test_days_before_the_ledger_began_are_not_held_against_anybody(tmp_path: Path) -> None:
    tale = department(tmp_path, begins=date(2026, 11, 18))
    run(tale, morning(tale.at(date(2026, 11, 18), "08:15")))
    run(tale, morning(tale.at(date(2026, 11, 20), "08:15")))
    tale.settle()
    month = make("availability", gather(tale.ledger, tale.settings), read("2026-11")).body
    assert [item.day for item in month.unchecked] == [date(2026, 11, 19)]


def test_a_run_in_check_mode_is_no_evidence(tmp_path: Path) -> None:
    tale = department(tmp_path, begins=date(2026, 11, 18))
    when = tale.at(date(2026, 11, 18), "08:15")
    run(tale, morning(when))
    [intent] = [draft for _, draft in tale.drafts if draft.kind == "run.intent"]
    tried = {**intent.body, "check_mode": True}
    tale.write(when - timedelta(minutes=1), "run.intent", tried, run="try-1", control="availability")
    tale.settle()
    day = make("availability", gather(tale.ledger, tale.settings), read("2026-11-18")).body
    assert [made_run.told.run for made_run in day.runs] == [intent.run]


@pytest.fixture
def before_its_time(tmp_path: Path) -> Department:
    tale = department(tmp_path, begins=date(2026, 11, 18))
    tale.write(tale.at(date(2026, 11, 19), "07:30"), "schedule", {"note": "early"})
    tale.settle()
    return tale


def test_a_check_that_may_still_be_made_in_time_is_not_missed(before_its_time: Department) -> None:
    evidence = gather(before_its_time.ledger, before_its_time.settings)
    assert make("availability", evidence, read("2026-11-19")).body.unchecked == ()
    assert [item.why for item in make("availability", evidence, read("2026-11-18")).body.unchecked] == [
        "missed"
    ]


def test_an_incident_that_was_over_is_not_the_follow_up_of_a_later_trouble(made: Made) -> None:
    later = [trouble for trouble in body(made, "2026-11").troubles if trouble.state == "unchecked"]
    assert later and all(trouble.cases == () for trouble in later)


def test_a_killed_run_says_how_far_it_came(made: Made) -> None:
    assert body(made, KILLED.isoformat()).runs[0].observed == 3
