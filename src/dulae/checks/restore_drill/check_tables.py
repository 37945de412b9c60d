"""Whether the tables and indexes of a restored MariaDB hold: the server looks at each row of each index.

A dump holds no index, so this says whether what this machine has just built can be trusted.
"""

from __future__ import annotations

from ..backup import mariadb_tables
from ..backup.copies import shown
from ..backup.faults import CannotTell
from ..backup.session import Session, SessionError
from ..finding import reason
from .work import Work

BROKEN = reason(
    "restore_drill.table_broken",
    "{file}: restored, but a table that was just built does not hold: {error};"
    " look at this machine's memory and disk, then try again",
)

# An engine that has no check says so in a note; its tables were counted all the same.
_HOLDS = ("OK", "Table is already up to date")
_COLUMNS = 4
_NO_CHECK = "The storage engine for the table doesn't support check"


def prove(work: Work, session: Session) -> None:
    """Check every table; raise CannotTell where one is broken."""
    checked = 0
    for table in mariadb_tables.listed(session):
        try:
            answer = session.ask(f"CHECK TABLE {table.quoted} EXTENDED")
        except SessionError as error:
            work.measured["check_table"] = "broken"
            raise CannotTell(BROKEN, error=str(error)) from error
        wrong = _wrong(answer)
        if wrong:
            work.measured["check_table"] = "broken"
            raise CannotTell(BROKEN, error=shown(wrong))
        checked += _NO_CHECK not in answer
    work.measured.update(check_table="passed", tables_checked=checked)


def _wrong(answer: str) -> str:
    """Return what is wrong with a table; empty if nothing is. Rows are table, operation, kind and words."""
    lines = [line.split("\t") for line in answer.split("\n")]
    rows = [line for line in lines if len(line) == _COLUMNS]
    errors = [words for _, _, kind, words in rows if kind.lower() == "error"]
    status = [words for _, _, kind, words in rows if kind.lower() == "status"]
    if errors or not rows:
        return errors[0] if errors else "it gave no reason"
    return next((words for words in status if words not in _HOLDS), "")
