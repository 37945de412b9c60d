"""Why a database refused: the server's own first line, the table it was about, and what an officer can do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import sqlalchemy
from sqlalchemy import Table
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import OperationalError, SQLAlchemyError

_HELD = "Another session holds it: wait until that has ended, or have it ended, then run it again"
_COLLIDED = "It met the changes of another session: run it again"
_SLOW = "It took too long: look at the server's load and at triggers on that table, then run it again"
_READ_ONLY = "It takes no changes now (a replica, or set so): name the one that does in systems.yml, or wait"
_FULL = "Have space made on the disk of the database, then run it again"
_HANGING = (
    "Other rows hang on it: name their table under ends before it (with via), or ask the application's maker"
)
_DOWN = "Check that the database is up, and that dulae's account may log in"
_WRONG = "Check the tables and columns in systems.yml, and what dulae's account may do"

# PostgreSQL's SQLSTATE, the numbers of MariaDB and MySQL, SQLite's names.
_REMEDIES: dict[object, str] = {
    **dict.fromkeys(("55P03", 1205, "SQLITE_BUSY", "SQLITE_LOCKED"), _HELD),
    # 1020: MariaDB from 11.6 on, where somebody was faster.
    **dict.fromkeys(("40P01", "40001", 1213, 1020), _COLLIDED),
    **dict.fromkeys(("57014", 1969, 3024, 1317, "SQLITE_INTERRUPT"), _SLOW),
    **dict.fromkeys(("25006", 1290, 1792, 1836, "SQLITE_READONLY"), _READ_ONLY),
    **dict.fromkeys(("23503", 1451, "SQLITE_CONSTRAINT_FOREIGNKEY"), _HANGING),
    **dict.fromkeys(("53100", 1021, 1114, "SQLITE_FULL"), _FULL),
}
# MariaDB and MySQL: what their client finds out alone; what the server says to whom it does not let in, or drops.
_CLIENT = range(2000, 3000)
_NOT_LET_IN = frozenset(
    {0, 1040, 1044, 1045, 1049, 1053, 1077, 1129, 1130, 1152, *range(1158, 1162), 1203, 1226, 1698}
)
# Integrity, limits of a view, collisions, and what a trigger raises: the transaction is rolled back.
_REFUSED = frozenset({"23", "44", "40", "P0"})
_CATALOGS = ("pg_catalog", "information_schema")


def words(error: SQLAlchemyError) -> str:
    """Return the driver's first line; a PostgreSQL DETAIL would show the values of a row."""
    cause = getattr(error, "orig", None) or error
    lines = _text(cause).strip().splitlines() or [type(cause).__name__]
    return lines[0].strip().rstrip(".")


def _text(cause: BaseException) -> str:
    match cause.args:
        # The drivers of MariaDB and MySQL would show this as Python's tuple.
        case (int(number), str(said)):
            return f"{said} ({number})"
    return str(cause)


def remedy(error: SQLAlchemyError) -> str:
    """Return what an officer can do about it."""
    cause = getattr(error, "orig", None)
    codes = list(_codes(cause))
    known = (_REMEDIES[code] for code in codes if code in _REMEDIES)
    return next(known, _DOWN if _is_down(error, cause, codes) else _WRONG)


def _is_down(error: SQLAlchemyError, cause: Any, codes: Iterable[object]) -> bool:
    """Say whether the server could not be spoken to; drivers call much else an operational error too."""
    driver = type(cause).__module__
    if driver.startswith("pymysql"):
        return any(isinstance(code, int) and (code in _NOT_LET_IN or code in _CLIENT) for code in codes)
    # SQLite has no server that could be down.
    return isinstance(error, OperationalError) and driver != "sqlite3"


def _codes(cause: Any) -> Iterator[object]:
    """Yield what a driver calls an error by, whichever driver it is."""
    yield from (getattr(cause, name, None) for name in ("sqlstate", "pgcode", "errno", "sqlite_errorname"))
    yield from getattr(cause, "args", ())[:1]


def is_whole(error: BaseException | None) -> bool:
    """Say whether PostgreSQL itself refused a commit, so that nothing of it was written."""
    state = str(getattr(getattr(error, "orig", None), "sqlstate", None) or "")
    return state[:2] in _REFUSED


def about(error: SQLAlchemyError, table: str) -> None:
    """Note on an error which table it was about."""
    error.add_note(f"table {table}")


class Watch:
    """Knows the table of an engine's last statement: a server seldom says which one it could not have.

    SQLAlchemy's own event for errors stays silent on MySQL once a table was looked up on the connection.
    """

    def __init__(self, engine: Engine) -> None:
        self._last: Any = None
        sqlalchemy.event.listen(engine, "before_execute", self._take_down)

    def _take_down(self, connection: Connection, statement: Any, *_: Any) -> None:
        self._last = statement

    def tables(self, error: SQLAlchemyError) -> list[str]:
        """Return the tables that an error was about, as words; none where it was no statement's."""
        if noted := getattr(error, "__notes__", []):
            return list(dict.fromkeys(noted))
        is_statement = getattr(error, "statement", None) is not None
        return [f"table {table.name}" for table in _named(self._last)] if is_statement else []


def _named(statement: Any) -> Iterator[Table]:
    changed = getattr(statement, "table", None)
    found = [changed] if changed is not None else getattr(statement, "get_final_froms", list)()
    yield from (one for one in found if isinstance(one, Table) and one.schema not in _CATALOGS)
