"""`dulae report`: one path a line, unchanged files left alone, refusals in one line."""

from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from dulae.cli import group
from dulae.cli import report as door
from dulae.errors import ReportError
from tests.unit.reports.department import Department, department, run
from tests.unit.reports.story import morning

DAY = date(2026, 11, 20)


@pytest.fixture
def office(tmp_path: Path) -> Department:
    tale = department(tmp_path, begins=DAY)
    run(tale, morning(tale.at(DAY, "08:15")))
    tale.settle()
    return tale


def call(office: Department, *arguments: str) -> Result:
    asked = ["-i", str(office.settings.inventory), "report", *arguments]
    return CliRunner().invoke(group, asked, catch_exceptions=False)


def test_it_prints_the_path_of_each_file(office: Department) -> None:
    said = call(office, "availability", "--period", DAY.isoformat())
    assert said.exit_code == 0
    paths = [Path(line) for line in said.stdout.splitlines()]
    assert len(paths) == 4 and all(path.is_file() for path in paths)
    assert said.stderr == "4 new\n"


def test_a_second_time_nothing_has_changed(office: Department) -> None:
    call(office, "availability", "--period", DAY.isoformat())
    again = call(office, "availability", "--period", DAY.isoformat())
    assert again.stderr == "nothing has changed\n" and len(again.stdout.splitlines()) == 4


def test_language_format_and_folder_can_be_chosen(office: Department, tmp_path: Path) -> None:
    said = call(
        office, "usage", "--language", "en", "--format", "markdown", "--output", str(tmp_path / "out")
    )
    [path] = said.stdout.splitlines()
    assert path.startswith(str(tmp_path / "out")) and path.endswith(".en.md")


def test_all_reports_are_the_default(office: Department) -> None:
    said = call(office, "--language", "th", "--format", "html")
    assert {Path(line).parent.name for line in said.stdout.splitlines()} == set(door.REPORTS)


def test_a_terminal_hears_what_is_new(office: Department, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "_is_terminal", lambda: True)
    said = call(office, "usage", "--language", "en", "--format", "html")
    assert "en html: new" in said.stderr


def test_the_contractor_s_file_can_be_named(office: Department, tmp_path: Path) -> None:
    claims = tmp_path / "งวด 2.csv"
    claims.write_text("วันที่,ระบบ,รายการ\n20/11/2569,intranet,สำรองข้อมูล\n", encoding="cp874")
    asked = ("--period", "2026-11", "--language", "en", "--format", "markdown", "--claims", str(claims))
    said = call(office, "maintenance", *asked)
    [path] = said.stdout.splitlines()
    assert "20 Nov 2026" in Path(path).read_text(encoding="utf-8") and said.exit_code == 0
    with pytest.raises(ReportError, match="only the report 'maintenance' holds claims"):
        call(office, "usage", "--claims", str(claims))


def test_a_wrong_period_is_refused(office: Department) -> None:
    with pytest.raises(ReportError, match="'soon' is no period"):
        call(office, "usage", "--period", "soon")


def test_help_says_what_it_does_with_an_example() -> None:
    said = CliRunner().invoke(group, ["report", "--help"])
    assert said.exit_code == 0 and "dulae report maintenance --period 2026-11" in said.stdout
