"""Whatever is wrong below ``accounts:`` is told at once, with its line, in both languages."""

from pathlib import Path
from typing import Any

import pytest

from dulae import settings
from dulae.accounts.profiles.describing import problems
from tests.unit.accounts.department import change_accounts, department


@pytest.fixture
def inventory(tmp_path: Path, keys: dict[str, Path]) -> Path:
    return department(tmp_path, keys)


def told(inventory: Path, language: str = "en", **changes: Any) -> list[str]:
    """Return what is said of the first system's accounts after some changes to all."""
    change_accounts(inventory, **changes)
    found = problems(settings.load(inventory))
    return [one.told(language, inventory) for one in found if "[intranet]" in one.key]


def test_a_right_description_has_no_problem(inventory: Path) -> None:
    assert told(inventory) == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"tablename": "x"}, "accounts.tablename: nobody reads 'tablename' here"),
        ({"protekted": []}, "Did you mean 'protected'?"),
        (
            {"profile": "scrambel"},
            "accounts.profile: 'scrambel' is not known for 'profile'. Did you mean 'scramble'?",
        ),
        ({"disable": {}}, "accounts.disable: 'disable' is empty"),
        (
            {"users": {"tablex": "x"}},
            "accounts.users.tablex: nobody reads 'tablex' here. Did you mean 'table'?",
        ),
        ({"users": {"table": 5}}, "accounts.users.table: 'table' must be text"),
        ({"zone": "Mars"}, "accounts.zone: 'zone' is not as it must be"),
        ({"login_probe": {"logged_in": "x"}}, "accounts.login_probe"),
        ({"login_probe": "yes"}, "accounts.login_probe: 'login_probe' must have keys"),
    ],
)
def test_a_mistake_is_told_with_its_line_and_what_to_write(
    inventory: Path, changes: dict[str, Any], words: str
) -> None:
    (line,) = told(inventory, **changes)
    assert line.startswith("group_vars/all/systems.yml:") and words in line
    number = int(line.split(":")[1])
    text = (inventory / "group_vars/all/systems.yml").read_text(encoding="utf-8").splitlines()[number - 1]
    assert any(
        name in text
        for name in ("tablename", "protekted", "profile", "disable", "tab", "zone", "login_probe")
    )


def test_all_mistakes_are_told_at_once_and_in_thai(inventory: Path) -> None:
    lines = told(inventory, "th", tablename="x", disable={}, zone="Mars")
    assert len(lines) == 3 and all("ไม่" in line or "ว่าง" in line for line in lines)
