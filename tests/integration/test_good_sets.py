"""Good sets of every form, made from sources that no two are alike: none is ever failed."""

import os
import pathlib
import random
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from dulae.checks.backup import copies
from dulae.checks.backup.examine import examine
from dulae.checks.backup.manifest import SUFFIX, TableCount
from dulae.checks.backup.sets import set_from
from dulae.checks.backup.tools import Tools
from dulae.checks.backup_create import making
from dulae.checks.backup_create.request import Connection, Request
from dulae.checks.finding import Verdict
from dulae.checks.restore_drill import drill
from dulae.checks.restore_drill.request import Drill

from . import mariadb as maria
from . import odd_sources
from .backup_sets import DAYS, FORMS, Sources, make, whole_set, written
from .fault_table import Note
from .postgres import Server, cluster

# Those of one draw in one process, which makes its sources once.
SEEDS = [pytest.param(seed, marks=pytest.mark.xdist_group(f"drawn {seed}")) for seed in (11, 12, 13)]


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copies, "_SETTLING_S", 0)


@pytest.fixture(scope="module", params=SEEDS)
def drawn(
    request: pytest.FixtureRequest,
    postgres: Server,
    mariadb: maria.MariaDb,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[str, Sources]]:
    """Give sources drawn by lot, and the name of their databases and folder."""
    lot = random.Random(request.param)
    name = f"drawn {request.param} ก"
    folders = tmp_path_factory.mktemp("folders")
    odd_sources.folder(lot, folders / name)
    with cluster(postgres.bin_dir) as own:
        own.fresh(name, *odd_sources.postgres(lot))
        mariadb.fresh(name, *odd_sources.mariadb(lot))
        yield name, Sources(own, lambda _: own, mariadb, folders)


def counted(sources: Sources, kind: str, name: str) -> tuple[TableCount, ...]:
    """Return the tables of a database with their rows, as its server counts them."""
    if kind == "pg_dump":
        return tuple(_of_postgres(sources.postgres, name))
    return tuple(_of_mariadb(sources.mariadb, name)) if kind == "mariadb_dump" else ()


def _of_postgres(server: Server, database: str) -> Iterator[TableCount]:
    listed = (
        "SELECT nspname, relname, c.oid::regclass FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace"
        " WHERE relkind = 'r' AND nspname NOT IN ('pg_catalog', 'information_schema')"
    )
    for line in server.sql(database, listed).splitlines():
        schema, table, quoted = line.split("|")
        yield TableCount(schema, table, int(server.sql(database, f"SELECT count(*) FROM {quoted}")), "")


def _of_mariadb(server: maria.MariaDb, database: str) -> Iterator[TableCount]:
    listed = f"SELECT table_name FROM information_schema.tables WHERE table_schema = '{database}'"
    tables = f"{listed} AND table_type IN ('BASE TABLE', 'SYSTEM VERSIONED')"
    for table in _asked(server, tables):
        yield TableCount(
            database, table, int(_asked(server, f"SELECT count(*) FROM `{database}`.`{table}`")[0]), ""
        )


def _asked(server: maria.MariaDb, question: str) -> list[str]:
    argv = ("-N", "-B", "--raw", "--default-character-set=utf8mb4", "-e", question)
    return server.run("mariadb", *argv).decode().splitlines()


@pytest.mark.parametrize("form", FORMS)
def test_no_good_set_is_failed(
    form: str, drawn: tuple[str, Sources], tmp_path: pathlib.Path, good_set: Note
) -> None:
    name, sources = drawn
    kind = FORMS[form]
    made = tmp_path / form.replace(" ", "_").replace("+", ".")
    make(sources, form, made, name)
    written(made, kind, counted(sources, kind, name), sources.folder / name)
    store = whole_set(made, tmp_path / "set")
    about = {"kind": kind, "path": str(store), "pattern": "set-*", "name": "set", "level": "content"}
    asked = {**about, "retention": {"daily": DAYS}, "second_path": str(store.parent / "second")}
    with_manifest = examine(set_from(asked), Tools(sources.postgres.bin_dir), datetime.now(UTC))
    assert with_manifest.verdict is Verdict.PASS, with_manifest.because
    for path in store.glob(f"*{SUFFIX}"):
        path.unlink()
    without = examine(set_from(asked), Tools(sources.postgres.bin_dir), datetime.now(UTC))
    assert without.verdict in (Verdict.PASS, Verdict.WARN), without.because
    good_set(f"{form}, {name}")


@pytest.mark.parametrize("kind", ["pg_dump", "mariadb_dump", "tar"])
def test_what_is_made_here_of_any_source_passes_its_check_and_its_drill(
    kind: str, drawn: tuple[str, Sources], tmp_path: pathlib.Path, good_set: Note
) -> None:
    name, sources = drawn
    tools = Tools(sources.postgres.bin_dir)
    ways = {
        "pg_dump": (name, Connection(sources.postgres.socket_dir, user=sources.postgres.user)),
        "mariadb_dump": (name, Connection(sources.mariadb.socket, user="root")),
        "tar": (str(sources.folder / name), Connection()),
    }
    source, connection = ways[kind]
    making.make(Request(kind, source, str(tmp_path), "set", connection=connection), tools)
    asked = set_from({"kind": kind, "path": str(tmp_path), "pattern": "set-*", "level": "content"})
    looked = examine(asked, tools, datetime.now(UTC))
    assert looked.verdict is Verdict.PASS, looked.because
    with tempfile.TemporaryDirectory(prefix="d-") as scratch:
        (drilled,) = drill.check([Drill(asked)], tools, scratch)
        assert os.listdir(scratch) == []
    assert drilled.verdict is Verdict.PASS, drilled.because
    good_set(f"{kind} made here, {name}")
