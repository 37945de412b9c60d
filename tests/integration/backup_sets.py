"""Backup sets of every kind for the fault matrix: real copies of good and of wrong sources, with manifests."""

import gzip
import hashlib
import os
import pathlib
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from dulae.checks.backup import manifest, trees
from dulae.checks.backup.manifest import FileCount, Manifest, TableCount

from .mariadb import MariaDb
from .postgres import Server

# Form -> its kind. What stands behind + packs from outside.
FORMS = {
    "pg plain": "pg_dump",
    "pg plain+gzip": "pg_dump",
    "pg plain+zstd": "pg_dump",
    "pg plain+lz4": "pg_dump",
    "pg inserts": "pg_dump",
    "pg custom": "pg_dump",
    "pg custom+zstd": "pg_dump",
    "pg tar": "pg_dump",
    "pg directory": "pg_dump",
    "mariadb": "mariadb_dump",
    "mariadb+gzip": "mariadb_dump",
    "mariadb+zstd": "mariadb_dump",
    "mariadb bare": "mariadb_dump",
    "pg_basebackup": "pg_basebackup",
    "pg_basebackup tar": "pg_basebackup",
    "pg_basebackup tar+gzip": "pg_basebackup",
    "pg_basebackup stream+gzip": "pg_basebackup",
    "tar": "tar",
    "tar+gzip": "tar",
    "tar+zstd": "tar",
    "files": "files",
}
DAYS = 4
_PG_OPTIONS = {
    "plain": (),
    "inserts": ("--rows-per-insert=70",),
    "custom": ("-Fc",),
    "tar": ("-Ft",),
    "directory": ("-Fd",),
}
_PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "": lambda data: data,
    "gzip": gzip.compress,
    "zstd": lambda data: _packed("zstd", data),
    "lz4": lambda data: _packed("lz4", data),
}


@dataclass(frozen=True)
class Sources:
    """Where copies are made from: servers, clusters of one database by what they hold, and folders."""

    postgres: Server
    clusters: Callable[[str], Server]
    mariadb: MariaDb
    folder: pathlib.Path


def _packed(program: str, data: bytes) -> bytes:
    if not shutil.which(program):
        pytest.skip(f"no {program} here: apt-get install {program}")
    return subprocess.run([program, "-q", "-c"], input=data, stdout=subprocess.PIPE, check=True).stdout


def make(sources: Sources, form: str, path: pathlib.Path, what: str = "office") -> None:
    """Make a copy of a form from a source: office, void, other, or office with "schema" or "one table" left out."""
    kind, _, packer = form.partition("+")
    if kind == "pg_basebackup stream":
        path.write_bytes(_PACKERS[packer](streamed(sources.clusters(what))))
    elif kind.startswith("pg_basebackup"):
        how = ("-Ft" if kind.endswith("tar") else "-Fp", *(["-z"] if packer else []))
        sources.clusters(what).run("pg_basebackup", "-D", str(path), *how, "-c", "fast", "-X", "stream")
    elif kind.startswith("pg "):
        _pg(sources.postgres, kind[3:], packer, path, what)
    elif kind.startswith("mariadb"):
        path.write_bytes(_PACKERS[packer](_mariadb(sources.mariadb, kind, what)))
    else:
        _folder(sources.folder / what, kind, packer, path)


def streamed(server: Server, *options: str) -> bytes:
    """Return a physical copy as pg_basebackup writes it into one file."""
    argv = [f"{server.bin_dir}/pg_basebackup", "-D", "-", "-Ft", "-c", "fast", *(options or ("-X", "fetch"))]
    return subprocess.run(argv, env=server.environment, capture_output=True, check=True).stdout


def _pg(server: Server, form: str, packer: str, path: pathlib.Path, what: str) -> None:
    left_out = {"schema": ["--schema-only"], "one table": ["--exclude-table-data=letters"]}.get(what, [])
    database = "office" if left_out else what
    server.run("pg_dump", *_PG_OPTIONS[form], *left_out, "-f", str(path), database)
    if packer:
        path.write_bytes(_PACKERS[packer](path.read_bytes()))


def _mariadb(server: MariaDb, form: str, what: str) -> bytes:
    left_out = {"schema": ["--no-data"], "one table": ["--ignore-table-data=office.letters"]}.get(what, [])
    options = ["--skip-comments"] if form.endswith("bare") else []
    return server.run("mariadb-dump", *options, *left_out, "office" if left_out else what)


def _folder(folder: pathlib.Path, form: str, packer: str, path: pathlib.Path) -> None:
    if form == "files":
        shutil.copytree(folder, path)
        return
    done = subprocess.run(["tar", "-C", str(folder), "-cf", "-", "."], stdout=subprocess.PIPE, check=True)
    path.write_bytes(_PACKERS[packer](done.stdout))


def written(path: pathlib.Path, kind: str, tables: tuple[TableCount, ...], files: pathlib.Path) -> None:
    """Write the manifest of a copy beside it."""
    if path.is_dir():
        listed, sha256 = _hashed(path), ""
    else:
        listed = _hashed(files) if kind == "tar" else ()
        sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    size = sum(file.bytes for file in listed) if path.is_dir() else path.stat().st_size
    moment = datetime.now(UTC).isoformat()
    made = Manifest(kind, path.name, size, sha256, moment, moment, tables=tables, files=listed)
    pathlib.Path(manifest.beside(str(path))).write_text(made.to_json(), encoding="utf-8")


def _hashed(folder: pathlib.Path) -> tuple[FileCount, ...]:
    found = trees.files(str(folder)).values()
    return tuple(
        FileCount(file.path, file.bytes, hashlib.sha256((folder / file.path).read_bytes()).hexdigest())
        for file in found
    )


def counted(sources: Sources, kind: str) -> tuple[TableCount, ...]:
    """Return the tables of the office's database with their rows, as the server counts them."""
    if kind == "mariadb_dump":
        rows = {"users": 2000, "letters": 5000, "nothing_yet": 0}
        return tuple(TableCount("office", name, number, "") for name, number in rows.items())
    if kind != "pg_dump":
        return ()
    names = sources.postgres.sql("office", "SELECT relname FROM pg_stat_user_tables ORDER BY 1").splitlines()
    count = 'SELECT count(*) FROM public."{}"'
    return tuple(
        TableCount(
            "public", name, int(sources.postgres.sql("office", count.format(name.replace('"', '""')))), ""
        )
        for name in names
    )


def dated(path: pathlib.Path, moment: datetime) -> pathlib.Path:
    """Give a copy and its manifest a name and times of a moment; return its new path."""
    stamp = f"{moment:%Y%m%dT%H%M%SZ}"
    target = path.with_name(f"set-{stamp}{''.join(path.suffixes)}")
    beside = pathlib.Path(manifest.beside(str(path)))
    if beside.exists():
        os.utime(beside, (moment.timestamp(), moment.timestamp()))
        beside.rename(manifest.beside(str(target)))
    os.utime(path, (moment.timestamp(), moment.timestamp()))
    path.rename(target)
    return target


def duplicate(path: pathlib.Path, target: pathlib.Path) -> pathlib.Path:
    """Copy a backup with its manifest; in folders, files are linked where they can be: nobody changes an older copy."""
    target.parent.mkdir(exist_ok=True)
    linked = path.is_dir() and path.stat().st_dev == target.parent.stat().st_dev
    subprocess.run(["cp", "-al" if linked else "-a", str(path), str(target)], check=True)
    beside = manifest.beside(str(path))
    if os.path.exists(beside):
        shutil.copy2(beside, manifest.beside(str(target)))
    return target


def whole_set(made: pathlib.Path, place: pathlib.Path) -> pathlib.Path:
    """Build a set from one copy: one of each of some days, the newest in two places as well; return its folder."""
    now = datetime.now(UTC)
    store, second = place / "store", place / "second"
    for folder in (store, second):
        folder.mkdir(parents=True)
    for day in range(1, DAYS):
        dated(
            duplicate(made, store / f"old{day}{''.join(made.suffixes)}"), now - timedelta(days=day, hours=1)
        )
    target = store / made.name
    subprocess.run(["cp", "-a", str(made), str(target)], check=True)
    if os.path.exists(manifest.beside(str(made))):
        shutil.copy2(manifest.beside(str(made)), manifest.beside(str(target)))
    newest = dated(target, now - timedelta(hours=1))
    duplicate(newest, second / newest.name)
    return store
