from datetime import UTC, datetime
from typing import Any

import pytest

from dulae.checks.finding import Verdict
from dulae.ledger import Ledger
from dulae.ledger.views.runs import SUMMARY_KINDS, Run, counted, runs
from tests.faults.evidence_house import finding

AT = "2026-11-23T01:15:00.000+00:00"


def intent(ledger: Ledger, run: str, control: str = "availability", **body: Any) -> None:
    told = {"started_at": AT, "limit_minutes": 5, "population": [{"host": "alpha"}], **body}
    ledger.append("run.intent", told, run=run, control=control)


def result(ledger: Ledger, run: str, verdict: str = "pass", **body: Any) -> None:
    told = {
        "finished_at": "2026-11-23T01:15:09.000+00:00",
        "elapsed_ms": 9000,
        "within_limit": True,
        "evidenced": True,
        "observed": 1,
        "counts": {"pass": 1},
        "missing": [],
        **body,
    }
    ledger.append("run.result", told, run=run, control="availability", verdict=verdict)


def only(ledger: Ledger) -> Run:
    (run,) = runs(ledger.entries())
    return run


def test_a_sealed_run_tells_how_it_ended(ledger: Ledger) -> None:
    intent(ledger, "r1")
    body = {"host": "alpha", "task": "Check", "grade": "measured", "finding": finding("alpha")}
    ledger.append("finding", body, run="r1", verdict="pass")
    result(ledger, "r1")
    run = only(ledger)
    assert (run.state, run.verdict, run.done, run.open, run.interrupted) == (
        "sealed",
        Verdict.PASS,
        True,
        False,
        False,
    )
    assert run.started_at == datetime(2026, 11, 23, 1, 15, tzinfo=UTC)
    assert (run.elapsed_ms, run.within_limit, run.limit_minutes, run.expected) == (9000, True, 5, 1)
    assert run.findings[0].finding.subject == "intranet/login_page" and run.findings[0].host == "alpha"


def test_an_open_run_is_unknown(ledger: Ledger) -> None:
    intent(ledger, "r1")
    run = only(ledger)
    assert run.open and run.verdict is Verdict.UNKNOWN and not run.done and run.finished_at is None


def test_an_open_run_is_interrupted_when_the_next_one_begins(ledger: Ledger) -> None:
    intent(ledger, "r1")
    intent(ledger, "r2", "access")
    intent(ledger, "r3")
    assert [run.state for run in runs(ledger.entries())] == ["interrupted", "open", "open"]


def test_an_interruption_that_was_noticed_is_told(ledger: Ledger) -> None:
    intent(ledger, "r1")
    ledger.append("run.interrupted", {}, run="r1", control="availability")
    assert only(ledger).interrupted


def test_a_run_that_was_sealed_after_the_next_began_is_sealed(ledger: Ledger) -> None:
    intent(ledger, "r1")
    intent(ledger, "r2")
    result(ledger, "r1")
    assert [run.state for run in runs(ledger.entries())] == ["sealed", "open"]


def test_runs_in_check_mode_stand_in_no_total(ledger: Ledger) -> None:
    intent(ledger, "r1", check_mode=True)
    result(ledger, "r1")
    assert only(ledger).check_mode and not only(ledger).done
    assert counted(ledger.entries()) == ()


def test_a_run_without_all_its_evidence_is_not_done(ledger: Ledger) -> None:
    intent(ledger, "r1")
    result(ledger, "r1", "unknown", evidenced=False, missing=[{"host": "alpha"}])
    assert not only(ledger).done and only(ledger).missing == ({"host": "alpha"},)


@pytest.mark.parametrize(
    ("due", "late"), [("", False), ("2026-11-23T00:15:00+00:00", False), ("2026-11-23T00:14:59+00:00", True)]
)
def test_a_run_is_late_after_the_grace(ledger: Ledger, due: str, late: bool) -> None:
    intent(ledger, "r1", due_at=due, grace_minutes=60)
    assert only(ledger).late is late


def test_a_cut_run_is_partial(ledger: Ledger) -> None:
    intent(ledger, "r1", excluded=[{"host": "beta", "reason": "outside --limit"}])
    assert only(ledger).partial


def test_findings_of_other_runs_and_of_none_are_left_out(ledger: Ledger) -> None:
    body = {"host": "alpha", "finding": finding("alpha")}
    ledger.append("finding", body, run="r0")
    ledger.append("finding", body)
    intent(ledger, "r1")
    assert only(ledger).findings == ()


def test_summaries_need_no_findings(ledger: Ledger) -> None:
    intent(ledger, "r1")
    ledger.append("finding", {"host": "alpha", "finding": finding("alpha")}, run="r1")
    result(ledger, "r1")
    (run,) = runs(ledger.entries(SUMMARY_KINDS))
    assert run.done and run.findings == ()


def test_erased_entries_are_told_as_unknown(ledger: Ledger) -> None:
    intent(ledger, "r1")
    ledger.append("finding", {"host": "alpha", "finding": finding("alpha")}, run="r1", verdict="pass")
    result(ledger, "r1")
    for seq in (1, 2, 3):
        ledger.erase(seq, by="x", why="retention")
    run = only(ledger)
    assert run.findings[0].finding.verdict is Verdict.UNKNOWN and not run.done
    assert run.started_at and run.finished_at
