"""The door of step 5, run as Ansible runs it: one figure for each query, and nothing is ever written."""

from pathlib import Path

import pytest
import yaml

from tests.library.conftest import RunModule
from tests.unit.accounts.conftest import keys
from tests.unit.accounts.department import department
from tests.unit.accounts.office import dump

__all__ = ["keys"]


@pytest.fixture
def inventory(tmp_path: Path, keys: dict[str, Path]) -> Path:
    return department(tmp_path, keys)


def asking(inventory: Path, sql: str) -> Path:
    """Return the inventory with another query for every system."""
    path = inventory / "group_vars/all/systems.yml"
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    for system in content["dulae_systems"]:
        system["usage"]["queries"][0]["sql"] = sql
    path.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return inventory


@pytest.mark.parametrize("check_mode", [False, True])
def test_each_query_gives_one_figure(run_module: RunModule, inventory: Path, check_mode: bool) -> None:
    before = dump(inventory.parent / "saraban.db")
    read = run_module("dulae_usage", _check_mode=check_mode, inventory=str(inventory))
    assert not read["changed"] and read["verdict"] == "pass"
    assert [(found["subject"], found["measured"]) for found in read["findings"]] == [
        ("intranet/users", {"value": 6, "unit": "users"}),
        ("saraban/users", {"value": 6, "unit": "users"}),
    ]
    assert dump(inventory.parent / "saraban.db") == before


def test_one_system_can_be_asked_alone(run_module: RunModule, inventory: Path) -> None:
    one = run_module("dulae_usage", inventory=str(inventory), system="saraban")
    assert [found["subject"] for found in one["findings"]] == ["saraban/users"]


def test_a_database_that_is_away_is_unknown_and_the_other_answers(
    run_module: RunModule, inventory: Path
) -> None:
    (inventory.parent / "intranet.db").unlink()
    read = run_module("dulae_usage", inventory=str(inventory))
    assert [(found["system"], found["verdict"]) for found in read["findings"]] == [
        ("intranet", "unknown"),
        ("saraban", "pass"),
    ]
    gated = run_module("dulae_usage", inventory=str(inventory), fail_on="unknown")
    assert gated["failed"] and gated["msg"].startswith("unknown: ")


def test_a_query_without_a_figure_is_unknown(run_module: RunModule, inventory: Path) -> None:
    read = run_module("dulae_usage", inventory=str(asking(inventory, "SELECT id FROM users")))
    assert {found["code"] for found in read["findings"]} == {"usage.no_figure"}


@pytest.mark.parametrize(
    "sql", ["DELETE FROM users", "WITH x AS (DELETE FROM users RETURNING 1) SELECT 1", "SELECT 1 INTO t"]
)
def test_what_would_write_is_refused_before_anything_is_asked(
    run_module: RunModule, inventory: Path, sql: str
) -> None:
    before = dump(inventory.parent / "saraban.db")
    failed = run_module("dulae_usage", inventory=str(asking(inventory, sql)))
    assert failed["failed"] and "only reading is allowed here" in failed["msg"]
    assert dump(inventory.parent / "saraban.db") == before


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"timeout_s": "soon"}, "timeout_s"),
        ({"fail_on": "sometimes"}, "fail_on"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_wrong_arguments_are_refused(
    run_module: RunModule, inventory: Path, arguments: dict[str, str], words: str
) -> None:
    failed = run_module("dulae_usage", inventory=str(inventory), **arguments)
    assert failed["failed"] and words in failed["msg"]
