"""dulae_due, as the playbook that runs the procedure calls it."""

import pathlib
import shutil
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dulae.ledger import Ledger

from .conftest import RunModule

EXAMPLE = pathlib.Path(__file__).parents[2] / "inventory/example"


@pytest.fixture
def department(tmp_path: pathlib.Path) -> pathlib.Path:
    """Return a copy of the example that keeps its state in itself."""
    folder = pathlib.Path(shutil.copytree(EXAMPLE, tmp_path / "department"))
    site = folder / "group_vars/all/site.yml"
    site.write_text(site.read_text(encoding="utf-8").replace("/var/lib/dulae", "state"), encoding="utf-8")
    return folder


@pytest.fixture
def ledger(department: pathlib.Path) -> Ledger:
    """Return a ledger that began two quarters ago, so that something is overdue on whatever day this runs."""
    began = datetime.now(UTC) - timedelta(days=200)
    Ledger.create(department / "state/ledger", organisation="example", node="control1", clock=lambda: began)
    return Ledger.open(department / "state/ledger")


def keep(ledger: Ledger, control: str, **result: Any) -> None:
    """Write a run of a control that began and ended now."""
    ledger.append("run.intent", {"limit_minutes": 5, "check_mode": False}, run=control, control=control)
    body = {"evidenced": True, "counts": {}, **result}
    ledger.append("run.result", body, run=control, control=control, verdict="pass")


def test_without_a_ledger_it_fails_with_the_remedy(department: pathlib.Path, run_module: RunModule) -> None:
    result = run_module("dulae_due", inventory=str(department))
    assert result["failed"]
    assert "dulae ledger init" in result["msg"]


def test_wrong_settings_are_told(tmp_path: pathlib.Path, run_module: RunModule) -> None:
    result = run_module("dulae_due", inventory=str(tmp_path / "nowhere"))
    assert result["failed"]
    assert "no such inventory folder" in result["msg"]


@pytest.mark.usefixtures("ledger")
def test_what_was_never_done_is_due_with_its_playbook(
    department: pathlib.Path, run_module: RunModule
) -> None:
    result = run_module("dulae_due", inventory=str(department))
    assert {"drill", "usage"} & set(result["due"])
    assert list(result["playbooks"]) == result["due"]
    assert all(name.endswith(".yml") for name in result["playbooks"].values())
    assert result["changed"] is False
    assert len(result["findings"]) == 7


def test_what_was_done_is_due_no_longer(
    department: pathlib.Path, ledger: Ledger, run_module: RunModule
) -> None:
    keep(ledger, "drill")
    result = run_module("dulae_due", inventory=str(department))
    assert "drill" not in result["due"]
    (drill,) = [each for each in result["findings"] if each["subject"] == "drill"]
    assert drill["code"] in {"procedure.done", "procedure.done_late"}


def test_a_run_without_evidence_leaves_it_due(
    department: pathlib.Path, ledger: Ledger, run_module: RunModule
) -> None:
    keep(ledger, "drill", evidenced=False)
    result = run_module("dulae_due", inventory=str(department))
    (drill,) = [each for each in result["findings"] if each["subject"] == "drill"]
    assert not drill["code"].startswith("procedure.done")


@pytest.mark.usefixtures("ledger")
def test_overdue_work_fails_the_task_where_that_is_wanted(
    department: pathlib.Path, run_module: RunModule
) -> None:
    result = run_module("dulae_due", inventory=str(department), fail_on="fail")
    assert result["failed"]
    assert "fail" in result["msg"]
