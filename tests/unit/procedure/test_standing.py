"""How work stands, told by the ledger's entries."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest

from dulae.checks.finding import Verdict
from dulae.procedure.calendar import WorkingTime
from dulae.procedure.standing import Standing, finding, runs, standings
from dulae.settings import Settings

from .conftest import at

BEGAN = "2026-11-16 08:00"


@dataclass(frozen=True)
class Entry:
    ts: datetime
    kind: str
    run: str
    control: str
    body: dict[str, Any] = field(default_factory=dict)


def intent(run: str, moment: str, control: str = "availability", **body: Any) -> Entry:
    return Entry(at(moment), "run.intent", run, control, body)


def result(run: str, moment: str, control: str = "availability", **body: Any) -> Entry:
    return Entry(at(moment), "run.result", run, control, {"evidenced": True, "check_mode": False, **body})


def stand(example: Settings, entries: list[Entry], now: str, work: str = "availability") -> Standing:
    found = standings(example, runs(entries), at(BEGAN), at(now))
    return next(each for each in found if each.work.id == work)


def week_until(day: int) -> list[Entry]:
    """Return runs of each working day from Monday 16 November on."""
    days = range(16, day + 1)
    return [
        entry
        for number in days
        for entry in (
            intent(f"r{number}", f"2026-11-{number} 08:15"),
            result(f"r{number}", f"2026-11-{number} 08:16"),
        )
    ]


def test_a_run_with_evidence_counts_as_done(example: Settings) -> None:
    standing = stand(example, week_until(18), "2026-11-18 12:00")
    assert (standing.due.done, standing.due.late, standing.missed) == (True, False, 0)
    assert standing.last and standing.last.run == "r18"


@pytest.mark.parametrize("body", [{"evidenced": False}, {"check_mode": True}])
def test_a_run_without_evidence_or_in_check_mode_does_not_count(
    body: dict[str, Any], example: Settings
) -> None:
    entries = [intent("r", "2026-11-16 08:15"), result("r", "2026-11-16 08:16", **body)]
    standing = stand(example, entries, "2026-11-16 10:00")
    assert (standing.due.done, standing.due.overdue) == (False, True)


def test_a_failed_run_is_done_for_the_control_was_carried_out(example: Settings) -> None:
    entries = [intent("r", "2026-11-16 08:15"), result("r", "2026-11-16 08:16", verdict="fail")]
    assert stand(example, entries, "2026-11-16 10:00").due.done


def test_days_without_a_run_are_missed_and_the_present_one_is_not_among_them(example: Settings) -> None:
    standing = stand(example, week_until(17), "2026-11-20 12:00")
    assert (standing.missed, standing.due.overdue) == (2, True)


def test_nothing_is_missed_before_evidence_began(example: Settings) -> None:
    assert stand(example, [], "2026-11-18 12:00").missed == 2
    assert standings(example, (), None, at("2026-11-18 12:00"))[0].missed == 0


def test_a_run_without_result_is_open(example: Settings) -> None:
    entries = [*week_until(16), intent("killed", "2026-11-17 08:15")]
    standing = stand(example, entries, "2026-11-17 08:20")
    assert [run.run for run in standing.open_runs] == ["killed"]
    assert standing.due.due


def test_an_open_run_is_history_once_a_later_one_has_finished(example: Settings) -> None:
    entries = [intent("killed", "2026-11-16 08:00"), *week_until(16)]
    assert stand(example, entries, "2026-11-16 09:00").open_runs == ()


def test_runs_of_other_work_do_not_count(example: Settings) -> None:
    entries = [intent("r", "2026-11-16 08:15", "usage"), result("r", "2026-11-16 08:16", "usage")]
    assert stand(example, entries, "2026-11-16 08:20").last is None


def test_a_result_without_intent_is_ignored() -> None:
    assert runs([result("r", "2026-11-16 08:16")]) == ()


FINDINGS = [
    ("2026-11-17 08:00", 16, Verdict.PASS, "procedure.not_due"),
    ("2026-11-17 08:20", 16, Verdict.WARN, "procedure.due"),
    ("2026-11-17 10:00", 16, Verdict.FAIL, "procedure.overdue"),
    ("2026-11-17 10:00", 17, Verdict.PASS, "procedure.done"),
]


@pytest.mark.parametrize("case", FINDINGS, ids=lambda case: case[3])
def test_a_standing_is_a_finding(
    case: tuple[str, int, Verdict, str], example: Settings, time: WorkingTime
) -> None:
    now, until, verdict, code = case
    told = finding(stand(example, week_until(until), now), time)
    assert (told.subject, told.verdict, told.code) == ("availability", verdict, code)
    assert told.limit["due_at"] == "2026-11-17T08:15+07:00"


def test_a_late_run_is_told(example: Settings, time: WorkingTime) -> None:
    entries = [intent("r", "2026-11-16 11:00"), result("r", "2026-11-16 11:01")]
    told = finding(stand(example, entries, "2026-11-16 12:00"), time)
    assert (told.verdict, told.code) == (Verdict.WARN, "procedure.done_late")
    assert told.because == "availability was done in 2026-11-16, but after 2026-11-16T09:15+07:00: late"
