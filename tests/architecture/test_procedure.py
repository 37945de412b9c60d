"""The procedure's data, the playbooks, roles and modules, and docs/procedure.md say the same thing."""

import pathlib
import re
from typing import Any

import pytest
import yaml

ROOT = pathlib.Path(__file__).parents[2]
PLAYBOOKS = {
    path.name: yaml.safe_load(path.read_text(encoding="utf-8")) for path in (ROOT / "playbooks").glob("*.yml")
}
ROLES = {path.name for path in (ROOT / "roles").iterdir()}
MODULES = {path.stem for path in (ROOT / "library").glob("*.py")}
DOCUMENT = (ROOT / "docs/procedure.md").read_text(encoding="utf-8")
PROCEDURE = yaml.safe_load(
    (ROOT / "inventory/example/group_vars/all/procedure.yml").read_text(encoding="utf-8")
)
CONTROLS: list[dict[str, Any]] = PROCEDURE["dulae_procedure"]["controls"]
ACTIVITIES = [*CONTROLS, *(also for control in CONTROLS for also in control.get("also", []))]


def rows() -> list[list[str]]:
    """Return the cells of the table that maps clauses, without its two head lines."""
    lines = [line for line in DOCUMENT.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[1:]]


def coded(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def roles_of(playbook: str) -> set[str]:
    named = [role for play in PLAYBOOKS[playbook] for role in play.get("roles", [])]
    return {role if isinstance(role, str) else role["role"] for role in named}


def modules_of(role: str) -> set[str]:
    return set(
        re.findall(
            r"^\s*(dulae_\w+):", (ROOT / "roles" / role / "tasks/main.yml").read_text(encoding="utf-8"), re.M
        )
    )


@pytest.mark.parametrize("row", rows(), ids=lambda row: str(row[2]))
def test_a_mapped_clause_exists_as_it_says(row: list[str]) -> None:
    _clause, _control, playbook, roles, modules, _findings, _report = row
    [name] = coded(playbook)
    assert set(coded(roles)) == roles_of(name) - {"evidence"}
    assert set(coded(modules)) == {module for role in coded(roles) for module in modules_of(role)}


def test_every_control_of_the_procedure_is_mapped() -> None:
    mapped = {name for row in rows() for name in coded(row[1])}
    assert {control["id"] for control in CONTROLS} <= mapped


@pytest.mark.parametrize("activity", ACTIVITIES, ids=lambda activity: str(activity["id"]))
def test_an_activity_has_its_playbook_which_opens_and_seals_its_own_run(activity: dict[str, Any]) -> None:
    plays = PLAYBOOKS[activity["playbook"]]
    states = [
        role.get("evidence_state") for play in plays for role in play["roles"] if isinstance(role, dict)
    ]
    assert states == ["opened", "sealed"]
    assert {play["vars"]["dulae_control"] for play in plays} == {activity["id"]}
    assert activity["playbook"] in {name for row in rows() for name in coded(row[2])}


def test_every_module_and_role_is_used_and_told() -> None:
    assert {module for role in ROLES for module in modules_of(role)} | {"dulae_due"} >= MODULES
    assert not [name for name in MODULES | ROLES if f"`{name}`" not in DOCUMENT]


def test_the_steps_of_the_playbooks_are_tagged_with_their_number() -> None:
    for control in CONTROLS:
        for activity in [control, *control.get("also", [])]:
            assert all(play["tags"] == [f"step{control['step']}"] for play in PLAYBOOKS[activity["playbook"]])
