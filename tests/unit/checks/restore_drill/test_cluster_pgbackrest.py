"""Lists of pgBackRest that would have something written outside of the scratch folder."""

from typing import Any

import pytest

from dulae.checks.restore_drill import cluster_pgbackrest

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
