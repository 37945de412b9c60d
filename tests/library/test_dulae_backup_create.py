"""dulae_backup_create, as a task calls it."""

import pathlib
from typing import Any

import pytest

from .conftest import RunModule


@pytest.fixture
def wanted(tmp_path: pathlib.Path) -> dict[str, Any]:
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "a.pdf").write_bytes(b"x" * 5000)
    return {
        "system": "saraban",
        "name": "files",
        "kind": "tar",
        "source": str(tmp_path / "source"),
        "path": str(tmp_path / "store"),
        "prefix": "files",
    }


def test_a_set_is_made_once_and_the_difference_shown(run_module: RunModule, wanted: dict[str, Any]) -> None:
    first = run_module("dulae_backup_create", backups=[wanted])
    assert (first["changed"], first["verdict"]) == (True, "pass")
    assert first["diff"][0]["before"] == ""
    assert first["diff"][0]["after"].startswith("files-")
    second = run_module("dulae_backup_create", backups=[wanted])
    assert (second["changed"], second["findings"][0]["code"]) == (False, "backup_create.recent")


def test_check_mode_makes_nothing(run_module: RunModule, wanted: dict[str, Any]) -> None:
    result = run_module("dulae_backup_create", _check_mode=True, backups=[wanted])
    assert (result["changed"], result["verdict"]) == (True, "unknown")
    assert not pathlib.Path(wanted["path"]).exists()


def test_a_password_stands_nowhere_in_the_result(
    run_module: RunModule, wanted: dict[str, Any], tmp_path: pathlib.Path
) -> None:
    (tmp_path / "psql").write_text('#!/bin/sh\necho "FATAL: refused $PGPASSWORD" >&2; exit 2\n')
    (tmp_path / "psql").chmod(0o700)
    dump = {**wanted, "kind": "pg_dump", "name": "database", "connection": {"user": "dulae"}}
    passwords = {"saraban/database": "s3cret-word"}
    result = run_module("dulae_backup_create", backups=[dump], passwords=passwords, bin_dir=str(tmp_path))
    assert result["findings"][0]["code"] == "backup_create.database_refused"
    assert "refused" in result["findings"][0]["because"]
    assert "s3cret-word" not in str(result)


def test_no_backups_are_an_error_not_a_pass(run_module: RunModule) -> None:
    assert "name at least one backup" in run_module("dulae_backup_create", backups=[])["msg"]
