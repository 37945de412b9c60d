"""Real repositories for tests: restic, borg, pgBackRest and Barman, with backups of four days.

Backups of clusters are made one after the other and dated back in the lists of the repository.
"""

import contextlib
import json
import os
import pathlib
import pwd
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from .postgres import DEBIAN, as_ordinary_user
from .quick_key import quicken

DAYS = 4
STANZA = "saraban"
PASSPHRASE = "a passphrase for tests"
# What each form needs: a repository's program, and the kind that judges it.
FORMS = {
    "restic": ("restic", "restic"),
    "borg": ("borg", "borg"),
    "borg unencrypted": ("borg", "borg"),
    "pgbackrest": ("pgbackrest", "pgbackrest"),
    "pgbackrest encrypted": ("pgbackrest", "pgbackrest"),
    "barman": ("barman", "barman"),
}
OF_FOLDERS = ("restic", "borg", "borg unencrypted")
LETTERS = "CREATE TABLE letters AS SELECT g AS id, md5(g::text) AS body FROM generate_series(1, 20000) g"
_NUMBERED = re.compile(r'"backup-timestamp-stop":(\d+)')


@dataclass(frozen=True)
class Repository:
    """A repository in the folder ``path``, what opens it, and the program's settings."""

    form: str
    path: pathlib.Path
    password_file: pathlib.Path

    @property
    def given(self) -> dict[str, str]:
        """Return what a set says of it."""
        secret = (
            {"password_file": str(self.password_file)} if self.form not in ("pgbackrest", "barman") else {}
        )
        return {"kind": FORMS[self.form][1], "path": str(self.path), **secret}

    def program(self, *words: str, cwd: pathlib.Path | None = None) -> str:
        """Run restic or borg on it; an error fails the test with its words."""
        tool = FORMS[self.form][0]
        own = ["-r", str(self.path), "--no-cache"] if tool == "restic" else []
        place = [word.replace("REPOSITORY", str(self.path)) for word in words]
        # Borg remembers what it saw of a repository, and takes an older copy of it for an attack.
        with tempfile.TemporaryDirectory() as forgotten:
            environment = {
                **os.environ,
                "RESTIC_PASSWORD_FILE": str(self.password_file),
                "BORG_PASSPHRASE": PASSPHRASE,
                "BORG_BASE_DIR": forgotten,
                "BORG_RELOCATED_REPO_ACCESS_IS_OK": "yes",
                "BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK": "yes",
                "TZ": "UTC",
            }
            done = subprocess.run(
                [tool, *own, *place], env=environment, cwd=cwd, capture_output=True, text=True, check=False
            )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def back_up(self, folder: pathlib.Path, moment: datetime) -> None:
        """Back up a folder as of a moment."""
        if self.form == "restic":
            when = f"{moment.astimezone():%Y-%m-%d %H:%M:%S}"
            self.program("backup", "--quiet", "--host", "files", "--time", when, str(folder))
        else:
            name = f"REPOSITORY::files-{moment:%Y-%m-%dT%H:%M:%S}"
            self.program("create", "--timestamp", f"{moment:%Y-%m-%dT%H:%M:%S}", name, ".", cwd=folder)

    def names(self) -> list[str]:
        """Return its backups, oldest first."""
        if self.form == "restic":
            told = json.loads(self.program("snapshots", "--json", "--no-lock"))
            return [about["id"] for about in sorted(told, key=lambda about: str(about["time"]))]
        if self.form in OF_FOLDERS:
            told = json.loads(self.program("list", "--json", "REPOSITORY"))
            return [about["name"] for about in told["archives"]]
        folders = (path for path in self.lists().iterdir() if path.is_dir() and not path.is_symlink())
        return sorted(path.name for path in folders if path.name != "backup.history")

    def lists(self) -> pathlib.Path:
        """Return the folder of a cluster's backups."""
        return self.path / ("base" if self.form == "barman" else f"backup/{STANZA}")

    def drop(self, *names: str) -> None:
        """Take backups out, as somebody does who deletes them."""
        for name in names:
            if self.form == "restic":
                (self.path / "snapshots" / name).unlink()
            elif self.form in OF_FOLDERS:
                self.program("delete", f"REPOSITORY::{name}")
            else:
                for unlisted in self._infos():
                    kept = [
                        line
                        for line in unlisted.read_text().splitlines(True)
                        if not line.startswith(f"{name}=")
                    ]
                    rewritten(unlisted, "".join(kept))
                shutil.rmtree(self.lists() / name)

    def _infos(self) -> list[pathlib.Path]:
        """Return the lists of pgBackRest that are no secret."""
        return [path for path in self.lists().glob("backup.info*") if path.read_bytes().startswith(b"[")]

    def largest(self) -> pathlib.Path:
        """Return the largest file in which data of the newest backup lie."""
        folder = self.path / "data" if self.form in OF_FOLDERS else self.lists() / self.names()[-1]
        data = [path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("backup")]
        return max(data, key=lambda path: (path.stat().st_size, path.stat().st_mtime))


def rewritten(path: pathlib.Path, text: str) -> None:
    """Replace a file whole, so that other names of it keep what it held."""
    beside = path.with_name(f"{path.name}.new")
    beside.write_text(text)
    beside.replace(path)


def demand(form: str) -> None:
    """Skip a test whose program is not here."""
    tool = FORMS[form][0]
    if not shutil.which(tool):
        pytest.skip(f"no {tool} here: apt install {'borgbackup' if tool == 'borg' else tool}")
    if form not in OF_FOLDERS and not cluster_programs():
        pytest.skip(f"{tool} of Debian needs Debian's PostgreSQL: apt install postgresql-15")
    if form not in OF_FOLDERS:
        as_ordinary_user()


def cluster_programs() -> str:
    """Return the folder of the PostgreSQL that Debian's pgBackRest and Barman know, empty if there is none."""
    found = [path for path in sorted(DEBIAN.glob("*/bin")) if (path / "initdb").exists()]
    return str(found[0]) if found else ""


def of_folder(form: str, place: pathlib.Path, folder: pathlib.Path) -> Repository:
    """Make a repository with a backup of a folder on each of some days."""
    made = begun(form, place)
    now = datetime.now(UTC)
    for day in reversed(range(DAYS)):
        (folder / f"letter of day {day}.pdf").write_bytes(os.urandom(30_000))
        made.back_up(folder, now - timedelta(days=day, hours=1))
    return made


def begun(form: str, place: pathlib.Path) -> Repository:
    """Make a repository of folders without a backup."""
    made = empty(form, place)
    if form == "restic":
        made.program("init", "--quiet")
        quicken(made.path, PASSPHRASE)
    else:
        made.program("init", "-e", "none" if form == "borg unencrypted" else "repokey", "REPOSITORY")
    return made


def empty(form: str, place: pathlib.Path) -> Repository:
    """Return where a repository will be, with its passphrase beside it."""
    place.mkdir(parents=True, exist_ok=True)
    kept = place / "passphrase"
    kept.write_text(PASSPHRASE)
    return Repository(form, place / "repository", kept)


@dataclass
class Cluster:
    """A cluster under an identity that PostgreSQL and Barman accept, whose WAL goes to a repository."""

    place: pathlib.Path
    bin_dir: str
    form: str
    prefix: list[str] = field(default_factory=list)

    def run(self, *argv: str) -> str:
        """Run a program as the cluster's owner; an error fails the test with its words."""
        environment = {
            **os.environ,
            "HOME": str(self.place),
            "LC_ALL": "C.UTF-8",
            "PATH": f"{self.bin_dir}:{_PATH}",
        }
        done = subprocess.run(
            [*self.prefix, *argv],
            env=environment,
            cwd=self.place,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    @property
    def tool(self) -> list[str]:
        """Return the repository's program with its settings."""
        if self.form == "barman":
            return ["barman", "-c", f"{self.place}/barman.conf"]
        return ["pgbackrest", f"--config={self.place}/pgbackrest.conf", f"--stanza={STANZA}"]

    def sql(self, statement: str) -> None:
        """Run a statement."""
        self.run("psql", "-h", str(self.place), "-U", "dulae", "-d", "postgres", "-qc", statement)


_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def of_cluster(form: str, place: pathlib.Path) -> Repository:
    """Make a repository with backups of a cluster, dated a day from each other."""
    made = empty(form, place)
    with started(form) as running:
        running.sql(LETTERS)
        prepared(running)
        for day in range(DAYS):
            running.sql(f"INSERT INTO letters SELECT g, 'day {day}' FROM generate_series(1, 1000) g")
            one_backup(running, "full" if day < DAYS - 1 else "diff")
        taken(running, made)
    _dated_back(made)
    return made


def of_cluster_today(form: str, place: pathlib.Path, *statements: str) -> Repository:
    """Make a repository with two backups of a cluster as its program dates them, which takes no other lists."""
    made = empty(form, place)
    with started(form) as running:
        for statement in (LETTERS, *statements):
            running.sql(statement)
        prepared(running)
        for day, how in enumerate(("full", "diff")):
            running.sql(f"INSERT INTO letters SELECT g, 'day {day}' FROM generate_series(1, 1000) g")
            one_backup(running, how)
        taken(running, made)
    return made


def taken(running: Cluster, made: Repository) -> None:
    """Take a copy of a cluster's repository to where it is judged."""
    source = running.place / (f"home/{STANZA}" if running.form == "barman" else "repository")
    subprocess.run(["cp", "-a", str(source), str(made.path)], check=True)


def one_backup(running: Cluster, how: str, *words: str) -> None:
    """Have the repository's program make a backup; Barman knows only full ones."""
    if running.form != "barman":
        running.run(*running.tool, f"--type={how}", *words, "backup")
        return
    # Its name is the second in which it begins.
    time.sleep(1.1)
    running.run(*running.tool, "backup", STANZA, "--wait")


def prepared(running: Cluster) -> None:
    """Have the repository's program accept a cluster."""
    if running.form != "barman":
        running.run(*running.tool, "stanza-create")
        return
    running.run(*running.tool, "switch-wal", "--force", STANZA)
    time.sleep(1)
    running.run(*running.tool, "cron")
    time.sleep(1)


@contextlib.contextmanager
def started(form: str) -> Iterator[Cluster]:
    """Start a cluster that archives its WAL; stop and remove it afterwards."""
    place = pathlib.Path(tempfile.mkdtemp(prefix="dulae-r-"))
    identity = pwd.getpwnam("barman") if os.geteuid() == 0 and form == "barman" else None
    uid = identity.pw_uid if identity else 1000
    prefix = [] if os.geteuid() else ["unshare", "--user", f"--map-user={uid}", f"--map-group={uid}", "--"]
    running = Cluster(place, cluster_programs(), form, prefix)
    owner = identity.pw_name if identity else pwd.getpwuid(os.geteuid()).pw_name
    _settings(running, owner)
    try:
        running.run("initdb", "-D", f"{place}/data", "-U", "dulae", "-A", "trust", "-N")
        with (place / "data/postgresql.conf").open("a") as settings:
            settings.write((place / "cluster.conf").read_text())
        running.run("pg_ctl", "-D", f"{place}/data", "-l", f"{place}/log", "-w", "start")
        try:
            yield running
        finally:
            running.run("pg_ctl", "-D", f"{place}/data", "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _settings(running: Cluster, owner: str) -> None:
    place = running.place
    for name in ("home", "repository", "logs", "lock", "spool"):
        (place / name).mkdir()
    secret = running.form == "pgbackrest encrypted"
    archive = (
        f"mkdir -p {place}/home/{STANZA}/incoming && cp %p {place}/home/{STANZA}/incoming/%f"
        if running.form == "barman"
        else f"{' '.join(running.tool)} archive-push %p"
    )
    (place / "cluster.conf").write_text(
        f"listen_addresses = ''\nunix_socket_directories = '{place}'\nfsync = off\narchive_mode = on\n"
        f"archive_command = '{archive}'\nmax_wal_senders = 5\nwal_level = replica\n"
    )
    (place / "pgbackrest.conf").write_text(
        f"[global]\nrepo1-path={place}/repository\nlog-path={place}/logs\nlock-path={place}/lock\n"
        f"spool-path={place}/spool\nstart-fast=y\nrepo1-retention-full=9\n"
        + (
            f"repo1-cipher-type=aes-256-cbc\nrepo1-cipher-pass={PASSPHRASE}\nrepo1-bundle=y\ncompress-type=zst\n"
            if secret
            else "compress-type=gz\n"
        )
        + f"[{STANZA}]\npg1-path={place}/data\npg1-socket-path={place}\npg1-user=dulae\n"
    )
    (place / "barman.conf").write_text(
        f"[barman]\nbarman_home={place}/home\nbarman_user={owner}\nlog_file={place}/logs/barman\n"
        f"compression=gzip\n[{STANZA}]\ndescription=letters\nconninfo=host={place} user=dulae dbname=postgres\n"
        f"streaming_conninfo=host={place} user=dulae\nbackup_method=postgres\narchiver=on\n"
        f"path_prefix={running.bin_dir}\n"
    )


def _dated_back(made: Repository) -> None:
    """Date all backups but the newest a day from each other, where the lists can be written."""
    for number, name in enumerate(reversed(made.names())):
        if made.form == "barman":
            info = made.lists() / name / "backup.info"
            moment = datetime.now(UTC) - timedelta(days=number, hours=1)
            info.write_text(
                re.sub("(?m)^end_time=.*$", f"end_time={moment:%Y-%m-%d %H:%M:%S}+00:00", info.read_text())
            )
            continue
        for listed in made.lists().glob("backup.info*"):
            if listed.read_bytes().startswith(b"["):
                lines = [
                    _NUMBERED.sub(_earlier(number), line) if line.startswith(f"{name}=") else line
                    for line in listed.read_text().splitlines(True)
                ]
                listed.write_text("".join(lines))


def _earlier(days: int) -> str:
    moment = datetime.now(UTC) - timedelta(days=days, hours=1)
    return f'"backup-timestamp-stop":{int(moment.timestamp())}'
