import os
import pathlib

import pytest

from dulae.ledger import Ledger
from dulae.ledger.locks import ControlLock, Holder
from dulae.ledger.opening import SESSION
from dulae.ledger.views.runs import Run, runs
from tests.faults.evidence_house import House, build, finding
from tests.library.conftest import RunModule

HOSTS = ["alpha", "beta", "localhost"]


@pytest.fixture
def house(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> House:
    """Return a department in which a callback keeps the evidence of control availability."""
    made = build(tmp_path)
    holder = Holder("availability", "s" * 32, os.getpid(), "officer1", "now")
    lock = ControlLock(made.state, holder)
    lock.take()
    monkeypatch.setenv(SESSION, holder.session)
    return made


def asked(house: House, state: str, **changed: object) -> dict[str, object]:
    return {
        "state": state,
        "control": "availability",
        "inventory": str(house.inventory),
        "hosts": HOSTS,
        **changed,
    }


def only(house: House) -> Run:
    (run,) = runs(Ledger.open(house.ledger_folder).entries())
    return run


def opened(house: House, run_module: RunModule, verdict: str = "pass", hosts: list[str] = HOSTS) -> str:
    """Open a run, give it findings, and return its id."""
    run: str = run_module("dulae_seal", **asked(house, "opened"))["run"]
    ledger = Ledger.open(house.ledger_folder)
    for host in hosts:
        body = {"host": host, "task": "t", "grade": "measured", "finding": finding(host, verdict)}
        ledger.append("finding", body, run=run, control="availability", verdict=verdict)
    ledger.close()
    return run


def test_opening_tells_run_and_population(house: House, run_module: RunModule) -> None:
    said = run_module("dulae_seal", **asked(house, "opened"))
    assert not said["changed"] and not said.get("failed")
    assert said["run"] == only(house).run and [item["host"] for item in said["population"]] == HOSTS
    assert said["findings"][0]["code"] == "run.opened" and said["verdict"] == "pass"


def test_sealing_a_run_with_everything_succeeds(house: House, run_module: RunModule) -> None:
    run = opened(house, run_module)
    said = run_module("dulae_seal", **asked(house, "sealed", run=run))
    assert not said["changed"] and not said.get("failed")
    assert said["sealed"] and said["evidenced"] and said["counts"]["pass"] == 3
    assert only(house).done


@pytest.mark.parametrize(
    ("verdict", "fail_on", "failed"),
    [
        ("fail", "never", False),
        ("fail", "fail", True),
        ("unknown", "fail", False),
        ("unknown", "unknown", True),
        ("warn", "unknown", False),
        ("warn", "warn", True),
    ],
)
def test_the_gate_stands_where_it_is_put(
    house: House, run_module: RunModule, verdict: str, fail_on: str, failed: bool
) -> None:
    run = opened(house, run_module, verdict)
    said = run_module("dulae_seal", **asked(house, "sealed", run=run, fail_on=fail_on))
    assert bool(said.get("failed")) is failed and said["sealed"]


def test_no_gate_lets_missing_evidence_pass(house: House, run_module: RunModule) -> None:
    run = opened(house, run_module, hosts=["alpha"])
    said = run_module("dulae_seal", **asked(house, "sealed", run=run, fail_on="never"))
    assert said["failed"] and said["missing"] and only(house).state == "sealed"


def test_without_the_callback_it_fails(
    house: House, run_module: RunModule, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(SESSION)
    for state in ("opened", "sealed"):
        said = run_module("dulae_seal", **asked(house, state))
        assert said["failed"] and "the callback dulae_evidence is not at work" in said["msg"]


def test_wrong_settings_are_told_with_their_place(house: House, run_module: RunModule) -> None:
    said = run_module("dulae_seal", **asked(house, "opened", inventory=str(house.folder / "nowhere")))
    assert said["failed"] and "nowhere" in said["msg"]


def test_it_works_in_check_mode(house: House, run_module: RunModule) -> None:
    said = run_module("dulae_seal", _check_mode=True, **asked(house, "opened"))
    assert said["run"] and not said["changed"]


@pytest.mark.parametrize(("verdict", "failed"), [("unknown", False), ("warn", False), ("fail", True)])
def test_a_trial_that_leaves_things_unknown_or_undone_is_no_failure(
    house: House, run_module: RunModule, verdict: str, failed: bool
) -> None:
    run = opened(house, run_module, verdict, hosts=["alpha", "beta"])
    said = run_module("dulae_seal", _check_mode=True, **asked(house, "sealed", run=run))
    assert bool(said.get("failed")) is failed and not said["evidenced"]
