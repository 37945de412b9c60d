from datetime import date
from pathlib import Path

import pytest

from tests.library.conftest import RunModule
from tests.unit.reports.department import Department, department, run
from tests.unit.reports.story import morning

DAY = date(2026, 11, 20)


@pytest.fixture
def office(tmp_path: Path) -> Department:
    tale = department(tmp_path, begins=DAY)
    run(tale, morning(tale.at(DAY, "08:15")))
    tale.settle()
    return tale


def test_it_writes_once_and_says_where(run_module: RunModule, office: Department) -> None:
    asked = {
        "inventory": str(office.settings.inventory),
        "reports": ["availability"],
        "period": DAY.isoformat(),
    }
    result = run_module("dulae_report", **asked)
    assert result["changed"] and result["verdict"] == "pass"
    assert [Path(file["path"]).name for file in result["files"]] == [
        "AV-2026-11-20.th.html",
        "AV-2026-11-20.th.md",
        "AV-2026-11-20.en.html",
        "AV-2026-11-20.en.md",
    ]
    assert all(Path(file["path"]).is_file() and len(file["sha256"]) == 64 for file in result["files"])
    assert not run_module("dulae_report", **asked)["changed"]


def test_check_mode_says_what_would_be_new(run_module: RunModule, office: Department) -> None:
    result = run_module("dulae_report", _check_mode=True, inventory=str(office.settings.inventory))
    assert result["changed"] and result["verdict"] == "unknown" and len(result["findings"]) == 7
    assert not office.settings.report_dir.exists()


def test_another_folder_can_be_named(run_module: RunModule, office: Department, tmp_path: Path) -> None:
    more = {
        "reports": ["usage"],
        "languages": ["th"],
        "formats": ["markdown"],
        "folder": str(tmp_path / "out"),
    }
    [file] = run_module("dulae_report", inventory=str(office.settings.inventory), **more)["files"]
    assert Path(file["path"]).is_relative_to(tmp_path / "out")


@pytest.mark.parametrize(
    ("asked", "problem"),
    [({"period": "soon"}, "is no period"), ({"inventory": "/nonexistent"}, "/nonexistent")],
)
def test_what_cannot_be_done_is_one_clear_line(
    run_module: RunModule, office: Department, asked: dict[str, str], problem: str
) -> None:
    result = run_module("dulae_report", **{"inventory": str(office.settings.inventory), **asked})
    assert result["failed"] and problem in result["msg"] and "\n" not in result["msg"]


def test_without_a_ledger_it_says_how_to_make_one(run_module: RunModule, tmp_path: Path) -> None:
    tale = department(tmp_path)
    (tale.settings.state_dir / "ledger").rename(tmp_path / "gone")
    result = run_module("dulae_report", inventory=str(tale.settings.inventory))
    assert result["failed"] and "dulae ledger init" in result["msg"]
