"""What MariaDB's programs say, and where they are found."""

import pathlib

import pytest

from dulae.checks.backup import mariadb
from dulae.checks.backup.faults import CannotTell
from dulae.checks.backup.tools import Tools


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        (
            "--------------\nINSERT INTO t VALUES ('สมชาย')\n--------------\n\n"
            "ERROR 1062 (23000) at line 3: Duplicate entry 'สมชาย' for key 'PRIMARY'\n",
            "ERROR 1062 (23000) at line 3: Duplicate entry '...' for key 'PRIMARY'",
        ),
        (
            "ERROR 1366 (22007) at line 1: Incorrect string value: '\\xE0' for column `a`.`b`.`c` at row 1",
            "ERROR 1366 (22007) at line 1: Incorrect string value: '...' for column `a`.`b`.`c` at row 1",
        ),
        (
            "ERROR 1064 (42000) at line 1: You have an error near 'it's\nsecond line' at line 1",
            "ERROR 1064 (42000) at line 1: You have an error near '...'",
        ),
        (
            "mariadb-dump: Got error: 1049: \"Unknown database 'a'\" when selecting the database\n",
            "Got error: 1049: \"Unknown database 'a'\" when selecting the database",
        ),
        ("2026-11-24 17:00:00 0 [Note] a\n2026 0 [ERROR] Aborting now\n", "Aborting now"),
        ("", "it gave no reason"),
    ],
)
def test_an_error_is_told_on_one_line_without_values(said: str, shown: str) -> None:
    assert mariadb.first_error(said) == shown


def test_a_program_is_found_under_its_older_name(tmp_path: pathlib.Path) -> None:
    (tmp_path / "mysqldump").touch(0o755)
    tools = mariadb.programs(Tools("/elsewhere", 5, str(tmp_path)))
    assert (tools.path("mariadb-dump"), tools.timeout_s) == (str(tmp_path / "mysqldump"), 5)
    with pytest.raises(CannotTell) as caught:
        tools.path("mariadb")
    assert caught.value.why is mariadb.MISSING


def test_a_scratch_server_hears_of_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MYSQL_PWD", "s3cret")
    monkeypatch.setenv("MARIADB_HOME", "/etc")
    assert not {"MYSQL_PWD", "MARIADB_HOME"} & set(mariadb.surroundings())


def test_a_name_is_quoted() -> None:
    assert mariadb.quoted("odd `name") == "`odd ``name`"
