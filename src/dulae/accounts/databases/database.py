"""The way to an application's database: directly, or through SSH; reading never writes, writing waits for no lock long.

Passwords travel as driver arguments, never in an address, a message or a log.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy
from sqlalchemy.engine import URL, Connection, Engine
from sqlalchemy.exc import NoSuchModuleError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from dulae import remote
from dulae.accounts.databases import refusals
from dulae.errors import DatabaseError, SettingsError

_CONNECT_SECONDS = 10
_LOCK_SECONDS = 10
_STATEMENT_SECONDS = 120
# Where a machine stops in the middle of a change, the server lets go of its rows after so long.
_IDLE_SECONDS = 120
# SQLite has no statement timeout: it asks after so many of its instructions whether to go on.
_SQLITE_STEPS = 10_000
_PORTS = {"postgresql": 5432, "mysql": 3306, "mariadb": 3306, "mssql": 1433, "oracle": 1521}


@dataclass(frozen=True)
class Database:
    """How one database is reached. ``password`` is asked for when a connection is made, not before."""

    name: str
    url: str
    inventory: Path
    host: str = ""
    via_ssh: bool = False
    password: Callable[[], str] | None = field(default=None, repr=False)

    @property
    def place(self) -> str:
        """Return the words that name this database in a message."""
        way = f"through SSH to {self.host}" if self.via_ssh else "directly"
        return f"database {self.name} ({way})"


@contextlib.contextmanager
def reading(database: Database, *, timeout_s: int = _STATEMENT_SECONDS) -> Iterator[Connection]:
    """Yield a connection in a transaction that cannot write.

    Raise DatabaseError if the database cannot be asked, RemoteError if the host on the way to it cannot.
    """
    with readings(database, timeout_s=timeout_s) as begin, begin() as connection:
        yield connection


@contextlib.contextmanager
def readings(
    database: Database, *, timeout_s: int = _STATEMENT_SECONDS
) -> Iterator[Callable[[], AbstractContextManager[Connection]]]:
    """Yield a function that opens one transaction after another that cannot write, all on the same way there.

    Raise DatabaseError if the database cannot be asked, RemoteError if the host on the way to it cannot.
    """
    with _engine(database, timeout_s, read_only=True) as engine:
        watch = refusals.Watch(engine)

        @contextlib.contextmanager
        def begin() -> Iterator[Connection]:
            with _told(database, watch), engine.connect() as connection, connection.begin():
                yield connection

        yield begin


@contextlib.contextmanager
def writing(database: Database) -> Iterator[Connection]:
    """Yield a connection in one transaction: committed at the end, wholly undone by any exception.

    Raise DatabaseError if the database refuses something, RemoteError if the host on the way to it cannot be reached.
    """
    with (
        _engine(database, _STATEMENT_SECONDS, read_only=False) as engine,
        _told(database, refusals.Watch(engine)),
        engine.begin() as connection,
    ):
        yield connection


@contextlib.contextmanager
def _engine(database: Database, timeout_s: int, *, read_only: bool) -> Iterator[Engine]:
    try:
        url = sqlalchemy.make_url(database.url)
        dialect = url.get_backend_name()
    except (SQLAlchemyError, ValueError) as error:
        raise _wrong_url(database) from error
    with contextlib.ExitStack() as stack:
        if database.via_ssh:
            url = stack.enter_context(_tunnelled(database, url))
        arguments = _OPTIONS.get(dialect, _no_options)(url, timeout_s, read_only)
        if database.password is not None:
            arguments["password"] = _revealed(database)
        try:
            engine = sqlalchemy.create_engine(
                url, connect_args=arguments, poolclass=NullPool, hide_parameters=True
            )
        except (NoSuchModuleError, ImportError) as error:
            remedy = f"Install SQLAlchemy's driver for {url.drivername} beside dulae"
            raise DatabaseError("its driver is not installed", place=database.place, remedy=remedy) from error
        _prepare(engine, dialect, timeout_s, read_only)
        stack.callback(engine.dispose)
        yield engine


def _revealed(database: Database) -> str:
    try:
        return database.password() if database.password else ""
    except SettingsError as error:
        # One system's missing secret must not keep the others from being looked at.
        raise DatabaseError(error.what, place=error.place or database.place, remedy=error.remedy) from error


def _wrong_url(database: Database) -> DatabaseError:
    remedy = "Write it as postgresql+psycopg://USER@HOST:PORT/NAME, with the password apart from it"
    return DatabaseError("the address is none that SQLAlchemy knows", place=database.place, remedy=remedy)


@contextlib.contextmanager
def _tunnelled(database: Database, url: URL) -> Iterator[URL]:
    port = url.port or _PORTS.get(url.get_backend_name())
    if port is None:
        remedy = "Set via_ssh: false, or write the port into the address"
        raise DatabaseError("it has no port to tunnel to", place=database.place, remedy=remedy)
    far = remote.host(database.inventory, database.host)
    with remote.forward(far, port, url.host or "127.0.0.1") as local:
        yield url.set(host="127.0.0.1", port=local)


def _postgresql(url: URL, timeout_s: int, read_only: bool) -> dict[str, Any]:
    settings = {"statement_timeout": f"{timeout_s}s", "lock_timeout": f"{_LOCK_SECONDS}s"}
    if read_only:
        settings["default_transaction_read_only"] = "on"
    else:
        settings["idle_in_transaction_session_timeout"] = f"{_IDLE_SECONDS}s"
    options = " ".join(f"-c {name}={value}" for name, value in settings.items())
    return {"connect_timeout": _CONNECT_SECONDS, "application_name": "dulae", "options": options}


def _mysql(url: URL, timeout_s: int, read_only: bool) -> dict[str, Any]:
    # The server ends what takes too long; where it does not answer at all, the driver gives up a little later.
    return {
        "connect_timeout": _CONNECT_SECONDS,
        "read_timeout": timeout_s + _CONNECT_SECONDS,
        "write_timeout": timeout_s + _CONNECT_SECONDS,
        "charset": "utf8mb4",
    }


def _mysql_session(timeout_s: int, read_only: bool) -> Iterator[str]:
    """Yield what a connection is told first, in words that MariaDB and MySQL both know.

    MariaDB reads the first comment alone, MySQL the second: neither knows the other's name for the same limit.
    """
    limit = (
        f"/*M!100101 , max_statement_time={timeout_s} */ /*!50708 , max_execution_time={timeout_s * 1000} */"
    )
    # Rows have one limit; tables that somebody alters or has locked another, of a day or a year unless said.
    waiting = f"innodb_lock_wait_timeout={_LOCK_SECONDS}, lock_wait_timeout={_LOCK_SECONDS}"
    yield f"SET SESSION {waiting} {limit}"
    if read_only:
        yield "SET SESSION TRANSACTION READ ONLY"
        return
    yield f"SET SESSION wait_timeout={_IDLE_SECONDS}"
    # Moments of noughts are what some applications write for never; undo must be able to give them back.
    yield "SET SESSION sql_mode=replace(replace(@@sql_mode, 'NO_ZERO_IN_DATE', ''), 'NO_ZERO_DATE', '')"


def _sqlite(url: URL, timeout_s: int, read_only: bool) -> dict[str, Any]:
    # SQLite would make an empty database where a path is mistyped.
    if not url.database or not Path(url.database).is_file():
        remedy = "Correct the path in systems.yml"
        raise DatabaseError("there is no such file", place=str(url.database), remedy=remedy)
    return {"timeout": _LOCK_SECONDS, "isolation_level": None}


def _no_options(url: URL, timeout_s: int, read_only: bool) -> dict[str, Any]:
    return {}


_OPTIONS: dict[str, Callable[[URL, int, bool], dict[str, Any]]] = {
    "postgresql": _postgresql,
    "mysql": _mysql,
    "mariadb": _mysql,
    "sqlite": _sqlite,
}


def _prepare(engine: Engine, dialect: str, timeout_s: int, read_only: bool) -> None:
    prepare = _PREPARED.get(dialect)
    if prepare:
        prepare(engine, timeout_s, read_only)


def _prepare_mysql(engine: Engine, timeout_s: int, read_only: bool) -> None:
    @sqlalchemy.event.listens_for(engine, "connect")
    def connect(driver: Any, _: object) -> None:
        with contextlib.closing(driver.cursor()) as cursor:
            for statement in _mysql_session(timeout_s, read_only):
                cursor.execute(statement)


def _prepare_sqlite(engine: Engine, timeout_s: int, read_only: bool) -> None:
    # Python's own handling of SQLite's transactions begins them too late to lock what is read first.
    @sqlalchemy.event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        deadline = time.monotonic() + timeout_s
        driver: Any = connection.connection.dbapi_connection
        driver.set_progress_handler(lambda: time.monotonic() > deadline, _SQLITE_STEPS)
        connection.exec_driver_sql(f"PRAGMA query_only = {'ON' if read_only else 'OFF'}")
        connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")


_PREPARED: dict[str, Callable[[Engine, int, bool], None]] = {
    "mysql": _prepare_mysql,
    "mariadb": _prepare_mysql,
    "sqlite": _prepare_sqlite,
}


@contextlib.contextmanager
def _told(database: Database, watch: refusals.Watch) -> Iterator[None]:
    """Turn a driver's error into one line without values; let everything else pass."""
    try:
        yield
    except SQLAlchemyError as error:
        place = ", ".join((database.place, *watch.tables(error)))
        raise DatabaseError(refusals.words(error), place=place, remedy=refusals.remedy(error)) from error
