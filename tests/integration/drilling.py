"""What tests of drills share: a scratch place in which nothing may stay, and a store of good dumps."""

import gzip
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from dulae.checks.backup import copies
from dulae.checks.backup.sets import BackupSet
from dulae.checks.backup.tools import Tools
from dulae.checks.backup_create import making
from dulae.checks.backup_create.request import Connection, Request
from dulae.checks.finding import Finding
from dulae.checks.restore_drill import drill, scratch
from dulae.checks.restore_drill.request import Drill

from .postgres import OFFICE, Server

SOURCES = pathlib.Path(__file__).parents[2] / "src"
RIGHTS = (
    "DROP ROLE IF EXISTS clerk",
    "CREATE ROLE clerk",
    "ALTER TABLE letters ENABLE ROW LEVEL SECURITY",
    "CREATE POLICY of_clerks ON letters TO clerk USING (true)",
    "GRANT SELECT ON users TO clerk",
)


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copies, "_SETTLING_S", 0)


@pytest.fixture
def place() -> Iterator[pathlib.Path]:
    """Give a scratch place with a path short enough for a socket, and see that nothing stays in it."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="dulae-t-"))
    yield folder
    left = [*folder.iterdir(), *scratch.programs_in(str(folder))]
    shutil.rmtree(folder)
    assert not left


@pytest.fixture(scope="module")
def made(postgres: Server, tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """Give a store with a good dump in each format, the custom one with its manifest."""
    store = tmp_path_factory.mktemp("store")
    postgres.fresh("office", *OFFICE, *RIGHTS)
    connection = Connection(postgres.socket_dir, user=postgres.user)
    making.make(
        Request("pg_dump", "office", str(store), "office", connection=connection), Tools(postgres.bin_dir)
    )
    for name, how in (
        ("plain.sql", ()),
        ("tar.tar", ("-Ft",)),
        ("create.sql", ("-C",)),
        ("schema.dump", ("-Fc", "-s")),
    ):
        postgres.run("pg_dump", *how, "-f", str(store / name), "office")
    (store / "custom.dump.gz").write_bytes(gzip.compress(newest(store).read_bytes()))
    return store


@pytest.fixture
def store(made: pathlib.Path, tmp_path: pathlib.Path) -> pathlib.Path:
    return pathlib.Path(shutil.copytree(made, tmp_path / "store"))


def newest(store: pathlib.Path) -> pathlib.Path:
    return next(store.glob("office-*.dump"))


def change_manifest(store: pathlib.Path, change: Callable[[dict[str, Any]], None]) -> None:
    path = next(store.glob("office-*.manifest.json"))
    stored = json.loads(path.read_text())
    change(stored)
    path.write_text(json.dumps(stored))


def hold(
    store: pathlib.Path,
    place: pathlib.Path,
    bin_dir: str,
    pattern: str = "office-*",
    kind: str = "pg_dump",
    **wanted: Any,
) -> Finding:
    one = Drill(BackupSet(str(store), kind, "saraban/database", "saraban", pattern=pattern), **wanted)
    (finding,) = drill.check([one], Tools(bin_dir), str(place))
    assert list(place.iterdir()) == []
    return finding


CHILD = """
import os, signal, sys, time
from dulae.checks.backup.sets import BackupSet
from dulae.checks.backup.tools import Tools
from dulae.checks.restore_drill import drill, scratch
from dulae.checks.restore_drill.attachments import Attachments
from dulae.checks.restore_drill.request import Drill

store, place, bin_dir, moment, deed, kind, pattern = sys.argv[1:]
real, really_removed = scratch.note_stage, scratch.remove


def noted(folder, stage):
    real(folder, stage)
    if stage == moment:
        print("there", flush=True)
        os.kill(os.getpid(), signal.SIGKILL) if deed == "die" else time.sleep(60)


def removed(folder):
    if moment == "drop":
        print("there", flush=True)
        os.kill(os.getpid(), signal.SIGKILL)
    really_removed(folder)


scratch.note_stage, scratch.remove = noted, removed
attachments = Attachments("SELECT 'a' AS path", folder=store, max_missing=1)
secret = os.environ.get("DRILL_PASSPHRASE", "")
one = Drill(BackupSet(store, kind, pattern=pattern, password_file=secret), attachments=attachments, thai_text="always")
drill.check([one], Tools(bin_dir), place)
"""


def begin(
    store: pathlib.Path,
    place: pathlib.Path,
    server: Server | None,
    *moment_and_deed: str,
    of: tuple[str, str] = ("pg_dump", "office-*"),
    passphrase: pathlib.Path | None = None,
) -> subprocess.Popen[bytes]:
    """Start a drill that dies, or waits to be ended, when it comes to a stage; of programs on PATH without a server."""
    environment = {**os.environ, "PYTHONPATH": str(SOURCES), "DRILL_PASSPHRASE": str(passphrase or "")}
    bin_dir = server.bin_dir if server else ""
    argv = [sys.executable, "-c", CHILD, str(store), str(place), bin_dir, *moment_and_deed, *of]
    return subprocess.Popen(argv, env=environment, stdout=subprocess.PIPE)
