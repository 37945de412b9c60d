"""The lag from the first day out to the disabling, as a figure that is never better than the truth."""

from dataclasses import replace
from datetime import timedelta

import pytest

from dulae.accounts.changing import applying, undo
from dulae.accounts.lagging import LagLimit, findings
from dulae.accounts.plan import Plan
from dulae.checks.finding import Finding
from dulae.ledger import Ledger
from tests.unit.accounts import office
from tests.unit.accounts.office import PEOPLE, Office, leaver, run_sql

SOMCHAI, SOMYING, WICHAI, KANDA, ADMIN, HELPER = PEOPLE

WEEK = LagLimit()


def said(work: Office, plan: Plan, limit: LagLimit = WEEK, system: str = "saraban") -> Finding:
    work.clock.now = office.NOW
    (found,) = [one for one in findings(work.desk, plan, limit) if one.system == system]
    return found


def carried_out(work: Office, *rows: dict[str, object]) -> Plan:
    plan = work.approved(*rows)
    list(applying.apply(work.desk, plan))
    return plan


@pytest.fixture
def pinned(work: Office) -> Office:
    """Return an office whose ledger keeps the office's time, since long before."""
    work.clock.now -= timedelta(days=200)
    folder = work.folder / "state" / "early"
    ledger = Ledger.create(folder, organisation="test", node="control1", clock=work.clock)
    work.clock.now = office.NOW
    return replace(work, ledger=ledger, desk=replace(work.desk, evidence=ledger))


def test_whoever_is_still_open_counts_with_the_days_so_far(work: Office) -> None:
    plan = work.plan(
        leaver(SOMCHAI, effective_date="2026-11-01"), leaver(WICHAI, effective_date="2026-11-20")
    )
    found = said(work, plan)
    assert (found.verdict.value, found.code) == ("warn", "access.lag_none")
    assert (found.measured["still_open"], found.measured["open_days"]) == (2, 21)


def test_the_figure_is_median_largest_and_late(pinned: Office) -> None:
    days = {SOMCHAI: "2026-11-21", WICHAI: "2026-11-20", KANDA: "2026-11-02"}
    carried_out(pinned, *(leaver(person, effective_date=day) for person, day in days.items()))
    found = said(pinned, pinned.plan())
    assert (found.verdict.value, found.code) == ("warn", "access.lag")
    numbers = {name: found.measured[name] for name in ("accounts", "median_days", "largest_days", "late")}
    assert numbers == {"accounts": 3, "median_days": 2, "largest_days": 20, "late": 1}
    assert said(pinned, pinned.plan(), LagLimit(max_lag_days=20)).verdict.value == "pass"
    assert "median lag 2 days, largest 20, 1 beyond 7 days" in found.because


def test_what_was_late_is_a_warning_for_a_week_and_then_a_figure(pinned: Office) -> None:
    pinned.clock.now -= timedelta(days=8)
    carried_out(pinned, leaver(SOMCHAI, effective_date="2026-11-02"))
    found = said(pinned, pinned.plan())
    assert (found.verdict.value, found.measured["late"]) == ("pass", 1)


def test_a_median_between_two_days_is_told_as_it_is(pinned: Office) -> None:
    carried_out(
        pinned, leaver(SOMCHAI, effective_date="2026-11-21"), leaver(WICHAI, effective_date="2026-11-20")
    )
    found = said(pinned, pinned.plan())
    assert found.measured["median_days"] == "1.5" and found.verdict.value == "pass"


def test_what_was_taken_back_and_what_somebody_else_had_disabled_has_no_lag(pinned: Office) -> None:
    plan = pinned.approved(leaver(SOMCHAI), leaver(WICHAI))
    run_sql(pinned.database("saraban"), "UPDATE users SET is_active = 0 WHERE id = 3")
    list(applying.apply(pinned.desk, plan))
    list(undo.undo(pinned.desk, plan, person=1, reason="wrong"))
    assert said(pinned, pinned.plan()).measured == {"accounts": 0, "still_open": 0, "open_days": 0}


def test_what_was_disabled_long_ago_is_another_quarters_figure(pinned: Office) -> None:
    pinned.clock.now -= timedelta(days=100)
    carried_out(pinned, leaver(SOMCHAI, effective_date="2026-08-01"))
    assert said(pinned, pinned.plan()).measured["accounts"] == 0
    assert said(pinned, pinned.plan(), LagLimit(over_days=120)).measured["accounts"] == 1


def test_days_change_at_midnight_in_the_office(pinned: Office) -> None:
    pinned.clock.now = office.NOW.replace(day=19, hour=17, minute=30)
    carried_out(pinned, leaver(SOMCHAI, effective_date="2026-11-20"))
    assert said(pinned, pinned.plan()).measured["largest_days"] == 0


def test_of_a_system_that_cannot_be_read_nobody_knows_who_is_open(work: Office) -> None:
    work.database("saraban").unlink()
    found = said(work, work.plan(leaver(SOMCHAI)))
    assert found.verdict.value == "unknown" and found.measured["still_open"] == "-"
