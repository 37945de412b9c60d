from datetime import date
from pathlib import Path

from dulae.reports.data.usage import UsageEvaluation
from dulae.reports.evidence import gather
from dulae.reports.making import make
from dulae.reports.period import read
from tests.unit.reports.conftest import Made
from tests.unit.reports.department import department
from tests.unit.reports.story import usage


def body(made: Made) -> UsageEvaluation:
    report: UsageEvaluation = made("usage", "2570-Q1").body
    return report


def test_figures_stand_in_the_section_of_their_unit(made: Made) -> None:
    figures = body(made).figures
    assert [figure.title.en for figure in figures["users"]] == ["User accounts", "Active users"]
    assert [figure.value for figure in figures["users"]] == [412, 388]
    assert [figure.value for figure in figures["documents"]] == [1873]
    assert figures["growth"] == ()


def test_figures_are_compared_with_the_quarter_before(tmp_path: Path) -> None:
    tale = department(tmp_path, begins=date(2026, 7, 1))
    usage(tale, date(2026, 7, 31))
    usage(tale, date(2026, 10, 30))
    tale.settle()
    figure = make("usage", gather(tale.ledger, tale.settings), read("2570-Q1")).body.figures["users"][0]
    assert (figure.before, figure.change) == (412, 0)


def test_a_figure_that_was_not_read_is_not_zero(tmp_path: Path) -> None:
    tale = department(tmp_path)
    figure = make("usage", gather(tale.ledger, tale.settings), read("2570-Q1")).body.figures["users"][0]
    assert figure.row is None and figure.value is None and figure.change is None


def test_each_month_of_the_quarter_has_its_availability(made: Made) -> None:
    months = body(made).months
    assert [month.period.text for month in months] == ["2026-10", "2026-11", "2026-12"]
    assert [month.complete for month in months] == [True, True, False]


def test_requests_are_counted_by_channel_and_kind(made: Made) -> None:
    report = body(made)
    assert report.requests == 7 and report.solved_in_time == 1
    assert dict(report.table)["phone"] == {"fault": 1, "advice": 1, "rights_request": 0, "security": 0}
