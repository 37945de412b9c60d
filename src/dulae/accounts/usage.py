"""How much the systems are used: one figure for each declared query, read without any way to write (step 5)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from dulae.accounts.applications import database as database_of
from dulae.accounts.databases import database
from dulae.accounts.databases.database import Database
from dulae.checks.finding import Finding, Reason, Verdict, judged, reason
from dulae.checks.outcome import Stopwatch
from dulae.errors import DatabaseError, RemoteError
from dulae.settings.reading_sql import only_reads

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

    from dulae.settings import Settings

CHECK = "usage"
TIMEOUT_S = 60

FIGURE = reason("usage.figure", "{value} {unit}")
NO_FIGURE = reason("usage.no_figure", "the query gives no single number: {error}")
FAILED = reason("usage.query_failed", "the query failed: {error}")
_DECIMALS = 2


@dataclass(frozen=True)
class Query:
    """One declared figure: ``SYSTEM/NAME``, what it counts, and the SELECT."""

    system: str
    name: str
    unit: str
    sql: str

    @property
    def subject(self) -> str:
        """Return the finding's subject."""
        return f"{self.system}/{self.name}"


@dataclass(frozen=True)
class Source:
    """One database and the queries that it answers."""

    database: Database
    queries: tuple[Query, ...]


def sources(settings: Settings, system: str = "") -> Iterator[Source]:
    """Yield the declared queries by database, of one system or all; raise SettingsError for an unknown database."""
    for kept in settings.systems:
        if kept.usage and system in ("", kept.name):
            queries = tuple(Query(kept.name, each.name, each.unit, each.sql) for each in kept.usage.queries)
            yield Source(database_of(settings, kept, kept.usage.database), queries)


def measure(declared: Iterable[Source], *, timeout_s: int = TIMEOUT_S) -> Iterator[Finding]:
    """Yield one finding for each query; one that fails, or a database that is away, does not stop the others."""
    for source in declared:
        left = list(source.queries)
        try:
            with database.readings(source.database, timeout_s=timeout_s) as begin:
                while left:
                    yield _figure(begin, left.pop(0), timeout_s)
        except (DatabaseError, RemoteError) as error:
            yield from (_unknown(query, FAILED, error, timeout_s) for query in left)


def _figure(begin: Callable[[], AbstractContextManager[Connection]], query: Query, timeout_s: int) -> Finding:
    watch = Stopwatch()
    try:
        with begin() as connection:
            measured = {"value": _value(connection, query.sql), "unit": query.unit}
        limit = {"timeout_s": timeout_s}
        made = judged(CHECK, query.subject, Verdict.PASS, FIGURE, measured=measured, limit=limit)
    except DatabaseError as error:
        made = _unknown(query, FAILED, error, timeout_s)
    except ValueError as error:
        made = _unknown(query, NO_FIGURE, error, timeout_s)
    return replace(made, system=query.system, started_at=watch.started_at, elapsed_ms=watch.elapsed_ms)


def _unknown(query: Query, why: Reason, error: Exception, timeout_s: int) -> Finding:
    measured, limit = {"error": str(error)}, {"timeout_s": timeout_s}
    made = judged(CHECK, query.subject, Verdict.UNKNOWN, why, measured=measured, limit=limit)
    return replace(made, system=query.system)


def _value(connection: Connection, sql: str) -> int | str:
    """Return the one value that a SELECT gives; raise ValueError if there is none, or more than one."""
    if not only_reads(sql):
        raise ValueError("it is more than one statement, or does more than read")
    # The text is sent as it is: no parameters, so that % and : need no care.
    answer = connection.execution_options(no_parameters=True).exec_driver_sql(sql)
    if not answer.returns_rows:
        raise ValueError("it answers nothing")
    rows = answer.fetchmany(2)
    if len(rows) != 1 or len(rows[0]) != 1:
        raise ValueError("it must answer one row with one column")
    return plain(rows[0][0])


def plain(value: Any) -> int | str:
    """Return a number as a finding holds it: whole ones as such, others as text; raise ValueError for what is none."""
    if isinstance(value, bool) or value is None:
        raise ValueError("it is empty" if value is None else "it is true or false, no number")
    if isinstance(value, int):
        return value
    if isinstance(value, float | Decimal):
        number = Decimal(str(value))
        if not number.is_finite():
            raise ValueError("it is no finite number")
        return int(number) if number == number.to_integral_value() else f"{round(number, _DECIMALS):f}"
    if isinstance(value, date | datetime):
        return value.isoformat()
    raise ValueError(f"it is a {type(value).__name__}")
