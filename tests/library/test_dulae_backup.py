"""dulae_backup, as a task calls it."""

import pathlib
import tarfile

from .conftest import RunModule


def archive(folder: pathlib.Path) -> pathlib.Path:
    (folder / "letter.pdf").write_bytes(b"x" * 5000)
    with tarfile.open(folder / "files-1.tar.gz", "w:gz") as made:
        made.add(folder / "letter.pdf", "letter.pdf")
    return folder / "files-1.tar.gz"


def test_it_returns_one_finding_for_each_set(run_module: RunModule, tmp_path: pathlib.Path) -> None:
    archive(tmp_path)
    wanted = {"system": "saraban", "kind": "tar", "path": str(tmp_path), "level": "structure"}
    result = run_module(
        "dulae_backup",
        _check_mode=True,
        sets=[
            {
                **wanted,
                "name": "files",
                "pattern": "files-*",
                "drill": True,
                "assertions": [{"sql": "", "expect": ""}],
            },
            {**wanted, "name": "config", "pattern": "config-*"},
        ],
    )
    assert [finding["code"] for finding in result["findings"]] == ["backup.structure", "backup.missing"]
    assert [finding["subject"] for finding in result["findings"]] == ["saraban/files", "saraban/config"]
    assert (result["changed"], result["verdict"]) == (False, "fail")


def test_it_fails_the_task_only_where_it_is_asked_to(run_module: RunModule, tmp_path: pathlib.Path) -> None:
    wanted = [{"kind": "tar", "path": str(tmp_path)}]
    assert "failed" not in run_module("dulae_backup", sets=wanted)
    assert run_module("dulae_backup", sets=wanted, fail_on="fail")["failed"] is True


def test_no_sets_are_an_error_not_a_pass(run_module: RunModule) -> None:
    assert "name at least one backup set" in run_module("dulae_backup", sets=[])["msg"]


def test_a_kind_or_key_that_nobody_knows_is_refused(run_module: RunModule) -> None:
    assert "kind" in run_module("dulae_backup", sets=[{"kind": "floppy", "path": "/srv"}])["msg"]
    assert (
        "max_age" in run_module("dulae_backup", sets=[{"kind": "tar", "path": "/srv", "max_age": 1}])["msg"]
    )
