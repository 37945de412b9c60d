"""Where everything of one lab stands: one folder, nothing outside it but the inventory."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HOSTS = ("web1", "db1", "backup1", "mail1")
# A Unix socket's path holds 107 bytes; PostgreSQL adds `.s.PGSQL.NNNNN.lock` to the folder.
LONGEST_SOCKET_FOLDER = 85
# ssh-server sessions get their own TMPDIR only where a scratch database's socket still fits below it.
LONGEST_TMP_FOLDER = 60


@dataclass(frozen=True)
class Layout:
    """The folders and files of one lab."""

    root: Path

    def host(self, name: str) -> Path:
        """Return the folder that stands for a host's file system."""
        return self.root / "hosts" / name

    def home(self, name: str) -> Path:
        """Return the home folder of a host's login."""
        return self.host(name) / "home"

    @property
    def run(self) -> Path:
        """Return the folder of pidfiles, sockets and what the servers read at their start."""
        return self.root / "run"

    @property
    def keys(self) -> Path:
        """Return the folder of SSH keys and the lab's own known_hosts."""
        return self.root / "keys"

    @property
    def tls(self) -> Path:
        """Return the folder of the lab's certificate authority and the applications' certificates."""
        return self.root / "tls"

    @property
    def cluster(self) -> Path:
        """Return PostgreSQL's data folder."""
        return self.host("db1") / "postgresql"

    @property
    def data_mount(self) -> Path:
        """Return the folder of db1 on which a small file system of its own is mounted, where that is allowed."""
        return self.host("db1") / "data"

    @property
    def vault(self) -> Path:
        """Return the backup store of backup1."""
        return self.host("backup1") / "srv" / "backup"

    @property
    def documents(self) -> Path:
        """Return the folder of the correspondence system's document files."""
        return self.host("web1") / "srv" / "saraban" / "files"

    @property
    def mail(self) -> Path:
        """Return the folder of the mailboxes."""
        return self.host("mail1") / "var" / "mail"

    def templates(self, system: str) -> Path:
        """Return the folder of an application's pages as deployed."""
        return self.host("web1") / "srv" / system / "templates"

    @property
    def state_file(self) -> Path:
        """Return the file that says what this lab is made of."""
        return self.root / "state.json"

    @property
    def faults_file(self) -> Path:
        """Return the file that remembers the faults in force and how to undo them."""
        return self.root / "faults.json"

    def socket_folder(self) -> Path | None:
        """Return the folder of PostgreSQL's Unix socket, or None where its path would be too long."""
        return self.run if len(os.fsencode(self.run)) <= LONGEST_SOCKET_FOLDER else None

    def make_folders(self) -> None:
        """Create the lab's folders, private to their owner."""
        self.root.mkdir(parents=True, exist_ok=True, mode=0o700)
        folders = [self.run, self.keys, self.tls, self.data_mount, self.vault, self.documents, self.mail]
        folders += [self.templates("intranet"), self.templates("saraban")]
        folders += [path for name in HOSTS for path in (self.home(name), self.host(name) / "tmp")]
        for folder in folders:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner reads, whole or not at all."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            stream.write(text)
        os.replace(name, path)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(name)
        raise


def write_json(path: Path, value: Any) -> None:
    """Write a value as JSON, whole or not at all."""
    write_private(path, json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True) + "\n")


def read_json(path: Path, default: Any = None) -> Any:
    """Return a JSON file's value, or the default where the file is absent."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return default
