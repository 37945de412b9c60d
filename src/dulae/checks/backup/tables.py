"""Counting and digesting the tables of a database, the same way at backup time and after a restore.

A table's digest is the sum of a hash of 64 bits of each row. It does not depend on the rows' order, sees a row that is
there twice, and is the same in every PostgreSQL from 11 on, for rows are taken as text under fixed settings. The hash
is that by which PostgreSQL deals rows to partitions, a third of SHA-256's work; a server on which it gives something
else than here (another byte order) is known by one word, and there SHA-256 is used.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from .manifest import TableCount
from .session import Session

_SHA256 = "sum-sha256-64"
_SWIFT = "sum-hashtext-64"
# How a digest hashes a row.
_HASHES = {
    _SWIFT: 'hashtextextended((dulae_row.*)::text COLLATE pg_catalog."C", 0)',
    _SHA256: "('x' || left(encode(sha256(textsend((dulae_row.*)::text)), 'hex'), 16))::bit(64)::bigint",
}
# A word, and its swift hash.
_KNOWN = """SELECT hashtextextended('dulae' COLLATE pg_catalog."C", 0)"""
_KNOWN_HASH = "4086853670471531064"

# What decides how values look as text. The encoding stays the server's own, so that even bytes that are no
# valid text in any encoding can be digested.
_SETTINGS = """
SET statement_timeout = 0; SET lock_timeout = 0; SET idle_in_transaction_session_timeout = 0;
SET row_security = off; SET extra_float_digits = 3; SET DateStyle = 'ISO, YMD'; SET IntervalStyle = 'postgres';
SET TimeZone = 'UTC'; SET bytea_output = 'hex'; SET lc_monetary = 'C'; SET synchronize_seqscans = off;
SELECT pg_catalog.set_config('search_path', '', false), pg_catalog.set_config('client_encoding',
  pg_catalog.current_setting('server_encoding'), false)
"""
_BEGIN = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
# Tables whose data pg_dump dumps: not those of extensions, which CREATE EXTENSION makes.
_TABLES = """
SELECT coalesce(json_agg(json_build_object('schema', n.nspname, 'name', c.relname,
  'quoted', format('%I.%I', n.nspname, c.relname)) ORDER BY n.nspname, c.relname), '[]')
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND c.relpersistence <> 't' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_class'::regclass
    AND d.objid = c.oid AND d.deptype = 'e')
"""
_COUNT = """
SELECT json_build_object('rows', count(*), 'digest', {digest}) FROM ONLY {quoted} AS dulae_row
"""
# Partitions with the table that they are parts of in the end, and their columns in the order of their own.
_PARTITIONS = """
SELECT coalesce(json_agg(json_build_array(n.nspname, c.relname, pg_partition_root(c.oid)::oid::text, (
  SELECT json_agg(a.attname ORDER BY a.attnum)::text FROM pg_catalog.pg_attribute a
  WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped))), '[]')
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND c.relispartition
"""
_SOURCE = """
SELECT json_build_object('database', current_database(), 'server_version', current_setting('server_version'),
  'encoding', current_setting('server_encoding'), 'database_bytes', pg_database_size(current_database()))
"""


@dataclass(frozen=True)
class Table:
    """A table's name, and how SQL writes it."""

    schema: str
    name: str
    quoted: str


@dataclass(frozen=True)
class Partition:
    """A table that is part of another: the ``whole`` that it belongs to in the end, and its columns in their order."""

    whole: str
    columns: str


def begin(session: Session) -> None:
    """Open the snapshot in which all later questions are answered; raise SessionError if that is refused."""
    session.ask(_SETTINGS)
    session.ask(_BEGIN)


def export(session: Session) -> str:
    """Return the name of the snapshot, under which pg_dump can see it."""
    return session.ask("SELECT pg_catalog.pg_export_snapshot()")


def source(session: Session) -> dict[str, str | int]:
    """Return the database's name, server_version, encoding and database_bytes."""
    about: dict[str, str | int] = json.loads(session.ask(_SOURCE))
    return about


def listed(session: Session) -> list[Table]:
    """Return the tables that a dump of the database holds, by name."""
    return [Table(**table) for table in json.loads(session.ask(_TABLES))]


def partitions(session: Session) -> dict[tuple[str, str], Partition]:
    """Return the tables that are parts of others, by schema and name."""
    found = json.loads(session.ask(_PARTITIONS))
    return {(schema, name): Partition(whole, columns) for schema, name, whole, columns in found}


def digest(session: Session) -> str:
    """Return the name of the digest that is made on a server now."""
    return comparable(session, _SWIFT) or _SHA256


def comparable(session: Session, name: str) -> str:
    """Return the name of a digest if this server can make it as it was made elsewhere, else nothing."""
    if name == _SWIFT and session.ask(_KNOWN).strip() != _KNOWN_HASH:
        return ""
    return name if name in _HASHES else ""


def count(session: Session, table: Table, name: str = "") -> TableCount:
    """Return the rows of a table, and its digest of a name if one is asked for."""
    summed = f"coalesce(sum({_HASHES[name]}), 0)::text" if name else "''"
    counted = json.loads(session.ask(_COUNT.format(digest=summed, quoted=table.quoted)))
    return TableCount(table.schema, table.name, **counted)
