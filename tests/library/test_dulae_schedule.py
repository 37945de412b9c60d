"""dulae_schedule, as the role schedule calls it."""

import pathlib

import pytest

from dulae.ledger import Ledger

from .conftest import RunModule
from .test_dulae_due import department, ledger

__all__ = ["department", "ledger"]


def test_each_piece_of_work_has_its_lines(
    department: pathlib.Path, ledger: Ledger, run_module: RunModule
) -> None:
    result = run_module("dulae_schedule", inventory=str(department))
    assert [work["id"] for work in result["works"]][:2] == ["availability", "restoration"]
    assert result["works"][0]["on_calendar"] == ["Mon,Tue,Wed,Thu,Fri *-*-* 08:15:00 Asia/Bangkok"]
    assert result["verdict"] == "pass"
    (entry,) = ledger.entries(("schedule",))
    assert entry.body["works"][0]["id"] == "availability"


@pytest.mark.usefixtures("ledger")
def test_the_same_schedule_is_kept_once(department: pathlib.Path, run_module: RunModule) -> None:
    assert run_module("dulae_schedule", inventory=str(department))["changed"] is True
    assert run_module("dulae_schedule", inventory=str(department))["changed"] is False


def test_check_mode_tells_and_keeps_nothing(
    department: pathlib.Path, ledger: Ledger, run_module: RunModule
) -> None:
    assert run_module("dulae_schedule", _check_mode=True, inventory=str(department))["changed"] is True
    assert list(ledger.entries(("schedule",))) == []


def test_another_schedule_is_kept_too(
    department: pathlib.Path, ledger: Ledger, run_module: RunModule
) -> None:
    run_module("dulae_schedule", inventory=str(department))
    path = department / "group_vars/all/procedure.yml"
    path.write_text(path.read_text(encoding="utf-8").replace('at: "08:15"', 'at: "07:45"'), encoding="utf-8")
    assert run_module("dulae_schedule", inventory=str(department))["changed"] is True
    assert len(list(ledger.entries(("schedule",)))) == 2


def test_without_a_ledger_it_fails_with_the_remedy(department: pathlib.Path, run_module: RunModule) -> None:
    result = run_module("dulae_schedule", inventory=str(department))
    assert "dulae ledger init" in result["msg"]
