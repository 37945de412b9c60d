"""Sampling the texts of a restored PostgreSQL database."""

from __future__ import annotations

import json
from dataclasses import dataclass

from ..backup.session import Session
from .texts import MARKS, MOST_LETTERS, THAI, rows_each, summed

_COLUMNS = """
SELECT coalesce(json_agg(json_build_object('table', c.oid::regclass::text, 'columns', k.columns,
  'pages', greatest(pg_relation_size(c.oid) / current_setting('block_size')::int, 1)) ORDER BY c.oid), '[]')
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace, LATERAL (
  SELECT json_agg(quote_ident(a.attname) ORDER BY a.attnum) AS columns FROM pg_attribute a
  JOIN pg_type t ON t.oid = a.atttypid WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  AND (t.typcategory = 'S' OR t.typname IN ('json', 'jsonb', 'xml')) ) k
WHERE c.relkind = 'r' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND k.columns IS NOT NULL
"""
_SAMPLE = """
SELECT json_build_object('text_values', count(v), 'text_thai', count(*) FILTER (WHERE v ~ '{thai}'), {marks},
  'text_damaged', count(*) FILTER (WHERE {any}))
FROM (SELECT {columns} FROM ONLY {table} TABLESAMPLE SYSTEM ({percent}) REPEATABLE (0) LIMIT {rows}) AS dulae_row,
  LATERAL (VALUES {values}) AS dulae_value (v)
"""
_ROWS_ON_A_PAGE = 20


@dataclass(frozen=True)
class _Table:
    """A table with text: how SQL writes it and its columns, and its size."""

    table: str
    columns: tuple[str, ...]
    pages: int


def sampled(session: Session) -> dict[str, int]:
    """Return how many texts were looked at, how many hold Thai, and how many bear which mark."""
    listed = [
        _Table(one["table"], tuple(one["columns"]), one["pages"]) for one in json.loads(session.ask(_COLUMNS))
    ]
    columns = sum(len(table.columns) for table in listed)
    queries = (_query(table, rows_each(columns)) for table in listed)
    return summed((json.loads(session.ask(query)) for query in queries), columns)


def _query(table: _Table, rows: int) -> str:
    """Return the question about one table; pages are drawn from all over it, always the same."""
    percent = min(100.0, 100.0 * max(1, rows // _ROWS_ON_A_PAGE) / table.pages)
    return _SAMPLE.format(
        table=table.table,
        rows=rows,
        percent=f"{percent:.6f}",
        thai=THAI,
        columns=", ".join(table.columns),
        values=", ".join(f"(left({column}::text, {MOST_LETTERS}))" for column in table.columns),
        marks=", ".join(f"'{name}', count(*) FILTER (WHERE v ~ '{mark}')" for name, mark in MARKS.items()),
        any=" OR ".join(f"v ~ '{mark}'" for mark in MARKS.values()),
    )
