"""dulae_disk, as a task calls it."""

from .conftest import RunModule


def test_it_returns_one_finding_for_each_path(run_module: RunModule) -> None:
    result = run_module("dulae_disk", mounts=[{"path": "/", "min_free_percent": 0}, {"path": "/no/such"}])
    assert [finding["subject"] for finding in result["findings"]] == ["/", "/no/such"]
    assert result["verdict"] in {"unknown", "fail"}
    assert result["changed"] is False


def test_it_runs_in_check_mode(run_module: RunModule) -> None:
    assert run_module("dulae_disk", _check_mode=True, mounts=[{"path": "/"}])["findings"]


def test_no_paths_are_an_error_not_a_pass(run_module: RunModule) -> None:
    assert "name at least one path" in run_module("dulae_disk", mounts=[])["msg"]


def test_the_task_fails_only_where_it_is_asked_to(run_module: RunModule) -> None:
    result = run_module("dulae_disk", mounts=[{"path": "/no/such"}], fail_on="unknown")
    assert result["failed"] is True
    assert result["findings"][0]["code"] == "disk.missing"
