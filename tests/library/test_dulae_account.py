"""The doors of steps 4 and 5: options in, findings out, check mode, differences, one clear line for a refusal."""

from pathlib import Path
from typing import Any

import pytest

from dulae.accounts import approval, desk
from dulae.accounts.approval import Vote
from dulae.accounts.plan import find
from tests.library.conftest import RunModule
from tests.unit.accounts import office
from tests.unit.accounts.conftest import keys
from tests.unit.accounts.department import change_accounts, department
from tests.unit.accounts.office import PEOPLE, leaver, run_sql, write_list

__all__ = ["keys"]
SOMCHAI, *_ = PEOPLE


@pytest.fixture
def inventory(tmp_path: Path, keys: dict[str, Path]) -> Path:
    return department(tmp_path, keys)


@pytest.fixture
def leavers(tmp_path: Path) -> str:
    return str(write_list(tmp_path / "list.json", leaver(SOMCHAI)))


def approve(inventory: Path, plan_id: str, key: Path) -> None:
    """Have a plan approved by the head."""
    place = desk.at(inventory, desk.Setting())
    plan = find(place, plan_id)
    approval.approve(place, plan, Vote("head1"), approval.sign(plan, Vote("head1"), key))


def test_the_week_from_the_list_to_the_proof(
    run_module: RunModule,
    inventory: Path,
    leavers: str,
    keys: dict[str, Path],
) -> None:
    common = {"inventory": str(inventory), "operator": "officer1"}
    planned = run_module("dulae_access_plan", **common, list=leavers)
    assert (planned["verdict"], planned["changed"], planned["proposed"]) == ("fail", True, 2)
    assert office.sha256_of(Path(planned["plan_path"])) == planned["plan_sha256"]
    assert not run_module("dulae_access_plan", **common, list=leavers)["changed"]
    assert run_module("dulae_account", **common)["verdict"] == "pass"
    approve(inventory, planned["plan_id"], keys["officer2"])
    rehearsed = run_module("dulae_account", _check_mode=True, **common)
    assert rehearsed["changed"] and run_sql(
        inventory.parent / "saraban.db", "SELECT sum(is_active) FROM users"
    ) == [(6,)]
    applied = run_module("dulae_account", **common)
    assert (applied["verdict"], applied["changed"]) == ("pass", True)
    assert {each["after_header"] for each in applied["diff"]} == {
        "intranet: user1@dept.example",
        "saraban: user1",
    }
    assert {each["outcome"] for each in applied["plans"][0]["results"]} == {"applied"}
    assert not run_module("dulae_account", **common)["changed"]
    again = run_module("dulae_access_plan", **common, list=leavers)
    assert again["proposed"] == 0
    verdicts = {(found["check"], found["verdict"]) for found in again["findings"]}
    # Nobody can log in any more; that it took long is told in the week in which it was done.
    assert verdicts == {("access", "pass"), ("access_again", "pass"), ("access_lag", "warn")}
    back = run_module(
        "dulae_account", **common, plan=planned["plan_id"], state="restored", reason="wrong person"
    )
    assert back["changed"] and run_sql(
        inventory.parent / "saraban.db", "SELECT sum(is_active) FROM users"
    ) == [(6,)]


def test_an_unapproved_plan_is_refused_as_a_finding(
    run_module: RunModule, inventory: Path, leavers: str
) -> None:
    planned = run_module("dulae_access_plan", inventory=str(inventory), list=leavers)
    refused = run_module("dulae_account", inventory=str(inventory), plan=planned["plan_id"])
    assert refused["verdict"] == "fail" and not refused["changed"]
    gated = run_module("dulae_account", inventory=str(inventory), plan=planned["plan_id"], fail_on="fail")
    assert gated["failed"] and gated["msg"].startswith("fail: ")


def test_planning_in_check_mode_keeps_nothing(run_module: RunModule, inventory: Path, leavers: str) -> None:
    planned = run_module("dulae_access_plan", _check_mode=True, inventory=str(inventory), list=leavers)
    assert (planned["verdict"], planned["changed"], planned["plan_id"]) == ("fail", False, "")


@pytest.mark.parametrize("name", ["dulae_access_plan", "dulae_account", "dulae_accounts", "dulae_usage"])
def test_wrong_settings_are_one_clear_line(
    run_module: RunModule, inventory: Path, leavers: str, name: str
) -> None:
    (inventory / "group_vars/all/systems.yml").write_text("dulae_systems: [")
    more: dict[str, Any] = {"list": leavers} if name == "dulae_access_plan" else {}
    failed = run_module(name, inventory=str(inventory), **more)
    assert failed["failed"] and "systems.yml" in failed["msg"] and "\n" not in failed["msg"]


def test_a_profile_that_is_described_wrongly_is_one_clear_line(
    run_module: RunModule, inventory: Path
) -> None:
    change_accounts(inventory, tablename="users")
    failed = run_module("dulae_accounts", inventory=str(inventory))
    assert failed["failed"] and "accounts.tablename: nobody reads 'tablename' here" in failed["msg"]
