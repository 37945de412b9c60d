"""Whether Thai text came through: samples of text columns are searched for the marks that broken encodings leave.

Needed where no digest tells that each row is the same as before. It proves that no value of the sample bears a mark;
it cannot tell letters that were exchanged for other Thai letters, nor what the source held damaged already.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from ..backup import tables
from ..backup.faults import Bad, CannotTell, Doubt
from ..backup.session import Session, SessionError
from ..backup.tools import Tools
from ..finding import reason
from . import server
from .restoring import DATABASE
from .work import Work

DAMAGED = reason(
    "restore_drill.text_damaged",
    "{file}: restored, but {text_damaged} of {text_values} sampled texts bear marks of a broken encoding"
    " ({text_replaced} replacement characters, {text_mistaken} read in a wrong encoding,"
    " {text_question_marks} runs of ?); compare them with the source",
)
NO_THAI = reason(
    "restore_drill.no_thai",
    "{file}: restored, but none of {text_values} sampled texts holds a Thai letter, and Thai was declared;"
    " compare them with the source",
)
UNREAD = reason(
    "restore_drill.text_unread",
    "{file}: restored, but its texts could not be sampled: {error}; try again",
)
OTHER_ENCODING = reason(
    "restore_drill.text_encoding",
    "{file}: restored, but Thai text cannot be judged in encoding {encoding}; compare some by eye",
)

_MOST_VALUES = 200_000
_LEAST_ROWS = 200
_MOST_ROWS = 10_000
_MOST_LETTERS = 2_000
_COLUMNS = """
SELECT coalesce(json_agg(json_build_object('table', c.oid::regclass::text, 'columns', k.columns,
  'pages', greatest(pg_relation_size(c.oid) / current_setting('block_size')::int, 1)) ORDER BY c.oid), '[]')
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace, LATERAL (
  SELECT json_agg(quote_ident(a.attname) ORDER BY a.attnum) AS columns FROM pg_attribute a
  JOIN pg_type t ON t.oid = a.atttypid WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  AND (t.typcategory = 'S' OR t.typname IN ('json', 'jsonb', 'xml')) ) k
WHERE c.relkind = 'r' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND k.columns IS NOT NULL
"""
# Thai UTF-8 read as Latin-1 or CP1252; CP874 read as Latin-1; UTF-8 read as CP874.
_MISTAKEN = "à[¸¹]|[¡-û]{4}|(เ[ธน].?){4}"
_MARKS = {
    "text_replaced": "v ~ '\ufffd'",
    "text_mistaken": f"v ~ '{_MISTAKEN}'",
    "text_question_marks": r"v ~ '\?{4}'",
}
_SAMPLE = """
SELECT json_build_object('text_values', count(v), 'text_thai', count(*) FILTER (WHERE v ~ '[ก-๛]'), {marks},
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


def wanted(work: Work) -> bool:
    """Say whether texts are looked at: where it is declared, or where no digest tells that they are the same."""
    made = work.manifest
    digested = bool(made and made.tables and made.digest == tables.DIGEST)
    return work.drill.thai_text == "always" or (work.drill.thai_text == "auto" and not digested)


def prove(work: Work, tools: Tools) -> None:
    """Sample the texts of a restored database; raise Bad where declared Thai is damaged, else Doubt."""
    try:
        with Session(tools, server.environment(work.folder, DATABASE)) as session:
            tables.begin(session)
            encoding = session.ask("SELECT pg_catalog.current_setting('server_encoding')")
            found = _sampled(session) if encoding == "UTF8" else None
    except SessionError as error:
        raise CannotTell(UNREAD, error=str(error)) from error
    if found is None:
        work.measured["text_encoding"] = encoding
        if work.drill.thai_text == "always":
            raise Doubt(OTHER_ENCODING, encoding=encoding)
        return
    work.measured.update(found)
    _judge(work, found)


def _judge(work: Work, found: dict[str, int]) -> None:
    """Raise Fault if the sample bears marks, or lacks the Thai that was declared."""
    declared = work.drill.thai_text == "always"
    if found["text_damaged"]:
        raise (Bad if declared else Doubt)(DAMAGED)
    if declared and not found["text_thai"]:
        raise Bad(NO_THAI)


def _sampled(session: Session) -> dict[str, int]:
    """Return how many texts were looked at, how many hold Thai, and how many bear which mark."""
    listed = [
        _Table(one["table"], tuple(one["columns"]), one["pages"]) for one in json.loads(session.ask(_COLUMNS))
    ]
    total = {
        "text_columns": 0,
        "text_values": 0,
        "text_thai": 0,
        "text_damaged": 0,
        **dict.fromkeys(_MARKS, 0),
    }
    share = _MOST_VALUES // max(1, sum(len(table.columns) for table in listed))
    for table in listed:
        total["text_columns"] += len(table.columns)
        answer = json.loads(session.ask(_query(table, min(_MOST_ROWS, max(_LEAST_ROWS, share)))))
        for name, number in answer.items():
            total[name] += number
    return total


def _query(table: _Table, rows: int) -> str:
    """Return the question about one table; pages are drawn from all over it, always the same."""
    percent = min(100.0, 100.0 * max(1, rows // _ROWS_ON_A_PAGE) / table.pages)
    return _SAMPLE.format(
        table=table.table,
        rows=rows,
        percent=f"{percent:.6f}",
        columns=", ".join(table.columns),
        values=", ".join(f"(left({column}::text, {_MOST_LETTERS}))" for column in table.columns),
        marks=", ".join(f"'{name}', count(*) FILTER (WHERE {mark})" for name, mark in _MARKS.items()),
        any=" OR ".join(_MARKS.values()),
    )
