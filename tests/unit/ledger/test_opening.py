import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from dulae import settings
from dulae.errors import LedgerError, SettingsError
from dulae.ledger import Ledger, opening, sealing
from dulae.ledger.locks import ControlLock, Holder
from dulae.ledger.opening import open_run
from dulae.ledger.views.runs import Run, runs
from dulae.settings import Settings
from tests.faults.evidence_house import House, declare, finding

# A Monday; the example's control is due at 08:15 in Bangkok, with an hour's grace.
DUE = datetime(2026, 11, 23, 1, 15, tzinfo=UTC)
HOSTS = ("alpha", "beta", "localhost")


@pytest.fixture
def holder() -> Holder:
    return Holder(
        control="availability",
        session="s" * 32,
        pid=os.getpid(),
        operator="officer1",
        since="now",
        trigger="timer",
        playbook="/srv/dulae/playbooks/check_availability.yml",
        tags=("all",),
    )


@pytest.fixture
def kept(office: Settings, monkeypatch: pytest.MonkeyPatch) -> Ledger:
    """The office's ledger, opened once, so that the tests' clock is the only one."""
    ledger = opening.ledger_of(office)
    monkeypatch.setattr(opening, "ledger_of", lambda _settings: ledger)
    return ledger


def newest(ledger: Ledger) -> Run:
    return runs(ledger.entries())[-1]


def do(office: Settings, ledger: Ledger, holder: Holder, now: datetime) -> Run:
    """Run the control with all its evidence at a moment."""
    ledger.clock = lambda: now
    opened = open_run(office, holder, HOSTS, now)
    for item in opened.population:
        body = {"host": item["host"], "task": "t", "grade": "measured", "finding": finding(item["host"])}
        ledger.append("finding", body, run=opened.run, control=holder.control, verdict="pass")
    sealing.seal(ledger, opened.run, now + timedelta(seconds=3))
    return newest(ledger)


def test_a_run_is_written_down_before_it_begins(office: Settings, kept: Ledger, holder: Holder) -> None:
    opened = open_run(office, holder, HOSTS, DUE)
    run = newest(kept)
    assert run.run == opened.run and run.open and run.expected == 3
    assert run.intent["trigger"] == "timer" and run.intent["playbook"] == "check_availability.yml"
    assert (run.intent["clause"], run.intent["limit_minutes"], run.intent["node"]) == ("6.1", 5, "control1")
    assert run.intent["inventory"] == str(office.inventory)
    assert opened.finding.because == "the run of availability must account for 3 checks; 0 are left out"


def test_without_limit_every_host_is_owed(office: Settings, holder: Holder) -> None:
    assert len(open_run(office, holder, [], DUE).population) == 3


def test_limit_leaves_out_with_a_reason(office: Settings, holder: Holder) -> None:
    opened = open_run(office, replace(holder, limit="alpha"), ["alpha"], DUE)
    assert [item["host"] for item in opened.population] == ["alpha"]
    assert {item["reason"] for item in opened.excluded} == {"outside --limit"}


def test_limit_that_leaves_nothing_is_refused(office: Settings, kept: Ledger, holder: Holder) -> None:
    with pytest.raises(LedgerError, match="--limit gone leaves nothing to check"):
        open_run(office, replace(holder, limit="gone"), ["gone"], DUE)
    assert not runs(kept.entries())


def test_a_control_without_anything_to_check_is_refused(office: Settings, holder: Holder) -> None:
    with pytest.raises(LedgerError, match=r"there is nothing to check.*systems\.yml"):
        open_run(office, replace(holder, control="usage"), [], DUE)


def test_a_control_that_the_procedure_does_not_have_is_refused(office: Settings, holder: Holder) -> None:
    with pytest.raises(SettingsError, match="availabilty"):
        open_run(office, replace(holder, control="availabilty"), [], DUE)


def test_a_run_before_its_time_answers_nothing(office: Settings, kept: Ledger, holder: Holder) -> None:
    assert do(office, kept, holder, DUE - timedelta(minutes=1)).due_at is None


def test_a_run_in_time_answers_the_due_time(office: Settings, kept: Ledger, holder: Holder) -> None:
    run = do(office, kept, holder, DUE + timedelta(minutes=60))
    assert run.due_at == DUE and not run.late and run.intent["period"] == "2026-11-23"


def test_a_run_after_the_grace_is_late(office: Settings, kept: Ledger, holder: Holder) -> None:
    assert do(office, kept, holder, DUE + timedelta(minutes=61)).late


def test_what_has_been_answered_is_not_answered_again(office: Settings, kept: Ledger, holder: Holder) -> None:
    do(office, kept, holder, DUE)
    assert do(office, kept, holder, DUE + timedelta(hours=5)).due_at is None


@pytest.mark.parametrize("changed", [{"check_mode": True}, {"limit": "all"}])
def test_a_run_that_was_only_tried_or_cut_answers_nothing_for_the_others(
    office: Settings, kept: Ledger, holder: Holder, changed: dict[str, object]
) -> None:
    tried = replace(holder, **changed)  # type: ignore[arg-type]
    if tried.limit:
        opened = open_run(office, tried, ["alpha"], DUE)
        sealing.seal(kept, opened.run, DUE)
    else:
        do(office, kept, tried, DUE)
    assert do(office, kept, holder, DUE + timedelta(minutes=5)).due_at == DUE


def test_the_next_day_is_due_again(office: Settings, kept: Ledger, holder: Holder) -> None:
    do(office, kept, holder, DUE)
    assert do(office, kept, holder, DUE + timedelta(days=1)).due_at == DUE + timedelta(days=1)


def test_a_session_is_known_by_lock_and_environment(office: Settings, holder: Holder) -> None:
    environ = {opening.SESSION: holder.session}
    with pytest.raises(LedgerError, match="callback dulae_evidence is not at work"):
        opening.session_of(office, "availability", environ)
    lock = ControlLock(office.state_dir, holder)
    lock.take()
    assert opening.session_of(office, "availability", environ) == holder
    for other in ({}, {opening.SESSION: "made-up"}):
        with pytest.raises(LedgerError, match="not at work"):
            opening.session_of(office, "availability", other)
    lock.free()


def test_a_settings_without_a_ledger_are_told(house: House, office: Settings, holder: Holder) -> None:
    house.ledger_folder.rename(house.folder / "elsewhere")
    with pytest.raises(LedgerError, match="dulae ledger init"):
        open_run(office, holder, [], DUE)


def test_more_hosts_are_more_population(house: House, holder: Holder) -> None:
    declare(house.inventory, "gone", "alpha", "beta", "controller")
    opened = open_run(settings.load(house.inventory), holder, [], DUE)
    assert [item["host"] for item in opened.population] == ["gone", "alpha", "beta", "localhost"]
