"""dulae_protection, as a task calls it."""

import pathlib

from .conftest import RunModule


def test_it_finds_a_folder_that_is_not_covered_in_check_mode_too(
    run_module: RunModule, tmp_path: pathlib.Path
) -> None:
    store = {"system": "saraban", "name": "files", "kind": "folder", "path": str(tmp_path)}
    result = run_module("dulae_protection", _check_mode=True, stores=[store])
    [finding] = result["findings"]
    assert (finding["subject"], finding["code"], finding["system"]) == (
        "saraban/files",
        "protection.folder_uncovered",
        "saraban",
    )
    assert (result["verdict"], result["changed"]) == ("fail", False)


def test_no_stores_are_an_error_not_a_pass(run_module: RunModule) -> None:
    assert "name at least one" in run_module("dulae_protection", stores=[])["msg"]
