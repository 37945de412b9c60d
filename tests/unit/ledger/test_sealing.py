from datetime import timedelta
from typing import Any

import pytest

from dulae.checks.finding import Verdict
from dulae.errors import LedgerError
from dulae.ledger import Ledger, keys, verify
from dulae.ledger.sealing import Sealed, seal
from tests.unit.ledger.conftest import Clock

ITEMS = [{"host": host, "check": "tcp", "subject": f"intranet/{host}"} for host in ("alpha", "beta", "gamma")]


def begin(ledger: Ledger, items: list[dict[str, str]] = ITEMS) -> None:
    body = {
        "population": items,
        "started_at": ledger.clock().isoformat(),
        "limit_minutes": 5,
        "check_mode": False,
    }
    ledger.append("run.intent", body, run="r1", control="availability")


def found(ledger: Ledger, host: str, verdict: str, task: str = "look", **changed: Any) -> None:
    finding = {"check": "tcp", "subject": f"intranet/{host}", "verdict": verdict, **changed}
    ledger.append(
        "finding",
        {"host": host, "task": task, "finding": finding},
        run="r1",
        control="availability",
        verdict=verdict,
    )


def ended(ledger: Ledger, *verdicts: str) -> Sealed:
    begin(ledger)
    for item, verdict in zip(ITEMS, verdicts, strict=False):
        found(ledger, item["host"], verdict)
    return seal(ledger, "r1")


def test_a_run_with_everything_is_complete(ledger: Ledger) -> None:
    sealed = ended(ledger, "pass", "pass", "pass")
    assert (sealed.verdict, sealed.evidenced, sealed.expected, sealed.observed) == (Verdict.PASS, True, 3, 3)
    assert sealed.finding.code == "run.complete"
    assert verify(ledger.folder).sealed == ledger.size()


def test_without_the_key_a_run_stays_open(ledger: Ledger) -> None:
    (ledger.folder / keys.PRIVATE).unlink()
    with pytest.raises(LedgerError, match="the key that signs the ledger cannot be read"):
        ended(ledger, "pass", "pass", "pass")
    assert verify(ledger.folder).open_runs == ("r1",)


@pytest.mark.parametrize(
    ("verdicts", "worst"),
    [
        (("pass", "warn", "pass"), "warn"),
        (("warn", "unknown", "pass"), "unknown"),
        (("fail", "unknown", "pass"), "fail"),
    ],
)
def test_a_run_is_as_bad_as_its_worst_finding(ledger: Ledger, verdicts: tuple[str, ...], worst: str) -> None:
    sealed = ended(ledger, *verdicts)
    assert sealed.verdict.value == worst and sum(sealed.counts.values()) == 3


def test_what_left_no_evidence_is_unknown_and_named(ledger: Ledger) -> None:
    sealed = ended(ledger, "pass", "pass")
    assert (sealed.verdict, sealed.evidenced, sealed.missing) == (Verdict.UNKNOWN, False, (ITEMS[2],))
    assert sealed.counts == {"pass": 2, "warn": 0, "fail": 0, "unknown": 1}
    assert "gamma: intranet/gamma (tcp)" in sealed.finding.because


def test_many_missing_are_named_in_part(ledger: Ledger) -> None:
    begin(ledger, [{**ITEMS[0], "subject": f"intranet/{number}"} for number in range(8)])
    assert "and 3 more" in seal(ledger, "r1").finding.because


def test_a_later_task_that_looked_again_has_the_last_word(ledger: Ledger) -> None:
    begin(ledger)
    for item in ITEMS:
        found(ledger, item["host"], "unknown", "look")
        found(ledger, item["host"], "pass", "look again")
    assert seal(ledger, "r1").verdict is Verdict.PASS


@pytest.mark.parametrize("verdicts", [("fail", "pass"), ("pass", "fail")])
def test_of_several_findings_of_one_task_about_a_thing_the_worst_counts(
    ledger: Ledger, verdicts: tuple[str, str]
) -> None:
    begin(ledger, [ITEMS[0]])
    for verdict in verdicts:
        found(ledger, ITEMS[0]["host"], verdict)
    assert seal(ledger, "r1").verdict is Verdict.FAIL


def test_the_same_subject_of_another_host_accounts_for_nothing(ledger: Ledger) -> None:
    begin(ledger, [ITEMS[0]])
    found(ledger, "beta", "pass", subject="intranet/alpha")
    sealed = seal(ledger, "r1")
    assert not sealed.evidenced


def test_findings_beyond_what_was_owed_count_too(ledger: Ledger) -> None:
    begin(ledger, [ITEMS[0]])
    found(ledger, "alpha", "pass")
    found(ledger, "beta", "fail")
    sealed = seal(ledger, "r1")
    assert sealed.verdict is Verdict.FAIL and sealed.evidenced
    assert ledger.entry(ledger.size() - 1).body["unexpected"] == 1


def test_a_run_over_its_limit_is_a_warning(ledger: Ledger, clock: Clock) -> None:
    begin(ledger)
    for item in ITEMS:
        found(ledger, item["host"], "pass")
    clock.move(minutes=5, milliseconds=1)
    sealed = seal(ledger, "r1")
    assert (sealed.verdict, sealed.finding.code) == (Verdict.WARN, "run.over_limit")
    assert ledger.entry(ledger.size() - 1).body["within_limit"] is False


def test_a_run_at_its_limit_is_in_time(ledger: Ledger, clock: Clock) -> None:
    begin(ledger)
    for item in ITEMS:
        found(ledger, item["host"], "pass")
    assert seal(ledger, "r1", clock() + timedelta(minutes=5)).finding.code == "run.complete"


def test_a_clock_that_went_back_gives_no_negative_time(ledger: Ledger, clock: Clock) -> None:
    begin(ledger)
    clock.move(hours=-1)
    seal(ledger, "r1")
    assert ledger.entry(ledger.size() - 1).body["elapsed_ms"] == 0


def test_a_run_is_sealed_once(ledger: Ledger) -> None:
    first = ended(ledger, "pass", "pass", "pass")
    size = ledger.size()
    found(ledger, "alpha", "fail")
    assert seal(ledger, "r1") == first
    assert ledger.size() == size + 1


def test_an_erased_finding_is_no_evidence_for_anything(ledger: Ledger) -> None:
    begin(ledger, [ITEMS[0]])
    found(ledger, "alpha", "pass")
    ledger.erase(2, by="x", why="retention")
    assert not seal(ledger, "r1").evidenced


def test_a_run_that_never_was_cannot_be_sealed(ledger: Ledger) -> None:
    with pytest.raises(LedgerError, match="there is no run r9"):
        seal(ledger, "r9")
