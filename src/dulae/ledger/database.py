"""The SQLite file of a ledger: how it is made and opened."""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import datetime
from pathlib import Path

from dulae.errors import LedgerError
from dulae.ledger import checkpoint, entry, files, keys

STORE = "ledger.sqlite"
SCHEMA = Path(__file__).with_name("schema.sql")
SCHEMA_VERSION = 1
_APPLICATION = 0x64756C61  # "dula", so that file(1) and tools can tell what it is
_WAIT_S = 60.0


def exists(folder: Path) -> bool:
    """Say whether there is a ledger in a folder."""
    return (folder / STORE).is_file()


def traces(folder: Path) -> bool:
    """Say whether there was a ledger in a folder: its key or its checkpoints are there."""
    return (folder / keys.PRIVATE).exists() or any((folder / checkpoint.FOLDER).glob("[0-9]*.txt"))


def identity(folder: Path) -> tuple[int, int] | None:
    """Return what tells the file of a ledger from any other that takes its name; None where there is none."""
    try:
        found = (folder / STORE).stat()
    except OSError:
        return None
    return (found.st_dev, found.st_ino)


def connect(folder: Path) -> sqlite3.Connection:
    """Open for writing, durable at each commit; raise sqlite3.Error."""
    connection = _connect(folder, "rw")
    connection.execute("PRAGMA synchronous = FULL")
    return connection


def connect_to_read(folder: Path) -> sqlite3.Connection:
    """Open for reading, from a medium that cannot be written as well; raise sqlite3.Error."""
    # Reading a WAL file needs a shared index beside it; where none can be made, nobody writes either.
    return _connect(folder, "ro" if os.access(folder, os.W_OK) else "ro&immutable=1")


def _connect(folder: Path, mode: str) -> sqlite3.Connection:
    address = f"{(folder / STORE).absolute().as_uri()}?mode={mode}"
    return sqlite3.connect(address, uri=True, isolation_level=None, timeout=_WAIT_S)


def build(folder: Path, log: str, about: Mapping[str, str], clock: Callable[[], datetime]) -> None:
    """Fill a new folder with key, file and first entry; raise OSError, sqlite3.Error, LedgerError."""
    files.make_folder(folder / checkpoint.FOLDER)
    public = keys.create(folder)
    os.close(os.open(folder / STORE, os.O_CREAT | os.O_EXCL | os.O_RDWR, files.PRIVATE_FILE))
    with closing(connect(folder)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(f"PRAGMA application_id = {_APPLICATION}")
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        connection.executescript(SCHEMA.read_text(encoding="utf-8"))
        body = {
            **about,
            "hash": "SHA-256",
            "key_fingerprint": keys.fingerprint(public),
            "public_key": keys.to_pem(public).decode(),
            "schema": SCHEMA_VERSION,
        }
        connection.execute("BEGIN IMMEDIATE")
        entry.first(connection, log, body, clock())
        connection.execute("COMMIT")


def slug(name: str) -> str:
    """Return a name for the log's address: small ASCII letters and digits; raise LedgerError if none are left."""
    made = re.sub(r"[^a-z0-9.]+", "-", name.lower()).strip("-.")
    if not made:
        raise LedgerError(
            f"{name!r} gives no name for the ledger", remedy="Use ASCII letters (the English name)"
        )
    return made
