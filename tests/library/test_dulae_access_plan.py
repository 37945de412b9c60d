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


def test_in_check_mode_nothing_is_kept(run_module: RunModule, inventory: Path, tmp_path: Path) -> None:
    given = {"inventory": str(inventory), "list": str(write_list(tmp_path / "list.json", leaver(SOMCHAI)))}
    made = run_module("dulae_access_plan", _check_mode=True, **given)
    assert (made["verdict"], made["changed"], made["plan_id"], made["proposed"]) == ("fail", False, "", 2)
    assert not list((inventory / "state").glob("plans/*")) and not opened(inventory)


def test_the_lag_that_is_allowed_can_be_set(run_module: RunModule, inventory: Path, tmp_path: Path) -> None:
    given = {"inventory": str(inventory), "list": str(write_list(tmp_path / "list.json", leaver(SOMCHAI)))}

    def lag(**more: int) -> set[str]:
        found = run_module("dulae_access_plan", **given, **more)["findings"]
        return {one["verdict"] for one in found if one["check"] == "access_lag"}

    assert (lag(), lag(max_lag_days=99_999)) == ({"warn"}, {"pass"})


def test_a_database_that_cannot_be_read_is_unknown_and_the_other_is_planned(
    run_module: RunModule, inventory: Path, tmp_path: Path
) -> None:
    (inventory.parent / "saraban.db").unlink()
    given = {"inventory": str(inventory), "list": str(write_list(tmp_path / "list.json", leaver(SOMCHAI)))}
    made = run_module("dulae_access_plan", **given)
    verdicts = {
        found["subject"]: found["verdict"] for found in made["findings"] if found["check"] == "access"
    }
    assert verdicts == {"intranet": "fail", "saraban": "unknown"} and made["proposed"] == 1


def test_without_a_list_nothing_is_known_and_no_plan_is_made(
    run_module: RunModule, inventory: Path, tmp_path: Path
) -> None:
    made = run_module("dulae_access_plan", inventory=str(inventory), list=str(tmp_path / "none.json"))
    assert (made["verdict"], made["plan_id"], made["changed"]) == ("unknown", "", False)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"max_age_days": "old"}, "max_age_days"),
        ({"operator": "nobody9"}, "there is no holder nobody9"),
        ({"fail_on": "sometimes"}, "fail_on"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_wrong_arguments_are_refused(
    run_module: RunModule, inventory: Path, tmp_path: Path, arguments: dict[str, str], words: str
) -> None:
    kept = str(write_list(tmp_path / "list.json", leaver(SOMCHAI)))
    failed = run_module("dulae_access_plan", inventory=str(inventory), list=kept, **arguments)
    assert failed["failed"] and words in failed["msg"] and "\n" not in failed["msg"]
