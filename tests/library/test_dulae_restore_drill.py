"""dulae_restore_drill, as a task calls it."""

import os
import pathlib
import tarfile

from .conftest import RunModule


def test_an_archive_is_restored_and_nothing_stays(run_module: RunModule, tmp_path: pathlib.Path) -> None:
    (tmp_path / "letter.pdf").write_bytes(b"x" * 5000)
    with tarfile.open(tmp_path / "files-1.tar.gz", "w:gz") as made:
        made.add(tmp_path / "letter.pdf", "letter.pdf")
    place = tmp_path / "scratch"
    place.mkdir()
    wanted = {
        "system": "saraban",
        "name": "files",
        "kind": "tar",
        "path": str(tmp_path),
        "pattern": "files-*",
    }
    result = run_module("dulae_restore_drill", sets=[wanted], scratch_dir=str(place))
    assert (result["changed"], result["findings"][0]["code"]) == (False, "restore_drill.no_manifest")
    assert os.listdir(place) == []


def test_check_mode_holds_no_drill(run_module: RunModule) -> None:
    wanted = {"system": "saraban", "name": "files", "kind": "tar", "path": "/srv"}
    result = run_module("dulae_restore_drill", _check_mode=True, sets=[wanted])
    assert [finding["code"] for finding in result["findings"]] == ["restore_drill.check_mode"]


def test_no_sets_are_an_error_not_a_pass(run_module: RunModule) -> None:
    assert "name at least one backup set" in run_module("dulae_restore_drill", sets=[])["msg"]
