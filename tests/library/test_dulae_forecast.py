"""dulae_forecast, as a task calls it."""

import pathlib

from tests.unit.reports.department import department

from .conftest import RunModule


def test_it_says_that_nothing_can_be_foreseen_yet_in_check_mode_too(
    run_module: RunModule, tmp_path: pathlib.Path
) -> None:
    tale = department(tmp_path)
    result = run_module("dulae_forecast", _check_mode=True, inventory=str(tale.settings.inventory))
    assert (result["verdict"], result["changed"]) == ("unknown", False)
    [finding] = result["findings"]
    assert (finding["subject"], finding["code"]) == (
        "web1:/srv/saraban/files",
        "forecast.insufficient_history",
    )


def test_without_a_ledger_it_fails_and_does_not_pass(run_module: RunModule, tmp_path: pathlib.Path) -> None:
    tale = department(tmp_path)
    (tale.settings.state_dir / "ledger").rename(tmp_path / "gone")
    result = run_module("dulae_forecast", inventory=str(tale.settings.inventory))
    assert result["failed"] and "there is no ledger" in result["msg"]
