"""dulae_incident, as a task calls it: over a real ledger and the example department."""

from pathlib import Path

import pytest

from dulae.ledger import Ledger

from ..unit.incidents.conftest import inventory, ledger, settings  # noqa: F401 - fixtures
from .conftest import RunModule

REPORT = {"system": "saraban", "symptom": "เปิดหนังสือรับไม่ได้", "reporter": "กองคลัง"}


@pytest.fixture
def folder(inventory: Path, ledger: Ledger) -> str:  # noqa: F811
    return str(inventory)


def test_a_report_is_opened_once(run_module: RunModule, folder: str) -> None:
    first = run_module("dulae_incident", inventory=folder, state="opened", report=REPORT)
    again = run_module("dulae_incident", inventory=folder, state="opened", report=REPORT)
    assert (first["changed"], again["changed"]) == (True, False)
    assert first["incident"] == again["incident"] == "INC-2570-0001"


def test_each_state_is_reached_once(run_module: RunModule, folder: str) -> None:
    number = run_module("dulae_incident", inventory=folder, state="opened", report=REPORT)["incident"]
    for state in ("notified", "started", "finished"):
        changed = [
            run_module("dulae_incident", inventory=folder, state=state, incident=number)["changed"]
            for _ in range(2)
        ]
        assert changed == [True, False], state
    closed = run_module("dulae_incident", inventory=folder, state="closed", incident=number, reason="ผู้ใช้ยืนยัน")
    assert closed["changed"] and closed["findings"][0]["measured"] == {"status": "closed"}


def test_closing_without_proof_fails_with_the_remedy(run_module: RunModule, folder: str) -> None:
    number = run_module("dulae_incident", inventory=folder, state="opened", report=REPORT)["incident"]
    result = run_module("dulae_incident", inventory=folder, state="closed", incident=number)
    assert result["failed"] and "no check of it has passed" in result["msg"]


def test_check_mode_writes_nothing(run_module: RunModule, folder: str, ledger: Ledger) -> None:  # noqa: F811
    before = ledger.anchor()
    opened = run_module("dulae_incident", _check_mode=True, inventory=folder, state="opened", report=REPORT)
    reviewed = run_module("dulae_incident", _check_mode=True, inventory=folder)
    assert (opened["changed"], opened["verdict"], reviewed["changed"]) == (True, "unknown", False)
    assert ledger.anchor() == before


def test_an_inventory_that_is_not_there_is_named(run_module: RunModule, tmp_path: Path) -> None:
    result = run_module("dulae_incident", inventory=str(tmp_path / "gone"))
    assert result["failed"] and "gone" in result["msg"]
