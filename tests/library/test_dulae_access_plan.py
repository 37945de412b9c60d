"""The door of the weekly plan, run as Ansible runs it: what it is given, what it refuses, what it opens."""

from pathlib import Path

import pytest

from dulae.ledger import Ledger
from dulae.ledger.views.incidents import incidents
from tests.library.conftest import RunModule
from tests.unit.accounts.conftest import keys
from tests.unit.accounts.department import department
from tests.unit.accounts.office import PEOPLE, leaver, write_list

__all__ = ["keys"]
SOMCHAI, SOMYING, *_ = PEOPLE


@pytest.fixture
def inventory(tmp_path: Path, keys: dict[str, Path]) -> Path:
    return department(tmp_path, keys)


def opened(inventory: Path) -> list[str]:
    """Return what the incidents of a department are about."""
    return [one.subject for one in incidents(Ledger.open(inventory / "state" / "ledger").entries())]


def test_an_account_that_was_used_too_late_has_one_incident(
    run_module: RunModule, inventory: Path, tmp_path: Path
) -> None:
    given = {"inventory": str(inventory), "list": str(write_list(tmp_path / "list.json", leaver(SOMYING)))}
    assert run_module("dulae_access_plan", _check_mode=True, **given)["incidents"] == []
    first = run_module("dulae_access_plan", **given)
    assert first["incidents"] == ["INC-2570-0001", "INC-2570-0002"]
    assert opened(inventory) == ["intranet/account/user2@dept.example", "saraban/account/user2"]
    again = run_module("dulae_access_plan", **given)
    assert (again["incidents"], again["changed"]) == ([], False)
