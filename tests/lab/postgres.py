"""db1's PostgreSQL: one cluster on loopback, SCRAM passwords, two databases with their rows."""

from __future__ import annotations

import secrets
import subprocess
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from tests.lab import data_intranet, data_saraban
from tests.lab.layout import Layout, write_private
from tests.lab.ports import LOOPBACK

DATABASES = ("intranet", "saraban")
# Role -> what it is for. `postgres` is the superuser; `dulae` is the controller's account.
ROLES = ("postgres", "dulae", "backup", "intranet_app", "saraban_app")
_SCHEMAS = Path(__file__).parent / "schema"
_SETTINGS = """
listen_addresses = '127.0.0.1'
unix_socket_directories = '{sockets}'
unix_socket_permissions = 0700
port = {port}
max_connections = 60
shared_buffers = 16MB
fsync = on
log_timezone = 'Asia/Bangkok'
timezone = 'Asia/Bangkok'
logging_collector = off
log_min_messages = warning
"""
_RIGHTS = """
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO dulae;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO dulae;
"""


def make_passwords() -> dict[str, str]:
    """Return a new password for each role."""
    return {role: secrets.token_urlsafe(18) for role in ROLES}


def create_cluster(layout: Layout, binaries: Path, port: int, password: str) -> None:
    """Make the cluster's files; raise CalledProcessError if initdb refuses."""
    pwfile = layout.run / "postgres.pw"
    pwfile.touch(0o600)
    pwfile.write_text(password, encoding="ascii")
    command = [
        *(str(binaries / "initdb"), "-D", str(layout.cluster), "-U", "postgres", "-E", "UTF8"),
        *("--locale=C.UTF-8", "--auth=scram-sha-256", f"--pwfile={pwfile}", "--no-sync", "--data-checksums"),
    ]
    try:
        subprocess.run(command, check=True, capture_output=True, text=True)
    finally:
        pwfile.unlink()
    sockets = layout.socket_folder() or ""
    with (layout.cluster / "postgresql.auto.conf").open("a", encoding="utf-8") as stream:
        stream.write(_SETTINGS.format(sockets=sockets, port=port))


def url(port: int, role: str, password: str, database: str) -> str:
    """Return a connection string that libpq takes."""
    return f"postgresql://{role}:{password}@{LOOPBACK}:{port}/{database}"


def fill(layout: Layout, port: int, passwords: Mapping[str, str], now: datetime) -> None:
    """Make roles and databases and load every row; raise psycopg.Error if the server refuses."""
    with psycopg.connect(url(port, "postgres", passwords["postgres"], "postgres"), autocommit=True) as server:
        for role in ROLES[1:]:
            command = sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}")
            server.execute(command.format(sql.Identifier(role), sql.Literal(passwords[role])))
        server.execute("GRANT pg_read_all_data TO backup")
        for database in DATABASES:
            command = sql.SQL("CREATE DATABASE {} OWNER {}")
            server.execute(command.format(sql.Identifier(database), sql.Identifier(f"{database}_app")))
    rows = {"intranet": data_intranet.tables(now), "saraban": data_saraban.tables(now, layout.documents)}
    for database in DATABASES:
        with psycopg.connect(
            url(port, f"{database}_app", passwords[f"{database}_app"], database)
        ) as application:
            _load(application, (_SCHEMAS / f"{database}.sql").read_text(encoding="utf-8"), rows[database])


def _load(
    connection: psycopg.Connection[Any], schema: str, tables: Mapping[str, Iterable[tuple[Any, ...]]]
) -> None:
    connection.execute(schema.encode())
    for target, rows in tables.items():
        with connection.cursor() as cursor, cursor.copy(f"COPY {target} FROM STDIN".encode()) as copy:
            for row in rows:
                copy.write_row(row)
    for table in ("users", "documents", "roles"):
        connection.execute(_advance(table))
    connection.execute(_RIGHTS)


def _advance(table: str) -> bytes:
    # Rows were loaded with their own ids: let the counters go on after them.
    return f"""DO $$ BEGIN IF to_regclass('public.{table}') IS NOT NULL THEN
      PERFORM setval(pg_get_serial_sequence('public.{table}', 'id'), (SELECT max(id) FROM public.{table}));
    END IF; END $$""".encode()


def write_pgpass(layout: Layout, port: int, password: str) -> None:
    """Give db1's and backup1's login the password of the role ``backup``, as PostgreSQL's own tools read it."""
    for host in ("db1", "backup1"):
        write_private(layout.home(host) / ".pgpass", f"*:{port}:*:backup:{password}\n")
