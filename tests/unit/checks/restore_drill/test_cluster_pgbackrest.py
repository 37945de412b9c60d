"""Lists of pgBackRest that would have something written outside of the scratch folder."""

import pathlib
from types import SimpleNamespace
from typing import Any, cast

import pytest

from dulae.checks.backup.faults import CannotTell
from dulae.checks.command import Answer
from dulae.checks.restore_drill import cluster_pgbackrest, restoring

CLUSTER = {"pg_data": {"path": "/var/lib/postgresql/15/main", "type": "path"}}
FAR = {"path": "/srv/far", "type": "link", "tablespace-id": "16384", "tablespace-name": "far"}
GOOD: dict[str, dict[str, Any]] = {
    "backup:target": {
        **CLUSTER,
        "pg_tblspc/16384": FAR,
        "pg_data/pg_wal": {"path": "/srv/wal", "type": "link"},
    },
    "target:file": {"pg_data/PG_VERSION": {}, "pg_tblspc/16384/PG_15_202209061/5/16385": {}},
    "target:path": {"pg_data": {}, "pg_data/base": {}, "pg_tblspc": {}, "pg_tblspc/16384": {}},
    "target:link": {"pg_data/pg_tblspc/16384": {}, "pg_data/pg_wal": {}},
}


def test_what_pgbackrest_writes_stays_inside() -> None:
    assert list(cluster_pgbackrest.unsafe(GOOD)) == []


@pytest.mark.parametrize(
    ("section", "name", "about"),
    [
        ("target:file", "pg_data/../evil", {}),
        ("target:file", "pg_data//etc/passwd", {}),
        ("target:file", "/etc/passwd", {}),
        ("target:file", "pg_database/x", {}),
        ("target:file", "pg_data/a\n/../../x", {}),
        ("target:path", "pg_tblspc/16384/../../evil", {}),
        ("target:path", "pg_tblspc/elsewhere", {}),
        ("target:link", "pg_data/base", {}),
        ("backup:target", "pg_tblspc/16385", {"path": "/etc", "type": "path", "tablespace-id": "16385"}),
        ("backup:target", "pg_tblspc/16385", {"path": "/etc", "type": "link", "tablespace-id": "16386"}),
        ("backup:target", "pg_tblspc/16385", {"path": "/etc", "type": "link"}),
        ("backup:target", "pg_data/x", {"path": "/etc", "type": "link", "tablespace-id": "16386"}),
        ("backup:target", "pg_data/x", {"path": "/etc", "type": "path"}),
        ("backup:target", "pg_data/../x", {"path": "/etc", "type": "link"}),
    ],
)
def test_what_leads_outside_is_told(section: str, name: str, about: dict[str, str]) -> None:
    forged = {**GOOD, section: {**GOOD[section], name: about}}
    assert list(cluster_pgbackrest.unsafe(forged)) == [name]


class Calls:
    """A program that is called and refuses."""

    asked = SimpleNamespace(path="/srv/pgbackrest/backup/main/20261122-010000F")

    def __init__(self) -> None:
        self.words: tuple[str, ...] = ()

    def run(self, command: str, folder: str, data: str, *words: str) -> Answer:
        self.words = words
        return Answer(88, "", "ERROR: [088]: unable to set ownership for '/x': [22] Invalid argument")


def test_the_spool_of_a_server_at_work_is_left_alone_and_who_cannot_give_files_away_is_unknown(
    tmp_path: pathlib.Path,
) -> None:
    calls = Calls()
    with pytest.raises(CannotTell) as caught:
        cluster_pgbackrest._restore(cast(Any, calls), str(tmp_path), [])
    assert caught.value.why is restoring.LACKING
    assert f"--spool-path={tmp_path}" in calls.words
