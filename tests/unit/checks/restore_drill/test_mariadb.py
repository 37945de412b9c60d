"""What a scratch MariaDB's answers mean."""

import datetime
from typing import cast

import pytest

from dulae.checks.backup.faults import Bad, CannotTell
from dulae.checks.backup.session import Session
from dulae.checks.backup.sets import BackupSet
from dulae.checks.backup.steps import Examination
from dulae.checks.backup.tools import Tools
from dulae.checks.restore_drill import check_tables, mariadb_restoring
from dulae.checks.restore_drill.request import Drill
from dulae.checks.restore_drill.restoring import LACKING, NOT_RESTORED
from dulae.checks.restore_drill.work import Work


@pytest.mark.parametrize(
    ("error", "why", "judged"),
    [
        ("ERROR 1064 (42000) at line 7: You have an error in your SQL syntax", NOT_RESTORED, Bad),
        ("ERROR 1062 (23000) at line 7: Duplicate entry 'a' for key 'PRIMARY'", NOT_RESTORED, Bad),
        ("ERROR at line 2: Unknown command '\\!'.", NOT_RESTORED, Bad),
        ("ERROR 1273 (HY000) at line 7: Unknown collation: 'utf8mb4_0900_ai_ci'", LACKING, CannotTell),
        ("ERROR 1114 (HY000) at line 7: The table 'a' is full", LACKING, CannotTell),
        ("ERROR 2013 (HY000) at line 7: Lost connection to server during query", LACKING, CannotTell),
        ('ERROR 1030 (HY000): Got error 28 "No space left on device"', LACKING, CannotTell),
    ],
)
def test_a_bad_backup_is_told_from_a_machine_that_lacks_something(
    error: str, why: object, judged: type[Exception]
) -> None:
    made = mariadb_restoring._fault("a.sql", f"--------------\nINSERT 'x'\n--------------\n\n{error}\n")
    assert (made.why, type(made)) == (why, judged)
    assert "INSERT" not in made.numbers["error"]


class Answering:
    """A session that answers every check alike."""

    def __init__(self, answer: str) -> None:
        self.answer = answer

    def ask(self, statement: str) -> str:
        """Return one table, or the answer."""
        return self.answer if statement.startswith("CHECK") else '{"schema": "office", "name": "users"}'


def checked(answer: str) -> Work:
    examination = Examination(BackupSet("/srv", "mariadb_dump"), Tools(), datetime.datetime.now(datetime.UTC))
    work = Work(Drill(examination.backup_set), examination, "")
    check_tables.prove(work, cast(Session, Answering(answer)))
    return work


def test_a_table_that_holds_passes_with_its_warnings() -> None:
    answer = "office.users\tcheck\twarning\tInnoDB: something\noffice.users\tcheck\tstatus\tOK"
    assert checked(answer).measured == {"check_table": "passed", "tables_checked": 1}


def test_an_engine_without_a_check_is_not_counted() -> None:
    answer = "office.users\tcheck\tnote\tThe storage engine for the table doesn't support check"
    assert checked(answer).measured["tables_checked"] == 0


@pytest.mark.parametrize(
    "answer",
    [
        "office.users\tcheck\twarning\tInnoDB: Index a has 3 entries\noffice.users\tcheck\terror\tCorrupt",
        "office.users\tcheck\tstatus\tOperation failed",
        "",
    ],
)
def test_a_table_that_does_not_hold_leaves_the_verdict_open(answer: str) -> None:
    with pytest.raises(CannotTell) as caught:
        checked(answer)
    assert caught.value.why is check_tables.BROKEN
