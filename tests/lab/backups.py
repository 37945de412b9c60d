"""backup1's store: a real dump of each database and a real archive of the documents, and copies for the days before."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tarfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from dulae.checks.backup import manifest
from dulae.checks.backup.hashing import sha256_of
from tests.lab.layout import Layout
from tests.lab.ports import LOOPBACK
from tests.lab.state import State

DAYS = 7
DOCUMENTS = "documents"
Plain = dict[str, Any]


def folder(layout: Layout, system: str) -> Path:
    """Return where a system's backup sets lie on backup1."""
    return layout.vault / system


def mounted(layout: Layout, host: str, system: str) -> Path:
    """Return the same folder as another host sees it: the store is mounted there (here: a link)."""
    return layout.host(host) / "mnt" / "backup" / system


def declared_dump(layout: Layout, system: str) -> Plain:
    """Return the declaration of a system's database backups, for ``systems.yml``."""
    return {
        "name": "database",
        "title": {"th": "ฐานข้อมูล", "en": "Database"},
        "host": "backup1",
        "kind": "pg_dump",
        "path": str(folder(layout, system)),
        "pattern": f"{system}-*.dump",
        "max_age_hours": 26,
        "min_bytes": 10_000,
        "level": "integrity",
        "min_count": 3,
        "drill": True,
        "assertions": [{"sql": "SELECT count(*) FROM users WHERE is_admin", "expect": 1}],
    }


def declared_documents(layout: Layout) -> Plain:
    """Return the declaration of the document files' backups, for ``systems.yml``."""
    return {
        "name": DOCUMENTS,
        "title": {"th": "ไฟล์หนังสือ", "en": "Document files"},
        "host": "backup1",
        "kind": "tar",
        "path": str(folder(layout, "saraban")),
        "pattern": f"{DOCUMENTS}-*.tar.gz",
        "max_age_hours": 26,
        "min_bytes": 10_000,
        "level": "integrity",
        "min_count": 3,
    }


def source_dump(layout: Layout, state: State, system: str) -> Plain:
    """Return what db1 dumps, for ``systems.yml``."""
    return {
        "name": "database",
        "host": "db1",
        "kind": "pg_dump",
        "source": system,
        "connection": {"host": LOOPBACK, "port": state.ports["postgres"], "user": "backup"},
        "path": str(mounted(layout, "db1", system)),
        "prefix": system,
        "keep": DAYS,
    }


def source_documents(layout: Layout) -> Plain:
    """Return what web1 packs, for ``systems.yml``."""
    return {
        "name": DOCUMENTS,
        "host": "web1",
        "kind": "tar",
        "source": str(layout.documents),
        "path": str(mounted(layout, "web1", "saraban")),
        "prefix": DOCUMENTS,
        "keep": DAYS,
    }


def newest(layout: Layout, system: str, pattern: str) -> Path:
    """Return the newest copy of a set; raise ValueError if there is none."""
    return max(folder(layout, system).glob(pattern), key=lambda path: path.stat().st_mtime)


def make(layout: Layout, state: State) -> None:
    """Fill the store: today's sets from the running systems, and a week of copies with their times set back."""
    for system in ("intranet", "saraban"):
        folder(layout, system).mkdir(mode=0o700)
        for host in ("db1", "web1"):
            mounted(layout, host, system).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            mounted(layout, host, system).symlink_to(folder(layout, system))
        _age(_dump(layout, state, system), state.now)
    _age(_pack(layout, state), state.now)


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _dump(layout: Layout, state: State, system: str) -> Path:
    path = folder(layout, system) / f"{system}-{_stamp(state.now)}.dump"
    command = [
        *(
            f"{state.postgres_bin}/pg_dump",
            "--format=custom",
            "-h",
            LOOPBACK,
            "-p",
            str(state.ports["postgres"]),
        ),
        *("-U", "backup", "-d", system, "-f", str(path)),
    ]
    environment = {**os.environ, "PGPASSFILE": str(layout.home("db1") / ".pgpass")}
    subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    _describe(path, "pg_dump", state.now)
    return path


def _pack(layout: Layout, state: State) -> Path:
    path = folder(layout, "saraban") / f"{DOCUMENTS}-{_stamp(state.now)}.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        archive.add(layout.documents, arcname=layout.documents.name)
    _describe(path, "tar", state.now)
    return path


def _describe(path: Path, kind: str, now: datetime) -> None:
    digest, size = sha256_of(str(path))
    made = manifest.Manifest(kind, path.name, size, digest, now.isoformat(), now.isoformat())
    Path(manifest.beside(str(path))).write_text(made.to_json(), encoding="utf-8")


def _age(path: Path, now: datetime) -> None:
    """Copy a set for each day before, as if it had been made then."""
    described = json.loads(Path(manifest.beside(str(path))).read_text(encoding="utf-8"))
    for day in range(1, DAYS):
        moment = now - timedelta(days=day)
        older = path.with_name(path.name.replace(_stamp(now), _stamp(moment)))
        shutil.copyfile(path, older)
        described |= {"file": older.name, "started_at": moment.isoformat(), "finished_at": moment.isoformat()}
        beside = Path(manifest.beside(str(older)))
        beside.write_text(json.dumps(described, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        for made in (older, beside):
            os.utime(made, (moment.timestamp(), moment.timestamp()))
