from pathlib import Path

import pytest

from dulae.reports.evidence import ABOUT_EVIDENCE, gather
from tests.unit.reports.department import PASS, Department, Plan, department, find, run
from tests.unit.reports.story import morning


@pytest.fixture
def quiet(tmp_path: Path) -> Department:
    tale = department(tmp_path)
    run(tale, morning(tale.at(tale.clock.now.date(), "08:15")))
    tale.settle()
    return tale


def test_the_anchor_is_that_of_the_ledger_itself(quiet: Department) -> None:
    anchor = gather(quiet.ledger, quiet.settings).anchor
    kept = quiet.ledger.anchor()
    assert (anchor.count, anchor.sha256) == (kept.count, kept.sha256)
    assert anchor.log == quiet.ledger.log


@pytest.mark.parametrize("kind", ABOUT_EVIDENCE)
def test_what_tells_of_evidence_does_not_move_the_anchor(quiet: Department, kind: str) -> None:
    before = gather(quiet.ledger, quiet.settings).anchor
    quiet.ledger.append(kind, {"note": "about a report"})
    assert gather(quiet.ledger, quiet.settings).anchor == before


def test_a_finding_of_no_run_does_not_move_the_anchor(quiet: Department) -> None:
    before = gather(quiet.ledger, quiet.settings).anchor
    measured = {"path": "/srv", "free_percent": "50.0"}
    finding = find("disk", "/srv", PASS, "disk.enough", measured=measured, limit={"min_free_percent": 10})
    quiet.ledger.append("finding", {"host": "web1", "finding": finding.to_dict()}, verdict="pass")
    assert gather(quiet.ledger, quiet.settings).anchor == before


def test_new_evidence_moves_the_anchor_and_the_time(quiet: Department) -> None:
    before = gather(quiet.ledger, quiet.settings)
    run(quiet, Plan(quiet.at(before.last_at.date(), "15:00"), "availability", morning(before.last_at).seen))
    quiet.settle()
    after = gather(quiet.ledger, quiet.settings)
    assert after.anchor.count > before.anchor.count and after.last_at > before.last_at


def test_entries_after_the_anchor_are_not_read(quiet: Department) -> None:
    evidence = gather(quiet.ledger, quiet.settings)
    run(
        quiet,
        Plan(quiet.at(evidence.last_at.date(), "15:00"), "availability", morning(evidence.last_at).seen),
    )
    quiet.settle()
    assert len(list(evidence.entries())) == evidence.anchor.count


def test_a_new_ledger_already_has_an_anchor(tmp_path: Path) -> None:
    tale = department(tmp_path)
    assert gather(tale.ledger, tale.settings).anchor.count == 1
