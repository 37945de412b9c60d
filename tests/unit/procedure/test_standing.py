"""How work stands, told by the ledger's entries."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest

from dulae.checks.finding import Verdict
from dulae.procedure.calendar import WorkingTime
from dulae.procedure.standing import Standing, finding, standings
from dulae.settings import Settings

from .conftest import at

BEGAN = "2026-11-16 08:00"


@dataclass(frozen=True)
class Made:
    """A run as the ledger's view tells it."""

    run: str
    started_at: datetime
    control: str = "availability"
    finished_at: datetime | None = None
    verdict: Verdict = Verdict.PASS
    elapsed_ms: int | None = 1
    limit_minutes: int = 5
    within_limit: bool | None = True
    check_mode: bool = False
    partial: bool = False
    done: bool = True


def sealed(run: str, moment: str, **more: Any) -> Made:
    return Made(run, at(moment), finished_at=at(moment), **more)


def killed(run: str, moment: str) -> Made:
    return Made(run, at(moment), done=False)


def stand(example: Settings, made: list[Made], now: str, work: str = "availability") -> Standing:
    found = standings(example, made, at(BEGAN), at(now))
    return next(each for each in found if each.work.id == work)


def week_until(day: int) -> list[Made]:
    """Return runs of each working day from Monday 16 November on."""
    return [sealed(f"r{number}", f"2026-11-{number} 08:15") for number in range(16, day + 1)]


def test_a_run_with_evidence_counts_as_done(example: Settings) -> None:
    standing = stand(example, week_until(18), "2026-11-18 12:00")
    assert (standing.due.done, standing.due.late, standing.missed) == (True, False, 0)
    assert standing.last and standing.last.run == "r18"


@pytest.mark.parametrize("how", [{"done": False}, {"check_mode": True, "done": False}, {"partial": True}])
def test_a_run_without_evidence_or_in_check_mode_or_of_some_hosts_does_not_count(
    how: dict[str, Any], example: Settings
) -> None:
    standing = stand(example, [sealed("r", "2026-11-16 08:15", **how)], "2026-11-16 10:00")
    assert (standing.due.done, standing.due.overdue) == (False, True)


def test_a_failed_run_is_done_for_the_control_was_carried_out(example: Settings) -> None:
    assert stand(
        example, [sealed("r", "2026-11-16 08:15", verdict=Verdict.FAIL)], "2026-11-16 10:00"
    ).due.done


def test_days_without_a_run_are_missed_and_the_present_one_is_not_among_them(example: Settings) -> None:
    standing = stand(example, week_until(17), "2026-11-20 12:00")
    assert (standing.missed, standing.due.overdue) == (2, True)


def test_nothing_is_missed_before_evidence_began(example: Settings) -> None:
    assert stand(example, [], "2026-11-18 12:00").missed == 2
    assert standings(example, (), None, at("2026-11-18 12:00"))[0].missed == 0


def test_a_run_without_end_is_open(example: Settings) -> None:
    standing = stand(example, [*week_until(16), killed("killed", "2026-11-17 08:15")], "2026-11-17 08:20")
    assert [run.run for run in standing.open_runs] == ["killed"]
    assert standing.due.due


def test_an_open_run_is_history_once_a_later_one_has_ended(example: Settings) -> None:
    made = [killed("killed", "2026-11-16 08:00"), *week_until(16)]
    assert stand(example, made, "2026-11-16 09:00").open_runs == ()


def test_runs_of_other_work_do_not_count(example: Settings) -> None:
    made = [sealed("r", "2026-11-16 08:15", control="usage")]
    assert stand(example, made, "2026-11-16 08:20").last is None


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
    told = finding(stand(example, [sealed("r", "2026-11-16 11:00")], "2026-11-16 12:00"), time)
    assert (told.verdict, told.code) == (Verdict.WARN, "procedure.done_late")
    assert told.because == "availability was done in 2026-11-16, but after 2026-11-16T09:15+07:00: late"
