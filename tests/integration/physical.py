"""Physical copies of a cluster for tests: made once with a tablespace, copied for each test, signed when forged."""

import hashlib
import json
import os
import pathlib
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from dulae.checks.backup import manifest, tables
from dulae.checks.backup.manifest import Manifest, TableCount
from dulae.checks.backup.session import Session
from dulae.checks.backup.tools import Tools

from .postgres import OFFICE, Server, bin_dirs, cluster

KIND = "pg_basebackup"
# What would betray that a cluster's own settings of databases and roles, or its triggers, reach into a drill.
OWN_WAYS = (
    "ALTER DATABASE office SET session_preload_libraries = 'nowhere'",
    "CREATE ROLE drill NOLOGIN CONNECTION LIMIT 0",
    "ALTER ROLE ALL SET default_transaction_isolation = 'serializable'",
    "CREATE TABLE far (id bigint PRIMARY KEY, title text) TABLESPACE far",
    "INSERT INTO far SELECT g, 'ไกล ' || g FROM generate_series(1, 500) g",
)
COUNTED = 11503
# Those of a drill of a cluster, wherever its copy was kept.
STAGES = [
    "prepare",
    "copy",
    "verify",
    "recover",
    "checksums",
    "start",
    "prove",
    "amcheck",
    "thai_text",
    "drop",
]


@dataclass(frozen=True)
class Source:
    """A running cluster, a good copy of it in a folder, the places of its tablespace and of the copy's."""

    server: Server
    copy: pathlib.Path
    tablespace: pathlib.Path
    copied_tablespace: pathlib.Path
    counted: tuple[TableCount, ...]
    letters: str


@pytest.fixture(scope="module")
def source(postgres: Server) -> Iterator[Source]:
    """Give a cluster with one database and a tablespace, and a copy of it."""
    del postgres  # it skips where there is none
    with (
        cluster(bin_dirs()[0]) as server,
        tempfile.TemporaryDirectory(prefix="dulae-t-") as kept,
    ):
        far, copied = pathlib.Path(kept, "far"), pathlib.Path(kept, "copied far")
        far.mkdir()
        server.sql(
            "postgres", "SET allow_in_place_tablespaces = off", f"CREATE TABLESPACE far LOCATION '{far}'"
        )
        server.fresh("office", *OFFICE, *OWN_WAYS)
        copy = pathlib.Path(kept, "copy")
        server.run("pg_basebackup", "-D", str(copy), "-c", "fast", "-T", f"{far}={copied}")
        yield Source(server, copy, far, copied, *counted(server))


def counted(server: Server) -> tuple[tuple[TableCount, ...], str]:
    """Return the tables of the office with rows and digests, as a manifest has them, and the file of one."""
    environment = {**server.environment, "PGDATABASE": "office", "PGOPTIONS": "-c session_preload_libraries="}
    with Session(Tools(server.bin_dir), environment) as session:
        tables.begin(session)
        found = tuple(
            tables.count(session, table, tables.digest(session)) for table in tables.listed(session)
        )
        return found, session.ask("SELECT pg_catalog.pg_relation_filepath('public.letters')")


@pytest.fixture
def store(source: Source, tmp_path: pathlib.Path) -> pathlib.Path:
    """Give a folder with a copy that a test may change; its tablespace is shared."""
    shutil.copytree(source.copy, tmp_path / "store" / "copy", symlinks=True)
    return tmp_path / "store"


def told(store: pathlib.Path, source: Source, **more: Any) -> None:
    """Put a manifest of the tables beside the copy."""
    moment = "2026-11-22T01:00:00+00:00"
    made = Manifest(
        KIND,
        "copy",
        1,
        "",
        moment,
        moment,
        digest="sum-hashtext-64",
        tables=more.pop("counted", source.counted),
        **more,
    )
    pathlib.Path(manifest.beside(str(store / "copy"))).write_text(made.to_json(), encoding="utf-8")


def sign(copy: pathlib.Path) -> None:
    """Make backup_manifest tell of the files as they are now, as whoever forges a copy would."""
    path = copy / "backup_manifest"
    stored = json.loads(path.read_text())
    listed = {about["Path"] for about in stored["Files"]}
    stored["Files"] += [
        {"Path": name} for name in ("tablespace_map",) if (copy / name).exists() and name not in listed
    ]
    for about in stored["Files"]:
        data = (copy / about["Path"]).read_bytes()
        about.update(
            {"Size": len(data), "Checksum-Algorithm": "SHA256", "Checksum": hashlib.sha256(data).hexdigest()}
        )
    del stored["Manifest-Checksum"]
    text = json.dumps(stored)[:-1] + ',\n"Manifest-Checksum": "'
    body = text.rpartition("\n")[0] + "\n"
    path.write_text(f'{text}{hashlib.sha256(body.encode()).hexdigest()}"}}\n')


def state(*folders: pathlib.Path) -> list[tuple[Any, ...]]:
    """Return everything that changes when somebody writes into a folder."""
    return [
        (str(path), about.st_mode, about.st_uid, about.st_size, about.st_mtime_ns, about.st_ino)
        for folder in folders
        for path in sorted([folder, *folder.rglob("*")])
        for about in [os.lstat(path)]
    ]


def flip(path: pathlib.Path, place: int) -> None:
    """Change one bit of a file."""
    data = bytearray(path.read_bytes())
    data[place] ^= 1
    path.write_bytes(data)
