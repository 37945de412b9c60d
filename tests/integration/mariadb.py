"""A real MariaDB for tests: Debian's package with a data folder and socket of its own, as an ordinary user."""

import contextlib
import os
import pathlib
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

_WAIT_S = 60
_OWN_USER = "mysql"


@dataclass(frozen=True)
class MariaDb:
    """A running server, reached by its socket as its superuser."""

    socket: str

    def run(self, tool: str, *arguments: str, stdin: str = "") -> bytes:
        """Run one of MariaDB's programs; an error fails the test with its words."""
        argv = [tool, "--no-defaults", f"--socket={self.socket}", "--user=root", *arguments]
        done = subprocess.run(argv, input=stdin.encode(), capture_output=True, check=False)
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout

    def fresh(self, database: str, *statements: str) -> str:
        """Make a database anew with some content; return its name."""
        made = [
            f"DROP DATABASE IF EXISTS `{database}`",
            f"CREATE DATABASE `{database}` CHARACTER SET utf8mb4",
            f"USE `{database}`",
        ]
        self.run("mariadb", "--default-character-set=utf8mb4", stdin=";\n".join((*made, *statements)) + ";")
        return database


@contextlib.contextmanager
def running() -> Iterator[MariaDb]:
    """Start a server; stop and remove it afterwards."""
    folder = tempfile.mkdtemp(prefix="dulae-my-")
    socket = f"{folder}/socket"
    identity = []
    if os.geteuid() == 0:
        shutil.chown(folder, _OWN_USER)
        identity = ["setpriv", f"--reuid={_OWN_USER}", f"--regid={_OWN_USER}", "--clear-groups", "--"]
    # Servers that start clear away each other's temporary tables where they share a folder for them.
    common = ["--no-defaults", f"--datadir={folder}/data", f"--tmpdir={folder}"]
    try:
        make = ["mariadb-install-db", *common, "--auth-root-authentication-method=normal", "--skip-test-db"]
        made = subprocess.run([*identity, *make], check=False, capture_output=True, cwd=folder, text=True)
        assert made.returncode == 0, made.stdout + made.stderr
        server = shutil.which("mariadbd") or "/usr/sbin/mariadbd"
        argv = [
            *identity,
            server,
            *common,
            f"--socket={socket}",
            f"--pid-file={folder}/pid",
            "--skip-networking",
        ]
        with open(f"{folder}/log", "wb") as log:
            process = subprocess.Popen(argv, stdout=log, stderr=log, cwd=folder)
        try:
            _wait(process, socket, pathlib.Path(folder, "log"))
            yield MariaDb(socket)
        finally:
            process.terminate()
            process.wait()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _wait(process: subprocess.Popen[bytes], socket: str, log: pathlib.Path) -> None:
    """Wait until the server answers."""
    give_up = time.monotonic() + _WAIT_S
    while time.monotonic() < give_up and process.poll() is None:
        ping = ["mariadb-admin", "--no-defaults", f"--socket={socket}", "--user=root", "ping"]
        if subprocess.run(ping, capture_output=True, check=False).returncode == 0:
            return
        time.sleep(0.1)
    raise AssertionError(log.read_text(errors="replace"))


@pytest.fixture(scope="session")
def mariadb() -> Iterator[MariaDb]:
    """Give a running MariaDB, or skip with the reason."""
    missing = [tool for tool in ("mariadb-install-db", "mariadb-dump", "mariadb") if not shutil.which(tool)]
    if missing or not (shutil.which("mariadbd") or os.path.exists("/usr/sbin/mariadbd")):
        pytest.skip("no MariaDB here: apt-get install mariadb-server")
    with running() as server:
        yield server


OFFICE = (
    "CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(200), photo BLOB)",
    "INSERT INTO users SELECT seq, CONCAT('เจ้าหน้าที่ ', seq), UNHEX(SHA2(seq, 512)) FROM seq_1_to_2000",
    "CREATE TABLE letters (id INT PRIMARY KEY, title TEXT)",
    "INSERT INTO letters SELECT seq, CONCAT('it''s; (\\\\ \"', seq, '`),(\\n', SHA2(seq, 256)) FROM seq_1_to_5000",
    "CREATE TABLE nothing_yet (id INT)",
    "CREATE VIEW everybody AS SELECT name FROM users",
    "DELIMITER $$\nCREATE TRIGGER log_users AFTER UPDATE ON users FOR EACH ROW BEGIN\n"
    "INSERT INTO letters VALUES (NEW.id + 100000, 'changed');\nEND$$\nDELIMITER ",
)
