"""Faults in backup1's store. What is damaged is kept aside and comes back when it is healed."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import psycopg

from tests.lab import backups, postgres
from tests.lab.errors import FaultRefused
from tests.lab.faults.fault import Fault, Memory
from tests.lab.lab import Lab

# One bit, as storage loses it; and how many places in a dump are tried for it.
_BIT = 0x01
_PLACES = 200
FORGOTTEN = "satisfaction_survey"


def _aside(lab: Lab, fault: str) -> Path:
    folder = lab.layout.root / "aside" / fault
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def truncate(lab: Lab) -> Memory:
    """Cut the newest dump of the correspondence database in half, as a full disk or a cut connection does."""
    path = backups.newest(lab.layout, "saraban", "saraban-*.dump")
    shutil.copy2(path, _aside(lab, "truncated_dump") / path.name)
    with _TimesKept(path):
        os.truncate(path, path.stat().st_size // 2)
    return {"path": str(path)}


def complete(lab: Lab, memory: Memory) -> None:
    """Bring the whole dump back."""
    path = Path(memory["path"])
    shutil.copy2(_aside(lab, "truncated_dump") / path.name, path)


def remove(lab: Lab) -> Memory:
    """Take every backup of the document files away."""
    folder = backups.folder(lab.layout, "saraban")
    for path in folder.glob(f"{backups.DOCUMENTS}-*"):
        shutil.move(path, _aside(lab, "missing_backup") / path.name)
    return {"folder": str(folder)}


def put_back(lab: Lab, memory: Memory) -> None:
    """Put them back."""
    for path in _aside(lab, "missing_backup").iterdir():
        shutil.move(path, Path(memory["folder"]) / path.name)


def flip(lab: Lab) -> Memory:
    """Change one byte of the newest dump of the Intranet's database, where pg_restore does not notice it."""
    path = backups.newest(lab.layout, "intranet", "intranet-*.dump")
    size = path.stat().st_size
    for place in range(size // 4, size, size // _PLACES):
        _flip(path, place)
        if _reads_well(lab, path):
            return {"path": str(path), "place": place}
        _flip(path, place)
    raise FaultRefused(f"every byte that was tried in {path.name} is noticed by pg_restore")


def _reads_well(lab: Lab, path: Path) -> bool:
    words = [f"{lab.state.postgres_bin}/pg_restore", "-f", os.devnull, str(path)]
    return subprocess.run(words, capture_output=True, check=False).returncode == 0


def flip_back(lab: Lab, memory: Memory) -> None:
    """Change it back, unless the dump has been rotated away since."""
    if Path(memory["path"]).exists():
        _flip(Path(memory["path"]), memory["place"])


def _flip(path: Path, place: int) -> None:
    with _TimesKept(path), path.open("r+b") as stream:
        stream.seek(place)
        byte = stream.read(1)[0]
        stream.seek(place)
        stream.write(bytes([byte ^ _BIT]))


class _TimesKept:
    """Keeps a file's times while it is changed: rotting media do not renew them."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._was = path.stat()

    def __enter__(self) -> None:
        """Begin the change."""

    def __exit__(self, *_: object) -> None:
        """Set the times back."""
        os.utime(self._path, ns=(self._was.st_atime_ns, self._was.st_mtime_ns))


def forget_database(lab: Lab) -> Memory:
    """Make a database with data that nobody backs up, as a contractor does for a survey."""
    _as_owner(lab, f"CREATE DATABASE {FORGOTTEN}")
    return {}


def drop_forgotten(lab: Lab, memory: Memory) -> None:
    """Drop it."""
    _as_owner(lab, f"DROP DATABASE IF EXISTS {FORGOTTEN} WITH (FORCE)")


def _as_owner(lab: Lab, statement: str) -> None:
    address = postgres.url(
        lab.state.ports["postgres"], "postgres", lab.state.database_passwords["postgres"], "postgres"
    )
    with psycopg.connect(address, autocommit=True) as server:
        server.execute(statement.encode())


FAULTS = {
    "truncated_dump": Fault(
        "the newest dump of saraban is cut in half", "saraban/database", truncate, complete
    ),
    "missing_backup": Fault(
        "no backup of saraban's documents is there", "saraban/documents", remove, put_back
    ),
    "flipped_byte": Fault(
        "a bit of the newest dump of intranet has flipped, unnoticed by pg_restore",
        "intranet/database",
        flip,
        flip_back,
    ),
    "forgotten_database": Fault(
        f"a database, {FORGOTTEN}, that no backup set covers",
        "intranet/databases",
        forget_database,
        drop_forgotten,
    ),
}
