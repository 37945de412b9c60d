"""backup1's store: a week of real dumps of each database and real archives of the documents, with manifests."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from dulae.checks.backup import manifest
from dulae.checks.backup.faults import Fault
from dulae.checks.backup.tools import Tools
from dulae.checks.backup_create import making
from dulae.checks.backup_create.request import request_from
from dulae.checks.finding import utc_text
from tests.lab.errors import LabError
from tests.lab.layout import Layout, write_private
from tests.lab.ports import LOOPBACK
from tests.lab.state import State

DAYS = 7
# Younger than the 26 hours that the procedure asks, older than the interval of the daily backup.
NEWEST_HOURS = 21
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
        "covers": [f"db1:{system}"],
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
        "covers": [f"web1:{layout.documents}"],
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
    """Fill the store: sets made by dulae itself from the running systems, then a week of them.

    The newest is dated ``NEWEST_HOURS`` back, so that the daily backup is due and makes another; the older
    ones are copies of it. Names, manifests and times of change all say the same moment.
    """
    for system in ("intranet", "saraban"):
        folder(layout, system).mkdir(mode=0o700)
        for host in ("db1", "web1"):
            mounted(layout, host, system).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            mounted(layout, host, system).symlink_to(folder(layout, system))
        _history(layout, system, source_dump(layout, state, system), state)
    _history(layout, "saraban", source_documents(layout), state)


def _history(layout: Layout, system: str, source: Plain, state: State) -> None:
    """Make one set and a copy of it for each day before."""
    newest_at = state.now - timedelta(hours=NEWEST_HOURS)
    where = {"path": str(folder(layout, system)), "system": system}
    passwords = {f"{system}/{source['name']}": state.database_passwords["backup"]}
    request = request_from({**source, **where}, passwords)
    try:
        made = making.make(request, Tools(state.postgres_bin), newest_at)
    except Fault as fault:
        raise LabError(
            f"no backup of {request.source} could be made: {fault.why.code} {fault.numbers}"
        ) from fault
    first = folder(layout, system) / made.file
    for day in range(DAYS):
        moment = newest_at - timedelta(days=day)
        copy = first.with_name(first.name.replace(_stamp(newest_at), _stamp(moment)))
        if day:
            shutil.copyfile(first, copy)
        dated = replace(made, file=copy.name, started_at=utc_text(moment), finished_at=utc_text(moment))
        beside = Path(manifest.beside(str(copy)))
        write_private(beside, dated.to_json())
        for path in (copy, beside):
            path.chmod(0o600)
            os.utime(path, (moment.timestamp(), moment.timestamp()))


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
