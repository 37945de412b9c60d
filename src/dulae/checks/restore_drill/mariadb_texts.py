"""Sampling the texts of a restored MariaDB database."""

from __future__ import annotations

import json

from ..backup import mariadb_tables
from ..backup.mariadb import quoted
from ..backup.mariadb_tables import Table
from ..backup.session import Session
from .texts import MARKS, MOST_LETTERS, THAI, rows_each, summed

_COLUMNS = """
SELECT JSON_OBJECT('schema', TABLE_SCHEMA, 'name', TABLE_NAME, 'column', COLUMN_NAME) FROM information_schema.COLUMNS
WHERE CHARACTER_SET_NAME IS NOT NULL AND DATA_TYPE NOT IN ('enum', 'set') ORDER BY 1
"""
_SAMPLE = """
SELECT JSON_OBJECT('text_values', COUNT(v), 'text_thai', {thai}, {marks}, 'text_damaged', {any})
FROM ({values}) AS dulae_value
"""
# Rows are drawn from all over a table, always the same.
_VALUES = """
(SELECT LEFT(CONVERT({column} USING utf8mb4), {letters}) COLLATE utf8mb4_bin AS v FROM {table}
  WHERE RAND(0) < {share} LIMIT {rows})
"""


def encoding(session: Session) -> str:
    """Return UTF8: the server converts texts of every character set to it."""
    return "UTF8"


def sampled(session: Session) -> dict[str, int]:
    """Return how many texts were looked at, how many hold Thai, and how many bear which mark."""
    tables = {(table.schema, table.name): table for table in mariadb_tables.listed(session)}
    columns: dict[Table, list[str]] = {}
    for line in session.ask(_COLUMNS).split("\n"):
        one = json.loads(line) if line else {}
        table = tables.get((one.get("schema", ""), one.get("name", "")))
        if table:
            columns.setdefault(table, []).append(one["column"])
    total = sum(len(names) for names in columns.values())
    answers = (_asked(session, table, names, rows_each(total)) for table, names in columns.items())
    return summed(answers, total)


def _asked(session: Session, table: Table, columns: list[str], rows: int) -> dict[str, int]:
    """Return what the texts of one table are like."""
    held = int(session.ask(f"SELECT COUNT(*) FROM {table.quoted}"))  # noqa: S608 a quoted name
    share = f"{min(1.0, 1.2 * rows / max(1, held)):.9f}"
    about = {"table": table.quoted, "share": share, "rows": rows, "letters": MOST_LETTERS}
    values = " UNION ALL ".join(_VALUES.format(column=quoted(column), **about) for column in columns)
    marks = [f"'{name}', {_number(_has(mark))}" for name, mark in MARKS.items()]
    query = _SAMPLE.format(
        values=values,
        thai=_number(_has(THAI)),
        marks=", ".join(marks),
        any=_number(" OR ".join(_has(mark) for mark in MARKS.values())),
    )
    found: dict[str, int] = json.loads(session.ask(query))
    return found


def _has(mark: str) -> str:
    """Return the condition that a text bears a mark."""
    return f"v REGEXP '{mark}'"


def _number(condition: str) -> str:
    """Return the number of texts for which a condition is true."""
    return f"COALESCE(CAST(SUM({condition}) AS UNSIGNED), 0)"
