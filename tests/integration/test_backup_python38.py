"""The step 3 checks on the oldest Python that targets have."""

import json
import os
import pathlib
import shutil
import subprocess
import tempfile

import pytest

from . import mariadb as mariadb_sets
from .mariadb import MariaDb
from .postgres import OFFICE, Server

SOURCES = pathlib.Path(__file__).parents[2] / "src"
WORK = """
import json, sys
assert sys.version_info[:2] == (3, 8), sys.version
from dulae.checks import disk
from dulae.checks.backup import examine, sets, tools
from dulae.checks.backup_create import making, request
from dulae.checks.restore_drill import drill
from dulae.checks.restore_drill import request as drilling

bin_dir, socket_dir, mariadb, source, store, place, cluster = sys.argv[1:]
programs = tools.Tools(bin_dir)
given = [
    {"name": "database", "kind": "pg_dump", "source": "office", "prefix": "office", "path": store,
     "connection": {"socket_dir": socket_dir, "user": "dulae"}},
    {"name": "leave", "kind": "mariadb_dump", "source": "office", "prefix": "leave", "path": store,
     "connection": {"socket_dir": mariadb, "user": "root"}},
    {"name": "files", "kind": "tar", "source": source, "prefix": "files", "path": store},
]
findings = [making.create(request.request_from({**one, "system": "saraban"}, {}), programs).finding for one in given]
wanted = [{**one, "system": "saraban", "pattern": one["prefix"] + "-*"} for one in given]
for name in ("plain", "tar"):
    about = {"name": name, "kind": "pg_basebackup", "path": cluster, "pattern": name, "drill_database": "office"}
    wanted.append({**about, "system": "saraban"})
findings += examine.check([sets.set_from(one) for one in wanted], programs)
findings += drill.check([drilling.drill_from(one) for one in wanted], programs, place)
findings += disk.check([disk.Mount(store, disk.Limits(min_free_percent=0, warn_free_percent=0))])
print(json.dumps([[finding.subject, finding.code, finding.because] for finding in findings]))
"""


def python38() -> str:
    """Return the path of a Python 3.8, or skip the test."""
    versions = pathlib.Path.home() / ".pyenv" / "versions"
    found = [str(path) for path in sorted(versions.glob("3.8*/bin/python3"))] or [
        shutil.which("python3.8") or ""
    ]
    if not found[0]:
        pytest.skip("no Python 3.8 here: pyenv install 3.8")
    return found[0]


def test_sets_are_made_proven_and_restored_on_python_38(
    postgres: Server, mariadb: MariaDb, tmp_path: pathlib.Path
) -> None:
    python = python38()
    postgres.fresh("office", *OFFICE)
    mariadb.fresh("office", *mariadb_sets.OFFICE)
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "หนังสือ.pdf").write_bytes(os.urandom(5_000_000))
    for form in ("plain", "tar"):
        postgres.run("pg_basebackup", "-D", str(tmp_path / "clusters" / form), "-F", form, "-c", "fast")
    with tempfile.TemporaryDirectory(prefix="dulae-t-") as place:
        done = subprocess.run(
            [
                python,
                "-B",
                "-c",
                WORK,
                postgres.bin_dir,
                postgres.socket_dir,
                mariadb.socket,
                tmp_path / "source",
                tmp_path / "store",
                place,
                tmp_path / "clusters",
            ],
            env={"PATH": os.environ["PATH"], "PYTHONPATH": str(SOURCES), "LC_ALL": "C.UTF-8"},
            check=False,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        assert os.listdir(place) == []
    findings = json.loads(done.stdout)
    assert [code for _, code, _ in findings] == [
        *["backup_create.made"] * 3,
        *["backup.integrity"] * 5,
        *["restore_drill.restored"] * 5,
        "disk.enough",
    ], findings
